// Exporting and importing issuers: a preview comes before anything is saved.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { copied, eventually, makeIssuer, text, visit, withBrowser } from "./helpers.mjs";
import { download, lists, policy, readStored, storageState } from "./issuers-helpers.mjs";

const openPage = withBrowser();
const { jwks } = makeIssuer();
const sample = { id: "s1", name: "main", claims: '{\n  "sub": "a"\n}', tokenType: "organization", target: "", admin: false };
const issuers = [
  {
    name: "One", url: "https://one.example", jwks: JSON.stringify(JSON.parse(jwks), null, 2), maxExpiration: 60, thumbprints: ["ab".repeat(32)], samples: [sample],
    policies: [policy({ aud: "urn:pulumi:org:acme", sub: "it's" })],
  },
  { name: "Two", url: "https://two.example" },
];
const options = (changes = {}) => ({ storageState: storageState(issuers), ...changes });
const field = (page) => page.getByLabel("Text", { exact: true });
const understood = (page) => page.getByRole("region", { name: "Preview" });
const what = ({ name, url, jwks, maxExpiration, thumbprints, policies, samples }) =>
  ({ name, url, jwks, maxExpiration, thumbprints, policies, samples });

async function exported(page, format) {
  const fold = page.getByText(/^Export (all|this)/);
  if (await fold.count()) await fold.click();
  await page.getByRole("button", { name: format }).click();
  return download(page, () => page.getByRole("button", { name: "Download the export" }).click());
}

test("claimgate.json loses nothing", async () => {
  const page = await openPage("", options());
  const before = (await readStored(page)).issuers;
  const file = await exported(page, "claimgate.json");
  assert.equal(file.name, "claimgate.json");
  const other = await openPage("import");
  await field(other).fill(file.text);
  await other.getByText("Recognized as a Claimgate file.").waitFor();
  assert.equal(await understood(other).getByText("New", { exact: true }).count(), 2);
  await other.getByRole("button", { name: "Import 2 issuers" }).click();
  await other.getByRole("row", { name: /Two/ }).waitFor();
  assert.deepEqual((await readStored(other)).issuers.map(what).map(JSON.stringify), before.map(what).map((issuer) => ({
    ...issuer, samples: issuer.samples,
  })).map(JSON.stringify));
  // The import can be undone.
  await other.getByRole("button", { name: "Undo" }).click();
  await other.getByRole("heading", { name: "No issuers yet" }).waitFor();
  assert.deepEqual((await readStored(other)).issuers, []);
});

