//! The providers of `fn::open`: logins with an ID token of this server, and secrets that are read with such a login.

mod aws;
mod aws_secrets;
mod aws_signature;
mod azure;
mod debug;
mod gcp;
mod identity;
mod inputs;
mod oidc;
mod schemas;
mod shared;
mod vault;
mod vault_secrets;

use std::sync::Arc;

use claimgate_environments::{Context, HostError, Inputs, Provider, Providers, Schema, Value};

use self::schemas::{Described, Open, Schemas};
pub(super) use shared::Shared;

/// The providers that a server has.
pub struct ServerProviders<'a>([Limited<'a>; 8]);

impl<'a> ServerProviders<'a> {
    /// Those of one evaluation.
    pub(super) fn new(shared: &'a Shared) -> Self {
        Self::all(Some(shared))
    }

    /// The same for checks without a server: what they take and yield is known, and none is opened.
    #[must_use]
    pub fn unopened() -> Self {
        Self::all(None)
    }

    fn all(shared: Option<&'a Shared>) -> Self {
        Self([
            limited(shared, aws::AwsLogin),
            limited(shared, aws_secrets::AwsSecrets),
            limited(shared, azure::AzureLogin),
            limited(shared, debug::DebugClaims),
            limited(shared, gcp::GcpLogin),
            limited(shared, oidc::Oidc),
            limited(shared, vault::VaultLogin),
            limited(shared, vault_secrets::VaultSecrets),
        ])
    }
}

impl Providers for ServerProviders<'_> {
    fn provider(&self, name: &str) -> Result<&dyn Provider, HostError> {
        let found = self.0.iter().find(|known| known.name == name);
        let provider = found.ok_or_else(|| {
            let known: Vec<_> = self.0.iter().map(|known| known.name).collect();
            HostError(format!(
                "unknown provider {name:?}: known are {}",
                known.join(", ")
            ))
        })?;
        Ok(provider)
    }
}

/// A provider that only saved environments open, a limited number of times in one evaluation.
struct Limited<'a> {
    name: &'static str,
    schemas: Schemas,
    /// What opens it; none without a server.
    opens: Option<(Box<dyn Open + 'a>, &'a Shared)>,
}

fn limited<'a, P: Described + Open + 'a>(
    shared: Option<&'a Shared>,
    provider: fn(&'a Shared) -> P,
) -> Limited<'a> {
    let open = |shared| -> Box<dyn Open + 'a> { Box::new(provider(shared)) };
    Limited {
        name: P::NAME,
        schemas: P::schemas(),
        opens: shared.map(|shared| (open(shared), shared)),
    }
}

impl Provider for Limited<'_> {
    fn inputs(&self) -> Arc<Schema> {
        self.schemas.inputs.clone()
    }

    fn outputs(&self) -> Arc<Schema> {
        self.schemas.outputs.clone()
    }

    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        let Some((provider, shared)) = &self.opens else {
            return Err("providers are opened by a server only".into());
        };
        shared.admit(context)?;
        provider.open(inputs, context)
    }
}
