// Connected mode: the pages that administer a server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEYS, Server, signIn, withServer } from "./connected-helpers.mjs";
import { decision, eventually, explanation, hasFocus, hasText, hasValue } from "./helpers.mjs";
import { download } from "./issuers-helpers.mjs";

const { server, openPage } = withServer();
const rows = (page) => page.locator("table.audit tbody tr");
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });

/** Exchanges a sample token of the demonstration, as a job would. */
async function exchange(number) {
  const sample = (await server.samples())[number];
  const type = sample.requestedTokenType.split(":").at(-1);
  return server.exchange(sample.token, { scope: sample.scope, type });
}

/** The reference in the answer to a refused caller. */
async function refusal(number) {
  const { error_description: text } = await exchange(number);
  const [reference] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text) ?? [];
  assert.ok(reference, text);
  return reference;
}

/** Signs in with the bootstrap token, and opens a page of the menu. */
async function administer(page, name) {
  await signIn(page);
  await page.getByRole("button", { name: "Administration" }).click();
  await page.getByRole("link", { name, exact: true }).last().click();
  await heading(page, name).waitFor();
}

test("a refusal is found by its reference, and added to the tests", async () => {
  const reference = await refusal(2);
  await exchange(1);
  const page = await openPage("audit");
  await signIn(page);
  await heading(page, "Audit log").waitFor();
  const search = page.getByRole("searchbox", { name: "Search" });
  await search.fill(reference);
  await page.waitForURL(new RegExp(`\\?search=${reference}$`));
  await page.getByText("1 exchange", { exact: true }).waitFor();
  assert.match(await rows(page).first().innerText(), /Denied[^]*no policy allows it[^]*repo:demo\/other/);
  // Enter opens what a reference names.
  await search.press("Enter");
  await page.waitForURL(new RegExp(`/audit/${reference}$`));
  await explanation(page).waitFor();

  await page.getByRole("button", { name: "Add as test" }).click();
  const dialog = page.getByRole("dialog", { name: "Add as test" });
  await dialog.getByText("may be personal data").waitFor();
  await dialog.getByLabel("Name").fill("another repository");
  await dialog.getByRole("button", { name: "Add test" }).click();
  await page.getByText("✓ Added to the tests").waitFor();
  const { id } = await server.issuer("Demonstration");
  const { samples } = await server.call("GET", `/api/orgs/demo/oidc/issuers/${id}/samples`);
  const [sample] = samples.filter(({ name }) => name === "another repository");
  assert.equal(sample.expect, "denied");
  assert.equal(sample.claims.sub, "repo:demo/other:ref:refs/heads/main");
  assert.ok(!JSON.stringify(samples).includes("eyJ"), "no token is stored");
});

test("the page of a reference says so if there is no such exchange", async () => {
  const page = await openPage("audit/00000000-0000-0000-0000-000000000000");
  await signIn(page);
  await page.getByRole("heading", { name: "No exchange has this reference" }).waitFor();
});

test("filters are live and in the address, and Back leads to the ones before", async () => {
  for (const number of [0, 1, 2]) await exchange(number);
  const page = await openPage("audit");
  await signIn(page);
  await rows(page).first().waitFor();
  await page.getByLabel("Decision").selectOption("policy");
  await page.waitForURL(/\?decision=policy$/);
  await eventually(async () => {
    for (const text of await rows(page).allInnerTexts()) assert.match(text, /policy 2 denies/);
  });
  await page.getByRole("button", { name: "24 h" }).click();
  await page.waitForURL(/decision=policy&range=24h$/);
  await page.getByRole("button", { name: "24 h", pressed: true }).waitFor();
  await page.getByLabel("Decision").selectOption("default");
  await eventually(async () => assert.match(await rows(page).first().innerText(), /no policy allows it/));
  await page.goBack();
  await eventually(async () => assert.match(await rows(page).first().innerText(), /policy 2 denies/));
  assert.equal(await page.getByLabel("Decision").inputValue(), "policy");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.waitForURL(/audit$/);
  await page.getByRole("button", { name: "Custom" }).click();
  await page.getByLabel("From").fill("2020-01-01T00:00");
  await page.getByLabel("Until").fill("2020-01-02T00:00");
  await page.getByRole("heading", { name: "No exchange matches" }).waitFor();
  await page.getByRole("button", { name: "Show all exchanges" }).click();
  await rows(page).first().waitFor();
});

