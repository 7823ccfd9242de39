//! `POST /api/oauth/token`: an ID token for an access token.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use claimgate::claims::Value;
use claimgate::exchange::{
    ACCESS_TOKEN_TYPE, AUDIENCE, Approval, BodyKind, ExchangeError, ExchangeOptions,
    ExchangeRequest, MAX_BODY, TokenResponse, approve, begin_exchange,
};
use claimgate::inspect::{Checked, Inspection};
use claimgate::issuer::Issuers;
use claimgate::jwt::{BuiltIn, UnverifiedToken, redact};
use claimgate::policy::RequestedToken;
use utoipa::ToSchema;

use super::address::Address;
use crate::directory::{Compiled, Registered, Sets};
use crate::error::OauthErrorBody;
use crate::evidence::{self, Basis};
use crate::packed;
use crate::random;
use crate::server::{App, now};
use crate::store::{
    AuditEntry, AuditRecord, SingleUse, StoreError, TokenKind, TokenRecord, Written,
};
use crate::token::AccessToken;

/// The code and the words where an issuer has too many exchanges.
const RATE_LIMITED: &str = "rate-limited";
const TOO_MANY: &str = "too many exchanges on this issuer";

/// The most that is kept of a text that somebody else has written, in bytes.
const MAX_TEXT: usize = 2_048;

/// The most that is kept of the evidence, in bytes.
const MAX_DETAIL: usize = 128 * 1024;

/// The most that is kept of what nobody answers for, as no signature was genuine: anybody can send
/// it, time and again.
const MAX_FOREIGN: usize = 4 * 1024;

/// What is asked for (RFC 8693, section 2.1), as a form or as JSON.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the engine reads the body; this is for the OpenAPI document"
)]
pub(super) struct TokenRequest {
    /// `urn:ietf:params:oauth:grant-type:token-exchange`
    grant_type: String,
    /// `urn:pulumi:org:` and the organization's name
    audience: String,
    /// The ID token
    subject_token: String,
    /// `urn:ietf:params:oauth:token-type:id_token`
    subject_token_type: String,
    /// `urn:pulumi:token-type:access_token:` and `organization`, `team`, `personal` or `runner`
    requested_token_type: String,
    /// None or `admin`, `team:NAME`, `user:LOGIN`, `runner:NAME`
    scope: Option<String>,
    /// Lifetime in seconds; 7200 where absent
    expiration: Option<u64>,
}

/// What is answered (RFC 8693, section 2.2.1).
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the engine writes the answer; this is for the OpenAPI document"
)]
pub(super) struct TokenAnswer {
    access_token: String,
    issued_token_type: String,
    /// `token`
    token_type: String,
    /// Lifetime in seconds
    expires_in: u64,
    scope: String,
}

/// Exchange an ID token for an access token
#[utoipa::path(post, path = "/api/oauth/token", tag = "oauth",
    request_body(content((TokenRequest = "application/x-www-form-urlencoded"), (TokenRequest = "application/json"))),
    responses((status = 200, body = TokenAnswer), (status = 400, body = OauthErrorBody),
        (status = 413, body = OauthErrorBody), (status = 429, body = OauthErrorBody),
        (status = 500, body = OauthErrorBody)))]
pub(super) async fn exchange(
    State(app): State<Arc<App>>,
    address: Option<Extension<Address>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let started = Instant::now();
    let now = now();
    let entry = AuditEntry {
        id: random::id(),
        at: now,
        address: address.map(|Extension(Address(address))| address.to_string()),
        ..AuditEntry::default()
    };
    let reference = entry.id.clone();
    let mut attempt = Attempt {
        app: &app,
        now,
        record: AuditRecord {
            entry,
            ..AuditRecord::default()
        },
        bases: Vec::new(),
        told: None,
    };
    let outcome = match read(&headers, &body) {
        Ok(request) => attempt.run(&request).await,
        Err(error) => {
            // What an organization's own jobs do wrong is for its admins to see.
            attempt.record.entry.organization = named(&headers, &body).as_deref().map(told);
            attempt.refuse(error, None).await
        }
    };
    let code = match &outcome {
        Ok(_) => "granted",
        Err(Failure::Refused(error)) => error.code(),
        Err(Failure::Limited(_)) => RATE_LIMITED,
        Err(Failure::Store(_)) => "server-error",
    };
    app.metrics.exchange(code, started.elapsed());
    outcome.unwrap_or_else(|failure| failure.into_response(&reference))
}

