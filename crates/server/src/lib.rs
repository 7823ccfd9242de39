//! Claimgate's server: the exchange endpoint, the issuers API, the app.

mod app;
pub mod audit;
pub mod changes;
mod clock;
pub mod config;
pub mod db;
mod demo;
pub mod environments;
mod exchange;
pub mod guard;
mod hints;
mod http;
pub mod issuers;
pub mod keys;
mod lock;
pub mod openid;
pub mod organizations;
pub mod private_file;
pub mod random;
pub mod samples;
mod server;
mod settings;
mod text;
pub mod tokens;
mod turns;
mod upkeep;

pub use clock::{Clock, now};
pub use demo::Demo;
pub use hints::HINT_SOURCES;
pub use http::assets::{Asset, Assets};
pub use http::listen::listen;
pub use http::logging::start_logging;
pub use http::router::openapi_document;
pub use http::tls::{ListenError, Tls};
pub use server::{Server, StartError};
