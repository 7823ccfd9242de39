//! Revoking access tokens: one, those of an issuer, or all, after a question.

use claimgate_api::{RevokedBody, TokenBody};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::connected::list::List;
use crate::state::remote::sync::Sync;
use crate::ui::confirm::{Confirm, Question};
use claimgate_formats::percent_encode;
use claimgate_workbench::admin::listed::read;
use claimgate_workbench::admin::token::grant;

/// What is to be revoked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Revoked {
    /// A token.
    One(Box<TokenBody>),
    /// The tokens of an issuer: its id and name.
    Issuer(String, String),
    /// All tokens of the organization.
    All,
}

/// The question, and what is done when it is answered.
#[derive(Clone, Copy)]
pub(crate) struct Revoking {
    sync: Sync,
    list: List<TokenBody>,
    question: RwSignal<Option<Question>>,
    what: StoredValue<Option<Revoked>>,
    problem: RwSignal<String>,
    is_busy: RwSignal<bool>,
    /// What was done last, for the page to say.
    pub(super) done: RwSignal<String>,
}

impl Revoking {
    pub(super) fn new(sync: Sync, list: List<TokenBody>) -> Self {
        Self {
            sync,
            list,
            question: RwSignal::new(None),
            what: StoredValue::default(),
            problem: RwSignal::default(),
            is_busy: RwSignal::default(),
            done: RwSignal::default(),
        }
    }

    /// Asks. `own` is the id of the person's own token, and `organization` the name of theirs.
    pub(super) fn ask(self, what: Revoked, own: &str, organization: &str) {
        let signs_out = " You are signed in with this token: you will be signed out.";
        let (title, mut text, verb) = match &what {
            Revoked::One(token) => (
                "Revoke this token?".to_owned(),
                format!(
                    "The {} token of `{}` stops working at once. Any job that uses it will fail.",
                    grant(&token.token_type, token.target.as_deref()),
                    token.subject.as_deref().unwrap_or("an unknown subject"),
                ),
                "Revoke token".to_owned(),
            ),
            Revoked::Issuer(_, name) => (
                format!("Revoke all tokens of {name}?"),
                "Every access token that was granted for an ID token of this issuer stops working at once. Jobs that use one will \
                 fail."
                    .to_owned(),
                "Revoke its tokens".to_owned(),
            ),
            Revoked::All => (
                format!("Revoke all tokens of {organization}?"),
                "Every access token of the organization stops working at once, including those of administrators. Jobs that use \
                 one will fail. The bootstrap token stays valid."
                    .to_owned(),
                "Revoke all tokens".to_owned(),
            ),
        };
        if matches!(&what, Revoked::One(token) if token.id == own) {
            text.push_str(signs_out);
        }
        self.problem.set(String::new());
        self.what.set_value(Some(what));
        self.question.set(Some(Question {
            title,
            text,
            verb,
            typed: String::new(),
        }));
    }

    fn run(self) {
        let Some(what) = self.what.get_value() else {
            return;
        };
        self.is_busy.set(true);
        spawn_local(async move {
            let done = self.send(&what).await;
            if self.is_busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(sentence) => {
                    self.question.set(None);
                    self.done.set(sentence);
                    self.list.refresh();
                }
                Err(sentence) => self.problem.set(sentence),
            }
        });
    }

    async fn send(self, what: &Revoked) -> Result<String, String> {
        let (method, rest) = match what {
            Revoked::One(token) => ("DELETE", format!("/tokens/{}", percent_encode(&token.id))),
            Revoked::Issuer(id, _) => (
                "POST",
                format!("/oidc/issuers/{}/revoke-tokens", percent_encode(id)),
            ),
            Revoked::All => ("POST", "/revoke-tokens".to_owned()),
        };
        let path = untrack(|| self.sync.organization_path(&rest));
        let answer = self.sync.send(method, &path, None).await;
        let body = answer.map_err(|error| error.message())?;
        if matches!(what, Revoked::One(_)) {
            return Ok("✓ Revoked the token".to_owned());
        }
        let RevokedBody { revoked } = read(body)?;
        Ok(match revoked {
            1 => "✓ Revoked 1 token".to_owned(),
            count => format!("✓ Revoked {count} tokens"),
        })
    }
}

/// The question.
#[component]
pub(crate) fn RevokeDialog(revoking: Revoking) -> impl IntoView {
    view! {
        <Confirm
            question=revoking.question
            problem=revoking.problem
            is_busy=revoking.is_busy
            answer=Callback::new(move |()| revoking.run())
        />
    }
}
