//! Puts the built app into the program.

fn main() {}
