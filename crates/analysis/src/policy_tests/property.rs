//! Properties: what holds for all tokens.

use claimgate::policy::TokenType;

/// What policies should never do, or always do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name, unique in the file.
    pub name: String,
    /// A remark, without effect.
    pub note: Option<String>,
    /// What should hold.
    pub kind: PropertyKind,
    /// The requests that it is about; `None` for all.
    pub request: Option<RequestFilter>,
    /// Whether it also passes if it takes too much work to find out.
    pub allow_undecided: bool,
}

/// What should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// No token is admitted on which all these rules hold: claim paths and patterns.
    Never(Vec<(String, String)>),
    /// Every token that is admitted is one on which all these rules hold.
    Only(Vec<(String, String)>),
    /// The policies admit nothing that those of the file with this name do not.
    AtMost(String),
    /// The policies admit the same as those of the file with this name.
    Equivalent(String),
    /// There are no findings on the policies but notes.
    NoFindings {
        /// The codes of findings that there may be.
        except: Vec<String>,
        /// Whether there must be no notes either.
        notes: bool,
    },
    /// No class of outsiders is admitted.
    NoOutsiders {
        /// The identifiers of classes that may be: `other-repository`.
        except: Vec<String>,
    },
}

impl PropertyKind {
    /// The member of a property that states it.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Never(_) => "never",
            Self::Only(_) => "only",
            Self::AtMost(_) => "atMost",
            Self::Equivalent(_) => "equivalent",
            Self::NoFindings { .. } => "noFindings",
            Self::NoOutsiders { .. } => "noOutsiders",
        }
    }

    /// The name of a property that states none: `never sub ~ *:pull_request`.
    #[must_use]
    pub fn title(&self) -> String {
        let rules = |rules: &[(String, String)]| {
            let rules = rules
                .iter()
                .map(|(claim, pattern)| format!("{claim} ~ {pattern}"));
            match rules.collect::<Vec<_>>().join(" and ") {
                rules if rules.is_empty() => "any token".to_owned(),
                rules => rules,
            }
        };
        match self {
            Self::Never(own) => format!("never {}", rules(own)),
            Self::Only(own) => format!("only {}", rules(own)),
            Self::AtMost(file) => format!("at most {file}"),
            Self::Equivalent(file) => format!("equivalent to {file}"),
            Self::NoFindings { .. } => "no findings".to_owned(),
            Self::NoOutsiders { .. } => "no outsiders".to_owned(),
        }
    }
}

/// Requests that a property is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFilter {
    /// The type of the requested token.
    pub token_type: TokenType,
    /// Whether only requests with `scope=admin` are.
    pub admin: bool,
    /// The user's login or the runner's name, if only requests for one are.
    pub target: Option<String>,
}
