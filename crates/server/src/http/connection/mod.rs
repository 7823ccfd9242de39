//! Limits of connections: how many there are, and how long each may be silent, idle, or not take an
//! answer.

pub(crate) mod acceptor;
mod activity;
mod count;
mod network;
mod protocol;
mod request_body;
mod stream;
