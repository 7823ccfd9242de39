//! The differences between the two versions of a conflict.

use leptos::prelude::*;

use crate::editor::changes::{ChangeList, ChangedText};
use claimgate_workbench::issuers::diff::{issuer_changes, issuer_lines};
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The changes if the other version replaced the listed one; if none is listed, the whole other
/// version.
#[component]
pub(crate) fn ConflictVersions(listed: Option<StoredIssuer>, other: StoredIssuer) -> impl IntoView {
    let (intro, before) = match listed {
        Some(listed) => ("Using the other version would change:", listed),
        None => (
            "Restoring it would bring back:",
            StoredIssuer::blank(other.id.clone(), 0),
        ),
    };
    let changes = issuer_changes(&before, &other);
    let is_order = changes.is_empty();
    view! {
        <div class="stack--tight">
            {if is_order {
                view! { <p>"Only the order of policies differs. Every decision is the same."</p> }.into_any()
            } else {
                view! {
                    <p>{intro}</p>
                    <ChangeList changes=changes />
                    <ChangedText lines=issuer_lines(&before, &other) />
                }.into_any()
            }}
        </div>
    }
}
