//! The title of a part of an SVG: its accessible name and its tooltip.

use leptos::prelude::*;

/// An element `title` of SVG. In `view!`, `<title>` is the element of HTML, which names nothing in an SVG.
pub(crate) fn svg_title(text: String) -> impl IntoView {
    leptos::svg::title().child(text)
}
