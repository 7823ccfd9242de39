//! GitHub's `sub`, with ids and without.

use claimgate::diagnostic::Diagnostic;
use claimgate::explain::{HintSources, Mismatch};

/// `repo:OWNER/REPO:CONTEXT`, or with ids, `repo:OWNER@ID/REPO@ID:CONTEXT`.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    /// With the ids.
    pub(super) repository: &'a str,
    pub(super) owner: &'a str,
    pub(super) name: &'a str,
    pub(super) id: Option<&'a str>,
    pub(super) context: &'a str,
}

impl<'a> Subject<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (repository, context) = text.strip_prefix("repo:")?.split_once(':')?;
        let (owner, name) = repository.split_once('/')?;
        let (owner, _) = with_id(owner);
        let (name, id) = with_id(name);
        Some(Self {
            repository,
            owner,
            name,
            id,
            context,
        })
    }

    /// `ref`, `environment`, `pull_request`.
    pub(super) fn kind(&self) -> &'a str {
        self.context.split(':').next().unwrap_or_default()
    }
}

/// A name, and the id after its `@`.
fn with_id(part: &str) -> (&str, Option<&str>) {
    let is_id =
        |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*');
    match part.split_once('@') {
        Some((name, id)) if is_id(id) => (name, Some(id)),
        _ => (part, None),
    }
}

pub(super) fn without_ids(text: &str, _: HintSources) -> String {
    match Subject::read(text) {
        Some(Subject {
            owner,
            name,
            context,
            ..
        }) => format!("repo:{owner}/{name}:{context}"),
        None => text.to_owned(),
    }
}

/// A form with ids on one side only.
pub(super) fn ids(at: &Mismatch<'_>) -> Diagnostic {
    // One id of two is as good as none.
    let has_ids = |text| {
        let subject = Subject::read(text);
        subject.is_some_and(|subject| {
            let mut parts = subject.repository.split('/');
            parts.all(|part| with_id(part).1.is_some())
        })
    };
    let (message, help) = match (has_ids(at.pattern), has_ids(at.value)) {
        (false, true) => (
            format!(
                "the token has the immutable form of `sub`, with ids: `{}`",
                at.value
            ),
            "write the ids into the pattern, as the token has them: `repo:OWNER@ID/REPO@ID:…`",
        ),
        (true, true) => (
            format!(
                "the ids in the pattern are not those of the token: `{}`",
                at.value
            ),
            "an owner or a repository of this name was created again, or transferred: check whose it is",
        ),
        _ => (
            format!(
                "the pattern has the immutable form of `sub`, with ids; the token does not: `{}`",
                at.value
            ),
            "remove the ids, or configure the issuer to include them",
        ),
    };
    Diagnostic::note("sub-immutable", message).help(help)
}
