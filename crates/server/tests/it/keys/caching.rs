//! How long keys are cached, and when they are fetched again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use claimgate_server::keys::{IssuerKeys, KeyConfig};

use crate::keys::support::{Authority, Reply, World, config, named_keys, thumbprint};
use crate::support::waiting::eventually;

const FOREVER: Duration = Duration::from_secs(1_000_000);

/// Keys are over as soon as they are there.
fn short_lived() -> KeyConfig {
    KeyConfig {
        min_max_age: Duration::ZERO,
        max_max_age: Duration::ZERO,
        ..config()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_one_fetch() {
    let world = Arc::new(World::new(config()).await);
    world.server.publish(&named_keys(&["a"]));
    let ask = |kid: Option<&'static str>| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.kids(kid).await.unwrap() })
    };
    let asked: Vec<_> = (0..100)
        .map(|number| ask((number % 2 == 0).then_some("a")))
        .collect();
    for one in asked {
        assert_eq!(one.await.unwrap(), ["a"]);
    }
    assert_eq!(world.server.hits(), 2, "the document and the keys");
    let status = &world.store.status()[0];
    assert_eq!(
        (status.fetches, status.failures, status.is_stale),
        (1, 0, false)
    );
}

#[tokio::test]
async fn who_goes_away_takes_no_fetch_along() {
    let world = World::new(config()).await;
    world.server.answer(|_| Reply::Silence);
    let impatient = tokio::time::timeout(Duration::from_millis(50), world.kids(None)).await;
    assert!(impatient.is_err());
    eventually("the issuer is asked", async || world.server.hits() == 1).await;
    world.server.publish(&named_keys(&["a"]));
    let also_impatient = tokio::time::timeout(Duration::from_millis(50), world.kids(None)).await;
    assert!(
        also_impatient.is_err(),
        "it waits for the fetch of the one who has gone"
    );
    assert_eq!(world.store.status()[0].fetches, 1);
}

#[tokio::test]
async fn static_keys_are_never_fetched() {
    let world = World::new(config()).await;
    let keys = named_keys(&["a"]);
    let issuer = IssuerKeys {
        id: "s",
        url: "https://ci.test",
        static_jwks: Some(&keys),
        thumbprints: &[],
    };
    for kid in [None, Some("a"), Some("b")] {
        assert_eq!(
            world.store.keys(issuer, kid).await.unwrap().keys()[0]
                .kid
                .as_deref(),
            Some("a")
        );
    }
    // Other keys are other keys, also under the same id.
    let keys = named_keys(&["b"]);
    let changed = IssuerKeys {
        static_jwks: Some(&keys),
        ..issuer
    };
    assert_eq!(
        world.store.keys(changed, None).await.unwrap().keys()[0]
            .kid
            .as_deref(),
        Some("b")
    );
    let error = world
        .store
        .keys(
            IssuerKeys {
                static_jwks: Some("{"),
                ..issuer
            },
            None,
        )
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the issuer's static keys are refused: not JSON"),
        "{error}"
    );
    assert_eq!((world.names.questions(), world.server.hits()), (0, 0));
    assert!(world.store.status().is_empty());
}

#[tokio::test]
async fn an_unknown_key_makes_one_fetch_at_a_time() {
    let world = World::new(KeyConfig {
        unknown_kid_interval: FOREVER,
        ..config()
    })
    .await;
    world.server.publish(&named_keys(&["a"]));
    assert_eq!(world.kids(Some("a")).await.unwrap(), ["a"]);
    assert_eq!(world.server.hits(), 2);
    world.server.publish(&named_keys(&["a", "b"]));
    assert_eq!(world.kids(Some("b")).await.unwrap(), ["a", "b"]);
    assert_eq!(world.server.hits(), 4);
    // The next one waits for its turn, and known keys do not.
    let waits = tokio::time::timeout(Duration::from_millis(50), world.kids(Some("c"))).await;
    assert!(waits.is_err());
    assert_eq!(world.kids(Some("a")).await.unwrap(), ["a", "b"]);
    assert_eq!(world.server.hits(), 4);
}

#[tokio::test]
async fn not_everybody_may_wait_for_an_unknown_key() {
    let world = Arc::new(
        World::new(KeyConfig {
            unknown_kid_interval: FOREVER,
            ..config()
        })
        .await,
    );
    world.server.publish(&named_keys(&["a"]));
    world.kids(None).await.unwrap();
    world.kids(Some("b")).await.unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..300 {
        let world = Arc::clone(&world);
        waiting.spawn(async move { world.kids(Some(&format!("bogus {number}"))).await });
    }
    for _ in 0..300 - 256 {
        assert_eq!(
            waiting.join_next().await.unwrap().unwrap().unwrap(),
            ["a"],
            "those get an answer at once"
        );
    }
    assert_eq!(waiting.len(), 256);
    assert_eq!(world.server.hits(), 4);
}

