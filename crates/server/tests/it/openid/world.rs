//! Stand-ins for clouds: TLS servers that verify ID tokens by the server's key set, as clouds do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use claimgate_server::config::{Config, ProviderConfig};
use claimgate_server::keys::KeyConfig;
use serde_json::Value;

use super::{ISSUER, JWKS, jwks, verified, with_issuer};
use crate::keys::support::{Authority, Reply, Sent, Server, server};
use crate::support::Database;
use crate::support::site::Site;

/// A server whose providers call a stand-in in place of the clouds.
pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) server: Arc<Server>,
    /// The address of the stand-in.
    pub(crate) url: String,
    pub(crate) requests: Arc<Mutex<Vec<Sent>>>,
    keys: Value,
    _database: Database,
    _folder: tempfile::TempDir,
}

/// Gives the claims of an ID token for an audience.
pub(crate) type Verify<'a> = &'a dyn Fn(&str, &str) -> Result<Value, String>;

/// The endpoints of clouds.
const CLOUDS: [&str; 4] = [
    "https://sts.us-east-1.amazonaws.com",
    "https://secretsmanager.eu-west-1.amazonaws.com",
    "https://sts.googleapis.com",
    "https://iamcredentials.googleapis.com",
];

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With a change of the configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let (database, folder) = (Database::sqlite(), tempfile::tempdir().unwrap());
        let authority = Authority::new("root");
        let server = Server::start(authority.issue(&server("localhost"))).await;
        let url = format!("https://localhost:{}", server.port);
        let endpoints = CLOUDS.map(|cloud| (cloud.to_owned(), url.clone()));
        let mut config = Config {
            keys: KeyConfig {
                system_roots: false,
                extra_roots_pem: vec![authority.file(&folder)],
                ..KeyConfig::default()
            },
            providers: ProviderConfig {
                allow_networks: vec!["127.0.0.1".parse().unwrap()],
                endpoints: BTreeMap::from(endpoints),
            },
            ..with_issuer(&database.url)
        };
        change(&mut config);
        let (site, ..) = Site::with_issuer(config).await;
        let keys = jwks(&site, JWKS).await;
        Self {
            site,
            server,
            url,
            requests: Arc::default(),
            keys,
            _database: database,
            _folder: folder,
        }
    }

    /// Answers requests, which are noted, from now on.
    pub(crate) fn answer(
        &self,
        answer: impl Fn(&Sent, Verify<'_>) -> Reply + Send + Sync + 'static,
    ) {
        let (requests, keys) = (Arc::clone(&self.requests), self.keys.clone());
        self.server.answer_requests(move |sent| {
            requests.lock().unwrap().push(sent.clone());
            answer(sent, &|token, audience| {
                verified(&keys, token, ISSUER, audience)
            })
        });
    }

    /// The requests until now.
    pub(crate) fn requests(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }
}

/// An answer of JSON with a status.
pub(crate) fn json(status: u16, body: &Value) -> Reply {
    Reply::Plain(
        status,
        vec![("content-type", "application/json".to_owned())],
        body.to_string().into_bytes(),
    )
}

/// The pairs of a form.
pub(crate) fn form(body: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
