// The list of policies: folded to a sentence each, filtered, reordered, and changed several at a time; and the
// tests beside them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually, hasFocus, policyForm, save, text, withBrowser } from "./helpers.mjs";
import { allow, deny, review, sampleNamed, samplesOf, tool, withPolicies } from "./editor-helpers.mjs";
import { download } from "./issuers-helpers.mjs";
import { inSight, step } from "./keyboard.mjs";

const openPage = withBrowser();
const app = (number) => `repo:octo-org/app-${number}:ref:refs/heads/main`;
const many = Array.from({ length: 40 }, (_, index) =>
  index % 8 === 7 ? deny({ sub: `repo:octo-org/app-${index}:pull_request` }) : allow({ aud: "urn:pulumi:org:acme", sub: app(index) }));
many[4] = allow({ aud: "urn:pulumi:org:acme", sub: app(4) }, { name: "Nightly", note: "rebuilds the images" });
const tests = [
  ["deploys app 0", { aud: "urn:pulumi:org:acme", sub: app(0) }, "allowed"],
  ["pull request", { aud: "urn:pulumi:org:acme", sub: "repo:octo-org/app-7:pull_request" }, "denied"],
];
const line = (page, number) => page.getByRole("button", { name: new RegExp(`^Policy ${number} `) });
const lines = (page) => page.locator(".policy__line");
const stored = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("claimgate.v1")).issuers[0]);
const chosen = (page) => page.getByRole("group", { name: "Selected policies" });
const select = async (page, ...numbers) => {
  for (const number of numbers) await page.getByLabel(`Select policy ${number}`, { exact: true }).check();
};
const said = (page, words) => page.locator(".policy-note").filter({ hasText: words });

