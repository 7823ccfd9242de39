// A Trunk hook that runs after each build. In a development build (`CLAIMGATE_DEV`) it lets the
// page load Trunk's reload script, and with `CLAIMGATE_DEV=server` marks the page as connected, as
// the server itself does. Other builds stay unchanged.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const mode = process.env.CLAIMGATE_DEV;
if (mode) {
  const file = join(process.env.TRUNK_STAGING_DIR, "index.html");
  let page = readFileSync(file, "utf8");
  const replace = (from, to) => {
    if (!page.includes(from)) throw new Error(`expected \`${from}\` in index.html, found none`);
    page = page.replace(from, () => to);
  };
  if (mode === "server") {
    replace("script-src 'self'", "script-src 'self' 'unsafe-inline'");
    replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
    replace("connect-src 'self'", "connect-src 'self' ws:");
    replace("<head>", '<head><meta name="claimgate-server" content="1" />');
  }
  writeFileSync(file, page);
}
