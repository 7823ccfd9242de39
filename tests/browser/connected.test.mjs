// Connected mode: the app that `claimgate serve` serves, over its API.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BOOTSTRAP, DEMO, KEYS, Server, kept, saved, signIn, withServer } from "./connected-helpers.mjs";
import { aMinuteLater, addPolicy, eventually, hasValue, paste, policyForm, save } from "./helpers.mjs";

const { server, openPage } = withServer();

const allow = (sub) => ({ decision: "allow", tokenType: "organization", rules: { aud: "a", sub } });
const row = (page, name) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
const notice = (page, name) => page.getByRole("region", { name });
let count = 0;

/** A signed-in page on an issuer of its own with one policy. */
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

const subjects = async (name) => (await server.issuer(name))?.authPolicy.policies.map((policy) => policy.rules.sub);
/** Waits until the issuer's policies on the server have these subjects. */
const hasSubjects = (name, expected) => eventually(async () => assert.deepEqual(await subjects(name), expected));
/** Waits until the server no longer has the issuer. */
const isGone = (name) => eventually(async () => assert.equal(await server.issuer(name), undefined));
const pattern = (page, number, place = 1) => policyForm(page, number).getByLabel("Pattern", { exact: true }).nth(place);

/** Saves policies, without waiting for the server. */
async function saveAtOnce(page) {
  await page.getByRole("button", { name: "Save policies" }).click();
  await page.getByRole("dialog", { name: "Save these changes?" }).getByRole("button", { name: "Save", exact: true }).click();
}

