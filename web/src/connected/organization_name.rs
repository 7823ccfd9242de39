//! The name of a new organization.

use leptos::prelude::*;

use crate::ui::field::TextField;

/// The field.
#[component]
pub(crate) fn OrganizationName(name: RwSignal<String>, problem: RwSignal<String>) -> impl IntoView {
    view! { <TextField label="Name" value=name error=problem hint="Letters, digits, `-`, `_` and `.` only." /> }
}
