// The code editor of the app, based on CodeMirror 6. The app loads this module on demand and
// controls an editor through the object that `create` returns; every offset is in UTF-16 units.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, placeholder as placeholderText } from "@codemirror/view";
import { completions, hover, known, setKnown } from "./help.js";
import { marks, setMarks } from "./marks.js";
import { theme } from "./theme.js";

/** Marks a change by the app, which is not reported back to it. */
const fromApp = Annotation.define();

/**
 * Creates an editor in an element.
 *
 * `mode` is `policies` or `claims`. `onChange` gets the edited text, `onCursor` the position of the
 * cursor. With `onUndo` the editor keeps no history of its own, and calls it instead: true
 * for redo, false for undo. `onAction` gets the places of a diagnostic and of one of its actions.
 */
export function create(parent, { label, describedBy, mode, value, rows, placeholder, onChange, onCursor, onUndo, onAction }) {
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
      writing(mode),
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
    /** Replaces only the part of the text that differs, so that cursor and scroll position stay. */
    setValue(text) {
      const old = view.state.doc.toString();
      const clean = text.replaceAll(/\r\n?/g, "\n");
      if (clean !== old) view.dispatch({ changes: difference(old, clean), annotations: fromApp.of(true) });
      if (clean !== text) onChange(clean);
    },
    /** A list of `{from, to, severity, message, actions}`; backticks in a message mark code. */
    setDiagnostics(list) {
      const places = list.map((item, place) => ({
        ...item,
        actions: item.actions.map((name, action) => ({ name: name.replaceAll("`", ""), apply: () => onAction(place, action) })),
        from: within(item.from),
        to: Math.max(within(item.from), within(item.to)),
        renderMessage: () => inlineCode(item.message),
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
    /** Selects a range of the text, scrolls to it and focuses the editor. */
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

/** Extensions for editing JSON. */
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
 * Replaces the selection. By default, Chromium keeps the style of the replaced text in an inline
 * style, which the app's Content Security Policy refuses and reports.
 */
function replaceSelection(event, view) {
  if (event.inputType !== "insertText" || event.data === null || event.isComposing) return false;
  // The browser may have a selection that the editor does not know yet.
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

/** A message of the engine as an element; backticks mark code. */
function inlineCode(text) {
  const whole = document.createElement("span");
  // An unclosed backtick is an ordinary character.
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

/** The single change that turns `old` into `text`. */
function difference(old, text) {
  const shorter = Math.min(old.length, text.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === text.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && old.charCodeAt(old.length - 1 - end) === text.charCodeAt(text.length - 1 - end)) end += 1;
  return { from: start, to: old.length - end, insert: text.slice(start, text.length - end) };
}
