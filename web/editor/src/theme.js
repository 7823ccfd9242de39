// The editor's theme, based on the app's custom properties, so that it follows light and dark.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { StyleModule } from "style-mod";

// CodeMirror would add a `<style>` element, which the app's Content Security Policy refuses. It
// allows a constructed style sheet.
const sheets = new Map();
StyleModule.mount = (root, modules) => {
  const document = root.ownerDocument ?? root;
  const target = root.adoptedStyleSheets ? root : document;
  for (const module of [modules].flat()) {
    if (sheets.has(module)) continue;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(module.getRules());
    sheets.set(module, sheet);
  }
  const wanted = [modules].flat().map((module) => sheets.get(module));
  const others = target.adoptedStyleSheets.filter((sheet) => !wanted.includes(sheet));
  target.adoptedStyleSheets = [...others, ...wanted];
};

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--note)" },
  { tag: [tags.brace, tags.squareBracket, tags.separator, tags.punctuation], color: "var(--muted)" },
]);

const symbol = (text, colour) => ({
  content: "normal",
  "&::before": { content: `"${text}"`, color: `var(--${colour})`, fontWeight: "700", lineHeight: "1.3" },
});
const underline = (colour) => ({
  backgroundImage: "none",
  textDecoration: `underline wavy var(--${colour})`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "0.2em",
});

const look = EditorView.theme({
  "&": {
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    fontSize: "0.8125rem",
    overflow: "hidden",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { padding: "0.375rem 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 0.625rem" },
  ".cm-cursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--muted)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--took-bg) 35%, transparent)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "var(--took-bg)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--took-bg)", outline: "1px solid var(--line-strong)" },
  ".cm-specialChar": { color: "var(--bad)", backgroundColor: "var(--bad-bg)" },
  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--shadow-high)",
    fontFamily: "var(--sans)",
    fontSize: "0.8125rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "14rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.625rem", minHeight: "24px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--on-accent)", backgroundColor: "var(--accent)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", fontFamily: "var(--sans)" },
  ".cm-tooltip.cm-completionInfo": { padding: "0.5rem 0.625rem", maxWidth: "20rem" },
  ".cm-tooltip-hover .cm-help": { padding: "0.5rem 0.625rem", maxWidth: "24rem" },
  ".cm-help p": { margin: "0" },
  ".cm-help code": { overflowWrap: "anywhere" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", whiteSpace: "pre-wrap", maxWidth: "32rem", overflowWrap: "anywhere" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--note)" },
  ".cm-diagnostic-info": { borderLeft: "4px solid var(--accent)" },
  ".cm-lintRange-error": underline("bad"),
  ".cm-lintRange-warning": underline("note"),
  ".cm-lintRange-info": underline("accent"),
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 0.125rem", textAlign: "center" },
  ".cm-lint-marker-error": symbol("✕", "bad"),
  ".cm-lint-marker-warning": symbol("!", "note"),
  ".cm-lint-marker-info": symbol("i", "accent"),
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--text)" },
  ".cm-lintPoint::after": { borderBottomColor: "var(--bad)" },
});

/** The theme, at least `rows` lines high, and at most as high as most of the window. */
export function theme(rows) {
  const height = EditorView.theme({
    ".cm-content, .cm-gutter": { minHeight: `calc(${rows * 1.55}em + 0.75rem)` },
    ".cm-scroller": { maxHeight: "max(16rem, 70vh)" },
  });
  return [height, look, syntaxHighlighting(colours)];
}
