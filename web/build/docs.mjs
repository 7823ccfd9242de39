// A Trunk hook that runs after each build: renders the pages of docs/ as static HTML beside the app, in its style,
// so that the documentation of a version is served with it and available offline.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

// marked is a dependency of tests/, which is not a parent folder of this file.
const require = createRequire(new URL("../../tests/package.json", import.meta.url));
const { Marked } = await import(pathToFileURL(require.resolve("marked")).href);

const root = new URL("../../", import.meta.url);
const [, repository] = /^repository = "(.+)"$/m.exec(readFileSync(new URL("Cargo.toml", root), "utf8"));

/** The order of the list; pages that are not here follow. */
const FIRST = ["policy-language", "token-checks", "explanations", "exchange", "keys", "errors", "findings", "analysis", "policy-tests", "server", "security", "cli", "npm-api", "npm-analysis-api"];

/** The titles of pages whose heading says too little in a list. */
const TITLES = { "npm-api": "JavaScript package", "npm-analysis-api": "JavaScript package: analysis", errors: "Codes of errors, findings and hints" };

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The address of a heading, as GitHub makes it. */
const slug = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

/** Where a link of a page leads: to another page, or to the file in the repository. The folder of findings is one page. */
function target(href, names) {
  if (/^(https?:|mailto:|#)/.test(href)) return href;
  const [, finding] = /^findings\/[\w-]+\.md(#.*)?$/.exec(href) ?? [];
  if (href.startsWith("findings/")) return `findings.html${finding ?? ""}`;
  const [, name, rest] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (name && names.includes(name)) return `${name}.html${rest ?? ""}`;
  return new URL(href, `${repository}/blob/main/docs/`).href;
}

/**
 * The text of docs/findings as one page, so that the address of a finding is its code alone: each group of the list is
 * followed by the sections of its findings.
 */
function findings(folder) {
  const read = (name) => readFileSync(new URL(name, folder), "utf8");
  const [about, ...groups] = read("README.md").split(/^(?=## )/m);
  const whole = groups.map((group) => {
    const [, page] = /\(([\w-]+\.md)#/.exec(group) ?? [];
    if (!page) throw new Error(`expected a link to the page of a group of findings, found ${group}`);
    const [, ...sections] = read(page).split(/^(?=## )/m);
    return group + sections.map((section) => `#${section}`).join("");
  });
  const local = (text) => text.replaceAll(/\]\([\w-]+\.md#/g, "](#").replaceAll("](../", "](");
  return local([about, ...whole].join(""));
}

/** The HTML of a page's text, its title, and the headings of its sections. */
function render(name, text, names) {
  const headings = [];
  const used = new Map();
  let title = "";
  const renderer = {
    heading({ tokens, depth, text }) {
      const plain = text.replaceAll(/[`*]|\[|\]\([^)]*\)/g, "");
      if (depth === 1) {
        title = plain;
        return `<h1>${this.parser.parseInline(tokens)}</h1>\n`;
      }
      const count = used.get(slug(plain)) ?? 0;
      used.set(slug(plain), count + 1);
      const id = count === 0 ? slug(plain) : `${slug(plain)}-${count}`;
      if (depth === 2) headings.push({ id, plain });
      return `<h${depth} id="${escape(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      return `<a href="${escape(target(href, names))}">${this.parser.parseInline(tokens)}</a>`;
    },
    code({ text }) {
      return `<pre tabindex="0"><code>${escape(text)}</code></pre>\n`;
    },
    table(token) {
      const cell = ({ tokens }) => `<td>${this.parser.parseInline(tokens)}</td>`;
      // A heading without text would be announced as one.
      const heading = (one) => (one.text.trim() === "" ? "<td></td>" : `<th scope="col">${this.parser.parseInline(one.tokens)}</th>`);
      const head = token.header.map(heading).join("");
      const rows = token.rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
      return `<div class="docs__table" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>\n`;
    },
    // The pages have no HTML of their own, but for the targets of links within the reference of the npm package.
    html({ text }) {
      const id = /^<a id="([\w-]+)">$/.exec(text)?.[1];
      if (id) return `<span id="${id}">`;
      return text === "</a>" ? "</span>" : escape(text);
    },
  };
  const html = new Marked({ renderer }).parse(text);
  return { html, title: TITLES[name] ?? title, headings };
}

/** The style sheets and the script for the theme, as the build has named them. */
function assets(dist) {
  const files = readdirSync(dist);
  const find = (name, ending) => {
    const file = files.find((file) => new RegExp(`^${name}-[0-9a-f]+\\.${ending}$`).test(file));
    if (!file) throw new Error(`expected ${name}-….${ending} in ${dist}, found none`);
    return `../${file}`;
  };
  return { styles: ["tokens", "base", "shell", "ui"].map((name) => find(name, "css")), early: find("early", "js") };
}

function page({ html, title, headings, name }, pages, { styles, early }) {
  const links = pages
    .map((other) => `<li><a href="${other.name}.html"${other.name === name ? ' aria-current="page"' : ""}>${escape(other.title)}</a></li>`)
    .join("\n");
  const sections = headings.map(({ id, plain }) => `<li><a href="#${escape(id)}">${escape(plain)}</a></li>`).join("\n");
  const contents = headings.length > 2 ? `<details class="docs__contents"><summary>On this page</summary><ul>${sections}</ul></details>` : "";
  const body = html.replace("</h1>", () => `</h1>\n${contents}`);
  const sheets = [...styles, "docs.css"].map((file) => `<link rel="stylesheet" href="${file}" />`).join("\n    ");
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'" />
    <title>${escape(title)} · Claimgate documentation</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <script src="${early}"></script>
    ${sheets}
    <link rel="icon" href="../mark.svg" type="image/svg+xml" />
  </head>
  <body>
    <div class="app">
      <a class="skip-link" href="#main">Skip to content</a>
      <header class="site-header">
        <div class="site-header__inner">
          <a class="brand" href="../"><img src="../mark.svg" alt="" width="24" height="24" />Claimgate</a>
          <nav aria-label="Main"><a href="../">OIDC Issuers</a><a href="../playground">Playground</a><a href="../examples">Examples</a></nav>
        </div>
      </header>
      <div class="docs container">
        <button type="button" class="button docs__open" popovertarget="docs-pages">All pages</button>
        <nav class="docs__pages" id="docs-pages" popover aria-label="Documentation"><ul>${links}</ul></nav>
        <main id="main" class="docs__text" tabindex="-1">
${body}
        </main>
      </div>
    </div>
  </body>
</html>
`;
}

/** Writes the pages into the folder `docs` of a build. */
function write(dist) {
  const folder = new URL("docs/", root);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .map((file) => basename(file, ".md"))
    .concat("findings");
  const place = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  names.sort((one, other) => place(one) - place(other) || one.localeCompare(other));
  const text = (name) => (name === "findings" ? findings(new URL("findings/", folder)) : readFileSync(new URL(`${name}.md`, folder), "utf8"));
  const pages = names.map((name) => ({ name, ...render(name, text(name), names) }));
  const to = join(dist, "docs");
  mkdirSync(to, { recursive: true });
  copyFileSync(new URL("web/styles/docs.css", root), join(to, "docs.css"));
  for (const one of pages) writeFileSync(join(to, `${one.name}.html`), page(one, pages, assets(dist)));
}

write(process.env.TRUNK_STAGING_DIR ?? process.argv[2]);
