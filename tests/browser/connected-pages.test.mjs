// Connected mode: the audit log, and the appearance of a server's pages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEYS, Server, look, signIn, withServer } from "./connected-helpers.mjs";
import { decision, eventually, explanation, policyForm } from "./helpers.mjs";

const { server, openPage } = withServer();
const notice = (page, name) => page.getByRole("region", { name });

for (const width of [1280, 390]) {
  test(`at ${width} px the audit log is searched, and explains decisions`, async () => {
    const samples = await server.samples();
    const hostile = "repo:demo/app:<img src=x onerror=alert(1)>\u202e";
    for (const sample of samples) await server.exchange(sample.token, { scope: sample.scope, type: sample.requestedTokenType.split(":").at(-1) });
    const page = await openPage("", { viewport: { width, height: 800 } });
    page.on("dialog", () => page.problems.push("a dialog was opened"));
    await signIn(page);
    await page.getByRole("link", { name: "Audit log" }).click();
    await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
    const rows = page.locator(".audit tbody tr");
    await rows.first().waitFor();
    const all = await rows.count();
    assert.ok(all >= samples.length, `${all} exchanges`);

    await page.getByLabel("Decision").selectOption("denied");
    await page.getByRole("searchbox", { name: "Search" }).fill("pull_request");
    await page.waitForURL(/search=pull_request&decision=denied$/);
    await page.waitForFunction((all) => document.querySelectorAll(".audit tbody tr").length < all, all);
    for (const text of await rows.allInnerTexts()) assert.match(text, /Denied[^]*pull_request/);

    await page.getByRole("searchbox", { name: "Search" }).fill(hostile);
    await page.getByRole("heading", { name: "No exchange matches" }).waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("pull_request");
    await rows.first().waitFor();
    await rows.first().getByRole("link").click();
    await page.getByRole("heading", { level: 1, name: "Exchange" }).waitFor();
    const policies = explanation(page);
    await policies.waitFor();
    assert.match(await policies.innerText(), /matched: denies/);
    await page.getByText(/Passed: .*signature/).click();
    assert.match(await page.getByRole("list", { name: "Checks in order" }).innerText(), /Signature passed/);
    await page.getByRole("link", { name: "Open in the playground" }).click();
    await decision(page).filter({ hasText: "Denied" }).waitFor();
    assert.ok(!page.url().includes(samples[1].token.split(".")[2]), "the address has no signature");

    await page.getByRole("link", { name: "Audit log" }).click();
    await rows.first().waitFor();
  });
}

test("older exchanges are loaded on demand", async () => {
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

test("changes are listed with their authors, and say what is different", async () => {
  const name = "Changed CI";
  await server.add(name, "https://changed.example");
  const rule = (sub) => [{ decision: "allow", tokenType: "organization", rules: { sub } }];
  await server.setPolicies(await server.issuer(name), rule("repo:octo-org/one"));
  await server.setPolicies(await server.issuer(name), rule("repo:octo-org/two"));
  const page = await openPage("");
  await signIn(page);
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("link", { name: "Changes by administrators" }).click();
  await page.getByRole("heading", { level: 1, name: "Changes by administrators" }).waitFor();
  const row = page.getByRole("row").filter({ hasText: "https://changed.example" }).first();
  await row.waitFor();
  assert.match(await row.innerText(), /replaced policies[^]*bootstrap token/);
  await row.getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: "Change", exact: true }).waitFor();
  assert.match(await page.getByRole("region", { name: "Before" }).innerText(), /"repo:octo-org\/one"/);
  assert.match(await page.getByRole("region", { name: "After" }).innerText(), /"repo:octo-org\/two"/);
  await page.reload();
  await signIn(page);
  await page.getByRole("region", { name: "After" }).waitFor();
});

