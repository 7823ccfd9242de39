//! Organizations with their issuers, compiled. A cache: the database's version of an organization
//! decides whether what is here still holds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::jwt::{Jwk, Jwks};
use claimgate::pattern::Dialect;
use serde::Deserialize;

use crate::audit::compress;
use crate::audit::shared_document::SharedDocument;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::issuers::policies;
use crate::issuers::policies::Policy;
use crate::issuers::record::IssuerRecord;
use crate::keys::{IssuerKeys, KeyError, KeyStore};

/// For how many keys of an issuer what the audit log keeps is at hand.
const MAX_KEYS: usize = 8;

/// All organizations that were asked for so far.
#[derive(Debug)]
pub(crate) struct Directory {
    store: Store,
    keys: KeyStore,
    compiled: RwLock<HashMap<String, Arc<Compiled>>>,
    /// The newest version of each organization that is known of.
    newest: RwLock<Newest>,
}

#[derive(Debug, Default)]
struct Newest {
    version: i64,
    organizations: HashMap<String, i64>,
}

/// An organization with its compiled issuers.
#[derive(Debug)]
pub(crate) struct Compiled {
    version: i64,
    issuers: Vec<Registered>,
    sets: Sets,
}

/// An issuer, as far as an exchange needs to know it.
#[derive(Debug)]
pub(crate) struct Registered {
    /// Its id.
    pub id: String,
    /// Its URL.
    pub url: String,
    /// Whether each of its ID tokens may be exchanged once only.
    pub single_use: bool,
    /// Whether any of its policies only reports.
    pub reports: bool,
    /// For each policy that is enforced, its index among all.
    pub enforced: Vec<usize>,
    /// What the audit log keeps of it.
    pub basis: Arc<SharedDocument>,
    /// Keys that its tokens were checked with lately, and what the audit log keeps of them.
    keys: Mutex<Vec<(Arc<Jwk>, Arc<SharedDocument>)>>,
    /// What the audit log keeps is packed beside this text, and the day that it is of.
    template: Mutex<Option<(i64, Arc<SharedDocument>)>>,
    thumbprints: Vec<String>,
    has_static_keys: bool,
    /// The organization's issuers with this one's keys, and those keys.
    keyed: Mutex<Option<(Arc<Jwks>, Sets)>>,
}

/// The issuers of an organization: with the policies that are enforced, and with all.
#[derive(Clone, Debug)]
pub(crate) struct Sets {
    /// To decide with.
    pub enforced: Issuers,
    /// To report with.
    pub all: Issuers,
}

impl Directory {
    /// An empty one.
    #[must_use]
    pub(crate) fn new(store: Store, keys: KeyStore) -> Self {
        Self {
            store,
            keys,
            compiled: RwLock::default(),
            newest: RwLock::default(),
        }
    }

    /// The organization of a name, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] where it has to be read and cannot be.
    pub(crate) async fn organization(
        &self,
        name: &str,
    ) -> Result<Option<Arc<Compiled>>, StoreError> {
        let cached = read(&self.compiled).get(name).cloned();
        if let Some(cached) = cached.filter(|cached| self.is_present(name, cached.version)) {
            return Ok(Some(cached));
        }
        // The version is read first: what changes meanwhile makes it older than what is known, and
        // it is read again.
        let Some(organization) = self.store.organization(name).await? else {
            write(&self.compiled).remove(name);
            return Ok(None);
        };
        let records = self.store.issuers(name).await?;
        let policies = self.store.policies(name).await?;
        let documents: HashMap<_, _> = policies
            .into_iter()
            .map(|policy| (policy.issuer, policy.document))
            .collect();
        let compiled = Arc::new(Compiled::new(organization.version, &records, &documents));
        write(&self.compiled).insert(name.to_owned(), Arc::clone(&compiled));
        Ok(Some(compiled))
    }

    /// Takes note of a change of this replica's own.
    pub(crate) fn changed(&self, organization: &str, version: i64) {
        let mut newest = write(&self.newest);
        let known = newest
            .organizations
            .entry(organization.to_owned())
            .or_default();
        *known = version.max(*known);
    }

