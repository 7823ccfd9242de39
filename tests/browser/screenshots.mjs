// Takes pictures of the states in states.json. `node tests/browser/screenshots.mjs --help`
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "./browser.mjs";
import { settled } from "./helpers.mjs";
import { isConnected, opener, states } from "./states.mjs";

const HELP = `Takes pictures of the app's states, at 390, 1280 and 1600 px, light and dark, and lays them out on sheets.

  node tests/browser/screenshots.mjs [--grep TEXT] [--widths 390,1280,1600] [--themes light,dark] [--to FOLDER] [--docs]

  --grep TEXT   only states whose name contains it
  --to FOLDER   where the pictures go, target/screenshots if not given: NAME-WIDTH-THEME.png, index.html with all of them,
                and sheets/*.png with several each
  --docs        write those that have a name for it to docs/screenshots too, at 390 and 1280 px

  CLAIMGATE_APP_URL, CHROMIUM and CLAIMGATE are those of run.mjs.
`;
const root = resolve(import.meta.dirname, "../..");
/** The highest picture in px; a page below it is cut off. */
const HIGHEST = 6000;
/** How many pictures are on a sheet, by their width. */
const ON_SHEET = { 390: 10, 1280: 6, 1600: 6 };

const { values: options } = parseArgs({
  options: {
    grep: { type: "string", default: "" },
    widths: { type: "string", default: "390,1280,1600" },
    themes: { type: "string", default: "light,dark" },
    to: { type: "string", default: join(root, "target/screenshots") },
    docs: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit();
}
const [widths, themes] = [options.widths.split(",").map(Number), options.themes.split(",")];
const chosen = states.filter((state) => state.name.includes(options.grep));
const fileName = (state, width, theme) => `${state.name.replaceAll(/\W+/g, "-")}-${width}-${theme}.png`;
/** The file of the top of a page. */
const topName = (state, width, theme) => `top-${fileName(state, width, theme)}`;

/** The pictures of some states as HTML, each as wide as `size`. */
const figures = (states, width, theme, size, loading) =>
  states.map((state) => {
    const file = encodeURIComponent(fileName(state, width, theme));
    return `<figure><a href="${file}"><img src="${file}" width="${size}" loading="${loading}" alt=""></a><figcaption>${state.name}</figcaption></figure>`;
  }).join("\n");

const styles = `<meta charset="utf-8"><style>
  body { margin: 12px; font: 14px sans-serif; background: #888 } main { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start }
  figure { margin: 0 } figcaption { padding: 2px 4px; background: #fff } a { display: block; max-height: 1100px; overflow: hidden } img { display: block }
</style>`;

const browser = await launch();
const opened = opener(browser);
try {
  empty(options.to, options.grep === "");
  const failed = [];
  for (const state of chosen) {
    // A state that cannot be reached does not keep the others from their pictures.
    await takeAll(state).catch((error) => failed.push(`${state.name}: ${error.message}`));
  }
  writeFileSync(join(options.to, "index.html"), overview());
  await sheets();
  if (options.docs) copyToDocs();
  console.log(`${chosen.length - failed.length} states in ${options.to}`);
  for (const line of failed) console.error(line);
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  await opened.end();
  await browser.close();
}

/** Makes a folder for the pictures, without those of an earlier run. */
function empty(folder, isWhole) {
  if (isWhole) rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "sheets"), { recursive: true });
}

/** The pictures of one state: it is reached for each width, and then shown in each theme. */
async function takeAll(state) {
  for (const width of widths) {
    const page = await opened.open(state, { colorScheme: themes[0], viewport: { width, height: 900 } });
    // Everything is in sight at once, so that what is fixed to the window is in its place.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: Math.min(Math.max(900, height), HIGHEST) });
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      await page.screenshot({ path: join(options.to, fileName(state, width, colorScheme)) });
      const clip = { x: 0, y: 0, width, height: state.height };
      if (state.height) await page.screenshot({ path: join(options.to, topName(state, width, colorScheme)), clip });
    }
    await page.context().close();
  }
}

/** The page with all pictures. */
function overview() {
  const parts = widths.flatMap((width) => themes.map((theme) =>
    `<h2>${width} px, ${theme}</h2><main>${figures(chosen, width, theme, width > 400 ? 420 : 260, "lazy")}</main>`));
  return `<!doctype html><title>States of the app</title>${styles}<h1>States of the app</h1>${parts.join("\n")}\n`;
}

/** Pictures of several pictures. */
async function sheets() {
  const page = await browser.newPage({ viewport: { width: 1640, height: 1000 } });
  const within = (state) => (isConnected(state) ? "server" : "alone");
  for (const width of widths) {
    for (const theme of themes) {
      for (const group of ["alone", "server"]) {
        const all = chosen.filter((state) => within(state) === group);
        for (let start = 0; start < all.length; start += ON_SHEET[width] ?? 6) {
          const some = all.slice(start, start + (ON_SHEET[width] ?? 6));
          const html = join(options.to, "sheet.html");
          writeFileSync(html, `<!doctype html>${styles}<main>${figures(some, width, theme, width > 400 ? 528 : 310, "eager")}</main>`);
          await page.goto(`file://${html}`);
          await page.waitForFunction(() => [...document.images].every((image) => image.complete));
          const number = String(start / (ON_SHEET[width] ?? 6) + 1).padStart(2, "0");
          await page.screenshot({ path: join(options.to, `sheets/${group}-${width}-${theme}-${number}.png`), fullPage: true });
        }
      }
    }
  }
  rmSync(join(options.to, "sheet.html"), { force: true });
  await page.close();
}

/** Writes docs/screenshots. */
function copyToDocs() {
  const folder = join(root, "docs/screenshots");
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
  for (const state of chosen.filter((state) => state.picture)) {
    for (const width of [390, 1280]) {
      for (const theme of themes) {
        const name = state.height ? topName : fileName;
        copyFileSync(join(options.to, name(state, width, theme)), join(folder, `${state.picture}-${theme}-${width}.png`));
      }
    }
  }
}
