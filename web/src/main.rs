//! The Claimgate app: issuers, their policies, and a playground that says why a token is let in or not.

#![expect(unreachable_pub, reason = "Leptos makes the functions of components public, whatever is written")]

mod app;
mod components;
mod formats;
mod gallery;
mod pages;
mod providers;
mod state;
#[cfg(test)]
mod testing;

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
    mount_to_body(app::App);
}
