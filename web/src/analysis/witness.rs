//! A token that proves an answer: the claims that matter, then the others.

use claimgate::claims::Value;
use claimgate::policy::{PolicyDefinition, RequestedToken};
use claimgate_analysis::Witness;
use leptos::prelude::*;
use leptos_router::components::A;

use super::subject::Trial;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate_workbench::playground::share::{ClaimsText, Shared, SharedIssuer};

/// The token's claims, what is requested, and which jobs send such tokens.
#[component]
pub(crate) fn Token(witness: Witness) -> impl IntoView {
    let matters = witness.matters.iter().filter_map(|path| {
        let value = text(witness.claim(path)?);
        Some(view! {
            <div>
                <dt><code>{untrusted_text(path)}</code></dt>
                <dd><code>{untrusted_text(&value)}</code></dd>
            </div>
        })
    });
    let request = match &witness.request {
        RequestedToken::Team { name } => Some(format!("For team {name}.")),
        RequestedToken::Organization { admin: true } => Some("With admin permission.".to_owned()),
        _ => None,
    };
    let all = witness.claims.to_json_pretty();
    let sender = witness.sender();
    let sender =
        sender.map(|sender| view! { <p class="hint">"Sent by " {untrusted_text(sender)} "."</p> });
    view! {
        <div class="token-claims">
            <dl class="facts">{matters.collect_view()}</dl>
            {request.map(|request| view! { <p class="hint">{untrusted_text(&request)}</p> })}
            {sender}
            <details class="more">
                <summary>"All claims"</summary>
                <pre class="code" tabindex="0">{untrusted_lines(&all)}</pre>
            </details>
        </div>
    }
}

/// A link that opens the playground with the token and these policies, or a button of the playground.
#[component]
pub(crate) fn TryIt(
    witness: Witness,
    trial: Trial,
    policies: Signal<Vec<PolicyDefinition>>,
    /// What the token is, for screen readers.
    title: String,
) -> impl IntoView {
    match trial {
        Trial::Link(issuer) => {
            let issuer = issuer.get_value();
            view! { <TryElsewhere witness=witness issuer=issuer policies=policies title=title /> }
                .into_any()
        }
        Trial::Here(take) => view! {
            <button type="button" class="button button--small" on:click=move |_| take.run(witness.clone())>
                "Try it here" <span class="visually-hidden">": " {title}</span>
            </button>
        }
        .into_any(),
    }
}

#[component]
fn TryElsewhere(
    witness: Witness,
    issuer: SharedIssuer,
    policies: Signal<Vec<PolicyDefinition>>,
    title: String,
) -> impl IntoView {
    let address = RwSignal::new("/playground".to_owned());
    // Compressing takes time, so the link is made only when it is about to be followed.
    let pack = move || {
        let shared = ClaimsText::new(&witness.claims.to_json_pretty())
            .ok()
            .map(|claims| Shared {
                issuer: Some(issuer.clone()),
                policies: policies.get_untracked(),
                claims: Some(claims),
                request: witness.request.clone(),
                now: None,
                skip: claimgate::inspect::Skip::default(),
                dialect: claimgate::pattern::Dialect::Pulumi,
            });
        if let Some(fragment) = shared.and_then(|shared| shared.to_fragment().ok()) {
            address.set(format!("/playground#{fragment}"));
        }
    };
    let pack = StoredValue::new(pack);
    view! {
        <A
            href=move || address.get()
            attr:class="button button--small"
            on:focus=move |_| pack.read_value()()
            on:pointerenter=move |_| pack.read_value()()
        >
            "Try it in the playground" <span class="visually-hidden">": " {title}</span>
        </A>
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
}