    /// Looks for changes of other replicas.
    ///
    /// # Errors
    /// [`StoreError`] of the database; what is known then stays so.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let version = self.store.version().await?;
        if read(&self.newest).version == version {
            return Ok(());
        }
        let mut organizations: HashMap<_, _> = self.store.versions().await?.into_iter().collect();
        let mut newest = write(&self.newest);
        // Changes of this replica's own may be newer than what was read.
        for (name, own) in newest
            .organizations
            .drain()
            .filter(|(_, own)| *own > version)
        {
            let known = organizations.entry(name).or_insert(own);
            *known = own.max(*known);
        }
        *newest = Newest {
            version,
            organizations,
        };
        Ok(())
    }

    /// Whether nothing newer than `version` is known of an organization.
    fn is_present(&self, name: &str, version: i64) -> bool {
        read(&self.newest)
            .organizations
            .get(name)
            .is_some_and(|newest| version >= *newest)
    }

    /// The issuers to decide a token with: its own issuer with its keys. And why those could not be
    /// had, if so.
    pub(crate) async fn issuers_for(
        &self,
        compiled: &Compiled,
        token: &str,
    ) -> (Sets, Option<KeyError>) {
        if compiled.issuers.iter().all(|issuer| issuer.has_static_keys) {
            return (compiled.sets.clone(), None);
        }
        let hint = Hint::of(token);
        let registered = compiled
            .issuers
            .iter()
            .find(|issuer| Some(issuer.url.as_str()) == hint.iss.as_deref());
        let Some(registered) = registered.filter(|issuer| !issuer.has_static_keys) else {
            return (compiled.sets.clone(), None);
        };
        let issuer = IssuerKeys {
            id: &registered.id,
            url: &registered.url,
            static_jwks: None,
            thumbprints: &registered.thumbprints,
        };
        match self.keys.keys(issuer, hint.kid.as_deref()).await {
            Ok(keys) => (compiled.with_keys(registered, keys), None),
            Err(error) => (compiled.sets.clone(), Some(error)),
        }
    }
}

impl Registered {
    /// Indices among all policies, of indices among those that are enforced.
    pub(crate) fn among_all(&self, enforced: &[usize]) -> Vec<usize> {
        enforced
            .iter()
            .filter_map(|index| self.enforced.get(*index).copied())
            .collect()
    }

    /// What the audit log keeps of a key. It is put together once.
    pub(crate) fn basis_of(&self, key: &Arc<Jwk>) -> Option<Arc<SharedDocument>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, basis)) = keys.iter().find(|(own, _)| Arc::ptr_eq(own, key)) {
            return Some(Arc::clone(basis));
        }
        let basis = SharedDocument::of_key(key)?;
        if keys.len() >= MAX_KEYS {
            keys.remove(0);
        }
        keys.push((Arc::clone(key), Arc::clone(&basis)));
        Some(basis)
    }

    /// The text beside which the audit log packs what it keeps: the first of the day. `kept` is one
    /// that may become it. So no claims stay in use, and in the database, much longer than the
    /// entry that they are of.
    pub(crate) fn template(&self, at: i64, kept: Option<&str>) -> Option<Arc<SharedDocument>> {
        let day = at / 86_400;
        let mut template = self.template.lock().unwrap_or_else(PoisonError::into_inner);
        if template.as_ref().is_none_or(|(of, _)| *of != day) {
            *template = kept
                .and_then(compress::dictionary)
                .map(|basis| (day, basis));
        }
        template.as_ref().map(|(_, basis)| Arc::clone(basis))
    }
}

impl Compiled {
    fn new(version: i64, records: &[IssuerRecord], documents: &HashMap<String, String>) -> Self {
        let mut issuers = Vec::with_capacity(records.len());
        let (mut enforced, mut all) = (Vec::new(), Vec::new());
        for record in records {
            let document = documents.get(&record.id).map_or("[]", String::as_str);
            let policies = policies::parse(document).unwrap_or_else(|errors| {
                // They were accepted once; a later engine may know better. Nothing is allowed then.
                tracing::error!(
                    issuer = record.id,
                    ?errors,
                    "the policies of an issuer cannot be read"
                );
                Vec::new()
            });
            let kept = policies::enforced(&policies, record.settings.report_only);
            let (Some(whole), Some(part)) = (
                compile(record, policies.iter()),
                compile(record, kept.iter().filter_map(|index| policies.get(*index))),
            ) else {
                continue;
            };
            issuers.push(Registered {
                id: record.id.clone(),
                url: record.url.clone(),
                single_use: record.settings.single_use,
                reports: kept.len() < policies.len(),
                enforced: kept,
                basis: SharedDocument::of_issuer(record, document),
                keys: Mutex::default(),
                template: Mutex::default(),
                thumbprints: record.settings.thumbprints.clone(),
                has_static_keys: record.settings.jwks.is_some(),
                keyed: Mutex::default(),
            });
            enforced.push(part);
            all.push(whole);
        }
        Self {
            version,
            issuers,
            sets: Sets {
                enforced: Issuers::from(enforced),
                all: Issuers::from(all),
            },
        }
    }

