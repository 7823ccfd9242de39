//! Issuers that are down, slow or hostile, and issuers that want the server to connect elsewhere.

use std::time::Duration;

use claimgate_server::keys::KeyConfig;

use crate::keys::support::{HOST, Reply, World, closed_port, config, named_keys};

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// A world whose discovery document is that.
async fn discovering(document: impl Fn(&World) -> Reply) -> World {
    let world = World::new(config()).await;
    let reply = document(&world);
    let keys = Reply::json(named_keys(&["a"]));
    world.server.answer(move |path| {
        if path == DISCOVERY {
            reply.clone()
        } else {
            keys.clone()
        }
    });
    world
}

/// A world whose keys are that.
async fn answering(config: KeyConfig, keys: Reply) -> World {
    let world = World::new(config).await;
    world.server.publish_as(&world.server.url(), keys);
    world
}

#[tokio::test]
async fn an_honest_issuer() {
    let world = answering(config(), Reply::json(named_keys(&["a", "b"]))).await;
    assert_eq!(world.kids(None).await.unwrap(), ["a", "b"]);
    assert_eq!((world.server.hits(), world.names.questions()), (2, 2));
}

#[tokio::test]
async fn a_document_of_another_issuer() {
    let world =
        discovering(|world| Reply::json(world.server.discovery("https://other.test"))).await;
    let (code, message) = world.error().await;
    assert_eq!(code, "keys-issuer-differs");
    let expected = format!(
        "expected `{}`, found `https://other.test`",
        world.server.url()
    );
    assert!(message.ends_with(&expected), "{message}");
    assert_eq!(world.server.hits(), 1);
}

#[tokio::test]
async fn a_document_that_differs_by_a_slash_says_so() {
    let world = discovering(|world| {
        Reply::json(world.server.discovery(&format!("{}/", world.server.url())))
    })
    .await;
    let error = world.kids(None).await.unwrap_err();
    assert_eq!(error.code(), "keys-issuer-differs");
    assert!(
        error
            .to_string()
            .ends_with("they differ only in a trailing slash"),
        "{error}"
    );
    let help = format!(
        "register the issuer with the URL in its document and its tokens: `{}/`",
        world.server.url()
    );
    assert_eq!(error.help(), Some(help));
}

#[tokio::test]
async fn documents_of_what_cannot_be_registered_are_named_as_what_they_are() {
    for (issuer, code, expected) in [
        (
            "https://ci.test/{tenantid}/v2.0",
            "keys-issuer-template",
            "found a template for many: in `https://ci.test/{tenantid}/v2.0`, `{tenantid}` stands for a value",
        ),
        (
            "http://ci.test",
            "keys-issuer-without-tls",
            "found one without TLS, `http://ci.test`",
        ),
    ] {
        let world = discovering(|world| Reply::json(world.server.discovery(issuer))).await;
        let error = world.kids(None).await.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().ends_with(expected), "{error}");
        assert!(error.help().is_some());
        assert_eq!(world.server.hits(), 1);
    }
    let world = World::new(config()).await;
    let error = world.store.thumbprints("https://ci.test/{tenantid}").await;
    assert_eq!(error.unwrap_err().code(), "url-template");
}

#[tokio::test]
async fn a_document_of_an_enterprise_names_the_difference() {
    let world = discovering(|world| {
        Reply::json(
            world
                .server
                .discovery(&format!("{}/octo-enterprise", world.server.url())),
        )
    })
    .await;
    let error = world.kids(None).await.unwrap_err();
    assert_eq!(error.code(), "keys-issuer-differs");
    assert!(
        error
            .to_string()
            .ends_with("they differ only in a further path segment"),
        "{error}"
    );
}

