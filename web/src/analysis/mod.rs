//! What the analysis of policies says: who gets in, and what a change opens and closes.

mod closing;
pub(crate) mod findings;
pub(crate) mod found;
pub(crate) mod meaning;
mod proof;
mod rung;
pub(crate) mod subject;
pub(crate) mod who;
pub(crate) mod witness;
pub(crate) mod worker;
mod yours;
