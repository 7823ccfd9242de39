//! A key of OpenBao's transit engine.

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::cache::{Place, Unwrapped};
use super::client::Transit;
use super::error::TransitError;
use crate::environments::keys::seal::KEY;
use crate::environments::keys::source::{MasterError, MasterFuture, MasterKey, WrappedBy};
use crate::keys::call::{Call, Reply};
use crate::random;

/// The types of keys that authenticate what a wrapped key belongs to.
const TYPES: [&str; 4] = [
    "aes128-gcm96",
    "aes256-gcm96",
    "chacha20-poly1305",
    "xchacha20-poly1305",
];

/// A key of OpenBao's transit engine.
pub(crate) struct TransitKey {
    /// The mount and the name of the key, `transit/claimgate`.
    name: String,
    /// The URL of the mount.
    mount: String,
    /// The name of the key.
    key: String,
    transit: Transit,
    unwrapped: Unwrapped,
}

impl TransitKey {
    /// The key at an address, `https://HOST/v1/MOUNT/keys/NAME`; `None` if that is not its form.
    pub(crate) fn new(address: &str, transit: &Transit) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let has_more = url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        let is_plain = |text: &str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !text.is_empty() && text.chars().all(is_plain)
        };
        let segments: Vec<_> = url.path_segments()?.collect();
        let [.., "keys", key] = segments[..] else {
            return None;
        };
        let mount = segments.get(1..segments.len() - 2)?;
        let is_key = segments[0] == "v1" && !mount.is_empty() && is_plain(key);
        if url.scheme() != "https"
            || has_more
            || !is_key
            || !mount.iter().all(|part| is_plain(part))
        {
            return None;
        }
        let mount = mount.join("/");
        Some(Self {
            name: format!("{mount}/{key}"),
            mount: format!("{}/v1/{mount}", url.origin().ascii_serialization()),
            key: key.to_owned(),
            transit: transit.clone(),
            unwrapped: Unwrapped::default(),
        })
    }

    async fn encrypt(&self, context: &[u8], key: &[u8]) -> Result<WrappedBy, MasterError> {
        let body =
            json!({"plaintext": STANDARD.encode(key), "associated_data": STANDARD.encode(context)});
        let reply = self.post("encrypt", &body).await?;
        let action = "encryption";
        let data = self.data(action, &reply)?;
        let wrapped = data["ciphertext"].as_str().unwrap_or_default();
        // `vault:v1:…`
        let version = wrapped.split(':').nth(1).unwrap_or_default();
        if !wrapped.starts_with("vault:v") {
            return Err(self.refused(action, &reply, "no `ciphertext` of the form `vault:v1:…`"));
        }
        Ok(WrappedBy {
            master: format!("{}:{version}", self.name),
            wrapped: wrapped.to_owned(),
        })
    }

    async fn decrypt(
        &self,
        context: &[u8],
        wrapped: &str,
    ) -> Result<Zeroizing<Vec<u8>>, MasterError> {
        let body = json!({"ciphertext": wrapped, "associated_data": STANDARD.encode(context)});
        let reply = self.post("decrypt", &body).await?;
        let action = "decryption";
        let data = self.data(action, &reply)?;
        let key = STANDARD.decode(data["plaintext"].as_str().unwrap_or_default());
        match key.map(Zeroizing::new) {
            Ok(key) if !key.is_empty() => Ok(key),
            _ => Err(self.refused(action, &reply, "no `plaintext` in base64")),
        }
    }

    async fn post(&self, action: &str, body: &Value) -> Result<Reply, TransitError> {
        let call = Call::post(format!("{}/{action}/{}", self.mount, self.key));
        self.transit.call(&self.name, call.json(body)).await
    }

    /// The data of an answer.
    fn data(&self, action: &'static str, reply: &Reply) -> Result<Value, MasterError> {
        if reply.status == 200 {
            return Ok(reply.json()["data"].clone());
        }
        let said = reply.errors();
        let key = self.name.clone();
        let has = |text: &str| said.contains(text);
        let described = reply.described(&said);
        let error = match reply.status {
            _ if has("is sealed") => TransitError::Sealed { key },
            401 | 403 => TransitError::Forbidden {
                key,
                action,
                said: described,
            },
            404 => TransitError::NotFound {
                key,
                said: described,
            },
            _ if has("encryption key not found") => TransitError::NotFound {
                key,
                said: described,
            },
            _ if has("disallowed by policy") => TransitError::Version {
                key,
                action,
                said: described,
            },
            400 if has("message authentication failed") => return Err(MasterError::Changed),
            _ => TransitError::Refused {
                key,
                action,
                said: described,
            },
        };
        Err(error.into())
    }

    fn refused(&self, action: &'static str, reply: &Reply, found: &str) -> MasterError {
        let said = format!("status {}, with {found}", reply.status);
        let key = self.name.clone();
        TransitError::Refused { key, action, said }.into()
    }

    /// Its type, if the token may read it.
    async fn check_type(&self) -> Result<(), MasterError> {
        let call = Call::get(format!("{}/keys/{}", self.mount, self.key));
        let reply = self.transit.call(&self.name, call).await?;
        if reply.status == 403 && !reply.errors().contains("is sealed") {
            return Ok(());
        }
        let data = self.data("reading", &reply)?;
        let found = data["type"].as_str().unwrap_or_default();
        let is_derived = data["derived"].as_bool().unwrap_or_default();
        if TYPES.contains(&found) && !is_derived {
            return Ok(());
        }
        let found = match is_derived {
            true => format!("{found}, derived"),
            false => found.to_owned(),
        };
        let key = self.name.clone();
        Err(TransitError::Type { key, found }.into())
    }

    /// Wraps and unwraps a random key, also for another purpose, which has to fail.
    async fn try_out(&self) -> Result<(), MasterError> {
        let key = Zeroizing::new(random::bytes::<KEY>());
        let wrapped = self.encrypt(b"claimgate 1 check", &*key).await?.wrapped;
        let unwrapped = self.decrypt(b"claimgate 1 check", &wrapped).await?;
        let elsewhere = self.decrypt(b"claimgate 1 other", &wrapped).await;
        match elsewhere {
            Err(MasterError::Changed) if *unwrapped == *key => Ok(()),
            Err(error @ MasterError::Transit(TransitError::Unreachable { .. })) => Err(error),
            _ => {
                let found = "one that does not authenticate associated data".to_owned();
                let key = self.name.clone();
                Err(TransitError::Type { key, found }.into())
            }
        }
    }
}

impl MasterKey for TransitKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_master(&self, master: &str) -> bool {
        let version = master.strip_prefix(&self.name);
        version.is_some_and(|version| version.starts_with(":v"))
    }

    fn wrap<'a>(&'a self, context: &'a [u8], key: &'a [u8]) -> MasterFuture<'a, WrappedBy> {
        Box::pin(self.encrypt(context, key))
    }

    fn unwrap<'a>(
        &'a self,
        context: &'a [u8],
        wrapped: &'a str,
    ) -> MasterFuture<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            let place = Place::of(context, wrapped);
            if let Some(key) = self.unwrapped.find(place, Instant::now()) {
                return Ok(key);
            }
            let key = self.decrypt(context, wrapped).await?;
            self.unwrapped.keep(place, key.clone(), Instant::now());
            Ok(key)
        })
    }

    fn check(&self) -> MasterFuture<'_, ()> {
        Box::pin(async move {
            self.check_type().await?;
            self.try_out().await
        })
    }
}
