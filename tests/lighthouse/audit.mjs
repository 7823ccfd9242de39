// Runs Lighthouse with its mobile profile on the pages of the app at CLAIMGATE_APP_URL.
// `node tests/lighthouse/audit.mjs` fails if accessibility or best practices are below 100, and
// names the audits. With `--times` it only prints the performance for docs/benchmarks.md: times are
// not a criterion of success.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const url = process.env.CLAIMGATE_APP_URL;
if (!url) throw new Error("expected the address of the served app in CLAIMGATE_APP_URL, found none: cargo xtask test lighthouse");
const timed = process.argv.includes("--times");
const pages = ["", "issuers/new", "playground", "examples", "import"];
const categories = timed ? ["performance"] : ["accessibility", "best-practices", "seo"];
/** Lighthouse's rounds vary: this prints their median. */
const rounds = timed ? 5 : 1;

const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Starting and loading may take long while something is being built.
  maxConnectionRetries: 240,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
let failed = 0;
try {
  for (const path of pages) {
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      const options = { port: chrome.port, onlyCategories: categories, logLevel: "error", output: "json", maxWaitForFcp: 120_000, maxWaitForLoad: 120_000 };
      results.push((await lighthouse(new URL(path, url).href, options)).lhr);
    }
    const scores = categories.map((id) => `${id} ${median(results.map((lhr) => Math.round(lhr.categories[id].score * 100)))}`);
    const audits = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"];
    const times = timed ? audits.map((id) => `${id} ${median(results.map((lhr) => Math.round(lhr.audits[id].numericValue * 1000) / 1000))}`) : [];
    console.log(`/${path}: ${[...scores, ...times].join(", ")}`);
    const lhr = results[0];
    for (const id of ["accessibility", "best-practices"].filter((id) => lhr.categories[id] && lhr.categories[id].score < 1)) {
      failed += 1;
      for (const { id: audit, weight } of lhr.categories[id].auditRefs) {
        const { score, title, details } = lhr.audits[audit];
        if (weight > 0 && score !== null && score < 1) console.log(`  ${id}: ${title} ${JSON.stringify(details?.items ?? []).slice(0, 600)}`);
      }
    }
  }
} finally {
  chrome.kill();
}
const checked = pages.length;
console.log(`${checked - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
