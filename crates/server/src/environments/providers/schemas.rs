//! The schemas of providers' inputs and outputs.

use std::sync::Arc;

use claimgate_environments::{Json, Schema};

/// A schema of this program, which is written as JSON.
pub(super) fn schema(text: &str) -> Arc<Schema> {
    let json: Json = serde_json::from_str(text).expect("it is JSON");
    Arc::new(Schema::from_json(&json).expect("it is a schema"))
}

/// Declares a provider's schemas, each parsed once.
macro_rules! schemas {
    ($inputs:literal, $outputs:literal) => {
        fn inputs(&self) -> std::sync::Arc<claimgate_environments::Schema> {
            static SCHEMA: std::sync::LazyLock<std::sync::Arc<claimgate_environments::Schema>> =
                std::sync::LazyLock::new(|| super::schemas::schema($inputs));
            SCHEMA.clone()
        }

        fn outputs(&self) -> std::sync::Arc<claimgate_environments::Schema> {
            static SCHEMA: std::sync::LazyLock<std::sync::Arc<claimgate_environments::Schema>> =
                std::sync::LazyLock::new(|| super::schemas::schema($outputs));
            SCHEMA.clone()
        }
    };
}
pub(super) use schemas;
