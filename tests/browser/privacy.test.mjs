// A token is a credential: it stays in the page's memory and goes nowhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import { appUrl, demonstrated, githubClaims, makeIssuer, paste, visit, withBrowser } from "./helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();

/** All that the page keeps beyond its memory, as one text. */
function kept(page) {
  return page.evaluate(async () => {
    const databases = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      for (const store of database.objectStoreNames) {
        const values = await new Promise((resolve, reject) => {
          const reading = database.transaction(store).objectStore(store).getAll();
          reading.onsuccess = () => resolve(reading.result);
          reading.onerror = () => reject(reading.error);
        });
        databases.push([name, store, values]);
      }
      database.close();
    }
    const cached = await caches.keys();
    return JSON.stringify({
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases,
      cached,
      cookies: document.cookie,
      url: location.href,
      state: history.state,
      title: document.title,
      window: window.name,
    });
  });
}

test("while a token is pasted and judged, no request leaves the page and nothing of it is kept", async () => {
  const demo = await demonstrated(openPage, issuer);
  const page = await openPage(`playground?issuer=${demo.id}`, { storageState: demo.storageState });
  await page.waitForLoadState("networkidle");
  const before = await kept(page);
  const requests = [];
  page.context().on("request", (request) => requests.push([request.method(), request.url(), request.postData(), request.headers()]));
  page.on("websocket", (socket) => requests.push(["websocket", socket.url()]));

  const claims = githubClaims();
  const token = issuer.token(claims);
  const denied = issuer.token({ ...claims, sub: "repo:octo-org/octo-repo:pull_request" });
  await paste(page, token, "Allowed");
  await paste(page, denied, "Denied");
  await paste(page, `${token}x`, "Denied");
  await page.getByLabel("Token", { exact: true }).press("Control+Enter");
  await page.getByLabel("Requested token type").selectOption("runner");
  await page.waitForTimeout(1000);

  assert.deepEqual(requests, [], "no request at all");
  const parts = [...token.split("."), ...denied.split(".")].filter((part) => part.length > 0);
  const secrets = [...parts, claims.jti, ...parts.map((part) => part.slice(0, 40)), ...parts.map((part) => part.slice(-40))];
  const holdsNone = async (where, target) => {
    const state = await kept(target);
    for (const secret of secrets) assert.ok(!state.includes(secret), `${where}: found ${secret}`);
    return state;
  };
  // The time of use is a number of seconds, and nothing else may change.
  const unused = (state) => state.replace(/(lastUsed\\+":)(null|\d{10}(?=[,}]))/g, "$1null");
  const after = await holdsNone("in the playground", page);
  assert.equal(unused(after), unused(before), "what is kept has not changed but for the time of use");
  await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
  await page.getByRole("heading", { level: 1, name: "OIDC Issuers" }).waitFor();
  await holdsNone("on another page", page);
  // The browser may ask for the icon anew, and for nothing else.
  assert.deepEqual(requests.filter(([method, url]) => method !== "GET" || url !== new URL("mark.svg", appUrl).href), []);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  assert.equal(await page.getByLabel("Token", { exact: true }).inputValue(), "", "the token is not there again");
  await page.reload();
  await holdsNone("after a reload", page);
  for (const secret of secrets) assert.ok(!JSON.stringify(requests).includes(secret), `in a request: ${secret}`);
});

test("a page of the app asks its own origin for files and nobody else for anything", async () => {
  const page = await openPage(null);
  const hosts = new Set();
  page.context().on("request", (request) => hosts.add(new URL(request.url()).origin));
  for (const path of ["", "issuers/new", "issuers/new?preset=github-actions", "playground", "no/such/page"]) {
    await visit(page, path);
    await page.waitForLoadState("networkidle");
  }
  assert.deepEqual([...hosts], [new URL(page.url()).origin]);
});
