//! Restores a revision, after a preview of what that changes.

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::state::History;
use crate::editor::changes::ChangeList;
use crate::state::remote::client::RequestError;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::issuers::diff::changes;

/// The button, with its dialog. Nothing for the current revision.
#[component]
pub(super) fn Restore(history: History) -> impl IntoView {
    let newest = move || history.newest();
    let target = Memo::new(move |_| {
        let to = history.pair.get()?.to;
        (newest() != Some(to)).then_some(to)
    });
    let (problem, done) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_busy = RwSignal::new(false);
    let dialog = NodeRef::<Dialog>::new();
    let open = move |_| {
        problem.set(String::new());
        done.set(String::new());
        // What restoring would change is known once both are loaded.
        newest()
            .into_iter()
            .for_each(|version| history.fetch(version));
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let navigate = use_navigate();
    let finished = Callback::new(move |version: i64| {
        done.set(format!(
            "✓ Restored revision {version}. Its policies are current again."
        ));
        close();
        history.load();
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(
            &format!("/issuers/{}/history", history.issuer.get_untracked()),
            options,
        );
    });
    let restore = move |_| {
        let Some(version) = target.get_untracked().filter(|_| !is_busy.get_untracked()) else {
            return;
        };
        is_busy.set(true);
        spawn_local(async move {
            let answer = history
                .sync
                .restore(history.issuer.get_untracked(), version)
                .await;
            // The page may be gone.
            if is_busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => finished.run(version),
                Err(error) => {
                    if error == RequestError::Changed {
                        history.load();
                    }
                    problem.set(error.message());
                }
            }
        });
    };
    view! {
        <p role="status" class="good">{done}</p>
        {move || target.get().map(|version| view! {
            <div class="actions">
                <button type="button" class="button" on:click=open>{icon(Icon::Undo)} {format!("Restore revision {version}")}</button>
            </div>
        })}
        <dialog node_ref=dialog class="review" aria-labelledby="restore-heading">
            <h2 id="restore-heading">{move || target.get().map(|version| format!("Restore revision {version}?"))}</h2>
            <p>"The current policies stay in the history. Restoring changes:"</p>
            {move || preview(history, newest(), target.get())}
            <p class="error" role="alert">{move || inline_code(&problem.read())}</p>
            <div class="actions">
                <button
                    type="button"
                    class="button button--primary"
                    autofocus
                    disabled=move || is_busy.get()
                    on:click=restore
                >"Restore"</button>
                <button type="button" class="button button--quiet" on:click=move |_| close()>"Cancel"</button>
            </div>
        </dialog>
    }
}

fn preview(history: History, newest: Option<i64>, target: Option<i64>) -> Option<AnyView> {
    let (current, restored) = (history.policies(newest?)?, history.policies(target?)?);
    let list = changes(&current, &restored);
    Some(match list.is_empty() {
        true => view! { <p class="hint">"Only the order of policies."</p> }.into_any(),
        false => view! { <ChangeList changes=list /> }.into_any(),
    })
}
