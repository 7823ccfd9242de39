// What the analysis says beside policies while they are edited: findings, the guard, policies without effect, and the
// values that fit a pattern.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { violations } from "./accessibility.mjs";
import { appUrl, eventually, hasCount, hasFocus, hasText, policyForm, text, visit, withBrowser } from "./helpers.mjs";
import { allow, deny, review, withPolicies } from "./editor-helpers.mjs";
import { unfold } from "./playground-helpers.mjs";

const openPage = withBrowser();
const aud = "urn:pulumi:org:acme";
const open = (policies, path = "issuers/e1", options = {}) => openPage(path, { ...withPolicies(policies), ...options });
const onRule = (page, claim) => page.getByRole("list", { name: `Findings on the rule ${claim}` });
const patternOf = (page, policy, rule = 1) => policyForm(page, policy).getByLabel("Pattern", { exact: true }).nth(rule);
const row = (page, number) => page.locator(".policy").filter({ has: page.getByRole("button", { name: new RegExp(`^Policy ${number} `) }) });
const fits = (page) => page.getByRole("group", { name: "What fits" });

describe("findings", () => {
  test("are beside the rule that causes them, with a token, a fix and their documentation", async () => {
    const page = await open([allow({ aud, sub: "repo:acme*" })]);
    const finding = onRule(page, "sub").getByRole("listitem").filter({ hasText: "name-without-separator" });
    // Until the analysis has answered, it is one that is read off the text.
    await hasText(finding, /^error this admits every owner whose name begins with `acme`: a token with the subject `repo:acme-evil\/\S+` is admitted/);
    assert.equal(await onRule(page, "aud").count(), 0);
    await finding.getByText("A token that proves it").click();
    await finding.getByText(/^repo:acme-evil/).first().waitFor();
    const docs = finding.getByRole("link", { name: /^name-without-separator/ });
    assert.equal(await docs.evaluate((link) => link.href), new URL("docs/findings.html#name-without-separator", appUrl).href);
    await finding.getByRole("button", { name: "Apply fix: end the name with /" }).click();
    await finding.waitFor({ state: "detached" });
    assert.equal(await patternOf(page, 1).inputValue(), "repo:acme/*");
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await finding.waitFor();
  });

  test("stay in their place while their policy is typed in", async () => {
    const page = await open([allow({ aud, sub: "repo:acme*" })]);
    const finding = onRule(page, "sub").getByRole("listitem").filter({ hasText: "name-without-separator" });
    await finding.getByText("A token that proves it").click();
    await patternOf(page, 1).press("End");
    await page.keyboard.press("Backspace");
    assert.equal(await finding.count(), 1, "not gone with the first key");
    await page.keyboard.type("/web:*");
    await finding.waitFor({ state: "detached" });
  });

  test("are in the text at their lines, and are fixed from there", async () => {
    const page = await open([allow({ aud, sub: "repo:acme*" })], "issuers/e1?view=json");
    const editor = page.getByRole("textbox", { name: "Policies as JSON" });
    await page.getByRole("listitem").filter({ hasText: "name-without-separator" }).waitFor();
    const line = page.locator(".cm-line").filter({ hasText: '"sub"' });
    await line.locator(".cm-lintRange-error").first().waitFor();
    await editor.focus();
    await page.keyboard.press("Control+Shift+M");
    const panel = page.locator(".cm-panel-lint");
    await panel.getByRole("button", { name: "Apply fix: end the name with /" }).first().click();
    await eventually(async () => assert.match((await editor.innerText()).replaceAll("\u00a0", " "), /"sub": "repo:acme\/\*"/));
  });

  test("of a long list are counted in each line, and a link leads from the list below to their place", async () => {
    const many = [...Array(4).keys()].map((index) => allow({ aud, sub: `repo:acme/app-${index}:ref:refs/heads/main` }));
    const page = await open([...many, allow({ aud, sub: "repo:acme/web:*" })]);
    await row(page, 5).getByText(/^\d+ (error|warning)s?/).first().waitFor();
    await page.getByText(/beside the rules$/).click();
    await page.locator(".findings-list").getByRole("button", { name: "policy 5", exact: false }).first().click();
    await policyForm(page, 5).waitFor();
    assert.deepEqual(await violations(page), []);
  });
});