    /// The issuer of an index in [`Sets`].
    #[must_use]
    pub(crate) fn issuer(&self, index: usize) -> Option<&Registered> {
        self.issuers.get(index)
    }

    /// The issuers with the keys of one of them. They are put together once for the same keys.
    fn with_keys(&self, registered: &Registered, keys: Arc<Jwks>) -> Sets {
        let mut keyed = registered
            .keyed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, sets)) = keyed
            .as_ref()
            .filter(|(known, _)| Arc::ptr_eq(known, &keys))
        {
            return sets.clone();
        }
        let place = self
            .issuers
            .iter()
            .position(|issuer| issuer.id == registered.id);
        let with = |issuers: &Issuers| {
            let one = |(index, issuer): (usize, &Issuer)| match Some(index) == place {
                true => issuer.with_jwks(Some(Jwks::clone(&keys))),
                false => issuer.clone(),
            };
            issuers
                .as_slice()
                .iter()
                .enumerate()
                .map(one)
                .collect::<Issuers>()
        };
        let sets = Sets {
            enforced: with(&self.sets.enforced),
            all: with(&self.sets.all),
        };
        *keyed = Some((keys, sets.clone()));
        sets
    }
}

fn compile<'a>(
    record: &IssuerRecord,
    policies: impl Iterator<Item = &'a Policy>,
) -> Option<Issuer> {
    let definition = IssuerDefinition {
        name: record.settings.name.clone(),
        url: record.url.clone(),
        max_expiration: record
            .settings
            .max_expiration
            .and_then(|seconds| u64::try_from(seconds).ok()),
        jwks: record.settings.jwks.clone(),
        thumbprints: record.settings.thumbprints.clone(),
        // The server takes report-only policies out itself.
        report_only: false,
        policies: policies.map(|policy| policy.definition.clone()).collect(),
    };
    let compiled = Issuer::compile(&definition, Dialect::Pulumi);
    compiled
        .inspect_err(|errors| {
            tracing::error!(issuer = record.id, ?errors, "an issuer cannot be compiled")
        })
        .ok()
}

/// What a token says of itself, before anything about it is checked: only to fetch the right keys
/// by.
#[derive(Debug, Default)]
struct Hint {
    iss: Option<String>,
    kid: Option<String>,
}

impl Hint {
    fn of(token: &str) -> Self {
        #[derive(Deserialize)]
        struct Header<'a> {
            #[serde(borrow)]
            kid: Option<Cow<'a, str>>,
        }
        #[derive(Deserialize)]
        struct Payload<'a> {
            #[serde(borrow)]
            iss: Option<Cow<'a, str>>,
        }
        if token.len() > claimgate::jwt::DEFAULT_MAX_SIZE {
            return Self::default();
        }
        let mut parts = token
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
        let (header, payload) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let header = serde_json::from_slice::<Header<'_>>(&header)
            .ok()
            .and_then(|header| header.kid);
        let payload = serde_json::from_slice::<Payload<'_>>(&payload)
            .ok()
            .and_then(|payload| payload.iss);
        Self {
            iss: payload.map(Cow::into_owned),
            kid: header.map(Cow::into_owned),
        }
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Hint;

    #[test]
    fn a_hint_is_what_the_token_says_and_nothing_of_what_is_no_token() {
        // {"alg":"none","kid":"k"} and {"iss":"https://a"}
        let hint = Hint::of("eyJhbGciOiJub25lIiwia2lkIjoiayJ9.eyJpc3MiOiJodHRwczovL2EifQ.");
        assert_eq!(
            (hint.iss.as_deref(), hint.kid.as_deref()),
            (Some("https://a"), Some("k"))
        );
        for other in ["", "a.b.c", "..", "eyJpc3MiOjF9.eyJpc3MiOjF9."] {
            assert_eq!(Hint::of(other).iss, None, "{other}");
        }
    }
}
