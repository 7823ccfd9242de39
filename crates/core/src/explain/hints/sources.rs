//! What hints draw on beyond the policies and the claims.

use crate::claim_path::ClaimPath;
use crate::claims::Claims;
use crate::diagnostic::Diagnostic;
use crate::pattern::{Dialect, Pattern, escape};
use crate::policy::Rule;

/// Returns the Unicode normal form NFKC of a text, as the host has it.
pub type Normalize = fn(&str) -> String;

/// What hints may draw on beyond the policies and the claims. The engine itself knows no provider
/// and has no Unicode tables: front ends pass what they have.
///
/// ```
/// use claimgate::explain::HintSources;
///
/// let sources = HintSources { normalize: Some(str::to_owned), ..HintSources::NONE };
/// assert!(sources.providers.is_empty());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HintSources {
    /// What is known of providers.
    pub providers: &'static [ProviderHints],
    /// The host's normalization, to recognize texts that only look the same.
    pub normalize: Option<Normalize>,
    /// A text in lower case, as far as the host knows it.
    pub lowercase: fn(&str) -> String,
}

impl HintSources {
    /// The engine's own hints, and nothing else.
    pub const NONE: Self = Self {
        providers: &[],
        normalize: None,
        lowercase: str::to_ascii_lowercase,
    };
}

impl Default for HintSources {
    fn default() -> Self {
        Self::NONE
    }
}

/// By identity: two sources with the same functions in two tables are different.
impl PartialEq for HintSources {
    fn eq(&self, other: &Self) -> bool {
        let is_same = match (self.normalize, other.normalize) {
            (Some(own), Some(other)) => std::ptr::fn_addr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        };
        is_same
            && std::ptr::fn_addr_eq(self.lowercase, other.lowercase)
            && std::ptr::eq(self.providers, other.providers)
    }
}

impl Eq for HintSources {}

/// What is known of one provider's claims.
#[derive(Clone, Copy, Debug)]
pub struct ProviderHints {
    /// Differences between ways to write the same. They are recognized alone and in combination.
    pub differences: &'static [Difference],
    /// The hints on a rule whose pattern and value differ in more than their spelling.
    pub mismatch: fn(&Mismatch<'_>) -> Vec<Diagnostic>,
    /// Whom a pattern would admit that the rule's own pattern does not: `pull requests, …`.
    pub outsiders: fn(&Mismatch<'_>, &str) -> Option<String>,
}

/// A difference in how the same is written.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// Removes the difference from a text.
    pub fold: fn(&str, HintSources) -> String,
    /// The hint; the flag says whether pattern and value differ in nothing else.
    pub hint: fn(&Mismatch<'_>, bool) -> Diagnostic,
}

/// A rule whose pattern does not match a value of its claim.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Mismatch<'a> {
    /// The claim.
    pub claim: &'a ClaimPath,
    /// The pattern.
    pub pattern: &'a str,
    /// Its dialect.
    pub dialect: Dialect,
    /// The value.
    pub value: &'a str,
    /// All claims of the token.
    pub claims: &'a Claims,
    pub(crate) sources: HintSources,
    /// Whether [`matches`](Self::matches) takes upper and lower case for the same.
    pub(crate) is_caseless: bool,
}

impl<'a> Mismatch<'a> {
    /// The rule's pattern and a value that it does not match.
    pub(crate) fn of(
        rule: &'a Rule,
        value: &'a str,
        claims: &'a Claims,
        sources: HintSources,
    ) -> Self {
        Self {
            claim: &rule.path,
            pattern: rule.pattern.source(),
            dialect: rule.pattern.dialect(),
            value,
            claims,
            sources,
            is_caseless: false,
        }
    }

    /// Whether a pattern in the rule's dialect matches a value.
    #[must_use]
    #[inline(never)]
    pub fn matches(&self, pattern: &str, value: &str) -> bool {
        if self.is_caseless {
            let exact = Self {
                is_caseless: false,
                ..*self
            };
            return exact.matches(&pattern.to_ascii_lowercase(), &value.to_ascii_lowercase());
        }
        Pattern::new(pattern, self.dialect).is_ok_and(|pattern| pattern.is_match(value))
    }

    /// The hint with patterns to write in place of the rule's, and with a warning if they admit
    /// outsiders. `advice` comes before them.
    #[must_use]
    pub fn suggest(&self, hint: Diagnostic, advice: &str, patterns: &[String]) -> Diagnostic {
        let patterns: Vec<_> = patterns.iter().map(|text| self.escaped(text)).collect();
        let shown: Vec<_> = patterns.iter().map(|text| format!("`{text}`")).collect();
        let each = if patterns.len() > 1 {
            "one policy for each of "
        } else {
            ""
        };
        let mut help = format!("{advice}write {each}{}", shown.join(", "));
        let mut cautions: Vec<String> = Vec::new();
        for pattern in &patterns {
            let caution = self.caution(pattern);
            cautions.extend(caution.filter(|caution| !cautions.contains(caution)));
        }
        if !cautions.is_empty() {
            help = format!(
                "{help}; caution: this also admits {}",
                cautions.join(", and ")
            );
        }
        let hint = hint.help(help);
        match patterns.as_slice() {
            [only] => hint.fix(self.pattern, only),
            _ => hint,
        }
    }

    /// A value to write as a pattern: escaped if it does not match itself, which is so where it has a `\`
    /// before a wildcard.
    fn escaped(&self, text: &str) -> String {
        match text == self.value && !self.matches(text, text) {
            true => escape(text, self.dialect),
            false => text.to_owned(),
        }
    }

    /// Whom a pattern would admit that the rule's own pattern does not.
    #[must_use]
    pub(crate) fn caution(&self, pattern: &str) -> Option<String> {
        let is_open = |text: &str| !text.is_empty() && text.chars().all(|c| c == '*');
        if is_open(pattern) && !is_open(self.pattern) {
            return Some(format!(
                "every value of `{}`, and so anyone with a token of this issuer",
                self.claim
            ));
        }
        let providers = self.sources.providers.iter();
        let admitted: Vec<_> = providers
            .filter_map(|provider| (provider.outsiders)(self, pattern))
            .collect();
        (!admitted.is_empty()).then(|| admitted.join(", and "))
    }
}
