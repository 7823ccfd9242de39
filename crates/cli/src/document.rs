//! A file of issuers and policies, compiled, with all errors and their places in the text.

use claimgate::expected::UNKNOWN_KEY;
use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::pattern::Dialect;
use claimgate::policy::PolicySet;
use claimgate_formats::text::{Unreadable, parse, spans};
use claimgate_formats::{IssuerPlace, Sample, read};

use crate::report::{Located, Locator, render};

/// A file that was read, whatever is wrong with it.
#[derive(Default)]
pub(crate) struct Document {
    /// Its text.
    pub(crate) text: String,
    /// The issuers without errors.
    pub(crate) issuers: Vec<Issuer>,
    /// Policies outside any issuer.
    pub(crate) alone: Option<PolicySet>,
    /// All issuers as written; policies alone are one without a URL.
    pub(crate) definitions: Vec<IssuerDefinition>,
    /// Where each of them is in the file.
    pub(crate) places: Vec<IssuerPlace>,
    /// The sample claims of each of them.
    pub(crate) samples: Vec<Vec<Sample>>,
    /// The dialect of patterns.
    pub(crate) dialect: Dialect,
    /// How many policies there are, in issuers and alone.
    pub(crate) policies: usize,
    /// The tolerated clock skew in seconds, if the file sets it.
    pub(crate) leeway: Option<u64>,
    /// The largest token in bytes, if the file sets it.
    pub(crate) max_size: Option<usize>,
    /// The errors, which keep the document from being used.
    pub(crate) errors: Vec<Located>,
    /// Members that are not known where others are allowed.
    pub(crate) unknown: Vec<Located>,
}

impl Document {
    /// Reads a file's text.
    pub(crate) fn read(text: String) -> Self {
        let value = match parse(&text) {
            Ok(value) => value,
            Err(error) => return Self::unreadable(text, error),
        };
        let (document, errors) = read(&value);
        let unknown: Vec<_> = document
            .notes
            .into_iter()
            .filter(|note| note.code == UNKNOWN_KEY)
            .collect();
        let compiled = document.issuers.iter();
        let issuers: Vec<_> = compiled
            .filter_map(|issuer| Issuer::compile(&issuer.definition, document.dialect).ok())
            .collect();
        let in_issuers = document.issuers.iter();
        let counts = in_issuers.map(|issuer| issuer.definition.policies.len());
        let policies = counts.sum::<usize>() + document.policies.len();
        let alone = document
            .kind
            .has_only_policies()
            .then(|| PolicySet::compile(&document.policies, document.dialect).ok())
            .flatten();
        let mut places = document.places;
        let (mut definitions, mut samples): (Vec<_>, Vec<_>) = document
            .issuers
            .into_iter()
            .map(|issuer| (issuer.definition, issuer.samples))
            .unzip();
        if document.kind.has_only_policies() {
            definitions.push(IssuerDefinition {
                policies: document.policies,
                ..IssuerDefinition::default()
            });
            places.push(IssuerPlace {
                issuer: String::new(),
                policies: document.policies_at,
            });
            samples.push(Vec::new());
        }
        let locator = Locator::new(&text, spans(&text));
        let locate = |diagnostic| locator.by_path(diagnostic);
        let errors = errors.into_iter().map(locate).collect();
        let unknown = unknown.into_iter().map(locate).collect();
        Self {
            text,
            issuers,
            alone,
            definitions,
            places,
            samples,
            dialect: document.dialect,
            policies,
            leeway: document.leeway,
            max_size: document
                .max_size
                .and_then(|size| usize::try_from(size).ok()),
            errors,
            unknown,
        }
    }

    fn unreadable(text: String, error: Unreadable) -> Self {
        let locator = Locator::new(&text, Default::default());
        let errors = vec![locator.at(*error.diagnostic, error.span)];
        Self {
            text,
            errors,
            ..Self::default()
        }
    }

    /// The errors, each with the line that it is about.
    pub(crate) fn report(&self, title: &str, is_colored: bool) -> String {
        render(title, &self.text, &self.errors, is_colored)
    }

    /// Locates diagnostics in the text.
    pub(crate) fn locator(&self) -> Locator<'_> {
        Locator::new(&self.text, spans(&self.text))
    }
}
