//! Messages of the engine: backticks mark code, and hidden characters are named.

use leptos::prelude::*;

use claimgate_workbench::inline_code::{Piece, pieces};

use super::shown::shown;

/// A message, as content of an element.
pub(crate) fn sentence(text: &str) -> AnyView {
    let view = |piece| match piece {
        Piece::Words(text) => shown(text),
        Piece::Code(text) => view! { <code class="said">{shown(text)}</code> }.into_any(),
    };
    pieces(text).into_iter().map(view).collect_view().into_any()
}