for (const width of [1280, 390]) {
  describe(`at ${width} px`, () => {
    const options = { viewport: { width, height: 800 } };

    test("signing in, registering an issuer, writing its policies, and signing out", async () => {
      const page = await openPage("", options);
      await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
      await signIn(page, "wrong");
      await page.getByRole("alert").filter({ hasText: "the server does not accept this token: it is unknown, expired or revoked" }).waitFor();
      await signIn(page);
      await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
      await page.getByRole("button", { name: "Administration" }).click();
      await page.getByRole("region", { name: "Account" }).getByText("bootstrap").filter({ visible: true }).waitFor();
      await page.keyboard.press("Escape");

      const [name, url] = [`Registered at ${width}`, `https://registered-${width}.example`];
      await page.getByRole("link", { name: "Register issuer" }).click();
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("URL", { exact: true }).fill(DEMO);
      await page.getByLabel("JWKS").fill(KEYS);
      await page.getByRole("button", { name: "Register issuer" }).click();
      await page.getByRole("alert").filter({ hasText: `an issuer with the URL ${DEMO} already exists` }).waitFor();
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), name, "what was written is there still");
      await page.getByLabel("URL", { exact: true }).fill(url);
      await page.getByRole("button", { name: "Register issuer" }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      const registered = await server.issuer(name);
      await page.waitForURL((url) => url.pathname === `/issuers/${registered.id}`);
      assert.deepEqual([registered.url, registered.jwks], [url, JSON.parse(KEYS)]);

      await addPolicy(page, 1, "allow", [["sub", "repo:octo-org/*"]]);
      await save(page);
      await eventually(async () => {
        const { policies } = (await server.issuer(name)).authPolicy;
        assert.deepEqual(policies.map(({ decision, rules }) => [decision, rules]), [["allow", { sub: "repo:octo-org/*" }]]);
      });

      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Max expiration").fill("3");
      await page.getByRole("button", { name: "Save details" }).click();
      await eventually(async () => assert.equal((await server.issuer(name)).maxExpiration, 3 * 3600));

      await saved(page);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
      assert.equal(await page.getByText(name).count(), 0, "nothing of the server's is shown");
    });

    test("changes by two people to different parts are merged", async () => {
      const { page, name } = await onIssuer(options);
      const { id } = await server.issuer(name);
      await server.call("PATCH", `/api/orgs/demo/oidc/issuers/${id}`, { name: `${name}, renamed`, maxExpiration: 60 });
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Thumbprints").fill("ab".repeat(32));
      await page.getByRole("button", { name: "Save details" }).click();
      await page.getByRole("heading", { level: 1, name: `${name}, renamed` }).waitFor();
      await eventually(async () => assert.deepEqual((await server.issuer(`${name}, renamed`)).thumbprints, ["ab".repeat(32)]));
      assert.equal((await server.issuer(`${name}, renamed`)).maxExpiration, 60);
      assert.equal(await notice(page, "Changed by two people").count(), 0);
    });

    test("changes by two people to the same part are a conflict until one is chosen", async () => {
      const { page, name } = await onIssuer(options);
      await pattern(page, 1).fill("mine");
      await server.setPolicies(await server.issuer(name), [allow("theirs")]);
      await saveAtOnce(page);
      const conflict = notice(page, "Changed by two people");
      await conflict.waitFor();
      assert.match(await conflict.innerText(), /They differ in: policies/);
      await conflict.getByText("Compare").click();
      const changes = conflict.locator(".review__list");
      await changes.waitFor();
      assert.equal((await changes.innerText()).replaceAll(/\s+/g, " "), "~ Policy 1, allow organization, changes sub: theirs becomes mine");
      const differing = await conflict.locator(".versions mark").allInnerTexts();
      assert.deepEqual(differing.map((line) => line.trim()), ['"sub": "mine"', '"sub": "theirs"'], "mine is beside theirs");
      assert.deepEqual(await subjects(name), ["theirs"], "the server's version stays until the person has chosen");
      await hasValue(pattern(page, 1), "theirs");
      await page.getByRole("status").filter({ hasText: "Two versions, see above" }).waitFor();
      assert.equal(await page.getByText("✓ Saved").filter({ visible: true }).count(), 0, "changes that the server does not have are not saved");
      await conflict.getByRole("button", { name: "Use my version" }).click();
      await hasSubjects(name, ["mine"]);
      assert.match(await conflict.innerText(), /They differ in: policies/, "now theirs is the other one");
      await conflict.getByRole("button", { name: "Keep mine" }).click();
      await conflict.waitFor({ state: "detached" });
    });

    test("an issuer that is changed while someone else deletes it is kept, and can be registered again", async () => {
      const { page, name } = await onIssuer(options);
      const { id } = await server.issuer(name);
      await pattern(page, 1).fill("kept");
      await server.call("DELETE", `/api/orgs/demo/oidc/issuers/${id}`);
      await saveAtOnce(page);
      const conflict = notice(page, "Changed by two people");
      await conflict.getByText("It was deleted while you were changing it").waitFor();
      await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
      await conflict.getByRole("button", { name: "Restore my version" }).click();
      await row(page, name).waitFor();
      await hasSubjects(name, ["kept"]);
    });

    test("a change that the server refuses is reverted, with its message, and can be tried again", async () => {
      const { page, name } = await onIssuer(options);
      await policyForm(page, 1).getByRole("button", { name: /Delete policy/ }).click();
      await saveAtOnce(page);
      const undone = page.getByRole("alert").filter({ hasText: `${name}: The policies were not saved` });
      await undone.waitFor();
      assert.match(await undone.innerText(), /policy definition can not be empty/);
      // The server's version is shown again.
      await hasValue(pattern(page, 1), "first");
      await undone.getByRole("button", { name: "Discard" }).click();
      await undone.waitFor({ state: "detached" });
    });

    test("a change is reverted while the server is unreachable, and can be tried again once it is back", async () => {
      const { page, name } = await onIssuer(options);
      await pattern(page, 1).fill("second");
      await server.stop();
      await saveAtOnce(page);
      const undone = page.getByRole("alert").filter({ hasText: `${name}: The policies were not saved: the server cannot be reached.` });
      await undone.waitFor();
      await hasValue(pattern(page, 1), "first");
      await undone.getByText("Show the unsaved change").click();
      assert.match(await undone.innerText(), /"second"/);
      await undone.getByRole("button", { name: "Try again" }).click();
      await undone.waitFor();
      await server.start();
      await undone.getByRole("button", { name: "Try again" }).click();
      await hasSubjects(name, ["second"]);
      await undone.waitFor({ state: "detached" });
      await eventually(async () => assert.equal(await pattern(page, 1).inputValue(), "second"));
    });

    test("an issuer is deleted, and restored with its policies and settings", async () => {
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
      await isGone(name);
      await page.getByRole("button", { name: "Undo" }).click();
      await row(page, name).waitFor();
      await hasSubjects(name, ["first", "*"]);
      const after = await server.issuer(name);
      assert.deepEqual([after.singleUse, after.url, after.jwks], [true, before.url, before.jwks]);
      assert.deepEqual(after.authPolicy.policies.map((policy) => policy.reportOnly ?? false), [false, true]);
      // Under its new identifier it is an issuer like any other.
      await saved(page);
      await page.getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await page.waitForURL((url) => url.pathname === `/issuers/${after.id}`);
    });

    test("a revoked token signs out, and nothing is lost", async () => {
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
      await hasSubjects(name, ["written"]);
    });
  });
}

