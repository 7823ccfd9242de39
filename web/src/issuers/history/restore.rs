//! Restores a revision, after a preview of what that changes.

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::state::History;
use crate::editor::review::Differences;
use crate::state::remote::client::RequestError;
use crate::ui::inline_code::inline_code;

/// The dialog, open while a revision is to be restored, and what came of it.
#[component]
pub(super) fn Restore(history: History) -> impl IntoView {
    let target = history.restoring;
    let (problem, done) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_busy = RwSignal::new(false);
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        let Some(version) = target.get() else {
            return dialog.close();
        };
        problem.set(String::new());
        done.set(String::new());
        // What restoring would change is known once both are loaded.
        let newest = untrack(|| history.newest());
        newest
            .into_iter()
            .chain([version])
            .for_each(|version| history.fetch(version));
        let _ = dialog.show_modal();
    });
    let navigate = use_navigate();
    let finished = Callback::new(move |version: i64| {
        done.set(format!(
            "✓ Restored revision {version}. Its policies are current again."
        ));
        target.set(None);
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
        <dialog node_ref=dialog class="review" aria-labelledby="restore-heading" on:close=move |_| target.set(None)>
            <h2 id="restore-heading">{move || target.get().map(|version| format!("Restore revision {version}?"))}</h2>
            <p>"The current policies stay in the history. Restoring changes:"</p>
            {move || preview(history, target.get()?)}
            <p class="error" role="alert">{move || inline_code(&problem.read())}</p>
            <div class="actions">
                <button
                    type="button"
                    class="button button--primary"
                    autofocus
                    disabled=move || is_busy.get()
                    on:click=restore
                >"Restore"</button>
                <button type="button" class="button button--quiet" on:click=move |_| target.set(None)>"Cancel"</button>
            </div>
        </dialog>
    }
}

fn preview(history: History, target: i64) -> Option<AnyView> {
    let (current, restored) = (
        history.policies(history.newest()?)?,
        history.policies(target)?,
    );
    Some(view! { <Differences settings=history.settings() old=current new=restored /> }.into_any())
}