#[tokio::test]
async fn documents_behind_a_login_say_so() {
    let page = Reply::Plain(
        200,
        vec![("content-type", "text/html".to_owned())],
        b"\n<!doctype html>".to_vec(),
    );
    for (place, found) in [
        (None, "status 401"),
        (Some("/users/sign_in?next=secret"), "/users/sign_in`"),
        (
            Some("https://login.test/oauth2/authorize?a=b"),
            "a redirect to `https://login.test/oauth2/authorize`",
        ),
        (Some("/Login.aspx"), "/Login.aspx`"),
        // A page that is not known as one to log in at.
        (Some("/welcome"), "a redirect to the page `"),
    ] {
        for is_discovery in [true, false] {
            let world = World::new(config()).await;
            let reply = place.map_or(Reply::status(401), Reply::redirect);
            let discovery = Reply::json(world.server.discovery(&world.server.url()));
            let page = page.clone();
            world.server.answer(move |path| match path {
                DISCOVERY if is_discovery => reply.clone(),
                DISCOVERY => discovery.clone(),
                "/keys" => reply.clone(),
                _ => page.clone(),
            });
            let (code, message) = world.error().await;
            assert_eq!(code, "keys-needs-login", "{message}");
            assert!(
                message.contains(found) && !message.contains("secret"),
                "{message}"
            );
        }
    }
    // Other redirects go on, and other answers are what they were.
    let world = discovering(|_| Reply::status(403)).await;
    assert_eq!(world.error().await.0, "keys-status");
}