fn read(
    headers: &HeaderMap,
    body: &Result<Bytes, BytesRejection>,
) -> Result<ExchangeRequest, ExchangeError> {
    let body = body
        .as_ref()
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                let length = headers
                    .get(header::CONTENT_LENGTH)
                    .and_then(|value| value.to_str().ok()?.parse().ok());
                ExchangeError::BodyTooLarge {
                    max: MAX_BODY,
                    found: length.unwrap_or(MAX_BODY + 1),
                }
            }
            _ => ExchangeError::Malformed {
                problem: "it ended too early".to_owned(),
            },
        })?;
    let kind = BodyKind::of(content_type(headers))?;
    let not_text = |_| ExchangeError::Malformed {
        problem: "it is not UTF-8".to_owned(),
    };
    ExchangeRequest::parse(std::str::from_utf8(body).map_err(not_text)?, kind)
}

fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The organization that a request names which cannot be read as a whole.
fn named(headers: &HeaderMap, body: &Result<Bytes, BytesRejection>) -> Option<String> {
    let kind = BodyKind::of(content_type(headers)).ok()?;
    ExchangeRequest::organization_named(std::str::from_utf8(body.as_ref().ok()?).ok()?, kind)
}

/// One exchange, with what the audit log will have of it.
struct Attempt<'a> {
    app: &'a App,
    now: i64,
    record: AuditRecord,
    /// What the record rests on.
    bases: Vec<Arc<Basis>>,
    /// The evidence in the engine's own words, where the audit log goes to a file as well.
    told: Option<String>,
}

/// Why there is no token.
enum Failure {
    Refused(ExchangeError),
    Limited(Duration),
    Store(StoreError),
}

