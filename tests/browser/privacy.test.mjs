// A token is a credential: it stays in the page's memory. The app loads parts of itself on demand, so each test first does
// with harmless input what it does with the token later; from then on the page must not request anything.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aMinuteLater, appUrl, audience, copied, decision, demonstrated, eventually, githubClaims, makeIssuer, paste, storedOffline, visit, withBrowser,
} from "./helpers.mjs";
import { allow, deny } from "./editor-helpers.mjs";
import { editCopy, unfold } from "./playground-helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();

/** All of the page's storage, as one text. */
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

/** Whether a request is anything but one for a file of the app, by its name alone. */
function isNoFile([method, url, body]) {
  const name = url.startsWith(appUrl) ? url.slice(appUrl.length) : "";
  return method !== "GET" || body !== null || !(name === "mark.svg" || /^(analysis\/|fonts\/)?[\w-]+\.(css|wasm|js|woff2)$/.test(name));
}

/** The requests of a page and its workers from now on: method, address, body and headers. */
function recorded(page) {
  const requests = [];
  page.context().on("request", (request) => requests.push([request.method(), request.url(), request.postData(), request.headers()]));
  page.on("websocket", (socket) => requests.push(["websocket", socket.url(), null, {}]));
  return requests;
}

/** Takes the requests that were caused by harmless input, which may be for files of the app. */
const taken = (requests) => assert.deepEqual(requests.splice(0).filter(isNoFile), []);

/** In the page: keeps the workers that have not answered yet. */
function countQuestions() {
  const asked = (globalThis.askedWorkers = new Set());
  globalThis.Worker = class extends globalThis.Worker {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("message", () => asked.delete(this));
    }
    postMessage(...rest) {
      asked.add(this);
      super.postMessage(...rest);
    }
    terminate() {
      asked.delete(this);
      super.terminate();
    }
  };
}

/** Waits until the analysis has answered, also the questions that rest before they are asked. */
async function analyzed(page) {
  await aMinuteLater(page);
  await eventually(async () => assert.equal(await page.evaluate(() => globalThis.askedWorkers.size), 0, "unanswered questions"));
}

