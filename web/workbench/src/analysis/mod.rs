//! Questions about policies for the analysis in the worker, and its answers in words.

pub mod question;
pub mod words;
