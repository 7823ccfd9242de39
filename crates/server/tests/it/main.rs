//! The server, from the outside: its clients, its administrators and the issuers.

mod access;
mod audiences;
mod changes;
mod connections;
mod cost;
mod database_tls;
mod evidence;
mod exchange;
mod faults;
mod fetched_keys;
mod guard;
mod identity;
mod issuers;
mod keys;
mod limits;
mod malformed;
mod metrics;
mod policy_history;
mod refusals;
mod reports;
mod samples;
mod statistics;
mod store;
mod support;
mod token_origin;
mod upgrade;
