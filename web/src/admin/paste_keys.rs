//! The form that registers keys with an issuer, or replaces them.

use claimgate::jwt::Jwks;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::state::store::Store;
use crate::ui::field::TextArea;

/// The form. Saving is a change of the issuer, as on its own page.
#[component]
pub(super) fn PasteKeys(
    store: Store,
    id: StoredValue<String>,
    close: RwSignal<bool>,
) -> impl IntoView {
    let (text, problem) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let written = text.get_untracked();
        match Jwks::parse(&written) {
            Err(error) => problem.set(error.to_string()),
            Ok(_) => {
                close.set(false);
                store.change(&id.get_value(), |issuer| {
                    issuer.jwks = Some(written);
                    issuer.jwks_source = None;
                });
            }
        }
    };
    view! {
        <form class="stack--tight" on:submit=submit novalidate>
            <TextArea
                label="JWKS"
                value=text
                rows=6
                error=problem
                placeholder="{\"keys\": [ … ]}"
                hint="The issuer's public keys, as its `jwks_uri` has them. With registered keys, the server fetches none; if the issuer changes its keys, replace them here."
            />
            <div class="actions">
                <button type="submit" class="button button--small button--primary">"Save keys"</button>
                <button type="button" class="button button--small button--quiet" on:click=move |_| close.set(false)>"Cancel"</button>
            </div>
        </form>
    }
}
