//! Reading whatever a person has: our own file, answers of Pulumi Cloud's API, policies, or a
//! Pulumi program.

use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::policy::PolicyDefinition;

use super::issuers::{Unknown, issuer};
use super::policies::{check, policies};
use super::reader::{Note, NoteKind, Object, Problem, Reader};
use super::{program, settings, source, yaml};
use crate::samples::Sample;

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 4 << 20;

/// What a text was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `claimgate.json`: the configuration of an engine.
    Settings,
    /// What Pulumi Cloud answers about issuers.
    Issuers,
    /// What Pulumi Cloud answers about the policies of an issuer, or takes for them.
    AuthPolicy,
    /// Policies without anything around.
    Policies,
    /// A Pulumi program in YAML or JSON.
    Program,
}

impl Kind {
    /// It in words: `a Claimgate file`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Settings => "a Claimgate file",
            Self::Issuers => "issuers of Pulumi Cloud",
            Self::AuthPolicy => "the policies of an issuer of Pulumi Cloud",
            Self::Policies => "policies",
            Self::Program => "a Pulumi program",
        }
    }

    /// Whether policies of this kind are of no issuer that is named.
    pub fn has_only_policies(self) -> bool {
        matches!(self, Self::AuthPolicy | Self::Policies)
    }
}

/// What was understood. Nothing is saved yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// What the text is.
    pub kind: Kind,
    /// The issuers.
    pub issuers: Vec<IssuerDocument>,
    /// Policies that no issuer is named for.
    pub policies: Vec<PolicyDefinition>,
    /// The organization, where the text names one.
    pub organization: Option<String>,
    /// Everything that is left out or taken otherwise.
    pub notes: Vec<Note>,
}

/// An issuer as a document describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuerDocument {
    /// The issuer.
    pub definition: IssuerDefinition,
    /// The provider that it was made from, if the text says so.
    pub preset: String,
    /// Whether a server exchanges each of its ID tokens once only.
    pub single_use: bool,
    /// Decoded claims to try the policies on.
    pub samples: Vec<Sample>,
    /// Whether the text has policies for it. Without, those that it may have already should stay.
    pub has_policies: bool,
}

/// Reads a text: all of it, or everything that is wrong with it.
pub fn import(text: &str) -> Result<Imported, Vec<Problem>> {
    let value = parse(text).map_err(|problem| vec![problem])?;
    let mut reader = Reader::default();
    let understood = understand(&mut reader, &value);
    repeated_urls(&mut reader, &understood.issuers);
    if reader.problems.is_empty() {
        Ok(Imported {
            notes: reader.notes,
            ..understood
        })
    } else {
        Err(reader.problems)
    }
}

/// Something understood, without anything in it.
pub(super) fn nothing(kind: Kind) -> Imported {
    Imported {
        kind,
        issuers: Vec::new(),
        policies: Vec::new(),
        organization: None,
        notes: Vec::new(),
    }
}

fn parse(text: &str) -> Result<Value, Problem> {
    if text.len() > MAX_TEXT {
        return Err(Problem::new(
            "",
            format!("expected at most {MAX_TEXT} bytes, found {}", text.len()),
        ));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    match text.chars().next() {
        None => Err(Problem::new(
            "",
            "expected issuers or policies, found nothing",
        )),
        Some('{' | '[') => Value::parse(text).map_err(|error| Problem::new("", error.to_string())),
        Some(_) => source::script(text)
            .or_else(|| source::typescript(text))
            .unwrap_or_else(|| yaml::parse(text)),
    }
}

fn understand(reader: &mut Reader, value: &Value) -> Imported {
    let has = |name: &str| value.member(name).is_some();
    match value {
        Value::Array(items) if items.iter().any(|item| item.member("url").is_some()) => {
            issuers(reader, Kind::Issuers, "", items)
        }
        Value::Array(_) => bare(reader, Kind::Policies, value),
        Value::Object(members) => {
            let object = Object {
                path: String::new(),
                members,
            };
            if has("resources") {
                program::read(reader, &object)
            } else if has("issuers") {
                settings::read(reader, &object)
            } else if has("oidcIssuers") {
                reader.ignore_others(&object, &["oidcIssuers"], "it is not known here");
                let items = reader.list(&object, "oidcIssuers");
                issuers(reader, Kind::Issuers, "oidcIssuers", items)
            } else if has("url") {
                issuers(reader, Kind::Issuers, "", std::slice::from_ref(value))
            } else if has("policies") {
                bare(reader, Kind::AuthPolicy, value)
            } else if has("decision") || has("rules") {
                bare(reader, Kind::Policies, &Value::Array(vec![value.clone()]))
            } else {
                unknown(reader, value)
            }
        }
        other => unknown(reader, other),
    }
}

fn unknown(reader: &mut Reader, value: &Value) -> Imported {
    let expected = "a Claimgate file (`issuers`), an answer of Pulumi Cloud (`oidcIssuers`, `url` or `policies`), \
                    policies or a Pulumi program (`resources`)";
    reader.wrong("", expected, Some(value));
    nothing(Kind::Settings)
}

fn bare(reader: &mut Reader, kind: Kind, value: &Value) -> Imported {
    let before = reader.problems.len();
    let policies = policies(reader, "", value);
    if reader.problems.len() == before {
        check(
            reader,
            if kind == Kind::AuthPolicy {
                "policies"
            } else {
                ""
            },
            &policies,
        );
    }
    Imported {
        policies,
        ..nothing(kind)
    }
}

fn issuers(reader: &mut Reader, kind: Kind, path: &str, items: &[Value]) -> Imported {
    let one = |(index, item)| {
        let path = if path.is_empty() && items.len() == 1 {
            String::new()
        } else {
            format!("{path}[{index}]")
        };
        issuer(reader, &path, item, Unknown::Noted)
    };
    Imported {
        issuers: items.iter().enumerate().filter_map(one).collect(),
        ..nothing(kind)
    }
}

fn repeated_urls(reader: &mut Reader, issuers: &[IssuerDocument]) {
    for (index, issuer) in issuers.iter().enumerate() {
        let url = &issuer.definition.url;
        if issuers
            .iter()
            .take(index)
            .any(|other| other.definition.url == *url)
        {
            let sentence = format!(
                "`{url}` is the URL of two issuers: tokens of it are refused as long as there are both"
            );
            reader.note(NoteKind::Remark, url.clone(), sentence);
        }
    }
}
