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
mod identity;
mod issuers;
mod keys;
mod limits;
mod malformed;
mod metrics;
mod refusals;
mod reports;
mod store;
mod support;
mod upgrade;
