//! Decisions with their reasons.
//!
//! The evidence of every policy and rule is recorded first; the decision is folded from it. There is no second
//! evaluator that an explanation could disagree with.

mod decide;
mod evaluate;
mod evidence;
mod fold;
mod hints;
mod nearest;
mod render;

pub use decide::{Decided, decide};
pub use evaluate::explain;
pub use evidence::{
    Change, DefaultDenial, Explanation, Grant, NearestMiss, Outcome, PolicyEvidence, PolicyOutcome, Reason, ReasonCode,
    RuleEvidence, RuleOutcome, ValueEvidence,
};
pub use render::render_text;