impl Attempt<'_> {
    async fn run(&mut self, request: &ExchangeRequest) -> Result<Response, Failure> {
        self.record.entry.organization = Some(told(&request.organization));
        self.record.entry.requested = Some(request.requested.token_type().as_str().to_owned());
        self.record.entry.scope = Some(told(&request.scope));
        let organization = self
            .app
            .directory
            .organization(&request.organization)
            .await
            .map_err(Failure::Store)?;
        let Some(organization) = organization else {
            let found = format!("{AUDIENCE}{}", request.organization);
            return self
                .refuse(ExchangeError::AudienceUnknown { found }, None)
                .await;
        };
        let (sets, no_keys) = self
            .app
            .directory
            .issuers_for(&organization, &request.subject_token)
            .await;
        let checked = self.check(request, &sets.enforced)?;
        self.note(&checked, &organization, &sets);
        match approve(request, &checked) {
            Ok(approval) => {
                self.grant(request, approval, checked, &organization, &sets)
                    .await
            }
            Err(disapproval) => {
                let issuer = checked
                    .issuer_index()
                    .and_then(|index| organization.issuer(index));
                self.record.entry.policies = issuer
                    .map(|issuer| issuer.among_all(&disapproval.policies))
                    .unwrap_or_default();
                self.keep(request, checked, &organization, None);
                self.refuse(disapproval.error, no_keys.map(|error| error.to_string()))
                    .await
            }
        }
    }

    /// Runs the checks of the token, its signature included.
    fn check(&self, request: &ExchangeRequest, issuers: &Issuers) -> Result<Checked, Failure> {
        let options = ExchangeOptions {
            leeway: self.app.leeway,
            ..ExchangeOptions::at(self.now)
        };
        let begun = begin_exchange(request, Some(issuers), &options);
        Ok(begun
            .map_err(|refusal| Failure::Refused(refusal.error))?
            .verify_with(&BuiltIn))
    }

    async fn grant(
        &mut self,
        request: &ExchangeRequest,
        approval: Approval,
        checked: Checked,
        organization: &Compiled,
        sets: &Sets,
    ) -> Result<Response, Failure> {
        let issuer = checked
            .issuer_index()
            .and_then(|index| organization.issuer(index));
        let Some(issuer) = issuer else {
            return Err(Failure::Store(StoreError::Missing { what: "issuer" }));
        };
        if let Err(wait) = self
            .app
            .issuer_limit
            .take(issuer.id.clone(), Instant::now())
        {
            return self.limit(wait).await;
        }
        let entry = &mut self.record.entry;
        "allowed".clone_into(&mut entry.decision);
        "granted".clone_into(&mut entry.code);
        entry.policies = issuer.among_all(&approval.policies);
        entry.summary = short(&approval.summary);
        let all = if issuer.reports {
            Some(self.report(request, sets)?)
        } else {
            None
        };
        let single_use = self.single_use(issuer, checked.token());
        self.keep(request, checked, organization, all);
        let single_use = match single_use {
            Ok(single_use) => single_use,
            Err(error) => return self.refuse(error, None).await,
        };
        let secret = AccessToken::mint();
        let token = self.token(request, &approval, issuer);
        self.record.entry.token = Some(token.id.clone());
        let stored = (self.app.hash_key.hash(secret.reveal()), token);
        match self.write(Some(stored), single_use).await? {
            Written::Done => Ok(Json(answer(request, &approval, &secret)).into_response()),
            Written::Replayed => Err(Failure::Refused(replayed())),
        }
    }

    /// What policies that only report would have denied. Gives what was checked with all policies.
    fn report(&mut self, request: &ExchangeRequest, sets: &Sets) -> Result<Checked, Failure> {
        let checked = self.check(request, &sets.all)?;
        if let Err(refusal) = approve(request, &checked) {
            self.app.metrics.reported();
            self.record.entry.report = Some(short(&refusal.error.to_string()));
        }
        Ok(checked)
    }

    /// Keeps what was decided on. Where that is not enough to have the evidence later, keeps the
    /// evidence. `all` is what was checked with the policies that only report, where there are any.
    fn keep(
        &mut self,
        request: &ExchangeRequest,
        checked: Checked,
        organization: &Compiled,
        all: Option<Checked>,
    ) {
        let is_kept = self
            .keep_short(request, &checked, organization, all.is_some())
            .is_some();
        if is_kept && !self.app.writes_lines {
            return;
        }
        let checked = all.unwrap_or(checked);
        let most = if checked.is_genuine() {
            MAX_DETAIL
        } else {
            MAX_FOREIGN
        };
        let told = detail(&checked.explain(&request.requested), most);
        if !is_kept {
            self.record.detail.clone_from(&told);
        }
        self.told = told.filter(|_| self.app.writes_lines);
    }

    /// Keeps what was decided on; nothing where that is not enough.
    fn keep_short(
        &mut self,
        request: &ExchangeRequest,
        checked: &Checked,
        organization: &Compiled,
        reports: bool,
    ) -> Option<()> {
        let is_genuine = checked.is_genuine();
        let is_short = is_genuine || checked.token()?.signing_input().len() <= MAX_FOREIGN;
        if !is_short || request.scope.len() > MAX_TEXT {
            return None;
        }
        let issuer = organization.issuer(checked.issuer_index()?)?;
        let key = issuer.basis_of(checked.key()?)?;
        let kept = evidence::keep(checked, &issuer.basis, &key, self.app.leeway, reports)?;
        self.bases = vec![Arc::clone(&issuer.basis), key];
        let template = issuer.template(self.now, is_genuine.then_some(&kept));
        let packed =
            template.and_then(|template| Some((packed::pack(&kept, &template)?, template)));
        self.record.detail = Some(match packed {
            Some((packed, template)) => {
                self.bases.push(template);
                packed
            }
            None => kept,
        });
        Some(())
    }

    fn single_use(
        &self,
        issuer: &Registered,
        token: Option<&UnverifiedToken>,
    ) -> Result<Option<SingleUse>, ExchangeError> {
        if !issuer.single_use {
            return Ok(None);
        }
        let claim = |name: &str| token.and_then(|token| token.claims.get(name));
        let jti = claim("jti")
            .and_then(Value::as_str)
            .filter(|jti| !jti.is_empty() && jti.len() <= MAX_TEXT);
        let problem =
            "expected a claim `jti`, for its issuer allows one exchange a token".to_owned();
        let jti = jti.ok_or(ExchangeError::Token {
            code: "token-without-jti",
            problem,
        })?;
        let expires = match claim("exp") {
            Some(Value::Integer(exp)) => i64::try_from(*exp).unwrap_or(i64::MAX),
            _ => i64::MAX,
        };
        // The mark outlives the token by the leeway, and by some to spare.
        let expires = expires
            .saturating_add(i64::try_from(self.app.leeway).unwrap_or(i64::MAX))
            .saturating_add(60);
        Ok(Some(SingleUse {
            issuer: issuer.id.clone(),
            jti: jti.to_owned(),
            expires,
        }))
    }

    fn token(
        &self,
        request: &ExchangeRequest,
        approval: &Approval,
        issuer: &Registered,
    ) -> TokenRecord {
        let (kind, target) = match &request.requested {
            RequestedToken::Organization { .. } => (TokenKind::Organization, None),
            RequestedToken::Team { name } => (TokenKind::Team, Some(name.clone())),
            RequestedToken::Personal { login } => (TokenKind::Personal, Some(login.clone())),
            RequestedToken::Runner { name } => (TokenKind::Runner, Some(name.clone())),
        };
        TokenRecord {
            id: random::id(),
            kind,
            organization: Some(request.organization.clone()),
            target,
            admin: approval.admin,
            role: approval.role_id.clone(),
            issuer: Some(issuer.id.clone()),
            subject: self.record.entry.subject.clone(),
            scope: request.scope.clone(),
            created: self.now,
            expires: Some(approval.expires_at),
            revoked: None,
        }
    }

    fn note(&mut self, checked: &Checked, organization: &Compiled, sets: &Sets) {
        let entry = &mut self.record.entry;
        entry.subject = subject(checked.token()).map(short);
        if let Some(index) = checked.issuer_index() {
            entry.issuer = organization.issuer(index).map(|issuer| issuer.id.clone());
            entry.issuer_name = sets.enforced.get(index).map(|issuer| short(issuer.name()));
        }
    }

    /// Writes a refusal down. Where that fails the caller is told so: there would be nothing under
    /// the reference.
    async fn refuse(
        &mut self,
        error: ExchangeError,
        aside: Option<String>,
    ) -> Result<Response, Failure> {
        let aside = aside.map(|aside| format!("; {aside}")).unwrap_or_default();
        self.deny(error.code(), told(&format!("{error}{aside}")))
            .await?;
        Err(Failure::Refused(error))
    }

    /// Writes down that an issuer has too many exchanges.
    async fn limit(&mut self, wait: Duration) -> Result<Response, Failure> {
        self.app.metrics.limited();
        self.deny(RATE_LIMITED, format!("denied: {TOO_MANY}"))
            .await?;
        Err(Failure::Limited(wait))
    }

    async fn deny(&mut self, code: &str, summary: String) -> Result<(), Failure> {
        let entry = &mut self.record.entry;
        "denied".clone_into(&mut entry.decision);
        code.clone_into(&mut entry.code);
        entry.summary = summary;
        self.write(None, None).await.map(|_| ())
    }

    async fn write(
        &mut self,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
    ) -> Result<Written, Failure> {
        let record = std::mem::take(&mut self.record);
        self.app
            .writer
            .write_on(
                record,
                token,
                single_use,
                std::mem::take(&mut self.bases),
                self.told.take(),
            )
            .await
            .map_err(Failure::Store)
    }
}

