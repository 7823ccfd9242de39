// The playground's other fields: the requested token, skipped checks, and the time.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  check, decision, demonstrated, explanation, githubClaims, makeIssuer, now, paste, policyForm, save, text, tokenField, visit, withBrowser,
} from "./helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
let demo;
const playground = async () => {
  demo ??= await demonstrated(openPage, issuer);
  return openPage(`playground?issuer=${demo.id}`, { storageState: demo.storageState });
};
/** Opens a menu of the decision bar. */
const menu = (page, name) => page.locator(`summary[aria-label^="${name}"]`).click();
const result = (page) => page.getByRole("region", { name: "Result" });

const expired = () => githubClaims({ exp: now() - 7205, iat: now() - 9000, nbf: now() - 9000 });

test("only skipped checks are listed", async () => {
  const page = await playground();
  await paste(page, issuer.token(expired()), "expired 2 hours");
  await menu(page, "Skip checks");
  await page.getByLabel("Skip time").check();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  assert.match(await text(result(page)), /it was not checked whether the token is valid at this time/);
  assert.match(await text(check(page, "Time")), /skipped/);
  assert.match(await text(check(page, "Signature")), /passed/);

  await page.keyboard.press("Escape");
  await (await tokenField(page)).fill(makeIssuer().token(expired()));
  await decision(page).filter({ hasText: "the header names key" }).waitFor();
  await menu(page, "Skip checks");
  await page.getByLabel("Skip key").check();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  assert.match(await text(result(page)), /anyone could have written this token/);

  await page.keyboard.press("Escape");
  await (await tokenField(page)).fill(issuer.token({ ...expired(), iss: "https://another.example" }));
  await decision(page).filter({ hasText: "no issuer is registered" }).waitFor();
  await menu(page, "Skip checks");
  await page.getByLabel("Skip issuer").check();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  assert.match(await text(result(page)), /it was not checked that the token is from this issuer/);
});

test("a tampered token is allowed only if the signature check is skipped, with a notice", async () => {
  const page = await playground();
  const [header, , signature] = issuer.token(githubClaims()).split(".");
  const payload = Buffer.from(JSON.stringify(githubClaims({ actor: "mallory" }))).toString("base64url");
  await paste(page, [header, payload, signature].join("."), "the signature was not made with key");
  await menu(page, "Skip checks");
  await page.getByLabel("Skip signature").check();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  assert.match(await text(result(page)), /the signature was not checked: anyone could have written this token/);
});

test("a token is evaluated at another time", async () => {
  const page = await playground();
  const claims = expired();
  await paste(page, issuer.token(claims), "expired 2 hours");
  await menu(page, "Time");
  const time = page.getByLabel("Time", { exact: true });
  await time.fill("yesterday");
  await page.getByText("expected a time like").waitFor();
  await time.fill(String(claims.exp - 300));
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  assert.match(await text(check(page, "Time")), /expires in 5 minutes/);
  await time.fill(new Date((claims.exp + 600) * 1000).toISOString());
  await decision(page).filter({ hasText: "expired 10 minutes ago" }).waitFor();
});

test("each token type has its target field, and is allowed by a policy for it alone", async () => {
  const page = await playground();
  const types = [
    ["team", "Team name", "ops-*", "ops-night", "dev"],
    ["personal", "User login", "octocat", "OctoCat", "mallory"],
    ["runner", "Runner", "pool-1", "pool-1", "pool-2"],
  ];
  await visit(page, demo.path);
  for (const [index, [type, label, value]] of types.entries()) {
    await page.getByRole("button", { name: "Add policy" }).click();
    const policy = policyForm(page, index + 3);
    await policy.getByLabel("Token type").selectOption(type);
    await policy.getByLabel(label, { exact: true }).fill(value);
    await policy.getByLabel("Claim", { exact: true }).fill("repository_owner");
    await policy.getByLabel("Pattern", { exact: true }).fill("octo-org");
  }
  await save(page);
  await visit(page, `playground?issuer=${demo.id}`);
  await paste(page, issuer.token(githubClaims()), "allowed by policy 1");
  for (const [index, [type, label, , right, wrong]] of types.entries()) {
    await page.getByLabel("Requested token type").selectOption(type);
    await page.getByLabel(label, { exact: true }).fill(right);
    await decision(page).filter({ hasText: `allowed by policy ${index + 3}` }).waitFor();
    await page.getByLabel(label, { exact: true }).fill(wrong);
    await decision(page).filter({ hasText: "denied by default" }).waitFor();
    assert.match(await explanation(page).textContent(), new RegExp(`the request is for .*${wrong}`));
  }
  await page.getByLabel("Requested token type").selectOption("organization");
  await page.getByLabel("Request admin scope").check();
  await decision(page).filter({ hasText: "scope admin is requested" }).waitFor();
});