describe("policies without effect", () => {
  const policies = [
    allow({ aud, sub: "repo:acme/web:*" }),
    allow({ aud, sub: "repo:acme/web:ref:refs/heads/main" }),
    deny({ sub: "repo:acme/api:*" }),
    allow({ aud, sub: "repo:acme/api:*" }),
    deny({ sub: "*:pull_request" }),
  ];
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]]) {
    test(`say why, and lead to what makes them so (${width} px, ${colorScheme})`, async () => {
      const page = await open(policies, "issuers/e1", { viewport: { width, height: 900 }, colorScheme });
      await row(page, 2).getByText("redundant: allowed by").waitFor();
      assert.match(await text(row(page, 4)), /dead: denied by policy 3/);
      for (const number of [1, 3, 5]) assert.equal(await row(page, number).locator(".policy__idle").count(), 0, `policy ${number}`);
      assert.deepEqual(await violations(page), [], "muted, and still easy to read");
      await row(page, 4).getByRole("button", { name: "policy 3", exact: true }).click();
      await policyForm(page, 3).waitFor();
      await page.getByLabel("Show").selectOption("Without effect");
      await row(page, 1).waitFor({ state: "detached" });
      assert.equal(await page.locator(".policy").count(), 2);
    });
  }

  test("have an effect again once what covers them is gone", async () => {
    const page = await open(policies);
    await row(page, 2).getByText("redundant: allowed by").waitFor();
    await page.getByRole("button", { name: /^Policy 1 / }).click();
    await page.getByRole("button", { name: "Delete policy 1" }).click();
    await page.locator(".policy__idle").filter({ hasText: "dead: denied by policy 2" }).waitFor();
    await hasCount(row(page, 1).locator(".policy__idle"), 0);
  });
});

