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
    await page.context().close();
  }
}
await browser.close();
