//! A provider's mark: letters, in one colour. No logo of anyone.

use leptos::prelude::*;

use claimgate_workbench::text::mark::letters;

/// The mark, beside the provider's name.
pub(crate) fn provider_mark(name: &str) -> AnyView {
    view! { <span class="provider-mark" aria-hidden="true">{letters(name)}</span> }.into_any()
}
