//! What evaluations get from the server.

use std::cell::{Cell, OnceCell, RefCell};

use claimgate_environments::limits::MAX_ENVIRONMENTS;
use claimgate_environments::value::Content;
use claimgate_environments::{Context, Decrypter, Environments, HostError, Loaded, Value};
use tokio::runtime::Handle;

use super::access::grants::Grants;
use super::access::permission::Permission;
use super::keys::data_key::EnvironmentKeys;
use super::keys::master::MasterKeys;
use super::names::{Name, Reference};
use super::record::Definition;
use super::scope::Scope;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::tokens::record::{TokenKind, TokenRecord};
use crate::tokens::user::login;

/// The environments of an organization, for a caller. It blocks, so it belongs on a thread for that.
pub(super) struct StoredEnvironments {
    store: Store,
    runtime: Handle,
    master: std::sync::Arc<MasterKeys>,
    organization: i64,
    grants: Grants,
    /// What the caller has to be allowed for each import.
    needed: Permission,
    loaded: Vec<OnceCell<Import>>,
    next: Cell<usize>,
    denied: RefCell<Vec<Name>>,
}

/// An environment that was imported.
struct Import {
    name: Name,
    revision: i64,
    keys: EnvironmentKeys,
}

impl StoredEnvironments {
    /// Those of a scope. Each import needs a permission.
    pub(super) fn new(
        scope: &Scope,
        master: std::sync::Arc<MasterKeys>,
        needed: Permission,
    ) -> Self {
        Self {
            store: scope.app.store.clone(),
            runtime: Handle::current(),
            master,
            organization: scope.organization.id,
            grants: scope.grants.clone(),
            needed,
            loaded: (0..=MAX_ENVIRONMENTS).map(|_| OnceCell::new()).collect(),
            next: Cell::new(0),
            denied: RefCell::default(),
        }
    }

    /// What was imported, and the names of what the caller may not import.
    pub(super) fn into_imported(self) -> (Vec<(Name, i64)>, Vec<Name>) {
        let imported = self.loaded.into_iter().filter_map(OnceCell::into_inner);
        let imported = imported.map(|import| (import.name, import.revision));
        (imported.collect(), self.denied.into_inner())
    }

    async fn find(&self, reference: &Reference) -> Result<Option<Definition>, StoreError> {
        let found = self.store.environment(self.organization, &reference.name);
        match found.await? {
            Some(environment) => self.store.definition(environment, &reference.version).await,
            None => Ok(None),
        }
    }
}

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
        let keys = self
            .store
            .unwrapped_keys(&self.master, &definition.environment);
        let keys = self
            .runtime
            .block_on(keys)
            .map_err(|error| failed(&error))?;
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
