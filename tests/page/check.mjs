// Opens each page in Chromium and says what is wrong with it; ends with 1 if anything is.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  // It runs as root in containers, and opens nothing but files of our own.
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
  // A machine that is busy is no complaint about a page: axe has a lot to look at where a whole matrix is unfolded.
  protocolTimeout: 1_200_000,
});
let wrong = 0;

/** Opens a page in one way and hands it to `look`, which adds to `said`. */
async function open(file, { scheme = "light", width = 1280, script = true }, look) {
  const page = await browser.newPage(), said = [], url = pathToFileURL(file).href;
  page.on("pageerror", (error) => said.push(`script error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && said.push(`console: ${message.text()}`));
  // A picture that stands in the page is asked of nobody.
  const isIts = (asked) => asked === url || asked.startsWith("data:image/png;base64,");
  page.on("request", (request) => isIts(request.url()) || said.push(`asked for ${request.url()}`));
  page.setDefaultTimeout(600_000);
  await page.setJavaScriptEnabled(script);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport({ width, height: 900 });
  await page.goto(url);
  await look(page, said);
  await page.close();
  if (said.length > 0) {
    wrong += said.length;
    console.log(`${file} (${scheme}, ${width} px${script ? "" : ", no script"}):\n  ${said.join("\n  ")}`);
  }
}

/** Everything unfolded: nothing below the page's edge, and nothing for axe. */
async function whole(page, said) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  const { scroll, inner } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, inner: innerWidth }));
  if (scroll > inner) said.push(`it is ${scroll} px wide`);
  // By the debugger's way: the page's own policy lets no script in.
  await page.evaluate(`${axe};0`);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const { id, nodes } of violations) said.push(`axe: ${id}, ${nodes.length} times: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
}

/** The switch, zoom, and the way from mark to mark by keys. */
async function used(page, said) {
  const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.click("#theme");
  const after = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if (before === after) said.push("the switch for light and dark changes nothing");
  if (!(await page.$(".timeline"))) return;
  await page.evaluate(() => { for (let one = document.querySelector(".timeline"); one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true; });
  const focus = (selector) => page.$eval(selector, (one) => one.focus());
  await focus(".timeline .strip rect[tabindex='0']");
  const told = () => page.$eval(".timeline .readout", (one) => one.textContent);
  const first = await told();
  if (!/from \d+:\d/.test(first)) said.push(`a focused mark is not told: ${first}`);
  const wide = () => page.$eval(".timeline .strip > .z", (one) => parseFloat(one.getAttribute("width")));
  await page.keyboard.press("+");
  if ((await wide()) <= 100) said.push("the key + does not zoom in");
  await page.keyboard.press("0");
  if ((await wide()) !== 100) said.push("the key 0 does not show the whole run");
  const marks = await page.$$eval(".timeline .lane.stages rect[role=img]", (all) => all.length);
  if (marks > 1) {
    await focus(".timeline .lane.stages rect[tabindex='0']");
    const one = await told();
    await page.keyboard.press("ArrowRight");
    if ((await told()) === one) said.push("an arrow key does not lead to the next mark");
  }
}

/** What must be there for those who have no script. */
async function bare(page, said) {
  const shown = (selector) => page.$$eval(selector, (all) => all.some((one) => one.checkVisibility() && one.textContent.trim() !== ""));
  const passed = await page.$(".verdict.good");
  for (const selector of [".verdict .word", "h1", ...(passed ? [] : [".cause"])]) {
    if (!(await shown(selector))) said.push(`without script there is no ${selector}`);
  }
  // Of a matrix the runs are folded; a reader without script unfolds them.
  await page.$$eval("details.run", (all) => all.forEach((one) => one.setAttribute("open", "")));
  const lines = await page.$$eval("table", (all) => Math.max(0, ...all.map((one) => [...one.querySelectorAll("th")].filter((th) => th.checkVisibility() && /^(S\d|E\d)/.test(th.textContent)).length)));
  if (lines < 28) said.push(`without script the case has ${lines} lines`);
  if (await shown(".needs-script")) said.push("without script there are buttons that do nothing");
}

const files = process.argv.slice(2);
for (const file of files) {
  for (const scheme of ["light", "dark"]) for (const width of [1280, 375]) await open(file, { scheme, width }, whole);
  await open(file, {}, used);
  await open(file, { script: false }, bare);
}
const version = await browser.version();
await browser.close();
console.log(`${version}: ${files.length} pages, ${wrong} complaints`);
process.exitCode = wrong > 0 ? 1 : 0;
