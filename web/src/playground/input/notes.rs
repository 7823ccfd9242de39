//! Notes on the token or the claims.

use claimgate::json::Value;
use claimgate::text::hidden::hidden_in;
use leptos::prelude::*;

use crate::playground::bench::Bench;
use crate::state::store::use_store;
use crate::ui::provider_mark::provider_mark;
use crate::ui::untrusted_text::wrapped_text;
use claimgate_workbench::playground::evaluate::Answer;
use claimgate_workbench::playground::gallery::is_unsigned;
use claimgate_workbench::playground::scratch::is_of;
use claimgate_workbench::playground::token_text::{TokenAbout, milliseconds};

/// Whose token was pasted, and whether its issuer is registered.
#[component]
pub(crate) fn About(bench: Bench) -> impl IntoView {
    let store = use_store();
    let about = Memo::new(move |_| {
        let answered = bench.answered.read();
        let claims = match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => report.claims.as_ref(),
            _ => None,
        };
        claims.and_then(TokenAbout::of)
    });
    let known = Memo::new(move |_| {
        let about = about.read();
        let url = about.as_ref().map(|about| about.issuer.as_str());
        let issuers = store.issuers.read();
        issuers
            .iter()
            .any(|issuer| Some(issuer.url.as_str()) == url)
    });
    view! {
        <div role="status" class="detected">
            {move || about.get().map(|about| detected(&about, known.get()))}
        </div>
    }
}

fn detected(about: &TokenAbout, is_known: bool) -> AnyView {
    let of = match about.provider {
        Some(name) => view! { {provider_mark(name)} <strong>{name}</strong> " token" }.into_any(),
        None => view! { "Token of " <code>{wrapped_text(&about.issuer)}</code> }.into_any(),
    };
    let project = about.project.as_ref();
    let project = project.map(|name| view! { " for " <code>{wrapped_text(name)}</code> });
    let known = match is_known {
        true => "Its issuer is registered.",
        false => "Its issuer is not registered.",
    };
    view! { <p><span>{of} {project}</span> " " <span class="hint">{known}</span></p> }.into_any()
}

/// Notes on the token.
#[component]
pub(crate) fn TokenNotes(bench: Bench) -> impl IntoView {
    view! {
        <ThrowawayNotice bench=bench />
        <StandIn bench=bench />
    }
}

/// Notes on the token or the claims.
#[component]
pub(crate) fn InputNotes(bench: Bench) -> impl IntoView {
    view! {
        <ClaimsInstead bench=bench />
        <HiddenCharacters bench=bench />
        <Milliseconds bench=bench />
    }
}

/// Offers to move claims that were pasted into the token field.
#[component]
fn ClaimsInstead(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let is_json = Memo::new(move |_| {
        !form.is_claims.get()
            && matches!(Value::parse(form.token.read().trim()), Ok(Value::Object(_)))
    });
    let take = move |_| {
        form.claims.set(form.token.get_untracked());
        form.token.set(String::new());
        form.is_claims.set(true);
    };
    move || {
        is_json.get().then(|| {
            view! {
                <div class="notice notice--note">
                    <p>"These are claims, not a token."</p>
                    <div class="actions">
                        <button type="button" class="button" on:click=take>"Decide from these claims"</button>
                    </div>
                </div>
            }
        })
    }
}

/// A notice if the token was made from claims without one.
#[component]
fn StandIn(bench: Bench) -> impl IntoView {
    let is_stand_in =
        Memo::new(move |_| !bench.form.is_claims.get() && is_unsigned(&bench.form.token.read()));
    move || {
        is_stand_in.get().then(|| {
            view! {
                <div class="notice notice--scratch" role="note">
                    <p>
                        <strong>"Made from claims."</strong>
                        " The opened content has claims and no token: the header and signature here are placeholders, and are not \
                        checked."
                    </p>
                </div>
            }
        })
    }
}

#[component]
fn ThrowawayNotice(bench: Bench) -> impl IntoView {
    let is_used = Memo::new(move |_| {
        bench
            .throwaway
            .read()
            .as_ref()
            .is_some_and(|throwaway| is_of(&bench.form.token.read(), throwaway))
    });
    move || {
        is_used.get().then(|| {
            view! {
                <div class="notice notice--scratch" role="note">
                    <p>
                        <strong>"Throw-away key."</strong>
                        " This token was signed in this page, and is checked with that key instead of the issuer's keys. \
                        No server accepts it."
                    </p>
                    <div class="actions">
                        <button type="button" class="button" on:click=move |_| bench.throwaway.set(None)>
                            "Check it with the issuer's own keys"
                        </button>
                    </div>
                </div>
            }
        })
    }
}

/// Names the invisible characters of the input.
#[component]
fn HiddenCharacters(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let found = Memo::new(move |_| {
        let text = if form.is_claims.get() {
            form.claims.get()
        } else {
            form.token.get()
        };
        // Line breaks and tabs are formatting in JSON.
        hidden_in(&text.trim().replace(['\n', '\r', '\t'], " "))
    });
    move || {
        (!found.read().is_empty()).then(|| {
            let items = found
                .get()
                .into_iter()
                .map(|(code, name)| view! { <li><code>{code}</code> " " {name}</li> });
            let input = match form.is_claims.get() {
                true => "The claims have",
                false => "The token has",
            };
            view! {
                <div class="notice notice--note" role="note">
                    <p>{input} " characters that the field does not show:"</p>
                    <ul>{items.collect_view()}</ul>
                </div>
            }
        })
    }
}

/// Names the times of the claims that are in milliseconds.
#[component]
fn Milliseconds(bench: Bench) -> impl IntoView {
    let found = Memo::new(move |_| {
        let answered = bench.answered.read();
        let claims = match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => report.claims.as_ref(),
            _ => None,
        };
        claims.map(milliseconds).unwrap_or_default()
    });
    move || {
        (!found.read().is_empty()).then(|| {
            let items = found.get().into_iter().map(|(name, number)| {
                let seconds = number / 1000;
                view! {
                    <li>
                        <code>{name}</code> " looks like milliseconds: expected seconds since 1970, as "
                        <code>{seconds.to_string()}</code> ", found " <code>{number.to_string()}</code> "."
                    </li>
                }
            });
            view! { <div class="notice notice--note" role="note"><ul>{items.collect_view()}</ul></div> }
        })
    }
}
