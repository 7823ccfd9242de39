//! "Add as test": stores the claims of an exchange with its issuer, to test policies on.

use claimgate_api::AuditEntry;
use leptos::ev::SubmitEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde_json::json;

use super::filters::options;
use crate::state::remote::sync::Sync;
use crate::ui::field::{Select, TextField};
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use claimgate_formats::percent_encode;
use claimgate_workbench::admin::sample;
use claimgate_workbench::remote::evidence::Evidence;

/// The button with its dialog. The issuer of the entry is registered.
#[component]
pub(crate) fn AddSample(sync: Sync, entry: AuditEntry, evidence: Evidence) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let name = RwSignal::new(
        entry
            .subject
            .clone()
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect::<String>(),
    );
    let expect = RwSignal::new(entry.decision.clone());
    let (problem, is_done) = (RwSignal::new(String::new()), RwSignal::new(false));
    let issuer = entry.issuer.clone().unwrap_or_default();
    let page = format!("/issuers/{issuer}");
    let path = untrack(|| {
        sync.organization_path(&format!(
            "/oidc/issuers/{}/samples",
            percent_encode(&issuer)
        ))
    });
    let evidence = StoredValue::new(evidence);
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let input = evidence.with_value(|evidence| {
            sample::of(evidence, &name.read_untracked(), &expect.read_untracked())
        });
        let Some(input) = input.filter(|input| !input.name.is_empty()) else {
            return problem.set("Enter a name".to_owned());
        };
        let path = path.clone();
        spawn_local(async move {
            match sync.send("POST", &path, Some(json!(input))).await {
                Ok(_) => {
                    let _ = is_done.try_set(true);
                    close();
                }
                Err(error) => {
                    let _ = problem.try_set(error.message());
                }
            }
        });
    };
    let open = move |_| {
        problem.set(String::new());
        is_done.set(false);
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let expectations = options([
        ("allowed", "Allowed"),
        ("denied", "Denied"),
        ("", "None: only show the decision"),
    ]);
    view! {
        <button type="button" class="button" data-command="Add as test" on:click=open>{icon(Icon::Plus)} "Add as test"</button>
        <span role="status">
            {move || is_done.get().then(|| view! {
                <span class="good">"✓ Added to the tests of " <A href=page.clone()>"the issuer"</A></span>
            })}
        </span>
        <dialog node_ref=dialog class="dialog" aria-labelledby="sample-heading">
            <h2 id="sample-heading">"Add as test"</h2>
            <p>
                "The claims of this token may be personal data. They are stored on this server with the issuer, where its \
                 administrators can read them. The server does not have the token itself."
            </p>
            <form id="sample-form" class="stack" on:submit=submit novalidate>
                <TextField label="Name" value=name />
                <Select label="Expected decision" value=expect options=expectations hint="Compared with the policies' decision on these claims." />
                <p class="error" role="alert">{move || inline_code(&problem.read())}</p>
            </form>
            <div class="actions">
                <button type="submit" form="sample-form" class="button button--primary">"Add test"</button>
                <button type="button" class="button button--quiet" on:click=move |_| close()>"Cancel"</button>
            </div>
        </dialog>
    }
}
