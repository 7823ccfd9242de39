//! What a provider is: the schemas of its inputs and outputs, and how it is opened.

use std::sync::Arc;

use claimgate_environments::{Context, HostError, Inputs, Json, Schema, Value};

/// How a provider is opened.
pub(super) trait Open {
    /// Opens it.
    ///
    /// # Errors
    /// As for [`Provider::open`](claimgate_environments::Provider::open).
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError>;
}

/// What is known of a provider without opening it.
pub(super) trait Described {
    /// Its name in `fn::open::NAME`.
    const NAME: &'static str;

    /// The schemas of its inputs and outputs.
    fn schemas() -> Schemas;
}

/// The schemas of a provider.
#[derive(Clone)]
pub(super) struct Schemas {
    pub(super) inputs: Arc<Schema>,
    pub(super) outputs: Arc<Schema>,
}

impl Schemas {
    /// Schemas of this program, which are written as JSON.
    pub(super) fn of(inputs: &str, outputs: &str) -> Self {
        let [inputs, outputs] = [inputs, outputs].map(|text| {
            let json: Json = serde_json::from_str(text).expect("it is JSON");
            Arc::new(Schema::from_json(&json).expect("it is a schema"))
        });
        Self { inputs, outputs }
    }
}

/// Declares a provider's name and its schemas, each parsed once.
macro_rules! schemas {
    ($name:literal, $provider:ident, $inputs:literal, $outputs:literal) => {
        impl super::schemas::Described for $provider<'_> {
            const NAME: &'static str = $name;

            fn schemas() -> super::schemas::Schemas {
                static SCHEMAS: std::sync::LazyLock<super::schemas::Schemas> =
                    std::sync::LazyLock::new(|| super::schemas::Schemas::of($inputs, $outputs));
                SCHEMAS.clone()
            }
        }
    };
}
pub(super) use schemas;
