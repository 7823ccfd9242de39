//! The trust map: a picture of which issuer's policies lead to which tokens, and the same as a table.

pub(crate) mod drawing;
pub(crate) mod page;
pub(crate) mod table;
pub(crate) mod tree;
