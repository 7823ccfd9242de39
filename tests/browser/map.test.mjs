// The trust map without a server: its lines count tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCount, hasFocus, withBrowser } from "./helpers.mjs";
import { policy, storageState } from "./issuers-helpers.mjs";

const openPage = withBrowser();
const sample = (id, sub) => ({ id, name: id, claims: JSON.stringify({ sub }), tokenType: "organization", target: "", admin: false });
const issuers = [
  {
    name: "GitHub Actions",
    policies: [
      policy({ sub: "repo:octo-org/*" }),
      policy({ sub: "repo:octo-org/infra:*" }, { authorizedPermissions: ["admin"] }),
      policy({ sub: "*:pull_request" }, { decision: "deny" }),
    ],
    samples: [sample("main", "repo:octo-org/app:ref:refs/heads/main"), sample("pull request", "repo:octo-org/app:pull_request")],
  },
  { name: "GitLab", policies: [policy({ sub: "project_path:acme/*" }, { tokenType: "team", teamName: "deploy*" })] },
  { name: "Unused" },
];

test("the map and its table show where each policy leads, and how many tests it decides", async () => {
  const page = await openPage("", { storageState: storageState(issuers) });
  await page.getByRole("link", { name: "Trust map" }).click();
  const map = page.getByRole("group", { name: /^Trust map/ });
  await map.getByRole("link", { name: /^Issuer: GitLab\. https/ }).waitFor();
  const rows = await page.getByRole("region", { name: "As a table" }).getByRole("row").allInnerTexts();
  const cells = rows.map((row) => row.split("\t").map((cell) => cell.trim().replace(/\s+/g, " ")));
  assert.deepEqual(cells[0], ["Issuer", "Policy", "Token", "Permissions", "Tests"]);
  const seen = cells.slice(1).map(([issuer, text, ...rest]) => [issuer, text.split(" allow ")[0].split(" deny ")[0], ...rest]);
  assert.deepEqual(seen, [
    ["GitHub Actions", "✓ Policy 1", "organization token", "default", "1"],
    ["GitHub Actions", "✓ Policy 2", "organization token", "admin", "0"],
    ["GitHub Actions", "✕ Policy 3", "organization token", "", "1"],
    ["GitLab", "✓ Policy 1", "team deploy*", "default", "0"],
    ["Unused", "none: every token is denied", "", "", "–"],
  ]);
});

test("the map is one stop of the Tab key, and shows what a node is connected with", async () => {
  const page = await openPage("map", { storageState: storageState(issuers) });
  const map = page.getByRole("group", { name: /^Trust map/ });
  const first = map.getByRole("link", { name: /^Issuer: GitHub Actions/ });
  await first.waitFor();
  assert.equal(await map.locator("[tabindex='0']").count(), 1);
  await first.focus();
  await page.keyboard.press("ArrowDown");
  await hasFocus(map.getByRole("link", { name: /^Issuer: GitLab/ }));
  await hasCount(map.locator("g.is-dim").filter({ hasText: "GitHub Actions" }), 1);
  for (const key of ["ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  await hasFocus(map.getByRole("img", { name: "Token: team deploy*" }));
  await page.keyboard.press("Tab");
  assert.equal(await map.locator(":focus").count(), 0);
});
