// The whole demonstration without a mouse: every step by Tab, arrows, Enter, shortcuts and typing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decision, githubClaims, hasFocus, makeIssuer, policyForm, text, withBrowser } from "./helpers.mjs";
import { step, tabTo } from "./keyboard.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();

for (const width of [1280, 390]) {
  test(`register, write policies, save, and try a token with the keyboard alone, ${width} px`, async () => {
    const page = await openPage("", { viewport: { width, height: 900 } });
    const goTo = (locator) => tabTo(page, locator, `${width} px`);
    const button = (name) => page.getByRole("button", { name, exact: true });
    // The skip link comes first.
    await step(page, `${width} px`);
    await hasFocus(page.getByRole("link", { name: "Skip to content" }));

    await goTo(page.getByRole("link", { name: "Register issuer", exact: true }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Register issuer" }).waitFor();
    await goTo(page.getByLabel("Name", { exact: true }));
    await page.keyboard.type("GitHub Actions");
    await goTo(page.getByLabel("URL", { exact: true }));
    await page.keyboard.type("https://token.actions.githubusercontent.com");
    await goTo(page.getByLabel("JWKS"));
    await page.keyboard.insertText(issuer.jwks);
    await goTo(button("Register issuer"));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    await page.waitForFunction(() => document.title === "GitHub Actions · Claimgate");

    await goTo(button("Add policy"));
    await page.keyboard.press("Enter");
    await goTo(policyForm(page, 1).getByLabel("Claim", { exact: true }));
    await page.keyboard.type("sub");
    await page.keyboard.press("Escape");
    await goTo(policyForm(page, 1).getByLabel("Pattern", { exact: true }));
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
    await goTo(page.getByLabel("Token", { exact: true }));
    await page.keyboard.insertText(issuer.token(githubClaims()));
    await page.keyboard.press("Control+Enter");
    await decision(page).filter({ hasText: "Allowed" }).waitFor();
    // The claims are shown in place of the field.
    await goTo(page.getByRole("group", { name: "View of the token" }).getByRole("button", { name: "Encoded" }));
    await page.keyboard.press("Enter");
    await goTo(page.getByLabel("Token", { exact: true }));
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
