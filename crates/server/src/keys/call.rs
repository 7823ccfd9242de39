//! A request to another service than an issuer, and its answer.

use claimgate::jwt::redact;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Characters that need no encoding in a form's values or in a part of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The longest part of an answer that an error quotes, in characters.
const QUOTED: usize = 500;

/// A request.
#[derive(Clone)]
pub(crate) struct Call {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Call {
    /// A `POST` request.
    pub(crate) fn post(url: String) -> Self {
        Self {
            method: "POST",
            url,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A `GET` request.
    pub(crate) fn get(url: String) -> Self {
        Self {
            method: "GET",
            ..Self::post(url)
        }
    }

    /// With a header, if it has a value.
    pub(crate) fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers
            .extend(value.map(|value| (name, value.to_owned())));
        self
    }

    /// With a body of a content type.
    pub(crate) fn body(mut self, content_type: &str, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.header("content-type", Some(content_type))
    }

    /// With a body of JSON.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", &body.to_string())
    }

    /// With a form.
    pub(crate) fn form(self, pairs: &[(String, String)]) -> Self {
        let pairs = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        self.body("application/x-www-form-urlencoded", &body)
    }
}

/// A text as a part of a path or of a form.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// An answer, whatever its status is.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    /// The body; `null` if it is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The errors in an answer of Vault or OpenBao, in one line.
    pub(crate) fn errors(&self) -> String {
        let body = self.json();
        let errors = body["errors"].as_array().into_iter().flatten();
        let errors: Vec<_> = errors.filter_map(Value::as_str).collect();
        errors.join("; ")
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

#[cfg(test)]
mod tests {
    use super::{Call, Reply};

    #[test]
    fn forms_are_encoded() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let call = Call::post("https://a.example/".to_owned());
        let call = call.form(&[pair("a", "arn:aws/x y"), pair("b", "1&c=2")]);
        assert_eq!(call.body, "a=arn%3Aaws%2Fx%20y&b=1%26c%3D2");
    }

    #[test]
    fn answers_are_quoted_in_part_and_without_tokens() {
        let reply = Reply {
            status: 403,
            body: String::new(),
        };
        assert_eq!(reply.described(" "), "status 403 without a reason");
        assert!(reply.described(&"x".repeat(10_000)).len() < 600);
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", "eyJzdWIiOiJhIn0");
        let said = reply.described(&format!("bad token {token}"));
        assert!(
            said.contains("bad token") && !said.contains(&token),
            "{said}"
        );
    }
}
