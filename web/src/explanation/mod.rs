//! A decision with its evidence, as the playground and the audit log show it.

pub(crate) mod checks;
pub(crate) mod claims_table;
pub(crate) mod decision;
pub(crate) mod diff;
pub(crate) mod rule_line;
pub(crate) mod tone;
pub(crate) mod verdict;
