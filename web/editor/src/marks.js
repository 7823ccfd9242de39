// Ranges that the app highlights.
import { StateEffect, StateField } from "@codemirror/state";
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
