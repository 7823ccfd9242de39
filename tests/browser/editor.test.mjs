// The policy editor: its two views with one history, help on patterns, the review before saving,
// and samples.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually, githubClaims, hasFocus, makeIssuer, policyForm, save, text, withBrowser } from "./helpers.mjs";
import { allow, codeIn, deny, review, sampleNamed, samplesOf, tool, withPolicies } from "./editor-helpers.mjs";

const openPage = withBrowser();
const main = { sub: "repo:octo-org/octo-repo:ref:refs/heads/main" };
const pull = { sub: "repo:octo-org/octo-repo:pull_request" };
const policies = [allow({ sub: "repo:octo-org/octo-repo:*" }), deny({ sub: "*:pull_request" })];
const samples = [["push to main", main], ["pull request", pull]];
const open = (options = withPolicies(policies, samples), path = "issuers/e1", size = {}) => openPage(path, { ...options, ...size });
const openJson = async (options, size) => {
  const page = await open(options, "issuers/e1?view=json", size);
  await page.locator(".cm-content").waitFor();
  return page;
};
const pattern = (page, number, place = 0) => policyForm(page, number).getByLabel("Pattern", { exact: true }).nth(place);
const claim = (page, number, place = 0) => policyForm(page, number).getByLabel("Claim", { exact: true }).nth(place);
const code = (page) => page.getByRole("textbox", { name: "Policies as JSON" });
const stored = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("claimgate.v1")).issuers[0]);

