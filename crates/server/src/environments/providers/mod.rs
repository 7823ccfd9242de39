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

pub(super) use shared::Shared;

/// The providers of one evaluation.
pub(super) struct ServerProviders<'a>([(&'static str, Limited<'a>); 8]);

impl<'a> ServerProviders<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        let all: [(_, Box<dyn Provider + 'a>); 8] = [
            ("aws-login", Box::new(aws::AwsLogin(shared))),
            ("aws-secrets", Box::new(aws_secrets::AwsSecrets(shared))),
            ("azure-login", Box::new(azure::AzureLogin(shared))),
            ("debug-oidc-claims", Box::new(debug::DebugClaims(shared))),
            ("gcp-login", Box::new(gcp::GcpLogin(shared))),
            ("oidc", Box::new(oidc::Oidc(shared))),
            ("vault-login", Box::new(vault::VaultLogin(shared))),
            (
                "vault-secrets",
                Box::new(vault_secrets::VaultSecrets(shared)),
            ),
        ];
        Self(all.map(|(name, provider)| (name, Limited { provider, shared })))
    }
}

impl Providers for ServerProviders<'_> {
    fn provider(&self, name: &str) -> Result<&dyn Provider, HostError> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        let (_, provider) = found.ok_or_else(|| {
            let known: Vec<_> = self.0.iter().map(|(name, _)| *name).collect();
            HostError(format!(
                "unknown provider {name:?}: this server has {}",
                known.join(", ")
            ))
        })?;
        Ok(provider)
    }
}

/// A provider that only saved environments open, a limited number of times in one evaluation.
struct Limited<'a> {
    provider: Box<dyn Provider + 'a>,
    shared: &'a Shared,
}

impl Provider for Limited<'_> {
    fn inputs(&self) -> Arc<Schema> {
        self.provider.inputs()
    }

    fn outputs(&self) -> Arc<Schema> {
        self.provider.outputs()
    }

    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError> {
        self.shared.admit(context)?;
        self.provider.open(inputs, context)
    }
}
