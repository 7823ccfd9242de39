//! Claimgate's server: the exchange endpoint, the issuers API, the app.

pub mod keys;
