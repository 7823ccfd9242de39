// Writes docs/screenshots: each page, at 1280 and 390 px, light and dark.
// CLAIMGATE_APP_URL=http://127.0.0.1:8080/ node tests/browser/screenshots.mjs
import { mkdirSync } from "node:fs";
import { demonstrate, githubClaims, launch, makeIssuer, newPage, paste, visit } from "./helpers.mjs";

const folder = new URL("../../docs/screenshots/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const issuer = makeIssuer();
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    const page = await newPage(browser, { colorScheme, viewport: { width, height: 900 } });
    const shoot = (name) => page.screenshot({ path: `${folder}${name}-${colorScheme}-${width}.png`, fullPage: true });
    await visit(page);
    await shoot("empty");
    await demonstrate(page, issuer);
    await shoot("issuer");
    await visit(page);
    await page.getByRole("table").waitFor();
    await shoot("issuers");
    await visit(page, "playground");
    await paste(page, issuer.token(githubClaims({ sub: "repo:octo-org/octo-repo:pull_request" })), "Denied");
    await shoot("playground");
    await visit(page, "issuers/new");
    await page.getByLabel("JWKS").waitFor();
    await shoot("register");
    await visit(page, "issuers/new?preset=github-actions&examples=yes");
    await page.getByLabel("Repository").waitFor();
    await shoot("register-preset");
    await visit(page, "import");
    const policies = [{ decision: "allow", tokenType: "organization", rules: { sub: "release-1.2" } }];
    const issuers = [{ name: "GitHub", url: "https://token.actions.githubusercontent.com", policies }, { name: "Release", url: "https://ci.example", policies }];
    await page.getByLabel("Text", { exact: true }).fill(JSON.stringify({ issuers }, null, 2));
    await page.getByRole("list", { name: "Issuers" }).waitFor();
    await shoot("import");
    await page.context().close();
  }
}
await browser.close();
