//! Who made a change on the server.

use claimgate_api::ChangeAuthor;
use leptos::prelude::*;

use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::remote::revisions;

/// The kind of the access token, and the subject that it was granted to.
pub(crate) fn author(by: Option<&ChangeAuthor>) -> AnyView {
    let (kind, subject) = revisions::author(by);
    let subject = subject.map(|subject| view! { " of " <code>{untrusted_text(subject)}</code> });
    view! { {kind} {subject} }.into_any()
}
