//! The first page without issuers: what this is about, and three ways to begin.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use super::register::detect_part::detected;
use crate::state::held_token::use_held_token;
use crate::state::tour::use_tour;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use crate::ui::provider_mark::provider_mark;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::words::sentence_case;
use claimgate_workbench::issuers::detect::{Detected, is_beginning};

/// The providers that most people start with.
const FIRST: [&str; 3] = ["github-actions", "gitlab", "kubernetes"];

/// The page's content until an issuer is registered.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let tour = use_tour();
    view! {
        <div class="card empty home">
            <h2>"No issuers yet"</h2>
            <p>
                "An issuer signs tokens that say who is asking: GitHub Actions for its jobs, a Kubernetes cluster for \
                 its pods. Register one, and write policies on the claims of its tokens."
            </p>
            <Flow />
            <div class="home__ways">
                <section class="stack--tight" aria-labelledby="home-provider">
                    <h3 id="home-provider">"Start with a provider"</h3>
                    <ul class="tiles">{FIRST.map(tile).collect_view()}</ul>
                    <p><A href="/issuers/new">"All providers, or your own issuer"</A></p>
                </section>
                <PasteToken />
            </div>
            <div class="actions">
                <A href="/issuers/new?preset=github-actions&examples=yes" attr:class="button">
                    {icon(Icon::Spark)} "Try the GitHub Actions example"
                </A>
                <button type="button" class="button button--quiet" on:click=move |_| tour.start()>"Take the tour"</button>
            </div>
        </div>
    }
}

/// The drawing: from the job to its access token.
#[component]
fn Flow() -> impl IntoView {
    let step = |shown: Icon, title: &'static str, text: &'static str| {
        view! {
            <li class="flow__step">
                <span class="flow__icon">{icon(shown)}</span>
                <strong>{title}</strong>
                <span class="hint">{text}</span>
            </li>
        }
    };
    view! {
        <ol class="flow" aria-label="How it works">
            {step(Icon::Job, "Job", "A workflow or a pod starts, without a secret.")}
            {step(Icon::Token, "ID token", "Signed by its issuer, it says who the job is: repository, branch, service account.")}
            {step(Icon::Policies, "Policies", "Your rules on those claims allow or deny it.")}
            {step(Icon::Key, "Access token", "If allowed, the job gets one, which expires within hours.")}
        </ol>
    }
}

fn tile(id: &str) -> Option<AnyView> {
    let provider = claimgate_providers::find(id)?;
    let address = format!("/issuers/new?preset={id}");
    Some(
        view! {
            <li><A href=address attr:class="tile">{provider_mark(&provider.name)} <span>{provider.name.clone()}</span></A></li>
        }
        .into_any(),
    )
}

/// A token from which the registration is filled in. It is kept in memory, for the playground too.
#[component]
fn PasteToken() -> impl IntoView {
    let held = use_held_token();
    let navigate = use_navigate();
    let result = detected(held.text);
    let told = move || {
        result.get().and_then(|result| match result {
            Ok(detected) => Some(confirmation(&detected)),
            Err(_) if is_beginning(&held.text.read()) => None,
            Err(error) => Some(
                view! { <p class="error">{inline_code(&sentence_case(&error))}</p> }.into_any(),
            ),
        })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        navigate("/issuers/new", NavigateOptions::default());
    };
    view! {
        <form class="stack--tight" on:submit=submit>
            <div class="field">
                <label for="home-token">"Paste a token to begin"</label>
                <textarea
                    id="home-token"
                    class="mono"
                    rows="3"
                    placeholder="eyJ…"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby="home-token-hint"
                    prop:value=move || held.text.get()
                    on:input:target=move |event| held.text.set(event.target().value())
                ></textarea>
                <p id="home-token-hint" class="hint">
                    "Its issuer is detected and filled in. The token stays in this page's memory: never stored, never sent."
                </p>
                <div role="status">{told}</div>
            </div>
            <div class="actions">
                <button type="submit" class="button" disabled=move || held.text.read().trim().is_empty()>
                    {icon(Icon::Forward)} "Register its issuer"
                </button>
            </div>
        </form>
    }
}

/// What was detected from the pasted text.
fn confirmation(detected: &Detected) -> AnyView {
    let issuer = match detected.provider {
        Some(provider) => view! { <strong>{provider.name.clone()}</strong> }.into_any(),
        None => view! { <code>{untrusted_text(&detected.url)}</code> }.into_any(),
    };
    let what = match detected.is_token {
        true => "✓ A token of ",
        false => "✓ The URL of ",
    };
    view! { <p class="good">{what} {issuer}</p> }.into_any()
}
