// Helpers for the tests of the list, of registering and of import and export.
import assert from "node:assert/strict";
import { appUrl, eventually, visit } from "./helpers.mjs";

/** The key that the app stores issuers under. */
export const storageKey = "claimgate.v1";

export const policy = (rules, changes = {}) => ({ decision: "allow", tokenType: "organization", rules, ...changes });

/** Issuers as the app stores them, from the relevant parts. */
export function stored(issuers) {
  const whole = (issuer, index) => ({
    id: `${index + 1}`.padStart(16, "0"),
    url: `https://ci-${index + 1}.example`,
    maxExpiration: null,
    jwks: null,
    jwksSource: null,
    thumbprints: [],
    policies: [],
    samples: [],
    preset: "",
    created: 1_700_000_000 + index,
    modified: 1_700_000_000 + index,
    lastUsed: null,
    revision: 1,
    ...issuer,
  });
  return { version: 3, issuers: issuers.map(whole), removed: [], conflicts: [] };
}

/** A browser's state with these issuers in it. */
export const storageState = (issuers) => ({
  cookies: [],
  origins: [{ origin: new URL(appUrl).origin, localStorage: [{ name: storageKey, value: JSON.stringify(stored(issuers)) }] }],
});

/** The current content of the storage. */
export const readStored = (page) => page.evaluate((key) => JSON.parse(localStorage.getItem(key) ?? "null"), storageKey);

/** The names in the list, from top to bottom. */
export const names = (page) => page.locator(".issuer-link").allInnerTexts();

/** Waits until the list has these names. */
export const lists = (page, expected) => eventually(async () => assert.deepEqual(await names(page), expected));

/** The name and text of a file that a button downloads. */
export async function download(page, press) {
  const waiting = page.waitForEvent("download");
  await press();
  const file = await waiting;
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  return { name: file.suggestedFilename(), text: Buffer.concat(chunks).toString() };
}

/** Another page of the same browser context; its problems are added to the first page's. */
export async function secondPage(page, path = "") {
  const other = await page.context().newPage();
  other.on("pageerror", (error) => page.problems.push(`thrown: ${error.message}`));
  other.on("console", (message) => {
    if (message.type() === "error") page.problems.push(`console: ${message.text()}`);
  });
  await visit(other, path);
  return other;
}
