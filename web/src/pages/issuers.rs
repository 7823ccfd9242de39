//! All issuers.

use claimgate::issuer::DEFAULT_MAX_EXPIRATION;
use claimgate::jwt::Jwks;
use claimgate::policy::Decision;
use claimgate::time::{format_duration, format_utc};
use leptos::prelude::*;
use leptos_router::components::A;

use crate::state::storage::StoredIssuer;
use crate::state::store::use_store;

/// The list of issuers.
#[component]
pub(crate) fn IssuersPage() -> impl IntoView {
    let store = use_store();
    let empty = Memo::new(move |_| store.issuers.read().is_empty());
    view! {
        <div class="container stack">
            <div class="section-head">
                <h1>"OIDC Issuers"</h1>
                <A href="/issuers/new" attr:class="button button--primary">"Register issuer"</A>
            </div>
            <p class="lead">
                "Issuers whose tokens are let in, each with policies that say which. This is inbound trust: a CI job \
                 or a cluster comes in with its token."
            </p>
            <Show when=move || !empty.get() fallback=Empty>
                <div class="card card--flush">
                    <table class="issuers">
                        <thead><tr>
                            <th scope="col">"Name"</th><th scope="col">"URL"</th><th scope="col">"Policies"</th>
                            <th scope="col">"Keys"</th><th scope="col">"Max expiration"</th>
                            <th scope="col">"Registered"</th><th scope="col"><span class="visually-hidden">"Actions"</span></th>
                        </tr></thead>
                        <tbody>
                            <For each=move || store.issuers.get() key=|issuer| issuer.id.clone() let:issuer>
                                <IssuerRow issuer=issuer />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="card empty">
            <h2>"No issuers yet"</h2>
            <p>
                "An issuer signs tokens that say who is asking: GitHub Actions for its jobs, a Kubernetes cluster for \
                 its pods. Register one with its URL and keys, then write policies over the claims of its tokens."
            </p>
            <div class="actions">
                <A href="/issuers/new?preset=github-actions" attr:class="button">"Try the GitHub Actions example"</A>
            </div>
        </div>
    }
}

#[component]
fn IssuerRow(issuer: StoredIssuer) -> impl IntoView {
    let store = use_store();
    let id = issuer.id.clone();
    let label = format!("Delete {}", issuer.name);
    let address = format!("/issuers/{}", issuer.id);
    let name = issuer.name.clone();
    let date: String = format_utc(issuer.created).chars().take(10).collect();
    view! {
        <tr>
            <td data-label="Name"><A href=address><strong>{name}</strong></A></td>
            <td data-label="URL"><code>{issuer.url.clone()}</code></td>
            <td data-label="Policies">{policies(&issuer)}</td>
            <td data-label="Keys">{keys(&issuer)}</td>
            <td data-label="Max expiration">{max_expiration(&issuer)}</td>
            <td data-label="Registered"><span class="nowrap">{date}</span></td>
            <td class="row-actions">
                <button type="button" class="button button--quiet" aria-label=label on:click=move |_| store.remove(&id)>
                    "Delete"
                </button>
            </td>
        </tr>
    }
}

fn max_expiration(issuer: &StoredIssuer) -> String {
    issuer
        .max_expiration
        .map_or_else(|| format!("{} (default)", format_duration(DEFAULT_MAX_EXPIRATION)), format_duration)
}

fn policies(issuer: &StoredIssuer) -> String {
    let allows = issuer.policies.iter().filter(|policy| policy.decision == Decision::Allow).count();
    match (allows, issuer.policies.len() - allows) {
        (0, 0) => "none: all denied".to_owned(),
        (allows, denies) => format!("{allows} allow, {denies} deny"),
    }
}

fn keys(issuer: &StoredIssuer) -> String {
    let Some(jwks) = issuer.jwks.as_deref().and_then(|text| Jwks::parse(text).ok()) else { return "none".to_owned() };
    let mut kinds: Vec<&str> = jwks.keys().iter().map(|key| key.kty.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    format!("{} {}", jwks.keys().len(), kinds.join(", "))
}
