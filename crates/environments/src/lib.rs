#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic,
        clippy::todo,
        clippy::unreachable
    )
)]

mod ast;
mod diagnostic;
pub mod environment;
mod eval;
mod host;
mod json;
pub mod limits;
mod number;
mod path;
mod position;
mod property;
mod scalar;
pub mod schema;
mod secrets;
mod suggestions;
mod syntax;
mod text;
pub mod value;

pub use ast::document::Document;
pub use diagnostic::{Diagnostic, Severity, has_errors};
pub use environment::Environment;
pub use eval::{Evaluation, Options, check, open};
pub use host::{
    ANONYMOUS, Context, Decrypter, Encrypter, Environments, Host, HostError, Inputs, Loaded,
    Provider, Providers, Rotator,
};
pub use json::Json;
pub use limits::Limit;
pub use number::Number;
pub use path::{Path, PathError, Step};
pub use position::{Position, Range};
pub use property::property_json;
pub use schema::{Schema, SchemaError};
pub use secrets::{
    EnvelopeError, RewriteError, check_ciphertexts, ciphertexts, decrypt_secrets, encrypt_secrets,
    has_plaintext, reencrypt_secrets,
};
pub use syntax::{Kind, Member, Node};
pub use value::{Secrets, Value};
