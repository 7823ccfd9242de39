//! The answers of analyses. Command line, npm package, server and app show the same.

use claimgate::claim_path::ClaimPath;
use claimgate::claims::{Claims, Value};
use claimgate::policy::{RequestedToken, TokenType};
use claimgate_providers::grammar::ANY_TOKEN;
use serde::{Deserialize, Serialize};

use crate::automaton::Exhausted;

/// The answer to a question of the form "is there a token such that …".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "answer")]
#[non_exhaustive]
pub enum Answer {
    /// There is: the evaluator of decisions confirmed this one.
    Yes {
        /// The token.
        witness: Box<Witness>,
    },
    /// There is none: the proof was checked by a second procedure.
    No {
        /// Why.
        proof: Proof,
    },
    /// It is not known.
    Undecided {
        /// What was used up.
        reason: Undecided,
    },
}

impl Answer {
    /// Whether there is such a token.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes { .. })
    }

    /// Whether it is proved that there is none.
    #[must_use]
    pub fn is_no(&self) -> bool {
        matches!(self, Self::No { .. })
    }

    /// The token.
    #[must_use]
    pub fn witness(&self) -> Option<&Witness> {
        match self {
            Self::Yes { witness } => Some(witness),
            _ => None,
        }
    }
}

/// A token that proves an answer, with the request that it is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Witness {
    /// The claims. They are made up; a signed token has more of them.
    pub claims: Claims,
    /// What is requested, in JSON as a request of the npm package: `{"tokenType": "team", "teamName": "x"}`.
    #[serde(with = "Request")]
    pub request: RequestedToken,
    /// When the provider's tokens have this form: "a job of a pull request, without environment".
    pub when: String,
    /// The paths of the claims that make the difference, sorted. The others are typical ones.
    pub matters: Vec<String>,
}

/// A requested token with the members of a policy's target.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "tokenType", remote = "RequestedToken")]
enum Request {
    Organization {
        admin: bool,
    },
    Team {
        #[serde(rename = "teamName")]
        name: String,
    },
    Personal {
        #[serde(rename = "userLogin")]
        login: String,
    },
    Runner {
        #[serde(rename = "runnerID")]
        name: String,
    },
}

impl Witness {
    /// The value of the claim at a path.
    ///
    /// ```
    /// use claimgate_analysis::Witness;
    ///
    /// # let json = r#"{"claims": {"a": {"b": "c"}}, "request": {"tokenType": "team", "teamName": "x"}, "when": "", "matters": ["a.b"]}"#;
    /// let witness: Witness = serde_json::from_str(json).unwrap();
    /// assert_eq!(witness.claim("a.b").and_then(|value| value.as_str()), Some("c"));
    /// ```
    #[must_use]
    pub fn claim(&self, path: &str) -> Option<&Value> {
        at(&self.claims, &ClaimPath::parse(path).ok()?)
    }

    /// What sends such a token: `a job with an environment`. `None` if all tokens have the same form,
    /// or nothing is known of it.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        let when = self.when.as_str();
        (!when.is_empty() && when != ANY_TOKEN).then_some(when)
    }
}

/// The value at a path.
pub(crate) fn at<'a>(claims: &'a Claims, path: &ClaimPath) -> Option<&'a Value> {
    let (first, rest) = path.segments().split_first()?;
    rest.iter()
        .try_fold(claims.get(first)?, |value, segment| value.member(segment))
}

/// Why there is no such token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Proof {
    /// Indices of the policies that it rests on, from 0, besides those that the question is about.
    pub policies: Vec<usize>,
    /// The steps, the first 200.
    pub steps: Vec<ProofStep>,
    /// How many steps are left out.
    pub left_out: usize,
}

/// A step of a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProofStep {
    /// How deep it is nested, from 0.
    pub depth: usize,
    /// The step in words.
    pub text: String,
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Undecided {
    /// A pattern, or what remains of it, needs an automaton of more than 4,096 states, or all of them
    /// take too much memory.
    TooManyStates,
    /// It takes more steps than a question, or the whole analysis, may take.
    TooManySteps,
    /// It takes more branches than a question may take.
    TooManyBranches,
    /// A pattern divides in too many ways among the parts of a claim.
    TooManyWays,
    /// The evaluator of decisions does not confirm the token that was found: a name that cannot be
    /// requested, a decision that is too costly, or a mistake in the analysis.
    NotConfirmed,
    /// The proof that was found is too long to check, or wrong.
    NotProved,
}

