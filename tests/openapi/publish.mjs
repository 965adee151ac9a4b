// Publishes a report three times through a proxy in front of Prism: publish.mjs GATE FOLDER PRISM
//
// Prism holds each call to GitHub's description and answers with its examples. It knows no state, so the proxy shows a
// thread in which the publisher has something to do: nothing at first, then its own comment and a younger twin of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [gate, folder, prism] = process.argv.slice(2);
const HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"; // of the description's example of a pull request

let calls = [];
let wrong = [];
let comments = () => [];
let body = "";

const read = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

const proxy = createServer(async (request, response) => {
  const path = request.url.replace(/^\/api\/v3/, "");
  const call = `${request.method} ${path.split("?")[0]}`;
  calls.push(call);
  const sent = await read(request);
  // Prism serves examples as application/json only, and answers 406 to the media type that GitHub asks for.
  const headers = { accept: "application/json", authorization: request.headers.authorization };
  if (sent.length > 0) headers["content-type"] = request.headers["content-type"];
  const answer = await fetch(prism + path, {
    method: request.method,
    headers,
    body: sent.length > 0 ? sent : undefined,
  });
  let text = await answer.text();
  if (answer.status >= 400) wrong.push(`${call}: ${answer.status} ${text}`);
  if (sent.length > 0) body = JSON.parse(sent).body;
  if (call.startsWith("GET") && call.endsWith("/comments")) {
    const example = JSON.parse(text)[0];
    text = JSON.stringify(comments().map((one) => ({ ...example, ...one, user: { ...example.user, login: "octocat" } })));
  }
  if (request.method === "POST") text = JSON.stringify({ ...JSON.parse(text), id: 2 });
  response.writeHead(answer.status, { "content-type": "application/json" });
  response.end(answer.status === 204 ? undefined : text);
});
await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));

const publish = async (event, content) => {
  [calls, wrong] = [[], []];
  const dir = mkdtempSync(join(tmpdir(), "gate-"));
  writeFileSync(join(dir, "event.json"), JSON.stringify(content));
  const env = {
    PATH: process.env.PATH,
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: `http://127.0.0.1:${proxy.address().port}/api/v3`,
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: join(dir, "event.json"),
    GITHUB_REPOSITORY: "octocat/Hello-World",
    GITHUB_SHA: HEAD,
    GITHUB_WORKFLOW: "Gate",
    GITHUB_JOB: "roll",
    "INPUT_GITHUB-TOKEN": "secret-token",
  };
  const options = ["report", "--from", folder, "--report-dir", join(dir, "out"), "--comment", "always"];
  const child = spawn(gate, options, { env, stdio: ["ignore", "pipe", "inherit"] });
  const [said, code] = await Promise.all([read(child.stdout), new Promise((ended) => child.on("close", ended))]);
  assert.deepEqual(wrong, [], `${event}: calls that GitHub's description does not allow`);
  assert.equal(code, 0, `${event}: ${said}`);
  assert.match(said.toString(), /^comment: https:/m, `${event}: ${said}`);
  console.log(`${event}: ${calls.join(", ")}`);
  return calls.map((call) => call.replace("/repos/octocat/Hello-World", ""));
};

// A first comment, which a job beside this one has made as well.
let lists = 0;
comments = () => (lists++ === 0 ? [] : [{ id: 1, body: `${body}\nolder` }, { id: 2, body }]);
const first = await publish("pull_request", { pull_request: { number: 7, head: { sha: HEAD } } });
assert.deepEqual(first, [
  "GET /user",
  "GET /issues/7/comments",
  "POST /issues/7/comments",
  "GET /issues/7/comments",
  "PATCH /issues/comments/1",
  "DELETE /issues/comments/2",
]);

// A later one finds it; a push asks for the commit's pull request, a second workflow proves the one it was told.
comments = () => [{ id: 1, body: `${body}\nolder` }];
const pushed = await publish("push", {});
assert.deepEqual(pushed.slice(0, 2).map((call) => call.split(" ")[0]), ["GET", "GET"]);
assert.ok(pushed.includes(`GET /commits/${HEAD}/pulls`) && pushed.at(-1) === "PATCH /issues/comments/1");
const run = { head_sha: HEAD, id: 42, pull_requests: [{ number: 1347 }] };
const proved = await publish("workflow_run", { workflow_run: run });
assert.ok(proved.includes("GET /pulls/1347") && proved.at(-1) === "PATCH /issues/comments/1");
proxy.close();
