// The list of issuers, and an issuer's page apart from its policies.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUrl, copied, eventually, hasFocus, issuerUrl, makeIssuer, text, visit, withBrowser } from "./helpers.mjs";
import { download, lists, policy, readStored, secondPage, storageState } from "./issuers-helpers.mjs";

const openPage = withBrowser();
const { jwks, kid } = makeIssuer();
const issuers = [
  {
    name: "beta GitHub", url: issuerUrl, preset: "github-actions", jwks, jwksSource: `${issuerUrl}/.well-known/jwks`,
    maxExpiration: 7200, lastUsed: 1_764_000_000,
    policies: [policy({ aud: "urn:pulumi:org:acme", sub: "repo:octo-org/octo-repo:ref:refs/heads/main" }), policy({ sub: "x" }, { decision: "deny" })],
  },
  { name: "Alpha", url: "https://alpha.example", jwks, policies: [policy({ project_path: "group/one" })] },
  { name: "gamma", url: "https://gitlab.com", maxExpiration: 60 },
];
const options = (changes = {}) => ({ storageState: storageState(issuers), ...changes });
const hasQuery = (page, query) => page.waitForURL((url) => url.search === query);
const heading = (page, name) => page.getByRole("columnheader", { name });

test("a row describes an issuer", async () => {
  const page = await openPage("", options());
  const row = page.getByRole("row", { name: /beta GitHub/ });
  assert.equal(
    await text(row),
    `GH beta GitHub GitHub Actions ${issuerUrl} 1 allow, 1 deny 1 RSA fetched 2 hours 2023-11-14 2023-11-14 2025-11-24 Duplicate beta GitHub Delete`,
  );
  assert.match(await text(page.getByRole("row", { name: /gamma/ })), /GitLab https:\/\/gitlab\.com none: all denied none 1 minute .* never/);
  assert.match(await text(page.getByRole("row", { name: /Alpha/ })), /1 RSA pasted 1 day 1 hour \(default\)/);
});

describe("searching", () => {
  test("finds by name, URL, provider and rule, and updates the address", async () => {
    const page = await openPage("", options());
    const search = page.getByRole("searchbox", { name: "Search" });
    for (const [words, expected] of [["ALPHA", ["Alpha"]], ["gitlab", ["gamma"]], ["github actions", ["beta GitHub"]], ["group/one", ["Alpha"]]]) {
      await search.fill(words);
      await page.getByText(`${expected.length} of 3 issuers`).waitFor();
      await lists(page, expected);
    }
    await hasQuery(page, "?q=group%2Fone");
    await page.reload();
    await page.getByText("1 of 3 issuers").waitFor();
    await lists(page, ["Alpha"]);
    assert.equal(await search.inputValue(), "group/one");
    await search.fill("nobody & nothing");
    await page.getByRole("heading", { name: "No issuer matches" }).waitFor();
    await page.getByRole("button", { name: "Show all issuers" }).click();
    await page.getByText("3 issuers", { exact: true }).waitFor();
    await hasQuery(page, "");
  });

  test("works by keyboard: / focuses it, arrows move between issuers, Escape clears it", async () => {
    const page = await openPage("", options());
    await page.keyboard.press("/");
    const search = page.getByRole("searchbox", { name: "Search" });
    await hasFocus(search);
    assert.equal(await search.inputValue(), "");
    await page.keyboard.type("a/");
    assert.equal(await search.inputValue(), "a/");
    await page.keyboard.press("Escape");
    await page.getByText("3 issuers", { exact: true }).waitFor();
    await eventually(async () => assert.equal(await search.inputValue(), ""));
    await page.keyboard.press("ArrowDown");
    await hasFocus(page.getByRole("link", { name: "beta GitHub", exact: true }));
    await page.keyboard.press("ArrowDown");
    await hasFocus(page.getByRole("link", { name: "Alpha", exact: true }));
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "beta GitHub" }).waitFor();
  });
});

describe("sorting", () => {
  test("by each column, ascending, descending and unsorted, in the address", async () => {
    const page = await openPage("", options());
    const registered = ["beta GitHub", "Alpha", "gamma"];
    const orders = {
      "Name": ["Alpha", "beta GitHub", "gamma"],
      "URL": ["Alpha", "gamma", "beta GitHub"],
      "Policies": ["gamma", "Alpha", "beta GitHub"],
      "Keys": ["gamma", "beta GitHub", "Alpha"],
      "Max expiration": ["gamma", "beta GitHub", "Alpha"],
      "Created": registered,
      "Last used": ["Alpha", "gamma", "beta GitHub"],
    };
    for (const [name, expected] of Object.entries(orders)) {
      await heading(page, name).getByRole("button").click();
      await page.waitForFunction((name) => document.querySelector("[aria-sort=ascending]")?.textContent.includes(name), name);
      await lists(page, expected);
    }
    await hasQuery(page, "?sort=used");
    await heading(page, "Name").getByRole("button").click();
    await heading(page, "Name").getByRole("button").click();
    await page.waitForFunction(() => document.querySelector("[aria-sort=descending]"));
    await lists(page, ["gamma", "beta GitHub", "Alpha"]);
    await hasQuery(page, "?sort=name&dir=desc");
    await page.reload();
    await page.waitForFunction(() => document.querySelector("[aria-sort=descending]"));
    await lists(page, ["gamma", "beta GitHub", "Alpha"]);
    await heading(page, "Name").getByRole("button").click();
    await page.waitForFunction(() => !document.querySelector("[aria-sort=descending], [aria-sort=ascending]"));
    await lists(page, registered);
  });

  test("on a phone, by a field beside the cards", async () => {
    const page = await openPage("", options({ viewport: { width: 390, height: 800 } }));
    await page.getByLabel("Sort by").selectOption("name");
    await page.waitForURL(/sort=name/);
    await lists(page, ["Alpha", "beta GitHub", "gamma"]);
    await page.getByRole("button", { name: "Ascending" }).click();
    await page.waitForURL(/dir=desc/);
    await lists(page, ["gamma", "beta GitHub", "Alpha"]);
    assert.equal(await page.locator("thead").isVisible(), false);
    const sizes = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.equal(sizes[0], sizes[1]);
  });
});

