// Walking a page by the Tab key: at every stop, the focused element must be in sight.
import assert from "node:assert/strict";
import { settled } from "./helpers.mjs";

/** The most stops to an element. */
const MOST_STOPS = 200;

/** Presses a key that moves the focus, and returns what has it then; fails if that is not in sight. `where` names the page. */
export async function step(page, where, key = "Tab") {
  // In a code editor, Tab indents until Esc is pressed.
  const isInEditor = await page.evaluate(() => Boolean(document.activeElement?.closest(".cm-editor")));
  if (isInEditor && key === "Tab") await page.keyboard.press("Escape");
  await page.keyboard.press(key);
  return inSight(page, where);
}

/**
 * Fails if the focused element cannot be seen, once the page is settled: an answer may move it, and the page brings it back.
 * Returns it, or null if there is none.
 */
export async function inSight(page, where) {
  let focus = await focused(page);
  if (focus?.problem) {
    await settled(page);
    focus = await focused(page);
  }
  if (focus) assert.equal(focus.problem, "", `${where}: ${focus.what}`);
  return focus;
}

/** Presses Tab until the element has the focus; every stop on the way must be in sight. */
export async function tabTo(page, locator, where = "") {
  const target = await locator.first().elementHandle();
  const isThere = () => target.evaluate((element) => element === document.activeElement);
  const passed = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await isThere()) return;
    const focus = await step(page, where);
    passed.push(focus?.what.slice(0, 40) ?? "nothing");
  }
  assert.fail(`expected to reach ${locator} by Tab, found ${passed.join(" > ")}`);
}

/** Fails unless Tab reaches every element of the page that can have the focus, and each is in sight then. */
export async function walk(page, where) {
  await page.evaluate(() => document.activeElement?.blur());
  const before = await stops(page);
  const reached = new Set();
  for (let stop = 0; stop < before + 5; stop += 1) reached.add((await step(page, where))?.key);
  reached.delete(undefined);
  // A button that stops a question is gone with the answer.
  const expected = Math.min(before, await stops(page));
  assert.ok(reached.size >= expected, `${where}: ${reached.size} of ${expected} reached by Tab`);
}

/** How many elements Tab has to reach. */
const stops = (page) =>
  page.evaluate(() => {
    // An open dialog keeps the focus.
    const within = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
    const all = within.querySelectorAll("a[href], button, input, select, textarea, summary");
    // Tab reaches only the checked radio button; the arrow keys reach the others.
    const isStop = (element) => element.type !== "radio" || element.checked;
    return [...all].filter((element) => !element.disabled && element.checkVisibility() && element.tabIndex >= 0 && isStop(element)).length;
  });

/**
 * The focused element, or null if there is none: a key of its own, its HTML, and as `problem` why it cannot be seen,
 * empty if it can. Its outline must be drawn, all of it must be in the window, and nothing may cover its
 * corners or its middle; of one that is tall for the window, only the middle of what is in it (WCAG 2.4.7 and 2.4.12).
 */
export const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    globalThis.focusKeys ??= new WeakMap();
    if (!globalThis.focusKeys.has(element)) {
      globalThis.focusCount = (globalThis.focusCount ?? 0) + 1;
      globalThis.focusKeys.set(element, globalThis.focusCount);
    }
    const outlined = (of) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(of);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1;
    };
    // The frame of a code editor, and the shape of a node in a drawing, are outlined in place of the element.
    const isOutlined = () => [element, element.closest(".cm-editor"), ...element.querySelectorAll("rect, circle")].some((of) => of && outlined(of));
    const coveredBy = () => {
      const [box] = element.getClientRects();
      if (!box) return "it has no box";
      const { innerWidth: width, innerHeight: height } = globalThis;
      const isTall = box.height > 0.4 * height;
      if (!isTall && (box.top < -1 || box.bottom > height + 1)) return `it is at ${box.top} to ${box.bottom} of ${height} px`;
      const [left, right] = [Math.max(box.left, 0) + 3, Math.min(box.right, width) - 3];
      const [top, bottom] = [Math.max(box.top, 0) + 3, Math.min(box.bottom, height) - 3];
      const middle = [(left + right) / 2, (top + bottom) / 2];
      const corners = [[left, top], [right, top], [left, bottom], [right, bottom]];
      const labels = [...(element.labels ?? [])];
      for (const [x, y] of isTall ? [middle] : [middle, ...corners]) {
        const at = document.elementFromPoint(x, y);
        const isOwn = at && (element.contains(at) || at.contains(element) || labels.some((label) => label.contains(at)));
        if (!isOwn) return `${at?.outerHTML.slice(0, 120)} covers it at ${Math.round(x)}, ${Math.round(y)}`;
      }
      return "";
    };
    const isVisible = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const problem = !isVisible ? "it is invisible" : !isOutlined() ? "it has no outline" : coveredBy();
    return { key: globalThis.focusKeys.get(element), what: element.outerHTML.slice(0, 160), problem };
  });
