//! One exchange, from the request to the entry in the audit log.

mod record;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use claimgate::exchange::{
    AUDIENCE, Approval, ExchangeError, ExchangeOptions, ExchangeRequest, begin_exchange,
};
use claimgate::inspect::Checked;
use claimgate::issuer::Issuers;
use claimgate::jwt::AwsLc;
use claimgate::policy::RequestedToken;
use claimgate_api::AuditEntry;

use super::compiled::{CompiledIssuer, CompiledOrganization};
use super::decisions::decide;
use super::evidence::Evidence;
use super::failure::{ExchangeFailure, TOO_COSTLY, TOO_MANY};
use super::single_use;
use crate::app::App;
use crate::audit::counts::Counted;
use crate::audit::entry::AuditRecord;
use crate::audit::refusals::Charged;
use crate::db::error::StoreError;
use crate::db::single_use::SingleUse;
use crate::db::writer::job::{Exchange, Written};
use crate::hints::HINT_SOURCES;
use crate::text::redacted;
use crate::tokens::access_token::AccessToken;
use crate::tokens::record::{TokenKind, TokenRecord};

/// How often an exchange is decided if each decision is outdated before it is written.
const MAX_DECISIONS: usize = 5;

/// One exchange, with what the audit log records about it.
pub(super) struct Attempt<'a> {
    app: &'a App,
    now: i64,
    record: AuditRecord,
    evidence: Evidence,
    /// Whom a refusal is charged to.
    charged: Charged,
    /// The effects of the policies that decided, for counting.
    effects: Vec<i64>,
}

