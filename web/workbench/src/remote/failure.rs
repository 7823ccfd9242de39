//! What a server's refusal means.

use serde_json::Value;

/// Why the server has not done what it was asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// 401: the token is none, or no longer.
    SignedOut,
    /// 412: somebody else was faster.
    Changed,
    /// 404: it is not there.
    Missing,
    /// Any other refusal, in the server's words.
    Refused(String),
    /// There was no answer.
    Unreachable,
}

impl Failure {
    /// That in a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::SignedOut => "the server does not know this token, or no longer".to_owned(),
            Self::Changed => "somebody else has changed it meanwhile".to_owned(),
            Self::Missing => "the server does not have it, or no longer".to_owned(),
            Self::Refused(message) => message.clone(),
            Self::Unreachable => "the server cannot be reached".to_owned(),
        }
    }
}

/// What a status and the body of an error come to.
pub fn failure(status: u16, body: &str) -> Failure {
    match status {
        401 => Failure::SignedOut,
        404 => Failure::Missing,
        412 => Failure::Changed,
        _ => {
            let body: Option<Value> = serde_json::from_str(body).ok();
            let message = body
                .as_ref()
                .and_then(|body| body["message"].as_str())
                .unwrap_or_default();
            Failure::Refused(match message {
                "" => format!("the server answered with status {status}"),
                message => message.to_owned(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, failure};

    #[test]
    fn an_error_keeps_the_servers_words() {
        let body = r#"{"code":400,"message":"the issuer name is required"}"#;
        assert_eq!(
            failure(400, body),
            Failure::Refused("the issuer name is required".to_owned())
        );
        let plain = Failure::Refused("the server answered with status 502".to_owned());
        assert_eq!(failure(502, "<html>"), plain);
        assert_eq!(failure(502, "{}"), plain);
    }

    #[test]
    fn what_is_done_about_it_depends_on_the_status() {
        let of = |status| failure(status, "{}");
        assert_eq!(
            [of(401), of(404), of(412)],
            [Failure::SignedOut, Failure::Missing, Failure::Changed]
        );
    }
}
