//! A simulated exchange: the request and the response. The token itself is never shown.

use std::fmt::Write;

use claimgate::exchange::{
    self, ACCESS_TOKEN_TYPE, AUDIENCE, BodyKind, DEFAULT_EXPIRATION, ExchangeError,
    ExchangeOptions, ExchangeRequest, GRANT_TYPE, SUBJECT_TOKEN_TYPE, TokenResponse,
    begin_exchange, conclude,
};
use claimgate::inspect::{Progress, Skip};
use claimgate::issuer::DEFAULT_MAX_EXPIRATION;
use claimgate::policy::RequestedToken;
use claimgate::text::quote::shell;
use claimgate::time::format_duration;
use claimgate_formats::percent_encode;
use serde::Serialize;

use super::evaluate::{Question, Report, compile};
use crate::issuers::storage::StoredIssuer;

/// The placeholder for the token.
pub const PLACEHOLDER: &str = "$ID_TOKEN";

/// The placeholder for the access token in a simulated response.
const ACCESS_TOKEN: &str = "simulated-not-a-token";

/// A simulated exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// The request as a command for a shell.
    pub curl: String,
    /// The request as HTTP.
    pub http: String,
    /// The command for Pulumi's CLI, or why there is none.
    pub login: Result<String, &'static str>,
    /// The first line of the response.
    pub status: &'static str,
    /// The response's body.
    pub body: String,
    /// Notes on the response.
    pub notes: Vec<String>,
}

/// The organization that `aud` names, to fill in the field.
pub fn organization(report: &Report) -> Option<String> {
    let aud = report.claims.as_ref()?.get("aud")?;
    let texts = match aud {
        claimgate::claims::Value::Array(items) => {
            items.iter().filter_map(|item| item.as_str()).collect()
        }
        other => other.as_str().into_iter().collect::<Vec<_>>(),
    };
    texts
        .into_iter()
        .find_map(|text| text.strip_prefix(AUDIENCE))
        .map(str::to_owned)
}

/// Simulates the exchange of the report's token at the server, whose URL has no trailing slash.
pub fn simulate(
    server: &str,
    question: &Question,
    stored: &[StoredIssuer],
    report: &Report,
    organization: &str,
    expiration: &str,
) -> Simulation {
    let parameters = parameters(&question.request, organization, expiration);
    let is_whole = !question.is_claims && question.skip == Skip::default();
    let token = if is_whole {
        question.text.trim()
    } else {
        "claims-without-a-token"
    };
    let mut notes = Vec::new();
    let answer =
        ExchangeRequest::parse(&form(&parameters, token), BodyKind::Form).and_then(|request| {
            if is_whole {
                complete(question, stored, report, &request)
            } else {
                notes.push(
                    "This assumes that everything that was not checked would pass.".to_owned(),
                );
                assume(question, report, &request, stored)
            }
        });
    if let Ok(answer) = &answer {
        let asked = expiration.trim().parse().unwrap_or(DEFAULT_EXPIRATION);
        if answer.expires_in < asked {
            let (asked, cut) = (format_duration(asked), format_duration(answer.expires_in));
            notes.push(format!(
                "The requested lifetime of {asked} is reduced to the issuer's maximum of {cut}."
            ));
        }
        notes.push("The access token is a placeholder: nothing was exchanged.".to_owned());
    } else {
        notes.push("The client sees only this; the reasons are shown only to you.".to_owned());
    }
    let (status, body) = match answer {
        Ok(answer) => ("HTTP/1.1 200 OK", pretty(&answer)),
        Err(error) => {
            let status = if error.status() == 413 {
                "HTTP/1.1 413 Content Too Large"
            } else {
                "HTTP/1.1 400 Bad Request"
            };
            (status, pretty(&error.response("simulated")))
        }
    };
    Simulation {
        curl: curl(server, &parameters),
        http: http(server, &parameters),
        login: login(server, &question.request, organization, expiration),
        status,
        body,
        notes,
    }
}

/// Core's exchange: repeats the token's checks, with the known result of the signature check.
fn complete(
    question: &Question,
    stored: &[StoredIssuer],
    report: &Report,
    request: &ExchangeRequest,
) -> Result<TokenResponse, ExchangeError> {
    let unread = |problem: String| ExchangeError::Token {
        code: "issuer",
        problem,
    };
    let compiled = compile(question, stored).map_err(unread)?;
    let begun = begin_exchange(
        request,
        Some(&compiled.issuers),
        &ExchangeOptions::at(question.now),
    );
    let checked = match begun.map_err(|refusal| refusal.error)? {
        Progress::Checked(checked) => *checked,
        Progress::AwaitingSignature(pending) => {
            pending.finish(report.signature.clone().unwrap_or(Ok(false)))
        }
    };
    let grant = conclude(request, checked).map_err(|refusal| refusal.error)?;
    Ok(grant.response(ACCESS_TOKEN.to_owned()))
}

