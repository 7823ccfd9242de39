// Connected mode: the settings of an issuer that need a server.
import assert from "node:assert/strict";
import { X509Certificate, createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { authority, localhost } from "../server/certificates.mjs";
import { KEYS, Server, saved, signIn, withServer } from "./connected-helpers.mjs";
import { eventually, policyForm, save } from "./helpers.mjs";

const { server, openPage } = withServer();
const allow = { decision: "allow", tokenType: "organization", rules: { sub: "a" } };
const denies = { decision: "deny", tokenType: "organization", reportOnly: true, rules: { sub: "b" } };

/** A signed-in page on the details of an issuer. */
async function onDetails(at, name, options = {}) {
  const page = await openPage(at.url, options);
  await signIn(page);
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("tab", { name: "Details" }).click();
  return page;
}

for (const width of [1280, 390]) {
  test(`at ${width} px single use and report only are described, set and cleared`, async () => {
    const name = `Flags ${width}`;
    await server.add(name, `https://flags-${width}.example`);
    await server.setPolicies(await server.issuer(name), [allow, denies]);
    const page = await onDetails(server, name, { viewport: { width, height: 800 } });
    const [once, reports] = ["Single use", "Report only"].map((label) => page.locator(".details-form").getByLabel(label));
    assert.deepEqual([await once.isChecked(), await reports.isChecked()], [false, false]);
    const descriptionOf = (box) => box.evaluate((box) => document.getElementById(box.getAttribute("aria-describedby")).textContent);
    assert.match(await descriptionOf(once), /exchanged only once, identified by its jti/);
    assert.match(await descriptionOf(reports), /the audit log shows what they would have denied/);
    const flags = async () => ((issuer) => [issuer.singleUse, issuer.reportOnly])(await server.issuer(name));
    const areSet = (expected) => eventually(async () => assert.deepEqual(await flags(), expected));
    await once.check();
    await page.getByText("Not saved").filter({ visible: true }).first().waitFor();
    await page.getByRole("button", { name: "Save details" }).click();
    await areSet([true, false]);
    await once.uncheck();
    await reports.check();
    await page.getByRole("button", { name: "Save details" }).click();
    await areSet([false, true]);
    // Someone else changes one setting while the other is changed here.
    await saved(page);
    const { id, maxExpiration } = await server.issuer(name);
    await server.call("PATCH", `/api/orgs/demo/oidc/issuers/${id}`, { name, singleUse: true });
    await page.getByLabel("Max expiration").fill("2");
    await page.getByRole("button", { name: "Save details" }).click();
    await eventually(async () => assert.notEqual((await server.issuer(name)).maxExpiration, maxExpiration));
    assert.deepEqual(await flags(), [true, true]);
    await eventually(async () => assert.ok(await once.isChecked(), "a setting by someone else appears"));
    assert.deepEqual((await server.issuer(name)).authPolicy.policies.map((policy) => policy.reportOnly ?? false), [false, true]);
  });
}

test("a deny stays report-only through other changes until its box is cleared", async () => {
  await server.add("Reports", "https://reports.example");
  await server.setPolicies(await server.issuer("Reports"), [allow, { ...denies, reportOnly: false }]);
  const page = await openPage("");
  await signIn(page);
  await page.getByRole("link", { name: "Reports", exact: true }).click();
  const marks = async () => (await server.issuer("Reports")).authPolicy.policies.map((policy) => policy.reportOnly ?? false);
  const are = (expected, what) => eventually(async () => assert.deepEqual(await marks(), expected, what));
  const box = policyForm(page, 2).getByLabel("Report only");
  assert.equal(await policyForm(page, 1).getByLabel("Report only").count(), 0, "an allow cannot only report");
  await box.check();
  await page.getByRole("button", { name: "Save policies" }).click();
  const asked = page.getByRole("dialog", { name: "Save these changes?" });
  assert.match(await asked.innerText(), /policy 2, deny organization, changes\s+it now only reports what it would deny/i);
  await asked.getByRole("button", { name: "Save", exact: true }).click();
  await are([false, true]);
  await saved(page);
  await policyForm(page, 1).getByLabel("Pattern", { exact: true }).first().fill("a2");
  await page.getByRole("button", { name: "Move down policy 1" }).click();
  await save(page);
  await are([true, false], "the mark moves with its policy");
  await saved(page);
  // The same as JSON.
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  const editor = page.getByRole("textbox", { name: "Policies as JSON" });
  await page.locator(".cm-content").getByText('"reportOnly"').waitFor();
  await editor.press("Control+A");
  await page.keyboard.insertText(JSON.stringify([{ ...denies, rules: { sub: "b2" } }, allow]));
  await save(page);
  await eventually(async () => assert.equal((await server.issuer("Reports")).authPolicy.policies[0].rules.sub, "b2"));
  assert.deepEqual(await marks(), [true, false]);
  await page.getByRole("button", { name: "Form", exact: true }).click();
  const first = policyForm(page, 1).getByLabel("Report only");
  assert.ok(await first.isChecked());
  // Changes by others appear.
  await saved(page);
  const { rules } = (await server.issuer("Reports")).authPolicy.policies[1];
  await server.setPolicies(await server.issuer("Reports"), [{ ...denies, reportOnly: false }, { ...allow, rules }]);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await eventually(async () => assert.ok(!(await first.isChecked())));
});

test("a duplicate has the policies and settings of the first, under a URL of its own", async () => {
  await server.add("First", "https://first.example");
  const first = await server.issuer("First");
  await server.call("PATCH", `/api/orgs/demo/oidc/issuers/${first.id}`, { name: "First", singleUse: true, maxExpiration: 120 });
  await server.setPolicies(first, [allow, denies]);
  const page = await openPage("");
  await signIn(page);
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "First", exact: true }) });
  await row.getByRole("link", { name: /^Duplicate/ }).click();
  await page.getByText("A copy of First").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "First copy");
  await page.getByLabel("URL", { exact: true }).fill("https://second.example");
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("heading", { level: 1, name: "First copy" }).waitFor();
  await eventually(async () => assert.equal((await server.issuer("First copy"))?.authPolicy.policies.length, 2));
  await eventually(async () => {
    const { url, singleUse, maxExpiration } = await server.issuer("First copy");
    assert.deepEqual([url, singleUse, maxExpiration], ["https://second.example", true, 120]);
  });
  const copy = await server.issuer("First copy");
  assert.deepEqual(copy.jwks, JSON.parse(KEYS));
  assert.deepEqual(copy.authPolicy.policies.map(({ rules, reportOnly }) => [rules.sub, reportOnly ?? false]), [["a", false], ["b", true]]);
});

