// What axe finds on a page, which styles it lacks, and what is too wide for it. The only place that calls axe.
import assert from "node:assert/strict";
import axe from "axe-core";
import { unstyled } from "./styles.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails if axe finds anything on the page, or something overflows to the right. `what` names the page in the message. */
export async function isInOrder(page, what) {
  assert.deepEqual(await violations(page), [], what);
  assert.deepEqual(await overflow(page), [], `${what}: wider than the window`);
}

/**
 * The violations that axe finds, and classes whose style sheets are not loaded, as texts. A target that a scroller or a
 * sticky bar cuts off is looked at again in the middle of the window: only how far the page is scrolled makes it too small.
 */
export async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (values) => {
    const run = async () => (await globalThis.axe.run({ runOnly: { type: "tag", values } })).violations;
    const isCutOff = async (node) => {
      if (!node.failureSummary.includes("partially obscured")) return false;
      const element = document.querySelector(node.target[0]);
      element.scrollIntoView({ block: "center", behavior: "instant" });
      const again = (await run()).find(({ id }) => id === "target-size");
      return !again?.nodes.some((other) => other.target[0] === node.target[0]);
    };
    const found = [];
    for (const { id, nodes } of await run()) {
      for (const node of nodes) {
        if (id === "target-size" && (await isCutOff(node))) continue;
        found.push(`${id}: ${node.html} (${node.failureSummary})`);
      }
    }
    return found;
  }, TAGS);
  return [...found, ...(await unstyled(page)).map((line) => `no styles for ${line}`)];
}

/** If the page is wider than the window, the elements that reach beyond its right edge, as texts. */
export const overflow = (page) =>
  page.evaluate(() => {
    const { clientWidth: width, scrollWidth: whole } = document.documentElement;
    if (whole <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > width + 0.5);
    return [`${whole} px`, ...wide.map((element) => `${element.tagName}.${element.className} to ${element.getBoundingClientRect().right}`)];
  });
