//! Which certificates are trusted.

use claimgate_server::keys::KeyError;
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};
use rustls::pki_types::CertificateDer;

use crate::keys::support::{
    Authority, HOST, Identity, World, config, named_keys, server, thumbprint,
};

/// A world that trusts another authority than the one that vouches for the issuer.
async fn untrusted(identity: Identity) -> World {
    let world = World::with(config(), Authority::new("trusted"), identity).await;
    world.server.publish(&named_keys(&["a"]));
    world
}

async fn by(world: &World, certificates: &[&CertificateDer<'_>]) -> Result<Vec<String>, KeyError> {
    let thumbprints: Vec<String> = certificates
        .iter()
        .map(|certificate| thumbprint(certificate))
        .collect();
    world.kids_by(None, &thumbprints).await
}

fn is_untrusted(result: Result<Vec<String>, KeyError>) {
    assert_eq!(result.unwrap_err().code(), "keys-certificate-untrusted");
}

fn over() -> CertificateParams {
    let mut params = server(HOST);
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
    params
}

fn to_come() -> CertificateParams {
    let mut params = server(HOST);
    params.not_before = date_time_ymd(3001, 1, 1);
    params.not_after = date_time_ymd(3002, 1, 1);
    params
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority() {
    let world = World::new(config()).await;
    world.server.publish(&named_keys(&["a"]));
    assert_eq!(world.kids(None).await.unwrap(), ["a"]);
    // Thumbprints are for where roots fail: others do no harm.
    assert_eq!(
        by(&world, &[&Authority::new("other").certificate()])
            .await
            .unwrap(),
        ["a"]
    );
}

#[tokio::test]
async fn a_trusted_authority_below_the_root() {
    let root = Authority::new("root");
    let below = root.below("below");
    let identity = below.issue(&server(HOST)).with(&below.certificate());
    let world = World::with(config(), root, identity).await;
    world.server.publish(&named_keys(&["a"]));
    assert_eq!(world.kids(None).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn certificates_that_are_refused_whatever_is_trusted() {
    let cases = [
        (
            server("other.test"),
            "keys-certificate-name",
            "is for another host: it is for `other.test`",
        ),
        (over(), "keys-certificate-time", "is expired"),
        (to_come(), "keys-certificate-time", "is not valid yet"),
    ];
    for (params, code, words) in cases {
        let authority = Authority::new("root");
        let identity = authority.issue(&params);
        let own = identity.chain[0].clone();
        let identity = identity.with(&authority.certificate());
        let world = World::with(config(), authority, identity).await;
        world.server.publish(&named_keys(&["a"]));
        // A thumbprint, its own or its authority's, changes nothing.
        for thumbprints in [vec![], vec![&own], vec![&world.authority.certificate()]] {
            let error = by(&world, &thumbprints).await.unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.to_string().ends_with(words), "{error}");
        }
        assert_eq!(
            world
                .store
                .thumbprints(&world.server.url())
                .await
                .unwrap_err()
                .code(),
            code
        );
        assert_eq!(world.server.hits(), 0);
    }
}

#[tokio::test]
async fn a_thumbprint_of_the_servers_own_certificate() {
    let identity = Authority::new("unknown").issue(&server(HOST));
    let own = identity.chain[0].clone();
    let world = untrusted(identity).await;
    let error = world.kids(None).await.unwrap_err();
    let message = format!(
        "the certificate of `{HOST}` is not trusted: no trusted authority has signed it; its thumbprint is `{}`",
        thumbprint(&own)
    );
    assert_eq!(
        (error.code(), error.to_string()),
        ("keys-certificate-untrusted", message)
    );
    assert_eq!(by(&world, &[&own]).await.unwrap(), ["a"]);
    // As people write it.
    let written = thumbprint(&own).to_uppercase();
    let bytes: Vec<&str> = (0..32)
        .map(|index| &written[2 * index..2 * index + 2])
        .collect();
    assert_eq!(
        world.kids_by(None, &[bytes.join(":")]).await.unwrap(),
        ["a"]
    );
    // Another one, and the same one cut short.
    let error = by(&world, &[&world.authority.certificate()])
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with(", which is not the registered one"),
        "{error}"
    );
    let short = vec![thumbprint(&own)[..62].to_owned(), String::new()];
    let error = world.kids_by(None, &short).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with(", which is none of the 2 registered ones"),
        "{error}"
    );
}

#[tokio::test]
async fn a_thumbprint_of_a_certificate_that_signs_itself() {
    let mut authority_of_itself = server(HOST);
    authority_of_itself.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for params in [server(HOST), authority_of_itself] {
        let identity = Identity::self_signed(&params);
        let own = identity.chain[0].clone();
        let world = untrusted(identity).await;
        is_untrusted(world.kids(None).await);
        assert_eq!(by(&world, &[&own]).await.unwrap(), ["a"]);
        assert_eq!(
            world.store.thumbprints(&world.server.url()).await.unwrap(),
            [thumbprint(&own)]
        );
    }
}

#[tokio::test]
async fn a_thumbprint_of_an_authority_that_the_server_sends() {
    let root = Authority::new("unknown");
    let below = root.below("below");
    let identity = below
        .issue(&server(HOST))
        .with(&below.certificate())
        .with(&root.certificate());
    let own = identity.chain[0].clone();
    let world = untrusted(identity).await;
    for certificate in [&own, &below.certificate(), &root.certificate()] {
        assert_eq!(by(&world, &[certificate]).await.unwrap(), ["a"]);
    }
    let found = world.store.thumbprints(&world.server.url()).await.unwrap();
    assert_eq!(
        found,
        [&own, &below.certificate(), &root.certificate()].map(|der| thumbprint(der))
    );
}

#[tokio::test]
async fn a_thumbprint_of_an_authority_that_has_not_vouched() {
    let pinned = Authority::new("pinned");
    // Anybody can send somebody else's certificate along.
    let identity = Identity::self_signed(&server(HOST)).with(&pinned.certificate());
    let world = untrusted(identity.clone()).await;
    is_untrusted(by(&world, &[&pinned.certificate()]).await);
    let found = world.store.thumbprints(&world.server.url()).await.unwrap();
    assert_eq!(found, [thumbprint(&identity.chain[0])]);
    // An authority of the same name is another one.
    let identity = Authority::new("pinned")
        .issue(&server(HOST))
        .with(&pinned.certificate());
    is_untrusted(by(&untrusted(identity).await, &[&pinned.certificate()]).await);
}

#[tokio::test]
async fn a_thumbprint_of_a_certificate_that_may_not_sign_others() {
    let impostor = Authority::new("unknown").impostor(HOST);
    let identity = impostor.issue(&server(HOST)).with(&impostor.certificate());
    let world = untrusted(identity).await;
    is_untrusted(by(&world, &[&impostor.certificate()]).await);
}

#[tokio::test]
async fn a_thumbprint_of_a_certificate_without_its_key() {
    let issuer = Authority::new("unknown").issue(&server(HOST));
    let thief = Identity::self_signed(&server(HOST)).stolen(&issuer);
    let world = untrusted(thief).await;
    let error = by(&world, &[&issuer.chain[0]]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("no TLS with `{HOST}`: it does not have its certificate's private key")
    );
    assert_eq!(world.server.hits(), 0);
}

#[tokio::test]
async fn a_thumbprint_of_an_authority_whose_time_is_over() {
    let mut params = over();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let old = Authority::with(params);
    let identity = old.issue(&server(HOST)).with(&old.certificate());
    let world = untrusted(identity).await;
    let error = by(&world, &[&old.certificate()]).await.unwrap_err();
    assert_eq!(error.code(), "keys-certificate-time");
    assert!(
        error
            .to_string()
            .ends_with("is signed by an authority whose certificate has expired"),
        "{error}"
    );
}

#[tokio::test]
async fn more_certificates_than_anybody_needs() {
    let unknown = Authority::new("unknown");
    let mut identity = unknown.issue(&server(HOST));
    let own = identity.chain[0].clone();
    for _ in 0..10 {
        identity = identity.with(&unknown.certificate());
    }
    let world = untrusted(identity).await;
    assert_eq!(by(&world, &[&own]).await.unwrap_err().code(), "keys-tls");
}

#[test]
fn files_of_roots_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roots.pem");
    for (text, problem) in [
        (None, "cannot be used: "),
        (Some(""), "expected certificates in PEM, found none"),
        (
            Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "cannot be used: ",
        ),
        (
            Some("-----BEGIN CERTIFICATE-----\nAAAA"),
            "cannot be used: ",
        ),
    ] {
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let mut config = config();
        config.extra_roots_pem.push(path.clone());
        let error = claimgate_server::keys::KeyStore::new(config).unwrap_err();
        assert_eq!(error.code(), "keys-roots");
        assert!(error.to_string().contains(problem), "{error}");
    }
}
