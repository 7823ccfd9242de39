// Every state is accessible, as wide as its window, and walked by the keyboard. The tests of two files, so that they run side by side.
import { after, before, test } from "node:test";
import { isInOrder } from "./accessibility.mjs";
import { launch } from "./browser.mjs";
import { closePages } from "./helpers.mjs";
import { walk } from "./keyboard.mjs";
import { opener, states } from "./states.mjs";

/** The kinds of state that are walked by the keyboard: in the others, most of the page is the same. */
const WALKED = ["full", "empty"];

const WINDOWS = [1280, 390].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));

/** The windows of a state: one after the other in the order of the states, or all of them. */
const windowsOf = (state) => (process.env.CLAIMGATE_STATES === "all" ? WINDOWS : [WINDOWS[states.indexOf(state) % WINDOWS.length]]);

/**
 * Makes a test of each chosen state: axe finds nothing, nothing overflows, and on the wide screen Tab reaches everything, in
 * sight. That is looked at in one of four windows, of two widths and themes, and in all four with `CLAIMGATE_STATES=all`.
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
      for (const { width, colorScheme } of windowsOf(state)) {
        const page = await opened.open(state, { colorScheme, viewport: { width, height: 800 } });
        await isInOrder(page, `${state.name}, ${width} px, ${colorScheme}`);
        if (width === 1280 && WALKED.includes(state.kind)) await walk(page, state.name);
        await closePages([page]);
      }
    });
  }
}
