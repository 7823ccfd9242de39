// Steps to states of the app that need more than a verb and its arguments.
import { policyForm } from "./helpers.mjs";
import { allow, review, tool } from "./editor-helpers.mjs";
import { asJson, unfold } from "./playground-helpers.mjs";

const pattern = (page, number, place = 0) => policyForm(page, number).getByLabel("Pattern", { exact: true }).nth(place);
const claim = (page, number, place = 0) => policyForm(page, number).getByLabel("Claim", { exact: true }).nth(place);
const notice = (page, name) => page.getByRole("region", { name });

/** The browser refuses to store anything from now on. */
const fill = (page) =>
  page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });

/** Shows the policies as JSON, in the code editor. */
async function json(page, label) {
  const code = page.getByRole("textbox", { name: label });
  await page.locator(".cm-content").filter({ visible: true }).first().waitFor();
  return code;
}

/** Another person saves policies of the issuer that the page shows while this one edits them. */
async function contest(page) {
  const { server } = page;
  const subject = (rest) => allow({ aud: "urn:pulumi:org:demo", sub: `repo:octo-org/octo-repo:${rest}` });
  await pattern(page, 1, 1).fill("repo:octo-org/octo-repo:*");
  await server.setPolicies(await server.issuer("Contested"), [subject(`theirs-${Date.now()}`)]);
  await tool(page, "Save policies").click();
  await review(page).getByRole("button", { name: "Save", exact: true }).click();
  await notice(page, "Changed by two people").waitFor();
}

export const named = {
  // Storage
  "the storage is full": async (page) => {
    await fill(page);
    await page.getByRole("button", { name: "Delete GitHub Actions" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
  },
  "another tab changes the issuer": async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("Mine");
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByLabel("Name", { exact: true }).fill("Theirs");
    await other.getByRole("button", { name: "Save details" }).click();
    await other.getByText("✓ Saved").waitFor();
    await other.close();
  },
  "another tab deletes the issuer": async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("Mine");
    const other = await page.context().newPage();
    await other.goto(new URL("/", page.url()).href);
    await other.getByRole("button", { name: "Delete GitHub Actions" }).click();
    await other.close();
  },
  "the network is away": (page) => page.route("https://**", (route) => route.abort()),

  // The policy editor
  "edit a pattern": (page) => pattern(page, 1, 1).fill("repo:octo-org/octo-repo:ref:refs/heads/*"),
  "the cursor is in a pattern": (page) => pattern(page, 1, 1).click(),
  "open the list of claims": async (page) => {
    await claim(page, 1).click();
    await page.keyboard.press("ArrowDown");
  },
  "an invalid claim": (page) => claim(page, 1).fill("a..b"),
  "write invalid JSON": async (page) => {
    await tool(page, "JSON").click();
    await (await json(page, "Policies as JSON")).fill('[{"decision": "allow", "tokenType": "team", "rules": {"sub": "a.*?"}}]');
    await page.locator(".cm-lintRange-error").first().waitFor();
    await page.locator(".cm-content .wild").first().click();
  },
  "write wider policies": async (page) => {
    const policies = [allow({ aud: "urn:pulumi:org:acme", sub: "repo:octo-org/*" })];
    await tool(page, "JSON").click();
    await (await json(page, "Policies as JSON")).fill(JSON.stringify({ policies }, null, 2));
  },
  "break a test": (page) => pattern(page, 1).fill("x"),
  "select two policies": async (page) => {
    for (const number of [2, 3]) await page.getByLabel(`Select policy ${number}`, { exact: true }).check();
  },
  "close a class of outsiders": async (page) => {
    const rungs = page.getByRole("list", { name: "Classes of outsiders, strangers first" }).locator("> li");
    await rungs.getByText("Proof").first().click();
    await rungs.getByRole("button", { name: /Deny these tokens.*a branch that no policy names/ }).click();
  },
  "another person saves policies": contest,
  "the server refuses to delete": async (page) => {
    await page.route("**/oidc/issuers/*", (route) => route.abort());
    await page.getByRole("button", { name: "Delete Demonstration" }).click();
  },
  "the token expires": async (page) => {
    await page.getByRole("button", { name: "Administration" }).waitFor();
    await page.route("**/api/orgs/**", (route) => route.fulfill({ status: 401, json: { code: 401, message: "unauthorized" } }));
    await page.getByRole("link", { name: "Audit log", exact: true }).first().click();
  },

  // The playground
  "unfold Exchange and Share": async (page) => {
    await unfold(page, "Exchange");
    await unfold(page, "Share");
  },
  "open the menu of times": (page) => unfold(page, "Now"),
  "open the menu of checks": (page) => unfold(page, "Skip checks"),
  "open the form for a sample token": (page) => unfold(page, "Sign a sample token"),
  "write broken scratch policies": async (page) => {
    await page.getByRole("button", { name: "Edit in a scratch set" }).click();
    await asJson(page);
    await page.getByLabel("Scratch policies as JSON").fill('{"policies": [{"decision": "perhaps"}]}');
  },

  // Administration
  "a search that stopped early": async (page) => {
    await page.route("**/oidc/exchanges?*", (route) =>
      route.fulfill({ json: { exchanges: [], next: "00000000-0000-0000-0000-000000000001", reached: 1_790_000_000 } }));
    await page.getByRole("button", { name: "Refresh" }).click();
  },
};
