//! The revisions, the newest first.

use claimgate_api::RevisionEntry;
use leptos::prelude::*;
use leptos_router::components::A;

use super::state::History;
use crate::connected::author::author;
use claimgate_workbench::remote::revisions::Pair;

/// The list.
#[component]
pub(super) fn RevisionList(history: History) -> impl IntoView {
    let revisions = history.revisions;
    let status = move || match (history.is_busy.get(), revisions.read().len()) {
        (true, _) => "Loading…".to_owned(),
        (false, 1) => "1 revision".to_owned(),
        (false, count) => format!("{count} revisions"),
    };
    view! {
        <section class="stack--tight" aria-label="Revisions">
            <p class="hint" role="status">{status}</p>
            <div class="card card--flush">
                <table class="audit revisions">
                    <thead><tr>
                        <th scope="col">"Revision"</th>
                        <th scope="col">"Time"</th>
                        <th scope="col">"By"</th>
                        <th scope="col">"Policies"</th>
                    </tr></thead>
                    <tbody>
                        <For each=move || revisions.get() key=|revision| revision.version let:revision>
                            <Row history=history revision=revision />
                        </For>
                    </tbody>
                </table>
            </div>
            {move || history.next.get().map(|next| view! {
                <div class="actions">
                    <button
                        type="button"
                        class="button"
                        disabled=move || history.is_busy.get()
                        on:click=move |_| history.load(Some(next))
                    >"Older revisions"</button>
                </div>
            })}
        </section>
    }
}

#[component]
fn Row(history: History, revision: RevisionEntry) -> impl IntoView {
    let version = revision.version;
    let is_shown = Memo::new(move |_| history.pair.get().is_some_and(|pair| pair.to == version));
    let is_current = Memo::new(move |_| {
        let newest = history
            .revisions
            .read()
            .first()
            .map(|newest| newest.version);
        newest == Some(version)
    });
    // A link to the change that the revision made.
    let address = move || {
        let pair = Pair::of(None, Some(version), &history.revisions.read());
        let query = pair.map(Pair::query).unwrap_or_default();
        format!("/issuers/{}/history{query}", history.issuer.get())
    };
    let by = author(revision.by.as_ref());
    view! {
        <tr class:revisions__shown=move || is_shown.get()>
            <td data-label="Revision">
                <span>
                    <A href=address attr:class="audit__link" attr:aria-current=move || is_shown.get().then_some("true")>
                        {version}
                    </A>
                    {move || is_current.get().then(|| view! { " " <span class="badge badge--good">"current"</span> })}
                    {revision.restored.map(|restored| view! { " " <span class="badge">"restores " {restored}</span> })}
                </span>
            </td>
            <td data-label="Time"><time datetime=revision.created.clone()>{time(&revision.created)}</time></td>
            <td data-label="By"><span>{by}</span></td>
            <td data-label="Policies">{revision.count.map_or_else(|| "–".to_owned(), |count| count.to_string())}</td>
        </tr>
    }
}

/// A time as text.
pub(super) fn time(text: &str) -> String {
    text.replace('T', " ").replace('Z', " UTC")
}
