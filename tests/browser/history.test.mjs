// The history of an issuer's policies on a server, its tests there, and conflicts between two people.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { KEYS, saved, signIn, withServer } from "./connected-helpers.mjs";
import { review, samplesOf, tool } from "./editor-helpers.mjs";
import { eventually, hasFocus, policyForm, save, text } from "./helpers.mjs";
import { download } from "./issuers-helpers.mjs";
import { inSight } from "./keyboard.mjs";

const { server, openPage } = withServer();
const rule = (sub) => [{ decision: "allow", tokenType: "organization", rules: { aud: "a", sub } }];
const restoring = (page) => page.getByRole("dialog", { name: /^Restore revision/ });
let count = 0;

/** A new issuer with these subjects as the revisions of its one policy, after the server's own first one. */
async function issuerWith(...subjects) {
  count += 1;
  const name = `History ${count}`;
  await server.call("POST", "/api/orgs/demo/oidc/issuers", { name, url: `https://history-${count}.example`, jwks: JSON.parse(KEYS) });
  for (const subject of subjects) await server.setPolicies(await server.issuer(name), rule(subject));
  const issuer = await server.issuer(name);
  const path = `/api/orgs/demo/auth/policies/${issuer.authPolicy.id}/revisions`;
  const { revisions } = await server.call("GET", path);
  return { name, id: issuer.id, revisions, path };
}

async function subjectOf(name) {
  return (await server.issuer(name)).authPolicy.policies.map((policy) => policy.rules.sub).join();
}

async function opened(path, options) {
  const page = await openPage(path, options);
  await signIn(page);
  return page;
}

