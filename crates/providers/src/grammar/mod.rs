//! What the tokens of each provider can look like: the claims, the texts that they can have, and
//! which of them name the same thing.
//!
//! A [`Grammar`] is dated data. Analyses of policies use it to leave out tokens that no provider
//! sends, and to write witnesses that read like real tokens. A grammar should admit every real
//! token; it may admit more, and then an analysis reports too much rather than too little.

mod aws;
mod buildkite;
mod circleci;
pub mod class;
mod clouds;
mod families;
mod github;
mod github_outsiders;
mod github_shapes;
mod github_words;
mod gitlab;
mod google;
mod kubernetes;
mod pipelines;
mod terraform;
mod words;

pub use words::{CharSet, Words};

/// What the tokens of a provider look like.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Grammar {
    /// Its identifier, the same as that of its preset where there is one: `github-actions`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The day on which the facts were checked: `2026-11-29`.
    pub as_of: &'static str,
    /// Where the facts are documented.
    pub sources: &'static [&'static str],
    /// What is assumed, as sentences without a full stop.
    pub assumptions: &'static [&'static str],
    /// Claims that exclude each other, as paths and patterns whose only wildcard is `*`: no token matches
    /// all of a list. The shapes tell the rest.
    pub never: &'static [&'static [(&'static str, &'static str)]],
    /// The URLs of its issuers.
    pub issuers: &'static [IssuerForm],
    /// The parts that claims consist of.
    pub atoms: &'static [Atom],
    /// The claims of its tokens, of whatever shape.
    pub claims: &'static [Claim],
    /// The shapes of its tokens; at least one. A token has one of them.
    pub shapes: &'static [Shape],
    /// The atoms that say whose token it is, outermost first: `owner`, `repository`. The first of
    /// them names the tenant.
    pub mine: &'static [&'static str],
    /// Whose tokens besides one's own the policies may admit, from strangers inwards.
    pub outsiders: &'static [Outsider],
}

/// The form of an issuer's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerForm {
    /// This URL.
    Exact(&'static str),
    /// A URL that begins and ends so, with something in between.
    Around(&'static str, &'static str),
}

impl IssuerForm {
    /// Whether a URL has this form.
    #[must_use]
    pub fn is_match(&self, url: &str) -> bool {
        match self {
            Self::Exact(own) => *own == url,
            Self::Around(start, end) => {
                let inner = url.strip_prefix(start);
                inner
                    .and_then(|rest| rest.strip_suffix(end))
                    .is_some_and(|inner| !inner.is_empty())
            }
        }
    }
}

/// A part of claims, such as the owner of a repository. It has one value in a token.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Atom {
    /// Its name, unique within the grammar.
    pub name: &'static str,
    /// The texts that it can have.
    pub words: Words,
    /// Typical texts, to write witnesses with; the preferred one first.
    pub samples: &'static [&'static str],
    /// Whether it tells tenants apart.
    pub is_tenant: bool,
    /// The atom that mostly has the same text, although it need not.
    pub mostly: Option<&'static str>,
}

/// A piece of a claim's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// This text.
    Text(&'static str),
    /// The value of the atom with that name.
    Atom(&'static str),
}

/// What is known of a claim.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Claim {
    /// Its path, as rules write it.
    pub path: &'static str,
    /// What its value consists of. A claim with several values has exactly one atom, of which each
    /// value has a text of its own.
    pub value: &'static [Piece],
    /// Whether every token has it.
    pub is_always: bool,
    /// Whether it may be an array.
    pub is_many: bool,
    /// Its type in JSON.
    pub kind: ClaimKind,
}

/// The type of a claim in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimKind {
    /// A string, or an array of strings.
    Text,
    /// An integer.
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// One form of a provider's tokens.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Shape {
    /// Its name: `branch`.
    pub name: &'static str,
    /// When tokens have it, as a clause: "a job without environment, on a branch".
    pub when: &'static str,
    /// The claims that it adds, or replaces in the grammar's.
    pub claims: &'static [Claim],
    /// The claims of the grammar that it does not have.
    pub absent: &'static [&'static str],
}

/// A class of tokens that are not one's own.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Outsider {
    /// Its identifier: `other-repository`.
    pub id: &'static str,
    /// Who it is, as a noun phrase: "another repository of the same owner".
    pub title: &'static str,
    /// The names of the shapes that its tokens have; empty if any.
    pub shapes: &'static [&'static str],
    /// What atoms are.
    pub is: &'static [(&'static str, Is)],
    /// What atoms are not; each of them.
    pub is_not: &'static [(&'static str, Is)],
    /// Tokens of the class that have other shapes, such as those of customized subjects. `is` holds for them too;
    /// `is_not` does not.
    pub besides: &'static [Form],
}

/// Tokens of a class of outsiders that are recognized by claims, because their shapes do not have the class's
/// parts. Patterns have `*` as their only wildcard.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Form {
    /// The names of their shapes.
    pub shapes: &'static [&'static str],
    /// Claim paths and patterns that match.
    pub has: &'static [(&'static str, &'static str)],
    /// Claim paths and patterns that do not match, each of them.
    pub has_not: &'static [(&'static str, &'static str)],
    /// Claims that do not say a name that an allow names.
    pub unnamed: &'static [Unnamed],
}

