// Every state is accessible, as wide as its window, and walked by the keyboard. The tests of two files, so that they run side by side.
import { after, before, test } from "node:test";
import { isInOrder } from "./accessibility.mjs";
import { launch } from "./browser.mjs";
import { closePages, settled } from "./helpers.mjs";
import { walk } from "./keyboard.mjs";
import { opener, states } from "./states.mjs";

/** The kinds of state that are walked by the keyboard: in the others, most of the page is the same. */
const WALKED = ["full", "empty"];

/**
 * Makes a test of each chosen state: axe finds nothing at two widths in both themes, nothing overflows, and on the wide
 * screen Tab reaches everything, in sight.
 */
export function sweep(isChosen) {
  let browser, opened;
  before(async () => {
    browser = await launch();
    opened = opener(browser);
  });
  after(async () => {
    await opened.end();
    await browser.close();
  });
  for (const state of states.filter(isChosen)) {
    test(`a state is accessible and fits the window: ${state.name}`, async () => {
      for (const width of [1280, 390]) {
        const page = await opened.open(state, { colorScheme: "light", viewport: { width, height: 800 } });
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          await settled(page);
          await isInOrder(page, `${state.name}, ${width} px, ${colorScheme}`);
        }
        if (width === 1280 && WALKED.includes(state.kind)) await walk(page, state.name);
        await closePages([page]);
      }
    });
  }
}
