//! One history for policies that are edited in two views, for undo and redo across both.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::policy::{PolicyDefinition, parse_policies, to_json};

use super::fields::PolicyFields;
use super::incomplete::deciding;

/// How many steps can be undone.
const LIMIT: usize = 300;

/// The longest pause between keystrokes of one step, in milliseconds.
const PAUSE: f64 = 1000.0;

/// Policies while they are edited, in the view that was edited last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// In the form.
    Form(Vec<PolicyFields>),
    /// As JSON.
    Json(String),
}

impl Content {
    /// The policies, or the problems of the text.
    pub fn policies(&self) -> Result<Vec<PolicyDefinition>, Diagnostics> {
        match self {
            Self::Form(fields) => Ok(fields.iter().map(PolicyFields::definition).collect()),
            Self::Json(text) => parse_policies(text),
        }
    }

    /// The policies that decide: incomplete ones of the form are set aside, text decides as written.
    pub fn deciding(&self) -> Result<Vec<PolicyDefinition>, Diagnostics> {
        match self {
            Self::Form(fields) => Ok(deciding(fields)),
            Self::Json(text) => parse_policies(text),
        }
    }

    /// Whether every policy decides as it is written.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Form(fields) => fields.iter().all(|fields| fields.gap().is_none()),
            Self::Json(_) => true,
        }
    }

    /// The problems of blank rows of the form; the policies leave those rows out.
    pub fn blanks(&self) -> Vec<Diagnostic> {
        match self {
            Self::Form(fields) => fields
                .iter()
                .enumerate()
                .flat_map(|(place, fields)| fields.blanks(place))
                .collect(),
            Self::Json(_) => Vec::new(),
        }
    }

    /// The text for the JSON view. Two rules on one claim both appear, for the person to choose.
    pub fn to_json(&self) -> String {
        match self {
            Self::Form(fields) => to_json(
                &fields
                    .iter()
                    .map(PolicyFields::definition)
                    .collect::<Vec<_>>(),
            ),
            Self::Json(text) => text.clone(),
        }
    }

    /// The fields for the form, with keys taken from the existing ones; or why the form cannot show
    /// the text.
    pub fn to_form(&self, old: &[PolicyFields]) -> Result<Vec<PolicyFields>, String> {
        if let Self::Form(fields) = self {
            return Ok(fields.clone());
        }
        let policies = self.policies().map_err(|_| {
            "The form cannot show the policies until the errors in the JSON are fixed.".to_owned()
        })?;
        let fields: Vec<_> = policies.iter().map(PolicyFields::of).collect();
        for (index, (fields, policy)) in fields.iter().zip(&policies).enumerate() {
            if !is_same(&fields.definition(), policy) {
                let number = index + 1;
                return Err(format!(
                    "The form cannot show policy {number}: it has a field of another token type or an unknown permission. Remove \
                     that from the JSON first."
                ));
            }
        }
        let keyed = |(index, fields)| with_keys(fields, old.get(index));
        Ok(fields.into_iter().enumerate().map(keyed).collect())
    }

    /// Whether two contents mean the same policies, possibly in different views.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Form(_), Self::Form(_)) | (Self::Json(_), Self::Json(_)) => self == other,
            _ => {
                self.to_json() == other.to_json()
                    || self
                        .policies()
                        .is_ok_and(|policies| other.policies() == Ok(policies))
            }
        }
    }
}

/// An empty list of permissions equals none.
fn is_same(one: &PolicyDefinition, other: &PolicyDefinition) -> bool {
    let clean = |policy: &PolicyDefinition| {
        let permissions = policy
            .authorized_permissions
            .clone()
            .filter(|list| !list.is_empty());
        PolicyDefinition {
            authorized_permissions: permissions,
            ..policy.clone()
        }
    };
    clean(one) == clean(other)
}

/// The same fields with the keys of those at the same position, so that the page keeps its focus.
fn with_keys(mut fields: PolicyFields, old: Option<&PolicyFields>) -> PolicyFields {
    if let Some(old) = old {
        fields.key = old.key;
        for (rule, old) in fields.rules.iter_mut().zip(&old.rules) {
            rule.key = old.key;
        }
    }
    fields
}

