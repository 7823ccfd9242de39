//! The token that the person has pasted, for all pages: in memory only, and gone when the page is
//! closed or reloaded.

use leptos::prelude::*;

/// The token; empty if there is none.
#[derive(Clone, Copy, Default)]
pub(crate) struct HeldToken {
    /// Its text, as it was pasted.
    pub(crate) text: RwSignal<String>,
}

/// The token, from the context.
pub(crate) fn use_held_token() -> HeldToken {
    expect_context::<HeldToken>()
}
