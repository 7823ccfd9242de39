//! Messages of the engine: backticks mark code, and hidden characters are named.

use leptos::prelude::*;

use claimgate_workbench::text::inline_code::{Piece, pieces};

use super::untrusted_text::untrusted_text;

/// A message, as content of an element.
pub(crate) fn inline_code(text: &str) -> AnyView {
    let view = |piece| match piece {
        Piece::Text(text) => untrusted_text(text),
        Piece::Code(text) => view! { <code class="said">{untrusted_text(text)}</code> }.into_any(),
    };
    pieces(text).into_iter().map(view).collect_view().into_any()
}