/** Goes to the list of issuers, and back to the playground. */
async function awayAndBack(page) {
  await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
  await page.getByRole("heading", { level: 1, name: "OIDC Issuers" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
}

test("while a token is pasted and evaluated, no request leaves the page and nothing of it is stored", async () => {
  const demo = await demonstrated(openPage, issuer);
  const page = await openPage(`playground?issuer=${demo.id}`, { storageState: demo.storageState, clock: true });
  await storedOffline(page);
  const requests = recorded(page);
  await paste(page, "x", "Refused");
  await awayAndBack(page);
  await paste(page, "", "No decision yet");
  await aMinuteLater(page);
  taken(requests);
  const before = await kept(page);

  const claims = githubClaims();
  const token = issuer.token(claims);
  const denied = issuer.token({ ...claims, sub: "repo:octo-org/octo-repo:pull_request" });
  await paste(page, token, "Allowed");
  await paste(page, denied, "Denied");
  await paste(page, `${token}x`, "Refused");
  await page.keyboard.press("Control+Enter");
  await decision(page).filter({ hasText: "the signature is not canonical" }).waitFor();
  await page.getByLabel("Requested token type").selectOption("runner");
  await paste(page, token, "denied by default");
  await aMinuteLater(page);

  assert.deepEqual(requests, [], "no request at all");
  const parts = [...token.split("."), ...denied.split(".")].filter((part) => part.length > 0);
  const secrets = [...parts, claims.jti, ...parts.map((part) => part.slice(0, 40)), ...parts.map((part) => part.slice(-40))];
  const holdsNone = async (where, target) => {
    const state = await kept(target);
    for (const secret of secrets) assert.ok(!state.includes(secret), `${where}: found ${secret}`);
    return state;
  };
  // The time of use is a number of seconds; nothing else may change.
  const unused = (state) => state.replace(/(lastUsed\\+":)(null|\d{10}(?=[,}]))/g, "$1null");
  const after = await holdsNone("in the playground", page);
  assert.equal(unused(after), unused(before), "what is kept has not changed but for the time of use");
  await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
  await page.getByRole("heading", { level: 1, name: "OIDC Issuers" }).waitFor();
  await holdsNone("on another page", page);
  // The browser, not the app, may request the icon again for another address.
  const icon = new URL("mark.svg", appUrl).href;
  assert.deepEqual(requests.filter(([method, url, body]) => method !== "GET" || url !== icon || body !== null), [], "no request on another page");
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  const field = page.getByLabel("Token", { exact: true });
  assert.equal(await field.inputValue(), token, "the token stays in memory while other pages are shown");
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  assert.equal(await field.inputValue(), "", "and is gone after a reload");
  await holdsNone("after a reload", page);
  for (const secret of secrets) assert.ok(!JSON.stringify(requests).includes(secret), `in a request: ${secret}`);
});

test("nor while a sample is signed, a scratch set is used, and everything is shared", async () => {
  const demo = await demonstrated(openPage, issuer);
  const page = await openPage(null, { storageState: demo.storageState, permissions: ["clipboard-write"], clock: true });
  await page.addInitScript(countQuestions);
  await visit(page, `playground?issuer=${demo.id}`);
  await storedOffline(page);
  const requests = recorded(page);
  await paste(page, "x", "Refused");
  for (const part of ["Exchange", "Share", "Sign a sample token"]) await unfold(page, part);
  // The set stays in use: another one would start workers of its own, for which the browser requests their files again.
  await editCopy(page);
  await page.locator(".cm-content").waitFor();
  const repository = "repo:octo-org/octo-repo";
  const policies = [allow({ aud: audience, sub: `${repository}:*` }), deny({ sub: `${repository}:pull_request` }), deny({ actor: "mallory" })];
  await page.getByLabel("Scratch policies as JSON").fill(JSON.stringify({ policies }, null, 2));
  // The worker that checks the set, the one for the pattern at the cursor, and the one for who gets in.
  await page.locator(".cm-line").filter({ hasText: `${repository}:*` }).click();
  for (const key of ["End", "ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
  await page.getByRole("group", { name: "What fits" }).waitFor();
  await unfold(page, "Who gets in");
  await page.getByText(/^This assumes \d+ facts/).waitFor();
  await paste(page, "", "No decision yet");
  await analyzed(page);
  taken(requests);

  const token = issuer.token(githubClaims({ sub: "repo:octo-org/other-repo:ref:refs/heads/main" }));
  await paste(page, token, "Denied");
  await unfold(page, "Exchange");
  await page.getByRole("button", { name: "Try this in the scratch set" }).click();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  // A question that replaces an unanswered one starts another worker.
  await analyzed(page);
  await unfold(page, "Share");
  await page.getByRole("button", { name: "Copy the link" }).click();
  await page.getByText("✓ Copied").waitFor();
  const link = await copied(page);
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await eventually(async () => assert.match(await copied(page), /^## Allowed/));
  const markdown = await copied(page);
  await unfold(page, "Sign a sample token");
  await page.getByRole("button", { name: "Sign and use" }).click();
  await page.getByRole("note").filter({ hasText: "Throw-away key." }).waitFor();
  const signed = await page.getByLabel("Token", { exact: true }).inputValue();
  assert.notEqual(signed, token);
  await analyzed(page);

  assert.deepEqual(requests, [], "no request at all");
  const shown = await page.evaluate(() => document.documentElement.outerHTML.replaceAll(/<(pre|textarea)[^]*?<\/\1>/g, ""));
  const state = await kept(page);
  for (const part of [...token.split("."), ...signed.split(".")]) {
    for (const [where, place] of Object.entries({ link, markdown, state, shown })) {
      assert.ok(!place.includes(part), `in the ${where}: ${part}`);
    }
  }
  for (const secret of ["throw-away", "PRIVATE", '"d":']) assert.ok(!state.includes(secret), secret);
});

test("an example and a link are stored only in the address", async () => {
  const page = await openPage("examples");
  const before = JSON.parse(await kept(page));
  await page.getByRole("link", { name: "A token from an hour ago" }).click();
  await decision(page).filter({ hasText: "expired" }).waitFor();
  const after = JSON.parse(await kept(page));
  for (const place of ["local", "session", "databases", "cookies"]) assert.deepEqual(after[place], before[place], place);
});

test("a page of the app requests only files, and only from its own origin", async () => {
  const page = await openPage(null, { clock: true });
  const hosts = new Set();
  page.context().on("request", (request) => hosts.add(new URL(request.url()).origin));
  for (const path of ["", "issuers/new", "issuers/new?preset=github-actions", "playground", "examples", "examples/expired", "no/such/page"]) {
    await visit(page, path);
    await storedOffline(page);
    await aMinuteLater(page);
  }
  assert.deepEqual([...hosts], [new URL(page.url()).origin]);
});
