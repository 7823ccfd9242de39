// Measures the size of the built app, and how soon it paints and answers in headless Chromium:
// `node tests/bench/app.mjs URL`, with the app served there from `dist/`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const url = process.argv[2] ?? process.env.CLAIMGATE_APP_URL;
if (!url) throw new Error("expected the address of the served app, found none: node tests/bench/app.mjs URL");
const dist = new URL("../../dist/", import.meta.url).pathname;
const rounds = 9;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

console.log(`${"file".padEnd(48)} raw / gzip / brotli`);
const sizes = new Map();
for (const name of readdirSync(dist).filter((name) => /\.(wasm|js|css|html|svg|webmanifest)$/.test(name))) {
  const bytes = readFileSync(join(dist, name));
  sizes.set(name, brotli(bytes));
  if (bytes.length >= 10_000) {
    console.log(`${name.padEnd(48)} ${kilobytes(bytes.length)} / ${kilobytes(gzipSync(bytes).length)} / ${kilobytes(sizes.get(name))}`);
  }
}

const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

// What each page's first visit loads, in brotli. The code editor loads later and is counted
// separately; files that the service worker fetches for offline use are not counted.
console.log(`\n${"first visit".padEnd(24)} brotli / files / the code editor apart`);
const browser = await launch();
for (const path of ["", "issuers/new", "import", "playground", "examples", "examples/pull-request"]) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const files = new Set();
  page.on("response", (response) => {
    if (response.request().serviceWorker() !== null) return;
    const name = new URL(response.url()).pathname.split("/").pop();
    files.add(sizes.has(name) ? name : "index.html");
  });
  await page.goto(new URL(path, url).href);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
  const sum = (names) => names.reduce((sum, name) => sum + sizes.get(name), 0);
  const isEditor = (name) => name.startsWith("editor") && name.endsWith(".js");
  const own = [...files].filter((name) => !isEditor(name));
  console.log(`/${path.padEnd(23)} ${kilobytes(sum(own))} / ${own.length} / ${kilobytes(sum([...files].filter(isEditor)))}`);
  await context.close();
}
await browser.close();

const paint = [];
const interactive = [];
for (let round = 0; round < rounds; round += 1) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: "commit" });
  await page.getByRole("link", { name: "Register issuer" }).or(page.getByRole("button", { name: "Register issuer" })).first().waitFor();
  interactive.push(await page.evaluate(() => performance.now()));
  paint.push(
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntriesByName("first-contentful-paint")[0]?.startTime)).observe({
            type: "paint",
            buffered: true,
          });
        }),
    ),
  );
  await browser.close();
}
console.log(`first contentful paint, median of ${rounds} cold loads: ${Math.round(median(paint))} ms`);
console.log(`the page's first action can be pressed: ${Math.round(median(interactive))} ms`);
