// The gallery: every example has an address, and its expected decision.
import assert from "node:assert/strict";
import { test } from "node:test";
import { appUrl, decision, demonstrated, explanation, hasCount, makeIssuer, text, visit, withBrowser } from "./helpers.mjs";
import { examples, sized, widths } from "./playground-helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
const cards = (page) => page.locator(".gallery > li");

for (const width of widths) {
  test(`${width} px: all are listed, and filtered by decision`, async () => {
    const page = await openPage("examples", sized(width));
    const all = examples();
    await hasCount(cards(page), all.length);
    const shown = await text(page.getByRole("main"));
    for (const example of all) {
      assert.ok(shown.includes(example.title) && shown.includes(example.story.replaceAll(/\s+/g, " ")), example.id);
    }
    for (const [name, word] of [["Allowed", "allowed"], ["Denied", "denied"]]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.waitForURL(new URL(`examples?decision=${word}`, appUrl).href);
      const expected = all.filter((example) => example.expected.decision === word);
      await hasCount(cards(page), expected.length);
      assert.match(await text(page.getByRole("main")), new RegExp(`${expected.length} examples`));
    }
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await hasCount(cards(page), all.filter((example) => example.expected.decision === "denied").length);
  });

  test(`${width} px: they are found by category and by words, and the address keeps both`, async () => {
    const page = await openPage("examples", sized(width));
    await page.getByRole("heading", { level: 2, name: "Look-alikes" }).waitFor();
    await page.getByRole("button", { name: "Look-alikes" }).click();
    await hasCount(cards(page), examples().filter((example) => example.category === "look-alikes").length);
    assert.equal(await page.getByRole("heading", { level: 2, name: "Wildcards" }).count(), 0);
    await page.getByLabel("Search").fill("octo-org is not");
    await hasCount(cards(page), 2);
    await page.waitForURL((url) => url.search === "?category=look-alikes&search=octo-org%20is%20not");
    await page.reload();
    await hasCount(cards(page), 2);
    await page.getByLabel("Search").fill("nothing like that");
    await page.getByRole("heading", { name: "No example matches" }).waitFor();
    await page.getByRole("button", { name: "Show all examples" }).click();
    await hasCount(cards(page), examples().length);
  });
}

test("each opens in the playground by its address, with the expected decision", async () => {
  const page = await openPage("examples");
  for (const { id, title, expected } of examples()) {
    await visit(page, `examples/${id}`);
    await page.getByRole("heading", { level: 2, name: title, exact: true }).waitFor();
    await decision(page).filter({ hasText: expected.decision === "allowed" ? "Allowed" : /Denied|Refused/ }).waitFor();
    const outcomes = await explanation(page).getByText(/^matches: (allows|denies)$/).count();
    assert.ok(outcomes >= expected.policies.length, id);
    if (expected.code === "token-expired") assert.match(await text(decision(page)), /expired 1 hour ago/);
    if (expected.code === "iss-nearly") assert.match(await text(decision(page)), /trailing slash/);
  }
});

test("leaving an example for a registered issuer saves nothing of it", async () => {
  const demo = await demonstrated(openPage, issuer);
  const page = await openPage("examples", { storageState: demo.storageState });
  await page.getByRole("link", { name: "A deny wins over a narrower allow" }).click();
  await page.waitForURL(new URL("examples/deny-shadows-allow", appUrl).href);
  await decision(page).filter({ hasText: "Denied" }).waitFor();
  await page.getByLabel("Issuer", { exact: true }).selectOption(demo.id);
  await page.waitForURL(new URL(`playground?issuer=${demo.id}`, appUrl).href);
  await page.getByRole("link", { name: "OIDC Issuers" }).click();
  // The list is loaded on demand.
  await page.getByRole("row", { name: /GitHub Actions/ }).waitFor();
  assert.equal(await page.getByRole("row", { name: /GitHub Actions/ }).count(), 1);
});

test("an unknown example shows the page for unknown addresses", async () => {
  const page = await openPage("examples/none");
  await page.getByRole("heading", { level: 1, name: "Page not found" }).waitFor();
});
