// Connected mode: the app that `claimgate serve` serves, over its API.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import axe from "axe-core";
import { BOOTSTRAP, DEMO, KEYS, Server, eventually, kept, saved, signIn, withServer } from "./connected-helpers.mjs";
import { addPolicy, decision, explanation, paste, policyForm, save } from "./helpers.mjs";

const { server, openPage } = withServer();

const allow = (sub) => ({ decision: "allow", tokenType: "organization", rules: { aud: "a", sub } });
const row = (page, name) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
const notice = (page, name) => page.getByRole("region", { name });
let count = 0;

/** A page that is signed in, on an issuer of its own with one policy. */
async function onIssuer(options = {}) {
  const name = `CI ${++count}`;
  await server.add(name, `https://ci-${count}.example`);
  await server.setPolicies(await server.issuer(name), [allow("first")]);
  const page = await openPage("", options);
  await signIn(page);
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  return { page, name };
}

const subjects = async (name) => (await server.issuer(name)).authPolicy.policies.map((policy) => policy.rules.sub);
const pattern = (page, number, place = 1) => policyForm(page, number).getByLabel("Pattern", { exact: true }).nth(place);

/** Saves policies, without waiting for the server. */
async function saveAtOnce(page) {
  await page.getByRole("button", { name: "Save policies" }).click();
  await page.getByRole("dialog", { name: "Save these changes?" }).getByRole("button", { name: "Save", exact: true }).click();
}

