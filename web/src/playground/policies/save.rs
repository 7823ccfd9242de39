//! Saves a scratch set to its issuer, after a preview of the changes.

use leptos::prelude::*;

use crate::editor::changes::ChangeList;
use crate::playground::bench::Bench;
use crate::state::store::use_store;
use crate::ui::save_state::saved_view;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::diff::changes;

/// The button with the preview. Empty if there is no issuer to save to.
#[component]
pub(crate) fn SaveToIssuer(bench: Bench) -> impl IntoView {
    let store = use_store();
    let target = Memo::new(move |_| {
        let scratch = bench.scratch.read();
        let issuers = store.issuers.read();
        scratch
            .as_ref()
            .and_then(|scratch| scratch.target(&issuers))
            .map(|issuer| {
                (
                    issuer.id.clone(),
                    issuer.name.clone(),
                    issuer.policies.clone(),
                )
            })
    });
    let is_open = RwSignal::new(false);
    let saved = RwSignal::new(None::<(String, String)>);
    let differences = Memo::new(move |_| {
        let target = target.read();
        target
            .as_ref()
            .map(|(_, _, policies)| changes(policies, &bench.good.read()))
            .unwrap_or_default()
    });
    Effect::new(move || {
        bench.text.track();
        saved.set(None);
    });
    let save = move |_| {
        let (Some((id, name, _)), Ok(policies)) =
            (target.get_untracked(), bench.written.get_untracked())
        else {
            return;
        };
        store.change(&id, |issuer| issuer.policies.clone_from(&policies));
        bench.scratch.update(|scratch| {
            if let Some(scratch) = scratch {
                scratch.issuer.policies = policies;
            }
        });
        is_open.set(false);
        saved.set(Some((id, name)));
    };
    let is_right = move || bench.written.read().is_ok() && bench.aside.read().is_empty();
    let is_same = move || differences.read().is_empty();
    view! {
        {move || target.get().map(|(_, name, _)| view! {
            <div class="save-scratch stack--tight">
                <button
                    type="button"
                    class="button"
                    aria-expanded=move || is_open.get().to_string()
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    "Save to issuer…"
                </button>
                {move || is_open.get().then(|| view! {
                    <section class="stack--tight" aria-label="What saving changes">
                        {if is_same() {
                            view! { <p class="hint">"Nothing would change in " {untrusted_text(&name)} "."</p> }.into_any()
                        } else {
                            view! {
                                <p>"In " <strong>{untrusted_text(&name)}</strong> " this would change:"</p>
                                <ChangeList changes=differences.get() />
                            }.into_any()
                        }}
                        <div class="actions">
                            <button
                                type="button"
                                class="button button--primary"
                                disabled=move || !is_right() || is_same()
                                on:click=save
                            >
                                "Save these policies"
                            </button>
                            <button type="button" class="button button--quiet" on:click=move |_| is_open.set(false)>"Cancel"</button>
                        </div>
                    </section>
                })}
            </div>
        })}
        <p role="status" class="saved">{move || saved.get().map(|(id, name)| saved_view(store, &id, &name))}</p>
    }
}
