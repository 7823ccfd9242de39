// Writes docs/screenshots: each page, at 1280 and 390 px, light and dark.
// CLAIMGATE_APP_URL=http://127.0.0.1:8080/ node tests/browser/screenshots.mjs
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { launch } from "./browser.mjs";
import { githubClaims, makeIssuer, newPage, paste, policyForm, settled, visit } from "./helpers.mjs";
import { storageState } from "./issuers-helpers.mjs";
import { pane, unfold } from "./playground-helpers.mjs";

const folder = new URL("../../docs/screenshots/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(`${folder}${file}`);
const issuer = makeIssuer();
const browser = await launch();

const sample = (id, name, claims) => ({ id, name, claims: JSON.stringify(claims, null, 2), tokenType: "organization", target: "", admin: false });
const allow = (rules) => ({ decision: "allow", tokenType: "organization", rules });
/** The issuers of a typical team. */
const issuers = [
  {
    name: "GitHub Actions", url: "https://token.actions.githubusercontent.com", preset: "github-actions", jwks: issuer.jwks,
    jwksSource: "https://token.actions.githubusercontent.com/.well-known/jwks", maxExpiration: 7200, lastUsed: 1_795_590_000,
    policies: [
      allow({ aud: "urn:pulumi:org:acme", sub: "repo:octo-org/octo-repo:*" }),
      { decision: "deny", tokenType: "organization", rules: { sub: "repo:octo-org/octo-repo:pull_request" } },
    ],
    samples: [
      sample("a", "push to main", githubClaims({ aud: "urn:pulumi:org:acme" })),
      sample("b", "pull request", githubClaims({ aud: "urn:pulumi:org:acme", sub: "repo:octo-org/octo-repo:pull_request" })),
      sample("c", "another repository", githubClaims({ aud: "urn:pulumi:org:acme", sub: "repo:octo-org/other:ref:refs/heads/main", repository: "octo-org/other" })),
    ],
  },
  { name: "GitLab", url: "https://gitlab.com", preset: "gitlab", policies: [allow({ aud: "urn:pulumi:org:acme", sub: "project_path:acme/infra:ref_type:branch:ref:main" })] },
  { name: "Production cluster", url: "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E", preset: "eks", maxExpiration: 3600, policies: [] },
];

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    const size = { colorScheme, viewport: { width, height: 900 } };
    const page = await newPage(browser, size);
    /** The whole page, in a window of its height, so that fixed elements are in their places. */
    const shoot = async (name, of = page) => {
      const height = await of.evaluate(() => document.documentElement.scrollHeight);
      await of.setViewportSize({ width, height: Math.max(900, height) });
      await of.screenshot({ path: `${folder}${name}-${colorScheme}-${width}.png` });
      await of.setViewportSize({ width, height: 900 });
    };
    await visit(page);
    await shoot("empty");
    await visit(page, "issuers/new?preset=github-actions&examples=yes");
    await page.getByLabel("Repository").waitFor();
    await shoot("register");
    await visit(page, "import");
    await page.getByLabel("Text", { exact: true }).fill(JSON.stringify({ issuers: [{ name: "Release", url: "https://ci.example", policies: [allow({ sub: "release-1.2" })] }] }, null, 2));
    await page.getByRole("list", { name: "Issuers" }).waitFor();
    await shoot("import");
    await visit(page, "examples");
    await shoot("examples");
    await visit(page, "playground");
    await shoot("playground-empty");
    await page.context().close();

    const full = await newPage(browser, { ...size, storageState: storageState(issuers) });
    await visit(full);
    await full.getByRole("table").waitFor();
    await shoot("issuers", full);
    const id = "0000000000000001";
    await visit(full, `issuers/${id}?section=who`);
    await full.getByRole("list", { name: "Classes of outsiders, strangers first" }).waitFor();
    await settled(full);
    await shoot("who", full);
    await visit(full, `issuers/${id}`);
    await policyForm(full, 1).getByLabel("Pattern", { exact: true }).nth(1).click();
    await shoot("policies", full);
    await full.getByRole("button", { name: "JSON", exact: true }).click();
    await full.locator(".cm-content").first().waitFor();
    await shoot("policies-json", full);
    for (const section of ["Details", "Workflow", "Export"]) {
      await full.getByRole("tab", { name: section }).click();
      await full.getByRole("tabpanel", { name: section }).waitFor();
      await settled(full);
      await shoot(section.toLowerCase(), full);
    }
    await visit(full, `playground?issuer=${id}`);
    await paste(full, issuer.token(githubClaims({ aud: "urn:pulumi:org:acme", sub: "repo:octo-org/other:ref:refs/heads/main", repository: "octo-org/other" })), "Denied");
    await pane(full, "Decision");
    await shoot("playground", full);
    await unfold(full, "Exchange");
    await unfold(full, "Share");
    await shoot("playground-exchange", full);
    await full.context().close();
  }
}
await browser.close();
