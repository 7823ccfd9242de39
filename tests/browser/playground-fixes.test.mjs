// What a person can do about a failed check, where it is shown, and policies that are being written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isInOrder } from "./accessibility.mjs";
import {
  check, decision, demonstrated, eventually, githubClaims, hasText, hasValue, issuerUrl, makeIssuer, now, paste, text, tokenField, visit,
  withBrowser,
} from "./helpers.mjs";
import { stored, unfold } from "./playground-helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
let demo;
const playground = async (options = {}) => {
  demo ??= await demonstrated(openPage, issuer);
  return openPage(`playground?issuer=${demo.id}`, { storageState: demo.storageState, ...options });
};
const act = (page, name) => page.getByRole("group", { name: "What you can do" }).getByRole("button", { name, exact: true }).click();

test("a token of an unregistered issuer gets as far as Allowed without leaving the page", async () => {
  const page = await openPage("playground");
  await paste(page, issuer.token(githubClaims()), "no issuer is registered");
  await isInOrder(page, "a failed check with its actions");
  await act(page, "Try without registering");
  await decision(page).filter({ hasText: "no keys" }).or(decision(page).filter({ hasText: "without keys" })).waitFor();
  await act(page, "Paste keys");
  await page.getByLabel("Keys of the issuer (JWKS)").fill("{");
  await page.getByRole("button", { name: "Use these keys" }).and(page.locator(":disabled")).waitFor();
  await page.getByLabel("Keys of the issuer (JWKS)").fill(issuer.jwks);
  await page.getByRole("button", { name: "Use these keys" }).click();
  await decision(page).filter({ hasText: "there is no policy" }).waitFor();
  await act(page, "Draft a policy from this token");
  const draft = page.locator("#draft-panel");
  await hasText(draft, /repository_owner_id = 65.*repository = octo-org\/octo-repo.*branch or tag: ref = refs\/heads\/main/);
  await draft.getByRole("checkbox", { name: /branch or tag/ }).uncheck();
  await draft.getByText("Admits any branch or tag of octo-org/octo-repo, and its pull requests.").waitFor();
  await draft.getByRole("button", { name: "Add to the scratch set" }).click();
  await decision(page).filter({ hasText: "allowed by policy 1" }).waitFor();
  await isInOrder(page, "a drafted policy");
});

test("an expired token is evaluated at its own time, and a check is continued without", async () => {
  const page = await playground();
  const past = { exp: now() - 7205, iat: now() - 9000, nbf: now() - 9000 };
  await paste(page, issuer.token(githubClaims(past)), "expired 2 hours");
  await act(page, "Evaluate at the time of the token");
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  await page.locator(`summary[aria-label="Time: ${new Date(past.iat * 1000).toISOString().replace(".000", "")}"]`).waitFor();
  await paste(page, makeIssuer().token(githubClaims(past)), "the header names key");
  await act(page, "Continue without this check");
  await decision(page).filter({ hasText: "Not everything was checked" }).waitFor();
  assert.match(await text(check(page, "Key")), /skipped/);
});

test("keys that are pasted at the check are the issuer's from then on", async () => {
  const page = await playground();
  const other = makeIssuer();
  await paste(page, other.token(githubClaims()), "the header names key");
  await act(page, "Paste keys");
  await page.getByLabel("Keys of the issuer (JWKS)").fill(other.jwks);
  await page.getByRole("button", { name: "Use these keys" }).click();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  assert.equal((await stored(page)).jwks, other.jwks);
});

test("the token stays while another page is shown, and the page for registration gets its issuer", async () => {
  const page = await openPage("playground");
  const token = issuer.token(githubClaims());
  await paste(page, token, "no issuer is registered");
  await page.getByText("The token stays in memory while you register its issuer").waitFor();
  await act(page, "Register this issuer");
  await page.getByRole("heading", { level: 1, name: "Register issuer" }).waitFor();
  // What detects the provider is loaded on demand.
  await hasValue(page.getByLabel("URL", { exact: true }), issuerUrl);
  assert.ok(!page.url().includes(token.split(".")[1]));
  // The form that was filled in from the token is unsaved work.
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("link", { name: "Playground", exact: true }).first().click();
  await decision(page).filter({ hasText: "no issuer is registered" }).waitFor();
  assert.equal(await (await tokenField(page)).inputValue(), token);
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await decision(page).filter({ hasText: "No decision yet" }).waitFor();
});

