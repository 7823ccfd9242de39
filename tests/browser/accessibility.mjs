// What axe finds on a page, which styles it lacks, and what is wider than the window.
import assert from "node:assert/strict";
import axe from "axe-core";
import { unstyled } from "./styles.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails if there are violations, or the page is wider than the window. `what` names the state of the page. */
export async function isInOrder(page, what) {
  assert.deepEqual(await violations(page), [], what);
  const { excess, wide } = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5);
    return { excess: scrollWidth - clientWidth, wide: wide.map((element) => `${element.tagName}.${element.className}`) };
  });
  assert.ok(excess <= 0, `${what}: ${excess} px wider than the window: ${wide}`);
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
