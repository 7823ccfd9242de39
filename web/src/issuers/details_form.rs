//! The details of a registered issuer.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::details::Details;
use super::details_fields::DetailsFields;
use super::untrusted_certificate::IssuerProblem;
use crate::state::remote::sync::Sync;
use crate::state::store::{Store, use_store};
use crate::state::unsaved::Unsaved;
use crate::ui::save_state::SaveState;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The details of a registered issuer, saved separately.
#[component]
pub(crate) fn DetailsForm(issuer: StoredIssuer) -> impl IntoView {
    let store = use_store();
    let details = Details::of(&issuer);
    let opened = StoredValue::new(issuer.clone());
    let saved = RwSignal::new(false);
    let written = Memo::new(move |_| (details.texts(), details.flags()));
    let kept = RwSignal::new(written.get_untracked());
    let dirty = Memo::new(move |_| *written.read() != *kept.read());
    expect_context::<Unsaved>().watch(dirty);
    let show = move |issuer: &StoredIssuer| {
        opened.set_value(issuer.clone());
        details.show(issuer);
        kept.set(written.get_untracked());
    };
    let save = move || {
        saved.set(false);
        let Some(new) = details.apply(opened.get_value()) else {
            return;
        };
        let stored = store.change_since(&opened.get_value(), |issuer| *issuer = new);
        show(&stored);
        saved.set(true);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save();
    };
    let trust = Callback::new(move |thumbprint| {
        details.thumbprints.set(thumbprint);
        save();
    });
    let id = StoredValue::new(issuer.id);
    let current = Memo::new(move |_| {
        let issuers = store.issuers.read();
        issuers
            .iter()
            .find(|issuer| issuer.id == *id.read_value())
            .cloned()
    });
    let elsewhere = Memo::new(move |_| {
        current
            .get()
            .filter(|current| opened.with_value(|opened| differ(opened, current)))
    });
    // Shows what another tab has saved at once, unless that would overwrite edits here.
    Effect::new(move || {
        if let Some(current) = elsewhere.get()
            && !dirty.get()
        {
            show(&current);
        }
    });
    let discard = move |_| {
        saved.set(false);
        details.tried.set(false);
        let last = current.get_untracked();
        show(&last.unwrap_or_else(|| opened.get_value()));
    };
    view! {
        <section class="stack details-form" aria-labelledby="details-heading">
            <h2 id="details-heading">"Details"</h2>
            <form class="card stack" on:submit=submit novalidate>
                {move || (elsewhere.read().is_some() && dirty.get()).then(|| view! {
                    <div class="notice notice--note" role="status">
                        <p>
                            "These details were changed " {elsewhere_word(store)} " in the meantime. If you save yours, both versions are \
                             kept until you choose one."
                        </p>
                        <div class="actions">
                            <button type="button" class="button button--small" on:click=move |_| save()>"Save mine"</button>
                            <button type="button" class="button button--small" on:click=discard>"Show theirs"</button>
                        </div>
                    </div>
                })}
                <DetailsFields details=details fixed_url=true />
                {Sync::of(store).map(|sync| view! { <Regenerate sync=sync id=id details=details trust=trust /> })}
                <div class="save-bar details-form__bar">
                    <button type="submit" class="button button--primary">"Save details"</button>
                    {move || dirty.get().then(|| view! {
                        <button type="button" class="button button--quiet" on:click=discard>"Discard" <span class="visually-hidden">" changes"</span></button>
                    })}
                    <SaveState id=id dirty=dirty saved=saved />
                </div>
            </form>
        </section>
    }
}

/// With a server, the server itself records the thumbprint of the issuer's certificate, if it can
/// verify that; otherwise `trust` gets the thumbprint once the person has confirmed it.
#[component]
fn Regenerate(
    sync: Sync,
    id: StoredValue<String>,
    details: Details,
    trust: Callback<String>,
) -> impl IntoView {
    let (busy, result) = (RwSignal::new(false), RwSignal::new(None));
    let start = move |_| {
        busy.set(true);
        spawn_local(async move {
            let done = sync.regenerate_thumbprints(id.get_value()).await;
            let _ = busy.try_set(false);
            let _ = result.try_set(Some(done));
        });
    };
    let trust = Callback::new(move |thumbprint| {
        result.set(None);
        trust.run(thumbprint);
    });
    view! {
        <Show when=move || details.jwks.read().trim().is_empty()>
            <div class="actions">
                <button type="button" class="button" on:click=start disabled=move || busy.get()>
                    {move || if busy.get() { "The server is fetching the certificate…" } else { "Regenerate thumbprints" }}
                </button>
                <span class="hint">"This server connects to the issuer and records its certificate's thumbprint."</span>
            </div>
            <div class="fetch" role="status">
                {move || result.get().map(|result| match result {
                    Ok(()) => view! { <span class="good">"✓ Recorded from the issuer's certificate"</span> }.into_any(),
                    Err(error) => view! {
                        <IssuerProblem error=error action="Trust this certificate and save" trust=trust />
                    }
                    .into_any(),
                })}
            </div>
        </Show>
    }
}

/// The origin of a change that was not made here.
pub(crate) fn elsewhere_word(store: Store) -> &'static str {
    if store.remote.is_some() {
        "by another person"
    } else {
        "in another tab"
    }
}

/// Whether the details of two versions differ.
fn differ(one: &StoredIssuer, other: &StoredIssuer) -> bool {
    let details = |issuer: &StoredIssuer| {
        let StoredIssuer {
            name,
            max_expiration,
            jwks,
            jwks_source,
            thumbprints,
            audiences,
            single_use,
            report_only,
            ..
        } = issuer.clone();
        (
            name,
            max_expiration,
            jwks,
            jwks_source,
            thumbprints,
            audiences,
            single_use,
            report_only,
        )
    };
    details(one) != details(other)
}