/** An issuer on this machine with that certificate, until the test ends. */
async function startIssuer(identity) {
  const issuer = createServer(identity, (request, response) => {
    const answer = request.url === "/keys" ? KEYS : JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` });
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  await new Promise((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  issuer.url = `https://localhost:${issuer.address().port}`;
  issuer.end = () => new Promise((resolve) => {
    issuer.close(resolve);
    issuer.closeAllConnections();
  });
  return issuer;
}

const printOf = (identity) => createHash("sha256").update(new X509Certificate(identity.cert).raw).digest("hex");

test("a certificate that nothing verifies is trusted only after its thumbprint was confirmed", async () => {
  const identities = [await localhost(await authority()), await localhost(await authority())];
  const [first, second] = identities.map(printOf);
  const issuer = await startIssuer(identities[0]);
  const own = new Server(["--demo", "--allow-private-issuers"]);
  await own.start();
  try {
    const page = await openPage(new URL("issuers/new", own.url).href);
    await signIn(page);
    await page.getByLabel("Name", { exact: true }).fill("Private");
    await page.getByLabel("URL", { exact: true }).fill(issuer.url);
    await page.getByRole("button", { name: "Register issuer" }).click();
    const asked = page.getByRole("alert").filter({ hasText: "Do you know this certificate?" });
    await asked.waitFor();
    assert.match(await asked.innerText(), /`?localhost`? is not trusted: no trusted authority has signed it/);
    assert.ok(await asked.getByText(first, { exact: true }).first().isVisible());
    assert.equal(await own.issuer("Private"), undefined, "nothing is registered yet");
    await asked.getByRole("button", { name: "Trust this certificate and register" }).click();
    await page.getByRole("heading", { level: 1, name: "Private" }).waitFor();
    assert.deepEqual((await own.issuer("Private")).thumbprints, [first]);
    // Another certificate is not taken either.
    issuer.setSecureContext(identities[1]);
    await page.getByRole("tab", { name: "Details" }).click();
    const field = page.getByLabel("Thumbprints");
    assert.equal(await field.inputValue(), first);
    await page.getByRole("button", { name: "Regenerate thumbprints" }).click();
    const again = page.locator(".details-form [role=status]").filter({ hasText: "Do you know this certificate?" });
    await again.waitFor();
    assert.deepEqual((await own.issuer("Private")).thumbprints, [first]);
    await again.getByRole("button", { name: "Trust this certificate and save" }).click();
    await eventually(async () => assert.deepEqual((await own.issuer("Private")).thumbprints, [second]));
    assert.equal(await field.inputValue(), second);
    await page.context().close();
  } finally {
    await own.end();
    await issuer.end();
  }
});

test("thumbprints are refreshed from the issuer's certificate, or an error is shown", async () => {
  const folder = mkdtempSync(join(tmpdir(), "claimgate-issuer-"));
  const root = await authority();
  writeFileSync(join(folder, "root.pem"), root.pem);
  const identity = await localhost(root);
  const issuer = await startIssuer(identity);
  const own = new Server(["--demo", "--allow-private-issuers", "--issuer-root", join(folder, "root.pem")]);
  await own.start();
  try {
    const print = printOf(identity);
    await own.call("POST", "/api/orgs/demo/oidc/issuers", { name: "TLS", url: issuer.url });
    const { id, thumbprints } = await own.issuer("TLS");
    assert.deepEqual(thumbprints, [print]);
    await own.call("PATCH", `/api/orgs/demo/oidc/issuers/${id}`, { name: "TLS", thumbprints: [] });
    const page = await onDetails(own, "TLS");
    const field = page.getByLabel("Thumbprints");
    assert.equal(await field.inputValue(), "");
    await page.getByRole("button", { name: "Regenerate thumbprints" }).click();
    await page.getByText("✓ Recorded from the issuer's certificate").waitFor();
    await eventually(async () => assert.equal(await field.inputValue(), print));
    assert.deepEqual((await own.issuer("TLS")).thumbprints, [print]);
    await issuer.end();
    await page.getByRole("button", { name: "Regenerate thumbprints" }).click();
    const problem = page.locator(".details-form [role=status] .error").filter({ hasText: "localhost" });
    await problem.waitFor();
    assert.ok(!(await problem.innerText()).includes("`"));
    assert.equal(await field.inputValue(), print, "what is there stays");
    await page.context().close();
  } finally {
    await own.end();
    issuer.close();
    rmSync(folder, { recursive: true });
  }
});

test("jobs name this server and the organization, without a question", async () => {
  const name = "Jobs";
  await server.add(name, "https://token.actions.githubusercontent.com");
  const page = await openPage(server.url, { server: null });
  await signIn(page);
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("tab", { name: "Workflow" }).click();
  const job = page.getByRole("region", { name: "Job" });
  await job.waitFor();
  const text = await job.innerText();
  assert.ok(text.includes(new URL(server.url).origin), text);
  assert.match(text, /organization: demo/);
  assert.doesNotMatch(text, /api\.pulumi\.com/);
  assert.equal(await page.getByRole("heading", { name: "Which server exchanges the tokens?" }).count(), 0);
});

test("the guard is told while an allow is typed, as the server is configured, and again where it refuses", async () => {
  const own = new Server(["--demo"]);
  await own.start();
  try {
    await isGuarded(own);
  } finally {
    await own.end();
  }
});

async function isGuarded(server) {
  await server.add("Guarded", "https://token.actions.githubusercontent.com");
  const closed = { ...allow, rules: { sub: "repo:acme/*" } };
  await server.setPolicies(await server.issuer("Guarded"), [closed]);
  const page = await openPage(server.url);
  await signIn(page);
  await page.getByRole("link", { name: "Guarded", exact: true }).click();
  const pattern = policyForm(page, 1).getByLabel("Pattern", { exact: true });
  await pattern.fill("repo:*");
  const notice = policyForm(page, 1).getByRole("status").filter({ hasText: "Strangers are admitted." });
  await notice.getByText("This server refuses to save it.").waitFor();
  await page.getByRole("button", { name: "Save policies" }).click();
  const review = page.getByRole("dialog", { name: "Save these changes?" });
  await review.getByText("This server refuses to save it.").waitFor();
  await review.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/policy 1: strangers are admitted: .*; add a rule on/).waitFor();
  await page.getByText("Your changes are still in the editor.").waitFor();
  assert.equal(await page.getByText("Try again").count(), 0, "it would be refused again");
  await eventually(async () => assert.equal(await pattern.inputValue(), "repo:*"));
  assert.deepEqual((await server.issuer("Guarded")).authPolicy.policies[0].rules, closed.rules);
}

test("with warn, what is open is saved, and can be deleted and brought back with enforce", async () => {
  const own = new Server(["--demo", "--shared-issuer-guard", "warn"]);
  await own.start();
  try {
    await own.add("Open", "https://token.actions.githubusercontent.com");
    const page = await openPage(own.url);
    await signIn(page);
    await page.getByRole("link", { name: "Open", exact: true }).click();
    await page.getByRole("button", { name: "Add policy" }).click();
    await policyForm(page, 1).getByLabel("Claim", { exact: true }).fill("sub");
    await policyForm(page, 1).getByLabel("Pattern", { exact: true }).fill("repo:*");
    await policyForm(page, 1).getByText("This server saves it, and records this in the audit log.").waitFor();
    await save(page);
    await saved(page);
    await own.stop();
    own.configure(["--demo", "--shared-issuer-guard", "enforce"]);
    await own.start();
    await page.goto(own.url);
    await signIn(page);
    await page.getByRole("button", { name: "Delete Open" }).click();
    await saved(page);
    await eventually(async () => assert.equal(await own.issuer("Open"), undefined));
    await page.getByRole("button", { name: "Undo" }).click();
    await eventually(async () => assert.deepEqual((await own.issuer("Open"))?.authPolicy.policies[0]?.rules, { sub: "repo:*" }));
    const { changes } = await own.call("GET", "/api/orgs/demo/changes?limit=1");
    assert.deepEqual([changes[0].code, changes[0].warnings], ["deletion-undone", 1]);
  } finally {
    await own.end();
  }
});