impl Failure {
    fn into_response(self, reference: &str) -> Response {
        match self {
            Self::Refused(error) => {
                let status =
                    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
                (status, Json(error.response(reference))).into_response()
            }
            Self::Limited(wait) => too_many(&format!("{TOO_MANY} (reference {reference})"), wait),
            Self::Store(error) => {
                tracing::error!(%error, reference, "an exchange failed");
                let error_description =
                    format!("the server failed, nothing was granted (reference {reference})");
                let body = OauthErrorBody {
                    error: "server_error",
                    error_description,
                };
                (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
            }
        }
    }
}

fn answer(request: &ExchangeRequest, approval: &Approval, secret: &AccessToken) -> TokenResponse {
    TokenResponse {
        access_token: secret.reveal().to_owned(),
        issued_token_type: format!(
            "{ACCESS_TOKEN_TYPE}{}",
            request.requested.token_type().as_str()
        ),
        token_type: "token",
        expires_in: approval.expires_in,
        scope: request.scope.clone(),
    }
}

fn subject(token: Option<&UnverifiedToken>) -> Option<&str> {
    token?.claims.get("sub").and_then(Value::as_str)
}

fn replayed() -> ExchangeError {
    let problem = "it was exchanged before, and its issuer allows one exchange a token".to_owned();
    ExchangeError::Token {
        code: "token-replayed",
        problem,
    }
}

/// 429, and when to come back.
pub(super) fn too_many(what: &str, wait: Duration) -> Response {
    let seconds = wait.as_secs() + 1;
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let error_description = format!("{what}, try again in {seconds} {unit}");
    let body = Json(OauthErrorBody {
        error: "too_many_requests",
        error_description,
    });
    let mut response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The evidence as JSON. There is no credential in it: the signature is not, and claims are none.
fn detail(inspection: &Inspection, most: usize) -> Option<String> {
    let json = serde_json::to_string(inspection).ok()?;
    if json.len() <= most {
        return Some(json);
    }
    let note = format!(
        "the evidence has {} bytes, more than the {most} that are kept",
        json.len()
    );
    serde_json::to_string(&serde_json::json!({"summary": short(&inspection.summary), "note": note}))
        .ok()
}

/// A text of the request's, which may have a token in a place that is none for tokens.
fn told(text: &str) -> String {
    short(&redact(text))
}

/// A text that somebody else has written, cut where it is long.
fn short(text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let end = (0..=MAX_TEXT)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or_default();
    format!("{}…", &text[..end])
}