#[tokio::test]
async fn a_server_without_tls_says_so() {
    let world = World::new(config()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{HOST}:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let error = world.store.thumbprints(&url).await.unwrap_err();
    assert_eq!(error.code(), "keys-tls");
    assert_eq!(
        error.to_string(),
        format!("no TLS with `{HOST}`: it responds without TLS")
    );
}

#[tokio::test]
async fn a_byte_order_mark_before_a_document_is_skipped() {
    let world = World::new(config()).await;
    let discovery = format!("\u{feff}{}", world.server.discovery(&world.server.url()));
    let keys = format!("\u{feff}{}", named_keys(&["a"]));
    world.server.answer(move |path| {
        Reply::json(if path == DISCOVERY {
            &*discovery
        } else {
            &*keys
        })
    });
    assert_eq!(world.kids(None).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_token_that_names_an_entry_that_cannot_be_used_causes_no_fetch() {
    let keys = r#"{"keys": [{"kid": "unusable"}, {"kid": "other", "kty": "AKP", "pub": "AA"}, 7]}"#;
    let world = answering(config(), Reply::json(keys)).await;
    assert_eq!(world.kids(None).await.unwrap(), ["unusable", "other", ""]);
    let hits = world.server.hits();
    for _ in 0..3 {
        world.kids(Some("unusable")).await.unwrap();
        world.kids(Some("other")).await.unwrap();
    }
    assert_eq!(world.server.hits(), hits, "they are known");
    world.kids(Some("new")).await.unwrap();
    assert_eq!(world.server.hits(), hits + 2, "this one is not");
}

#[tokio::test]
async fn documents_that_lack_something() {
    for (document, expected) in [
        (
            "{}",
            "expected `issuer` with the issuer's URL in the discovery document",
        ),
        (
            r#"{"issuer": ["URL"], "jwks_uri": "URL/keys"}"#,
            "found an array",
        ),
        (
            r#"{"issuer": "URL"}"#,
            "expected `jwks_uri` with the address of its keys in the discovery document",
        ),
        (r#"{"issuer": "URL", "jwks_uri": 7}"#, "found an integer"),
    ] {
        let world =
            discovering(|world| Reply::json(document.replace("URL", &world.server.url()))).await;
        let (code, message) = world.error().await;
        assert_eq!(code, "keys-discovery", "{document}");
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn answers_that_are_no_json() {
    for (reply, expected) in [
        (
            Reply::json("<html></html>").header("x-more", "1"),
            "found type `application/json`: not JSON",
        ),
        (
            Reply::Plain(
                200,
                vec![("content-type", "text/html".to_owned())],
                b"<html>".to_vec(),
            ),
            "found type `text/html`",
        ),
        (Reply::Plain(200, Vec::new(), Vec::new()), "found no type"),
        (
            Reply::json(r#"{"keys": [], "keys": []}"#),
            "member `keys` occurs twice",
        ),
    ] {
        let world = answering(config(), reply).await;
        let (code, message) = world.error().await;
        assert_eq!(code, "keys-not-json", "{message}");
        assert!(message.contains(expected), "{message}");
    }
    let world = answering(config(), Reply::Plain(200, Vec::new(), vec![0xff])).await;
    assert!(world.error().await.1.ends_with("expected UTF-8"));
}

#[tokio::test]
async fn keys_that_are_refused() {
    for (keys, code) in [
        ("[]", "jwks-not-a-set"),
        (
            r#"{"keys": [{"kty": "oct", "k": "AAAA"}]}"#,
            "jwks-symmetric-key",
        ),
        (
            r#"{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}]}"#,
            "jwks-private-key",
        ),
    ] {
        let world = answering(config(), Reply::json(keys)).await;
        assert_eq!(world.error().await.0, code);
    }
}

#[tokio::test]
async fn other_statuses() {
    for status in [201, 204, 304, 400, 404, 500, 503] {
        let world = answering(config(), Reply::status(status)).await;
        let url = world.server.url();
        let expected = format!("expected status 200 from `{url}/keys`, found {status}");
        assert_eq!(world.error().await, ("keys-status", expected));
    }
}

#[tokio::test]
async fn answers_without_measure() {
    let limited = || KeyConfig {
        max_bytes: 10_000,
        ..config()
    };
    let huge = Reply::json(" ".repeat(10_001));
    for reply in [huge, Reply::Endless] {
        let world = answering(limited(), reply).await;
        let expected = format!(
            "expected at most 10000 bytes from `{}/keys`, found more",
            world.server.url()
        );
        assert_eq!(world.error().await, ("keys-too-large", expected));
    }
    let full = format!(
        "{}{}",
        named_keys(&["a"]),
        " ".repeat(10_000 - named_keys(&["a"]).len())
    );
    assert!(
        answering(limited(), Reply::json(full))
            .await
            .kids(None)
            .await
            .is_ok()
    );
    assert_eq!(
        answering(limited(), Reply::EndlessHead)
            .await
            .error()
            .await
            .0,
        "keys-http"
    );
}

#[tokio::test]
async fn answers_that_are_compressed_or_cut_off() {
    let compressed = Reply::json(named_keys(&["a"])).header("content-encoding", "gzip");
    let (code, message) = answering(config(), compressed).await.error().await;
    assert_eq!(code, "keys-http");
    assert!(
        message.contains("expected it uncompressed, found \"gzip\""),
        "{message}"
    );
    let short = Reply::json(named_keys(&["a"])).header("content-length", "9999");
    assert_eq!(
        answering(config(), short).await.error().await.0,
        "keys-http"
    );
    assert_eq!(
        answering(config(), Reply::HangUp).await.error().await.0,
        "keys-http"
    );
}

#[tokio::test]
async fn answers_that_take_for_ever() {
    let hasty = || KeyConfig {
        timeout: Duration::from_millis(300),
        ..config()
    };
    for reply in [Reply::Silence, Reply::Drip] {
        let world = answering(hasty(), reply).await;
        let (code, message) = world.error().await;
        assert_eq!(code, "keys-timeout");
        assert!(
            message.starts_with("expected an answer within 0.3 seconds, found none"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_server_that_never_speaks_tls() {
    let world = World::new(KeyConfig {
        timeout: Duration::from_millis(300),
        ..config()
    })
    .await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{HOST}:{}", listener.local_addr().unwrap().port());
    assert_eq!(
        world.store.thumbprints(&url).await.unwrap_err().code(),
        "keys-timeout"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let world = World::new(config()).await;
    let (_held, port) = closed_port();
    let error = world
        .store
        .thumbprints(&format!("https://{HOST}:{port}"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "keys-unreachable");
    assert!(
        error.to_string().starts_with(&format!(
            "`{HOST}` cannot be reached: 127.0.0.1, port {port}: "
        )),
        "{error}"
    );
    let error = world
        .store
        .thumbprints("https://unknown.test")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the host `unknown.test` cannot be resolved: no such host"
    );
    world.names.say("empty.test", &[&[]]);
    let error = world
        .store
        .thumbprints("https://empty.test")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the host `empty.test` cannot be resolved: it has no address"
    );
}

#[tokio::test]
async fn redirects_are_followed_so_far() {
    let world = World::new(config()).await;
    let url = world.server.url();
    let discovery = world.server.discovery(&url);
    world.server.answer(move |path| match path {
        DISCOVERY => Reply::redirect("/moved?to=1"),
        "/moved?to=1" => Reply::redirect(&format!("{url}/again")),
        "/again" => Reply::redirect("../finally"),
        "/finally" => Reply::json(discovery.clone()),
        _ => Reply::json(named_keys(&["a"])),
    });
    assert_eq!(world.kids(None).await.unwrap(), ["a"]);
    assert_eq!(
        (world.server.hits(), world.names.questions()),
        (5, 5),
        "each redirect is checked again"
    );
}

#[tokio::test]
async fn redirects_in_a_circle() {
    let world = discovering(|_| Reply::redirect(DISCOVERY)).await;
    let (code, message) = world.error().await;
    assert_eq!(code, "keys-too-many-redirects");
    assert!(
        message.starts_with("expected at most 3 redirects"),
        "{message}"
    );
    assert_eq!(world.server.hits(), 4);
}

#[tokio::test]
async fn redirects_and_keys_at_forbidden_addresses() {
    let places = [
        ("https://127.0.0.2/", "keys-address-forbidden"),
        (
            "https://169.254.169.254/latest/meta-data",
            "keys-address-forbidden",
        ),
        ("https://[::1]/", "keys-address-forbidden"),
        ("https://[::ffff:127.0.0.1]/", "keys-address-forbidden"),
        ("https://0x7f000002/", "keys-address-forbidden"),
        ("https://127.2/", "keys-address-forbidden"),
        ("https://metadata.test/", "keys-address-forbidden"),
        ("http://ci.test/", "keys-not-https"),
        ("file:///etc/passwd", "keys-not-https"),
        ("https://user@ci.test/", "keys-address"),
        ("https://:secret@ci.test/", "keys-address"),
    ];
    for (place, code) in places {
        for is_redirect in [true, false] {
            let world = discovering(|world| match is_redirect {
                true => Reply::redirect(place),
                false => Reply::json(format!(
                    r#"{{"issuer": "{}", "jwks_uri": "{place}"}}"#,
                    world.server.url()
                )),
            })
            .await;
            world
                .names
                .say("metadata.test", &[&["169.254.169.254", "fd00:ec2::254"]]);
            assert_eq!(
                world.error().await.0,
                code,
                "{place}, by redirect: {is_redirect}"
            );
            assert_eq!(world.server.hits(), 1);
        }
    }
}

#[tokio::test]
async fn redirects_that_lead_nowhere() {
    for reply in [
        Reply::status(302),
        Reply::redirect("https://"),
        Reply::status(301).header("location", "\u{e9}"),
    ] {
        let world = discovering(|_| reply.clone()).await;
        assert_eq!(world.error().await.0, "keys-redirect-nowhere");
    }
    let world = discovering(|_| Reply::status(300)).await;
    assert_eq!(world.error().await.0, "keys-status");
}

#[tokio::test]
async fn a_name_that_means_something_else_a_moment_later() {
    let world = World::new(config()).await;
    world.server.publish(&named_keys(&["a"]));
    // The first answer is the issuer's server; the next one is a machine that only this server can
    // reach.
    world.names.say(HOST, &[&["127.0.0.1"], &["10.0.0.1"]]);
    let (code, message) = world.error().await;
    assert_eq!(code, "keys-address-forbidden");
    assert_eq!(
        message,
        format!(
            "`{HOST}` resolves to `10.0.0.1`, a private address, to which no connection is made"
        )
    );
    assert_eq!(
        (world.server.hits(), world.names.questions()),
        (1, 2),
        "a question for each connection"
    );
}

#[tokio::test]
async fn a_name_that_means_several_things() {
    let world = World::new(config()).await;
    world.server.publish(&named_keys(&["a"]));
    world
        .names
        .say(HOST, &[&["10.0.0.1", "::1", "127.0.0.2", "127.0.0.1"]]);
    assert_eq!(
        world.kids(None).await.unwrap(),
        ["a"],
        "the one that may be connected to is"
    );
}

#[tokio::test]
async fn addresses_that_do_not_answer_are_passed_over() {
    let world = World::new(KeyConfig {
        allow_private_addresses: true,
        ..config()
    })
    .await;
    world.server.publish(&named_keys(&["a"]));
    // Nothing listens at 127.0.0.2.
    world.names.say(HOST, &[&["127.0.0.2", "127.0.0.1"]]);
    assert_eq!(world.kids(None).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn urls_that_are_none() {
    let world = World::new(config()).await;
    for (url, code) in [
        ("http://ci.test", "url-not-https"),
        ("", "url-missing"),
        ("https://ci.test?a", "url-forbidden-part"),
        ("https://ci.test:99999", "keys-address"),
        ("https://[1", "keys-address"),
    ] {
        assert_eq!(
            world.store.thumbprints(url).await.unwrap_err().code(),
            code,
            "{url}"
        );
    }
    assert_eq!(world.names.questions(), 0);
}
