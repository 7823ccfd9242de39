//! An organization with its compiled issuers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use claimgate::issuer::{Issuer, Issuers};
use claimgate::jwt::{Jwk, Jwks};
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, Limits, PolicyDefinition, parse_policies};

use crate::audit::compress;
use crate::audit::shared_document::SharedDocument;
use crate::issuers::effect::effect_id;
use crate::issuers::record::IssuerRecord;
use crate::lock::lock;
use crate::organizations::record::Organization;

/// For how many keys of an issuer the shared document is cached.
const MAX_KEYS: usize = 8;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// An organization with its compiled issuers.
#[derive(Debug)]
pub(super) struct CompiledOrganization {
    pub(super) id: i64,
    /// The version that was compiled.
    pub(super) version: i64,
    pub(super) issuers: Vec<CompiledIssuer>,
    /// The same issuers for the engine, in the same order. Only static keys are in them.
    pub(super) compiled: Issuers,
}

/// What an exchange needs to know about an issuer, besides its policies.
#[derive(Debug)]
pub(super) struct CompiledIssuer {
    pub(super) id: String,
    pub(super) url: String,
    /// Whether each of its ID tokens may be exchanged only once.
    pub(super) single_use: bool,
    /// Its policies by their effects, for counting.
    pub(super) effects: Vec<i64>,
    /// The issuer in the audit log.
    pub(super) document: Arc<SharedDocument>,
    pub(super) thumbprints: Vec<String>,
    pub(super) has_static_keys: bool,
    /// Keys that its tokens were recently checked with, and the keys in the audit log.
    key_documents: Mutex<Vec<(Arc<Jwk>, Arc<SharedDocument>)>>,
    /// The dictionary for compressing evidence, and the day that it is for.
    dictionary: Mutex<Option<(i64, Arc<SharedDocument>)>>,
    /// The organization's issuers with the fetched keys of this one, and those keys.
    with_keys: Mutex<Option<(Arc<Jwks>, Issuers)>>,
}

impl CompiledIssuer {
    /// A key in the audit log.
    pub(super) fn key_document(&self, key: &Arc<Jwk>) -> Option<Arc<SharedDocument>> {
        let mut documents = lock(&self.key_documents);
        if let Some((_, document)) = documents.iter().find(|(own, _)| Arc::ptr_eq(own, key)) {
            return Some(Arc::clone(document));
        }
        let document = SharedDocument::of_key(key)?;
        if documents.len() >= MAX_KEYS {
            documents.remove(0);
        }
        documents.push((Arc::clone(key), Arc::clone(&document)));
        Some(document)
    }

    /// The dictionary for compressing evidence: the first evidence of the day. `evidence` becomes
    /// it if there is none yet. With a new one each day, the database does not keep claims much
    /// longer than the entries that they belong to.
    pub(super) fn dictionary(
        &self,
        at: i64,
        evidence: Option<&str>,
    ) -> Option<Arc<SharedDocument>> {
        let day = at / DAY;
        let mut dictionary = lock(&self.dictionary);
        if dictionary.as_ref().is_none_or(|(of, _)| *of != day) {
            *dictionary = evidence
                .and_then(compress::dictionary)
                .map(|document| (day, document));
        }
        dictionary
            .as_ref()
            .map(|(_, document)| Arc::clone(document))
    }
}

impl CompiledOrganization {
    /// Compiles issuers. `policies` are the policies of each, as JSON, by the issuer's id.
    pub(super) fn new(
        organization: &Organization,
        records: &[IssuerRecord],
        policies: &HashMap<String, String>,
    ) -> Self {
        let mut issuers = Vec::with_capacity(records.len());
        let mut compiled = Vec::with_capacity(records.len());
        for record in records {
            let text = policies.get(&record.id).map_or("[]", String::as_str);
            let policies = parse(record, text);
            let effects = policies.iter().map(effect_id).collect();
            let Some(issuer) = compile(record, policies) else {
                continue;
            };
            compiled.push(issuer);
            issuers.push(CompiledIssuer {
                id: record.id.clone(),
                url: record.url.clone(),
                single_use: record.settings.single_use,
                effects,
                document: SharedDocument::of_issuer(record, text),
                thumbprints: record.settings.thumbprints.clone(),
                has_static_keys: record.settings.jwks.is_some(),
                key_documents: Mutex::default(),
                dictionary: Mutex::default(),
                with_keys: Mutex::default(),
            });
        }
        Self {
            id: organization.id,
            version: organization.version,
            issuers,
            compiled: Issuers::from(compiled),
        }
    }

    /// The issuer with an index in [`Self::compiled`].
    pub(super) fn issuer(&self, index: usize) -> Option<&CompiledIssuer> {
        self.issuers.get(index)
    }

    /// The issuers with the fetched keys of one of them. The result is cached as long as the keys
    /// stay the same.
    pub(super) fn with_keys(&self, issuer: &CompiledIssuer, keys: Arc<Jwks>) -> Issuers {
        let mut cached = lock(&issuer.with_keys);
        if let Some((_, issuers)) = cached
            .as_ref()
            .filter(|(known, _)| Arc::ptr_eq(known, &keys))
        {
            return issuers.clone();
        }
        let position = self.issuers.iter().position(|other| other.id == issuer.id);
        let one = |(index, issuer): (usize, &Issuer)| match Some(index) == position {
            true => issuer.with_jwks(Some(Jwks::clone(&keys))),
            false => issuer.clone(),
        };
        let compiled = self.compiled.as_slice().iter().enumerate();
        let issuers: Issuers = compiled.map(one).collect();
        *cached = Some((keys, issuers.clone()));
        issuers
    }
}

/// The policies of an issuer. They were valid when they were saved, but a later engine may refuse
/// them: nothing is allowed then.
fn parse(record: &IssuerRecord, text: &str) -> Vec<PolicyDefinition> {
    parse_policies(text).unwrap_or_else(|errors| {
        tracing::error!(
            issuer = record.id,
            ?errors,
            "the policies of an issuer cannot be read"
        );
        Vec::new()
    })
}

fn compile(record: &IssuerRecord, policies: Vec<PolicyDefinition>) -> Option<Issuer> {
    let settings = record.settings.clone();
    let definition = settings.definition(record.url.clone(), policies);
    // Policies that were stored before a limit keep working until they are edited.
    let options = CompileOptions::new(Dialect::Pulumi).limits(Limits::NONE);
    let compiled = Issuer::compile_with(&definition, &options);
    compiled
        .inspect_err(|errors| {
            tracing::error!(issuer = record.id, ?errors, "an issuer cannot be compiled");
        })
        .ok()
}
