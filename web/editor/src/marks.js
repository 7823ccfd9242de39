// Ranges that the app highlights, and the three parts of a token.
import { RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/** Replaces all marks. */
export const setMarks = StateEffect.define();

export const marks = StateField.define({
  create: () => Decoration.none,
  update(old, transaction) {
    const given = transaction.effects.find((effect) => effect.is(setMarks));
    return given ? decorate(given.value) : old.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(list) {
  const ranges = list.filter(({ from, to }) => from < to);
  return Decoration.set(ranges.map((mark) => Decoration.mark({ class: mark.class }).range(mark.from, mark.to)), true);
}

/** The parts of a token, each in a colour of its own, and the dots between them. */
export const jwtParts = StateField.define({
  create: (state) => parts(state.doc.toString()),
  update: (old, transaction) => (transaction.docChanged ? parts(transaction.newDoc.toString()) : old),
  provide: (field) => EditorView.decorations.from(field),
});

const PARTS = ["jwt-header", "jwt-payload", "jwt-signature"];

function parts(text) {
  const builder = new RangeSetBuilder();
  let from = 0;
  for (const [index, part] of text.split(".").entries()) {
    const to = from + part.length;
    if (to > from) builder.add(from, to, Decoration.mark({ class: PARTS[Math.min(index, 2)] }));
    if (to < text.length) builder.add(to, to + 1, Decoration.mark({ class: "jwt-dot" }));
    from = to + 1;
  }
  return builder.finish();
}
