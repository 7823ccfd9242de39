//! The Claimgate app: issuers, their policies, and a playground that says why a token is let in or
//! not.

#![expect(
    unreachable_pub,
    reason = "Leptos makes the functions of components public, whatever is written"
)]

mod app;
mod components;
mod pages;
mod state;

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    // The shell that is shown meanwhile goes by itself (`static/starter.js`).
    mount_to_body(app::App);
}
