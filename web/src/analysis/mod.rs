//! What the analysis of policies says: who gets in, and what a change opens and closes.

mod closing;
pub(crate) mod findings;
pub(crate) mod meaning;
mod proof;
mod rung;
mod subject;
pub(crate) mod who;
mod witness;
mod worker;
