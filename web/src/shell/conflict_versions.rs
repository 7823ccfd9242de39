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
            {(!lines.is_empty()).then(|| view! {
                <div class="versions" tabindex="0" role="group" aria-label="Both versions">
                    <table>
                        <thead><tr>{labels.map(|label| view! { <th scope="col">{label}</th> }).collect_view()}</tr></thead>
                        <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            })}
            <p>{format!("What {} changes, compared with {}:", labels[0].to_lowercase(), labels[1].to_lowercase())}</p>
            <ChangeList changes=changes />
        </div>
    }
    .into_any()
}

fn row(row: Row) -> AnyView {
    let differs = row.differs();
    let cell = |text: Option<String>| {
        let text = untrusted_text(&text.unwrap_or_default());
        match differs {
            true => view! { <td class="versions__differs"><mark>{text}</mark></td> }.into_any(),
            false => view! { <td>{text}</td> }.into_any(),
        }
    };
    view! { <tr>{cell(row.old)} {cell(row.new)}</tr> }.into_any()
}
