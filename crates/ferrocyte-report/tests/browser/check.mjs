// Opens a report in a real browser and checks what only a browser can tell.
//
//   npm install --prefix SOME_TEMPORARY_FOLDER playwright-core
//   NODE_PATH=SOME_TEMPORARY_FOLDER/node_modules CHROMIUM=/usr/bin/chromium \
//     node crates/ferrocyte-report/tests/browser/check.mjs REPORT.html PICTURES_FOLDER
//
// CHROMIUM may be left out where the browser is /usr/bin/chromium. At 1280 and 390 px, light and dark, it asserts:
// no error in the console, no request but the file itself, no horizontal scrolling of the page, text with a
// contrast of at least 4.5; and once: a square of the confusion matrix tells its count, tables sort, the colours
// change, and everything is there with JavaScript off. It saves pictures of every page, and exits 1 on the first
// thing that is not so.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// `require` looks at NODE_PATH, `import` does not.
const { chromium } = createRequire(import.meta.url)("playwright-core");

const [report, pictures] = process.argv.slice(2);
if (!report || !pictures) {
  console.error("usage: node check.mjs REPORT.html PICTURES_FOLDER");
  process.exit(2);
}
const address = pathToFileURL(resolve(report)).href;
const name = basename(report, ".html");
mkdirSync(pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

/** Opens the report; what it must not do is collected in `faults`. */
async function open(options) {
  const context = await browser.newContext({ deviceScaleFactor: 1, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== address) faults.push(`request: ${request.url()}`);
  });
  await page.goto(address, { waitUntil: "load" });
  return { page, faults, close: () => context.close() };
}

/** Texts whose contrast with what lies behind them is below 4.5. */
const weakTexts = () => {
  const channels = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const square = e.matches("g.square") && e.querySelector("rect");
      const colour = channels(square ? getComputedStyle(square).fill : getComputedStyle(e).backgroundColor);
      if (colour.a > 0) return colour.rgb;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("script,style,title,.unseen,.skip")) continue;
    const style = getComputedStyle(element);
    const ink = channels(element.closest("svg") ? style.fill : style.color).rgb;
    const [high, low] = [luminance(ink), luminance(ground(element))].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) weak.push(`${contrast.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return [...new Set(weak)];
};

const views = [
  { width: 1280, height: 900, colorScheme: "light" },
  { width: 1280, height: 900, colorScheme: "dark" },
  { width: 390, height: 844, colorScheme: "light", isMobile: true, hasTouch: true },
  { width: 390, height: 844, colorScheme: "dark", isMobile: true, hasTouch: true },
];
for (const { width, height, ...rest } of views) {
  const { page, faults, close } = await open({ viewport: { width, height }, ...rest });
  // Not against `innerWidth`: a phone's window grows with a page that is too wide.
  const wide = (await page.evaluate(() => document.documentElement.scrollWidth)) - width;
  assert.ok(wide <= 0, `${width} px: the page is ${wide} px wider than the window`);
  assert.deepEqual(await page.evaluate(weakTexts), [], `${width} px, ${rest.colorScheme}: text that is hard to read`);
  assert.deepEqual(faults, [], `${width} px, ${rest.colorScheme}`);
  await page.screenshot({ path: join(pictures, `${name}-${width}-${rest.colorScheme}.png`), fullPage: true });
  await close();
}

const { page, faults, close } = await open({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });

const square = page.locator("g.square[data-count]").first();
if (await square.count()) {
  const cells = Number(await square.getAttribute("data-count"));
  await square.hover();
  const tip = page.locator(".tip");
  assert.ok(await tip.isVisible(), "pointing at a square of the confusion matrix shows a tooltip");
  const told = Number((await tip.textContent()).split(/[^\d,]/)[0].replaceAll(",", ""));
  assert.equal(told, cells, "the tooltip tells the count of the square");
  await page.screenshot({ path: join(pictures, `${name}-tooltip.png`) });
} else {
  console.log(`${name}: no confusion matrix to point at`);
}

const table = page.locator("table.sortable").first();
if (await table.count()) {
  const heads = table.locator("thead th.number");
  for (let i = 0; i < Math.min(2, await heads.count()); i++) {
    const head = heads.nth(i);
    const column = await head.evaluate((th) => th.cellIndex);
    const values = () =>
      table.evaluate((t, c) => [...t.tBodies[0].rows].map((r) => Number(r.cells[c].querySelector("data")?.value ?? NaN)).filter((v) => !Number.isNaN(v)), column);
    const before = await values();
    await head.locator("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    assert.deepEqual(await values(), [...before].sort((a, b) => b - a), "sorted from large to small");
    await head.locator("button").press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    assert.deepEqual(await values(), [...before].sort((a, b) => a - b), "sorted from small to large");
  }
} else {
  console.log(`${name}: no table to sort`);
}

const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const light = await ground();
await page.locator("button.theme").click();
assert.notEqual(await ground(), light, "the button changes the colours");
await page.locator("button.theme").click();
assert.equal(await ground(), light, "and changes them back");
assert.deepEqual(faults, []);
await page.pdf({ path: join(pictures, `${name}.pdf`), format: "A4", margin: { top: "15mm", bottom: "15mm", left: "14mm", right: "14mm" } });
await close();

const still = await open({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
for (const link of await still.page.locator("nav a").all()) {
  const target = still.page.locator(await link.getAttribute("href"));
  assert.ok(await target.isVisible(), "every part is there with JavaScript off");
}
assert.ok(await still.page.locator("button.theme").isHidden(), "no button without a script behind it");
await still.close();

await browser.close();
console.log(`${name}: as it should be; pictures in ${pictures}`);
