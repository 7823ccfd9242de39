//! Questions about policies for the analysis in the worker, and its answers in words.

pub mod fits;
pub mod guard;
pub mod idle;
pub mod placed;
pub mod question;
pub mod words;