for (const width of [1280, 390]) {
  const size = { viewport: { width, height: 900 } };

  describe(`the form, ${width} px`, () => {
    test("a claim is completed by the keyboard, with its documentation", async () => {
      const page = await open(undefined, undefined, size);
      await policyForm(page, 1).getByRole("button", { name: "Add rule" }).click();
      const field = claim(page, 1, 1);
      await hasFocus(field);
      await page.keyboard.type("repository_ow");
      const list = page.getByRole("listbox", { name: "Known claims" }).filter({ visible: true });
      await list.waitFor();
      assert.equal(await field.getAttribute("aria-expanded"), "true");
      assert.match(await text(list.getByRole("option").first()), /^repository_owner the organization or user/);
      await page.keyboard.press("Escape");
      await list.waitFor({ state: "hidden" });
      await page.keyboard.press("ArrowDown");
      const active = await field.getAttribute("aria-activedescendant");
      assert.equal(await page.locator(`[id="${active}"]`).getAttribute("aria-selected"), "true");
      await page.keyboard.press("Home");
      await field.fill("repository_ow");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      assert.equal(await field.inputValue(), "repository_owner");
      assert.equal(await field.getAttribute("aria-expanded"), "false");
      await policyForm(page, 1).getByText("the organization or user").waitFor();
    });

    test("policies are moved, duplicated, counted and removed, with a note that order does not matter", async () => {
      const page = await open(undefined, undefined, size);
      await page.getByText("The order of policies does not matter.").waitFor();
      assert.match(await text(page.getByRole("heading", { name: /^Policies/ })), /2 of at most 40/);
      await tool(page, "Move down policy 1").click();
      assert.equal(await pattern(page, 1).inputValue(), "*:pull_request");
      await page.getByText("Now policy 2 of 2. The order of policies does not matter.").waitFor();
      await pattern(page, 2).focus();
      await page.keyboard.press("Alt+Shift+ArrowUp");
      await page.getByText("Now policy 1 of 2.").waitFor();
      await hasFocus(pattern(page, 1));
      await tool(page, "Duplicate policy 2").click();
      assert.equal(await pattern(page, 3).inputValue(), "*:pull_request");
      assert.match(await text(page.getByRole("heading", { name: /^Policies/ })), /3 of at most 40/);
      await tool(page, "Delete policy 1").click();
      assert.equal(await pattern(page, 1).inputValue(), "*:pull_request");
    });

    test("each token type has fields of its own", async () => {
      const page = await open(undefined, undefined, size);
      const policy = policyForm(page, 1);
      await policy.getByLabel("Admin permission").check();
      for (const [type, label] of [["team", "Team name"], ["personal", "User login"], ["runner", "Runner"]]) {
        await policy.getByLabel("Token type").selectOption(type);
        await policy.getByLabel(label, { exact: true }).fill("x");
        assert.equal(await policy.getByLabel("Role ID").count(), 0);
      }
      await tool(page, "Save policies").click();
      assert.match(await text(review(page)), /`tokenType`: `organization` becomes `runner` .*`runnerID`: nothing becomes `x`/);
    });

    test("the pattern at the cursor is explained, with texts that it matches and does not match", async () => {
      const page = await open(undefined, undefined, size);
      await pattern(page, 1).fill("repo:octo-org/octo.repo:*");
      const help = page.getByRole("group", { name: "About this pattern" });
      await help.getByText("* matches any text here").waitFor();
      await page.keyboard.press("Home");
      await help.getByText("repo:octo-org/octo: exact match, case-sensitive.").waitFor();
      for (let step = 0; step < 18; step += 1) await page.keyboard.press("ArrowRight");
      await help.getByText(". matches any one character here").waitFor();
      const [accepted, refused] = await help.getByRole("list").all();
      const texts = await accepted.getByRole("listitem").allInnerTexts();
      assert.equal(texts.length, 3);
      for (const one of texts) assert.match(one, /^repo:octo-org\/octo.repo:/);
      assert.match(texts[0], /refs\/heads\/main$/, "near what the claim has in the samples");
      assert.doesNotMatch(await refused.innerText(), /^repo:octo-org\/octo.repo:/);
      assert.equal(await policyForm(page, 1).locator(".combobox__layer mark").count(), 2);
    });

    test("errors appear at their fields, and the list links to them", async () => {
      const page = await open(undefined, undefined, size);
      await claim(page, 2).fill("a..b");
      await tool(page, "Save policies").click();
      const alert = page.getByRole("alert").filter({ hasText: "found an empty segment" });
      await alert.getByRole("button", { name: "policy 2, rule a..b" }).click();
      await hasFocus(claim(page, 2));
      assert.equal(await claim(page, 2).getAttribute("aria-invalid"), "true");
      assert.equal(await pattern(page, 2).getAttribute("aria-invalid"), null, "the error is about the claim");
    });
  });

  describe(`the JSON, ${width} px`, () => {
    test("keys, words, claims and patterns are completed", async () => {
      const page = await openJson(undefined, { ...size, clock: true });
      const options = page.getByRole("listbox", { name: "Completions" }).getByRole("option");
      /** Types where `before` has a bar, and waits until `check` accepts the options. */
      const at = async (before, typed, check) => {
        await code(page).fill(before.replace("|", ""));
        await page.keyboard.press("Control+Home");
        for (let step = 0; step < before.indexOf("|"); step += 1) await page.keyboard.press("ArrowRight");
        await page.keyboard.type(typed);
        await eventually(async () => check(await options.allInnerTexts()));
      };
      await at('{"policies": [{"tokenType": "team", |}]}', '"', (keys) => {
        assert.ok(keys.includes("decision") && keys.includes("teamName") && !keys.includes("runnerID") && !keys.includes("tokenType"), `${keys}`);
      });
      await at('[{"decision": |}]', '"', (words) => assert.deepEqual(words, ["allow", "deny"]));
      await at('[{"tokenType": |}]', '"', (words) => assert.deepEqual(words, ["organization", "personal", "runner", "team"]));
      await at('[{"rules": {|}}]', '"', (claims) => {
        assert.ok(claims.includes("repository_owner") && !claims.includes("decision"), `${claims}`);
      });
      await at('[{"rules": {"sub": |}}]', '"', (patterns) => {
        assert.ok(patterns.some((one) => one.includes("repo:") && one.includes("pattern")), `${patterns}`);
      });
      await page.keyboard.press("Escape");
      await at('[{"decision": |}]', '"d', (words) => assert.equal(words.length, 1, `${words}`));
      // Enter directly after the list has opened does not select from it.
      await page.clock.runFor(100);
      await page.keyboard.press("Enter");
      assert.equal(await codeIn(page, "Policies as JSON"), '[{"decision": "deny"}]');
    });

    test("keys and claims are explained under the pointer", async () => {
      const page = await openJson(undefined, size);
      await code(page).getByText('"tokenType"').first().hover();
      await page.locator(".cm-help").getByText("The kind of access token.").waitFor();
      await code(page).getByText('"sub"').first().hover();
      await page.locator(".cm-help").getByText("repository and environment, branch, tag or pull request").waitFor();
    });

    test("errors are underlined, in the margin and in the list, which links to them", async () => {
      const page = await openJson(undefined, size);
      await code(page).fill('{"policies": [\n{"decision": "allow", "tokenTpye": "team",\n "rules": {"sub": "a.b"}}]}');
      const list = page.getByRole("status").filter({ hasText: "These policies cannot be saved" });
      await list.getByText("did you mean tokenType?").waitFor();
      await page.locator(".cm-lint-marker-error").first().waitFor();
      const underlined = await page.locator(".cm-lintRange-error").allInnerTexts();
      assert.ok(underlined.join("").includes('"tokenTpye": "team"'), underlined);
      await list.getByRole("button", { name: "policy 1, tokenTpye" }).click();
      await page.waitForFunction((text) => getSelection().toString() === text, '"tokenTpye": "team"');
      await code(page).fill("[1,]");
      await page.getByRole("status").filter({ hasText: "not JSON" }).getByRole("button", { name: "Go there" }).click();
      await page.waitForFunction(() => getSelection().toString() === "]");
    });

    test("wildcards are highlighted, and explained at the cursor", async () => {
      const page = await openJson(undefined, size);
      await code(page).fill('[{"decision": "deny", "tokenType": "organization", "rules": {"sub": "a\\\\.b.c?*"}}]');
      await page.waitForFunction(() => document.querySelectorAll(".cm-content .wild").length === 4);
      assert.deepEqual(await page.locator(".cm-content .wild").allInnerTexts(), ["\\\\.", ".", "?", "*"]);
      await page.locator(".cm-content .wild--one").click();
      const help = page.getByRole("group", { name: "About this pattern" });
      await help.getByText("matches any one character here").waitFor();
      assert.equal(await help.getByRole("list").first().getByRole("listitem").count(), 3);
    });

    test("Tab indents, and leaves the editor after Esc", async () => {
      const page = await openJson(undefined, size);
      await page.getByText("Esc, then Tab leaves the editor").waitFor();
      await code(page).fill("[]");
      await page.keyboard.press("Home");
      await page.keyboard.press("Tab");
      assert.equal(await codeIn(page, "Policies as JSON"), "  []");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Tab");
      assert.equal(await code(page).evaluate((element) => element.contains(document.activeElement)), false);
    });
  });

  describe(`both views, ${width} px`, () => {
    test("show the same, and share one history", async () => {
      const page = await open(undefined, undefined, size);
      await pattern(page, 1).fill("repo:octo-org/one");
      await tool(page, "JSON").click();
      assert.match(await codeIn(page, "Policies as JSON"), /octo-org\/one/);
      await code(page).fill((await codeIn(page, "Policies as JSON")).replace("octo-org/one", "octo-org/two"));
      await tool(page, "Form").click();
      assert.equal(await pattern(page, 1).inputValue(), "repo:octo-org/two");
      await tool(page, "Undo").click();
      assert.equal(await pattern(page, 1).inputValue(), "repo:octo-org/one");
      await pattern(page, 1).press("Control+z");
      assert.equal(await pattern(page, 1).inputValue(), "repo:octo-org/octo-repo:*");
      await tool(page, "JSON").click();
      await code(page).press("Control+Shift+Z");
      await page.waitForFunction(() => document.querySelector(".cm-content").innerText.includes("octo-org/one"));
      await tool(page, "Redo").click();
      await page.waitForFunction(() => document.querySelector(".cm-content").innerText.includes("octo-org/two"));
      assert.equal(await tool(page, "Redo").getAttribute("aria-disabled"), "true");
      await tool(page, "Discard changes").click();
      await page.waitForFunction(() => document.querySelector(".cm-content").innerText.includes("octo-repo:*"));
      await tool(page, "Discard changes").waitFor({ state: "hidden" });
      await tool(page, "Undo").click();
      await page.waitForFunction(() => document.querySelector(".cm-content").innerText.includes("octo-org/two"));
    });

    test("the form explains why it cannot show a text, which is kept", async () => {
      const page = await openJson(undefined, size);
      const odd = '[{"decision":"deny","tokenType":"organization","teamName":"x","rules":{}}]';
      for (const [written, why] of [["[{", "until the errors in the JSON are fixed"], [odd, "cannot show policy 1"]]) {
        await code(page).fill(written);
        await tool(page, "Form").click();
        await page.getByRole("status").filter({ hasText: why }).waitFor();
        assert.match(await codeIn(page, "Policies as JSON"), new RegExp(`^${RegExp.escape?.(written) ?? written.replaceAll(/[^\w]/g, "\\$&")}`));
      }
    });
  });

  describe(`saving, ${width} px`, () => {
    test("shows changes in words, as text and on the samples, and saves with Ctrl+S", async () => {
      const page = await open(undefined, undefined, size);
      await pattern(page, 1).fill("repo:octo-org/other:*");
      await page.getByText("● Not saved").waitFor();
      await page.keyboard.press("Control+s");
      const shown = await text(review(page));
      assert.match(shown, /Policy 1, allow organization, changes `sub`: `repo:octo-org\/octo-repo:\*` becomes `repo:octo-org\/other:\*`/);
      assert.match(shown, /push to main: denied, was allowed/);
      await review(page).getByText("As text").click();
      assert.equal(await review(page).locator("pre mark").count(), 2);
      await page.keyboard.press("Escape");
      await review(page).waitFor({ state: "hidden" });
      assert.equal((await stored(page)).policies[0].rules.sub, "repo:octo-org/octo-repo:*");
      await page.keyboard.press("Control+s");
      await review(page).getByRole("button", { name: "Save", exact: true }).waitFor();
      await page.keyboard.press("Control+s");
      await page.getByRole("status").filter({ hasText: "✓ Saved" }).waitFor();
      assert.equal((await stored(page)).policies[0].rules.sub, "repo:octo-org/other:*");
      await page.getByText("differs from the saved policies").waitFor({ state: "hidden" });
    });

    test("another order counts as no change", async () => {
      const page = await open(undefined, undefined, size);
      await tool(page, "Move down policy 1").click();
      await tool(page, "Save policies").click();
      await review(page).getByText("Only the order of policies differs. Every decision stays the same.").waitFor();
    });
  });

  describe(`tests, ${width} px`, () => {
    test("are decided while policies are edited, and changes are marked", async () => {
      const page = await open(undefined, undefined, size);
      assert.match(await text(sampleNamed(page, "push to main")), /^✓ push to main Allowed/);
      assert.match(await text(sampleNamed(page, "pull request")), /^✕ pull request Denied/);
      await pattern(page, 2).fill("*:nothing");
      await sampleNamed(page, "pull request").getByText("was denied").waitFor();
      assert.match(await text(sampleNamed(page, "pull request")), /Allowed/);
      await page.getByRole("status").filter({ hasText: "1 decision differs from the saved policies" }).waitFor();
      assert.equal(await page.getByText("was allowed").count(), 0);
      await claim(page, 2).fill("a..b");
      await page.getByRole("status").filter({ hasText: "The last version without errors decides the tests" }).waitFor();
      assert.match(await text(sampleNamed(page, "pull request")), /Allowed/);
    });

    test("come from a pasted token, and only its claims are kept", async () => {
      const page = await open(withPolicies(policies), undefined, size);
      await page.getByRole("heading", { name: "No tests yet" }).waitFor();
      const token = makeIssuer().token(githubClaims());
      await tool(page, "Add test").click();
      await page.getByLabel("Claims or token").fill(token);
      await page.getByText("The token itself is not kept.").waitFor();
      assert.match(await page.getByLabel("Claims or token").inputValue(), /^\{\n {2}"jti"/);
      await page.getByRole("form", { name: "New test" }).getByRole("button", { name: "Add test" }).click();
      await sampleNamed(page, "repo:octo-org/octo-repo:ref:refs/heads/main").waitFor();
      const everything = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href);
      for (const part of token.split(".")) assert.ok(!everything.includes(part));
      await page.reload();
      await samplesOf(page).first().waitFor();
    });

    test("text that is neither claims nor a token is refused and stays in the field", async () => {
      const page = await open(withPolicies(policies), undefined, size);
      await tool(page, "Add test").click();
      const form = page.getByRole("form", { name: "New test" });
      for (const [written, why] of [["{", /expected claims as a JSON object/i], ["a.b.c", /looks like a token, but cannot be decoded/], ["", /expected claims/i]]) {
        await page.getByLabel("Claims or token").fill(written);
        await form.getByRole("button", { name: "Add test" }).click();
        await form.getByText(why).waitFor();
        assert.equal(await page.getByLabel("Claims or token").inputValue(), written);
      }
      assert.deepEqual((await stored(page)).samples, []);
    });

    test("are renamed, request another token, are deleted and restored", async () => {
      const page = await open(withPolicies([...policies, allow(main, { tokenType: "team", teamName: "core" })], samples), undefined, size);
      await tool(page, "Edit push to main").click();
      const form = page.getByRole("form", { name: "Edit test" });
      await form.getByLabel("Test name").fill("team of main");
      await form.getByLabel("Requested token type").selectOption("team");
      await form.getByLabel("Team name").fill("core");
      await form.getByRole("button", { name: "Save test" }).click();
      assert.match(await text(sampleNamed(page, "team of main")), /Allowed .*allowed by policy 3.* Requests a team token for core\./);
      await tool(page, "Delete team of main").click();
      await sampleNamed(page, "team of main").waitFor({ state: "hidden" });
      await page.getByRole("status").filter({ hasText: "Deleted team of main." }).getByRole("button", { name: "Undo" }).click();
      await sampleNamed(page, "team of main").waitFor();
      assert.deepEqual((await stored(page)).samples.map((sample) => sample.name), ["team of main", "pull request"]);
    });

    test("the provider's example becomes a sample with one click", async () => {
      const page = await open(withPolicies([]), undefined, size);
      await page.getByRole("button", { name: "Use the starter policy" }).click();
      await tool(page, "Add the provider's example").click();
      assert.match(await text(samplesOf(page).first()), /GitHub Actions example Allowed was denied/);
    });

    test("open in the playground with the edited policies", async () => {
      const page = await open(undefined, undefined, size);
      await pattern(page, 2).fill("*:nothing");
      page.on("dialog", (dialog) => dialog.accept());
      await page.getByRole("link", { name: "Playground with pull request" }).click();
      await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
      await page.getByRole("status", { name: "Decision" }).filter({ hasText: "Allowed" }).waitFor();
      await page.waitForURL(/playground#v1\./);
    });
  });
}

test("sections and views have addresses, and tabs arrow keys", async () => {
  const page = await open();
  await page.getByRole("tab", { name: "Policies" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Who gets in" }).getAttribute("aria-selected"), "true");
  await page.waitForURL(/section=who/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Details" }).getAttribute("aria-selected"), "true");
  await page.waitForURL(/section=details/);
  await page.keyboard.press("Home");
  await tool(page, "JSON").click();
  await page.waitForURL(/\/e1\?view=json$/);
  await page.reload();
  await page.locator(".cm-content").waitFor();
});

test("Ctrl+S in another section does not save the policies", async () => {
  const page = await open();
  await tool(page, "Delete policy 2").click();
  await page.getByRole("tab", { name: "Details" }).click();
  await page.keyboard.press("Control+s");
  assert.equal(await page.locator("dialog[open]").count(), 0);
});

test("without its editor the JSON is a plain field that works", async () => {
  const page = await openPage(null, withPolicies(policies, samples));
  await page.route("**/editor.js", (route) => route.abort());
  await page.goto(new URL("issuers/e1?view=json", process.env.CLAIMGATE_APP_URL).href);
  await page.getByText("The editor could not be loaded; this field works without it.").waitFor();
  const field = page.getByLabel("Policies as JSON");
  await field.fill(JSON.stringify([policies[0]]));
  await sampleNamed(page, "pull request").getByText("was denied").waitFor();
  await field.press("Control+z");
  assert.equal(JSON.parse(await field.inputValue()).policies.length, 2);
  await field.fill("[1");
  await page.getByRole("button", { name: "Go there" }).click();
  await hasFocus(field);
  assert.ok(page.problems.length > 0 && page.problems.every((problem) => /Failed to load|ERR_FAILED|Access to script/.test(problem)), page.problems);
  page.problems.length = 0;
});

test("fields show their content as text, and mark hidden characters", async () => {
  const evil = `<img src=x onerror="globalThis.hacked=1">\u202Ejavascript:alert(1)\u200B`;
  const page = await open(withPolicies([allow({ sub: evil, [`"${evil.replaceAll('"', '\\"')}"`]: evil }, { roleID: evil })], [[evil, { sub: evil, [evil]: evil }]]));
  await pattern(page, 1).click();
  const harmless = async () => {
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    assert.equal(await page.locator("img[src=x], [onerror], a[href^=javascript]").count(), 0);
  };
  assert.match(await text(samplesOf(page).first()), /U\+202E.*U\+200B/);
  assert.match(await text(page.getByRole("group", { name: "About this pattern" })), /U\+202E/);
  await harmless();
  await tool(page, "Edit " + evil.replace(/\s+/g, " ")).or(page.getByRole("button", { name: /^Edit/ })).first().click();
  await page.getByRole("form", { name: "Edit test" }).getByLabel("Requested token type").selectOption("team");
  await page.getByLabel("Team name").fill(evil);
  await page.getByRole("button", { name: "Save test" }).click();
  await policyForm(page, 1).getByLabel("Token type").selectOption("team");
  await policyForm(page, 1).getByLabel("Team name").fill(`${evil}2`);
  await tool(page, "Save policies").click();
  assert.match(await text(review(page)), /`teamName`: nothing becomes `<img/);
  await harmless();
  await review(page).getByRole("button", { name: "Save", exact: true }).click();
  await tool(page, "JSON").click();
  await page.locator(".cm-content").waitFor();
  await harmless();
  assert.ok((await page.locator(".cm-specialChar").count()) > 0, "the editor shows what cannot be seen");
  await page.getByRole("button", { name: /^Delete / }).click();
  await harmless();
});

test("forty policies show only their number, one more causes a warning", async () => {
  const many = Array.from({ length: 40 }, (_, index) => allow({ sub: `repo:octo-org/${index}:*` }));
  const page = await open(withPolicies(many, samples));
  assert.match(await text(page.getByRole("heading", { name: /^Policies/ })), /40 of at most 40/);
  // With many policies, each is one line at first.
  await page.getByRole("button", { name: /^Policy 40 / }).click();
  await page.getByRole("button", { name: "Duplicate policy 40" }).click();
  await page.getByText("41 policies on one issuer").waitFor();
  await save(page);
});