test("the histogram counts exchanges, and its table narrows the range", async () => {
  await exchange(0);
  const page = await openPage("audit?range=24h");
  await signIn(page);
  const chart = page.getByRole("img", { name: /^Exchanges: \d+ allowed and \d+ denied/ });
  await chart.waitFor();
  await page.getByText("Show as a table").click();
  const table = page.getByRole("region", { name: "Exchanges by time" });
  assert.deepEqual(await table.getByRole("columnheader").allInnerTexts(), ["From", "Until", "Allowed", "Denied"]);
  await table.getByRole("button").first().click();
  await page.waitForURL(/\?since=.*&until=/);
  await rows(page).first().waitFor();
});

test("what is found is exported as CSV and as lines of JSON", async () => {
  await exchange(1);
  const page = await openPage("audit?search=pull_request");
  await signIn(page);
  await rows(page).first().waitFor();
  const exported = (name) => download(page, () => page.getByRole("button", { name }).click());
  const { name: csvName, text: csv } = await exported(/^CSV/);
  assert.equal(csvName, "exchanges.csv");
  const [head, ...lines] = csv.trim().split("\r\n");
  assert.match(head, /^reference,time,organization,decision,/);
  assert.ok(lines.length > 0 && lines.every((line) => line.includes("pull_request")), csv);
  const { name: jsonName, text: json } = await exported(/^JSON lines/);
  assert.equal(jsonName, "exchanges.jsonl");
  for (const line of json.trim().split("\n")) assert.match(JSON.parse(line).subject, /pull_request/);
});

test("the log of all organizations is exported too", async () => {
  await exchange(1);
  const page = await openPage("audit?scope=all&search=pull_request");
  await signIn(page);
  await rows(page).first().waitFor();
  const asked = page.waitForRequest(/\/api\/admin\/exchanges\/export\?search=pull_request&format=csv$/);
  const { text: csv } = await download(page, () => page.getByRole("button", { name: /^CSV/ }).click());
  await asked;
  const lines = csv.trim().split("\r\n").slice(1);
  assert.ok(lines.length > 0 && lines.every((line) => line.includes("pull_request")), csv);
});

test("a search that stopped early says how far it came", async () => {
  const page = await openPage("audit");
  await page.route("**/oidc/exchanges?*", (route) => {
    const isFirst = !route.request().url().includes("before=");
    const more = { next: "00000000-0000-0000-0000-000000000001", reached: 1_790_000_000 };
    route.fulfill({ json: { exchanges: [], next: null, ...(isFirst ? more : {}) } });
  });
  await signIn(page);
  await page.getByText(/Searched 200,000 entries, back to 2026-09-2\d/).waitFor();
  await page.getByRole("button", { name: "Search further back" }).click();
  await page.getByRole("button", { name: "Search further back" }).waitFor({ state: "detached" });
});

test("a change that the guard warns of is marked among the changes, with a token that it lets in", async () => {
  const lenient = new Server(["--demo", "--shared-issuer-guard", "warn"]);
  await lenient.start();
  try {
    const name = "Shared CI";
    await lenient.call("POST", "/api/orgs/demo/oidc/issuers", { name, url: "https://token.actions.githubusercontent.com", jwks: JSON.parse(KEYS) });
    const policies = [{ decision: "allow", tokenType: "organization", rules: { aud: "urn:pulumi:org:demo", sub: "repo:*" } }];
    await lenient.setPolicies(await lenient.issuer(name), policies);
    const page = await openPage(lenient.url);
    await administer(page, "Changes by administrators");
    await page.getByLabel("Change", { exact: true }).selectOption("policies-replaced");
    await page.waitForURL(/\?code=policies-replaced$/);
    await rows(page).filter({ hasText: "despite the guard: 1 finding" }).first().getByRole("link").click();
    await page.getByRole("heading", { name: "Made despite the guard" }).waitFor();
    await page.getByText("A token that is admitted").first().click();
    await page.context().close();
  } finally {
    await lenient.end();
  }
});

