// Opens a report in a headless browser and looks at it as a reader would.
//
//   node check-report.mjs FILE [--screenshot PATH] [--pdf PATH]
//
// Fails (exit code 1) on a console error, on any request but the one for the file, on a serious or critical
// finding of axe, on content wider than the window, and on a link that leads nowhere; in light and dark, on
// a desktop, at 360 px, and with letters of twice the size; and on a fold that a link or paper does not open. `--screenshot a.png` writes a.png (light),
// a-dark.png and a-narrow.png; `--pdf a.pdf` prints the page. The browser is $CHROMIUM or /usr/bin/chromium.
// @ts-check

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * A way to look at the page.
 * @typedef {{name: string, scheme: "light" | "dark", width: number, height: number, letters?: string}} View
 */

/** @type {View[]} */
const VIEWS = [
  { name: "light", scheme: "light", width: 1280, height: 900 },
  { name: "dark", scheme: "dark", width: 1280, height: 900 },
  { name: "narrow", scheme: "light", width: 360, height: 740 },
  { name: "narrow dark", scheme: "dark", width: 360, height: 740 },
  { name: "200 %", scheme: "light", width: 1280, height: 900, letters: "200%" },
];

/** Views that are worth a picture, and what their file name ends with. */
const PICTURES = new Map([["light", ""], ["dark", "-dark"], ["narrow", "-narrow"]]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshot: { type: "string" }, pdf: { type: "string" } },
});
const [file] = positionals;
if (file === undefined) {
  console.error("usage: node check-report.mjs FILE [--screenshot PATH] [--pdf PATH]");
  process.exit(2);
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const url = pathToFileURL(resolve(file)).href;
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
/** @type {string[]} */
const problems = [];
try {
  for (const view of VIEWS) {
    for (const problem of await look(view)) problems.push(`${view.name}: ${problem}`);
  }
} finally {
  await browser.close();
}

for (const problem of problems) console.error(problem);
console.error(problems.length === 0 ? `${file}: ${VIEWS.length} views, nothing found` : `${file}: ${problems.length} found`);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * Opens the page in one view and returns what is wrong with it.
 * @param {View} view
 * @returns {Promise<string[]>}
 */
async function look(view) {
  /** @type {string[]} */
  const found = [];
  const context = await browser.newContext({
    colorScheme: view.scheme,
    viewport: { width: view.width, height: view.height },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  // Nothing leaves, even where the page would ask.
  await context.route("**", (route) => (route.request().url() === url ? route.continue() : route.abort()));
  page.on("request", (request) => {
    const asked = request.url();
    // The empty icon is part of the page itself.
    if (asked !== url && asked !== "data:,") found.push(`asks for ${asked}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") found.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    found.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url, { waitUntil: "load" });
  if (view.letters !== undefined) {
    await page.evaluate((size) => document.documentElement.style.setProperty("font-size", size), view.letters);
  }
  found.push(...(await page.evaluate(shape)));
  found.push(...(await accessibility(page)));

  const ending = PICTURES.get(view.name);
  if (values.screenshot !== undefined && ending !== undefined) {
    await page.screenshot({ path: values.screenshot.replace(/(\.png)?$/, `${ending}.png`), fullPage: true });
  }
  if (values.pdf !== undefined && view.name === "dark") await page.pdf({ path: values.pdf, format: "A4" });

  found.push(...(await folds(page)));

  // Folded tables are part of the page: look again with all of them open.
  await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
  found.push(...(await page.evaluate(shape)));
  found.push(...(await accessibility(page)));
  await context.close();
  return [...new Set(found)];
}

/**
 * What axe finds serious or critical.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
async function accessibility(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run(document));
  return violations
    .filter((/** @type {any} */ v) => v.impact === "serious" || v.impact === "critical")
    .map((/** @type {any} */ v) => {
      const places = v.nodes.slice(0, 3).map((/** @type {any} */ n) => `${n.html.slice(0, 160)}: ${n.failureSummary}`);
      return `axe ${v.id} (${v.nodes.length}): ${v.help}\n  ${places.join("\n  ")}`;
    });
}

/**
 * A link to something folded away must open it, and paper must show all of it, without a script.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
async function folds(page) {
  const last = await page.evaluate(() => {
    const hidden = [...document.querySelectorAll("details:not([open]) [id]")].pop();
    return hidden?.id;
  });
  if (last === undefined) return [];
  /** @type {string[]} */
  const found = [];
  // What is folded is laid out anew with the next picture, which a busy machine draws late.
  /** @param {boolean} wanted */
  const becomes = (wanted) =>
    page
      .waitForFunction(
        ([id, wanted]) =>
          document.getElementById(/** @type {string} */ (id))?.checkVisibility({ contentVisibilityAuto: true }) === wanted,
        [last, wanted],
        { timeout: 10_000 },
      )
      .then(() => true, () => false);
  await page.emulateMedia({ media: "print" });
  if (!(await becomes(true))) found.push(`#${last} is folded away on paper`);
  await page.emulateMedia({ media: "screen" });
  if (!(await becomes(false))) found.push(`#${last} is not folded away`);
  await page.evaluate((id) => { location.hash = id; }, last);
  if (!(await becomes(true))) found.push(`a link to #${last} does not open what it is folded in`);
  return found;
}

/**
 * Runs in the page: width, links, ids, headings.
 * @returns {string[]}
 */
function shape() {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].find(
      (e) => e.getBoundingClientRect().right > root.clientWidth + 1 && e.closest(".scroll, .skip") === null,
    );
    found.push(`content is ${root.scrollWidth} px wide in a window of ${root.clientWidth}: ${wide?.outerHTML.slice(0, 120)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push(`id ${id} stands twice`);
  const known = new Set(ids);
  for (const link of document.querySelectorAll("a")) {
    const to = link.getAttribute("href") ?? "";
    if (!to.startsWith("#") || !known.has(to.slice(1))) found.push(`link to ${to} leads nowhere`);
  }
  if (document.querySelectorAll("h1").length !== 1) found.push("there is not one h1");
  if (document.scripts.length > 0) found.push("there is a script");
  return found;
}
