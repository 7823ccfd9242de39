//! What evaluations get from the server.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use claimgate_environments::limits::MAX_ENVIRONMENTS;
use claimgate_environments::value::Content;
use claimgate_environments::{Context, Decrypter, Environments, HostError, Loaded, Value};
use tokio::runtime::Handle;

use super::access::grants::Grants;
use super::access::permission::Permission;
use super::keys::data_key::{DataKeyError, EnvironmentKeys};
use super::keys::transit::error::TransitError;
use super::names::{Name, Reference};
use super::record::{Definition, EnvironmentRecord};
use super::scope::Scope;
use super::state::EnvironmentState;
use crate::app::App;
use crate::db::error::StoreError;
use crate::tokens::record::{TokenKind, TokenRecord};
use crate::tokens::user::login;

/// The environments of an organization, for a caller. It blocks, so it belongs on a thread for that.
pub(super) struct StoredEnvironments {
    app: Arc<App>,
    runtime: Handle,
    organization: i64,
    grants: Grants,
    /// What the caller has to be allowed for each import.
    needed: Permission,
    loaded: Vec<OnceCell<Import>>,
    next: Cell<usize>,
    denied: RefCell<Vec<Name>>,
    /// Why the master key could not be used. No other import is loaded then.
    unavailable: OnceCell<TransitError>,
}

/// What an evaluation has imported.
pub(super) struct Imported {
    /// The environments, with their revisions.
    pub(super) imported: Vec<(Name, i64)>,
    /// What the caller may not import.
    pub(super) denied: Vec<Name>,
    /// Why the master key could not be used, if it could not.
    pub(super) unavailable: Option<TransitError>,
}

/// An environment that was imported.
struct Import {
    name: Name,
    revision: i64,
    keys: EnvironmentKeys,
}

impl StoredEnvironments {
    /// Those of a scope. Each import needs a permission.
    pub(super) fn new(scope: &Scope, needed: Permission) -> Self {
        Self {
            app: Arc::clone(&scope.app),
            runtime: Handle::current(),
            organization: scope.organization.id,
            grants: scope.grants.clone(),
            needed,
            loaded: (0..=MAX_ENVIRONMENTS).map(|_| OnceCell::new()).collect(),
            next: Cell::new(0),
            denied: RefCell::default(),
            unavailable: OnceCell::new(),
        }
    }

    /// What was imported.
    pub(super) fn into_imported(self) -> Imported {
        let imported = self.loaded.into_iter().filter_map(OnceCell::into_inner);
        let imported = imported.map(|import| (import.name, import.revision));
        Imported {
            imported: imported.collect(),
            denied: self.denied.into_inner(),
            unavailable: self.unavailable.into_inner(),
        }
    }

    /// The keys of an environment that is imported.
    fn keys(&self, environment: &EnvironmentRecord) -> Result<EnvironmentKeys, HostError> {
        let state = self.app.environments.as_ref();
        let state: &EnvironmentState = state.ok_or("this server has no environments")?;
        if self.unavailable.get().is_some() {
            return Err(UNAVAILABLE.into());
        }
        let wrapped = self.app.store.environment_keys(&environment.id);
        let wrapped = self.runtime.block_on(wrapped);
        let wrapped = wrapped.map_err(|error| failed(&error))?;
        let keys = EnvironmentKeys::unwrap(&state.master, environment.owner(), &wrapped);
        let keys = state.wait(&self.runtime, keys);
        keys.map_err(|error| {
            let error = match error {
                DataKeyError::Transit(error) => error,
                other => return failed(&other),
            };
            tracing::error!(%error, "an import cannot be decrypted");
            let _ = self.unavailable.set(error);
            UNAVAILABLE.into()
        })
    }

    async fn find(&self, reference: &Reference) -> Result<Option<Definition>, StoreError> {
        let found = self
            .app
            .store
            .environment(self.organization, &reference.name);
        match found.await? {
            Some(environment) => {
                self.app
                    .store
                    .definition(environment, &reference.version)
                    .await
            }
            None => Ok(None),
        }
    }
}

const UNAVAILABLE: &str = "the environment cannot be decrypted now";

/// The details are for the log only.
fn failed(error: &dyn std::error::Error) -> HostError {
    tracing::error!(%error, "an import cannot be loaded");
    "the environment cannot be loaded".into()
}

fn not_found(name: &str) -> HostError {
    format!("environment {name:?} not found").into()
}

impl Environments for StoredEnvironments {
    fn authorize(&self, _: &str, imported: &str, _: bool) -> Result<(), HostError> {
        let reference = Reference::parse(imported).ok_or_else(|| not_found(imported))?;
        if self.grants.on(&reference.name).permission >= self.needed {
            return Ok(());
        }
        let mut denied = self.denied.borrow_mut();
        if !denied.contains(&reference.name) {
            denied.push(reference.name);
        }
        Err(not_found(imported))
    }

    fn load(&self, name: &str) -> Result<Loaded<'_>, HostError> {
        let reference = Reference::parse(name).ok_or_else(|| not_found(name))?;
        let found = self.runtime.block_on(self.find(&reference));
        let found = found.map_err(|error| failed(&error))?;
        let definition = found.ok_or_else(|| not_found(name))?;
        let keys = self.keys(&definition.environment)?;
        let import = Import {
            name: definition.environment.name.clone(),
            revision: definition.revision,
            keys,
        };
        let place = self.loaded.get(self.next.get());
        self.next.set(self.next.get() + 1);
        // The language ends an evaluation before there are as many.
        let place = place.ok_or_else(|| HostError::from("too many environments are imported"))?;
        Ok(Loaded {
            name: reference.name.to_string(),
            source: definition.text,
            decrypter: &place.get_or_init(|| import).keys,
        })
    }
}

/// Of a document that is not saved, whose secrets are in plain text.
pub(super) struct Unsaved;

impl Decrypter for Unsaved {
    fn decrypt(&self, _: &[u8]) -> Result<Vec<u8>, HostError> {
        Err("a document that is not saved has no encrypted secrets".into())
    }
}

/// What `${context.pulumi}` is for a caller.
pub(super) fn context(
    token: &TokenRecord,
    organization: &str,
    duration: Option<String>,
) -> Context {
    let of = |name, text: &str| Value::object([(name, text.into())]);
    let mut about = vec![
        ("type", token.kind.as_str().into()),
        ("name", token.id.as_str().into()),
    ];
    let team = token.target.as_deref();
    let team = team.filter(|_| token.kind == TokenKind::Team);
    about.extend(team.map(|team| ("team", team.into())));
    let mut pulumi = vec![
        ("user", of("login", &login(token))),
        ("organization", of("login", organization)),
        ("token", Value::object(about)),
    ];
    // Not known before the environment is opened.
    let duration = match duration {
        Some(text) => text.as_str().into(),
        None => unknown(),
    };
    pulumi.push(("openDuration", duration));
    Context::new([("pulumi", Value::object(pulumi))])
}

/// What `${context.pulumi}` is where it is not known who opens the environment.
#[must_use]
pub fn unknown_context() -> Context {
    let login = || Value::object([("login", unknown())]);
    let token = ["type", "name", "team"].map(|name| (name, unknown()));
    let pulumi = Value::object([
        ("user", login()),
        ("organization", login()),
        ("token", Value::object(token)),
        ("openDuration", unknown()),
    ]);
    Context::new([("pulumi", pulumi)])
}

fn unknown() -> Value {
    let mut value = Value::from("");
    value.content = Content::Null;
    value.unknown = true;
    value
}
