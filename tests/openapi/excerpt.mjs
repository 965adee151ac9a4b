// The part of an OpenAPI description that the publisher uses, so that Prism need not digest 13 MB: excerpt.mjs FROM TO

import { readFileSync, writeFileSync } from "node:fs";

const PATHS = [
  "/user",
  "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
  "/repos/{owner}/{repo}/pulls/{pull_number}",
  "/repos/{owner}/{repo}/issues/{issue_number}/comments",
  "/repos/{owner}/{repo}/issues/comments/{comment_id}",
];

const [from, to] = process.argv.slice(2);
const { openapi, info, paths, components } = JSON.parse(readFileSync(from, "utf8"));
const excerpt = { openapi, info, paths: {}, components: {} };

const take = (value) => {
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    if (key !== "$ref" || typeof inner !== "string") {
      take(inner);
      continue;
    }
    const [, , kind, name] = inner.split("/");
    excerpt.components[kind] ??= {};
    if (!(name in excerpt.components[kind])) {
      excerpt.components[kind][name] = components[kind][name];
      take(components[kind][name]);
    }
  }
};

for (const path of PATHS) {
  if (!(path in paths)) throw new Error(`the description has no path ${path}`);
  excerpt.paths[path] = paths[path];
  take(paths[path]);
}
writeFileSync(to, JSON.stringify(excerpt));
