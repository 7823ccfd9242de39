// Signatures are checked in Rust, by the core itself.
export const host = undefined;
