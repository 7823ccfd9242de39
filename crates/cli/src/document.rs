//! Files of issuers and policies: `claimgate.json`, answers of Pulumi Cloud and of the server, and
//! policies alone. Read strictly: what is not known is an error, for whoever has written it meant
//! something.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet};
use claimgate_server::policies::{self, Policy, REPORT_ONLY};

use crate::place::{Place, place};
use crate::reporting::{Sets, mark};

const FILE_KEYS: [&str; 6] = [
    "version",
    "issuers",
    "organization",
    "leeway",
    "maxSize",
    "dialect",
];
/// Where policies stand in the server's list of issuers.
const AUTH_POLICY: &str = "authPolicy";
const ISSUER_KEYS: [&str; 11] = [
    "url",
    "name",
    "jwks",
    "maxExpiration",
    "policies",
    AUTH_POLICY,
    "preset",
    "thumbprints",
    "samples",
    "singleUse",
    REPORT_ONLY,
];
/// What a service writes into an issuer or a set of policies, and does not change what it means.
const OWN_KEYS: [&str; 6] = ["id", "version", "created", "modified", "lastUsed", "issuer"];

/// A file that was read, whatever is wrong with it.
#[derive(Default)]
pub(crate) struct Document {
    /// The issuers, those that can be decided with, with all of their policies.
    pub(crate) issuers: Vec<Issuer>,
    /// The same without policies that only report what they would deny.
    pub(crate) enforced: Vec<Issuer>,
    /// Of each issuer, the indices of those policies.
    pub(crate) reporting: Vec<Vec<usize>>,
    /// Policies that no issuer is named for, if the file has such.
    pub(crate) alone: Option<Sets<PolicySet>>,
    /// How many policies there are, in issuers and alone.
    pub(crate) policies: usize,
    /// By how much clocks may differ, if the file says so.
    pub(crate) leeway: Option<u64>,
    /// The largest token, if the file says so.
    pub(crate) max_size: Option<usize>,
    /// What keeps it from being used.
    pub(crate) errors: Vec<Located>,
    /// What deserves a second look.
    pub(crate) findings: Vec<Located>,
}

/// A diagnostic, and where it is in the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Located {
    #[serde(flatten)]
    pub(crate) diagnostic: Diagnostic,
    #[serde(flatten)]
    pub(crate) place: Place,
}

impl Document {
    /// Reads a file's text.
    pub(crate) fn read(text: &str) -> Self {
        let mut reader = Reader {
            text,
            document: Self::default(),
            dialect: Dialect::Pulumi,
        };
        match Value::parse(text) {
            Ok(value) => reader.document(&value),
            Err(error) => {
                let (line, column) = error.place();
                reader.document.errors.push(Located {
                    diagnostic: Diagnostic::error("", error.code(), error.to_string()),
                    place: Place { line, column },
                });
            }
        }
        reader.document
    }
}

struct Reader<'a> {
    text: &'a str,
    document: Document,
    dialect: Dialect,
}

