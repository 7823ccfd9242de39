// A Trunk hook that runs after each build and completes index.html: hooks run side by side, so only this one writes it.
// It adds the pages of the app for early.js, and in a development build (`CLAIMGATE_DEV`) it lets the page load Trunk's
// reload script, and with `CLAIMGATE_DEV=server` marks the page as connected, as the server itself does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const file = join(process.env.TRUNK_STAGING_DIR, "index.html");
let page = readFileSync(file, "utf8");
const replace = (from, to) => {
  if (!page.includes(from)) throw new Error(`expected \`${from}\` in index.html, found none`);
  page = page.replace(from, () => to);
};
const source = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

/**
 * The pages of the app, as its sources have them: `routes` has the name of the page of each route of app.rs, and `styles`
 * the style sheets of each page that lazy.rs loads, by its name. A page has the name of its Wasm part.
 */
function pages() {
  const lazy = source("src/shell/lazy.rs");
  const [styles, ofRoute] = [{}, {}];
  for (const [, route, name, sheets] of lazy.matchAll(/lazy_page!\(\s*(\w+),\s*load_(\w+),\s*\w+,\s*"([^"]*)"/g)) {
    ofRoute[route] = name;
    styles[name] = sheets;
  }
  // Views that are no page of their own, and the part that several pages share.
  for (const [, sheets, name] of lazy.matchAll(/styles::load\("([^"]*)"\);\s*#\[cfg\(feature = "split"\)\]\s*let loaded = load_(\w+)\(/g)) {
    styles[name] = sheets;
  }
  for (const [, route] of lazy.matchAll(/administration_page!\((\w+),/g)) ofRoute[route] = "administration";
  const found = [...source("src/app.rs").matchAll(/path=path!\("\/([^"]*)"\) view=\{Lazy::<(\w+)>/g)];
  const routes = Object.fromEntries(found.map(([, path, route]) => [path, ofRoute[route]]));
  check(routes, styles);
  return { routes, styles };
}

/** Fails unless every route has a page, and pages and index.html have the same style sheets. */
function check(routes, styles) {
  const unknown = Object.keys(routes).find((route) => styles[routes[route]] === undefined);
  if (unknown !== undefined) throw new Error(`expected the page of the route /${unknown} in lazy.rs, found none`);
  for (const needed of ["server", "administration"]) {
    if (styles[needed] === undefined) throw new Error(`expected the styles of ${needed} in lazy.rs, found none`);
  }
  // Trunk escapes attributes, so they are read in the source.
  const template = source("../index.html");
  const named = (pattern) => new Set([...template.matchAll(pattern)].map(([, name]) => name));
  const sheets = named(/data-sheet="([\w-]+)"/g);
  const wanted = new Set(Object.values(styles).flatMap((names) => names.split(" ")).filter(Boolean));
  const different = [...sheets, ...wanted].filter((name) => !sheets.has(name) || !wanted.has(name));
  if (different.length > 0) throw new Error(`expected the same style sheets in index.html and lazy.rs, found only in one of them: ${different}`);
  for (const name of named(/shell__page--(\w+)/g)) {
    if (styles[name] === undefined) throw new Error(`expected the page ${name} of index.html in lazy.rs, found none`);
  }
}

const attribute = (value) => JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
replace("<html", `<html data-pages="${attribute(pages())}"`);

const mode = process.env.CLAIMGATE_DEV;
if (mode === "server") {
  replace("script-src 'self'", "script-src 'self' 'unsafe-inline'");
  replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
  replace("connect-src 'self'", "connect-src 'self' ws:");
  replace("<head>", '<head><meta name="claimgate-server" content="1" />');
}
writeFileSync(file, page);