for (const width of [1280, 390]) {
  describe(`at ${width} px`, () => {
    const options = { viewport: { width, height: 800 } };

    test("one signs in, registers an issuer, writes its policies, and signs out", async () => {
      const page = await openPage("", options);
      await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
      await signIn(page, "wrong");
      await page.getByRole("alert").filter({ hasText: "the server does not know this token, or no longer" }).waitFor();
      await signIn(page);
      await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
      assert.ok(await page.getByText("signed in as bootstrap").isVisible());

      const [name, url] = [`Registered at ${width}`, `https://registered-${width}.example`];
      await page.getByRole("link", { name: "Register issuer" }).click();
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("URL", { exact: true }).fill(DEMO);
      await page.getByLabel("JWKS").fill(KEYS);
      await page.getByRole("button", { name: "Register issuer" }).click();
      await page.getByRole("alert").filter({ hasText: `an issuer with the URL \`${DEMO}\` is there already` }).waitFor();
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), name, "what was written is there still");
      await page.getByLabel("URL", { exact: true }).fill(url);
      await page.getByRole("button", { name: "Register issuer" }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      const registered = await server.issuer(name);
      assert.equal(new URL(page.url()).pathname, `/issuers/${registered.id}`);
      assert.deepEqual([registered.url, registered.jwks], [url, JSON.parse(KEYS)]);

      await addPolicy(page, 1, "allow", [["sub", "repo:octo-org/*"]]);
      await save(page);
      const { policies } = (await server.issuer(name)).authPolicy;
      assert.deepEqual(policies.map(({ decision, rules }) => [decision, rules]), [["allow", { sub: "repo:octo-org/*" }]]);

      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Max expiration").fill("3");
      await page.getByRole("button", { name: "Save details" }).click();
      assert.ok(await eventually(async () => (await server.issuer(name)).maxExpiration === 3 * 3600));

      await saved(page);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
      assert.equal(await page.getByText(name).count(), 0, "nothing of the server's is shown");
    });

    test("what two people change in different parts is brought together", async () => {
      const { page, name } = await onIssuer(options);
      const { id } = await server.issuer(name);
      await server.call("PATCH", `/api/orgs/demo/oidc/issuers/${id}`, { name: `${name}, renamed`, maxExpiration: 60 });
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Thumbprints").fill("ab".repeat(32));
      await page.getByRole("button", { name: "Save details" }).click();
      await page.getByRole("heading", { level: 1, name: `${name}, renamed` }).waitFor();
      assert.ok(await eventually(async () => (await server.issuer(`${name}, renamed`)).thumbprints[0] === "ab".repeat(32)));
      assert.equal((await server.issuer(`${name}, renamed`)).maxExpiration, 60);
      assert.equal(await notice(page, "Changed by two people").count(), 0);
    });

    test("what two people change in the same part is there twice until one is chosen", async () => {
      const { page, name } = await onIssuer(options);
      await pattern(page, 1).fill("mine");
      await server.setPolicies(await server.issuer(name), [allow("theirs")]);
      await saveAtOnce(page);
      const conflict = notice(page, "Changed by two people");
      await conflict.waitFor();
      assert.match(await conflict.innerText(), /They differ in: policies/);
      assert.deepEqual(await subjects(name), ["theirs"], "the server's version stays until the person has chosen");
      assert.equal(await pattern(page, 1).inputValue(), "theirs");
      await conflict.getByRole("button", { name: "Put the other into the list" }).click();
      assert.ok(await eventually(async () => (await subjects(name))[0] === "mine"));
      assert.match(await conflict.innerText(), /They differ in: policies/, "now theirs is the other one");
      await conflict.getByRole("button", { name: "Discard the other" }).click();
      await conflict.waitFor({ state: "detached" });
    });

    test("what is changed while somebody else deletes it is kept, and can be registered anew", async () => {
      const { page, name } = await onIssuer(options);
      const { id } = await server.issuer(name);
      await pattern(page, 1).fill("kept");
      await server.call("DELETE", `/api/orgs/demo/oidc/issuers/${id}`);
      await saveAtOnce(page);
      const conflict = notice(page, "Changed by two people");
      await conflict.getByText("It was deleted while it was changed here").waitFor();
      await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
      await conflict.getByRole("button", { name: "Put the other into the list" }).click();
      await row(page, name).waitFor();
      assert.ok(await eventually(async () => (await server.issuer(name))?.authPolicy.policies[0]?.rules.sub === "kept"));
    });

    test("what the server refuses is undone, in its words, and can be tried again", async () => {
      const { page, name } = await onIssuer(options);
      await policyForm(page, 1).getByRole("button", { name: /Remove policy/ }).click();
      await saveAtOnce(page);
      const undone = page.getByRole("alert").filter({ hasText: `${name} keeps its policies as they were` });
      await undone.waitFor();
      assert.match(await undone.innerText(), /policy definition can not be empty/);
      await pattern(page, 1).waitFor();
      assert.equal(await pattern(page, 1).inputValue(), "first", "what the server has is shown again");
      await undone.getByRole("button", { name: "Give it up" }).click();
      await undone.waitFor({ state: "detached" });
    });

    test("a server that cannot be reached undoes a change; when it is back, it is tried again", async () => {
      const { page, name } = await onIssuer(options);
      await pattern(page, 1).fill("second");
      await server.stop();
      await saveAtOnce(page);
      const undone = page.getByRole("alert").filter({ hasText: `${name} keeps its policies as they were: the server cannot be reached.` });
      await undone.waitFor();
      assert.equal(await pattern(page, 1).inputValue(), "first");
      await undone.getByText("What was to be saved").click();
      assert.match(await undone.innerText(), /"second"/);
      await undone.getByRole("button", { name: "Try again" }).click();
      await undone.waitFor();
      await server.start();
      await undone.getByRole("button", { name: "Try again" }).click();
      assert.ok(await eventually(async () => (await subjects(name))[0] === "second"));
      await undone.waitFor({ state: "detached" });
      assert.equal(await pattern(page, 1).inputValue(), "second");
    });

    test("an issuer is deleted, and put back with its policies and settings", async () => {
      const { page, name } = await onIssuer(options);
      const before = await server.issuer(name);
      await server.call("PATCH", `/api/orgs/demo/oidc/issuers/${before.id}`, { name, singleUse: true });
      const denies = { decision: "deny", tokenType: "organization", rules: { sub: "*" }, reportOnly: true };
      await server.setPolicies(before, [allow("first"), denies]);
      await page.getByRole("button", { name: "Sign out" }).click();
      await signIn(page);
      await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
      await page.getByRole("button", { name: `Delete ${name}`, exact: true }).click();
      await row(page, name).waitFor({ state: "detached" });
      assert.ok(await eventually(async () => !(await server.issuer(name))));
      await page.getByRole("button", { name: "Undo" }).click();
      await row(page, name).waitFor();
      assert.ok(await eventually(async () => (await server.issuer(name))?.authPolicy.policies.length === 2));
      const after = await server.issuer(name);
      assert.deepEqual([after.singleUse, after.url, after.jwks], [true, before.url, before.jwks]);
      assert.deepEqual(after.authPolicy.policies.map((policy) => policy.reportOnly ?? false), [false, true]);
      // Under its new identifier it is an issuer like any other.
      await saved(page);
      await page.getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      assert.equal(new URL(page.url()).pathname, `/issuers/${after.id}`);
    });

    test("a token that is revoked signs out, and nothing is lost", async () => {
      const admin = (await server.samples()).find((sample) => sample.scope === "admin");
      const { access_token: token } = await server.exchange(admin.token, { scope: "admin" });
      const { page, name } = await onIssuer(options);
      await page.getByRole("button", { name: "Sign out" }).click();
      await signIn(page, token);
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await pattern(page, 1).fill("written");
      const body = new URLSearchParams({ token });
      await fetch(new URL("api/oauth/revoke", server.url), { method: "POST", body, headers: { authorization: `token ${token}` } });
      await saveAtOnce(page);
      const again = notice(page, "Signed out");
      await again.waitFor();
      assert.equal(await pattern(page, 1).inputValue(), "written");
      assert.deepEqual(await subjects(name), ["first"]);
      await signIn(page);
      await again.waitFor({ state: "detached" });
      assert.ok(await eventually(async () => (await subjects(name))[0] === "written"));
    });

    test("the audit log is searched, and shows why", async () => {
      const samples = await server.samples();
      const hostile = "repo:demo/app:<img src=x onerror=alert(1)>\u202e";
      for (const sample of samples) await server.exchange(sample.token, { scope: sample.scope, type: sample.requestedTokenType.split(":").at(-1) });
      const page = await openPage("", options);
      page.on("dialog", () => page.problems.push("a dialog was opened"));
      await signIn(page);
      await page.getByRole("link", { name: "Audit log" }).click();
      await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
      const rows = page.locator(".audit tbody tr");
      await rows.first().waitFor();
      const all = await rows.count();
      assert.ok(all >= samples.length, `${all} exchanges`);

      await page.getByLabel("Decision").selectOption("denied");
      await page.getByLabel("Subject contains").fill("pull_request");
      await page.getByRole("button", { name: "Search" }).click();
      await page.waitForURL(/decision=denied&subject=pull_request$/);
      await page.waitForFunction((all) => document.querySelectorAll(".audit tbody tr").length < all, all);
      for (const text of await rows.allInnerTexts()) assert.match(text, /Denied[^]*pull_request/);

      await page.getByLabel("Subject contains").fill(hostile);
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("heading", { name: "No exchange" }).waitFor();
      await page.goBack();
      await rows.first().waitFor();
      await rows.first().getByRole("link").click();
      await page.getByRole("heading", { level: 1, name: "Exchange" }).waitFor();
      const policies = explanation(page);
      await policies.waitFor();
      assert.match(await policies.innerText(), /matched: denies/);
      assert.match(await page.getByRole("list", { name: "Checks" }).innerText(), /Signature passed/);
      await page.getByRole("link", { name: "Open in the playground" }).click();
      await decision(page).filter({ hasText: "Denied" }).waitFor();
      assert.ok(!page.url().includes(samples[1].token.split(".")[2]), "the address has no signature");

      await page.getByRole("link", { name: "Audit log" }).click();
      await page.getByLabel("Since").fill("yesterday");
      await page.getByText("expected a time like 2026-11-25T12:00:00Z, found yesterday").or(page.getByText("expected a time like `2026-11-25T12:00:00Z`, found `yesterday`")).waitFor();
      await page.getByLabel("Since").fill("2020-01-01T00:00:00Z");
      await page.getByLabel("Before").fill("2020-01-02T00:00:00Z");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("heading", { name: "No exchange" }).waitFor();
      await page.getByRole("button", { name: "Show all exchanges" }).click();
      await rows.first().waitFor();
    });
  });
}

