//! Requests to other services than issuers, within the same limits: TLS only, allowed addresses, no redirects.

use claimgate::jwt::redact;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Characters of a form's values that need no encoding.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The longest part of an answer that an error quotes, in characters.
const QUOTED: usize = 500;

/// A request with a body.
#[derive(Clone)]
pub(crate) struct Call {
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Call {
    /// A `POST` request.
    pub(crate) fn post(url: String) -> Self {
        Self {
            url,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// With a header, if it has a value.
    pub(crate) fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers
            .extend(value.map(|value| (name, value.to_owned())));
        self
    }

    /// With a body of JSON.
    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string();
        self.header("content-type", Some("application/json"))
    }

    /// With a form.
    pub(crate) fn form(mut self, pairs: &[(String, String)]) -> Self {
        let encode = |text: &str| utf8_percent_encode(text, FORM).to_string();
        let pairs = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        self.body = pairs.collect::<Vec<_>>().join("&");
        self.header("content-type", Some("application/x-www-form-urlencoded"))
    }
}

/// An answer, whatever its status is.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    /// The body, if it is JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// What an error says about the answer: its status and what was found in it, without tokens.
    pub(crate) fn described(&self, found: &str) -> String {
        let found = redact(found.trim());
        let short: String = found.chars().take(QUOTED).collect();
        let status = self.status;
        match short.is_empty() {
            true => format!("status {status} without a reason"),
            false => format!("status {status}, “{short}”"),
        }
    }
}
