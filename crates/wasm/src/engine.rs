//! The engine behind the hand-written JavaScript: text passes through one buffer, numbers as
//! arguments.
//!
//! The run of a token begins with [`Core::begin`], waits for the host's result of the signature
//! check, and ends with a decision, an explanation or an exchange; until then it has a number.

mod answer;
mod claims;
mod run;
mod stage;

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::inspect::Options;
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::json::write;
use claimgate::jwt::Jwks;
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, parse_policies};
use claimgate_analysis::Policies;
use claimgate_formats::read_configuration;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::fields::Fields;
use crate::protocol::{
    ADMIN_REQUEST, ORGANIZATION_REQUEST, PERSONAL_REQUEST, RUNNER_REQUEST, TEAM_REQUEST,
};
use crate::{failure, input};
use stage::Run;

/// Compiled issuers and the runs of tokens through them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core {
    dialect: Dialect,
    organization: Option<String>,
    leeway: u64,
    max_size: usize,
    definitions: Vec<IssuerDefinition>,
    issuers: Issuers,
    /// The numbers of each issuer's keys, which are never reused.
    keys: Vec<Vec<u32>>,
    next_key: u32,
    fields: Vec<Fields>,
    /// The findings on each issuer's policies.
    findings: Vec<Vec<Diagnostic>>,
    buffer: Vec<u8>,
    runs: Vec<Option<Run>>,
    free: Vec<u32>,
    text: String,
    role: Option<String>,
}

#[wasm_bindgen]
impl Core {
    /// Reads the configuration without its policies: `issuers`, `organization`, `leeway`,
    /// `maxSize`, `dialect`. Errors are in [`Core::text`].
    #[must_use]
    pub fn create(config: &str) -> Self {
        let mut core = Self {
            dialect: Dialect::Pulumi,
            organization: None,
            leeway: 60,
            max_size: Options::at(0).max_size,
            definitions: Vec::new(),
            issuers: Issuers::default(),
            keys: Vec::new(),
            next_key: 0,
            fields: Vec::new(),
            findings: Vec::new(),
            buffer: Vec::new(),
            runs: Vec::new(),
            free: Vec::new(),
            text: String::new(),
            role: None,
        };
        let result = core.configure(config);
        core.say(result);
        core
    }

    fn configure(&mut self, config: &str) -> Result<(), Diagnostics> {
        let config = input::parse("config", config)?;
        let document = read_configuration(&config)?;
        self.dialect = document.dialect;
        self.organization = document.organization;
        self.leeway = document.leeway.unwrap_or(self.leeway);
        let max_size = document
            .max_size
            .and_then(|size| usize::try_from(size).ok());
        self.max_size = max_size.unwrap_or(self.max_size);
        let issuers = document.issuers.into_iter();
        self.definitions = issuers.map(|issuer| issuer.definition).collect();
        Ok(())
    }

    /// Adds policies in JSON text to an issuer that is not compiled yet; `first` is the index of
    /// the first of them.
    pub fn add_policies(&mut self, issuer: usize, first: usize, json: &str) {
        let policies = parse_policies(json).map_err(|errors| input::shifted(errors, first));
        let result = input::within(issuer, policies).and_then(|policies| {
            let missing = || failure("wrong-argument", "there is no such issuer");
            self.definitions
                .get_mut(issuer)
                .ok_or_else(missing)?
                .policies
                .extend(policies);
            Ok(())
        });
        self.say(result);
    }

    /// Compiles the issuers.
    pub fn compile(&mut self) {
        let definitions = std::mem::take(&mut self.definitions);
        let dialect = self.dialect;
        let mut issuers = Vec::with_capacity(definitions.len());
        let mut failures = Diagnostics::default();
        self.findings.clear();
        for (index, definition) in definitions.into_iter().enumerate() {
            match input::within(index, Issuer::compile(&definition, dialect)) {
                Ok(issuer) => {
                    issuers.push(issuer);
                    let policies = Policies::of(&definition, dialect);
                    self.findings.push(claimgate_analysis::findings(&policies));
                }
                Err(more) => failures.extend(more),
            }
        }
        if failures.is_empty() {
            self.fields = issuers.iter().map(Fields::of).collect();
            self.keys = vec![Vec::new(); issuers.len()];
            self.register(issuers.into());
        }
        self.say(failures.or(()));
    }

