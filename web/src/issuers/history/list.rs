//! The revisions, the newest first.

use claimgate_api::RevisionEntry;
use leptos::prelude::*;
use leptos_router::components::A;

use super::state::History;
use crate::connected::author::author;
use crate::connected::list::list_view;
use crate::connected::loaded::local_text;
use claimgate_workbench::remote::revisions::Pair;

const COLUMNS: [&str; 5] = ["Revision", "Time", "By", "Policies", "Restore"];

/// The list.
#[component]
pub(super) fn RevisionList(history: History) -> impl IntoView {
    let list = history.list;
    view! {
        <section class="stack--tight" aria-label="Revisions">
            {list_view(list, &COLUMNS, Some(list.entries.into()), move |revision| row(history, revision), || ().into_any())}
        </section>
    }
}

fn row(history: History, revision: &RevisionEntry) -> AnyView {
    let version = revision.version;
    let is_shown = Memo::new(move |_| history.pair.get().is_some_and(|pair| pair.to == version));
    let is_current = Memo::new(move |_| history.newest() == Some(version));
    // A link to the change that the revision made.
    let address = move || {
        let pair = Pair::of(None, Some(version), &history.list.entries.read());
        let query = pair.map(Pair::query).unwrap_or_default();
        format!("/issuers/{}/history{query}", history.issuer.get())
    };
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
            <td data-label="Time">{local_text(&revision.created)}</td>
            <td data-label="By"><span>{author(revision.by.as_ref())}</span></td>
            <td data-label="Policies">{revision.count.map_or_else(|| "–".to_owned(), |count| count.to_string())}</td>
            <td data-label="Restore">
                {move || match is_current.get() {
                    true => "–".into_any(),
                    false => view! {
                        <button
                            type="button"
                            class="button button--small"
                            on:click=move |_| history.restoring.set(Some(version))
                        >
                            "Restore" <span class="visually-hidden">" revision " {version}</span>
                        </button>
                    }
                    .into_any(),
                }}
            </td>
        </tr>
    }
    .into_any()
}
