// Registering an issuer from a provider: a few parameters determine its URL, policies and sample.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually, hasFocus, hasText, hasValue, visit, withBrowser } from "./helpers.mjs";
import { readStored, storageState } from "./issuers-helpers.mjs";

const openPage = withBrowser();
const preview = (page) => page.getByRole("region", { name: "Preview" });

for (const width of [1280, 390]) {
  test(`${width} px: a provider is found, its parameters are filled in, previewed and registered`, async () => {
    const page = await openPage("issuers/new", { viewport: { width, height: 800 } });
    await page.getByLabel("Find a provider").fill("hub");
    await page.getByText("1 provider", { exact: true }).waitFor();
    await page.getByRole("radio", { name: "GitHub Actions" }).check();
    await page.waitForURL(/issuers\/new\?preset=github-actions$/);
    await page.getByLabel("Pulumi organization").fill("acme");
    await page.getByLabel("Owner").fill("octo-org");
    await page.getByLabel("Repository").fill("site.example");
    await hasText(preview(page), /The preview uses example values for: Branch\./);
    await page.getByText("matches any one character in a pattern: sitexexample is allowed too").or(
      page.getByText("`sitexexample` is allowed too")).first().waitFor();
    await page.getByRole("button", { name: "Register issuer" }).click();
    await page.getByText("Enter the branch").waitFor();
    await hasFocus(page.getByLabel("Branch"));
    await page.getByLabel("Branch").fill("main");
    await hasText(preview(page), /allow organization tokens aud urn:pulumi:org:acme sub repo:octo-org\/site\.example:ref:refs\/heads\/main/);
    await page.getByRole("button", { name: "Register issuer" }).click();
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    const [issuer] = (await readStored(page)).issuers;
    assert.equal(issuer.url, "https://token.actions.githubusercontent.com");
    assert.deepEqual(issuer.policies.map((policy) => policy.rules), [
      { aud: "urn:pulumi:org:acme", sub: "repo:octo-org/site.example:ref:refs/heads/main" },
    ]);
    assert.deepEqual([issuer.samples.length, JSON.parse(issuer.samples[0].claims).repository], [1, "octo-org/site.example"]);
    assert.equal(issuer.preset, "github-actions");
  });
}

describe("the provider", () => {
  test("is in the address, and changing it changes name and URL unless they were edited", async () => {
    const page = await openPage("issuers/new?preset=gitlab");
    await page.getByRole("heading", { name: "Provider: GitLab" }).waitFor();
    const [name, url] = [page.getByLabel("Name", { exact: true }), page.getByLabel("URL", { exact: true })];
    await hasValue(name, "GitLab");
    await hasValue(url, "https://gitlab.com");
    await name.fill("Ours");
    await page.getByRole("button", { name: "Change provider" }).click();
    await page.getByRole("radio", { name: "CircleCI" }).check();
    await page.getByLabel("Organization ID").waitFor();
    assert.equal(await name.inputValue(), "Ours");
    await eventually(async () => assert.match(await url.inputValue(), /^https:\/\/oidc\.circleci\.com\/org\//));
    await page.getByRole("radio", { name: "Custom" }).check();
    await hasValue(url, "");
    await page.waitForURL((url) => url.search === "");
  });

  test("is chosen with the arrow keys", async () => {
    const page = await openPage("issuers/new");
    await page.getByRole("radio", { name: "Custom" }).focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: "Provider: GitHub Actions" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: "Provider: GitLab" }).waitFor();
    await hasFocus(page.getByRole("radio", { name: "GitLab", exact: true }));
  });

  test("every one of them can be registered with its examples", async () => {
    const page = await openPage("issuers/new");
    const ids = await page.getByRole("radio").evaluateAll((radios) => radios.map((radio) => radio.value).filter(Boolean));
    assert.equal(ids.length, 20);
    for (const id of ids) {
      await visit(page, `issuers/new?preset=${id}&examples=yes`);
      await page.getByRole("button", { name: "Register issuer" }).click();
      await page.waitForURL(/issuers\/[0-9a-f]{16}$/);
    }
    const { issuers } = await readStored(page);
    assert.deepEqual(issuers.map((issuer) => issuer.preset), ids);
    assert.ok(issuers.every((issuer) => issuer.policies.length > 0 && issuer.samples.length === 1));
  });

  test("without its policies, no parameters are needed", async () => {
    const page = await openPage("issuers/new?preset=github-actions");
    await page.getByLabel("Start with the provider's policies").uncheck();
    await preview(page).getByText("No policies yet").waitFor();
    await page.getByRole("button", { name: "Register issuer" }).click();
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    const [issuer] = (await readStored(page)).issuers;
    assert.deepEqual([issuer.policies, issuer.samples], [[], []]);
  });
});