impl Reader<'_> {
    fn document(&mut self, value: &Value) {
        let has = |name: &str| value.member(name).is_some();
        match value {
            Value::Object(_) if has("issuers") => self.settings(value),
            Value::Object(members) if has("oidcIssuers") => {
                self.refuse_others("", members, &["oidcIssuers"], &[]);
                self.issuers("oidcIssuers", value.member("oidcIssuers"));
            }
            Value::Object(_) if has("url") => self.issuer("", value),
            Value::Array(items) if items.iter().any(|item| item.member("url").is_some()) => {
                self.issuers("", Some(value));
            }
            Value::Object(_) if has("policies") => self.policies_alone("", value),
            Value::Array(_) => self.policies_alone("policies", value),
            Value::Object(_) if has("decision") || has("rules") => {
                self.policies_alone("policies[0].", value)
            }
            other => {
                let expected = "a Claimgate file (`issuers`), an answer of Pulumi Cloud (`oidcIssuers`, `url`) or policies";
                self.wrong("", expected, Some(other));
            }
        }
    }

    /// `claimgate.json`, what the engine for JavaScript is configured with.
    fn settings(&mut self, value: &Value) {
        let Value::Object(members) = value else {
            return;
        };
        self.refuse_others("", members, &FILE_KEYS, &[]);
        match value.member("version") {
            None | Some(Value::Integer(1)) => {}
            other => self.wrong("version", "version 1", other),
        }
        match value.member("dialect").map(Value::as_str) {
            None | Some(Some("pulumi")) => {}
            Some(Some("stringlike")) => self.dialect = Dialect::StringLike,
            Some(_) => self.wrong(
                "dialect",
                "`pulumi` or `stringlike`",
                value.member("dialect"),
            ),
        }
        self.text_of("", value, "organization");
        self.document.leeway = self.number("", value, "leeway");
        self.document.max_size = self
            .number("", value, "maxSize")
            .and_then(|size| usize::try_from(size).ok());
        self.issuers("issuers", value.member("issuers"));
    }

    fn issuers(&mut self, path: &str, value: Option<&Value>) {
        let Some(Value::Array(items)) = value else {
            self.wrong(path, "an array of issuers", value);
            return;
        };
        for (index, item) in items.iter().enumerate() {
            self.issuer(&format!("{path}[{index}]"), item);
            let url = item.member("url").and_then(Value::as_str);
            if url.is_some()
                && items
                    .iter()
                    .take(index)
                    .any(|other| other.member("url").and_then(Value::as_str) == url)
            {
                let message = format!("`{}` is the URL of two issuers", url.unwrap_or_default());
                let help = "nobody could tell whose policies hold: keep one of them, with the policies of both";
                self.error(
                    &format!("{path}[{index}].url"),
                    "issuer-repeated",
                    message,
                    Some(help.to_owned()),
                );
            }
        }
    }

    fn issuer(&mut self, path: &str, value: &Value) {
        let Value::Object(members) = value else {
            self.wrong(path, "an issuer, an object", Some(value));
            return;
        };
        let before = self.document.errors.len();
        self.refuse_others(path, members, &ISSUER_KEYS, &OWN_KEYS);
        let url = self.text_of(path, value, "url");
        let is_url_there = url.is_some() || value.member("url").is_none();
        self.text_of(path, value, "preset");
        self.flag(path, value, "singleUse");
        let (array, mut policies) = self.policies(path, value);
        if self.flag(path, value, REPORT_ONLY) {
            self.all_report(path, &mut policies);
        }
        let definition = IssuerDefinition {
            name: self
                .text_of(path, value, "name")
                .filter(|name| !name.trim().is_empty())
                .or_else(|| url.clone())
                .unwrap_or_default(),
            url: url.unwrap_or_default(),
            max_expiration: self.number(path, value, "maxExpiration"),
            jwks: self.jwks(path, value),
            thumbprints: self.texts(path, value, "thumbprints"),
            policies: Vec::new(),
        };
        self.thumbprints(path, &definition.thumbprints);
        let dialect = self.dialect;
        let compile = |policies| {
            Issuer::compile(
                &IssuerDefinition {
                    policies,
                    ..definition.clone()
                },
                dialect,
            )
        };
        // The engine calls the policies `policies[0]` and so on, wherever they stand.
        let own = |path: &str| match path.strip_prefix("policies") {
            Some(rest) => format!("{array}{rest}"),
            None => path.to_owned(),
        };
        match Sets::of(&policies, compile) {
            Ok(Sets {
                all,
                enforced,
                reporting,
            }) => {
                let findings = self.findings_on(&policies).into_iter();
                self.findings(
                    path,
                    findings.map(|finding| {
                        let path = own(&finding.path);
                        finding.at(path)
                    }),
                );
                // One that is not as it was meant to be decides nothing.
                if self.document.errors.len() == before {
                    self.document.issuers.push(all);
                    self.document.enforced.push(enforced);
                    self.document.reporting.push(reporting);
                }
            }
            // A URL that is no text was told already.
            Err(errors) => {
                let errors = errors
                    .into_iter()
                    .filter(|error| is_url_there || error.path != "url");
                self.errors(
                    path,
                    errors
                        .map(|error| {
                            let path = own(&error.path);
                            error.at(path)
                        })
                        .collect(),
                );
            }
        }
    }

    /// The policies of an issuer, and where the array of them is. They stand in `policies`, or as
    /// the server lists them in `authPolicy`: an array, an object with one, or the JSON text of
    /// either.
    fn policies(&mut self, path: &str, issuer: &Value) -> (String, Vec<Policy>) {
        let given = |name| {
            issuer
                .member(name)
                .filter(|value| **value != Value::Null)
                .map(|value| (name, value))
        };
        let (name, value) = match (given("policies"), given(AUTH_POLICY)) {
            (Some(given), None) | (None, Some(given)) => given,
            (None, None) => return Default::default(),
            (Some(_), Some(_)) => {
                let message =
                    format!("expected policies in `policies` or in `{AUTH_POLICY}`, found both");
                self.error(&join(path, AUTH_POLICY), "wrong-value", message, None);
                return Default::default();
            }
        };
        let json = match value {
            Value::String(text) => text.clone(),
            other => other.to_json(),
        };
        let is_within = value.member("policies").is_some();
        let array = if is_within {
            format!("{name}.policies")
        } else {
            name.to_owned()
        };
        match policies::parse(&json) {
            Ok(policies) => {
                self.document.policies += policies.len();
                self.marks(&join(path, &array), &policies);
                (array, policies)
            }
            Err(errors) => {
                self.errors(&join(path, name), errors);
                (array, Vec::new())
            }
        }
    }

    /// Policies that no issuer is named for. The engine calls them `policies[0]` and so on,
    /// whatever they stand in: `surplus` is how much of that is not in the file.
    fn policies_alone(&mut self, surplus: &str, value: &Value) {
        let policies = match policies::parse(&value.to_json()) {
            Ok(policies) => policies,
            Err(errors) => return self.errors("", errors),
        };
        let own = |path: &str| path.strip_prefix(surplus).unwrap_or(path).to_owned();
        self.document.policies += policies.len();
        let dialect = self.dialect;
        match Sets::of(&policies, |definitions: Vec<PolicyDefinition>| {
            PolicySet::compile(&definitions, dialect)
        }) {
            Ok(sets) => {
                let marks = sets
                    .reporting
                    .iter()
                    .map(|index| mark(&own(&format!("policies[{index}].{REPORT_ONLY}"))));
                self.findings("", marks);
                let findings = self.findings_on(&policies).into_iter();
                self.findings(
                    "",
                    findings.map(|finding| {
                        let path = own(&finding.path);
                        finding.at(path)
                    }),
                );
                self.document.alone = Some(sets);
            }
            Err(errors) => {
                let errors = errors.into_iter().map(|error| {
                    let path = own(&error.path);
                    error.at(path)
                });
                self.errors("", errors.collect());
            }
        }
    }

    /// Says which policies of an issuer only report.
    fn marks(&mut self, path: &str, policies: &[Policy]) {
        let reporting = policies
            .iter()
            .enumerate()
            .filter(|(_, policy)| policy.report_only);
        self.findings(
            path,
            reporting.map(|(index, _)| mark(&format!("[{index}].{REPORT_ONLY}"))),
        );
    }

    /// An issuer all of whose deny policies only report.
    fn all_report(&mut self, path: &str, policies: &mut [Policy]) {
        for policy in policies
            .iter_mut()
            .filter(|policy| policy.definition.decision == Decision::Deny)
        {
            policy.report_only = true;
        }
        self.findings(path, std::iter::once(mark(REPORT_ONLY)));
    }

    fn flag(&mut self, path: &str, value: &Value, name: &str) -> bool {
        match value.member(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            other => {
                self.wrong(&join(path, name), "`true` or `false`", other);
                false
            }
        }
    }

    fn jwks(&mut self, path: &str, issuer: &Value) -> Option<String> {
        match issuer.member("jwks") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(keys @ Value::Object(_)) => Some(keys.to_json()),
            other => {
                self.wrong(
                    &join(path, "jwks"),
                    "a JWKS, as an object or as text",
                    other,
                );
                None
            }
        }
    }

    fn thumbprints(&mut self, path: &str, thumbprints: &[String]) {
        for (index, found) in thumbprints.iter().enumerate() {
            let digits: String = found.chars().filter(|c| *c != ':').collect();
            if digits.len() != 64 || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
                let path = format!("{}[{index}]", join(path, "thumbprints"));
                let message = format!(
                    "expected a SHA-256 thumbprint of 64 hexadecimal digits, found `{found}`"
                );
                self.error(&path, "wrong-value", message, None);
            }
        }
    }

    fn text_of(&mut self, path: &str, value: &Value, name: &str) -> Option<String> {
        match value.member(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            other => {
                self.wrong(&join(path, name), "a string", other);
                None
            }
        }
    }

    fn texts(&mut self, path: &str, value: &Value, name: &str) -> Vec<String> {
        let path = join(path, name);
        match value.member(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                let mut texts = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::String(text) => texts.push(text.clone()),
                        other => self.wrong(&format!("{path}[{index}]"), "a string", Some(other)),
                    }
                }
                texts
            }
            other => {
                self.wrong(&path, "an array of strings", other);
                Vec::new()
            }
        }
    }

    fn number(&mut self, path: &str, value: &Value, name: &str) -> Option<u64> {
        let found = value.member(name).filter(|found| **found != Value::Null)?;
        let number = if let Value::Integer(number) = found {
            u64::try_from(*number).ok()
        } else {
            None
        };
        if number.is_none() {
            self.wrong(&join(path, name), "a whole number from 0", Some(found));
        }
        number
    }

    /// Refuses members that are neither `known` nor a service's `own`.
    fn refuse_others(
        &mut self,
        path: &str,
        members: &[(String, Value)],
        known: &[&str],
        own: &[&str],
    ) {
        let is_known = |name: &str| known.contains(&name) || own.contains(&name);
        for (name, _) in members.iter().filter(|(name, _)| !is_known(name)) {
            let help = match nearest(name, known) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("known are {}", known.join(", ")),
            };
            self.error(
                &join(path, name),
                "unknown-key",
                format!("unknown key `{name}`"),
                Some(help),
            );
        }
    }

    fn wrong(&mut self, path: &str, expected: &str, found: Option<&Value>) {
        let found = match found {
            None => "nothing".to_owned(),
            Some(Value::String(text)) => format!("`{text}`"),
            Some(Value::Integer(number)) => format!("`{number}`"),
            Some(value) => value.kind().to_owned(),
        };
        self.error(
            path,
            "wrong-value",
            format!("expected {expected}, found {found}"),
            None,
        );
    }

    fn error(&mut self, path: &str, code: &'static str, message: String, help: Option<String>) {
        let error = Diagnostic::error(path, code, message);
        let error = match help {
            Some(help) => error.help(help),
            None => error,
        };
        self.errors("", error.into());
    }

    /// Errors of something within the file, whose paths begin there.
    fn errors(&mut self, outer: &str, errors: Diagnostics) {
        let located = errors.into_iter().map(|error| self.located(outer, error));
        let located: Vec<_> = located.collect();
        self.document.errors.extend(located);
    }

    fn findings_on(&self, policies: &[Policy]) -> Vec<Diagnostic> {
        let definitions = policies.iter().map(|policy| policy.definition.clone());
        claimgate_analysis::findings(&definitions.collect::<Vec<_>>(), self.dialect)
    }

    fn findings(&mut self, outer: &str, findings: impl Iterator<Item = Diagnostic>) {
        let located: Vec<_> = findings
            .map(|finding| self.located(outer, finding))
            .collect();
        self.document.findings.extend(located);
    }

    fn located(&self, outer: &str, diagnostic: Diagnostic) -> Located {
        let path = join(outer, &diagnostic.path);
        let place = place(self.text, &path);
        Located {
            diagnostic: diagnostic.at(path),
            place,
        }
    }
}

/// A place within another one.
fn join(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        ("", _) => inner.to_owned(),
        (_, "") => outer.to_owned(),
        _ if inner.starts_with('[') => format!("{outer}{inner}"),
        _ => format!("{outer}.{inner}"),
    }
}

/// The known name that `found` most likely stands for.
fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let found = found.to_ascii_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&found, &name.to_ascii_lowercase());
    let nearest = known.iter().map(|name| (distance(name), *name)).min()?;
    (nearest.0 <= 1 + nearest.1.len() / 3).then_some(nearest.1)
}
