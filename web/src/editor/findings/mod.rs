//! What is found in the edited policies: beside them, in a list, and for the pattern at the cursor.

pub(crate) mod beside;
pub(crate) mod check;
pub(crate) mod fitting;
pub(crate) mod found;
pub(crate) mod guard;
pub(crate) mod problems;