test("invalid parameters are reported, and no policy is registered with them", async () => {
  const page = await openPage("issuers/new?preset=github-actions&examples=yes");
  const field = (label) => page.getByLabel(label, { exact: true });
  const error = (words) => page.locator(".names p.error").filter({ hasText: words });
  for (const [label, wrong, words, right] of [
    ["Repository", "octo-org/octo-repo", "expected one name without a /, found octo-org/octo-repo", "octo-repo"],
    ["Owner", "octo org", "expected a name without spaces, found octo org", "octo-org"],
    ["Branch", "release//x", "expected a name before and after each /, found release//x", "release/x"],
  ]) {
    await field(label).fill(wrong);
    await error(words).waitFor();
    assert.equal(await field(label).getAttribute("aria-invalid"), "true");
    await page.getByRole("button", { name: "Register issuer" }).click();
    // The message links to the field.
    await hasFocus(field(label));
    assert.match(page.url(), /issuers\/new/);
    await field(label).fill(right);
    await error(words).waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("tab", { name: "Policies" }).waitFor();
});

test("a long maximum lifetime causes a warning, and an invalid one is refused", async () => {
  const page = await openPage("issuers/new");
  await page.getByLabel("Name", { exact: true }).fill("Long");
  await page.getByLabel("URL", { exact: true }).fill("https://long.example");
  const warning = page.getByRole("note").filter({ hasText: "Longer than the 25 hours" });
  await page.getByText("Advanced settings").click();
  await page.getByLabel("Unit").selectOption("days");
  await page.getByLabel("Max expiration").fill("1");
  assert.equal(await warning.count(), 0);
  await page.getByLabel("Max expiration").fill("999999999999999999999");
  await page.getByText("expected at most 9007199254740991 seconds, found 999999999999999999999 days").waitFor();
  await page.getByRole("button", { name: "Register issuer" }).click();
  assert.match(page.url(), /issuers\/new/);
  await page.getByLabel("Max expiration").fill("3650");
  await warning.waitFor();
  assert.match(await warning.innerText(), /valid for 9 years/);
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("heading", { level: 1, name: "Long" }).waitFor();
});

test("a warning is shown for a URL that is already registered", async () => {
  const page = await openPage("issuers/new", { storageState: storageState([{ name: "One", url: "https://one.example" }]) });
  await page.getByLabel("URL", { exact: true }).fill("https://one.example");
  await page.getByRole("status").filter({ hasText: "One has this URL too" }).waitFor();
});

test("parameters are shown as text", async () => {
  const page = await openPage("issuers/new?preset=github-actions");
  const evil = `<img src=x onerror="globalThis.hacked = true">\u202e`;
  for (const label of ["Pulumi organization", "Owner", "Repository", "Branch"]) await page.getByLabel(label).fill(evil);
  await preview(page).getByText("onerror").first().waitFor();
  await preview(page).locator("mark", { hasText: "U+202E" }).first().waitFor();
  await page.getByText("has a character that cannot be seen: U+202E").first().waitFor();
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  assert.equal(await page.locator("img[src=x]").count(), 0);
});