/// What a decision was made on, for the evidence.
struct Inputs<'a> {
    request: &'a ExchangeRequest,
    checked: Checked,
    organization: &'a Arc<CompiledOrganization>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(app: &'a App, entry: AuditEntry) -> Self {
        Self {
            app,
            now: entry.at,
            record: AuditRecord {
                entry,
                ..AuditRecord::default()
            },
            evidence: Evidence::default(),
            charged: Charged::Anyone(None),
            effects: Vec::new(),
        }
    }

    /// Decides an exchange and records it. If the decision is outdated before it is written, the
    /// exchange is decided again.
    pub(super) async fn run(self, request: &ExchangeRequest) -> Result<Response, ExchangeFailure> {
        let Self { app, record, .. } = self;
        for _ in 0..MAX_DECISIONS {
            let attempt = Self::new(app, record.entry.clone());
            if let Some(response) = attempt.decide(request).await? {
                return Ok(response);
            }
        }
        Err(ExchangeFailure::Store(StoreError::Unsettled))
    }

    /// Decides an exchange and records it; `None` if the decision was outdated, so that nothing is
    /// recorded.
    async fn decide(
        mut self,
        request: &ExchangeRequest,
    ) -> Result<Option<Response>, ExchangeFailure> {
        let entry = &mut self.record.entry;
        entry.organization = Some(redacted(&request.organization));
        entry.requested = Some(request.requested.token_type().as_str().to_owned());
        entry.scope = Some(redacted(&request.scope));
        let directory = &self.app.directory;
        let organization = directory
            .organization(&request.organization)
            .await
            .map_err(ExchangeFailure::Store)?;
        let Some(organization) = organization else {
            let found = format!("{AUDIENCE}{}", request.organization);
            let error = ExchangeError::AudienceUnknown { found };
            return self.refuse(error, None, None).await;
        };
        self.record.entry.organization_id = Some(organization.id);
        let place = (organization.id, request.organization.clone());
        self.charged = Charged::Anyone(Some(place));
        let (issuers, key_error) = directory
            .issuers_for(&organization, &request.subject_token)
            .await;
        let checked = match self.check(request, &issuers) {
            Ok(checked) => checked,
            Err(error) => return self.refuse(error, None, None).await,
        };
        self.record_token(&checked, request, &organization);
        let turns = &self.app.decisions;
        let Ok((approval, checked)) = decide(turns, organization.id, request, checked).await else {
            return self.limit(TOO_COSTLY, Duration::ZERO).await;
        };
        let issuer = checked.issuer_index();
        let issuer = issuer.and_then(|index| organization.issuer(index));
        let decided = match &approval {
            Ok(approval) => &approval.policies,
            Err(disapproval) => &disapproval.policies,
        };
        let effect = |index: &usize| issuer?.effects.get(*index).copied();
        self.effects = decided.iter().filter_map(effect).collect();
        let inputs = Inputs {
            request,
            checked,
            organization: &organization,
        };
        match approval {
            Ok(approval) => self.grant(approval, inputs).await,
            Err(disapproval) => {
                self.record.entry.policies = disapproval.policies;
                let context = key_error.map(|error| error.to_string());
                self.refuse(disapproval.error, context, Some(inputs)).await
            }
        }
    }

    /// Records the refusal of a body that is no valid request, under the organization that it
    /// names.
    pub(super) async fn refuse_body(
        mut self,
        error: ExchangeError,
        organization: Option<String>,
    ) -> Result<Response, ExchangeFailure> {
        if let Some(name) = organization {
            let known = self.app.directory.organization(&name).await;
            let known = known.map_err(ExchangeFailure::Store)?;
            self.record.entry.organization = Some(redacted(&name));
            self.record.entry.organization_id = known.as_ref().map(|known| known.id);
            self.charged = Charged::Anyone(known.map(|known| (known.id, name)));
        }
        self.refuse(error, None, None).await
    }

    /// Runs the checks of the token, including its signature.
    fn check(
        &self,
        request: &ExchangeRequest,
        issuers: &Issuers,
    ) -> Result<Checked, ExchangeError> {
        let options = ExchangeOptions {
            leeway: self.app.leeway,
            hints: HINT_SOURCES,
            ..ExchangeOptions::at(self.now)
        };
        let begun = begin_exchange(request, Some(issuers), &options);
        Ok(begun.map_err(|refusal| refusal.error)?.verify_with(&AwsLc))
    }

    async fn grant(
        mut self,
        approval: Approval,
        inputs: Inputs<'_>,
    ) -> Result<Option<Response>, ExchangeFailure> {
        let organization = inputs.organization;
        let index = inputs.checked.issuer_index();
        let Some(issuer) = index.and_then(|index| organization.issuer(index)) else {
            return Err(ExchangeFailure::Store(StoreError::Missing {
                what: "issuer",
            }));
        };
        let limit = &self.app.issuer_limit;
        if let Err(wait) = limit.take(issuer.id.clone(), self.app.clock.instant()) {
            return self.limit(TOO_MANY, wait).await;
        }
        self.record_approval(&approval);
        let token = inputs.checked.token();
        let single_use = match single_use::mark(organization.id, issuer, token, self.app.leeway) {
            Ok(single_use) => single_use,
            Err(error) => return self.refuse(error, None, Some(inputs)).await,
        };
        if self.is_known_replay(single_use.as_ref()).await? {
            return self
                .refuse(single_use::replayed(), None, Some(inputs))
                .await;
        }
        let request = inputs.request;
        self.record_evidence(inputs).await;
        let token = self.token(request, &approval, organization, issuer);
        let secret = AccessToken::generate_for(&token.id);
        self.record.entry.token = Some(token.id.clone());
        let stored = (self.app.hash_key.hash(secret.reveal()), token);
        let counted = self.counted(true);
        let effects = std::mem::take(&mut self.effects);
        match self.write(Some(stored), single_use).await? {
            Written::Done => {
                let counts = &self.app.counts;
                counted
                    .into_iter()
                    .for_each(|counted| counts.add(counted, &effects));
                let secret = secret.reveal().to_owned();
                Ok(Some(
                    Json(approval.response(request, secret)).into_response(),
                ))
            }
            Written::Outdated => {
                let directory = &self.app.directory;
                directory.note_change(&request.organization, organization.version + 1);
                Ok(None)
            }
            Written::Replayed => {
                let denied = counted.map(Counted::denied);
                let counts = &self.app.counts;
                denied
                    .into_iter()
                    .for_each(|counted| counts.add(counted, &[]));
                self.app
                    .refusals
                    .admit(&self.charged, self.app.clock.instant());
                Err(ExchangeFailure::Refused {
                    error: single_use::replayed(),
                    is_recorded: true,
                })
            }
        }
    }

    /// Whether a token was used before, and the budget for recording that is spent. The writer
    /// finds out in any case, but then it has written an entry.
    async fn is_known_replay(
        &self,
        single_use: Option<&SingleUse>,
    ) -> Result<bool, ExchangeFailure> {
        let Some(single_use) = single_use else {
            return Ok(false);
        };
        let budgets = &self.app.refusals;
        if !budgets.is_spent(&self.charged, self.app.clock.instant()) {
            return Ok(false);
        }
        let is_used = self.app.store.is_used(single_use).await;
        is_used.map_err(ExchangeFailure::Store)
    }

    fn token(
        &self,
        request: &ExchangeRequest,
        approval: &Approval,
        organization: &CompiledOrganization,
        issuer: &CompiledIssuer,
    ) -> TokenRecord {
        let (kind, target) = match &request.requested {
            RequestedToken::Organization { .. } => (TokenKind::Organization, None),
            RequestedToken::Team { name } => (TokenKind::Team, Some(name.clone())),
            RequestedToken::Personal { login } => (TokenKind::Personal, Some(login.clone())),
            RequestedToken::Runner { name } => (TokenKind::Runner, Some(name.clone())),
        };
        TokenRecord {
            id: self.record.entry.id.clone(),
            kind,
            organization: Some(request.organization.clone()),
            organization_id: Some(organization.id),
            version: organization.version,
            target,
            admin: approval.admin,
            role: approval.role_id.clone(),
            issuer: Some(issuer.id.clone()),
            subject: self.record.entry.subject.clone(),
            scope: request.scope.clone(),
            created: self.now,
            expires: Some(approval.expires_at),
            revoked: None,
            is_withdrawn: false,
        }
    }

    /// What the exchange counts as, if its organization exists.
    fn counted(&self, is_allowed: bool) -> Option<Counted> {
        let entry = &self.record.entry;
        let organization = entry.organization_id?;
        let issuer = entry.issuer.as_deref();
        Some(Counted::exchange(
            organization,
            issuer,
            self.now,
            is_allowed,
        ))
    }

    async fn write(
        &mut self,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
    ) -> Result<Written, ExchangeFailure> {
        let exchange = self.exchange(token, single_use);
        let bytes = exchange.record.accounted_bytes();
        let written = self.app.writer.write_exchange(exchange).await;
        let written = written.map_err(ExchangeFailure::Store)?;
        if written == Written::Replayed {
            self.app.refusals.add_written(bytes);
        }
        Ok(written)
    }

    /// What to write.
    fn exchange(
        &mut self,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
    ) -> Exchange {
        let mut record = std::mem::take(&mut self.record);
        let evidence = std::mem::take(&mut self.evidence);
        record.detail = evidence.detail;
        Exchange {
            record,
            token,
            single_use,
            documents: evidence.documents,
            explanation: evidence.explanation,
        }
    }
}