test("a copy is registered with a URL of its own, the policies and the samples", async () => {
  const page = await openPage("", options());
  await page.getByRole("link", { name: "Duplicate beta GitHub" }).click();
  await page.getByRole("heading", { name: "Register issuer" }).waitFor();
  await page.getByText("beta GitHub has this URL too").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "beta GitHub copy");
  await page.getByLabel("URL", { exact: true }).fill("https://copy.example");
  await page.getByText("beta GitHub has this URL too").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("heading", { level: 1, name: "beta GitHub copy" }).waitFor();
  const [original, , , copy] = (await readStored(page)).issuers;
  assert.deepEqual([copy.url, copy.policies, copy.maxExpiration], ["https://copy.example", original.policies, 7200]);
  assert.notEqual(copy.id, original.id);
});

describe("an issuer's details", () => {
  test("the URL is fixed, and keys show their kind and source", async () => {
    const page = await openPage("issuers/0000000000000001?section=details", options());
    await page.getByText("Cannot be changed after registration").waitFor();
    assert.equal(await page.getByLabel("URL", { exact: true }).count(), 0);
    const keys = page.getByRole("list", { name: "Keys" });
    assert.match(await text(keys), new RegExp(`^${kid} RSA 2048 bits, RS256 ✓ usable SHA-256 thumbprint [\\w-]{43}$`));
    const source = page.getByRole("link", { name: `${issuerUrl}/.well-known/jwks` });
    assert.equal(await source.getAttribute("rel"), "noreferrer noopener");
    // Once edited, the keys no longer have a source.
    await page.getByLabel("JWKS").fill(JSON.stringify({ keys: [JSON.parse(jwks).keys[0], { ...JSON.parse(jwks).keys[0], use: "enc" }] }));
    await page.getByText("Pasted.").waitFor();
    assert.match(await text(keys), /✓ usable.*! see warnings.*its `use` is not `sig`/);
    await page.getByLabel("JWKS").fill(JSON.stringify({ keys: [{ kty: "RSA", n: "AQAB", e: "AQAB", d: "AQAB" }] }));
    await page.getByText("key 1 is private (it has d)").or(page.getByText("key 1 is private (it has `d`)")).waitFor();
  });

  test("thumbprints are normalised, and SHA-1 is named in the error", async () => {
    const page = await openPage("issuers/0000000000000001?section=details", options());
    const field = page.getByLabel("Thumbprints");
    await field.fill("AB:".repeat(19) + "AB");
    await page.getByText("has 40 digits, as SHA-1 has: expected SHA-256, with 64").waitFor();
    await page.getByRole("button", { name: "Save details" }).click();
    assert.deepEqual((await readStored(page)).issuers[0].thumbprints, []);
    await field.fill(`sha256 Fingerprint=${"AB:".repeat(31)}AB\n${"cd".repeat(32)}`);
    await page.getByRole("button", { name: "Save details" }).click();
    await page.getByText("✓ Saved").waitFor();
    assert.deepEqual((await readStored(page)).issuers[0].thumbprints, ["ab".repeat(32), "cd".repeat(32)]);
    assert.equal(await field.inputValue(), `${"ab".repeat(32)}\n${"cd".repeat(32)}`);
    await page.getByText("About thumbprints").click();
    await page.getByText("only a fallback").waitFor();
  });
});