test("a token is revoked: it is no longer listed and no longer valid", async () => {
  const { access_token: token } = await exchange(0);
  const page = await openPage();
  await administer(page, "Access tokens");
  const count = () => rows(page).count();
  await rows(page).first().waitFor();
  const before = await count();
  const first = rows(page).first();
  assert.match(await first.innerText(), /repo:demo\/app:ref:refs\/heads\/main[^]*policy 1/);
  await first.getByRole("link", { name: "exchange" }).click();
  await explanation(page).waitFor();
  await page.goBack();
  await rows(page).first().getByRole("button", { name: /^Revoke/ }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke this token?" });
  await dialog.getByText("This cannot be undone.").waitFor();
  await dialog.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("✓ Revoked the token").waitFor();
  await eventually(async () => assert.equal(await count(), before - 1));
  await assert.rejects(server.call("GET", "/api/user", undefined, token), /401/);
});

test("the tokens of an issuer are revoked, and then all of the organization", async () => {
  const first = (await exchange(0)).access_token;
  const page = await openPage();
  await administer(page, "Access tokens");
  await page.getByLabel("Issuer", { exact: true }).selectOption({ label: "Demonstration" });
  await page.getByRole("button", { name: "Revoke all of Demonstration" }).click();
  await page.getByRole("dialog", { name: "Revoke all tokens of Demonstration?" }).getByRole("button", { name: "Revoke its tokens" }).click();
  await page.getByText(/✓ Revoked \d+ tokens?/).waitFor();
  await page.getByRole("heading", { name: "No token matches" }).waitFor();
  await assert.rejects(server.call("GET", "/api/user", undefined, first), /401/);

  const { access_token: second } = await exchange(3);
  await page.getByLabel("Issuer", { exact: true }).selectOption({ label: "All" });
  await page.getByRole("button", { name: "Refresh" }).click();
  await rows(page).first().waitFor();
  await page.getByLabel("Only admin").check();
  assert.match(await rows(page).first().innerText(), /admin/);
  await page.getByLabel("Only admin").uncheck();
  await page.getByRole("button", { name: "Revoke all tokens", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke all tokens of demo?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await server.call("GET", "/api/user", undefined, second);
  await page.getByRole("button", { name: "Revoke all tokens", exact: true }).click();
  await dialog.getByRole("button", { name: "Revoke all tokens" }).click();
  await page.getByRole("heading", { name: "No valid access tokens" }).waitFor();
  await assert.rejects(server.call("GET", "/api/user", undefined, second), /401/);
});

test("an administrator of one organization sees only that, and the token that they are signed in with", async () => {
  const { access_token: token } = await exchange(3);
  const page = await openPage("tokens");
  await signIn(page, token);
  await page.getByText("you are signed in with it").waitFor();
  await page.getByText(/You are signed in as demo with the organization token below, until/).waitFor();
  await page.getByRole("button", { name: "Administration" }).click();
  await page.getByRole("link", { name: "Organizations" }).click();
  await page.getByText("Only the bootstrap token can create and delete organizations.").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Delete/ }).count(), 0);
  await page.getByRole("button", { name: "Administration" }).click();
  await page.getByRole("link", { name: "Audit log" }).last().click();
  await page.getByLabel("Decision").waitFor();
  assert.equal(await page.getByLabel("Scope", { exact: true }).count(), 0);
});

test("the bootstrap token has the logs of all organizations and of none", async () => {
  const { token } = (await server.samples())[0];
  const nowhere = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    audience: "urn:pulumi:org:nowhere",
    subject_token: token,
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: "urn:pulumi:token-type:access_token:organization",
  });
  await fetch(new URL("api/oauth/token", server.url), { method: "POST", body: nowhere });
  const page = await openPage("audit");
  await signIn(page);
  await page.getByLabel("Scope", { exact: true }).selectOption("unknown");
  await page.waitForURL(/\?scope=unknown$/);
  await rows(page).first().getByRole("link").first().click();
  await page.getByText("nowhere").first().waitFor();
});

test("organizations are created, switched to, and deleted with their name typed", async () => {
  const page = await openPage();
  await administer(page, "Organizations");
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.getByText("Enter a name").waitFor();
  for (const name of ["one-of-two", "two-of-two"]) {
    await page.getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Create organization" }).click();
    await page.getByText(`✓ Created ${name}`).waitFor();
  }
  await page.getByLabel("Name").fill("not a name");
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.getByText(/expected a name of at most 100 letters/i).waitFor();
  await page.getByRole("button", { name: "Switch to one-of-two" }).click();
  await rows(page).filter({ hasText: "one-of-two" }).getByText("current").waitFor();
  await hasValue(page.getByRole("combobox", { name: "Organization" }), "one-of-two");

  for (const name of ["two-of-two", "one-of-two"]) {
    await page.getByRole("button", { name: `Delete ${name}` }).click();
    const dialog = page.getByRole("dialog", { name: `Delete ${name}?` });
    const button = dialog.getByRole("button", { name: "Delete organization" });
    assert.ok(await button.isDisabled(), "before the name is typed");
    await dialog.getByLabel(/to confirm/).fill(name.toUpperCase());
    assert.ok(await button.isDisabled(), "with another name");
    await dialog.getByLabel(/to confirm/).fill(name);
    await button.click();
    await dialog.waitFor({ state: "detached" });
    await eventually(async () => assert.equal(await rows(page).filter({ hasText: name }).count(), 0));
  }
  // Without the organization that was shown, another one is.
  await rows(page).filter({ hasText: "demo" }).getByText("current").waitFor();
  await eventually(async () => {
    const { organizations } = await server.call("GET", "/api/orgs");
    assert.deepEqual(organizations.map(({ name }) => name), ["demo"]);
  });
});

