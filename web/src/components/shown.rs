//! Text that others wrote, shown as it is: never as HTML, and what cannot be seen by its name.

use leptos::prelude::*;

use claimgate::text::hidden::{Piece, has_hidden, hidden_in, name, pieces};
use claimgate_workbench::links::is_safe_link;

/// A text; characters that would not show, or would turn it around, stand in it as marks such as
/// `U+202E`.
pub(crate) fn shown(text: &str) -> AnyView {
    if !has_hidden(text) {
        return text.to_owned().into_any();
    }
    let piece = |piece| match piece {
        Piece::Plain(text) => view! { <bdi>{text}</bdi> }.into_any(),
        Piece::Hidden { code, name } => {
            view! { <mark class="hidden-char" title=name>{code}</mark> }.into_any()
        }
    };
    pieces(text)
        .into_iter()
        .map(piece)
        .collect_view()
        .into_any()
}

/// A text of several lines, which stay lines; within them as [`shown`].
pub(crate) fn shown_lines(text: &str) -> AnyView {
    let is_layout = |c: char| matches!(c, '\n' | '\t');
    if !text.chars().any(|c| !is_layout(c) && name(c).is_some()) {
        return text.to_owned().into_any();
    }
    let line = |line: &str| view! { {shown(line)} "\n" }.into_any();
    text.split('\n').map(line).collect_view().into_any()
}

/// A note on the characters of a field that do not show in it; nothing where all do.
pub(crate) fn hidden_note(text: &str) -> AnyView {
    let found = hidden_in(text);
    if found.is_empty() {
        return ().into_any();
    }
    let items = found.into_iter().enumerate().map(|(place, (code, name))| {
        view! { {if place > 0 { ", " } else { "" }} <mark class="hidden-char">{code}</mark> " " {name} }
    });
    view! { <p class="note" role="note">"Does not show in the field: " {items.collect_view()} "."</p> }.into_any()
}

/// A sentence of ours, in which `code` stands between backticks; what is hidden in it shows.
pub(crate) fn prose(text: &str) -> AnyView {
    let mut is_code = false;
    let parts = text.split('`').map(|part| {
        let view = if is_code {
            view! { <code>{shown(part)}</code> }.into_any()
        } else {
            shown(part)
        };
        is_code = !is_code;
        view
    });
    // A backtick without a second one is no mark.
    if text.matches('`').count() % 2 == 1 {
        shown(text)
    } else {
        parts.collect_view().into_any()
    }
}

/// An address: a link where it is https and nothing in it is hidden, else its text.
pub(crate) fn shown_link(address: &str) -> AnyView {
    if !is_safe_link(address) {
        return view! { <code>{shown(address)}</code> }.into_any();
    }
    let target = address.to_owned();
    view! {
        <a href=target target="_blank" rel="noreferrer noopener">
            <code>{address.to_owned()}</code>
        </a>
    }
    .into_any()
}
