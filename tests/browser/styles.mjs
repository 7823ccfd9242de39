// Which style sheets a page lacks: index.html loads some of them only on the pages that need them.

/** The classes in each style sheet, by its file name, which changes with its content. */
const known = new Map();

/**
 * The classes on the page whose rules are all in style sheets that are not loaded, each with those sheets. A page that
 * shows one has to name such a sheet in web/src/shell/lazy.rs.
 */
export async function unstyled(page) {
  const { sheets, shown } = await page.evaluate(() => ({
    sheets: [...document.querySelectorAll("link[rel=stylesheet]")].map((link) => ({
      href: link.href,
      name: link.href.split("/").pop(),
      isLoaded: !link.disabled && link.sheet !== null,
    })),
    shown: [...new Set([...document.querySelectorAll("body [class]")].flatMap((element) => [...element.classList]))],
  }));
  // So on the pages of the documentation, which may not fetch anything either.
  if (sheets.every(({ isLoaded }) => isLoaded)) return [];
  for (const { href, name } of sheets) {
    if (!known.has(name)) known.set(name, classes(await page.evaluate(async (address) => (await fetch(address)).text(), href)));
  }
  return shown.flatMap((name) => {
    const having = sheets.filter((sheet) => known.get(sheet.name).has(name));
    return having.length === 0 || having.some((sheet) => sheet.isLoaded) ? [] : [`${name}: ${having.map((sheet) => sheet.name)}`];
  });
}

const classes = (css) => new Set([...css.replace(/\/\*[^]*?\*\//g, "").matchAll(/\.(-?[a-z_][\w-]*)/gi)].map(([, name]) => name));
