//! What was taken for one's own.

use leptos::prelude::*;

use crate::ui::untrusted_text::untrusted_text;

/// By where it comes from: "as stated: owner acme; named by the policies: repository web".
pub(super) fn yours(taken: &[(&'static str, String)]) -> AnyView {
    let groups = taken.iter().enumerate().map(|(index, (source, own))| {
        let before = if index > 0 { "; " } else { "" };
        view! { {before} {*source} ": " <strong>{untrusted_text(own)}</strong> }
    });
    groups.collect_view().into_any()
}
