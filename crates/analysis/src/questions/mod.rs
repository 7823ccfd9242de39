//! Questions about the policies of an issuer, and about two sets of them.

mod beyond;
mod classes;
mod denies;
mod difference;
mod facts;
mod fits;
mod forms;
mod meaning;
mod narrowed;
mod ours;
mod outsiders;
mod property;
mod review;
mod roles;
mod session;
mod set;
mod single;
mod steps;
mod strangers;
mod useful;
mod verdicts;

pub(crate) use classes::{Class, Texts};
pub use denies::DenyEffect;
pub use difference::{Change, Difference, KindDifference, Relation, UndecidedChange, difference};
pub use fits::{Fits, Form, Part, PartKind, Piece, Range, Whose};
pub use meaning::{Meaning, meaning};
pub use outsiders::{Admitted, Ours, Rung, Who};
pub use review::{Defect, Issue, Review};
pub use session::Analysis;
pub(crate) use useful::stays_useful;