test("an incomplete policy of the form does not decide, until “Deny every token” is chosen", async () => {
  const page = await playground();
  await paste(page, issuer.token(githubClaims()), "Allowed");
  await page.getByRole("button", { name: "Edit in a scratch set" }).click();
  await page.getByRole("button", { name: "Add policy" }).click();
  const policy = page.getByRole("group", { name: "Policy 3", exact: true });
  await policy.getByLabel("Decision").selectOption("deny");
  await page.getByRole("note").filter({ hasText: "Policy 3 is incomplete, and left out of this decision." }).waitFor();
  await policy.getByText("Incomplete: it has no rule").waitFor();
  assert.match(await text(decision(page)), /Allowed by policy 1/);
  await policy.getByLabel("Claim", { exact: true }).fill("actor");
  await policy.getByLabel("Pattern", { exact: true }).fill("octocat");
  await decision(page).filter({ hasText: "denied by policy 3" }).waitFor();
  await policy.getByRole("button", { name: /^Remove rule/ }).click();
  await decision(page).filter({ hasText: "allowed by policy 1" }).waitFor();
  await policy.getByLabel("Deny every token").check();
  await decision(page).filter({ hasText: "denied by policy 3" }).waitFor();
  await page.getByRole("group", { name: "View of the policies" }).getByRole("button", { name: "JSON" }).click();
  await page.getByLabel("Scratch policies as JSON").fill('{"policies": [{"decision": "deny", "tokenType": "organization", "rules": {}}]}');
  await decision(page).filter({ hasText: "denied by policy 1" }).waitFor();
});

test("typed claims begin as those of the token", async () => {
  const page = await playground();
  await paste(page, issuer.token(githubClaims({ actor: "hubot" })), "Allowed");
  await page.getByRole("button", { name: "Edit claims" }).click();
  await page.getByText("No token: signature, issuer and time were not checked.").first().waitFor();
  // A plain field is there until the code editor has loaded.
  await eventually(async () => assert.match(await page.getByLabel("Claims", { exact: true }).innerText(), /"actor": "hubot"/));
});

test("a token that is dropped on another page opens in the playground", async () => {
  demo ??= await demonstrated(openPage, issuer);
  const page = await openPage("", { storageState: demo.storageState });
  const drop = (content) =>
    page.evaluate((content) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], "dropped.txt"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, content);
  await drop(`Bearer ${issuer.token(githubClaims())}\n`);
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  await decision(page).filter({ hasText: "allowed by policy 1" }).waitFor();
  await drop(JSON.stringify({ policies: [{ decision: "deny", tokenType: "organization", rules: { actor: "octo*" } }] }));
  await decision(page).filter({ hasText: "denied by policy 1" }).waitFor();
  await drop("nothing of the kind");
  await page.getByText("This file cannot be opened: expected a token").waitFor();
});

test("what is shared opens in place, and the panes are resized by keyboard", async () => {
  const page = await playground();
  await paste(page, issuer.token(githubClaims()), "Allowed");
  const handle = page.getByRole("separator", { name: "Width of the panes" });
  const width = () => page.locator(".pane--policies").evaluate((pane) => pane.getBoundingClientRect().width);
  const before = await width();
  await handle.press("ArrowRight");
  assert.equal(await handle.getAttribute("aria-valuenow"), "55");
  assert.ok((await width()) > before);
  await unfold(page, "Share");
  await page.getByLabel("Link", { exact: true }).waitFor();
  await unfold(page, "Exchange");
  await visit(page, "playground");
});