describe("exporting", () => {
  test("as a Pulumi program, with a list of omissions", async () => {
    const page = await openPage("", options());
    const file = await exported(page, "Pulumi YAML");
    assert.equal(file.name, "Pulumi.yaml");
    assert.match(file.text, /type: "pulumiservice:index:OidcIssuer"[\s\S]*organization: "acme"/);
    await page.getByText("keys are left out").waitFor();
    await page.getByLabel("Pulumi organization").fill("other");
    await page.getByRole("button", { name: "Pulumi TypeScript" }).click();
    const region = page.getByRole("region", { name: "Export" });
    assert.match(await region.innerText(), /new pulumiservice\.OidcIssuer\("one", \{\n\s+organization: "other",/);
    // The export can be imported again.
    const other = await openPage("import", options());
    await field(other).fill(file.text);
    await other.getByText("Recognized as a Pulumi program for the organization acme.").waitFor();
    assert.equal(await understood(other).getByText("Already registered").count(), 2);
    assert.ok(await other.getByRole("button", { name: "Import 0 issuers" }).isDisabled());
  });

  test("as calls of the API, and as their bodies", async () => {
    const page = await openPage("issuers/0000000000000001?section=export", options({ permissions: ["clipboard-write"] }));
    const file = await exported(page, "Pulumi REST");
    assert.equal(file.name, "one.sh");
    assert.match(file.text, /curl .*\/api\/orgs\/acme\/oidc\/issuers[\s\S]*auth\/policies\/oidcissuers\/"\$issuer"[\s\S]*--request PATCH/);
    assert.ok(file.text.includes(String.raw`it'\''s`));
    await page.getByText("Request bodies").click();
    const body = page.getByRole("region", { name: "Body of POST …/oidc/issuers" });
    assert.deepEqual(JSON.parse(await body.innerText()).thumbprints, ["ab".repeat(32)]);
    await page.getByRole("button", { name: "Copy the body of POST …/oidc/issuers" }).click();
    await page.getByText("✓ Copied").waitFor();
    assert.equal(JSON.parse(await copied(page)).url, "https://one.example");
  });
});

describe("importing", () => {
  const file = (changes) => JSON.stringify({ version: 1, issuers: [{ name: "One", url: "https://one.example", ...changes }] });

  test("shows what is replaced and what stays, and can be undone", async () => {
    const page = await openPage("import", options());
    await field(page).fill(file({ policies: [policy({ sub: "b" })], leeway: undefined, maxExpiration: 90, id: "x" }));
    const item = page.getByRole("list", { name: "Issuers" }).getByRole("listitem").first();
    assert.match(await text(item), /One https:\/\/one\.example Replaces One Changes: max expiration, policies/);
    await page.getByText("Left out: issuer 1: id is left out: a new one is assigned.").waitFor();
    assert.equal((await readStored(page)).issuers[0].maxExpiration, 60);
    await page.getByRole("button", { name: "Import 1 issuer" }).click();
    await page.getByRole("row", { name: /One/ }).waitFor();
    let [saved, second] = (await readStored(page)).issuers;
    assert.deepEqual([saved.maxExpiration, saved.policies[0].rules, saved.samples.length, saved.jwks], [90, { sub: "b" }, 1, issuers[0].jwks]);
    assert.equal(second.name, "Two");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("row", { name: /One .* 1 minute/ }).waitFor();
    [saved] = (await readStored(page)).issuers;
    assert.deepEqual([saved.maxExpiration, saved.policies], [60, issuers[0].policies]);
  });

  test("imports only what is selected", async () => {
    const page = await openPage("import", options());
    await field(page).fill(JSON.stringify({ issuers: [{ name: "A", url: "https://a.example" }, { name: "B", url: "https://b.example" }] }));
    await page.getByRole("checkbox", { name: "A" }).uncheck();
    await page.getByRole("button", { name: "Import 1 issuer" }).click();
    await page.getByRole("row", { name: /^B/ }).waitFor();
    await lists(page, ["One", "Two", "B"]);
  });

  test("shows every problem with its path, and saves nothing", async () => {
    const page = await openPage("import", options());
    for (const [written, expected] of [
      ["{", /not JSON: .* at line 1, column 1|not JSON/],
      [file({ url: "http://x.example" }), /Issuer 1, `url`: expected a URL that starts with `https:\/\/`/],
      [file({ policies: [{ decision: "maybe", tokenType: "team", rules: {} }] }), /Issuer 1, policy 1, `decision`/],
      [file({ thumbprints: ["xyz"] }), /Issuer 1, `thumbprints`, item 1: expected hexadecimal digits, found `x` in `xyz`/],
      [file({ jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } }), /Issuer 1, `jwks`: .*symmetric/],
      ["eyJhbGciOiJub25lIn0.e30.", /expected issuers or policies, found a token/],
    ]) {
      await field(page).fill(written);
      const alert = page.getByRole("alert").filter({ hasText: "This cannot be imported" });
      await eventually(async () => assert.match(await text(alert), expected));
      assert.equal(await page.getByRole("button", { name: /^Import/ }).count(), 0);
    }
  });

  test("a file is chosen or dropped", async () => {
    const page = await openPage("import", options());
    await page.getByLabel("File", { exact: true }).setInputFiles({ name: "claimgate.json", mimeType: "application/json", buffer: Buffer.from(file({ name: "Chosen" })) });
    await page.getByText("✓ Read claimgate.json").waitFor();
    await page.getByRole("checkbox", { name: "Chosen" }).waitFor();
    const transfer = await page.evaluateHandle((content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], "dropped.json"));
      return transfer;
    }, file({ name: "Dropped" }));
    await page.getByRole("region", { name: "Text or file" }).dispatchEvent("drop", { dataTransfer: transfer });
    await page.getByText("✓ Read dropped.json").waitFor();
    await page.getByRole("checkbox", { name: "Dropped" }).waitFor();
  });

  test("policies without an issuer are added to the chosen one", async () => {
    const page = await openPage("import", options());
    await field(page).fill(JSON.stringify({ policies: [policy({ sub: "new" }, { authorizedPermissions: ["standard"] })] }));
    await page.getByText("Recognized as the policies of an issuer of Pulumi Cloud.").waitFor();
    await page.getByText("standard is left out").waitFor();
    const button = page.getByRole("button", { name: "Import policies" });
    assert.ok(await button.isDisabled());
    await page.getByLabel("Import for issuer").selectOption({ label: "Two" });
    await page.getByText("They replace all policies of the issuer").waitFor();
    await button.click();
    await page.getByRole("row", { name: /Two .* 1 allow, 0 deny/ }).waitFor();
    assert.deepEqual((await readStored(page)).issuers[1].policies[0].rules, { sub: "new" });
  });

  test("leaving with text in the field asks", async () => {
    const page = await openPage("import", options());
    await field(page).fill("{");
    const dialogs = [];
    page.on("dialog", async (dialog) => {
      dialogs.push(dialog.type());
      await dialog.dismiss();
    });
    await page.getByRole("link", { name: "Playground" }).click();
    assert.deepEqual(dialogs, ["confirm"]);
    assert.equal(await field(page).inputValue(), "{");
  });

  test("HTML and hidden characters are shown as text", async () => {
    const page = await openPage("import", options());
    const evil = `<img src=x onerror="globalThis.hacked = true">\u202e`;
    await field(page).fill(JSON.stringify({ organization: evil, issuers: [{ name: evil, url: "https://e.example", policies: [policy({ sub: evil })], samples: [{ claims: { [evil]: evil } }] }] }));
    await page.getByRole("list", { name: "Issuers" }).waitFor();
    for (const details of await page.locator("details").all()) await details.evaluate((element) => { element.open = true; });
    await eventually(async () => assert.ok((await understood(page).locator("mark", { hasText: "U+202E" }).count()) >= 4));
    await field(page).fill(JSON.stringify({ issuers: [{ name: evil, url: evil, [evil]: 1 }] }));
    await page.getByRole("alert").filter({ hasText: "cannot be imported" }).waitFor();
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    assert.equal(await page.locator("img[src=x]").count(), 0);
    await visit(page, "import");
  });
});
