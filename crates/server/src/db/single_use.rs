//! Marks of ID tokens that may be exchanged only once.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// An ID token that may be exchanged only once. It is marked when an access token is granted for it. The mark outlives the
/// issuer: registered again, the issuer has another id, but the same URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SingleUse {
    /// The id of the organization.
    pub organization: i64,
    /// The URL of its issuer.
    pub issuer: String,
    /// Its `jti`.
    pub jti: String,
    /// When it expires, in seconds since 1970: it is refused from then on in any case.
    pub expires: i64,
}

impl SingleUse {
    /// The statement that stores a mark with its expiry. It changes no row if the token was used
    /// before.
    pub(crate) const INSERT: &str =
        "INSERT INTO exchanged (mark, expires) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    /// The mark: a hash, because an index of PostgreSQL has no room for a long URL and `jti`.
    pub(crate) fn mark(&self) -> String {
        let mut hash = Context::new(&SHA256);
        hash.update(&self.organization.to_be_bytes());
        for text in [&self.issuer, &self.jti] {
            hash.update(&text.len().to_be_bytes());
            hash.update(text.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(hash.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::SingleUse;

    fn mark(organization: i64, issuer: &str, jti: &str) -> String {
        let single_use = SingleUse {
            organization,
            issuer: issuer.to_owned(),
            jti: jti.to_owned(),
            expires: 0,
        };
        single_use.mark()
    }

    #[test]
    fn marks_differ_in_organization_issuer_and_jti() {
        let one = mark(1, "https://a", "b");
        assert_eq!(one, mark(1, "https://a", "b"));
        assert_eq!(one.len(), 43);
        for other in [
            mark(2, "https://a", "b"),
            mark(1, "https://b", "b"),
            mark(1, "https://a", "c"),
            mark(1, "https://ab", ""),
            mark(1, "https://", "ab"),
        ] {
            assert_ne!(one, other);
        }
    }
}