for (const width of [1280, 390]) {
  const open = (policies = many, samples = tests) =>
    openPage("issuers/e1", { ...withPolicies(policies, samples), viewport: { width, height: 900 } });

  describe(`the list of policies, ${width} px`, () => {
    test("forty policies are a sentence each, with their name, their note and the tests that they decide", async () => {
      const page = await open();
      await lines(page).nth(39).waitFor();
      assert.equal(await page.getByLabel("Claim", { exact: true }).count(), 0, "all are folded");
      assert.match(await text(line(page, 1)), /^Policy 1 allow organization when sub = \S+ and aud = urn:pulumi:org:acme decides 1 test$/);
      assert.match(await text(line(page, 5)), /^Policy 5 Nightly allow organization .* rebuilds the images/);
      assert.match(await text(line(page, 8)), /deny organization when sub = repo:octo-org\/app-7:pull_request/);
      if (width === 1280) {
        const height = await page.locator(".policies").evaluate((list) => list.getBoundingClientRect().height);
        assert.ok(height <= 2 * 900, `two screens are 1800 px high, the list is ${height}`);
      }
    });

    test("a policy unfolds by a click or the keyboard, and so do all", async () => {
      const page = await open();
      await line(page, 3).click();
      assert.equal(await line(page, 3).getAttribute("aria-expanded"), "true");
      await policyForm(page, 3).getByLabel("Pattern", { exact: true }).nth(1).fill("repo:octo-org/new:*");
      assert.match(await text(line(page, 3)), /sub ~ repo:octo-org\/new:\*/, "the sentence follows");
      await line(page, 3).press("Enter");
      await policyForm(page, 3).waitFor({ state: "detached" });
      await page.keyboard.press("ArrowDown");
      await hasFocus(line(page, 4));
      await page.keyboard.press("Space");
      await policyForm(page, 4).waitFor();
      await tool(page, "Expand all").click();
      await policyForm(page, 40).waitFor();
      await tool(page, "Collapse all").click();
      await policyForm(page, 4).waitFor({ state: "detached" });
    });

    test("the list is filtered by words and by group; what is edited stays in sight", async () => {
      const page = await open();
      const filter = page.getByLabel("Filter policies");
      await filter.fill("nightly IMAGES");
      await page.getByRole("status").filter({ hasText: "1 of 40" }).waitFor();
      await line(page, 5).click();
      await policyForm(page, 5).getByLabel("Policy name").fill("Weekly");
      await policyForm(page, 5).waitFor();
      await filter.fill("");
      await page.getByLabel("Show", { exact: true }).selectOption("Deny");
      await page.getByRole("status").filter({ hasText: "5 of 40" }).waitFor();
      assert.equal(await lines(page).count(), 5);
      await page.getByLabel("Show", { exact: true }).selectOption("Deciding no test");
      await page.getByRole("status").filter({ hasText: "38 of 40" }).waitFor();
      await tool(page, "Add policy").click();
      await hasFocus(policyForm(page, 41).getByLabel("Decision"));
      assert.equal(await page.getByLabel("Show", { exact: true }).inputValue(), "All policies", "a new policy is never hidden");
    });

    test("a link to an error unfolds its policy, though a filter hides it", async () => {
      const page = await open();
      await line(page, 2).click();
      await policyForm(page, 2).getByLabel("Claim", { exact: true }).first().fill("a..b");
      await tool(page, "Save policies").click();
      await line(page, 2).click();
      await page.getByLabel("Filter policies").fill("deny");
      await page.locator("#policy-errors").getByRole("button", { name: "policy 2, rule a..b" }).click();
      await hasFocus(policyForm(page, 2).getByLabel("Claim", { exact: true }).first());
      assert.match(await text(line(page, 2)), /1 error/);
    });

    test("selected policies are moved, duplicated, set and deleted, each with Undo", async () => {
      const page = await open();
      await select(page, 2, 3);
      await chosen(page).getByText("2 selected").waitFor();
      await chosen(page).getByRole("button", { name: "Move up" }).click();
      assert.match(await text(line(page, 1)), /app-1:/);
      await chosen(page).getByRole("button", { name: "Deny", exact: true }).click();
      await said(page, "Set 2 policies to deny.").waitFor();
      assert.match(await text(line(page, 2)), /^Policy 2 deny/);
      await said(page, "Set 2").getByRole("button", { name: "Undo" }).click();
      await hasFocus(line(page, 1));
      assert.match(await text(line(page, 2)), /^Policy 2 allow/);
      await chosen(page).getByRole("button", { name: "Duplicate" }).click();
      await said(page, "Duplicated 2 policies.").waitFor();
      assert.match(await text(page.getByRole("heading", { name: /^Policies/ })), /42, more than 40/);
      await chosen(page).getByRole("button", { name: "Delete" }).click();
      await said(page, "Deleted 2 policies.").getByRole("button", { name: "Undo" }).click();
      assert.match(await text(page.getByRole("heading", { name: /^Policies/ })), /42, more than 40/);
      await page.getByLabel("Filter policies").fill("deny");
      await page.getByLabel("Select all listed policies").check();
      await chosen(page).getByText("5 selected").waitFor();
      await chosen(page).getByRole("button", { name: "Delete" }).click();
      await said(page, "Deleted 5 policies.").waitFor();
      await page.getByLabel("Filter policies").fill("");
      await page.getByRole("status").filter({ hasText: "of 40" }).waitFor({ state: "detached" });
      assert.equal(await lines(page).count(), 37);
    });

    test("a policy is dragged to another place, with the others that are selected, and Escape leaves all as it was", async () => {
      const page = await open();
      const grip = (number) => page.locator(".policy").nth(number - 1).locator(".policy__grip");
      /** Presses the handle of a policy and moves it over the upper half of another one. */
      const over = async (number, target) => {
        await grip(number).hover();
        await page.mouse.down();
        // A finding that arrives moves the lines below it.
        await eventually(async () => {
          const { x, y } = await line(page, target).boundingBox();
          await page.mouse.move(x + 5, y + 20);
          await page.mouse.move(x + 5, y + 3, { steps: 5 });
          const row = page.locator(".policy").nth(target - 1);
          assert.ok(await row.evaluate((row) => row.classList.contains("policy--drop-before")), `over policy ${target}`);
        });
        await page.locator(".policy--dragged").waitFor();
      };
      await over(4, 2);
      assert.match(await page.locator(".policy--drop-before").getAttribute("id"), /^policy-/);
      await page.keyboard.press("Escape");
      await page.mouse.up();
      assert.match(await text(line(page, 2)), /app-1:/);
      await over(4, 2);
      await page.mouse.up();
      await said(page, "Now policy 2 of 40.").waitFor();
      await hasFocus(line(page, 2));
      assert.match(await text(line(page, 2)), /app-3:/);
      await said(page, "Now policy 2 of 40.").getByRole("button", { name: "Undo" }).click();
      assert.match(await text(line(page, 2)), /app-1:/);
      await select(page, 1, 4);
      await over(4, 3);
      await page.mouse.up();
      await said(page, "Moved 2 policies.").waitFor();
      assert.deepEqual(await Promise.all([1, 2, 3, 4].map(async (number) => /app-(\d+):/.exec(await text(line(page, number)))[1])), ["1", "0", "3", "2"]);
      await save(page);
      assert.match((await stored(page)).policies[1].rules.sub, /app-0:/);
    });

    test("a folded policy is moved by keyboard, and keeps the focus", async () => {
      const page = await open();
      await line(page, 2).focus();
      await page.keyboard.press("Alt+Shift+ArrowUp");
      await said(page, "Now policy 1 of 40.").waitFor();
      await hasFocus(line(page, 1));
      assert.match(await text(line(page, 1)), /app-1:/);
    });
  });

  describe(`tests of policies, ${width} px`, () => {
    const few = [allow({ sub: "repo:octo-org/app-0:*" }), deny({ sub: "*:pull_request" })];

    test("are counted in the save bar and the review, and failing ones are named with a link", async () => {
      const page = await open(few);
      const bar = page.locator(".save-bar:not(.details-form__bar)");
      await bar.getByText("2 of 2 as expected").waitFor();
      await policyForm(page, 1).getByLabel("Pattern", { exact: true }).fill("repo:octo-org/other:*");
      await bar.getByText("1 of 2 as expected").waitFor();
      await bar.getByRole("button", { name: "deploys app 0" }).click();
      await hasFocus(page.locator("#test-s0"));
      assert.match(await text(sampleNamed(page, "deploys app 0")), /Denied was allowed expected allowed/);
      await tool(page, "Save policies").click();
      assert.match(await text(review(page)), /Tests: 1 of 2 as expected deploys app 0: denied, expected allowed/);
      await review(page).getByRole("button", { name: "deploys app 0" }).click();
      await review(page).waitFor({ state: "hidden" });
      await hasFocus(page.locator("#test-s0"));
      await tool(page, "Save policies").click();
      await review(page).getByRole("button", { name: "Save anyway" }).click();
      await page.getByRole("status").filter({ hasText: "✓ Saved" }).waitFor();
    });

    test("expect a decision: in the form, or with one click", async () => {
      const page = await open(few, [["a push", { sub: app(0) }]]);
      assert.equal(await page.getByText("as expected").count(), 0);
      await tool(page, "Expect allowed for a push").click();
      await page.locator(".save-bar:not(.details-form__bar)").getByText("1 of 1 as expected").waitFor();
      await tool(page, "Add test").click();
      const form = page.getByRole("form", { name: "New test" });
      await form.getByLabel("Test name").fill("another");
      await form.getByLabel("Claims or token").fill('{"sub": "repo:octo-org/none:x"}');
      await form.getByLabel("Expected decision").selectOption("denied");
      await form.getByRole("button", { name: "Add test" }).click();
      await page.locator(".save-bar:not(.details-form__bar)").getByText("2 of 2 as expected").waitFor();
      assert.deepEqual((await stored(page)).samples.map((sample) => sample.expect), ["allowed", "denied"]);
    });

    test("are written to a file of the test format, and read again", async () => {
      const page = await open(few);
      await page.getByText("Test files").click();
      const exported = await download(page, () => tool(page, "Export tests").click());
      assert.equal(exported.name, "ci.test.json");
      const file = JSON.parse(exported.text);
      assert.deepEqual(file.cases.map((one) => [one.name, one.expect]), [["deploys app 0", "allowed"], ["pull request", "denied"]]);
      file.cases.push({ name: "from a file", sample: "pull request", with: { sub: app(0) }, expect: "allowed", code: "allow-matched" });
      const read = (content) =>
        page.getByLabel("Import tests").setInputFiles({ name: "a.test.json", mimeType: "application/json", buffer: Buffer.from(content) });
      await read(JSON.stringify(file));
      await page.getByRole("status").filter({ hasText: "✓ Added 1 of 3 tests. 2 were there already." }).waitFor();
      await page.getByText("1 test expects more than the decision").waitFor();
      await page.locator(".save-bar:not(.details-form__bar)").getByText("3 of 3 as expected").waitFor();
      await read('{"cases": [{"name": "x", "claims": {}, "expekt": "allowed"}]}');
      await page.getByText("unknown key").waitFor();
      assert.equal(await samplesOf(page).count(), 3);
    });
  });
}

