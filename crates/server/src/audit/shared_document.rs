//! Documents that the evidence of many exchanges refers to: an issuer with its policies, or a key.
//! Each is stored once, by the hash of its text, and never changes, not even when the issuer does.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate::jwt::Jwk;
use serde::{Deserialize, Serialize};

use crate::issuers::record::{IssuerRecord, IssuerSettings};

/// A document that the evidence of many exchanges refers to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SharedDocument {
    /// Hash of the text, in base64url.
    pub(crate) id: String,
    /// The text: JSON.
    pub(crate) text: String,
}

impl SharedDocument {
    pub(crate) fn new(text: String) -> Arc<Self> {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        Arc::new(Self {
            id: URL_SAFE_NO_PAD.encode(&digest.as_ref()[..18]),
            text,
        })
    }

    /// An issuer as it is registered, with the text of its policies.
    pub(crate) fn of_issuer(record: &IssuerRecord, policies: &str) -> Arc<Self> {
        let issuer = IssuerDocument {
            id: record.id.clone(),
            url: record.url.clone(),
            settings: record.settings.clone(),
            policies: policies.to_owned(),
        };
        Self::new(serde_json::to_string(&issuer).unwrap_or_default())
    }

    /// A public key, with every member that the checks look at.
    pub(crate) fn of_key(key: &Jwk) -> Option<Arc<Self>> {
        let mut members: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&key.to_json()?).ok()?;
        let texts = [("kid", &key.kid), ("alg", &key.alg), ("use", &key.usage)];
        members.extend(
            texts
                .into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into()))),
        );
        members.extend(
            key.key_ops
                .clone()
                .map(|ops| ("key_ops".to_owned(), ops.into())),
        );
        Some(Self::new(serde_json::to_string(&members).ok()?))
    }
}

/// The document of an issuer. Those of earlier versions have fewer settings.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssuerDocument {
    pub(super) id: String,
    pub(super) url: String,
    #[serde(flatten)]
    pub(super) settings: IssuerSettings,
    /// The policies, as a JSON array.
    pub(super) policies: String,
}