    /// Replaces the keys of an issuer by a JWKS in JSON text.
    pub fn set_jwks(&mut self, issuer: usize, json: &str) {
        let result = Jwks::parse(json).map_err(|error| failure(error.code(), error));
        let result = result.map(|jwks| {
            let others = self.issuers.as_slice().iter().enumerate();
            let issuers = others.map(|(index, other)| match index == issuer {
                true => other.with_jwks(Some(jwks.clone())),
                false => other.clone(),
            });
            let issuers = issuers.collect();
            if let Some(keys) = self.keys.get_mut(issuer) {
                keys.clear();
            }
            self.register(issuers);
        });
        self.say(result);
    }

    fn register(&mut self, issuers: Issuers) {
        for (keys, issuer) in self.keys.iter_mut().zip(issuers.as_slice()) {
            let count = issuer.jwks().map_or(0, |jwks| jwks.keys().len());
            while keys.len() < count {
                keys.push(self.next_key);
                self.next_key += 1;
            }
        }
        self.issuers = issuers;
    }

    /// For each issuer its `url`, the `claims` that decisions need, and its `keys` with their
    /// numbers, as JSON text.
    #[must_use]
    pub fn describe(&self) -> String {
        #[derive(Serialize)]
        struct Described<'a> {
            url: &'a str,
            name: &'a str,
            policies: usize,
            claims: Vec<&'a str>,
            keys: Vec<(u32, Option<String>)>,
            findings: &'a [Diagnostic],
        }
        let described = self
            .issuers
            .as_slice()
            .iter()
            .zip(&self.fields)
            .zip(&self.keys)
            .zip(&self.findings)
            .map(|(((issuer, fields), numbers), findings)| {
                let keys = issuer.jwks().map(Jwks::keys).unwrap_or_default();
                Described {
                    url: issuer.url(),
                    name: issuer.name(),
                    policies: issuer.policies().len(),
                    claims: fields.names(),
                    keys: numbers
                        .iter()
                        .copied()
                        .zip(keys.iter().map(|key| key.to_json()))
                        .collect(),
                    findings,
                }
            });
        write(&described.collect::<Vec<_>>())
    }

    /// Reserves `length` bytes of text, and returns their address.
    pub fn reserve(&mut self, length: usize) -> *const u8 {
        if self.buffer.len() < length {
            self.buffer.resize(length.next_power_of_two(), 0);
        }
        self.buffer.as_ptr()
    }

    /// The text result of the last call: empty after success without one.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// The role of the last decision.
    #[must_use]
    pub fn role(&self) -> Option<String> {
        self.role.clone()
    }

    fn say(&mut self, result: Result<(), Diagnostics>) {
        self.text = match result {
            Ok(()) => String::new(),
            Err(failures) => write(&failures),
        };
    }
}

/// A request by its number: 0 for organization, 1 with admin, 2 for a team, 3 for a user, 4 for a
/// runner.
fn requested(kind: u32, target: &str) -> Option<RequestedToken> {
    Some(match kind {
        ORGANIZATION_REQUEST => RequestedToken::Organization { admin: false },
        ADMIN_REQUEST => RequestedToken::Organization { admin: true },
        TEAM_REQUEST => RequestedToken::Team {
            name: target.to_owned(),
        },
        PERSONAL_REQUEST => RequestedToken::Personal {
            login: target.to_owned(),
        },
        RUNNER_REQUEST => RequestedToken::Runner {
            name: target.to_owned(),
        },
        _ => return None,
    })
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value, json};

    use super::Core;

    /// The errors of a configuration.
    fn errors(config: &Value) -> Vec<Value> {
        match Core::create(&config.to_string()).text() {
            text if text.is_empty() => Vec::new(),
            text => serde_json::from_str(&text).unwrap(),
        }
    }

    /// The command line and the server read the same table.
    #[test]
    fn the_same_issuers_are_refused_with_the_same_codes_everywhere() {
        let keys: Value =
            serde_json::from_str(include_str!("../../../examples/bench/jwks.json")).unwrap();
        for case in claimgate_testing::issuer_cases(&keys) {
            case.check(&errors(&case.document()));
        }
    }

    #[test]
    fn a_leeway_and_a_size_are_within_those_of_the_server() {
        for (member, value) in [("leeway", 601), ("maxSize", 0)] {
            let [error] = &errors(&json!({"issuers": [], member: value}))[..] else {
                panic!("{member}");
            };
            assert_eq!(
                (&error["path"], &error["code"]),
                (&json!(member), &json!("wrong-value"))
            );
        }
        assert!(errors(&json!({"issuers": [], "leeway": 600, "maxSize": 1})).is_empty());
    }
}
