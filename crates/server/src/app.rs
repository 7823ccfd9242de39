//! The state that all routes share.

use std::time::Duration;

use claimgate_api::SettingBody;
use ipnet::IpNet;

use crate::audit::counts::Counts;
use crate::audit::refusals::RefusalBudgets;
use crate::audit::retention::Retention;
use crate::clock::Clock;
use crate::db::store::Store;
use crate::db::writer::handle::Writer;
use crate::demo::samples::Demo;
use crate::environments::state::EnvironmentState;
use crate::exchange::directory::Directory;
use crate::guard::mode::GuardMode;
use crate::http::assets::Assets;
use crate::http::error::ApiError;
use crate::http::last_ping::LastPing;
use crate::http::long_answers::LongAnswers;
use crate::http::metrics::Metrics;
use crate::http::rate_limit::RateLimit;
use crate::keys::outgoing::Outgoing;
use crate::keys::store::KeyStore;
use crate::openid::provider::OpenIdProvider;
use crate::tokens::bootstrap::BootstrapFile;
use crate::tokens::hash_key::HashKey;
use crate::turns::Turns;

/// The state that all routes share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) directory: Directory,
    /// Where costly decisions are made.
    pub(crate) decisions: Turns,
    /// Where decisions on many policies are explained for the audit file, and policies counted.
    pub(crate) explanations: Turns,
    /// Where new policies are compiled and judged.
    pub(crate) reviews: Turns,
    /// Where stored policies are written into answers. Reading them does not wait for reviews.
    pub(crate) documents: Turns,
    pub(crate) long_answers: LongAnswers,
    pub(crate) keys: KeyStore,
    pub(crate) hash_key: HashKey,
    /// Whether the bootstrap token was configured, and so need not have the form of a generated
    /// token.
    pub(crate) has_custom_bootstrap: bool,
    pub(crate) bootstrap_file: BootstrapFile,
    pub(crate) metrics: Metrics,
    pub(crate) clock: Clock,
    /// What is done about policies that admit strangers.
    pub(crate) guard: GuardMode,
    pub(crate) refusals: RefusalBudgets,
    /// Exchanges that are counted, and not in the database yet.
    pub(crate) counts: Counts,
    pub(crate) retention: Retention,
    /// Requests of the API by the networks that they come from.
    pub(crate) address_limit: RateLimit<IpNet>,
    /// Requests of probes and of Prometheus by the networks that they come from.
    pub(crate) probe_limit: RateLimit<IpNet>,
    pub(crate) last_ping: LastPing,
    /// Warnings about requests that came without the client's address.
    pub(crate) proxy_warnings: RateLimit<()>,
    pub(crate) issuer_limit: RateLimit<String>,
    /// The settings, as the API shows them.
    pub(crate) settings: Vec<SettingBody>,
    /// Number of reverse proxies whose `X-Forwarded-For` is trusted.
    pub(crate) trusted_proxies: usize,
    /// Whether `/metrics` needs no token.
    pub(crate) open_metrics: bool,
    /// Clock skew to tolerate, in seconds.
    pub(crate) leeway: u64,
    /// Time limit of a request.
    pub(crate) timeout: Duration,
    pub(crate) demo: Option<Demo>,
    /// Absent without a key for environments.
    pub(crate) environments: Option<EnvironmentState>,
    /// Absent without an issuer, or a key for environments.
    pub(crate) openid: Option<OpenIdProvider>,
    /// Calls of the providers of environments.
    pub(crate) outgoing: Outgoing,
    /// Whether the audit log is also written to a file.
    pub(crate) has_audit_file: bool,
    pub(crate) assets: Assets,
}

impl App {
    /// What environments need.
    ///
    /// # Errors
    /// 404 if the server has no key for them.
    pub(crate) fn environments(&self) -> Result<&EnvironmentState, ApiError> {
        let message =
            "this server has no environments: it was started without --environment-key-file";
        self.environments
            .as_ref()
            .ok_or_else(|| ApiError::not_found(message))
    }

    /// What signs ID tokens.
    ///
    /// # Errors
    /// 404 if the server signs none.
    pub(crate) fn openid(&self) -> Result<&OpenIdProvider, ApiError> {
        let message = "this server is no OpenID provider: it was started without --oidc-issuer";
        self.openid
            .as_ref()
            .ok_or_else(|| ApiError::not_found(message))
    }
}
