// The app without a network, and the way to a newer version of it.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { describe, test } from "node:test";
import { newPage, launch, visit, withBrowser, demonstrate, makeIssuer, paste, githubClaims } from "./helpers.mjs";

const openPage = withBrowser();
const dist = new URL("../../dist/", import.meta.url).pathname;
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };

/** Waits until the service worker has kept everything. */
const kept = (page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state === "activated") return;
    await new Promise((resolve) => active.addEventListener("statechange", () => active.state === "activated" && resolve()));
  });

test("after the first visit the app works without a network: issuers, policies, playground, every address", async () => {
  const page = await openPage();
  await demonstrate(page, makeIssuer());
  await kept(page);
  await page.context().setOffline(true);
  await visit(page);
  await page.getByRole("link", { name: "GitHub Actions", exact: true }).waitFor();
  await visit(page, "playground");
  await paste(page, "eyJhbGciOiJub25lIn0.e30", "Denied");
  await visit(page, "no/such/page");
});

test("what is kept holds no token", async () => {
  const page = await openPage();
  const issuer = makeIssuer();
  await kept(page);
  await visit(page, "playground");
  const token = issuer.token(githubClaims());
  await paste(page, token, "Denied");
  const signature = token.split(".")[2];
  const found = await page.evaluate(async (signature) => {
    const names = await caches.keys();
    const urls = [];
    let hit = false;
    for (const name of names) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        urls.push(request.url);
        if (/\.wasm$/.test(request.url)) continue;
        hit ||= (await (await cache.match(request)).text()).includes(signature) || request.url.includes(signature);
      }
    }
    return { count: urls.length, hit };
  }, signature);
  assert.ok(found.count > 5, `expected the app's files in the cache, found ${found.count}`);
  assert.equal(found.hit, false);
});

test("a page whose files cannot be had says so, and is there once they can be", async () => {
  const page = await openPage("", { serviceWorkers: "block" });
  await page.route(/\.wasm$/, (route) => route.abort());
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByRole("heading", { level: 1, name: "This page could not be loaded" }).waitFor();
  page.problems.length = 0;
  await page.unroute(/\.wasm$/);
  await page.getByRole("button", { name: "Load anew" }).click();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  // Without a service worker, for it would have kept the files; the browser says that once the app is at rest.
  const isBlocked = (problem) => /Service Worker registration blocked/.test(problem);
  for (let wait = 0; wait < 50 && !page.problems.some(isBlocked); wait += 1) await page.waitForTimeout(100);
  page.problems.splice(0, page.problems.length, ...page.problems.filter((problem) => !isBlocked(problem)));
});

describe("a newer version", () => {
  test("is offered, and taken over on the person's word", async () => {
    const folder = mkdtempSync(join(tmpdir(), "claimgate-versions-"));
    cpSync(dist, folder, { recursive: true });
    const server = createServer((request, response) => {
      const path = new URL(request.url, "http://x").pathname;
      const file = join(folder, extname(path) ? path : "index.html");
      try {
        const body = readFileSync(file);
        response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "cache-control": "no-cache" });
        response.end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await launch();
    try {
      const page = await newPage(browser);
      const address = `http://127.0.0.1:${server.address().port}/`;
      await page.goto(address);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await kept(page);
      // A deployment: another text in the shell, and a worker with another version.
      const change = (file, from, to) => {
        const text = readFileSync(join(folder, file), "utf8");
        assert.ok(text.match(from), `${file} has ${from}`);
        writeFileSync(join(folder, file), text.replace(from, to));
      };
      change("index.html", /<title>Claimgate<\/title>/, "<title>Claimgate, newer</title>");
      change("sw.js", /const VERSION = "[^"]+"/, 'const VERSION = "newer"');
      await page.reload();
      await page.getByRole("heading", { level: 1 }).waitFor();
      const note = page.getByRole("status").filter({ hasText: "A new version of Claimgate is ready" });
      await note.waitFor();
      const html = () => page.evaluate(async () => (await fetch("index.html")).text());
      assert.ok(!(await html()).includes("Claimgate, newer"), "the old version stays whole until it is left");
      await Promise.all([page.waitForEvent("load"), note.getByRole("button", { name: "Reload" }).click()]);
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.ok((await html()).includes("Claimgate, newer"));
      const names = await page.evaluate(() => caches.keys());
      assert.deepEqual(names, ["claimgate-app-newer"], "what the old version kept is gone");
      assert.deepEqual(page.problems, []);
    } finally {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