/// The response when a check was skipped, which no server would do.
fn assume(
    question: &Question,
    report: &Report,
    request: &ExchangeRequest,
    stored: &[StoredIssuer],
) -> Result<TokenResponse, ExchangeError> {
    let issuer = report
        .issuer
        .as_ref()
        .and_then(|(id, _)| stored.iter().find(|issuer| issuer.id == *id));
    let longest = issuer
        .and_then(|issuer| issuer.max_expiration)
        .unwrap_or(DEFAULT_MAX_EXPIRATION);
    let explanation = report.explanation.as_ref();
    let approval = exchange::simulate(request, &report.checks, explanation, longest, question.now)?;
    Ok(approval.response(request, ACCESS_TOKEN.to_owned()))
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

type Parameters = Vec<(&'static str, String)>;

/// All parameters except the token.
fn parameters(request: &RequestedToken, organization: &str, expiration: &str) -> Parameters {
    let scope = match request {
        RequestedToken::Organization { admin: false } => String::new(),
        RequestedToken::Organization { admin: true } => "admin".to_owned(),
        RequestedToken::Team { name } => format!("team:{name}"),
        RequestedToken::Personal { login } => format!("user:{login}"),
        RequestedToken::Runner { name } => format!("runner:{name}"),
    };
    let mut parameters = vec![
        ("grant_type", GRANT_TYPE.to_owned()),
        ("audience", format!("{AUDIENCE}{}", organization.trim())),
        ("subject_token_type", SUBJECT_TOKEN_TYPE.to_owned()),
        (
            "requested_token_type",
            format!("{ACCESS_TOKEN_TYPE}{}", request.token_type().as_str()),
        ),
    ];
    let optional = [
        ("scope", scope),
        ("expiration", expiration.trim().to_owned()),
    ];
    parameters.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
    parameters
}

fn form(parameters: &Parameters, token: &str) -> String {
    let mut body = String::new();
    for (name, value) in parameters {
        let _ = write!(body, "{name}={}&", percent_encode(value));
    }
    body + "subject_token=" + token
}

fn curl(server: &str, parameters: &Parameters) -> String {
    let mut command = format!(
        "curl --fail-with-body {}",
        shell(&format!("{server}/api/oauth/token"))
    );
    for (name, value) in parameters {
        let _ = write!(
            command,
            " \\\n  --data-urlencode {}",
            shell(&format!("{name}={value}"))
        );
    }
    format!("{command} \\\n  --data-urlencode \"subject_token={PLACEHOLDER}\"")
}

fn http(server: &str, parameters: &Parameters) -> String {
    let place = server.split_once("://").map_or(server, |(_, place)| place);
    let (host, folder) = place.split_once('/').unwrap_or((place, ""));
    let folder = if folder.is_empty() {
        String::new()
    } else {
        format!("/{folder}")
    };
    let body = form(parameters, PLACEHOLDER);
    format!(
        "POST {folder}/api/oauth/token HTTP/1.1\nHost: {host}\nContent-Type: application/x-www-form-urlencoded\n\n{body}"
    )
}

fn login(
    server: &str,
    request: &RequestedToken,
    organization: &str,
    expiration: &str,
) -> Result<String, &'static str> {
    let target = match request {
        RequestedToken::Organization { admin: false } => None,
        RequestedToken::Organization { admin: true } => {
            return Err("`pulumi login` cannot request the scope `admin`.");
        }
        RequestedToken::Team { name } => Some(("--oidc-team", name)),
        RequestedToken::Personal { login } => Some(("--oidc-user", login)),
        RequestedToken::Runner { .. } => {
            return Err("`pulumi login` cannot request a runner token.");
        }
    };
    let mut command = format!(
        "pulumi login --oidc-token \"{PLACEHOLDER}\" \\\n  --oidc-org {}",
        shell(organization.trim())
    );
    if let Some((flag, name)) = target {
        let _ = write!(command, " \\\n  {flag} {}", shell(name));
    }
    if !expiration.trim().is_empty() {
        let _ = write!(
            command,
            " \\\n  --oidc-expiration {}",
            shell(&format!("{}s", expiration.trim()))
        );
    }
    Ok(format!("{command} \\\n  --cloud-url {}", shell(server)))
}

#[cfg(test)]
mod tests;
