//! The examples, each of which opens in the playground.

pub(crate) mod page;