impl Undecided {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::TooManyStates,
        Self::TooManySteps,
        Self::TooManyBranches,
        Self::TooManyWays,
        Self::NotConfirmed,
        Self::NotProved,
    ];

    /// The reason in a clause.
    ///
    /// ```
    /// use claimgate_analysis::Undecided;
    ///
    /// assert_eq!(Undecided::TooManyStates.sentence(), "a pattern needs too large an automaton");
    /// ```
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::TooManyStates => "a pattern needs too large an automaton",
            Self::TooManySteps => "it takes too many steps to find out",
            Self::TooManyBranches => "there are too many cases to try",
            Self::TooManyWays => "a pattern divides in too many ways among the parts of a claim",
            Self::NotConfirmed => "the token that was found is not confirmed by an evaluation",
            Self::NotProved => "the proof that was found is not confirmed by a check",
        }
    }
}

impl From<Exhausted> for Undecided {
    fn from(exhausted: Exhausted) -> Self {
        match exhausted {
            Exhausted::States => Self::TooManyStates,
            Exhausted::Steps => Self::TooManySteps,
            Exhausted::Branches => Self::TooManyBranches,
            Exhausted::Ways => Self::TooManyWays,
            Exhausted::Replay => Self::NotConfirmed,
            Exhausted::Proof => Self::NotProved,
        }
    }
}

impl From<Exhausted> for Answer {
    fn from(exhausted: Exhausted) -> Self {
        let reason = exhausted.into();
        Self::Undecided { reason }
    }
}

/// A kind of request. Each is analyzed by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "tokenType")]
#[non_exhaustive]
pub enum RequestKind {
    /// A token of the organization.
    Organization {
        /// Whether `scope=admin` is requested.
        admin: bool,
    },
    /// A token of a team, whatever its name.
    Team,
    /// A token of this user.
    Personal {
        /// The login, in lower case.
        login: String,
    },
    /// A token of this deployment runner.
    Runner {
        /// The name.
        name: String,
    },
}

impl RequestKind {
    /// The tokens that are requested: "organization tokens with admin".
    #[must_use]
    pub fn phrase(&self) -> String {
        match self {
            Self::Organization { admin: false } => "organization tokens".to_owned(),
            Self::Organization { admin: true } => "organization tokens with admin".to_owned(),
            Self::Team => "team tokens".to_owned(),
            Self::Personal { login } => format!("personal tokens of {login}"),
            Self::Runner { name } => format!("runner tokens of {name}"),
        }
    }

    /// The type of the requested token.
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        match self {
            Self::Organization { .. } => TokenType::Organization,
            Self::Team => TokenType::Team,
            Self::Personal { .. } => TokenType::Personal,
            Self::Runner { .. } => TokenType::Runner,
        }
    }

    /// The request, for the team of that name.
    pub(crate) fn request(&self, team: Option<String>) -> RequestedToken {
        match self.clone() {
            Self::Organization { admin } => RequestedToken::Organization { admin },
            Self::Team => RequestedToken::Team {
                name: team.unwrap_or_default(),
            },
            Self::Personal { login } => RequestedToken::Personal { login },
            Self::Runner { name } => RequestedToken::Runner { name },
        }
    }
}

/// What is assumed about an issuer's tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Facts {
    /// The provider; `None` if nothing is assumed but `iss` and `exp`.
    pub provider: Option<String>,
    /// The day on which the facts were checked: `2026-11-29`.
    pub as_of: Option<String>,
    /// Where they are documented.
    pub sources: Vec<String>,
    /// The facts on the claims that policies use, as sentences.
    pub facts: Vec<String>,
}

impl Facts {
    /// How much is assumed, in a sentence without a full stop: "This assumes 23 facts about GitHub Actions, as of
    /// 2026-11-29".
    #[must_use]
    pub fn sentence(&self) -> String {
        let Some(provider) = &self.provider else {
            return "Nothing is assumed about the issuer's tokens except that they have `iss` and `exp`"
                .to_owned();
        };
        let as_of = self.as_of.as_deref().unwrap_or("an unknown day");
        let facts = match self.facts.len() {
            1 => "1 fact".to_owned(),
            count => format!("{count} facts"),
        };
        format!("This assumes {facts} about {provider}, as of {as_of}")
    }
}
