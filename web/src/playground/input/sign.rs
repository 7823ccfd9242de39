//! A sample token, signed in the page with a throw-away key: to try everything without a CI system.

use claimgate::claims::{Claims, Value};
use claimgate::jwt::Algorithm;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::playground::bench::Bench;
use crate::state::clock::now;
use crate::state::store::{Store, new_id, use_store};
use crate::state::webcrypto::sign;
use crate::ui::field::{Select, same};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::playground::scratch::{Origin, SCRATCH, Scratch, renew};

/// The source of typed claims, in place of a sample.
const TYPED: &str = "typed";
const PROVIDER: &str = "provider:";
const SAMPLE: &str = "sample:";

/// The fields and the button.
#[component]
pub(crate) fn SignSample(bench: Bench) -> impl IntoView {
    let store = use_store();
    let source = RwSignal::new(String::new());
    let algorithm = RwSignal::new(Algorithm::ES256.as_str().to_owned());
    let problem = RwSignal::new(String::new());
    let is_busy = RwSignal::new(false);
    let options = Memo::new(move |_| sources(bench, store));
    let press = move |_| {
        let chosen = source.get_untracked();
        let first = || {
            options
                .with_untracked(|options| options.first().map(|(value, _)| value.clone()))
                .unwrap_or_default()
        };
        let is_known =
            options.with_untracked(|options| options.iter().any(|(value, _)| *value == chosen));
        let chosen = if is_known { chosen } else { first() };
        let Some(claims) = claims_of(&chosen, bench, store) else {
            problem
                .set("expected claims that are a JSON object: see the field “Claims”".to_owned());
            return;
        };
        let algorithm = Algorithm::parse(&algorithm.read_untracked()).unwrap_or(Algorithm::ES256);
        is_busy.set(true);
        problem.set(String::new());
        spawn_local(async move {
            let signed = sign(&claims, algorithm, &new_id()).await;
            // The page may be gone by now.
            is_busy.try_set(false);
            match signed {
                Ok(signed) => {
                    provide_policies(bench, store, &chosen, &claims);
                    bench.form.token.try_set(signed.token.clone());
                    bench.throwaway.try_set(Some(signed));
                    bench.form.is_claims.try_set(false);
                }
                Err(message) => {
                    problem.try_set(message);
                }
            }
        });
    };
    view! {
            <div class="stack--tight">
                <p class="hint">
                    "Signed in this page with a throw-away key, which replaces the issuer's keys for this token only. \
                    Neither is stored."
                </p>
                <div class="field-row field-row--even">
                    <Select label="Claims to sign" value=source options=options />
                    <Select label="Algorithm" value=algorithm options=same([Algorithm::ES256.as_str(), Algorithm::RS256.as_str()]) />
                </div>
                <div class="actions">
                    <button type="button" class="button" disabled=move || is_busy.get() on:click=press>"Sign and use"</button>
                    <span role="status" class="error">{move || inline_code(&problem.read())}</span>
                </div>
            </div>
    }
}

/// Claims to sign: typed claims, the samples of the issuer, and providers' examples, the issuer's
/// provider first.
fn sources(bench: Bench, store: Store) -> Vec<(String, String)> {
    let mut sources = Vec::new();
    if bench.form.is_claims.get() && !bench.form.claims.read().trim().is_empty() {
        sources.push((TYPED.to_owned(), "The edited claims".to_owned()));
    }
    let issuer = issuer(bench, store);
    let samples = issuer.iter().flat_map(|issuer| &issuer.samples);
    sources.extend(samples.map(|sample| (format!("{SAMPLE}{}", sample.id), sample.name.clone())));
    let own = issuer.map(|issuer| issuer.preset).unwrap_or_default();
    let mut providers: Vec<_> = claimgate_providers::all().iter().collect();
    providers.sort_by_key(|provider| provider.id != own);
    sources.extend(providers.into_iter().map(|provider| {
        (
            format!("{PROVIDER}{}", provider.id),
            format!("{}: example", provider.name),
        )
    }));
    sources
}

fn issuer(bench: Bench, store: Store) -> Option<StoredIssuer> {
    let chosen = bench.form.issuer.get();
    let issuers = store.issuers.read();
    bench
        .scratch_issuer()
        .or_else(|| issuers.iter().find(|issuer| issuer.id == chosen).cloned())
}

/// The claims to sign, with fresh times if they are a sample's.
fn claims_of(source: &str, bench: Bench, store: Store) -> Option<String> {
    if source == TYPED {
        let typed = bench.form.claims.get_untracked();
        return Claims::from_json(&typed).ok().map(|_| typed);
    }
    if let Some(id) = source.strip_prefix(SAMPLE) {
        let issuer = untrack(|| issuer(bench, store))?;
        let sample = issuer.samples.iter().find(|sample| sample.id == id)?;
        return Claims::from_json(&sample.claims)
            .ok()
            .map(|_| renew(&sample.claims, now()));
    }
    let provider = claimgate_providers::find(source.strip_prefix(PROVIDER)?)?;
    Some(renew(&provider.example(now()).claims, now()))
}

/// If no issuer has policies for the sample, opens its provider's starter policies.
fn provide_policies(bench: Bench, store: Store, source: &str, claims: &str) {
    let iss = Claims::from_json(claims).ok();
    let iss = iss
        .as_ref()
        .and_then(|claims| claims.get("iss"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_about = |url: &str| url == iss;
    let has_policies = match untrack(|| issuer(bench, store)) {
        Some(issuer) => is_about(&issuer.url),
        None => store
            .issuers
            .with_untracked(|issuers| issuers.iter().any(|issuer| is_about(&issuer.url))),
    };
    let provider = source
        .strip_prefix(PROVIDER)
        .and_then(claimgate_providers::find);
    if let (false, Some(provider)) = (has_policies, provider) {
        let filled = provider.example(now());
        let issuer = StoredIssuer {
            name: filled.name,
            url: filled.url,
            preset: provider.id.clone(),
            policies: filled.policies.clone(),
            ..StoredIssuer::blank(SCRATCH.to_owned(), now())
        };
        bench.start_scratch(
            Scratch {
                origin: Origin::Starter,
                issuer,
            },
            &filled.policies,
        );
    }
}
