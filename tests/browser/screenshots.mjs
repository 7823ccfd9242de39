// Writes docs/screenshots: each page, at 1280 and 390 px, light and dark.
// CLAIMGATE_APP_URL=http://127.0.0.1:8080/ node tests/browser/screenshots.mjs
import { mkdirSync } from "node:fs";
import { base, decide, launch, openPage, prepare, token, toPlayground } from "./support.mjs";

const folder = new URL("../../docs/screenshots/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const theme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    const page = await openPage(browser, { theme, width });
    const shoot = (name) => page.screenshot({ path: `${folder}${name}-${theme}-${width}.png`, fullPage: true });
    await shoot("empty");
    await prepare(page);
    await shoot("issuer");
    await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
    await page.getByRole("table").waitFor();
    await shoot("issuers");
    await toPlayground(page);
    await decide(page, token({ sub: "repo:octo-org/octo-repo:pull_request" }), "Denied");
    await shoot("playground");
    await page.goto(`${base}issuers/new`);
    await page.getByLabel("JWKS").waitFor();
    await shoot("register");
    await page.context().close();
  }
}
await browser.close();
