//! Writes test files.

use claimgate::claims::Value;
use claimgate::explain::Outcome;
use claimgate::policy::{PolicyDefinition, RequestedToken, TokenType, to_json};
use claimgate::time;

use super::file::{
    Case, CaseToken, Expectation, NearestExpectation, PolicyName, PolicySource, TestFile,
};
use super::property::{Property, PropertyKind, RequestFilter};
use super::titles;

/// The members of an object that is written.
type Members = Vec<(String, Value)>;

impl TestFile {
    /// The file as a value, which [`TestFile::read`] reads as the same.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = Members::new();
        optional(&mut members, "note", self.note.as_deref().map(text));
        optional(&mut members, "policies", self.policies.as_ref().map(source));
        optional(&mut members, "issuer", self.issuer.as_deref().map(text));
        let audiences = self.audiences.as_deref();
        optional(&mut members, "audiences", audiences.map(texts));
        let provider = self.provider.as_deref();
        let provider = provider.map(|own| if own.is_empty() { "none" } else { own });
        optional(&mut members, "provider", provider.map(text));
        let dialect = self.dialect.map(|dialect| text(dialect.as_str()));
        optional(&mut members, "dialect", dialect);
        let now = self.now.map(|now| text(&time::format_utc(now)));
        optional(&mut members, "now", now);
        optional(&mut members, "mine", self.mine.as_deref().map(text));
        if !self.samples.is_empty() {
            let sample = |(name, claims): &(String, claimgate::Claims)| {
                (name.clone(), claims.clone().into_value())
            };
            let samples = self.samples.iter().map(sample).collect();
            put(&mut members, "samples", Value::Object(samples));
        }
        // A file without tests says so.
        if !self.cases.is_empty() || self.properties.is_empty() {
            let cases = self.cases.iter().map(Case::to_value).collect();
            put(&mut members, "cases", Value::Array(cases));
        }
        if !self.properties.is_empty() {
            let properties = self.properties.iter().map(property).collect();
            put(&mut members, "properties", Value::Array(properties));
        }
        Value::Object(members)
    }
}

impl Case {
    /// The case as a value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = Members::new();
        put(&mut members, "name", text(&self.name));
        optional(&mut members, "note", self.note.as_deref().map(text));
        match &self.token {
            CaseToken::Claims(claims) => {
                put(&mut members, "claims", claims.clone().into_value());
            }
            CaseToken::Sample {
                name,
                with,
                without,
            } => {
                put(&mut members, "sample", text(name));
                if !with.is_empty() {
                    put(&mut members, "with", Value::Object(with.clone()));
                }
                if !without.is_empty() {
                    put(&mut members, "without", texts(without));
                }
            }
        }
        if self.request != (RequestedToken::Organization { admin: false }) {
            put(&mut members, "request", request(&self.request));
        }
        expectation(&mut members, &self.expect);
        Value::Object(members)
    }
}

fn expectation(members: &mut Members, expect: &Expectation) {
    let decision: Outcome = expect.decision;
    put(members, "expect", text(titles::word(decision)));
    optional(members, "code", expect.code.as_deref().map(text));
    let policies = expect.policies.as_deref();
    let policies = policies.map(|names| Value::Array(names.iter().map(policy).collect()));
    optional(members, "policies", policies);
    let role = expect.role.as_ref();
    let role = role.map(|role| role.as_deref().map_or(Value::Null, text));
    optional(members, "role", role);
    optional(members, "nearest", expect.nearest.as_ref().map(nearest));
}

fn policy(name: &PolicyName) -> Value {
    match name {
        PolicyName::Number(number) => Value::Integer(i128::try_from(*number).unwrap_or(i128::MAX)),
        PolicyName::Name(name) => text(name),
    }
}

fn nearest(expect: &NearestExpectation) -> Value {
    let Some(claims) = &expect.claims else {
        return policy(&expect.policy);
    };
    let mut members = Members::new();
    put(&mut members, "policy", policy(&expect.policy));
    put(&mut members, "claims", texts(claims));
    Value::Object(members)
}

fn request(request: &RequestedToken) -> Value {
    let (name, value) = match request {
        RequestedToken::Organization { admin } => ("admin", Value::Bool(*admin)),
        RequestedToken::Team { name } => ("team", text(name)),
        RequestedToken::Personal { login } => ("user", text(login)),
        RequestedToken::Runner { name } => ("runner", text(name)),
    };
    Value::Object(vec![(name.to_owned(), value)])
}

fn property(property: &Property) -> Value {
    let mut members = Members::new();
    if property.name != property.kind.title() {
        put(&mut members, "name", text(&property.name));
    }
    optional(&mut members, "note", property.note.as_deref().map(text));
    put(&mut members, property.kind.key(), kind(&property.kind));
    optional(
        &mut members,
        "request",
        property.request.as_ref().map(filter),
    );
    if property.allow_undecided {
        put(&mut members, "allowUndecided", Value::Bool(true));
    }
    Value::Object(members)
}

fn kind(kind: &PropertyKind) -> Value {
    match kind {
        PropertyKind::Never(rules) | PropertyKind::Only(rules) => {
            let rule = |(claim, pattern): &(String, String)| (claim.clone(), text(pattern));
            Value::Object(rules.iter().map(rule).collect())
        }
        PropertyKind::AtMost(file) | PropertyKind::Equivalent(file) => text(file),
        PropertyKind::NoFindings { except, notes } => terms(except, *notes),
        PropertyKind::NoOutsiders { except } => terms(except, false),
    }
}

fn terms(except: &[String], notes: bool) -> Value {
    let mut members = Members::new();
    if !except.is_empty() {
        put(&mut members, "except", texts(except));
    }
    if notes {
        put(&mut members, "notes", Value::Bool(true));
    }
    match members.is_empty() {
        true => Value::Bool(true),
        false => Value::Object(members),
    }
}

fn filter(filter: &RequestFilter) -> Value {
    let mut members = Members::new();
    put(&mut members, "tokenType", text(filter.token_type.as_str()));
    let target = match filter.token_type {
        TokenType::Runner => "runner",
        _ => "user",
    };
    optional(&mut members, target, filter.target.as_deref().map(text));
    if filter.admin {
        put(&mut members, "admin", Value::Bool(true));
    }
    Value::Object(members)
}

fn source(source: &PolicySource) -> Value {
    match source {
        PolicySource::File(name) => text(name),
        PolicySource::Inline(policies) => inline(policies),
    }
}

fn inline(policies: &[PolicyDefinition]) -> Value {
    let body = Value::parse(&to_json(policies)).ok();
    let policies = body.and_then(|body| body.member("policies").cloned());
    policies.unwrap_or(Value::Array(Vec::new()))
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn texts(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|own| text(own)).collect())
}

fn put(members: &mut Members, name: &str, value: Value) {
    members.push((name.to_owned(), value));
}

fn optional(members: &mut Members, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        put(members, name, value);
    }
}