#[tokio::test]
async fn keys_are_refreshed_before_they_expire_if_they_are_used() {
    let lifetime = Duration::from_secs(1);
    let world = World::new(KeyConfig {
        min_max_age: lifetime,
        max_max_age: lifetime,
        ..config()
    })
    .await;
    world.server.publish(&named_keys(&["a"]));
    world.kids(None).await.unwrap();
    let fetched = Instant::now();
    world.kids(None).await.unwrap();
    // They are refreshed without a request.
    eventually("the keys are fetched in the background", async || {
        let since = fetched.elapsed();
        world.store.status()[0].age.is_some_and(|age| age < since)
    })
    .await;
    assert_eq!(world.store.status()[0].fetches, 2);
    // They were not used since then, and are not refreshed again.
    tokio::time::pause();
    tokio::time::sleep(3 * lifetime).await;
    assert_eq!(world.store.status()[0].fetches, 2);
}

#[tokio::test]
async fn the_last_good_keys_are_kept_through_an_outage() {
    let world = World::new(short_lived()).await;
    world.server.publish(&named_keys(&["a"]));
    world.kids(None).await.unwrap();
    for reply in [Reply::status(503), Reply::HangUp, Reply::json("{}")] {
        world.server.answer(move |_| reply.clone());
        assert_eq!(world.kids(Some("a")).await.unwrap(), ["a"]);
        let status = &world.store.status()[0];
        assert!(status.is_stale && status.error.is_some() && status.age.is_some());
    }
    assert_eq!(
        (
            world.store.status()[0].fetches,
            world.store.status()[0].failures
        ),
        (4, 3)
    );
    world.server.publish(&named_keys(&["b"]));
    assert_eq!(world.kids(Some("b")).await.unwrap(), ["b"]);
    assert!(world.store.status()[0].error.is_none());
}

#[tokio::test]
async fn the_last_good_keys_are_not_kept_for_ever() {
    let world = World::new(KeyConfig {
        max_stale: Duration::ZERO,
        ..short_lived()
    })
    .await;
    world.server.publish(&named_keys(&["a"]));
    world.kids(None).await.unwrap();
    world.server.answer(|_| Reply::status(503));
    let (code, message) = world.error().await;
    assert_eq!(code, "keys-outdated");
    assert!(
        message.contains("too old, 0 hours, and fetching new ones failed: expected status 200"),
        "{message}"
    );
}

#[tokio::test]
async fn after_a_failure_there_is_a_pause() {
    let slow = KeyConfig {
        retry_interval: FOREVER,
        max_retry_interval: FOREVER,
        ..short_lived()
    };
    let world = World::new(slow.clone()).await;
    world.server.answer(|_| Reply::status(503));
    for _ in 0..10 {
        assert_eq!(world.error().await.0, "keys-status");
    }
    assert_eq!(world.server.hits(), 1);
    let world = World::new(slow).await;
    world.server.publish(&named_keys(&["a"]));
    world.kids(None).await.unwrap();
    world.server.answer(|_| Reply::status(503));
    for kid in [None, Some("a"), Some("b"), None] {
        assert_eq!(world.kids(kid).await.unwrap(), ["a"]);
    }
    assert_eq!(world.server.hits(), 3);
}

#[tokio::test]
async fn an_issuer_that_is_forgotten_or_changed_is_fetched_again() {
    let world = World::new(config()).await;
    world.server.publish(&named_keys(&["a"]));
    world.kids(None).await.unwrap();
    world.store.forget("another");
    world.kids(None).await.unwrap();
    assert_eq!(world.server.hits(), 2);
    world.store.forget("issuer");
    assert!(world.store.status().is_empty());
    world.kids(None).await.unwrap();
    assert_eq!(world.server.hits(), 4);
    // Another thumbprint may mean that the connection is not believed any more.
    let thumbprints = [thumbprint(&Authority::new("new").certificate())];
    world.kids_by(None, &thumbprints).await.unwrap();
    world.kids_by(None, &thumbprints).await.unwrap();
    assert_eq!(world.server.hits(), 6);
    let moved = IssuerKeys {
        id: "issuer",
        url: "https://unknown.test",
        static_jwks: None,
        thumbprints: &[],
    };
    assert_eq!(
        world.store.keys(moved, None).await.unwrap_err().code(),
        "keys-host-unknown"
    );
}

#[tokio::test]
async fn a_copy_of_the_store_is_the_same_store() {
    let world = World::new(config()).await;
    world.server.publish(&named_keys(&["a"]));
    world.kids(None).await.unwrap();
    let url = world.server.url();
    let issuer = IssuerKeys {
        id: "issuer",
        url: &url,
        static_jwks: None,
        thumbprints: &[],
    };
    world.store.clone().keys(issuer, None).await.unwrap();
    assert_eq!(world.server.hits(), 2);
}
