//! The providers of `fn::open`: logins with an ID token of this server.

mod aws;
mod azure;
mod debug;
mod gcp;
mod identity;
mod inputs;
mod oidc;
mod schemas;
mod shared;
mod vault;

use claimgate_environments::{HostError, Provider, Providers};

pub(super) use shared::Shared;

/// The providers of one evaluation.
pub(super) struct ServerProviders<'a> {
    all: [(&'static str, Box<dyn Provider + 'a>); 6],
}

impl<'a> ServerProviders<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        Self {
            all: [
                ("aws-login", Box::new(aws::AwsLogin(shared))),
                ("azure-login", Box::new(azure::AzureLogin(shared))),
                ("debug-oidc-claims", Box::new(debug::DebugClaims(shared))),
                ("gcp-login", Box::new(gcp::GcpLogin(shared))),
                ("oidc", Box::new(oidc::Oidc(shared))),
                ("vault-login", Box::new(vault::VaultLogin(shared))),
            ],
        }
    }
}

impl Providers for ServerProviders<'_> {
    fn provider(&self, name: &str) -> Result<&dyn Provider, HostError> {
        let found = self.all.iter().find(|(known, _)| *known == name);
        let (_, provider) = found.ok_or_else(|| {
            let known = self.all.iter().map(|(name, _)| *name);
            let known: Vec<_> = known.collect();
            HostError(format!(
                "unknown provider {name:?}: this server has {}",
                known.join(", ")
            ))
        })?;
        Ok(&**provider)
    }
}
