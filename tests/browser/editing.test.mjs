// Editing an issuer: incomplete and unsaved changes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allow, codeIn, deny, review, tool, withPolicies } from "./editor-helpers.mjs";
import { eventually, hasFocus, policyForm, save, withBrowser } from "./helpers.mjs";

const openPage = withBrowser();
const mainOnly = [allow({ aud: "octo", sub: "repo:a:main" })];
const rows = (policy) => policy.getByLabel("Claim", { exact: true });
const bar = (page) => page.locator(".save-bar:not(.details-form__bar)");

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  describe(`at ${viewport.width} px`, () => {
    const open = (policies, path = "issuers/e1") => openPage(path, { ...withPolicies(policies), viewport });

    test("a blank row is reported, not ignored", async () => {
      const page = await open([deny({ sub: "a" })]);
      const policy = policyForm(page, 1);
      await policy.getByRole("button", { name: "Add rule" }).click();
      await page.getByRole("heading", { name: "Not complete yet" }).waitFor();
      await page.getByText("rule 2 is blank: expected a claim and a pattern").waitFor();
      await page.getByRole("button", { name: "Save policies" }).click();
      const errors = page.locator("#policy-errors");
      await errors.getByRole("heading", { name: "These policies cannot be saved" }).waitFor();
      assert.equal(await page.getByRole("status").filter({ hasText: /^✓ Saved/ }).count(), 0);
      await errors.getByRole("button", { name: "policy 1, rules" }).click();
      // The message links to the row.
      await hasFocus(rows(policy).nth(1));
      await policy.getByText("rule 2 is blank").waitFor();
      await policy.getByRole("button", { name: /^Remove rule\s*$/ }).click();
      await errors.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Save policies" }).click();
      await page.getByRole("status").filter({ hasText: "✓ Saved" }).waitFor();
    });

    test("the list of claims does not cover the save bar", async () => {
      const page = await open([allow({ aud: "octo" }), allow({ aud: "octo", sub: "b" })]);
      const field = rows(policyForm(page, 2)).nth(1);
      const list = page.getByRole("listbox", { name: "Known claims" }).filter({ visible: true });
      // Directly above the bar, with no room for the list below.
      await field.evaluate((field) => {
        const end = document.querySelector(".save-bar").getBoundingClientRect().top;
        window.scrollBy({ top: field.getBoundingClientRect().bottom + 12 - end, behavior: "instant" });
      });
      await field.focus();
      await page.keyboard.press("ArrowDown");
      await list.waitFor();
      // A finding that arrives moves the field, and the list follows.
      await eventually(async () => {
        const [shown, save] = [await list.boundingBox(), await bar(page).boundingBox()];
        assert.ok(shown.y >= 0 && shown.y + shown.height <= save.y, JSON.stringify([shown, save]));
      });
      // With room below, the list is below.
      await page.keyboard.press("Escape");
      await field.evaluate((field) => window.scrollBy({ top: field.getBoundingClientRect().top - 90, behavior: "instant" }));
      await page.keyboard.press("ArrowDown");
      await list.waitFor();
      await eventually(async () => {
        const [below, input] = [await list.boundingBox(), await field.boundingBox()];
        assert.ok(below.y >= input.y + input.height, JSON.stringify([below, input]));
      });
    });

    test("the undo notice appears above the save bar, not over it", async () => {
      const options = withPolicies(mainOnly);
      const [kept] = options.storageState.origins[0].localStorage;
      const { issuers } = JSON.parse(kept.value);
      kept.value = JSON.stringify({ version: 2, issuers: [...issuers, { ...issuers[0], id: "e2", name: "Gone", url: "https://gone.example" }] });
      const page = await openPage("", { ...options, viewport });
      await page.getByRole("button", { name: "Delete Gone" }).click();
      await page.getByRole("link", { name: "CI", exact: true }).click();
      await bar(page).waitFor();
      const toast = page.locator(".toast").filter({ hasText: "Deleted Gone" });
      // An answer of the analysis may make the bar taller.
      await eventually(async () => {
        const [offered, save] = [await toast.boundingBox(), await bar(page).boundingBox()];
        assert.ok(offered.y + offered.height <= save.y, JSON.stringify([offered, save]));
      });
      await toast.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
      await page.getByRole("link", { name: "Gone", exact: true }).waitFor();
    });

    test("the export shows that changes have to be saved first", async () => {
      const page = await open(mainOnly);
      const notice = page.getByText("The export contains the issuer as last saved, without unsaved changes.");
      await page.getByRole("tab", { name: "Export" }).click();
      await page.getByRole("heading", { name: "Export as" }).waitFor();
      assert.equal(await notice.count(), 0);
      await page.getByRole("tab", { name: "Policies" }).click();
      await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).fill("repo:a:*");
      await page.getByRole("tab", { name: "Export" }).click();
      await notice.waitFor();
      assert.match(await page.getByRole("region", { name: "Export", exact: true }).last().innerText(), /repo:a:main/);
      await page.getByRole("tab", { name: "Policies" }).click();
      await save(page);
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Other");
      await page.getByRole("tab", { name: "Export" }).click();
      await notice.waitFor();
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByRole("button", { name: "Save details" }).click();
      await page.getByRole("tab", { name: "Export" }).click();
      await notice.waitFor({ state: "detached" });
    });

    test("edited policies are passed to the playground unsaved, and can be saved there", async () => {
      const page = await open(mainOnly);
      page.on("dialog", (dialog) => {
        page.problems.push(`asked: ${dialog.message()}`);
        dialog.accept();
      });
      await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).fill("repo:a:*");
      await page.getByRole("link", { name: "Try in the playground" }).click();
      await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
      if (viewport.width < 1100) await page.getByRole("button", { name: "Policies", exact: true }).click();
      await page.getByRole("button", { name: "Save to issuer…" }).click();
      const changes = page.getByRole("dialog", { name: "Save these changes?" });
      assert.match(await changes.innerText(), /sub.*repo:a:main.*becomes.*repo:a:\*/);
      await changes.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("✓ Saved to CI").waitFor();
      await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
      await page.getByRole("link", { name: "CI", exact: true }).click();
      assert.equal(await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).inputValue(), "repo:a:*");
    });

    test("leaving edits that cannot be passed on asks first", async () => {
      const page = await open(mainOnly);
      const asked = [];
      page.on("dialog", (dialog) => {
        asked.push(dialog.message());
        dialog.dismiss();
      });
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Other");
      await page.getByRole("tab", { name: "Policies" }).click();
      await policyForm(page, 1).getByLabel("Pattern", { exact: true }).nth(1).fill("repo:a:*");
      await page.getByRole("link", { name: "Try in the playground" }).click();
      assert.deepEqual(asked, ["Leave without saving? Your changes will be lost."]);
      await page.getByRole("heading", { level: 1, name: "CI" }).waitFor();
    });

    test("backticks in a message mark code, in the editor and under fields", async () => {
      const page = await open(mainOnly, "issuers/e1?view=json");
      await codeIn(page, "Policies as JSON");
      const editor = page.getByRole("textbox", { name: "Policies as JSON" });
      await editor.press("Control+A");
      await page.keyboard.insertText('[{"decision": "allow", "tokenType": "organization", "rule": {"sub": "a"}}]');
      const mark = page.locator(".cm-lint-marker-error").first();
      await mark.waitFor();
      await mark.hover();
      const remark = page.locator(".cm-tooltip-lint .cm-diagnosticText").first();
      await remark.locator("code", { hasText: "rule" }).first().waitFor();
      assert.ok(!(await remark.innerText()).includes("`"), await remark.innerText());
      await page.getByRole("tab", { name: "Details" }).click();
      for (const [label, text] of [["Thumbprints", "xyz"], ["Max expiration", "1.5"]]) {
        await page.getByLabel(label).fill(text);
        const error = page.locator(".details-form p.error").filter({ hasText: text });
        await error.locator("code", { hasText: text }).first().waitFor();
        assert.ok(!(await error.innerText()).includes("`"), await error.innerText());
      }
    });
  });
}
