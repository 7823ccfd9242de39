//! Changes as they are recorded.

use claimgate_api::{ChangeAction, ChangeAuthor, ChangeBody, ChangeEntry, FindingBody};
use serde_json::Value;

use crate::clock::now;
use crate::organizations::record::Organization;
use crate::random;
use crate::tokens::record::TokenRecord;

/// Who makes changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author(pub(crate) ChangeAuthor);

impl Default for Author {
    /// The server itself.
    fn default() -> Self {
        Self(ChangeAuthor {
            kind: "server".to_owned(),
            ..ChangeAuthor::default()
        })
    }
}

impl Author {
    /// The holder of an access token, at an address.
    pub(crate) fn new(token: &TokenRecord, address: Option<String>) -> Self {
        Self(ChangeAuthor {
            kind: token.kind.as_str().to_owned(),
            token: Some(token.id.clone()),
            issuer: token.issuer.clone(),
            subject: token.subject.clone(),
            address,
        })
    }

    /// Whether a recorded author used the same access token.
    pub(crate) fn is_same_token(&self, recorded: &str) -> bool {
        let recorded = serde_json::from_str::<ChangeAuthor>(recorded);
        let token = recorded.ok().and_then(|author| author.token);
        token.is_some() && token == self.0.token
    }
}

/// A change that is being made.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    entry: ChangeEntry,
    /// What is different before and after.
    difference: [Option<Value>; 2],
    findings: Vec<FindingBody>,
}

impl Change {
    /// A change that is made now.
    pub(crate) fn new(action: ChangeAction) -> Self {
        Self {
            entry: ChangeEntry {
                id: random::id(),
                at: now(),
                code: action.code().to_owned(),
                summary: action.summary().to_owned(),
                ..ChangeEntry::default()
            },
            difference: [None, None],
            findings: Vec::new(),
        }
    }

    /// In an organization.
    pub(crate) fn within(self, organization: &Organization) -> Self {
        self.within_named(Some(organization.id), Some(&organization.name))
    }

    /// In the organization with an id and a name, if there is one.
    pub(crate) fn within_named(mut self, id: Option<i64>, name: Option<&str>) -> Self {
        self.entry.organization_id = id;
        self.entry.organization = name.map(str::to_owned);
        self
    }

    /// Of the issuer with an id and a URL, if that is known.
    pub(crate) fn of_issuer(mut self, id: &str, url: Option<&str>) -> Self {
        self.entry.issuer = Some(id.to_owned());
        self.entry.name = url.map(str::to_owned);
        self
    }

    /// Of the token with an id.
    pub(crate) fn of_token(mut self, id: &str) -> Self {
        self.entry.name = Some(id.to_owned());
        self
    }

    /// Of the environment with a name, `project/name`.
    pub(crate) fn of_environment(mut self, name: &str) -> Self {
        self.entry.name = Some(name.to_owned());
        self
    }

    /// What is different before and after.
    pub(crate) fn with(mut self, difference: [Option<Value>; 2]) -> Self {
        self.difference = difference;
        self
    }

    /// What the guard has found on it.
    pub(crate) fn with_findings(mut self, findings: Vec<FindingBody>) -> Self {
        self.findings = findings;
        self
    }

    /// The change as it is recorded.
    pub(crate) fn by(self, author: &Author) -> ChangeBody {
        let [before, after] = self.difference;
        ChangeBody {
            entry: ChangeEntry {
                by: author.0.clone(),
                warnings: self.findings.len(),
                ..self.entry
            },
            before,
            after,
            findings: self.findings,
        }
    }
}
