//! The demonstration's sample tokens: open one in the playground, or exchange it.

use claimgate::time::format_duration;
use claimgate_api::{DemoTokenBody, OauthErrorBody, TokenResponseBody};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use super::exchange::exchange;
use crate::connected::account::may_go;
use crate::connected::loaded::Problem;
use crate::playground::form::Values;
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::handover::Handover;
use crate::state::held_token::use_held_token;
use crate::state::remote::Remote;
use crate::state::remote::client::RequestError;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::state::unsaved::Unsaved;
use crate::ui::copy_button::CopyButton;
use crate::ui::empty_state::EmptyState;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::admin::demo::{
    ORGANIZATION, reference_in, requested, token_request, words,
};
use claimgate_workbench::admin::listed::read;

/// The answer of an exchange.
type Exchanged = Result<TokenResponseBody, OauthErrorBody>;

/// The sample tokens, if the server has some.
#[component]
pub(crate) fn DemoPage() -> impl IntoView {
    let store = use_store();
    let (Some(sync), Some(remote)) = (Sync::of(store), store.remote) else {
        return view! {
            <NeedsServer
                title="Demo tokens"
                text="A server can sign sample tokens, to try a whole exchange without a CI system."
            />
        }
        .into_any();
    };
    show_title("Demo tokens");
    let samples = RwSignal::new(None::<Vec<DemoTokenBody>>);
    let (problem, is_off) = (RwSignal::new(String::new()), RwSignal::new(false));
    let mint = move || {
        spawn_local(async move {
            let answer = sync.send("GET", "/demo/tokens", None).await;
            let _ = is_off.try_set(matches!(answer, Err(RequestError::Missing)));
            match answer {
                Ok(body) => {
                    let list = read(body);
                    let _ = problem.try_set(list.as_ref().err().cloned().unwrap_or_default());
                    let _ = samples.try_set(list.ok());
                }
                Err(RequestError::Missing) => {}
                Err(error) => {
                    let _ = problem.try_set(error.message());
                }
            }
        });
    };
    Effect::new(mint);
    let list = move || {
        let samples = samples.get()?;
        Some(
            samples
                .into_iter()
                .map(|sample| view! { <Sample sample=sample remote=remote /> })
                .collect_view(),
        )
    };
    view! {
        <div class="container stack">
            <div class="section-head">
                <h1>"Demo tokens"</h1>
                <Show when=move || samples.read().is_some()>
                    <button type="button" class="button" data-command="Sign new demo tokens" on:click=move |_| mint()>
                        {icon(Icon::Refresh)} "Sign new tokens"
                    </button>
                </Show>
            </div>
            <p class="lead">
                "ID tokens that this server signs itself for the organization " <code>{ORGANIZATION}</code>
                ", to try a whole exchange without a CI system. Each is valid for an hour, except one that has expired on purpose."
            </p>
            <Problem what="The demo tokens could not be loaded" sentence=problem again=move |()| mint() />
            <Show when=move || is_off.get()>{off()}</Show>
            <Show when=move || samples.read().is_some()><SwitchNote remote=remote sync=sync /></Show>
            <ul class="demo-tokens">{list}</ul>
        </div>
    }
    .into_any()
}

fn off() -> AnyView {
    let examples = view! { <A href="/examples" attr:class="button">"See the examples"</A> };
    view! {
        <EmptyState title="This server has no demonstration" action=examples.into_any()>
            "Start it with " <code>"claimgate serve --demo"</code>
            " to get an organization whose issuer signs sample tokens. Do not use this in production: anyone who can reach the \
             server can get those tokens."
        </EmptyState>
    }
    .into_any()
}

/// The playground knows the issuers of one organization.
#[component]
fn SwitchNote(remote: Remote, sync: Sync) -> impl IntoView {
    let unsaved = expect_context::<Unsaved>();
    let is_elsewhere = move || *remote.organization.read() != ORGANIZATION;
    let can_switch = move || {
        remote
            .organizations
            .read()
            .iter()
            .any(|name| name == ORGANIZATION)
    };
    let switch = move |_| {
        if may_go(remote, unsaved) {
            spawn_local(async move {
                // Problems are reported at the sign-in form.
                let _ = sync.choose(ORGANIZATION.to_owned()).await;
            });
        }
    };
    view! {
        <Show when=is_elsewhere>
            <div class="notice notice--note">
                <p>
                    "You are in another organization: its playground does not have the demonstration's issuer, and its audit log does not \
                     have the demonstration's exchanges."
                </p>
                <Show when=can_switch>
                    <div class="actions">
                        <button type="button" class="button button--small" on:click=switch>"Switch to " {ORGANIZATION}</button>
                    </div>
                </Show>
            </div>
        </Show>
    }
}

#[component]
fn Sample(sample: DemoTokenBody, remote: Remote) -> impl IntoView {
    let (held, handover) = (use_held_token(), expect_context::<Handover>());
    let navigate = use_navigate();
    let answer = RwSignal::new(None::<Exchanged>);
    let is_busy = RwSignal::new(false);
    let request = token_request(&sample);
    let values = Values::requesting(requested(&sample));
    let token = sample.token.clone();
    let open = move |_| {
        held.text.set(token.clone());
        handover.keep_input(values.clone(), None);
        navigate("/playground", NavigateOptions::default());
    };
    let send = move |_| {
        let request = request.clone();
        is_busy.set(true);
        spawn_local(async move {
            let answered = exchange(&request).await;
            let _ = is_busy.try_set(false);
            let _ = answer.try_set(Some(answered));
        });
    };
    let (title, spoken) = (sample.title.clone(), sample.title.clone());
    let expected = match sample.granted {
        true => view! { <span class="badge badge--good">"✓ will be granted"</span> }.into_any(),
        false => view! { <span class="badge">"✕ will be refused"</span> }.into_any(),
    };
    view! {
        <li class="card stack--tight">
            <div class="section-head"><h2>{title}</h2> {expected}</div>
            <p class="hint">"Requests: " {words(&sample)} "."</p>
            <div class="actions">
                <button type="button" class="button button--small button--primary" disabled=move || is_busy.get() on:click=send>
                    {move || if is_busy.get() { "Exchanging…" } else { "Exchange" }}
                    <span class="visually-hidden">": " {spoken.clone()}</span>
                </button>
                <button type="button" class="button button--small" on:click=open>
                    {icon(Icon::Play)} "Open in the playground" <span class="visually-hidden">": " {spoken}</span>
                </button>
            </div>
            <div role="status">{move || answer.get().map(|answer| answered(answer, remote))}</div>
        </li>
    }
}

fn answered(answer: Exchanged, remote: Remote) -> AnyView {
    let is_here = *remote.organization.read_untracked() == ORGANIZATION;
    match answer {
        Ok(TokenResponseBody {
            access_token,
            expires_in,
            ..
        }) => view! {
            <div class="notice notice--good stack--tight">
                <p>"✓ Granted an access token, valid for " {format_duration(expires_in)} "."</p>
                <div class="actions">
                    <CopyButton text=Signal::stored(access_token) what="the access token" />
                    {is_here.then(|| view! { <A href="/tokens">"See the access tokens"</A> })}
                </div>
            </div>
        }
        .into_any(),
        Err(OauthErrorBody {
            error_description, ..
        }) => {
            let reference = reference_in(&error_description).map(|id| format!("/audit/{id}"));
            view! {
                <div class="notice notice--bad stack--tight">
                    <p>"✕ Refused: " {inline_code(&error_description)}</p>
                    {reference.map(|page| view! { <p><A href=page>"See why in the audit log"</A></p> })}
                </div>
            }
            .into_any()
        }
    }
}