/// Where a claim says a name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Unnamed {
    /// The claim's path.
    pub claim: &'static str,
    /// What comes before the name, anywhere in the claim: `ref:refs/heads/`. The name ends at `:` or at the
    /// claim's end. If empty, the claim is the name.
    pub before: &'static str,
    /// The atom that is the name in the class's own shapes.
    pub part: &'static str,
}

/// What the value of an atom is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Is {
    /// One's own value: stated, or the one that policies name.
    Ours,
    /// A text that begins like one's own value.
    LikeOurs,
    /// A value that an allow policy names in full.
    Named,
    /// This text.
    Text(&'static str),
}

/// When tokens have the only shape that there is, or that is known.
pub const ANY_TOKEN: &str = "any token";

/// The identifier of GitHub Actions.
pub const GITHUB_ACTIONS: &str = "github-actions";

/// The identifier of CircleCI.
pub const CIRCLECI: &str = "circleci";

/// All grammars.
pub static GRAMMARS: [&Grammar; 22] = [
    &github::GITHUB,
    &gitlab::GITLAB,
    &gitlab::GITLAB_SELF_MANAGED,
    &kubernetes::EKS,
    &kubernetes::GKE,
    &kubernetes::AKS,
    &aws::ROLES,
    &aws::COGNITO_USERS,
    &aws::COGNITO_IDENTITIES,
    &terraform::TERRAFORM,
    &buildkite::BUILDKITE,
    &circleci::CIRCLECI,
    &pipelines::BITBUCKET,
    &pipelines::AZURE_DEVOPS,
    &pipelines::SPACELIFT,
    &pipelines::CODEFRESH,
    &clouds::VERCEL,
    &clouds::PULUMI,
    &clouds::FLY,
    &google::GOOGLE,
    &clouds::SCALR,
    &clouds::UPBOUND,
];

/// The grammar of the issuer with that URL.
///
/// ```
/// use claimgate_providers::grammar::grammar;
///
/// let github = grammar("https://token.actions.githubusercontent.com").unwrap();
/// assert_eq!((github.id, github.mine), ("github-actions", &["owner", "repository"][..]));
/// assert!(grammar("https://issuer.example").is_none());
/// ```
#[must_use]
pub fn grammar(url: &str) -> Option<&'static Grammar> {
    let is_of = |grammar: &&&Grammar| grammar.issuers.iter().any(|form| form.is_match(url));
    GRAMMARS.iter().find(is_of).copied()
}

impl Grammar {
    /// The atom with that name.
    #[must_use]
    pub fn atom(&self, name: &str) -> Option<&'static Atom> {
        self.atoms.iter().find(|atom| atom.name == name)
    }

    /// The claims of tokens of a shape.
    pub fn claims_of(&self, shape: &Shape) -> impl Iterator<Item = &'static Claim> {
        let own = shape.claims;
        let absent = shape.absent;
        let is_kept = move |claim: &&Claim| {
            !absent.contains(&claim.path) && own.iter().all(|other| other.path != claim.path)
        };
        own.iter().chain(self.claims.iter().filter(is_kept))
    }
}

const fn text(text: &'static str) -> Piece {
    Piece::Text(text)
}

const fn part(atom: &'static str) -> Piece {
    Piece::Atom(atom)
}

const fn atom(name: &'static str, words: Words, samples: &'static [&'static str]) -> Atom {
    Atom {
        name,
        words,
        samples,
        is_tenant: false,
        mostly: None,
    }
}

/// An atom that mostly has the text of another one.
const fn mostly(other: &'static str, atom: Atom) -> Atom {
    Atom {
        mostly: Some(other),
        ..atom
    }
}

const fn tenant(name: &'static str, words: Words, samples: &'static [&'static str]) -> Atom {
    Atom {
        is_tenant: true,
        ..atom(name, words, samples)
    }
}

/// A claim of one text that every token has.
const fn always(path: &'static str, value: &'static [Piece]) -> Claim {
    Claim {
        path,
        value,
        is_always: true,
        is_many: false,
        kind: ClaimKind::Text,
    }
}

/// A claim of one text that tokens may have.
const fn sometimes(path: &'static str, value: &'static [Piece]) -> Claim {
    Claim {
        is_always: false,
        ..always(path, value)
    }
}

/// A claim that may be an array.
const fn many(claim: Claim) -> Claim {
    Claim {
        is_many: true,
        ..claim
    }
}

const fn typed(kind: ClaimKind, claim: Claim) -> Claim {
    Claim { kind, ..claim }
}

const fn shape(name: &'static str, when: &'static str, claims: &'static [Claim]) -> Shape {
    Shape {
        name,
        when,
        claims,
        absent: &[],
    }
}

/// A shape without some of the grammar's claims.
const fn lacking(absent: &'static [&'static str], shape: Shape) -> Shape {
    Shape { absent, ..shape }
}

/// The only shape of tokens that have but one.
const ANY_SHAPE: [Shape; 1] = [shape("token", ANY_TOKEN, &[])];

const fn outsider(
    id: &'static str,
    title: &'static str,
    is: &'static [(&'static str, Is)],
    is_not: &'static [(&'static str, Is)],
) -> Outsider {
    Outsider {
        id,
        title,
        shapes: &[],
        is,
        is_not,
        besides: &[],
    }
}

/// A claim that does not say a name after some text.
const fn unnamed(claim: &'static str, before: &'static str, part: &'static str) -> Unnamed {
    Unnamed {
        claim,
        before,
        part,
    }
}

#[cfg(test)]
mod tests;
