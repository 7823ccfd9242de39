//! Text that comes from others: made visible, and quoted.

pub mod hidden;
pub mod quote;
