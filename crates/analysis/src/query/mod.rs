//! The one question that all others are made of: is there a token on which all of some policies'
//! rules hold, and not all rules of any of some others?
//!
//! A conjunction of rules is a [`Cube`]. The [`Space`] knows what tokens can look like: their shapes,
//! and the parts that claims consist of. [`Space::solve`] answers with a token or with a
//! [refutation](proof::Refutation), which [`Space::is_refuted`] checks by other means.

mod bits;
mod check;
mod cube;
mod division;
mod fitting;
mod place;
mod present;
mod proof;
mod question;
mod residual;
mod search;
mod shape;
mod solve;
mod space;
mod token;
mod words;

pub(crate) use cube::{Cube, Origin, Rule};
pub(crate) use fitting::{Fitting, Left, Texts as PartTexts};
pub(crate) use proof::Refutation;
pub(crate) use question::Query;
pub(crate) use solve::Outcome;
pub(crate) use space::{Facts, Space};
pub(crate) use token::{Assignment, insert_claim, json_claim};
pub(crate) use words::Steps;

#[cfg(test)]
mod tests;
