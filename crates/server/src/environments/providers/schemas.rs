//! The schemas of providers' inputs and outputs.

use std::sync::Arc;

use claimgate_environments::{Json, Schema};

/// A schema that is written as JSON; every value follows one that cannot be read.
pub(super) fn schema(text: &str) -> Arc<Schema> {
    let json = serde_json::from_str::<Json>(text);
    let schema = json.ok().and_then(|json| Schema::from_json(&json).ok());
    Arc::new(schema.unwrap_or_default())
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
