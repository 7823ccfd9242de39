// Stored issuers: with two tabs, in a browser without storage, and from older versions.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually, hasValue, issuerUrl, makeIssuer, policyForm, register, save, text, visit, withBrowser } from "./helpers.mjs";
import { download, lists, names, policy, readStored, secondPage, storageKey, storageState, stored } from "./issuers-helpers.mjs";

const openPage = withBrowser();
const { jwks } = makeIssuer();
const two = () => ({ storageState: storageState([{ name: "One" }, { name: "Two" }]) });
const first = "issuers/0000000000000001?section=details";

async function rename(page, name) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Save details" }).click();
  await page.getByText("✓ Saved").waitFor();
}

describe("two tabs", () => {
  test("additions, changes and deletions in one appear in the other at once", async () => {
    const page = await openPage("", two());
    const other = await secondPage(page, "issuers/new");
    await other.getByLabel("Name", { exact: true }).fill("Three");
    await other.getByLabel("URL", { exact: true }).fill("https://three.example");
    await other.getByRole("button", { name: "Register issuer" }).click();
    await other.getByRole("heading", { level: 1, name: "Three" }).waitFor();
    await other.getByRole("tab", { name: "Details" }).click();
    await lists(page, ["One", "Two", "Three"]);
    await rename(other, "Drei");
    await lists(page, ["One", "Two", "Drei"]);
    await page.getByRole("button", { name: "Delete One" }).click();
    await visit(other);
    await lists(other, ["Two", "Drei"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await lists(other, ["One", "Two", "Drei"]);
  });

  test("a tab that received no events loses nothing of the other's", async () => {
    const page = await openPage("", two());
    // The second tab receives no events, like a suspended one.
    const other = await page.context().newPage();
    await other.addInitScript(() => {
      globalThis.addEventListener("storage", (event) => event.stopImmediatePropagation(), true);
    });
    await visit(other);
    await lists(other, ["One", "Two"]);
    await page.getByRole("button", { name: "Delete One" }).click();
    await register(page, { name: "Added", url: "https://added.example", jwks });
    assert.deepEqual(await names(other), ["One", "Two"]);
    await other.getByRole("button", { name: "Delete Two" }).click();
    await lists(other, ["Added"]);
    await visit(page);
    await lists(page, ["Added"]);
    assert.deepEqual((await readStored(page)).issuers.map((issuer) => issuer.name), ["Added"]);
  });

  test("changes to different parts of one issuer are merged", async () => {
    const page = await openPage(first, two());
    const other = await secondPage(page, first);
    // Both tabs have the issuer open and edit it before either saves.
    await page.getByLabel("Name", { exact: true }).fill("Renamed");
    await other.getByLabel("Max expiration").fill("3");
    await other.getByRole("button", { name: "Save details" }).click();
    await other.getByText("✓ Saved").waitFor();
    await page.getByText("changed in another tab in the meantime").waitFor();
    await page.getByRole("button", { name: "Save details" }).click();
    await page.getByText("✓ Saved").waitFor();
    const [saved] = (await readStored(page)).issuers;
    assert.deepEqual([saved.name, saved.maxExpiration], ["Renamed", 3 * 3600]);
    assert.deepEqual((await readStored(page)).conflicts, []);
    await other.getByRole("heading", { level: 1, name: "Renamed" }).waitFor();
    await hasValue(page.getByLabel("Max expiration"), "3");
  });

  test("changes to the same part are shown as a conflict, and both versions are kept", async () => {
    const page = await openPage(first, two());
    const other = await secondPage(page, first);
    await page.getByLabel("Name", { exact: true }).fill("Mine");
    await rename(other, "Theirs");
    await page.getByRole("button", { name: "Save details" }).click();
    const notice = page.getByRole("region", { name: "Changed in two tabs" });
    await notice.waitFor();
    assert.match(await text(notice), /Changed in two tabs at once: Theirs Both versions are kept\. They differ in: name\./);
    await notice.getByRole("button", { name: "Keep mine" }).waitFor();
    const elsewhere = other.getByRole("region", { name: "Changed in two tabs" });
    await elsewhere.getByRole("button", { name: "Keep theirs" }).waitFor();
    await elsewhere.getByText("Compare").click();
    await eventually(async () => assert.deepEqual(await elsewhere.getByRole("columnheader").allInnerTexts(), ["My version", "Their version"]));
    assert.equal((await readStored(page)).issuers[0].name, "Mine");
    // The conflict survives a reload, and either version can be chosen.
    await visit(page);
    await notice.getByText("Compare").click();
    await notice.locator(".review__list").waitFor();
    assert.equal(await text(notice.locator(".review__list")), "~ Name `Mine` becomes `Theirs`");
    await notice.getByRole("button", { name: "Use the other version" }).click();
    await lists(page, ["Theirs", "Two"]);
    assert.match(await text(notice), /at once: Mine/);
    await notice.getByRole("button", { name: "Keep the listed version" }).click();
    await notice.waitFor({ state: "detached" });
    await other.getByRole("region", { name: "Changed in two tabs" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await notice.getByRole("button", { name: "Keep the listed version" }).click();
    await notice.waitFor({ state: "detached" });
    assert.deepEqual((await readStored(page)).issuers.map((issuer) => issuer.name), ["Theirs", "Two"]);
  });

  test("policies that another tab saves appear here; edited ones are kept along with the other tab's", async () => {
    const with1 = { storageState: storageState([{ name: "One", policies: [policy({ sub: "first" })] }]) };
    const page = await openPage("issuers/0000000000000001", with1);
    const other = await secondPage(page, "issuers/0000000000000001");
    const pattern = (page) => policyForm(page, 1).getByLabel("Pattern", { exact: true });
    await pattern(other).fill("second");
    await save(other);
    await page.waitForFunction(() => [...document.querySelectorAll("input, textarea")].some((input) => input.value === "second"));
    assert.equal(await page.getByText("Not saved").count(), 0);
    await pattern(page).fill("mine");
    await pattern(other).fill("third");
    await save(other);
    await save(page);
    const kept = await readStored(page);
    assert.equal(kept.issuers[0].policies[0].rules.sub, "mine");
    assert.deepEqual(kept.conflicts.map((conflict) => conflict.issuer.policies[0].rules.sub), ["third"]);
    await page.getByRole("region", { name: "Changed in two tabs" }).waitFor();
  });

  test("saving an issuer that the other tab deleted keeps it", async () => {
    const page = await openPage(first, two());
    const other = await secondPage(page);
    await page.getByLabel("Name", { exact: true }).fill("Kept");
    await other.getByRole("button", { name: "Delete One" }).click();
    await lists(other, ["Two"]);
    await page.getByRole("button", { name: "Save details" }).click();
    await lists(other, ["Two", "Kept"]);
  });
});

describe("a browser that stores nothing", () => {
  const broken = {
    "its storage is full": () => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    },
    "access is forbidden": () => {
      Object.defineProperty(globalThis, "localStorage", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    },
  };
  for (const [what, script] of Object.entries(broken)) {
    test(`${what}: changes are kept in the tab, with a notice, and can be downloaded`, async () => {
      const page = await openPage(null);
      await page.addInitScript(script);
      await visit(page);
      await register(page, { name: "Kept in memory", jwks });
      const alert = page.getByRole("alert").filter({ hasText: "Not stored" });
      assert.match(await text(alert), /kept in this tab, as you see them, until it is closed or reloaded/);
      const file = await download(page, () => alert.getByRole("button", { name: "Download claimgate.json" }).click());
      assert.equal(file.name, "claimgate.json");
      assert.deepEqual(JSON.parse(file.text).issuers.map((issuer) => issuer.url), [issuerUrl]);
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Name", { exact: true }).fill("In this tab");
      await page.getByRole("button", { name: "Save details" }).click();
      await page.getByText("● In this tab only, see above").waitFor();
      await page.getByRole("link", { name: "OIDC Issuers", exact: true }).first().click();
      await lists(page, ["In this tab"]);
      // Closing the tab would lose the changes.
      const asked = page.waitForEvent("dialog");
      await page.close({ runBeforeUnload: true });
      const dialog = await asked;
      assert.equal(dialog.type(), "beforeunload");
      await dialog.dismiss();
    });
  }

  test("changes are stored once that is possible", async () => {
    const page = await openPage("", two());
    await page.evaluate(() => {
      globalThis.setItem = Storage.prototype.setItem;
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await page.getByRole("button", { name: "Delete One" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "Not stored" });
    await alert.waitFor();
    assert.equal((await readStored(page)).issuers.length, 2);
    await page.evaluate(() => {
      Storage.prototype.setItem = globalThis.setItem;
    });
    await alert.getByRole("button", { name: "Try to store again" }).click();
    await alert.waitFor({ state: "detached" });
    assert.deepEqual((await readStored(page)).issuers.map((issuer) => issuer.name), ["Two"]);
  });
});

/** Issuers as the app stored them in each of its former versions. */
const former = {
  1: ({ issuers: [{ revision, samples, thumbprints, jwksSource, lastUsed, ...issuer }] }) => ({ version: 1, issuers: [issuer] }),
  2: ({ issuers: [{ revision, ...issuer }] }) => ({ version: 2, issuers: [issuer] }),
  3: ({ issuers: [issuer], ...rest }) => ({ ...rest, version: 3, issuers: [{ ...issuer, reporting: [false, true] }] }),
};
for (const [version, written] of Object.entries(former)) {
  test(`data of version ${version} is read, and migrated with the next change`, async () => {
    const state = two();
    const policies = [policy({ sub: "a" }), policy({ sub: "b" }, { decision: "deny" })];
    state.storageState.origins[0].localStorage[0].value = JSON.stringify(written(stored([{ name: "One", policies }])));
    const page = await openPage("", state);
    await page.getByRole("row", { name: /One .* 1 allow, 1 deny/ }).waitFor();
    assert.equal((await readStored(page)).version, Number(version));
    await visit(page, first);
    await rename(page, "Newer");
    const now = await readStored(page);
    assert.deepEqual([now.version, now.issuers[0].name, now.issuers[0].policies.length], [4, "Newer", 2]);
    assert.equal(now.issuers[0].policies[1].reportOnly ?? false, version === "3", "a list beside the policies marked those that only report");
  });
}

test("data of a newer version in another tab is not overwritten", async () => {
  const page = await openPage("", two());
  const later = JSON.stringify({ version: 99, issuers: [] });
  const other = await page.context().newPage();
  await visit(other);
  await other.evaluate(([key, later]) => localStorage.setItem(key, later), [storageKey, later]);
  await page.getByRole("region", { name: "Stored data cannot be read" }).waitFor();
  await page.getByRole("button", { name: "Delete One" }).click();
  await page.getByRole("alert").filter({ hasText: "Not stored" }).waitFor();
  assert.equal(await page.evaluate((key) => localStorage.getItem(key), storageKey), later);
});