for (const width of [1280, 390]) {
  const size = { viewport: { width, height: 900 } };

  describe(`the history of policies, ${width} px`, () => {
    test("shows who changed what, and restores a revision", async () => {
      const { name, id, revisions } = await issuerWith("repo:a:1", "repo:a:2", "repo:a:3");
      const page = await opened(`issuers/${id}`, size);
      await page.getByRole("link", { name: "Policy history" }).click();
      const newest = revisions[0].version;
      await page.getByRole("heading", { name: `From revision ${newest - 1} to ${newest}` }).waitFor();
      const rows = page.getByRole("region", { name: "Revisions" }).locator("tbody tr");
      assert.equal(await rows.count(), revisions.length);
      assert.match(await text(rows.first()), /bootstrap token/);
      const compared = page.getByRole("region", { name: /revision/ }).filter({ has: page.locator("pre") });
      assert.match(await text(compared), /`sub`: `repo:a:2` becomes `repo:a:3`/);
      assert.equal(await compared.locator("pre mark").count(), 2);
      await rows.nth(1).getByRole("link").click();
      await page.waitForURL(new RegExp(`history\\?from=${newest - 2}&to=${newest - 1}$`));
      await compared.getByText("repo:a:1").first().waitFor();
      await tool(page, `Restore revision ${newest - 1}`).click();
      await restoring(page).getByText("repo:a:3").first().waitFor();
      await restoring(page).getByRole("button", { name: "Restore", exact: true }).click();
      await page.getByText(`✓ Restored revision ${newest - 1}.`).waitFor();
      assert.equal(await subjectOf(name), "repo:a:2");
      await page.getByText(`restores ${newest - 1}`).waitFor();
      await page.getByRole("link", { name, exact: true }).click();
      await eventually(async () =>
        assert.equal(await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).inputValue(), "repo:a:2"));
    });

    test("shows times in the person's own time zone", async () => {
      const { id, revisions } = await issuerWith("repo:t:1");
      const page = await opened(`issuers/${id}/history`, { ...size, timezoneId: "Asia/Kolkata" });
      const time = page.getByRole("region", { name: "Revisions" }).locator("tbody time").first();
      await time.waitFor();
      assert.equal(await time.getAttribute("datetime"), revisions[0].created);
      const local = new Date(Date.parse(revisions[0].created) + 5.5 * 3_600_000).toISOString();
      assert.equal((await text(time)).replace(" ", "T"), local.slice(0, 19));
      assert.match(await text(page.getByLabel("To", { exact: true }).locator("option").first()), new RegExp(local.slice(11, 19)));
      await page.getByText("Times are in UTC+05:30.").waitFor();
    });

    test("compares any two revisions, by an address of their own", async () => {
      const { id, revisions } = await issuerWith("repo:b:1", "repo:b:2", "repo:b:3");
      const newest = revisions[0].version;
      const page = await opened(`issuers/${id}/history?from=${newest - 2}&to=${newest}`, size);
      await page.getByText("repo:b:1").first().waitFor();
      await page.getByLabel("From", { exact: true }).selectOption("0");
      await page.waitForURL(new RegExp(`from=0&to=${newest}$`));
      await page.getByText("is new").waitFor();
      await page.getByLabel("To", { exact: true }).selectOption(String(newest - 1));
      await page.getByRole("heading", { name: `Revision ${newest - 1}`, exact: true }).waitFor();
    });

    test("does not restore over a change that it has not shown", async () => {
      const { name, id, revisions } = await issuerWith("repo:c:1", "repo:c:2");
      const old = revisions[0].version - 1;
      const page = await opened(`issuers/${id}/history?to=${old}`, size);
      await tool(page, `Restore revision ${old}`).waitFor();
      await server.setPolicies(await server.issuer(name), rule("repo:c:theirs"));
      await tool(page, `Restore revision ${old}`).click();
      await restoring(page).getByRole("button", { name: "Restore", exact: true }).click();
      await restoring(page).getByText("someone else has changed it").first().waitFor();
      assert.equal(await subjectOf(name), "repo:c:theirs");
    });
  });

  describe(`tests on a server, ${width} px`, () => {
    test("are saved with the issuer, and others see them", async () => {
      const { id } = await issuerWith("repo:d:*");
      const samples = () => server.call("GET", `/api/orgs/demo/oidc/issuers/${id}/samples`).then((body) => body.samples);
      const page = await opened(`issuers/${id}`, size);
      await page.getByText("They are saved with the issuer on the server.").waitFor();
      await tool(page, "Add test").click();
      const form = page.getByRole("form", { name: "New test" });
      await form.getByLabel("Test name").fill("deploys");
      await form.getByLabel("Claims or token").fill('{"aud": "a", "sub": "repo:d:main"}');
      await form.getByRole("button", { name: "Add test" }).click();
      await eventually(async () => assert.deepEqual((await samples()).map((one) => [one.name, one.expect]), [["deploys", "allowed"]]));
      await page.locator(".save-bar:not(.details-form__bar)").getByText("1 of 1 as expected").waitFor();
      await saved(page);
      const other = await opened(`issuers/${id}`, size);
      await samplesOf(other).getByText("deploys").first().waitFor();
      await tool(other, "Edit deploys").click();
      await other.getByLabel("Expected decision").selectOption("denied");
      await tool(other, "Save test").click();
      await eventually(async () => assert.deepEqual((await samples()).map((one) => one.expect), ["denied"]));
      await tool(other, "Delete deploys").click();
      await eventually(async () => assert.deepEqual(await samples(), []));
      await other.getByRole("button", { name: "Undo", exact: true }).last().click();
      await eventually(async () => assert.equal((await samples()).length, 1));
      assert.ok(!(await other.evaluate(() => JSON.stringify(localStorage))).includes("repo:d:main"), "the browser keeps no claims");
    });

    test("that only this browser has are offered to be saved", async () => {
      const { id } = await issuerWith("repo:e:*");
      const sample = { id: "old", name: "from before", claims: '{"sub": "repo:e:main"}', tokenType: "organization", target: "", admin: false };
      const kept = { id, name: "", url: "", maxExpiration: null, jwks: null, jwksSource: null, thumbprints: [], policies: [], samples: [sample],
        preset: "", created: 0, modified: 0, lastUsed: null, revision: 0 };
      const value = JSON.stringify({ version: 4, issuers: [kept], removed: [], conflicts: [] });
      const storageState = { cookies: [], origins: [{ origin: new URL(server.url).origin, localStorage: [{ name: "claimgate.server.v1.demo", value }] }] };
      const page = await opened(`issuers/${id}`, { ...size, storageState });
      const notice = page.getByRole("status").filter({ hasText: "1 test is in this browser only." });
      await notice.getByRole("button", { name: "Save with the issuer" }).click();
      await samplesOf(page).getByText("from before").first().waitFor();
      await eventually(async () => {
        const { samples } = await server.call("GET", `/api/orgs/demo/oidc/issuers/${id}/samples`);
        assert.deepEqual(samples.map((one) => one.name), ["from before"]);
      });
    });
  });

  test(`what this browser has stored and cannot read is kept, and can be downloaded, ${width} px`, async () => {
    const { name } = await issuerWith("repo:i:*");
    const value = '{"version": 4, "issuers": [{"samples": "none"}]}';
    const key = "claimgate.server.v1.demo";
    const storageState = { cookies: [], origins: [{ origin: new URL(server.url).origin, localStorage: [{ name: key, value }] }] };
    const page = await opened("", { ...size, storageState });
    const stored = () => page.evaluate((key) => localStorage.getItem(key), key);
    const unreadable = page.getByRole("region", { name: "Stored data cannot be read" });
    await unreadable.getByText("Nothing was changed or deleted").waitFor();
    // The server's issuers are shown, and can be changed.
    await page.getByRole("link", { name, exact: true }).click();
    await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).fill("repo:i:main");
    await save(page);
    await eventually(async () => assert.equal(await subjectOf(name), "repo:i:main"));
    assert.equal(await stored(), value);
    const file = await download(page, () => unreadable.getByRole("link", { name: "Download the text" }).click());
    assert.equal(file.text, value);
    page.once("dialog", (dialog) => dialog.accept());
    await unreadable.getByRole("button", { name: "Delete the text" }).click();
    await unreadable.waitFor({ state: "detached" });
    assert.notEqual(await stored(), value);
  });

  test(`a conflict shows my version beside theirs, ${width} px`, async () => {
    const { name, id } = await issuerWith("repo:f:first");
    const page = await opened(`issuers/${id}`, size);
    await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).fill("repo:f:mine");
    await server.setPolicies(await server.issuer(name), rule("repo:f:theirs"));
    await tool(page, "Save policies").click();
    await review(page).getByRole("button", { name: "Save", exact: true }).click();
    const notice = page.getByRole("region", { name: "Changed by two people" });
    await notice.getByText("Compare").click();
    const versions = notice.getByRole("table");
    await eventually(async () => assert.deepEqual(await versions.getByRole("columnheader").allInnerTexts(), ["My version", "Their version"]));
    const differing = versions.locator("tr").filter({ has: page.locator("mark") });
    assert.match(await text(differing), /"sub": "repo:f:mine".*"sub": "repo:f:theirs"/);
    await notice.getByRole("button", { name: "Use my version" }).click();
    await eventually(async () => assert.equal(await subjectOf(name), "repo:f:mine"));
    await notice.getByRole("button", { name: "Keep mine" }).click();
    await notice.waitFor({ state: "detached" });
  });
}

test("restoring by keyboard alone", async () => {
  const { name, id, revisions } = await issuerWith("repo:h:1", "repo:h:2");
  const old = revisions[0].version - 1;
  const page = await opened(`issuers/${id}/history?to=${old}`);
  await tool(page, `Restore revision ${old}`).focus();
  await page.keyboard.press("Enter");
  await restoring(page).getByText("repo:h:2").first().waitFor();
  await hasFocus(restoring(page).getByRole("button", { name: "Restore", exact: true }));
  await inSight(page, "the dialog");
  await page.keyboard.press("Enter");
  await page.getByText(`✓ Restored revision ${old}.`).waitFor();
  assert.equal(await subjectOf(name), "repo:h:1");
});
