// Connected mode: the audit log.
import assert from "node:assert/strict";
import { test } from "node:test";
import { signIn, withServer } from "./connected-helpers.mjs";
import { decision, eventually, explanation } from "./helpers.mjs";

const { server, openPage } = withServer();

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
    await eventually(async () => {
      for (const text of await rows.allInnerTexts()) assert.match(text, /Denied[^]*pull_request/);
    });

    await page.getByRole("searchbox", { name: "Search" }).fill(hostile);
    await page.getByRole("heading", { name: "No exchange matches" }).waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("pull_request");
    await rows.first().waitFor();
    await rows.first().getByRole("link").click();
    await page.getByRole("heading", { level: 1, name: "Exchange" }).waitFor();
    const policies = explanation(page);
    await policies.waitFor();
    assert.match(await policies.innerText(), /matches: denies/);
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
  const changed = page.getByRole("region", { name: "What changed" });
  assert.match(await changed.innerText(), /policy 1, allow organization, changes[^]*sub: repo:octo-org\/one becomes repo:octo-org\/two/i);
  await changed.getByText("As JSON").click();
  assert.match(await page.getByRole("region", { name: "Before" }).innerText(), /"repo:octo-org\/one"/);
  assert.match(await page.getByRole("region", { name: "After" }).innerText(), /"repo:octo-org\/two"/);
  await page.reload();
  await signIn(page);
  await page.getByRole("region", { name: "What changed" }).waitFor();
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
