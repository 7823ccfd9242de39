//! What JavaScript passes, read into the core's types. No JavaScript value in here: it is tested natively.

use claimgate::claims::Value;
use claimgate::inspect::{Options, Skip};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken, parse_policies};

use super::{Failures, failure, policy_failures};

/// The options object of a call.
pub(crate) struct Input<'a> {
    options: &'a Value,
}

impl<'a> Input<'a> {
    pub(crate) fn new(options: &'a Value) -> Self {
        Self { options }
    }

    /// `issuers`: objects with `url`, and if wanted `name`, `jwks`, `maxExpiration`, `policies`.
    pub(crate) fn issuers(&self) -> Result<Vec<IssuerDefinition>, Failures> {
        match self.member("issuers") {
            Some(Value::Array(items)) => {
                items.iter().enumerate().map(|(index, item)| within(index, issuer(item))).collect()
            }
            other => Err(wrong("issuers", "an array of issuers", other)),
        }
    }

    /// The same, compiled in the dialect of the call.
    pub(crate) fn compiled_issuers(&self) -> Result<Issuers, Failures> {
        let dialect = self.dialect()?;
        let compile = |issuer: &IssuerDefinition| Issuer::compile(issuer, dialect).map_err(policy_failures);
        self.issuers()?.iter().enumerate().map(|(index, issuer)| within(index, compile(issuer))).collect()
    }

    /// `policies`: an array, or `{ policies: […] }`.
    pub(crate) fn policies(&self) -> Result<Vec<PolicyDefinition>, Failures> {
        match self.member("policies") {
            None => Err(wrong("policies", "an array of policies", None)),
            Some(policies) => policies_of(policies),
        }
    }

    /// `request`: `tokenType`, with `admin`, `teamName`, `userLogin` or `runnerID`.
    pub(crate) fn request(&self) -> Result<RequestedToken, Failures> {
        let request = self.member("request").ok_or_else(|| wrong("request", "an object", None))?;
        let target = |key: &str| match request.member(key) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            other => Err(wrong(&format!("request.{key}"), "a string", other)),
        };
        match request.member("tokenType").and_then(Value::as_str) {
            Some("organization") => {
                Ok(RequestedToken::Organization { admin: flag(request, "request.admin", "admin")? })
            }
            Some("team") => Ok(RequestedToken::Team { name: target("teamName")? }),
            Some("personal") => Ok(RequestedToken::Personal { login: target("userLogin")? }),
            Some("runner") => Ok(RequestedToken::Runner { name: target("runnerID")? }),
            _ => {
                let expected = "one of `organization`, `team`, `personal`, `runner`";
                Err(wrong("request.tokenType", expected, request.member("tokenType")))
            }
        }
    }

    /// `now` in seconds, and if wanted `leeway`, `skip` and `assumeIssuer`.
    pub(crate) fn options(&self) -> Result<Options, Failures> {
        let now = match self.member("now") {
            Some(Value::Integer(seconds)) => i64::try_from(*seconds).ok(),
            // A clock in JavaScript has fractions of seconds.
            Some(Value::Fraction(seconds)) if seconds.abs() < 1e15 => Some(seconds.floor() as i64),
            _ => None,
        };
        let now = now.ok_or_else(|| wrong("now", "a number of seconds since 1970", self.member("now")))?;
        let leeway = self.count("leeway")?.unwrap_or(60);
        let assume_issuer = self.count("assumeIssuer")?.and_then(|index| usize::try_from(index).ok());
        Ok(Options { leeway, assume_issuer, skip: self.skip()?, ..Options::at(now) })
    }

    /// `dialect`: `pulumi` unless told otherwise.
    pub(crate) fn dialect(&self) -> Result<Dialect, Failures> {
        match self.member("dialect") {
            None => Ok(Dialect::Pulumi),
            Some(Value::String(name)) => dialect(name),
            other => Err(wrong("dialect", "`pulumi` or `stringlike`", other)),
        }
    }

    fn skip(&self) -> Result<Skip, Failures> {
        let Some(skip) = self.member("skip") else { return Ok(Skip::default()) };
        Ok(Skip {
            issuer: flag(skip, "skip.issuer", "issuer")?,
            key: flag(skip, "skip.key", "key")?,
            signature: flag(skip, "skip.signature", "signature")?,
            time: flag(skip, "skip.time", "time")?,
        })
    }

    fn count(&self, name: &str) -> Result<Option<u64>, Failures> {
        match self.member(name) {
            None => Ok(None),
            Some(Value::Integer(count)) if u64::try_from(*count).is_ok() => Ok(u64::try_from(*count).ok()),
            other => Err(wrong(name, "a whole number from 0", other)),
        }
    }

    fn member(&self, name: &str) -> Option<&'a Value> {
        self.options.member(name).filter(|value| **value != Value::Null)
    }
}

/// Reads a dialect's name.
pub(crate) fn dialect(name: &str) -> Result<Dialect, Failures> {
    match name {
        "pulumi" => Ok(Dialect::Pulumi),
        "stringlike" => Ok(Dialect::StringLike),
        other => Err(wrong("dialect", "`pulumi` or `stringlike`", Some(&Value::String(other.to_owned())))),
    }
}