/// What a change touched, to tell continued typing from a new step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touched {
    /// A text field of the form.
    Field(usize, &'static str),
    /// One character of the text was inserted or deleted: the position where typing would continue.
    Text(usize),
    /// Anything else.
    More,
}

/// The history. There is always a current content.
#[derive(Clone, Debug)]
pub struct History {
    steps: Vec<Content>,
    at: usize,
    last: Option<(f64, Touched)>,
}

impl History {
    /// A history that begins with a content.
    pub fn new(content: Content) -> Self {
        Self {
            steps: vec![content],
            at: 0,
            last: None,
        }
    }

    /// Records the current content, at a time in milliseconds. Continued typing is one step;
    /// switching the view is none.
    pub fn record(&mut self, content: Content, now: f64) {
        let Some(present) = self.steps.get(self.at) else {
            return;
        };
        if present.is_same(&content) {
            return;
        }
        let touched = touched(present, &content);
        let goes_on = self.at > 0
            && touched != Touched::More
            && self
                .last
                .is_some_and(|(time, last)| now - time < PAUSE && follows(last, touched));
        self.steps.truncate(self.at + 1);
        if goes_on {
            self.steps.pop();
        }
        self.steps.push(content);
        if self.steps.len() > LIMIT {
            self.steps.remove(0);
        }
        self.at = self.steps.len() - 1;
        self.last = Some((now, touched));
    }

    /// Goes back one step.
    pub fn undo(&mut self) -> Option<Content> {
        self.at = self.at.checked_sub(1)?;
        self.last = None;
        self.steps.get(self.at).cloned()
    }

    /// Goes forward one step.
    pub fn redo(&mut self) -> Option<Content> {
        let next = self.steps.get(self.at + 1).cloned()?;
        self.at += 1;
        self.last = None;
        Some(next)
    }

    /// The number of steps that can be undone.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        self.at > 0
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        self.at + 1 < self.steps.len()
    }
}

fn follows(last: Touched, now: Touched) -> bool {
    match (last, now) {
        (Touched::Text(end), Touched::Text(next)) => end.abs_diff(next) == 1,
        (last, now) => last == now,
    }
}

fn touched(old: &Content, new: &Content) -> Touched {
    match (old, new) {
        (Content::Form(old), Content::Form(new)) => touched_field(old, new),
        (Content::Json(old), Content::Json(new)) => touched_text(old, new),
        _ => Touched::More,
    }
}

/// The one text field that differs.
fn touched_field(old: &[PolicyFields], new: &[PolicyFields]) -> Touched {
    if old.len() != new.len() {
        return Touched::More;
    }
    let mut differing = old.iter().zip(new).filter(|(old, new)| old != new);
    let (Some((old, new)), None) = (differing.next(), differing.next()) else {
        return Touched::More;
    };
    for (name, text) in [("target", &new.target), ("role", &new.role)] {
        let mut other = old.clone();
        *(if name == "target" {
            &mut other.target
        } else {
            &mut other.role
        }) = text.clone();
        if &other == new {
            return Touched::Field(new.key, name);
        }
    }
    for (index, rule) in new.rules.iter().enumerate() {
        let mut other = old.clone();
        let Some(own) = other.rules.get_mut(index) else {
            continue;
        };
        let name = if own.claim == rule.claim {
            "pattern"
        } else {
            "claim"
        };
        if name == "claim" {
            own.claim.clone_from(&rule.claim);
        } else {
            own.pattern.clone_from(&rule.pattern);
        }
        if &other == new {
            return Touched::Field(rule.key, name);
        }
    }
    Touched::More
}

/// The one character that was inserted or deleted; a closing bracket inserted along with it counts
/// as part of it.
fn touched_text(old: &str, new: &str) -> Touched {
    let start = old
        .bytes()
        .zip(new.bytes())
        .take_while(|(old, new)| old == new)
        .count();
    let shorter = old.len().min(new.len()) - start;
    let end = old
        .bytes()
        .rev()
        .zip(new.bytes().rev())
        .take(shorter)
        .take_while(|(old, new)| old == new)
        .count();
    let (removed, written) = (old.len() - start - end, new.len() - start - end);
    match (removed, written) {
        (0, 1..=4) => Touched::Text(start + 1),
        (1..=4, 0) => Touched::Text(start),
        _ => Touched::More,
    }
}

#[cfg(test)]
mod tests;
