#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic,
        clippy::todo,
        clippy::unreachable
    )
)]

mod answer;
mod automaton;
mod check;
mod closing;
mod findings;
mod grant;
mod guard;
mod mine;
mod model;
mod outline;
mod overlap;
mod pin;
mod place;
mod policies;
pub mod policy_tests;
mod pull_requests;
mod query;
mod questions;
mod report;
mod sent;

pub use answer::{Answer, Facts, Proof, ProofStep, RequestKind, Undecided, Witness};
pub use check::{
    CATALOG, CheckOptions, Edit, Example, Finding, Findings, Group, Rule, SafeFix, apply, catalog,
    check,
};
pub use closing::{Closing, closings};
pub use findings::{PULUMI_POLICY_LIMIT, findings};
pub use guard::{effect, guard};
pub use mine::{Mine, MineError};
pub use model::PolicyModel;
pub use place::place;
pub use policies::Policies;
pub use questions::{
    Admitted, Analysis, Change, Defect, DenyEffect, Difference, Fits, Form, Issue, KindDifference,
    Meaning, Ours, Part, PartKind, Piece, Range, Relation, Review, Rung, UndecidedChange, Who,
    Whose, difference, meaning,
};
pub use report::{Edited, OfIssuer, Subject, Terms, checks, differences, edited, who_of};
