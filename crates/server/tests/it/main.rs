//! The server as its clients, its administrators and the issuers meet it.

mod access;
mod evidence;
mod exchange;
mod faults;
mod fetched_keys;
mod issuers;
mod keys;
mod nonsense;
mod store;
mod support;
