// Which style sheets a page lacks: index.html loads some of them only on the pages that they name.

/**
 * The classes on the page whose rules are all in style sheets that are not loaded, each with those sheets. A page that
 * shows one is missing from the `data-pages` of such a sheet.
 */
export function unstyled(page) {
  return page.evaluate(async () => {
    const classes = (css) => new Set([...css.replace(/\/\*[^]*?\*\//g, "").matchAll(/\.(-?[a-z_][\w-]*)/gi)].map(([, name]) => name));
    const sheets = await Promise.all(
      [...document.querySelectorAll("link[rel=stylesheet]")].map(async (link) => ({
        isLoaded: !link.disabled && link.sheet !== null,
        name: link.href.split("/").pop(),
        classes: classes(await (await fetch(link.href)).text()),
      })),
    );
    const shown = new Set([...document.querySelectorAll("body [class]")].flatMap((element) => [...element.classList]));
    return [...shown].flatMap((name) => {
      const having = sheets.filter((sheet) => sheet.classes.has(name));
      return having.length === 0 || having.some((sheet) => sheet.isLoaded) ? [] : [`${name}: ${having.map((sheet) => sheet.name)}`];
    });
  });
}
