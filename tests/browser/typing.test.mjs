// Typing while the analysis works: it computes beside the page, and gives up what typing has made obsolete.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually, policyForm, settled, visit, withBrowser } from "./helpers.mjs";
import { allow, deny, withPolicies } from "./editor-helpers.mjs";

const openPage = withBrowser();
const aud = "urn:pulumi:org:acme";
const policies = Array.from({ length: 1000 }, (_, index) =>
  index % 20 === 19
    ? deny({ sub: `repo:acme/app-${index}:pull_request` })
    : allow({ aud, sub: `repo:acme/app-${index}:ref:refs/heads/${index % 3 ? "*" : "release-?"}` }));
const keys = 24;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** A page with 1,000 policies, and the cursor in the pattern of one in the middle. */
async function opened(prepare = () => undefined) {
  const page = await openPage(null, { ...withPolicies(policies), serviceWorkers: "block" });
  await prepare(page);
  await visit(page, "issuers/e1");
  await page.getByLabel("Filter policies").fill("policy 501");
  await page.getByRole("button", { name: /^Policy 501 / }).click();
  const pattern = policyForm(page, 501).getByLabel("Pattern", { exact: true }).last();
  await pattern.press("End");
  return { page, pattern };
}

/** Processor time of the page's main thread for each key, in milliseconds. Other programs do not count. */
async function typed(page, between) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
  const spent = [];
  for (let index = 0; index < keys; index += 1) {
    const before = await busy();
    await page.keyboard.press(index % 2 ? "Backspace" : "x");
    await settled(page);
    spent.push((await busy()) - before);
    await between?.();
  }
  return median(spent);
}

describe("with 1,000 policies", () => {
  test("a key takes the page as long while the analysis works as without it", async () => {
    const without = await opened(async (page) => {
      page.expected = /worker|ERR_FAILED|Failed to/i;
      await page.route("**/analysis/worker.js", (route) => route.abort());
    });
    const alone = await typed(without.page);
    await without.page.context().close();

    const { page } = await opened();
    await eventually(async () => assert.ok(page.workers().length > 0, "the analysis has started"));
    // Each key comes after the rest, so that each has a question of its own.
    const beside = await typed(page, () => page.waitForTimeout(300));
    assert.ok(beside <= Math.max(alone * 1.5, alone + 16), `${beside.toFixed(1)} ms a key, ${alone.toFixed(1)} ms without the analysis`);
    console.log(`# a key with 1,000 policies: ${beside.toFixed(1)} ms while the analysis works, ${alone.toFixed(1)} ms without it`);
  });

  test("typing ends the answers that it makes obsolete, and the last one arrives", async () => {
    const { page, pattern } = await opened();
    let ended = 0;
    page.on("worker", (worker) => worker.on("close", () => (ended += 1)));
    for (const key of "-evil") {
      await page.keyboard.press(key);
      await page.waitForTimeout(400);
    }
    await eventually(async () => assert.ok(ended > 0, "a worker was ended"));
    await pattern.fill("repo:acme*");
    assert.equal(await pattern.inputValue(), "repo:acme*");
    await policyForm(page, 501).getByText("name-without-separator").first().waitFor();
    await policyForm(page, 501).getByText("Strangers are admitted.").waitFor();
  });
});
