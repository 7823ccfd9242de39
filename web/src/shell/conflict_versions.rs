//! The two versions of a conflict, side by side.

use leptos::prelude::*;

use crate::editor::changes::{ChangeList, ONLY_ORDER};
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::diff::{issuer_changes, issuer_lines};
use claimgate_workbench::issuers::side_by_side::{Row, rows};
use claimgate_workbench::issuers::storage::StoredIssuer;

/// Both versions, each with its label. None of the second one if it was deleted.
#[component]
pub(crate) fn ConflictVersions(
    first: (&'static str, StoredIssuer),
    second: (&'static str, Option<StoredIssuer>),
    /// What the changes begin with.
    compared: &'static str,
) -> impl IntoView {
    let (labels, issuer) = ([first.0, second.0], first.1);
    let Some(other) = second.1 else {
        let blank = StoredIssuer::blank(issuer.id.clone(), 0);
        return view! {
            <div class="stack--tight">
                <p>"Restoring it would bring back:"</p>
                <ChangeList changes=issuer_changes(&blank, &issuer) />
            </div>
        }
        .into_any();
    };
    let changes = issuer_changes(&other, &issuer);
    if changes.is_empty() {
        return view! { <p>{ONLY_ORDER}</p> }.into_any();
    }
    let lines = rows(&issuer_lines(&issuer, &other));
    view! {
        <div class="stack--tight">
            <p>{compared}</p>
            <ChangeList changes=changes />
            {(!lines.is_empty()).then(|| view! {
                <div class="versions" tabindex="0" role="group" aria-label="Both versions">
                    <table>
                        <thead><tr>{labels.map(|label| view! { <th scope="col">{label}</th> }).collect_view()}</tr></thead>
                        <tbody>{lines.into_iter().map(|line| row(line, labels)).collect_view()}</tbody>
                    </table>
                </div>
            })}
        </div>
    }
    .into_any()
}

fn row(row: Row, labels: [&'static str; 2]) -> AnyView {
    let class = match row.differs() {
        true => "versions__differs",
        false => "versions__same",
    };
    let cell = |text: Option<String>, label: &'static str| {
        let is_none = text.is_none();
        let text = untrusted_text(&text.unwrap_or_default());
        match class {
            "versions__differs" => {
                view! { <td class=class class:versions__none=is_none data-label=label><mark>{text}</mark></td> }
                    .into_any()
            }
            _ => view! { <td class=class>{text}</td> }.into_any(),
        }
    };
    let [mine, theirs] = labels;
    view! { <tr>{cell(row.old, mine)} {cell(row.new, theirs)}</tr> }.into_any()
}
