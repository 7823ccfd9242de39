// The static shell before the app: the same content as the app, in the same place, and read out
// only once.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUrl, withBrowser } from "./helpers.mjs";

const openPage = withBrowser();
const shell = "#shell .shell__page";
/** The shell's content for each page. */
const shown = {
  "": ["h1", ".lead", ".empty h2", ".empty p"],
  "issuers/new": [".crumbs", "h1"],
  import: [".crumbs", "h1", ".lead"],
  examples: ["h1", ".lead"],
  playground: ["h1", ".panes", ".verdict", ".verdict__sentence", ".pane--token h2", ".pane--token .pane__tools button", ".pane--token .hint"],
};

/** Texts and positions of visible elements, in the typefaces of the app. */
const look = (page, within, selectors) =>
  page.evaluate(
    async ({ within, selectors }) => {
      await document.fonts.ready;
      const root = [...document.querySelectorAll(within)].find((element) => element.checkVisibility());
      return selectors.map((selector) => {
        const element = root?.querySelector(selector);
        if (!element) return `${selector}: none`;
        const { x, y, width, height } = element.getBoundingClientRect();
        const place = element.checkVisibility() ? [x, y, width, height].map(Math.round) : "hidden";
        return `${selector}: ${element.textContent.replace(/\s+/g, "")} ${place}`;
      });
    },
    { within, selectors },
  );

/** A page whose Wasm is held back until the test releases it. */
async function held(path, options = {}) {
  const page = await openPage(null, { serviceWorkers: "block", ...options });
  let letGo;
  const gone = new Promise((resolve) => (letGo = resolve));
  await page.route(/\.wasm$/, async (route) => {
    await gone;
    await route.continue();
  });
  await page.goto(new URL(path, appUrl).href, { waitUntil: "domcontentloaded" });
  await page.getByText("Loading…").waitFor({ state: "attached" });
  return { page, letGo };
}

for (const width of [1280, 412]) {
  describe(`${width} px`, () => {
    for (const [path, selectors] of Object.entries(shown)) {
      test(`/${path}: the shell shows what the app shows`, async () => {
        const { page, letGo } = await held(path, { viewport: { width, height: 900 } });
        await page.locator(`${shell} h1`).filter({ visible: true }).waitFor();
        await page.waitForFunction(() => [...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.disabled || link.sheet));
        const before = await look(page, shell, selectors);
        assert.ok(before.every((line) => !line.endsWith(": none")), `${before}`);
        letGo();
        await page.locator("#shell").waitFor({ state: "detached" });
        assert.deepEqual(before, await look(page, "#main", selectors));
      });
    }
  });
}

test("the shell is visible but not read out, and only its links can be focused", async () => {
  const { page, letGo } = await held("playground");
  await page.locator(`${shell} h1`).filter({ visible: true }).waitFor();
  assert.equal(await page.getByRole("heading").count(), 0);
  assert.equal(await page.getByRole("status").filter({ hasText: "Loading…" }).count(), 1);
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate((shell) => !document.activeElement.closest(shell), shell));
  }
  letGo();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  assert.equal(await page.getByRole("main").count(), 1);
});

test("for a page that the shell does not know, it shows only that it is loading", async () => {
  const { page, letGo } = await held("examples/pull-request");
  await page.getByText("Loading…").filter({ visible: true }).waitFor();
  assert.deepEqual(await page.locator(shell).filter({ visible: true }).count(), 0);
  letGo();
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  await page.waitForFunction(() => document.title.startsWith("A pull request"));
});

test("with issuers stored, the shell does not show the empty list", async () => {
  const { page, letGo } = await held("");
  await page.evaluate(() => localStorage.setItem("claimgate.v1", '{"version":1,"issuers":[]}'));
  await page.goto(appUrl, { waitUntil: "domcontentloaded" });
  await page.locator(`${shell} h1`).filter({ visible: true }).waitFor();
  assert.equal(await page.locator(`${shell} .empty`).filter({ visible: true }).count(), 0);
  letGo();
  await page.getByRole("heading", { level: 1, name: "OIDC Issuers" }).waitFor();
});

test("if the app cannot be loaded, an error replaces the shell", async () => {
  const page = await openPage(null, { serviceWorkers: "block" });
  await page.route(/_bg\.wasm$/, (route) => route.fulfill({ status: 404 }));
  await page.goto(new URL("playground", appUrl).href);
  await page.getByRole("alert").filter({ hasText: "Claimgate could not start" }).waitFor();
  assert.equal(await page.locator(shell).filter({ visible: true }).count(), 0);
  page.problems.length = 0;
});
