//! The registered issuers.

use std::sync::Arc;

use super::compiled::Issuer;
use super::url::{nearly, related};
use crate::claims::Value;
use crate::jwt::TokenError;
use crate::numbers::Table;

/// The compiled issuers of one organization, found by their URLs. Cloning is cheap.
///
/// Issuers that share a URL are not used: it is ambiguous whose policies apply to a token.
///
/// ```
/// use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
/// use claimgate::pattern::Dialect;
///
/// let definition = IssuerDefinition { url: "https://gitlab.com".to_owned(), ..Default::default() };
/// let issuers = Issuers::from(vec![Issuer::compile(&definition, Dialect::Pulumi)?]);
/// assert_eq!(issuers.get(0).map(Issuer::url), Some("https://gitlab.com"));
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Issuers(Arc<Registered>);

#[derive(Debug, Default)]
struct Registered {
    issuers: Vec<Issuer>,
    by_url: Table<String, Place>,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    At(usize),
    Repeated,
}

impl From<Vec<Issuer>> for Issuers {
    fn from(issuers: Vec<Issuer>) -> Self {
        let mut by_url = Table::default();
        for (index, issuer) in issuers.iter().enumerate() {
            let place = match by_url.get(issuer.url()) {
                Some(_) => Place::Repeated,
                None => Place::At(index),
            };
            by_url.insert(issuer.url().to_owned(), place);
        }
        Self(Arc::new(Registered { issuers, by_url }))
    }
}

impl FromIterator<Issuer> for Issuers {
    fn from_iter<T: IntoIterator<Item = Issuer>>(issuers: T) -> Self {
        Self::from(issuers.into_iter().collect::<Vec<_>>())
    }
}

impl Issuers {
    /// The issuer at an index, in the order in which they were given.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Issuer> {
        self.0.issuers.get(index)
    }

    /// All issuers.
    #[must_use]
    pub fn as_slice(&self) -> &[Issuer] {
        &self.0.issuers
    }

    /// The number of issuers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.issuers.len()
    }

    /// Whether there are no issuers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.issuers.is_empty()
    }

    /// Index of the issuer that a token's `iss` names, exactly.
    pub(crate) fn find(&self, iss: Option<&Value>) -> Result<usize, TokenError> {
        let Some(Value::String(iss)) = iss else {
            let found = iss.map_or("none", Value::kind).to_owned();
            return Err(TokenError::IssuerMissing { found });
        };
        match self.0.by_url.get(iss) {
            Some(Place::At(index)) => Ok(*index),
            Some(Place::Repeated) => Err(TokenError::IssuerRepeated { found: iss.clone() }),
            None => Err(self.not_found(iss)),
        }
    }

    fn not_found(&self, iss: &str) -> TokenError {
        let found = iss.to_owned();
        let closest = |difference: fn(&str, &str) -> Option<&'static str>| {
            let urls = self.0.issuers.iter().map(Issuer::url);
            urls.into_iter()
                .find_map(|url| Some((url.to_owned(), difference(iss, url)?)))
        };
        if let Some((registered, difference)) = closest(nearly) {
            return TokenError::IssuerNearly {
                found,
                registered,
                difference,
            };
        }
        match closest(related) {
            None => TokenError::IssuerUnknown { found },
            Some((registered, difference)) => TokenError::IssuerRelated {
                found,
                registered,
                difference,
            },
        }
    }
}
