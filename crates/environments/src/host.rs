//! What an evaluation needs from outside.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::schema::Schema;
use crate::value::{Content, Value};

/// Why something outside failed: one sentence, which becomes a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

impl From<&str> for HostError {
    fn from(message: &str) -> Self {
        Self(message.to_owned())
    }
}

impl From<String> for HostError {
    fn from(message: String) -> Self {
        Self(message)
    }
}

/// The members of a provider's inputs or state.
pub type Inputs = BTreeMap<Arc<str>, Value>;

/// What `fn::open` calls.
pub trait Provider {
    /// The schema of the inputs.
    fn inputs(&self) -> Arc<Schema>;
    /// The schema of the outputs.
    fn outputs(&self) -> Arc<Schema>;
    /// Opens the provider.
    ///
    /// # Errors
    /// A sentence for the author of the definition. Secrets of the inputs are removed from it.
    fn open(&self, inputs: &Inputs, context: &Context) -> Result<Value, HostError>;
}

/// What `fn::rotate` calls to read the current secret.
pub trait Rotator {
    /// The schema of the inputs.
    fn inputs(&self) -> Arc<Schema>;
    /// The schema of the state.
    fn state(&self) -> Arc<Schema>;
    /// The schema of the outputs.
    fn outputs(&self) -> Arc<Schema>;
    /// Reads the current secret. The state is absent before the first rotation.
    ///
    /// # Errors
    /// As for [`Provider::open`].
    fn open(
        &self,
        inputs: &Inputs,
        state: Option<&Inputs>,
        context: &Context,
    ) -> Result<Value, HostError>;
}

/// The providers of a host.
pub trait Providers {
    /// The provider of this name.
    ///
    /// # Errors
    /// A sentence, usually that the provider is unknown.
    fn provider(&self, name: &str) -> Result<&dyn Provider, HostError>;

    /// The rotator of this name.
    ///
    /// # Errors
    /// A sentence, usually that the rotator is unknown.
    fn rotator(&self, name: &str) -> Result<&dyn Rotator, HostError> {
        Err(format!("unknown rotator {name:?}").into())
    }
}

/// Another environment's definition.
pub struct Loaded<'a> {
    /// The name that the definition is reported and authorized under.
    pub name: String,
    /// The definition.
    pub source: String,
    /// What decrypts its secrets.
    pub decrypter: &'a dyn Decrypter,
}

/// The environments of a host.
pub trait Environments {
    /// Decides whether one environment may import another, for the caller of the evaluation. It is called for every
    /// import before anything is loaded, the same environment included.
    ///
    /// # Errors
    /// A sentence that does not tell whether the environment exists.
    fn authorize(
        &self,
        importer: &str,
        imported: &str,
        importer_is_root: bool,
    ) -> Result<(), HostError>;

    /// Loads a definition by the name that an import gives.
    ///
    /// # Errors
    /// A sentence, usually that the environment is not found.
    fn load(&self, name: &str) -> Result<Loaded<'_>, HostError>;
}

/// What decrypts the secrets of one environment.
pub trait Decrypter {
    /// Decrypts a secret.
    ///
    /// # Errors
    /// A sentence without any secret.
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, HostError>;
}

/// What encrypts the secrets of one environment.
pub trait Encrypter {
    /// Encrypts a secret.
    ///
    /// # Errors
    /// A sentence without any secret.
    fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, HostError>;
}

/// The name of a document that is no saved environment.
pub const ANONYMOUS: &str = "<yaml>";

/// Who evaluates, for `${context}` and for providers.
#[derive(Clone, Debug, Default)]
pub struct Context {
    values: BTreeMap<Arc<str>, Value>,
    root: Option<Arc<str>>,
    current: Arc<str>,
}

impl Context {
    /// A context of these values, usually one of the name `pulumi`. The names of environments are added.
    pub fn new<'a>(values: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let values = values.into_iter();
        Self {
            values: values.map(|(name, value)| (name.into(), value)).collect(),
            ..Self::default()
        }
    }

    /// The environment that is evaluated for its own sake. Of an anonymous document it is the import
    /// below it.
    #[must_use]
    pub fn root_environment(&self) -> &str {
        self.root.as_deref().unwrap_or(&self.current)
    }

    /// The environment whose definition is being evaluated.
    #[must_use]
    pub fn current_environment(&self) -> &str {
        &self.current
    }

    pub(crate) fn within(&self, name: &Arc<str>) -> Self {
        let root = match &self.root {
            Some(root) if &**root != ANONYMOUS => root.clone(),
            _ => name.clone(),
        };
        let named = |name: &str| Value::object([("name", name.into())]);
        let mut values = self.values.clone();
        values.insert("currentEnvironment".into(), named(name));
        values.insert("rootEnvironment".into(), named(&root));
        Self {
            values,
            root: Some(root),
            current: name.clone(),
        }
    }

    pub(crate) fn to_value(&self) -> Value {
        Content::Object(self.values.clone()).into()
    }
}

/// All that an evaluation needs from outside.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    /// What `fn::open` may call.
    pub providers: &'a dyn Providers,
    /// What can be imported.
    pub environments: &'a dyn Environments,
    /// What decrypts the secrets of the environment itself.
    pub decrypter: &'a dyn Decrypter,
    /// Who evaluates.
    pub context: &'a Context,
}