test("by keyboard alone: filter, unfold, edit, select and save, and the focus is always in sight", async () => {
  const page = await openPage("issuers/e1", { ...withPolicies(many, tests), viewport: { width: 1280, height: 800 } });
  await lines(page).nth(39).waitFor();
  const goTo = async (locator) => {
    await locator.focus();
    await inSight(page, `${locator}`);
  };
  await goTo(page.getByLabel("Select all listed policies"));
  // Down the whole list, behind the tools above and the bar below, and back.
  for (const key of ["Tab", "Shift+Tab"]) {
    for (let stop = 0; stop < 88; stop += 1) assert.ok(await step(page, `the list, ${key}`, key), `${key} leads from element to element`);
  }
  await goTo(page.getByLabel("Filter policies"));
  await page.keyboard.type("app-12");
  await eventually(async () => assert.equal(await lines(page).count(), 1));
  await goTo(line(page, 13));
  await page.keyboard.press("Enter");
  await goTo(policyForm(page, 13).getByLabel("Pattern", { exact: true }).nth(1));
  await page.keyboard.type("x");
  await goTo(page.getByLabel("Select policy 13", { exact: true }));
  await page.keyboard.press("Space");
  await goTo(chosen(page).getByRole("button", { name: "Deny", exact: true }));
  await page.keyboard.press("Enter");
  await save(page);
  const policy = (await stored(page)).policies[12];
  assert.deepEqual([policy.decision, policy.rules.sub], ["deny", `${app(12)}x`]);
});
