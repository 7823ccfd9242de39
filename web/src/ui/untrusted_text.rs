//! Untrusted text, displayed as text: never as HTML, with hidden characters named.

use leptos::prelude::*;

use claimgate::text::hidden::{Piece, has_hidden, hidden_in, name, pieces};
use claimgate_workbench::text::links::is_safe_link;
use claimgate_workbench::text::separators::{breakable, is_kept};

/// A text; characters that are invisible, or would reverse it, appear as marks such as `U+202E`.
pub(crate) fn untrusted_text(text: &str) -> AnyView {
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

/// A pattern or a value, like [`untrusted_text`]: where it is too long for a line, it is broken after its separators.
pub(crate) fn wrapped_text(text: &str) -> AnyView {
    let piece = |piece: &str| {
        let shown = untrusted_text(piece);
        match is_kept(piece) {
            true => view! { <span class="kept">{shown}</span> <wbr /> }.into_any(),
            false => view! { {shown} <wbr /> }.into_any(),
        }
    };
    breakable(text)
        .into_iter()
        .map(piece)
        .collect_view()
        .into_any()
}

/// A text of several lines, which are kept; each line like [`untrusted_text`].
pub(crate) fn untrusted_lines(text: &str) -> AnyView {
    let is_layout = |c: char| matches!(c, '\n' | '\t');
    if !text.chars().any(|c| !is_layout(c) && name(c).is_some()) {
        return text.to_owned().into_any();
    }
    let line = |line: &str| view! { {untrusted_text(line)} "\n" }.into_any();
    text.split('\n').map(line).collect_view().into_any()
}

/// A note on the hidden characters of a field; empty without any.
pub(crate) fn hidden_note(text: &str) -> AnyView {
    let found = hidden_in(text);
    if found.is_empty() {
        return ().into_any();
    }
    let items = found.into_iter().enumerate().map(|(place, (code, name))| {
        view! { {if place > 0 { ", " } else { "" }} <mark class="hidden-char">{code}</mark> " " {name} }
    });
    view! { <p class="note" role="note">"Invisible in the field: " {items.collect_view()} "."</p> }
        .into_any()
}

/// An address: a link if it is https without hidden characters, else text.
pub(crate) fn untrusted_link(address: &str) -> AnyView {
    if !is_safe_link(address) {
        return view! { <code>{untrusted_text(address)}</code> }.into_any();
    }
    let target = address.to_owned();
    view! {
        <a href=target target="_blank" rel="noreferrer noopener">
            <code>{address.to_owned()}</code>
        </a>
    }
    .into_any()
}
