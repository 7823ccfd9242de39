//! What a page shows in place of a list that is empty.

use leptos::prelude::*;

/// A card with what the list would have, and one action.
#[component]
pub(crate) fn EmptyState(
    title: &'static str,
    /// Below a heading of the page of level 2.
    #[prop(optional)]
    is_nested: bool,
    /// A button or a link, or several.
    #[prop(optional)]
    action: Option<AnyView>,
    /// What the thing is, or why there is none.
    children: Children,
) -> impl IntoView {
    let heading = match is_nested {
        true => view! { <h3>{title}</h3> }.into_any(),
        false => view! { <h2>{title}</h2> }.into_any(),
    };
    view! { <div class="card empty">{heading} <p>{children()}</p> {action}</div> }
}
