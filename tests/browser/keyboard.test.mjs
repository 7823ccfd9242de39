// The whole demonstration without a mouse: every step by Tab, arrows, Enter, shortcuts and typing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decision, githubClaims, makeIssuer, text, withBrowser } from "./helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();

/** The focused element: its role or tag, and its name. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const labels = element.labels?.length ? [...element.labels].map((label) => label.textContent) : [];
    const name = element.getAttribute("aria-label") ?? (labels[0] || element.textContent);
    return { tag: element.tagName, name: name.replaceAll(/\s+/g, " ").trim(), type: element.getAttribute("type") };
  });

/**
 * Presses Tab until an element with that name has the focus, and checks that the focus is
 * visible.
 */
async function tabTo(page, name, tags = ["A", "BUTTON", "INPUT", "SELECT", "TEXTAREA", "DIV", "SUMMARY"]) {
  const passed = [];
  for (let step = 0; step < 120; step += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    passed.push(at.name.slice(0, 30));
    if (tags.includes(at.tag) && (typeof name === "string" ? at.name === name : name.test(at.name))) {
      const shows = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        const inner = document.activeElement.closest(".cm-editor, .card, label, summary, fieldset");
        return style.outlineStyle !== "none" || style.boxShadow !== "none" || (inner && getComputedStyle(inner).outlineStyle !== "none");
      });
      assert.ok(shows, `the focus shows on ${at.name}`);
      return;
    }
  }
  assert.fail(`expected to come to ${name} by Tab, found ${passed.join(" > ")}`);
}

for (const width of [1280, 390]) {
  test(`register, write policies, save, and try a token with the keyboard alone, ${width} px`, async () => {
    const page = await openPage("", { viewport: { width, height: 900 } });
    // The skip link comes first.
    await page.keyboard.press("Tab");
    assert.equal((await focused(page)).name, "Skip to content");

    await tabTo(page, /^Register issuer$/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Register issuer" }).waitFor();
    await tabTo(page, "Name");
    await page.keyboard.type("GitHub Actions");
    await tabTo(page, "URL");
    await page.keyboard.type("https://token.actions.githubusercontent.com");
    await tabTo(page, "JWKS", ["TEXTAREA"]);
    await page.keyboard.insertText(issuer.jwks);
    await tabTo(page, "Register issuer", ["BUTTON"]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    await page.waitForFunction(() => document.title === "GitHub Actions · Claimgate");

    await tabTo(page, "Add policy");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Policy 1", exact: true }).waitFor();
    await tabTo(page, "Claim");
    await page.keyboard.type("sub");
    await page.keyboard.press("Escape");
    await tabTo(page, "Pattern");
    await page.keyboard.type("repo:octo-org/octo-repo:*");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+s");
    await page.getByRole("dialog", { name: "Save these changes?" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();

    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    await tabTo(page, "Token", ["TEXTAREA"]);
    await page.keyboard.insertText(issuer.token(githubClaims()));
    await page.keyboard.press("Control+Enter");
    await decision(page).filter({ hasText: "Allowed" }).waitFor();
    // The claims are shown in place of the field.
    await tabTo(page, "Encoded");
    await page.keyboard.press("Enter");
    await tabTo(page, "Token", ["TEXTAREA"]);
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(issuer.token(githubClaims({ sub: "repo:octo-org/other:ref:refs/heads/main" })));
    await page.keyboard.press("Control+Enter");
    await decision(page).filter({ hasText: "Denied" }).waitFor();
    assert.match(await text(decision(page)), /Denied/);

    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });
}