test("settings say where they come from, and the keys of an issuer are replaced, and stay if none can be fetched", async () => {
  const name = "Rotating CI";
  await server.add(name, "https://rotating.example");
  const page = await openPage();
  await administer(page, "Settings");
  await page.getByRole("region", { name: "Audit retention" }).getByText("--audit-days").waitFor();
  assert.match(await page.getByRole("region", { name: "Audit retention" }).innerText(), /Grants and changes are kept for\s+365 days/);
  assert.match(await page.getByRole("region", { name: "Guard" }).innerText(), /enforce[^]*CLAIMGATE_SHARED_ISSUER_GUARD/);
  await page.getByRole("button", { name: `Replace keys of ${name}` }).click();
  await page.getByLabel("JWKS").fill("{}");
  await page.getByRole("button", { name: "Save keys" }).click();
  await page.locator(".issuer-keys .error").filter({ hasText: /expected/i }).waitFor();
  const keys = JSON.parse(KEYS);
  keys.keys[0].kid = "rotated";
  await page.getByLabel("JWKS").fill(JSON.stringify(keys));
  await page.getByRole("button", { name: "Save keys" }).click();
  await eventually(async () => assert.equal((await server.issuer(name)).jwks.keys[0].kid, "rotated"));
  await page.getByText("rotated").first().waitFor();
  await page.getByRole("button", { name: `Fetch keys instead for ${name}` }).click();
  await page.getByText(/`?rotating\.example`? cannot be resolved/).first().waitFor();
  assert.equal((await server.issuer(name)).jwks.keys[0].kid, "rotated");
});

test("a demo token is exchanged, and opened in the playground", async () => {
  const page = await openPage();
  await administer(page, "Demo tokens");
  const sample = (name) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name }) });
  const granted = sample("A push to the main branch");
  await granted.getByRole("button", { name: /^Exchange/ }).click();
  await granted.getByText(/✓ Granted an access token, valid for/).waitFor();
  const refused = sample("A pull request: a policy denies it");
  await refused.getByRole("button", { name: /^Exchange/ }).click();
  await refused.getByText(/✕ Refused/).waitFor();
  await refused.getByRole("link", { name: "See why in the audit log" }).click();
  await hasText(explanation(page), /matches: denies/);
  await page.goBack();
  await sample("The app's main branch, for the deployers").getByRole("button", { name: /^Open in the playground/ }).click();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  assert.equal(await page.getByLabel("Requested token type").inputValue(), "team");
});

test("the trust map is walked with the arrow keys, and has the same as a table", async () => {
  await exchange(0);
  const page = await openPage();
  await administer(page, "Trust map");
  const map = page.getByRole("group", { name: /^Trust map/ });
  await map.waitFor();
  // The map is drawn again once the exchanges have been counted.
  const table = page.getByRole("region", { name: "As a table" });
  const line = table.getByRole("row").filter({ hasText: "Policy 1" }).first();
  await eventually(async () => assert.match(await line.innerText(), /organization token\s+default\s+[1-9]/));
  const node = (name) => map.getByRole("link", { name });
  const isAt = (pattern) => eventually(async () => assert.match(await page.locator(":focus > title").textContent(), pattern));
  await node(/^Issuer: Demonstration/).focus();
  await isAt(/^Issuer: Demonstration\. https:/);
  await page.keyboard.press("ArrowRight");
  await isAt(/^Policy \d\. (allow|deny)/);
  await page.keyboard.press("ArrowDown");
  await isAt(/^Policy \d/);
  await page.keyboard.press("ArrowLeft");
  await hasFocus(node(/^Issuer: Demonstration/));
  await page.keyboard.press("Enter");
  await heading(page, "Demonstration").waitFor();
});

test("the menu is operated by keyboard, and Escape returns to its button", async () => {
  const page = await openPage();
  await signIn(page);
  const button = page.getByRole("button", { name: "Administration" });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Settings" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Settings" }).waitFor({ state: "hidden" });
  await hasFocus(button);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Go to a page/ }).fill("access tok");
  await page.keyboard.press("Enter");
  await heading(page, "Access tokens").waitFor();
});
