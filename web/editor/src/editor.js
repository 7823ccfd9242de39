// The code editor of the app, around CodeMirror 6. The app loads this module where it is needed, and talks to it through
// what `create` returns; every offset is in UTF-16 units.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, placeholder as placeholderText } from "@codemirror/view";
import { completions, hover, known, setKnown } from "./help.js";
import { jwtParts, marks, setMarks } from "./marks.js";
import { theme } from "./theme.js";

/** Marks a change that came from the app, which need not be told of it. */
const fromApp = Annotation.define();

/**
 * Puts an editor into an element.
 *
 * `mode` is `policies`, `claims` or `jwt`. `onChange` gets the text that a person wrote, `onCursor` the place of the cursor.
 * With `onUndo` the editor keeps no history of its own, and calls it with whether something is to be done again.
 */
export function create(parent, { label, describedBy, mode, value, rows, placeholder, onChange, onCursor, onUndo }) {
  const view = new EditorView({
    parent,
    state: EditorState.create({ doc: value, extensions: extensions() }),
  });
  if (value.includes("\r")) onChange(view.state.doc.toString());

  function extensions() {
    return [
      theme(rows),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy, autocapitalize: "off", tabindex: "0" }),
      EditorView.lineWrapping,
      EditorState.tabSize.of(2),
      indentUnit.of("  "),
      highlightSpecialChars(),
      drawSelection(),
      marks,
      placeholder ? placeholderText(placeholder) : [],
      mode === "jwt" ? jwtParts : writing(mode),
      onUndo ? undoElsewhere(onUndo) : [history(), keymap.of(historyKeymap)],
      keymap.of(defaultKeymap.filter((binding) => binding.key !== "Mod-Enter")),
      keymap.of(lintKeymap),
      EditorView.domEventHandlers({ beforeinput: replaceSelection }),
      EditorView.updateListener.of(tell),
    ];
  }

  function tell(update) {
    const isOwn = update.transactions.some((transaction) => transaction.docChanged && !transaction.annotation(fromApp));
    if (isOwn) onChange(update.state.doc.toString());
    if (update.selectionSet || update.docChanged || (update.focusChanged && view.hasFocus)) {
      onCursor(update.state.selection.main.head);
    }
  }

  const within = (place) => Math.min(Math.max(place, 0), view.state.doc.length);

  return {
    /** Changes no more of the text than differs, so that cursor and scrolling stay where they make sense. */
    setValue(text) {
      const old = view.state.doc.toString();
      const clean = text.replaceAll(/\r\n?/g, "\n");
      if (clean !== old) view.dispatch({ changes: difference(old, clean), annotations: fromApp.of(true) });
      if (clean !== text) onChange(clean);
    },
    /** A list of `{from, to, severity, message}`; what stands in backticks in a message is code. */
    setDiagnostics(list) {
      const places = list.map((item) => ({
        ...item,
        from: within(item.from),
        to: Math.max(within(item.from), within(item.to)),
        renderMessage: () => sentence(item.message),
      }));
      view.dispatch(setDiagnostics(view.state, places));
    },
    /** A list of `{from, to, class}`. */
    setMarks(list) {
      const places = list.map((item) => ({ ...item, from: within(item.from), to: within(item.to) }));
      view.dispatch({ effects: setMarks.of(places) });
    },
    /** The claims that rules are usually about: a list of `{path, doc, values, patterns}`. */
    setKnown(list) {
      view.dispatch({ effects: setKnown.of(list) });
    },
    /** Selects a part of the text, brings it into sight and goes there. */
    reveal(from, to) {
      const selection = { anchor: within(from), head: within(to) };
      view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
      view.focus();
    },
    focus(from, to) {
      view.dispatch({ selection: { anchor: within(from), head: within(to) } });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

/** What helps with JSON. */
function writing(mode) {
  return [
    json(),
    lineNumbers(),
    lintGutter(),
    highlightActiveLine(),
    bracketMatching(),
    closeBrackets(),
    indentOnInput(),
    known,
    mode === "policies" ? [autocompletion({ override: [completions], icons: false }), hover] : [],
    keymap.of([...closeBracketsKeymap, ...completionKeymap, indentWithTab]),
  ];
}

/** Leaves undo and redo to the app, those of menus too. */
function undoElsewhere(onUndo) {
  const run = (isRedo) => () => {
    onUndo(isRedo);
    return true;
  };
  return [
    keymap.of([
      { key: "Mod-z", run: run(false), preventDefault: true },
      { key: "Mod-y", mac: "Mod-Shift-z", run: run(true), preventDefault: true },
      { key: "Mod-Shift-z", run: run(true), preventDefault: true },
    ]),
    EditorView.domEventHandlers({
      beforeinput(event) {
        if (event.inputType !== "historyUndo" && event.inputType !== "historyRedo") return false;
        event.preventDefault();
        return run(event.inputType === "historyRedo")();
      },
    }),
  ];
}

/**
 * Writes over a selection. Left to itself, Chromium keeps the look of what is written over in an inline style, which the
 * app's Content Security Policy refuses and reports.
 */
function replaceSelection(event, view) {
  if (event.inputType !== "insertText" || event.data === null || event.isComposing) return false;
  // The browser may know of a selection that the editor has not been told of yet.
  const selection = view.root.getSelection();
  const range = event.getTargetRanges()[0] ?? (selection?.rangeCount ? selection.getRangeAt(0) : undefined);
  const known = view.state.selection.main;
  const from = range ? view.posAtDOM(range.startContainer, range.startOffset) : known.from;
  const to = range ? view.posAtDOM(range.endContainer, range.endOffset) : known.to;
  if (from === to) return false;
  event.preventDefault();
  if (from !== known.from || to !== known.to) view.dispatch({ selection: { anchor: from, head: to } });
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  const isTaken = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, event.data, insert));
  if (!isTaken) view.dispatch(insert());
  return true;
}

/** A sentence of the engine, in which what stands in backticks is code. */
function sentence(text) {
  const whole = document.createElement("span");
  // A backtick that nothing closes is a character like any other.
  for (const [index, piece] of text.split(/`([^`]*)`/).entries()) {
    if (index % 2 === 0) {
      whole.append(piece);
      continue;
    }
    const code = whole.appendChild(document.createElement("code"));
    code.className = "said";
    code.textContent = piece;
  }
  return whole;
}

/** The one change that makes `text` of `old`. */
function difference(old, text) {
  const shorter = Math.min(old.length, text.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === text.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && old.charCodeAt(old.length - 1 - end) === text.charCodeAt(text.length - 1 - end)) end += 1;
  return { from: start, to: old.length - end, insert: text.slice(start, text.length - end) };
}
