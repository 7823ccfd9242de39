//! Where a server keeps the tests, and those that it does not have yet.

use leptos::prelude::*;

use crate::editor::state::PolicyState;
use crate::state::remote::Access;
use crate::state::remote::sync::Sync;
use crate::ui::inline_code::inline_code;

/// Loads the tests from the server, and offers to save those that only this browser has.
#[component]
pub(super) fn ServerTests(state: PolicyState) -> impl IntoView {
    let Some((sync, remote)) = Sync::of(state.store).zip(state.store.remote) else {
        return ().into_any();
    };
    let id = state.id;
    let load = move || {
        if remote.access.get() == Access::SignedIn {
            sync.load_tests(id.get_value());
        }
    };
    Effect::new(load);
    let problem = Memo::new(move |_| remote.tests_problem.read().get(&*id.read_value()).cloned());
    let unsaved = Memo::new(move |_| {
        let unsaved = remote.unsaved_tests.read();
        unsaved.get(&*id.read_value()).map_or(0, Vec::len)
    });
    let save = move |_| sync.save_unsaved_tests(&id.read_value());
    let drop = move |_| {
        sync.drop_unsaved_tests(&id.read_value());
    };
    view! {
        <p class="hint">"They are saved with the issuer on the server. Its administrators can read them."</p>
        {move || problem.get().map(|problem| view! {
            <div class="notice notice--bad" role="alert">
                <p>"The tests could not be loaded: " {inline_code(&problem)} "."</p>
                <div class="actions">
                    <button type="button" class="button button--small" on:click=move |_| untrack(load)>"Try again"</button>
                </div>
            </div>
        })}
        {move || (unsaved.get() > 0).then(|| view! {
            <div class="notice notice--note" role="status">
                <p>{match unsaved.get() {
                    1 => "1 test is in this browser only.".to_owned(),
                    count => format!("{count} tests are in this browser only."),
                }}</p>
                <div class="actions">
                    <button type="button" class="button button--small" on:click=save>"Save with the issuer"</button>
                    <button type="button" class="button button--small" on:click=drop>"Delete"</button>
                </div>
            </div>
        })}
    }
    .into_any()
}
