//! What environments need while the server runs.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::keys::data_key::{DataKeyError, EnvironmentKeys};
use super::keys::master::MasterKeys;
use super::keys::session_key::SessionSecret;
use super::keys::source::MasterError;
use super::keys::transit::error::TransitError;
use super::record::EnvironmentRecord;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::http::rate_limit::RateLimit;
use crate::openid::key::KeyProblem as SigningKeyProblem;
use crate::openid::provider::SignError;

/// How many definitions are evaluated at once. Each may load a hundred others.
const EVALUATIONS: usize = 8;

/// How many environments are opened at once, those that wait for a provider's answer included.
const OPENS: usize = 64;

/// Denied attempts that one subject's tokens can record at once, and in an hour.
const SUBJECT_DENIALS: f64 = 200.0;

/// The same for an organization.
const ORGANIZATION_DENIALS: f64 = 2_000.0;

/// What environments need.
#[derive(Debug)]
pub(crate) struct EnvironmentState {
    pub(crate) master: Arc<MasterKeys>,
    /// What the keys of open sessions are derived from.
    pub(super) sessions: Arc<SessionSecret>,
    pub(super) evaluations: Arc<Semaphore>,
    pub(super) opens: Arc<Semaphore>,
    subject_denials: RateLimit<String>,
    organization_denials: RateLimit<i64>,
}

/// Why environments cannot be used with the configured keys.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// There is no key, and there are environments.
    #[error(
        "the database has environments, and their key is missing: expected --environment-key-file with the key that they were \
         saved with"
    )]
    Missing,
    /// Another key was used before.
    #[error(
        "the environments in the database were saved with another key: expected a file that has the key {expected} too, found \
         {found}; a key in a file is named by its fingerprint"
    )]
    Wrong {
        /// The name of a key that is missing.
        expected: String,
        /// The names of the keys that were given.
        found: String,
    },
    /// A data key cannot be unwrapped.
    #[error("{0}")]
    DataKey(String),
    /// A master key cannot be used now.
    #[error(transparent)]
    Transit(#[from] TransitError),
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DataKeyError> for KeyProblem {
    fn from(error: DataKeyError) -> Self {
        match error {
            DataKeyError::Transit(error) => Self::Transit(error),
            other => Self::DataKey(other.to_string()),
        }
    }
}

impl From<MasterError> for KeyProblem {
    fn from(error: MasterError) -> Self {
        match error {
            MasterError::Transit(error) => Self::Transit(error),
            other => Self::DataKey(format!("the secret of open sessions: {other}")),
        }
    }
}

impl From<SignError> for KeyProblem {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Store(error) => Self::Store(error),
            SignError::Key(SigningKeyProblem::Transit(error)) => Self::Transit(error),
            other => Self::DataKey(other.to_string()),
        }
    }
}

impl EnvironmentState {
    /// Checks that all environments of a database can be decrypted. `None` without keys, if there are no environments.
    ///
    /// # Errors
    /// [`KeyProblem`]
    pub(crate) async fn set_up(
        store: &Store,
        master: Option<Arc<MasterKeys>>,
    ) -> Result<Option<Self>, KeyProblem> {
        let used = store.environment_masters().await?;
        let Some(master) = master else {
            return match used.is_empty() {
                true => Ok(None),
                false => Err(KeyProblem::Missing),
            };
        };
        let signing = store.signing_key_masters().await?;
        let secret = store.session_secret().await?;
        let of_secret = secret.as_ref().map(|secret| &secret.by.master);
        for id in used.iter().chain(&signing).chain(of_secret) {
            if !master.has(id) {
                return Err(KeyProblem::Wrong {
                    expected: id.clone(),
                    found: master.names().join(", "),
                });
            }
        }
        master.check().await?;
        let secret = match secret {
            Some(secret) => secret,
            None => {
                let new = SessionSecret::generate(&master).await?;
                store.store_session_secret(new).await?
            }
        };
        let sessions = SessionSecret::unwrap(&master, &secret).await?;
        Ok(Some(Self {
            master,
            sessions: Arc::new(sessions),
            evaluations: Arc::new(Semaphore::new(EVALUATIONS)),
            opens: Arc::new(Semaphore::new(OPENS)),
            subject_denials: RateLimit::new(SUBJECT_DENIALS / 3_600.0, SUBJECT_DENIALS),
            organization_denials: RateLimit::new(
                ORGANIZATION_DENIALS / 3_600.0,
                ORGANIZATION_DENIALS,
            ),
        }))
    }

    /// The keys of an environment, unwrapped.
    ///
    /// # Errors
    /// [`KeyProblem`]
    pub(super) async fn keys(
        &self,
        store: &Store,
        environment: &EnvironmentRecord,
    ) -> Result<EnvironmentKeys, KeyProblem> {
        let wrapped = store.environment_keys(&environment.id).await?;
        let keys = EnvironmentKeys::unwrap(&self.master, environment.owner(), &wrapped);
        Ok(keys.await?)
    }

    /// Waits for something in an evaluation, on its thread; another evaluation can run meanwhile.
    pub(super) fn wait<T>(&self, runtime: &Handle, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let now = poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        if let Poll::Ready(result) = runtime.block_on(now) {
            return result;
        }
        self.evaluations.add_permits(1);
        let result = runtime.block_on(future);
        if let Ok(permit) = runtime.block_on(self.evaluations.acquire()) {
            permit.forget();
        }
        result
    }

    /// Whether a denied attempt is recorded: those of one subject do not use up the budget of the others.
    pub(super) fn records_denial(&self, organization: i64, subject: &str) -> bool {
        let now = std::time::Instant::now();
        let subject = format!("{organization} {subject}");
        self.subject_denials.take(subject, now).is_ok()
            && self.organization_denials.take(organization, now).is_ok()
    }
}
