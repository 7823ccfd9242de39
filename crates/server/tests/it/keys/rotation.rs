//! An issuer that rotates its keys while tokens come in, and an attacker whose tokens name unknown
//! keys.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use claimgate::explain::Outcome;
use claimgate::inspect::{Options, begin};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::jwt::AwsLc;
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, parse_policies};
use claimgate_server::keys::{IssuerKeys, KeyConfig};

use crate::keys::support::{Signer, World, config, jwks};
use crate::support::waiting::{eventually, progress};

const INTERVAL: Duration = Duration::from_millis(40);
const ROTATIONS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_token_is_refused_while_keys_are_rotated() {
    let config = KeyConfig {
        unknown_kid_interval: INTERVAL,
        ..config()
    };
    let world = Arc::new(World::new(config).await);
    let first = Arc::new(Signer::new("key 0"));
    world.server.publish(&jwks(&[&first]));
    let signer = Arc::new(RwLock::new(Arc::clone(&first)));
    let is_over = Arc::new(AtomicBool::new(false));
    let start = Instant::now();

    let mut workers = tokio::task::JoinSet::new();
    let allowed: Vec<_> = (0..8).map(|_| Arc::new(AtomicUsize::new(0))).collect();
    for allowed in &allowed {
        let (world, signer) = (Arc::clone(&world), Arc::clone(&signer));
        let (is_over, allowed) = (Arc::clone(&is_over), Arc::clone(allowed));
        workers.spawn(async move {
            let issuer = issuer(&world.server.url());
            while !is_over.load(Ordering::SeqCst) {
                let signer = Arc::clone(&signer.read().unwrap());
                exchange(&world, &issuer, &signer).await;
                allowed.fetch_add(1, Ordering::SeqCst);
                // The others have their turn, whatever the store knows at once.
                tokio::task::yield_now().await;
            }
        });
    }
    // A client that uses up all fetches for unknown keys.
    for _ in 0..2 {
        let (world, is_over) = (Arc::clone(&world), Arc::clone(&is_over));
        workers.spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                world.kids(Some("bogus")).await.unwrap();
                // It takes turns with the others, whatever the key.
                tokio::task::yield_now().await;
            }
        });
    }

    let fetches = || {
        world
            .store
            .status()
            .first()
            .map_or(0, |status| status.fetches)
    };
    let mut last = first;
    for number in 1..=ROTATIONS {
        // In the middle of things: the last fetch was begun a moment ago.
        let seen = fetches();
        eventually("another fetch is begun", async || fetches() > seen).await;
        let next = Arc::new(Signer::new(&format!("key {number}")));
        // Published first, and signed with from then on; the last one stays for the tokens under
        // way.
        world.server.publish(&jwks(&[&next, &last]));
        *signer.write().unwrap() = Arc::clone(&next);
        last = next;
        // An issuer keeps a key for as long as there are tokens of it: each worker is through with
        // those that it had.
        progress(&allowed, 2, &mut workers).await;
    }
    is_over.store(true, Ordering::SeqCst);
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
    let turns = usize::try_from(start.elapsed().as_millis() / INTERVAL.as_millis()).unwrap();
    let fetches = usize::try_from(fetches()).unwrap();
    assert!(
        fetches <= turns + 3,
        "{fetches} fetches in {turns} intervals"
    );
    assert!(fetches > ROTATIONS / 2, "the keys were rotated");
}

fn issuer(url: &str) -> Issuer {
    let policy =
        r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:*"}}"#;
    let policies = parse_policies(policy).unwrap();
    Issuer::compile(
        &IssuerDefinition {
            url: url.to_owned(),
            policies,
            ..Default::default()
        },
        Dialect::Pulumi,
    )
    .unwrap()
}

/// Decides on a token that is signed now.
async fn exchange(world: &World, issuer: &Issuer, signer: &Signer) {
    let token = signer.token(&format!(
        r#"{{"iss": "{}", "sub": "repo:a", "exp": 2000}}"#,
        issuer.url()
    ));
    let registered = IssuerKeys {
        id: "issuer",
        url: issuer.url(),
        static_jwks: None,
        thumbprints: &[],
    };
    let keys = world
        .store
        .keys(registered, Some(&signer.kid))
        .await
        .unwrap();
    let issuers = Issuers::from(vec![issuer.with_jwks(Some((*keys).clone()))]);
    let decision = begin(&token, &issuers, &Options::at(1000))
        .verify_with(&AwsLc)
        .decide(&RequestedToken::Organization { admin: false });
    assert_eq!(
        decision.decision(),
        Outcome::Allowed,
        "{}: {}",
        signer.kid,
        decision.code()
    );
}