test("names and subjects from outside are shown as text", async () => {
  const evil = `<img src=x onerror="alert(1)"> \u202e javascript:alert(1)`;
  await server.add(evil, "https://evil.example");
  const page = await openPage("");
  page.on("dialog", () => page.problems.push("a dialog was opened"));
  await signIn(page);
  await page.locator(".issuer-link").filter({ hasText: "<img src=x onerror" }).waitFor();
  await page.getByRole("button", { name: /Delete <img/ }).click();
  await eventually(async () => assert.equal(await server.issuer(evil), undefined));
  const entry = {
    id: "x", at: 0, organization: "demo", decision: "denied", code: evil, summary: evil, policies: [], issuer: evil, issuerName: evil, subject: evil,
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

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`${colorScheme}, ${width} px: axe finds nothing, and nothing overflows`, async () => {
      const options = { colorScheme, viewport: { width, height: 800 } };
      const page = await openPage("", options);
      page.options = options;
      await look(page, "sign-in");
      await signIn(page, "wrong");
      await page.getByText("does not accept this token").waitFor();
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
      await page.getByRole("button", { name: "Discard" }).click();
      await server.exchange((await server.samples())[1].token);
      await page.getByRole("link", { name: "Audit log" }).click();
      await page.locator(".audit tbody tr").first().waitFor();
      await look(page, "audit");
      await page.locator(".audit tbody tr").first().getByRole("link").click();
      await explanation(page).waitFor();
      await look(page, "exchange");
      await page.getByRole("link", { name: "Audit log" }).first().click();
      await page.getByRole("link", { name: "Changes by administrators" }).click();
      await page.getByRole("heading", { level: 1, name: "Changes by administrators" }).waitFor();
      await page.locator(".audit tbody tr").first().waitFor();
      await look(page, "changes");
      await page.locator(".audit tbody tr").first().getByRole("link").click();
      await page.getByRole("heading", { level: 1, name: "Change", exact: true }).waitFor();
      await page.getByRole("region", { name: "After" }).or(page.getByRole("region", { name: "Before" })).first().waitFor();
      await look(page, "change");
      await page.route("**/oidc/exchanges*", (route) => route.fulfill({ status: 401, json: { code: 401, message: "unauthorized" } }));
      await page.getByRole("link", { name: "Audit log" }).first().click();
      await notice(page, "Signed out").waitFor();
      await look(page, "signed-out");
    });

    test(`${colorScheme}, ${width} px: an issuer of a server and a conflict on it look as they should`, async () => {
      const options = { colorScheme, viewport: { width, height: 800 } };
      const name = `Looks ${colorScheme} ${width}`;
      const jwks = JSON.parse(KEYS);
      await server.call("POST", "/api/orgs/demo/oidc/issuers", { name, url: `https://${colorScheme}-${width}.example`, jwks });
      const policies = (sub) => [{ decision: "allow", tokenType: "organization", rules: { aud: "a", sub } }];
      await server.setPolicies(await server.issuer(name), policies("repo:octo-org/octo-repo:ref:refs/heads/main"));
      const page = await openPage("", options);
      page.options = options;
      await signIn(page);
      await page.getByRole("link", { name, exact: true }).click();
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Single use").waitFor();
      await page.getByLabel("Max expiration").fill("9000");
      await look(page, "details");
      await page.getByLabel("Max expiration").fill("");
      await page.getByRole("tab", { name: "Policies" }).click();
      await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).fill("repo:octo-org/octo-repo:*");
      const { id } = await server.issuer(name);
      await server.setPolicies(await server.issuer(name), policies("repo:octo-org/other-repo:*"));
      await page.getByRole("button", { name: "Save policies" }).click();
      await page.getByRole("dialog", { name: "Save these changes?" }).getByRole("button", { name: "Save", exact: true }).click();
      const conflict = notice(page, "Changed by two people");
      await conflict.waitFor();
      await look(page, "conflict");
      await conflict.getByText("Compare").click();
      await look(page, "conflict-compared");
      await conflict.getByRole("button", { name: "Keep theirs" }).click();
      await server.call("DELETE", `/api/orgs/demo/oidc/issuers/${id}`);
    });

    test(`${colorScheme}, ${width} px: the page of the first organization looks as it should`, async () => {
      const fresh = new Server([]);
      await fresh.start();
      try {
        const options = { colorScheme, viewport: { width, height: 800 } };
        const page = await openPage(fresh.url, options);
        page.options = options;
        await signIn(page);
        await page.getByRole("heading", { level: 1, name: "Create the first organization" }).waitFor();
        await look(page, "first-organization");
        await page.getByRole("button", { name: "Create organization" }).click();
        await page.getByText("Enter a name").waitFor();
        await look(page, "first-organization-refused");
        await page.context().close();
      } finally {
        await fresh.end();
      }
    });
  }
}