test("older exchanges are read when they are asked for", async () => {
  const { token } = (await server.samples())[2];
  for (let index = 0; index < 60; index++) await server.exchange(token);
  const page = await openPage("");
  await signIn(page);
  await page.getByRole("link", { name: "Audit log" }).click();
  const rows = page.locator(".audit tbody tr");
  await page.getByText("The newest 50 exchanges").waitFor();
  assert.equal(await rows.count(), 50);
  await page.getByRole("button", { name: "Older exchanges" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".audit tbody tr").length > 50);
  const ids = await rows.getByRole("link").evaluateAll((links) => links.map((link) => link.href));
  assert.equal(new Set(ids).size, ids.length, "none is there twice");
});

test("the access token is in requests to the server's API only, and nowhere that is kept", async () => {
  const page = await openPage("");
  assert.deepEqual(page.requests.filter((request) => request.url().includes("/api/")), [], "nothing is asked before one signs in");
  await signIn(page);
  await page.getByRole("link", { name: "Demonstration", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Demonstration" }).waitFor();
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
  assert.ok(!(await kept(page)).includes(BOOTSTRAP));
  for (const request of page.requests) {
    const { authorization } = await request.allHeaders();
    const isApi = request.url().startsWith(`${server.url}api/`);
    assert.equal(authorization, isApi ? `token ${BOOTSTRAP}` : undefined, request.url());
    assert.ok(!request.url().includes(BOOTSTRAP) && !(request.postData() ?? "").includes(BOOTSTRAP), request.url());
  }
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
});

test("whoever wants to stay signed in does so in the tab, until signing out", async () => {
  const page = await openPage("");
  await signIn(page, BOOTSTRAP, { stay: true });
  await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
  await page.reload();
  await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
  const [local, session] = JSON.parse(await kept(page));
  assert.ok(!JSON.stringify(local).includes(BOOTSTRAP));
  assert.deepEqual(JSON.parse(session["claimgate.session"]), { token: BOOTSTRAP, organization: "demo" });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  assert.ok(!(await kept(page)).includes(BOOTSTRAP));
});

test("a token in the playground stays in the page, in connected mode too", async () => {
  const page = await openPage("");
  await signIn(page);
  await page.getByRole("link", { name: "Demonstration", exact: true }).click();
  await page.getByRole("link", { name: "Try in the playground" }).click();
  const [sample] = await server.samples();
  await page.waitForLoadState("networkidle");
  page.requests.length = 0;
  await paste(page, sample.token, "Allowed");
  await page.waitForTimeout(500);
  for (const request of page.requests) {
    const text = JSON.stringify([request.url(), request.postData(), await request.allHeaders()]);
    for (const part of sample.token.split(".")) assert.ok(!text.includes(part), request.url());
  }
  const state = await kept(page);
  for (const part of sample.token.split(".")) assert.ok(!state.includes(part));
});

test("samples stay in this browser, and are there again", async () => {
  const page = await openPage("");
  await signIn(page);
  await page.getByRole("link", { name: "Register issuer" }).waitFor();
  await page.goto(new URL("issuers/new?preset=github-actions&examples=yes", server.url).href);
  await signIn(page);
  await page.getByLabel("JWKS").fill(KEYS);
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("tab", { name: "Policies" }).waitFor();
  await saved(page);
  const sample = page.getByText("Example", { exact: true }).first();
  await sample.waitFor();
  assert.ok(!JSON.stringify(await server.issuers()).includes("repository_owner_id"), "the server has no sample");
  await page.reload();
  await signIn(page);
  await sample.waitFor();
});

test("what others change is seen when one comes back to the page", async () => {
  const { page, name } = await onIssuer();
  await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
  const { id } = await server.issuer(name);
  await server.call("DELETE", `/api/orgs/demo/oidc/issuers/${id}`);
  await server.add(`${name} of another`, "https://another.example");
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await row(page, `${name} of another`).waitFor();
  assert.equal(await row(page, name).count(), 0);
});

test("what is imported is registered, and undone together", async () => {
  const page = await openPage("import");
  await signIn(page);
  const issuers = ["One", "Two"].map((name) => ({ name, url: `https://${name.toLowerCase()}.example`, jwks: JSON.parse(KEYS), policies: [allow(name)] }));
  await page.getByLabel("Text", { exact: true }).fill(JSON.stringify({ issuers }));
  await page.getByRole("button", { name: /^Import/ }).click();
  assert.ok(await eventually(async () => (await server.issuer("Two"))?.authPolicy.policies.length === 1));
  await saved(page);
  await page.getByRole("button", { name: "Undo" }).click();
  assert.ok(await eventually(async () => !(await server.issuer("One")) && !(await server.issuer("Two"))));
});

test("an issuer that is imported is open already when the server names it", async () => {
  const page = await openPage("import");
  await signIn(page);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route("**/oidc/issuers", async (route) => {
    await held;
    await route.continue();
  });
  const issuers = [{ name: "Slow", url: "https://slow.example", jwks: JSON.parse(KEYS), policies: [allow("slow")] }];
  await page.getByLabel("Text", { exact: true }).fill(JSON.stringify({ issuers }));
  await page.getByRole("button", { name: /^Import/ }).click();
  await page.getByRole("link", { name: "Slow", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Slow" }).waitFor();
  go();
  const { id } = await eventually(() => server.issuer("Slow"));
  await page.waitForURL(`**/issuers/${id}`);
  await page.getByRole("heading", { level: 1, name: "Slow" }).waitFor();
  assert.ok(await eventually(async () => (await subjects("Slow"))[0] === "slow"));
});

test("a server without an organization gets its first one", async () => {
  const fresh = new Server([]);
  await fresh.start();
  try {
    const page = await openPage(fresh.url);
    await signIn(page);
    await page.getByRole("heading", { level: 1, name: "The first organization" }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("a b");
    await page.getByRole("button", { name: "Make the organization" }).click();
    await page.getByText("expected a name of at most 100 letters").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("acme");
    await page.getByRole("button", { name: "Make the organization" }).click();
    await page.getByRole("heading", { name: "No issuers yet" }).waitFor();
    assert.deepEqual(await fresh.issuers("acme"), []);
    await page.context().close();
  } finally {
    await fresh.end();
  }
});

test("another organization is shown when it is chosen", async () => {
  await server.call("POST", "/api/orgs", { name: "other" });
  const page = await openPage("");
  await signIn(page);
  await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
  await page.getByLabel("Organization").selectOption("other");
  await page.getByRole("heading", { name: "No issuers yet" }).waitFor();
  assert.equal(await page.getByLabel("Organization").inputValue(), "other");
  await page.getByLabel("Organization").selectOption("demo");
  await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
  await server.call("DELETE", "/api/orgs/other");
});

test("names and subjects from outside are text, whatever is in them", async () => {
  const evil = `<img src=x onerror="alert(1)"> \u202e javascript:alert(1)`;
  await server.add(evil, "https://evil.example");
  const page = await openPage("");
  page.on("dialog", () => page.problems.push("a dialog was opened"));
  await signIn(page);
  await page.locator(".issuer-link").filter({ hasText: "<img src=x onerror" }).waitFor();
  await page.getByRole("button", { name: /Delete <img/ }).click();
  await eventually(async () => !(await server.issuer(evil)));
  const entry = {
    id: "x", at: 0, decision: "denied", code: evil, summary: evil, policies: [], issuer: evil, issuerName: evil, subject: evil,
    requested: evil, scope: evil, address: evil, token: evil, report: evil,
    detail: { checks: [{ id: "time", title: evil, status: "failed", sentence: evil, help: evil }], claims: { [evil]: evil } },
  };
  await page.route("**/oidc/exchanges?*", (route) => route.fulfill({ json: { exchanges: [entry], next: null } }));
  await page.route("**/oidc/exchanges/x", (route) => route.fulfill({ json: entry }));
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.locator(".audit tbody").getByText("<img src=x").first().waitFor();
  await page.locator(".audit tbody a").click();
  await page.getByRole("heading", { level: 1, name: "Exchange" }).waitFor();
  await page.getByRole("list", { name: "Checks" }).waitFor();
  assert.equal(await page.locator("main img, main a[href^='javascript']").count(), 0);
  assert.ok((await page.getByText("U+202E").count()) > 5, "what turns text around is named");
});

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function look(page, name) {
  await page.evaluate(axe.source);
  const result = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: "tag", values } }), rules);
  const found = result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`);
  assert.deepEqual(found, [], name);
  const [width, whole] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
  assert.ok(whole <= width, `${name}: ${whole} px wide`);
  if (process.env.CLAIMGATE_SHOTS) {
    const { colorScheme, viewport } = page.options;
    await page.screenshot({ path: `${process.env.CLAIMGATE_SHOTS}/${name}-${viewport.width}-${colorScheme}.png`, fullPage: true });
  }
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`${colorScheme}, ${width} px: axe finds nothing, and nothing overflows`, async () => {
      const options = { colorScheme, viewport: { width, height: 800 } };
      const page = await openPage("", options);
      page.options = options;
      await look(page, "sign-in");
      await signIn(page, "wrong");
      await page.getByText("does not know this token").waitFor();
      await look(page, "refused");
      await page.getByRole("link", { name: "Playground" }).first().click();
      await page.getByText("You are not signed in").waitFor();
      await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
      await look(page, "playground");
      await page.getByRole("link", { name: "Sign in" }).click();
      await signIn(page);
      await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
      await look(page, "issuers");
      await page.route("**/oidc/issuers/*", (route) => route.abort());
      await page.getByRole("button", { name: "Delete Demonstration" }).click();
      await page.getByRole("alert").filter({ hasText: "was not deleted" }).waitFor();
      await look(page, "undone");
      await page.getByRole("button", { name: "Give it up" }).click();
      await server.exchange((await server.samples())[1].token);
      await page.getByRole("link", { name: "Audit log" }).click();
      await page.locator(".audit tbody tr").first().waitFor();
      await look(page, "audit");
      await page.locator(".audit tbody tr").first().getByRole("link").click();
      await explanation(page).waitFor();
      await look(page, "exchange");
      await page.route("**/oidc/exchanges*", (route) => route.fulfill({ status: 401, json: { code: 401, message: "unauthorized" } }));
      await page.getByRole("link", { name: "Audit log" }).first().click();
      await notice(page, "Signed out").waitFor();
      await look(page, "signed-out");
    });
  }
}