test("the access token is only in requests to the server's API, and not stored", async () => {
  const page = await openPage("");
  assert.deepEqual(page.requests.filter((request) => request.url().includes("/api/")), [], "no request is sent before signing in");
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

test("staying signed in lasts in the tab until signing out", async () => {
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
  const page = await openPage("", { clock: true });
  await signIn(page);
  await page.getByRole("link", { name: "Demonstration", exact: true }).click();
  await page.getByRole("link", { name: "Try in the playground" }).click();
  const [sample] = await server.samples();
  page.requests.length = 0;
  await paste(page, sample.token, "Allowed");
  await aMinuteLater(page);
  await eventually(() => assert.ok(page.requests.some((request) => request.url().includes("/oidc/issuers")), "the page polls for changes by others"));
  for (const request of page.requests) {
    const text = JSON.stringify([request.url(), request.postData(), await request.allHeaders()]);
    for (const part of sample.token.split(".")) assert.ok(!text.includes(part), request.url());
  }
  const state = await kept(page);
  for (const part of sample.token.split(".")) assert.ok(!state.includes(part));
});

test("the example of a registration becomes a test of the issuer, on the server", async () => {
  const page = await openPage("");
  await signIn(page);
  await page.getByRole("link", { name: "Register issuer" }).waitFor();
  await page.goto(new URL("issuers/new?preset=github-actions&examples=yes", server.url).href);
  await signIn(page);
  await page.getByLabel("JWKS").fill(KEYS);
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("tab", { name: "Policies" }).waitFor();
  await saved(page);
  const example = page.getByText("Example", { exact: true }).first();
  await example.waitFor();
  // The address has the server's identifier once the issuer is registered.
  await eventually(async () => {
    const registered = (await server.issuers()).find((issuer) => page.url().includes(issuer.id));
    assert.ok(registered, `${page.url()} names an issuer of the server`);
    const { samples } = await server.call("GET", `/api/orgs/demo/oidc/issuers/${registered.id}/samples`);
    assert.deepEqual(samples.map((one) => [one.name, one.expect]), [["Example", "allowed"]]);
  });
  await page.reload();
  await signIn(page);
  await example.waitFor();
});

test("changes by others appear when the page regains the focus", async () => {
  const { page, name } = await onIssuer();
  await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
  const { id } = await server.issuer(name);
  await server.call("DELETE", `/api/orgs/demo/oidc/issuers/${id}`);
  await server.add(`${name} of another`, "https://another.example");
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await row(page, `${name} of another`).waitFor();
  assert.equal(await row(page, name).count(), 0);
});

test("imported issuers are registered, and undone together", async () => {
  const page = await openPage("import");
  await signIn(page);
  const issuers = ["One", "Two"].map((name) => ({ name, url: `https://${name.toLowerCase()}.example`, jwks: JSON.parse(KEYS), policies: [allow(name)] }));
  await page.getByLabel("Text", { exact: true }).fill(JSON.stringify({ issuers }));
  await page.getByRole("button", { name: /^Import/ }).click();
  await hasSubjects("Two", ["Two"]);
  await saved(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await isGone("One");
  await isGone("Two");
});

test("an imported issuer that is open follows the identifier from the server", async () => {
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
  await hasSubjects("Slow", ["slow"]);
  const { id } = await server.issuer("Slow");
  await page.waitForURL(`**/issuers/${id}`);
  await page.getByRole("heading", { level: 1, name: "Slow" }).waitFor();
});

test("a server without an organization gets its first one", async () => {
  const fresh = new Server([]);
  await fresh.start();
  try {
    const page = await openPage(fresh.url);
    await signIn(page);
    await page.getByRole("heading", { level: 1, name: "Create the first organization" }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("a b");
    await page.getByRole("button", { name: "Create organization" }).click();
    await page.getByText("expected a name of at most 100 letters").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("acme");
    await page.getByRole("button", { name: "Create organization" }).click();
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
