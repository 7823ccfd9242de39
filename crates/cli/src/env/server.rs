//! The environments of a server, by its REST API.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use claimgate_api::{DefaultOrganization, EnvironmentInput, EnvironmentsBody, ErrorBody};
use claimgate_formats::percent_encode;
use claimgate_server::environments::Name;
use hyper::Method;
use serde::de::DeserializeOwned;

use super::client::{Client, Reply, Request};

/// The variable with the access token.
const TOKEN: &str = "PULUMI_ACCESS_TOKEN";

/// Which server, and as whom: by the variables that Pulumi's clients read.
#[derive(clap::Args)]
pub(super) struct ServerFlags {
    /// The URL of the server
    #[arg(long, env = "PULUMI_BACKEND_URL", value_name = "URL")]
    server: String,
    /// The organization [default: the one that the token is for]
    #[arg(long, env = "PULUMI_DEFAULT_ORGANIZATION", value_name = "NAME")]
    org: Option<String>,
    /// A file with the access token [default: the variable PULUMI_ACCESS_TOKEN]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// The environments of an organization.
pub(super) struct Server {
    client: Client,
    pub(super) organization: String,
}

/// A definition as the server has it.
pub(super) struct Definition {
    pub(super) text: String,
    pub(super) etag: String,
    pub(super) revision: u64,
}

/// A definition that was saved.
pub(super) struct Saved {
    pub(super) etag: String,
    pub(super) revision: u64,
}

/// Why the server did not do what it was to do with one environment.
pub(super) enum Refusal {
    /// There was another change.
    Conflict,
    /// Anything else, such as errors in the definition.
    Other(ErrorBody),
}

/// What the server did with one environment.
pub(super) type Outcome<T> = Result<T, Refusal>;

impl ServerFlags {
    /// The server with these environments.
    pub(super) fn open(&self) -> Result<Server> {
        let client = Client::new(&self.server, self.token()?)?;
        let organization = match self.org.as_deref() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => default_organization(&client)?,
        };
        Ok(Server {
            client,
            organization,
        })
    }

    fn token(&self) -> Result<String> {
        let token = match &self.token_file {
            Some(file) => std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the access token `{}`", file.display()))?,
            None => std::env::var(TOKEN).unwrap_or_default(),
        };
        let token = token.trim();
        if token.is_empty() {
            bail!("expected an access token in {TOKEN} or `--token-file`, found none");
        }
        if !token.chars().all(|c| c.is_ascii_graphic()) {
            bail!("expected an access token of visible ASCII characters, found others");
        }
        Ok(token.to_owned())
    }
}

fn default_organization(client: &Client) -> Result<String> {
    let reply = client.send(Request::get("/api/user/organizations/default"))?;
    if reply.status == 404 {
        bail!("expected `--org`, since the token is for no organization of its own");
    }
    Ok(body::<DefaultOrganization>(&reply)?.git_hub_login)
}

impl Server {
    pub(super) fn url(&self) -> &str {
        self.client.server()
    }

    /// The environments that the token may read, by name.
    pub(super) fn environments(&self) -> Result<Vec<Name>> {
        let mut names = Vec::new();
        let mut next = String::new();
        loop {
            let path = format!(
                "{}?continuationToken={}",
                self.path(),
                percent_encode(&next)
            );
            let page = body(&self.client.send(Request::get(&path))?);
            let page: EnvironmentsBody = page.with_context(|| {
                let organization = &self.organization;
                format!("cannot list the environments of the organization `{organization}`")
            })?;
            for entry in page.environments {
                let name = Name::of_new(&entry.project, &entry.name);
                names.push(name.map_err(anyhow::Error::msg)?);
            }
            next = page.next_token;
            if next.is_empty() {
                return Ok(names);
            }
        }
    }

    /// The definition of an environment, with its secrets encrypted or in plain text.
    pub(super) fn read(&self, name: &Name, is_decrypted: bool) -> Result<Outcome<Definition>> {
        let end = if is_decrypted { "/decrypt" } else { "" };
        let path = format!("{}/{name}{end}", self.path());
        let reply = self.client.send(Request::get(&path))?;
        outcome(reply, |reply| {
            let Saved { etag, revision } = saved(&reply)?;
            Ok(Definition {
                text: reply.body,
                etag,
                revision,
            })
        })
    }

    /// Creates an environment without values.
    pub(super) fn create(&self, name: &Name) -> Result<Outcome<()>> {
        let input = EnvironmentInput {
            project: name.project.clone(),
            name: name.name.clone(),
        };
        let reply = self.client.send(Request {
            method: Method::POST,
            body: serde_json::to_string(&input)?,
            ..Request::get(&self.path())
        })?;
        // That it exists although the token cannot read it is no conflict.
        if reply.status == 409 {
            return Ok(Err(Refusal::Other(refusal(&reply))));
        }
        outcome(reply, |_| Ok(()))
    }

    /// Saves the definition of an environment that was not changed since it had this `ETag`.
    pub(super) fn save(&self, name: &Name, text: &str, etag: &str) -> Result<Outcome<Saved>> {
        let path = format!("{}/{name}", self.path());
        let reply = self.client.send(Request {
            method: Method::PATCH,
            content_type: "application/x-yaml",
            body: text.to_owned(),
            if_match: Some(etag),
            ..Request::get(&path)
        })?;
        outcome(reply, |reply| saved(&reply))
    }

    fn path(&self) -> String {
        let organization = percent_encode(&self.organization);
        format!("/api/esc/environments/{organization}")
    }
}

/// The content of a successful answer, or the refusal. What is wrong with the token is an error.
fn outcome<T>(reply: Reply, read: impl FnOnce(Reply) -> Result<T>) -> Result<Outcome<T>> {
    match reply.status {
        200..300 => read(reply).map(Ok),
        409 => Ok(Err(Refusal::Conflict)),
        400 | 403 | 404 | 413 => Ok(Err(Refusal::Other(refusal(&reply)))),
        _ => bail!("{}", refusal(&reply).message),
    }
}

/// The body of a successful answer.
fn body<T: DeserializeOwned>(reply: &Reply) -> Result<T> {
    match reply.status {
        200 => serde_json::from_str(&reply.body).context("expected an answer of the API"),
        _ => bail!("{}", refusal(reply).message),
    }
}

/// What an answer says that is not successful.
fn refusal(reply: &Reply) -> ErrorBody {
    serde_json::from_str(&reply.body).unwrap_or_else(|_| ErrorBody {
        code: reply.status,
        message: format!("the server answers with status {}", reply.status),
        errors: Vec::new(),
        diagnostics: Vec::new(),
    })
}

fn saved(reply: &Reply) -> Result<Saved> {
    let (etag, revision) = (reply.etag.clone(), reply.revision);
    let both = etag.zip(revision);
    let (etag, revision) = both.context("expected an answer with `ETag` and a revision")?;
    Ok(Saved { etag, revision })
}