describe("the guard, without a server", () => {
  test("says while an allow is typed that strangers are admitted, with a token, and again in the review", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/*" })]);
    const notice = policyForm(page, 1).getByRole("status").filter({ hasText: "Strangers are admitted." });
    await patternOf(page, 1).fill("repo:*");
    await notice.getByText(/A server refuses it, unless its guard is configured otherwise/).waitFor();
    assert.match(await text(notice), /sub repo:\S+/);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Save policies" }).click();
    await review(page).getByText("Policy 1: Strangers are admitted.").waitFor();
    await review(page).getByRole("button", { name: "Cancel" }).click();
    await patternOf(page, 1).fill("repo:acme/web:*");
    await notice.waitFor({ state: "detached" });
  });

  test("says nothing of what is saved already, or gets narrower", async () => {
    const page = await open([allow({ aud, sub: "repo:*" })]);
    await onRule(page, "sub").getByText("shared-issuer-unpinned").or(page.getByText("shared-issuer-unpinned")).first().waitFor();
    assert.equal(await page.getByText("Strangers are admitted.").count(), 0);
    await patternOf(page, 1).fill("repo:*:environment:production");
    await eventually(async () => assert.match(await text(page.getByRole("list", { name: /^Findings on/ }).first()), /environment:production/));
    assert.equal(await page.getByText("Strangers are admitted.").count(), 0);
  });

  test("is beside the text of policies too", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/*" })], "issuers/e1?view=json");
    const editor = page.getByRole("textbox", { name: "Policies as JSON" });
    await editor.fill(JSON.stringify({ policies: [allow({ aud, sub: "repo:acme/*" }), allow({ aud })] }));
    const notice = page.locator(".notice").filter({ hasText: "Strangers are admitted." });
    await notice.getByRole("button", { name: "policy 2" }).click();
    await hasFocus(editor);
  });
});

describe("the values that fit a pattern", () => {
  test("are ranges by the form of tokens, with own names and strangers' told apart", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/web:*" }), allow({ aud, sub: "repo:acme*:pull_request" })]);
    await patternOf(page, 2).click();
    await fits(page).getByText("Strangers' tokens fit, unless another rule keeps them out.").waitFor();
    const ranges = await fits(page).locator("dl > div").allInnerTexts();
    const told = ranges.map((range) => range.replaceAll(/\s+/g, " "));
    assert.ok(told.some((range) => /^! strangers': owner any that begins with acme: yours, acme, and strangers', such as acme-evil$/.test(range)), told.join("\n"));
    assert.ok(told.some((range) => /^repository any: yours, web, and others/.test(range)), told.join("\n"));
    await fits(page).getByText("a job of a pull request, without environment", { exact: true }).waitFor();
    assert.deepEqual(await violations(page), []);
    await patternOf(page, 1).click();
    await fits(page).getByText("Only your own tokens fit.").waitFor();
    await fits(page).getByText(/^\d+ other forms do not fit$/).click();
    await fits(page).getByText(/immutable subjects/).first().waitFor();
  });

  test("follow what is typed, and say when nothing fits", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/web:*" })]);
    await patternOf(page, 1).click();
    await fits(page).getByText("Only your own tokens fit.").waitFor();
    await patternOf(page, 1).fill("acme/web");
    await fits(page).getByText("No token that the provider sends fits.").waitFor();
  });

  test("of a deny call no one a stranger", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/web:*" }), deny({ sub: "*:pull_request" })]);
    await patternOf(page, 2, 0).click();
    await fits(page).getByText("a job of a pull request, without environment", { exact: true }).waitFor();
    assert.equal(await fits(page).getByText(/tokens fit/).count(), 0);
    assert.equal(await fits(page).locator(".fits__part--strangers").count(), 0);
  });

  test("are shown for the pattern at the cursor of the text", async () => {
    const page = await open([allow({ sub: "repo:acme/web:*" })], "issuers/e1?view=json");
    await page.locator(".cm-line").filter({ hasText: "repo:acme/web" }).click();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await fits(page).getByText("Only your own tokens fit.").waitFor();
  });

  test("are told by known values where the provider's tokens are not known", async () => {
    const samples = [["one", { sub: "a:b" }]];
    const page = await openPage("issuers/e1", withPolicies([allow({ sub: "a:*" })], samples, { url: "https://ci.example", preset: "" }));
    await patternOf(page, 1, 0).click();
    await page.getByText("What this pattern leaves open").waitFor();
    assert.equal(await fits(page).count(), 0);
  });
});

describe("the playground", () => {
  test("answers who gets in for the scratch set, and tries its tokens in place", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/web:*" })], "playground?issuer=e1");
    await page.getByRole("button", { name: "Edit in a scratch set" }).click();
    await patternOf(page, 1).fill("repo:acme*");
    await unfold(page, "Who gets in");
    const owner = page.getByRole("list", { name: /^Classes of outsiders/ }).locator("> li").filter({ hasText: "An owner whose name begins like yours" });
    await owner.getByText("Admitted").first().waitFor();
    await owner.getByRole("button", { name: /^Try it here/ }).click();
    await page.getByRole("status", { name: "Decision" }).filter({ hasText: "Allowed" }).waitFor();
    await eventually(async () => assert.match(await page.getByRole("textbox", { name: "Claims" }).innerText(), /repo:acme-evil/));
    assert.equal(await patternOf(page, 1).inputValue(), "repo:acme*", "the scratch set stays");
    // What closes it changes the set, and so the decision.
    await owner.getByRole("button", { name: /^Deny these tokens/ }).click();
    await owner.getByRole("button", { name: "Apply to the policies" }).first().click();
    await page.getByRole("status", { name: "Decision" }).filter({ hasText: "Denied" }).waitFor();
  });

  test("opens a token of an issuer's section with a scratch set, which answers the same", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/web:*" })], "issuers/e1?section=who");
    const pull = page.getByRole("list", { name: /^Classes of outsiders/ }).locator("> li").filter({ hasText: "A pull request" });
    await pull.getByRole("link", { name: /^Try it in the playground/ }).click();
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    await page.getByRole("status", { name: "Decision" }).filter({ hasText: "Allowed" }).waitFor();
    await unfold(page, "Who gets in");
    await pull.getByRole("button", { name: /^Try it here/ }).waitFor();
  });

  test("leads from an issuer's saved policies to who gets in by them", async () => {
    const page = await open([allow({ aud, sub: "repo:acme/web:*" })], "playground?issuer=e1");
    await page.getByRole("link", { name: "who gets in" }).click();
    await page.getByRole("tab", { name: "Who gets in", selected: true }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("section"), "who");
  });
});

test("the page of findings has the section of each", async () => {
  const page = await openPage(null);
  await visit(page, "docs/findings.html#allow-redundant");
  await page.getByRole("heading", { level: 3, name: "allow-redundant" }).waitFor();
  await page.getByRole("link", { name: "allow-dead", exact: true }).first().click();
  await page.waitForURL(/#allow-dead$/);
  assert.deepEqual(await violations(page), []);
});
