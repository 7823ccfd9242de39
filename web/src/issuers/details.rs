//! The values of an issuer's fields while they are typed.

use leptos::prelude::*;

use super::keys_field::keys_error;
use claimgate::audience;
use claimgate_formats::thumbprint;
use claimgate_workbench::issuers::lifetime;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The values of the fields.
#[derive(Clone, Copy)]
pub(crate) struct Details {
    /// Name.
    pub(crate) name: RwSignal<String>,
    /// URL.
    pub(crate) url: RwSignal<String>,
    /// Max expiration, the number.
    pub(crate) number: RwSignal<String>,
    /// Its unit.
    pub(crate) unit: RwSignal<String>,
    /// JWKS.
    pub(crate) jwks: RwSignal<String>,
    /// Fetched keys: their text and their address. Once the field is edited, the address no longer
    /// applies.
    pub(crate) fetched: RwSignal<Option<(String, String)>>,
    /// Why the server could not fetch the keys; shown while there are none.
    pub(crate) keys_problem: RwSignal<String>,
    /// Thumbprints, one per line.
    pub(crate) thumbprints: RwSignal<String>,
    /// Audiences, one per line.
    pub(crate) audiences: RwSignal<String>,
    /// Whether a token can be exchanged only once.
    pub(crate) single_use: RwSignal<bool>,
    /// Whether deny policies are report-only.
    pub(crate) report_only: RwSignal<bool>,
    /// Whether saving was tried: from then on, errors are visible.
    pub(crate) tried: RwSignal<bool>,
}

impl Details {
    /// Empty fields.
    pub(crate) fn new() -> Self {
        let text = || RwSignal::new(String::new());
        let unit = RwSignal::new("hours".to_owned());
        Self {
            name: text(),
            url: text(),
            number: text(),
            unit,
            jwks: text(),
            fetched: RwSignal::new(None),
            keys_problem: text(),
            thumbprints: text(),
            audiences: text(),
            single_use: RwSignal::new(false),
            report_only: RwSignal::new(false),
            tried: RwSignal::new(false),
        }
    }

    /// The fields of an issuer.
    pub(crate) fn of(issuer: &StoredIssuer) -> Self {
        let details = Self::new();
        details.show(issuer);
        details
    }

    /// Fills the fields from an issuer.
    pub(crate) fn show(self, issuer: &StoredIssuer) {
        let (number, unit) = lifetime::split(issuer.max_expiration);
        let jwks = issuer.jwks.clone().unwrap_or_default();
        self.name.set(issuer.name.clone());
        self.url.set(issuer.url.clone());
        self.number.set(number);
        self.unit.set(unit.to_owned());
        self.fetched.set(
            issuer
                .jwks_source
                .clone()
                .map(|address| (jwks.clone(), address)),
        );
        self.jwks.set(jwks);
        self.thumbprints.set(issuer.thumbprints.join("\n"));
        self.audiences
            .set(issuer.audiences.as_deref().unwrap_or_default().join("\n"));
        self.single_use.set(issuer.single_use);
        self.report_only.set(issuer.report_only);
    }

    /// Adds a line to the thumbprints.
    pub(crate) fn add_thumbprint(self, thumbprint: &str) {
        self.thumbprints.update(|text| {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(thumbprint);
        });
    }

    /// The texts of all fields.
    pub(crate) fn texts(self) -> [String; 7] {
        [
            self.name,
            self.url,
            self.number,
            self.unit,
            self.jwks,
            self.thumbprints,
            self.audiences,
        ]
        .map(|field| field.get())
    }

    /// The states of all checkboxes.
    pub(crate) fn flags(self) -> [bool; 2] {
        [self.single_use, self.report_only].map(|field| field.get())
    }

    /// The address of the fetched keys, if they were not edited.
    fn source(self) -> Option<String> {
        self.fetched
            .read()
            .as_ref()
            .filter(|(text, _)| *text == *self.jwks.read())
            .map(|(_, address)| address.clone())
    }

    /// The problem of the thumbprints; empty without one.
    pub(crate) fn thumbprint_error(self) -> String {
        thumbprint::parse_list(&self.thumbprints.read())
            .err()
            .unwrap_or_default()
            .join("; ")
    }

    /// The problem of the audiences; empty without one.
    pub(crate) fn audiences_error(self) -> String {
        let list = lines(&self.audiences.read());
        let problems = list.map(|list| audience::problems(&list).to_string());
        problems.unwrap_or_default()
    }

    /// Whether a field that most issuers leave empty is invalid.
    pub(crate) fn has_advanced_error(self) -> bool {
        self.lifetime().is_err()
            || !self.thumbprint_error().is_empty()
            || !self.audiences_error().is_empty()
    }

    /// The problem of the name; empty without one.
    pub(crate) fn name_error(self) -> String {
        if self.name.read().trim().is_empty() {
            "Enter a name".to_owned()
        } else {
            String::new()
        }
    }

    /// The problem of the URL; empty without one.
    pub(crate) fn url_error(self) -> String {
        claimgate::issuer::validate_url(&self.url.read())
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    /// The maximum lifetime in seconds, or its problem.
    pub(crate) fn lifetime(self) -> Result<Option<u64>, String> {
        lifetime::parse(&self.number.read(), &self.unit.read())
    }

    /// Writes the fields into an issuer; if one is invalid, shows all errors and returns none.
    pub(crate) fn apply(self, mut issuer: StoredIssuer) -> Option<StoredIssuer> {
        self.tried.set(true);
        let jwks = self.jwks.get_untracked();
        let errors = [
            self.name_error(),
            self.url_error(),
            keys_error(&jwks),
            self.audiences_error(),
        ];
        let max_expiration = self.lifetime().ok()?;
        let thumbprints = thumbprint::parse_list(&self.thumbprints.read_untracked()).ok()?;
        if errors.iter().any(|error| !error.is_empty()) {
            return None;
        }
        issuer.name = self.name.get_untracked().trim().to_owned();
        issuer.url = self.url.get_untracked();
        issuer.max_expiration = max_expiration;
        issuer.jwks_source = self.source().filter(|_| !jwks.trim().is_empty());
        issuer.jwks = (!jwks.trim().is_empty()).then_some(jwks);
        issuer.thumbprints = thumbprints;
        issuer.audiences = lines(&self.audiences.get_untracked());
        [issuer.single_use, issuer.report_only] = untrack(|| self.flags());
        Some(issuer)
    }
}

/// The lines of a text without white space around them; `None` if all are blank.
fn lines(text: &str) -> Option<Vec<String>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<_> = lines.map(str::to_owned).collect();
    (!lines.is_empty()).then_some(lines)
}
