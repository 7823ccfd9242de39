//! Results in the formats that CI systems read.

pub(crate) mod github;
pub(crate) mod junit;
pub(crate) mod sarif;
pub(crate) mod tap;
