// The ten jobs that the app is for, each written once for a person with a mouse and one with the keyboard (people.mjs).
// A job has a `name`, what is `given` as the options of its page, the `path` where it begins, a `prepare` that comes
// before it and is not counted, and `work`, which ends by checking its result.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Keyboard, Mouse } from "./people.mjs";

/** Widths of the person with a mouse, in the order of the table's columns. */
const WIDTHS = [1280, 390];

/** The steps and clicks of each job, from the table in README.md: at 1280 px, and then at 390 px. */
function table() {
  const text = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| ([a-z][^|]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)];
  return Object.fromEntries(rows.map(([, name, ...numbers]) => [name, numbers.map(Number)]));
}

/** Makes the tests of jobs; `open` opens a page of a job. */
export function jobTests(jobs, open) {
  for (const job of jobs) {
    test(`the job: ${job.name}; its steps and clicks are those of the table`, async () => {
      const counts = [];
      for (const width of WIDTHS) {
        const page = await open(job, { viewport: { width, height: 800 } });
        const mouse = new Mouse(page);
        await job.work(mouse, page);
        counts.push(mouse.steps, mouse.clicks);
      }
      assert.deepEqual(counts, table()[job.name], "steps and clicks at 1280 px, and at 390 px: README.md has the table");
    });

    test(`the job: ${job.name}; by the keyboard alone, with the focus in sight at every stop`, async () => {
      // A window of 1280 by 800 px, at 100 and at 200 %.
      for (const viewport of [{ width: 1280, height: 800 }, { width: 640, height: 400 }]) {
        const page = await open(job, { viewport });
        await job.work(new Keyboard(page, `${job.name}, ${viewport.width} px`), page);
      }
    });
  }
}
