//! The state of a run between two calls.

use claimgate::exchange::ExchangeRequest;
use claimgate::inspect::{Checked, Pending, Progress};

/// A token that is being checked, with the exchange that it is for, if any.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) stage: Stage,
    pub(super) exchange: Option<ExchangeRequest>,
}

/// How far the checks of a token are.
#[derive(Debug)]
pub(super) enum Stage {
    Pending(Box<Pending>),
    Checked(Box<Checked>),
}

impl From<Progress> for Stage {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Checked(checked) => Self::Checked(checked),
            Progress::AwaitingSignature(pending) => Self::Pending(pending),
        }
    }
}
