//! The Claimgate app: issuers, their policies, and a playground that explains why a token is
//! allowed or denied.

#![expect(
    unreachable_pub,
    reason = "Leptos makes the functions of components public, whatever is written"
)]

mod admin;
mod analysis;
mod app;
mod audit;
mod connected;
mod editor;
mod examples;
mod explanation;
mod issuers;
mod map;
mod playground;
mod shell;
mod state;
mod ui;

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    // The static shell that is visible until now removes itself (`static/starter.js`).
    mount_to_body(app::App);
}
