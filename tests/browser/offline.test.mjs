// The app without a network, and updates to a newer version.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import {
  appUrl, demonstrate, eventually, githubClaims, makeIssuer, paste, storedOffline, visit, withBrowser,
} from "./helpers.mjs";

const openPage = withBrowser();

test("after the first visit the app works without a network: issuers, policies, playground, every address", async () => {
  const page = await openPage();
  await demonstrate(page, makeIssuer());
  await storedOffline(page);
  await page.context().setOffline(true);
  await visit(page);
  await page.getByRole("link", { name: "GitHub Actions", exact: true }).waitFor();
  await visit(page, "playground");
  await paste(page, "eyJhbGciOiJub25lIn0.e30", "Refused");
  await visit(page, "no/such/page");
  await visit(page, "docs/errors.html");
  await page.getByRole("navigation", { name: "Documentation" }).getByRole("link", { name: "Token checks" }).click();
  await page.getByRole("heading", { level: 1, name: "Token checks" }).waitFor();
});

test("the offline cache contains no token", async () => {
  const page = await openPage();
  const issuer = makeIssuer();
  await storedOffline(page);
  await visit(page, "playground");
  const token = issuer.token(githubClaims());
  await paste(page, token, "Refused");
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

test("a page whose files are unavailable shows an error, and loads once they are available", async () => {
  const page = await openPage("", { serviceWorkers: "block" });
  // The browser may report the aborted requests at any later time.
  page.expected = /net::ERR_FAILED|Failed to fetch/;
  await page.route(/\.wasm$/, (route) => route.abort());
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByRole("heading", { level: 1, name: "This page could not be loaded" }).waitFor();
  await page.unroute(/\.wasm$/);
  await page.getByRole("button", { name: "Reload" }).click();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
});

describe("a newer version", () => {
  test("is offered, and installed after confirmation", async () => {
    // A deployment: another text in the shell, and a worker with another version.
    const changes = {
      "index.html": [/<title>Claimgate<\/title>/, "<title>Claimgate, newer</title>"],
      "sw.js": [/const VERSION = "[^"]+"/, 'const VERSION = "newer"'],
    };
    let isDeployed = false;
    const server = createServer(async (request, response) => {
      const answer = await fetch(new URL(`.${request.url}`, appUrl));
      const type = answer.headers.get("content-type");
      const isShell = type.startsWith("text/html") && !request.url.startsWith("/docs/");
      const name = isShell ? "index.html" : request.url.slice(1);
      let body = Buffer.from(await answer.arrayBuffer());
      if (isDeployed && name in changes) {
        const [from, to] = changes[name];
        const text = body.toString();
        if (!from.test(text)) throw new Error(`expected ${from} in ${name}`);
        body = Buffer.from(text.replace(from, to));
      }
      response.writeHead(answer.status, { "content-type": type, "cache-control": "no-cache" }).end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const page = await openPage(`http://127.0.0.1:${server.address().port}/`);
      await storedOffline(page);
      isDeployed = true;
      await page.reload();
      await page.getByRole("heading", { level: 1 }).waitFor();
      const note = page.getByRole("status").filter({ hasText: "A new version of Claimgate is ready" });
      await note.waitFor();
      const html = () => page.evaluate(async () => (await fetch("index.html")).text());
      assert.ok(!(await html()).includes("Claimgate, newer"), "the old version stays whole until it is left");
      await Promise.all([page.waitForEvent("load"), note.getByRole("button", { name: "Reload" }).click()]);
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.ok((await html()).includes("Claimgate, newer"));
      // The worker deletes what the old version kept while it takes over.
      await eventually(async () => assert.deepEqual(await page.evaluate(() => caches.keys()), ["claimgate-app-newer"]));
      await page.context().close();
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
