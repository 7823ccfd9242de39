//! The request to explain: the token type, the time, and which checks to skip.

use anyhow::{Context, Result, bail};
use claimgate::exchange::{
    ACCESS_TOKEN_TYPE, AUDIENCE, BodyKind, ExchangeRequest, GRANT_TYPE, SUBJECT_TOKEN_TYPE,
};
use claimgate::inspect::{Options, Skip};
use claimgate::policy::RequestedToken;
use claimgate_server::HINT_SOURCES;

use crate::decode::{now, time};
use crate::document::Document;
use crate::serve::MAX_LEEWAY;

/// The options of a request, named like the exchange's parameters.
#[derive(clap::Args)]
pub(super) struct Request {
    /// The requested token type [default: the type that the scope implies, or organization]
    #[arg(long, value_name = "TYPE", value_parser = ["organization", "team", "personal", "runner"])]
    token_type: Option<String>,
    /// The requested scope: `admin`, `team:NAME`, `user:LOGIN` or `runner:NAME`
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// Request a token of this team
    #[arg(long, value_name = "NAME", conflicts_with_all = ["scope", "user", "runner"])]
    team: Option<String>,
    /// Request a token of this user
    #[arg(long, value_name = "LOGIN", conflicts_with_all = ["scope", "runner"])]
    user: Option<String>,
    /// Request a token of this deployment runner
    #[arg(long, value_name = "NAME", conflicts_with = "scope")]
    runner: Option<String>,
    /// The current time, as seconds since 1970 or like 2026-11-25T06:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    now: Option<i64>,
    /// Tolerated clock skew in seconds, at most 600 [default: as in the file, or 60]
    #[arg(long, value_name = "SECONDS")]
    leeway: Option<u64>,
    /// Checks to skip, separated by commas; the output names them
    #[arg(long, value_name = "CHECKS", value_delimiter = ',', value_parser = ["issuer", "key", "signature", "time", "audience"])]
    skip: Vec<String>,
    /// The issuer, by URL or name, whose policies apply to claims, or to a token with `--skip
    /// issuer`
    #[arg(long, value_name = "ISSUER")]
    issuer: Option<String>,
}

impl Request {
    /// The requested token, parsed as in an exchange.
    pub(super) fn requested(&self) -> Result<RequestedToken> {
        let scope = match (&self.scope, &self.team, &self.user, &self.runner) {
            (Some(scope), ..) => scope.clone(),
            (_, Some(name), ..) => format!("team:{name}"),
            (_, _, Some(login), _) => format!("user:{login}"),
            (_, _, _, Some(name)) => format!("runner:{name}"),
            _ => String::new(),
        };
        let token_type = self
            .token_type
            .as_deref()
            .unwrap_or(match scope.split(':').next() {
                Some("team") => "team",
                Some("user") => "personal",
                Some("runner") => "runner",
                _ => "organization",
            });
        let body = serde_json::json!({
            "grant_type": GRANT_TYPE,
            "audience": format!("{AUDIENCE}any"),
            "subject_token_type": SUBJECT_TOKEN_TYPE,
            "subject_token": "any",
            "requested_token_type": format!("{ACCESS_TOKEN_TYPE}{token_type}"),
            "scope": scope,
        });
        let request = ExchangeRequest::parse(&body.to_string(), BodyKind::Json);
        Ok(request.context("invalid request")?.requested)
    }

    /// How a token is inspected.
    pub(super) fn options(&self, document: &Document) -> Result<Options> {
        let options = self.simulation(document);
        let chosen = self.issuer(document)?;
        if chosen.is_some() && !options.skip.issuer {
            bail!("`--issuer` requires `--skip issuer`: a token's own `iss` names its issuer");
        }
        let found = options.leeway;
        if found > MAX_LEEWAY {
            bail!(
                "expected a leeway of at most {MAX_LEEWAY} seconds, found {found}: more would accept tokens that expired long ago"
            );
        }
        let only = (document.issuers.len() == 1).then_some(0);
        Ok(Options {
            assume_issuer: chosen.or(only).filter(|_| options.skip.issuer),
            ..options
        })
    }

    /// How claims are evaluated, whichever issuer decides on them.
    pub(super) fn simulation(&self, document: &Document) -> Options {
        let leaves_out = |name: &str| self.skip.iter().any(|skip| skip == name);
        let default = Options::at(self.now.unwrap_or_else(now));
        Options {
            leeway: self.leeway.or(document.leeway).unwrap_or(default.leeway),
            max_size: document.max_size.unwrap_or(default.max_size),
            skip: Skip {
                issuer: leaves_out("issuer"),
                key: leaves_out("key"),
                signature: leaves_out("signature"),
                time: leaves_out("time"),
                audience: leaves_out("audience"),
            },
            hints: HINT_SOURCES,
            ..default
        }
    }

    /// The index of the chosen issuer, if any.
    pub(super) fn issuer(&self, document: &Document) -> Result<Option<usize>> {
        let Some(chosen) = &self.issuer else {
            return Ok(None);
        };
        let is_it =
            |issuer: &claimgate::issuer::Issuer| issuer.url() == chosen || issuer.name() == chosen;
        let found: Vec<usize> = document
            .issuers
            .iter()
            .enumerate()
            .filter(|(_, issuer)| is_it(issuer))
            .map(|(index, _)| index)
            .collect();
        match found.as_slice() {
            [only] => Ok(Some(*only)),
            [] => {
                let names: Vec<String> = document
                    .issuers
                    .iter()
                    .map(|issuer| format!("`{}`", issuer.name()))
                    .collect();
                let known = if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                };
                bail!(
                    "expected the URL or the name of an issuer, found `{chosen}`; known are {known}"
                )
            }
            more => {
                bail!(
                    "expected one issuer, found {} with the name `{chosen}`: choose one by its URL",
                    more.len()
                )
            }
        }
    }
}
