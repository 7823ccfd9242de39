// Helpers for the tests of the policy editor.
import { appUrl, issuerUrl } from "./helpers.mjs";

/** The text of a code editor, once it is loaded. */
export async function codeIn(page, label) {
  const editor = page.getByRole("textbox", { name: label });
  await page.locator(".cm-content").filter({ visible: true }).waitFor();
  return (await editor.innerText()).replaceAll("\u00a0", " ");
}

export const samplesOf = (page) => page.getByRole("list", { name: "Tests" }).getByRole("listitem");
export const sampleNamed = (page, name) => samplesOf(page).filter({ hasText: name });
export const review = (page) => page.getByRole("dialog", { name: "Save these changes?" });
export const tool = (page, name) => page.getByRole("button", { name, exact: true });

/** Options for a page with one issuer, `e1`, with these policies and tests: name, claims, expected decision. */
export function withPolicies(policies, samples = [], changes = {}) {
  const sample = ([name, claims, expect], index) =>
    ({ id: `s${index}`, name, claims: JSON.stringify(claims, null, 2), tokenType: "organization", target: "", admin: false, expect });
  const issuer = {
    id: "e1", name: "CI", url: issuerUrl, maxExpiration: null, jwks: null, jwksSource: null, thumbprints: [],
    policies, samples: samples.map(sample), preset: "github-actions", created: 1, modified: 1, lastUsed: null, ...changes,
  };
  const stored = { name: "claimgate.v1", value: JSON.stringify({ version: 2, issuers: [issuer] }) };
  return { storageState: { cookies: [], origins: [{ origin: new URL(appUrl).origin, localStorage: [stored] }] } };
}

export const allow = (rules, more = {}) => ({ decision: "allow", tokenType: "organization", ...more, rules });
export const deny = (rules, more = {}) => ({ decision: "deny", tokenType: "organization", ...more, rules });