describe("the workflow", () => {
  test("is filled with the issuer's parameters, copied and downloaded", async () => {
    const page = await openPage("issuers/0000000000000001?section=workflow", options({ permissions: ["clipboard-write"] }));
    const job = page.getByRole("region", { name: "Job" });
    assert.match(await job.innerText(), /id-token: write[\s\S]*organization: acme/);
    await page.getByRole("group", { name: "Variant" }).getByRole("button", { name: "curl" }).click();
    await page.getByText("ACTIONS_ID_TOKEN_REQUEST_URL", { exact: false }).first().waitFor();
    const shown = await job.innerText();
    assert.match(shown, /id-token: write[\s\S]*urn:pulumi:org:acme/);
    await page.getByText("Names in the job").click();
    assert.equal(await page.getByLabel("Repository").inputValue(), "octo-repo");
    await page.getByLabel("Pulumi organization").first().fill("other-org");
    await job.getByText("urn:pulumi:org:other-org").waitFor();
    await page.getByRole("button", { name: "Copy the job" }).click();
    await page.getByText("✓ Copied").waitFor();
    const taken = await copied(page);
    assert.equal(taken.trim(), (await job.innerText()).trim());
    const file = await download(page, () => page.getByRole("button", { name: "Download the job" }).click());
    assert.deepEqual([file.name, file.text], ["pulumi.yml", taken]);
    assert.match(await text(page.getByRole("region", { name: "Workflow" })), /Easy to forget/);
  });

  test("requests the audience that the policies require, and warns where that is impossible", async () => {
    const own = { ...issuers[0], policies: [policy({ aud: "https://github.com/octo-org", sub: "repo:octo-org/octo-repo:*" })] };
    const page = await openPage("issuers/0000000000000001?section=workflow", { storageState: storageState([own]) });
    const panel = page.getByRole("region", { name: "Workflow" });
    await panel.getByRole("note").filter({ hasText: "always requests the organization's" }).waitFor();
    await panel.getByRole("button", { name: "curl" }).click();
    await panel.getByText("TOKEN_AUDIENCE: https://github.com/octo-org").waitFor();
    assert.equal(await panel.getByRole("note").filter({ hasText: "always requests" }).count(), 0);
  });

  test("an error is shown if copying is not allowed", async () => {
    const page = await openPage(null, options());
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
    });
    await visit(page, "issuers/0000000000000001?section=workflow");
    await page.getByRole("button", { name: "Copy the job" }).click();
    await page.getByText("The browser does not let this page copy").waitFor();
  });

  test("for an unknown provider, the page asks where the job runs", async () => {
    const page = await openPage("issuers/0000000000000002?section=workflow", options());
    const panel = page.getByRole("region", { name: "Workflow" });
    await panel.getByLabel("Provider").selectOption("buildkite");
    await panel.getByText("Example values are used for:").waitFor();
    await panel.getByRole("region", { name: "Job" }).waitFor();
  });
});

test("HTML and hidden characters are shown as text, and only https is a link", async () => {
  const evil = `\u202e<img src=x onerror="globalThis.hacked = true">\u200b`;
  const key = { ...JSON.parse(jwks).keys[0], kid: evil };
  const state = storageState([
    { name: evil, url: `https://a.example/${evil}`, jwks: JSON.stringify({ keys: [key] }), jwksSource: "javascript:globalThis.hacked=true", policies: [policy({ [`"${evil.replaceAll('"', '\\"')}"`]: evil })] },
  ]);
  const page = await openPage("", { storageState: state });
  const harmless = async () => {
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    assert.equal(await page.locator("img[src=x], a[href^='javascript:']").count(), 0);
  };
  const marks = (within) => within.locator("mark").allInnerTexts();
  assert.deepEqual(await marks(page.getByRole("row").nth(1)), ["U+202E", "U+200B", "U+202E", "U+200B"]);
  await harmless();
  await page.getByText("Export this issuer").click();
  for (const format of ["claimgate.json", "Pulumi REST", "Pulumi YAML", "Pulumi TypeScript"]) {
    await page.getByRole("button", { name: format }).click();
    await page.getByRole("region", { name: "Export" }).waitFor();
    await harmless();
  }
  await page.locator(".issuer-link").click();
  await page.getByRole("heading", { level: 1 }).filter({ has: page.locator("mark") }).waitFor();
  await page.getByRole("tab", { name: "Details" }).click();
  assert.deepEqual(await marks(page.getByRole("list", { name: "Keys" })), ["U+202E", "U+200B"]);
  assert.equal(await page.getByText("javascript:globalThis.hacked=true").evaluate((element) => element.closest("a")), null);
  await harmless();
  await visit(page);
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("status").filter({ hasText: "Deleted" }).locator("mark").first().waitFor();
  await harmless();
});

test("the empty list explains issuers, and offers one action and one example", async () => {
  const page = await openPage();
  const main = await text(page.getByRole("main"));
  assert.match(main, /An issuer signs tokens that say who is asking/);
  await page.getByRole("link", { name: "Try the GitHub Actions example" }).click();
  await page.getByRole("heading", { level: 2, name: "Provider: GitHub Actions" }).waitFor();
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
  const [saved] = (await readStored(page)).issuers;
  assert.equal(saved.policies[0].rules.sub, "repo:octo-org/octo-repo:ref:refs/heads/main");
  assert.equal(JSON.parse(saved.samples[0].claims).sub, saved.policies[0].rules.sub);
  assert.ok(page.url().startsWith(appUrl));
});

test("an issuer that another tab deletes disappears from the list", async () => {
  const page = await openPage("", options());
  const other = await secondPage(page);
  await other.getByRole("button", { name: "Delete gamma" }).click();
  await page.getByText("2 issuers", { exact: true }).waitFor();
});