fn issuer(value: &Value) -> Result<IssuerDefinition, Failures> {
    let text = |key: &str| match value.member(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        other => Err(wrong(key, "a string", other)),
    };
    let url = text("url")?.ok_or_else(|| wrong("url", "a string", None))?;
    let jwks = match value.member("jwks") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(object) => Some(object.to_json()),
    };
    let max_expiration = match value.member("maxExpiration") {
        None | Some(Value::Null) => None,
        Some(Value::Integer(seconds)) if u64::try_from(*seconds).is_ok() => u64::try_from(*seconds).ok(),
        other => return Err(wrong("maxExpiration", "a whole number of seconds from 0", other)),
    };
    let policies = match value.member("policies") {
        None | Some(Value::Null) => Vec::new(),
        Some(policies) => policies_of(policies)?,
    };
    let name = text("name")?.unwrap_or_else(|| url.clone());
    Ok(IssuerDefinition { name, url, max_expiration, jwks, thumbprints: Vec::new(), policies })
}

/// Failures in an issuer, their paths seen from the options.
fn within<T>(index: usize, result: Result<T, Failures>) -> Result<T, Failures> {
    result.map_err(|mut failures| {
        for failure in &mut failures {
            let path = failure.path.take().filter(|path| !path.is_empty());
            failure.path = Some(path.map_or(format!("issuers[{index}]"), |path| format!("issuers[{index}].{path}")));
        }
        failures
    })
}

fn policies_of(value: &Value) -> Result<Vec<PolicyDefinition>, Failures> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_json(),
    };
    parse_policies(&text).map_err(policy_failures)
}

fn flag(value: &Value, path: &str, name: &str) -> Result<bool, Failures> {
    match value.member(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        other => Err(wrong(path, "true or false", other)),
    }
}

fn wrong(path: &str, expected: &str, found: Option<&Value>) -> Failures {
    let found = match found {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => value.kind().to_owned(),
    };
    let mut failures = failure("wrong-argument", format_args!("expected {expected}, found {found}"));
    for failure in &mut failures {
        failure.path = Some(path.to_owned());
    }
    failures
}

#[cfg(test)]
mod tests {
    use claimgate::claims::Value;
    use claimgate::policy::RequestedToken;

    use super::Input;

    fn request(json: &str) -> Result<RequestedToken, String> {
        let options = Value::parse(json).unwrap();
        Input::new(&options).request().map_err(|failures| failures[0].message.clone())
    }

    #[test]
    fn a_request_names_its_target() {
        let team = request(r#"{"request": {"tokenType": "team", "teamName": "dream"}}"#);
        assert_eq!(team, Ok(RequestedToken::Team { name: "dream".to_owned() }));
        let missing = request(r#"{"request": {"tokenType": "team"}}"#);
        assert_eq!(missing, Err("expected a string, found nothing".to_owned()));
        let unknown = request(r#"{"request": {"tokenType": "org"}}"#).unwrap_err();
        assert!(unknown.ends_with("found `org`"), "{unknown}");
    }

    #[test]
    fn what_is_wrong_in_an_issuer_has_its_place() {
        let places = |issuer: &str| {
            let options =
                Value::parse(&format!(r#"{{"issuers": [{{"url": "https://a.example"}}, {issuer}]}}"#)).unwrap();
            let failures = Input::new(&options).compiled_issuers().map(|issuers| issuers.len()).unwrap_err();
            failures.into_iter().filter_map(|failure| failure.path).collect::<Vec<_>>()
        };
        assert_eq!(places("{}"), ["issuers[1].url"]);
        assert_eq!(places("7"), ["issuers[1].url"]);
        assert_eq!(places(r#"{"url": "http://a.example", "jwks": "["}"#), ["issuers[1].url", "issuers[1].jwks"]);
        assert_eq!(places(r#"{"url": "https://a.example", "name": 1}"#), ["issuers[1].name"]);
        assert_eq!(places(r#"{"url": "https://a.example", "maxExpiration": -1}"#), ["issuers[1].maxExpiration"]);
        let allow_all = r#"{"decision": "allow", "tokenType": "organization", "rules": {}}"#;
        let policies = format!(r#"{{"url": "https://a.example", "policies": [{allow_all}]}}"#);
        assert_eq!(places(&policies), ["issuers[1].policies[0].rules"]);
    }

    #[test]
    fn keys_are_an_object_or_text() {
        for jwks in [r#"{"keys": []}"#, r#""{\"keys\": []}""#] {
            let json =
                format!(r#"{{"issuers": [{{"url": "https://a.example", "jwks": {jwks}, "maxExpiration": 60}}]}}"#);
            let options = Value::parse(&json).unwrap();
            let issuers = Input::new(&options).issuers().unwrap();
            assert_eq!(issuers[0].max_expiration, Some(60));
            assert_eq!(issuers[0].name, "https://a.example");
            assert!(Input::new(&options).compiled_issuers().unwrap().as_slice()[0].jwks().is_some());
        }
    }

    #[test]
    fn the_time_is_required_and_may_have_fractions() {
        let now = |json: &str| Input::new(&Value::parse(json).unwrap()).options().map(|options| options.now);
        assert_eq!(now(r#"{"now": 1763942500.75}"#), Ok(1_763_942_500));
        assert_eq!(now("{}").unwrap_err()[0].path.as_deref(), Some("now"));
        assert!(now(r#"{"now": "soon"}"#).is_err());
    }

    #[test]
    fn a_flag_is_true_or_false_and_nothing_else() {
        let skip =
            |json: &str| Input::new(&Value::parse(json).unwrap()).options().map(|options| options.skip.signature);
        assert_eq!(skip(r#"{"now": 1, "skip": {"signature": true}}"#), Ok(true));
        assert_eq!(skip(r#"{"now": 1}"#), Ok(false));
        assert!(skip(r#"{"now": 1, "skip": {"signature": 1}}"#).is_err());
    }
}
