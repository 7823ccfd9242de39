//! A stand-in for OpenBao with a transit engine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use claimgate_server::config::Config;
use claimgate_server::environments::{MasterKeys, TransitConfig};
use serde_json::{Value, json};

use crate::keys::support::{Authority, Reply, Sent, Server, server};
use crate::openid::world::json as answer;
use crate::support::Database;
use crate::support::site::config;

/// The token that may use the key.
pub(super) const TOKEN: &str = "s.transit-token-of-the-tests";

/// A transit engine with one key, `claimgate`.
pub(super) struct Bao {
    pub(super) server: Arc<Server>,
    pub(super) engine: Arc<Mutex<Engine>>,
    pub(super) authority: Authority,
    pub(super) folder: tempfile::TempDir,
}

pub(super) struct Engine {
    /// The newest version of the key.
    pub(super) version: u32,
    /// The oldest version that decrypts.
    pub(super) min_version: u32,
    /// What was encrypted: the associated data and the text, by ciphertext.
    pub(super) encrypted: BTreeMap<String, (String, String)>,
    /// What is answered to each request, in place of the proper one.
    pub(super) fault: Option<(u16, &'static str)>,
    /// The description of the key; `None` if the token may not read it.
    pub(super) key: Option<Value>,
    /// Whether associated data are compared.
    pub(super) authenticates: bool,
    pub(super) requests: Vec<Sent>,
}

impl Engine {
    fn answer(&mut self, sent: &Sent) -> Reply {
        self.requests.push(sent.clone());
        if let Some((status, error)) = self.fault {
            return answer(status, &json!({"errors": [error]}));
        }
        if sent.header("x-vault-token") != TOKEN {
            return answer(403, &json!({"errors": ["permission denied"]}));
        }
        let body: Value = serde_json::from_str(&sent.body).unwrap_or_default();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let refused = |error: &str| answer(400, &json!({"errors": [error]}));
        match sent.path.as_str() {
            "/v1/transit/keys/claimgate" => match &self.key {
                Some(key) => answer(200, &json!({"data": key})),
                None => answer(
                    403,
                    &json!({"errors": ["1 error occurred: * permission denied"]}),
                ),
            },
            "/v1/transit/encrypt/claimgate" => {
                let number = BASE64_STANDARD.encode(self.encrypted.len().to_string());
                let ciphertext = format!("vault:v{}:{number}", self.version);
                let pair = (text("associated_data"), text("plaintext"));
                self.encrypted.insert(ciphertext.clone(), pair);
                answer(
                    200,
                    &json!({"data": {"ciphertext": ciphertext, "key_version": self.version}}),
                )
            }
            "/v1/transit/decrypt/claimgate" => {
                let ciphertext = text("ciphertext");
                let version = ciphertext.split([':', 'v']).nth(3);
                let version: u32 = version
                    .and_then(|text| text.parse().ok())
                    .unwrap_or_default();
                match self.encrypted.get(&ciphertext) {
                    _ if version < self.min_version => {
                        refused("ciphertext or signature version is disallowed by policy (too old)")
                    }
                    Some((data, text))
                        if *data == body["associated_data"] || !self.authenticates =>
                    {
                        answer(200, &json!({"data": {"plaintext": text}}))
                    }
                    _ => refused("cipher: message authentication failed"),
                }
            }
            _ => answer(404, &json!({"errors": []})),
        }
    }
}

impl Bao {
    pub(super) async fn start() -> Self {
        let authority = Authority::new("root");
        let server = Server::start(authority.issue(&server("localhost"))).await;
        let engine = Arc::new(Mutex::new(Engine {
            version: 1,
            min_version: 1,
            encrypted: BTreeMap::new(),
            fault: None,
            key: Some(json!({"type": "aes256-gcm96", "derived": false})),
            authenticates: true,
            requests: Vec::new(),
        }));
        let own = Arc::clone(&engine);
        server.answer_requests(move |sent| own.lock().unwrap().answer(sent));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
        Self {
            server,
            engine,
            authority,
            folder,
        }
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut Engine)) {
        change(&mut self.engine.lock().unwrap());
    }

    /// The paths of the requests until now.
    pub(super) fn requests(&self) -> Vec<String> {
        let requests = std::mem::take(&mut self.engine.lock().unwrap().requests);
        requests.into_iter().map(|sent| sent.path).collect()
    }

    /// The address of the key.
    pub(super) fn address(&self) -> String {
        format!(
            "https://localhost:{}/v1/transit/keys/claimgate",
            self.server.port
        )
    }

    pub(super) fn transit(&self) -> TransitConfig {
        TransitConfig {
            token_file: self.folder.path().join("token"),
            roots_pem: vec![self.authority.file(&self.folder)],
            allow_networks: vec!["127.0.0.1".parse().unwrap()],
            namespace: None,
        }
    }

    pub(super) fn keys(&self, lines: &str) -> MasterKeys {
        MasterKeys::read(lines, Some(self.transit())).unwrap()
    }

    pub(super) fn config(&self, database: &Database, lines: &str) -> Config {
        Config {
            environment_keys: Some(Arc::new(self.keys(lines))),
            ..config(&database.url)
        }
    }
}
