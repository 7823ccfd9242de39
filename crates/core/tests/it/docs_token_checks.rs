//! The examples of `docs/token-checks.md`, run: its tables hold row by row.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::audience::{MAX_AUDIENCE_CHARS, MAX_AUDIENCES};
use claimgate::claims::Claims;
use claimgate::exchange::{DEFAULT_EXPIRATION, MAX_BODY};
use claimgate::explain::MAX_STEPS;
use claimgate::inspect::{CheckId, Inspection, Options, Progress, Skip, begin};
use claimgate::issuer::{DEFAULT_MAX_EXPIRATION, Issuer, IssuerDefinition, Issuers, validate_url};
use claimgate::json::MAX_DEPTH;
use claimgate::jwt::{
    Algorithm, DEFAULT_MAX_SIZE, Jwks, MAX_RSA_BITS, MIN_RSA_BITS, TokenError, decode_unverified,
};
use claimgate::pattern::{Dialect, MAX_PATTERN_CHARS};
use claimgate::policy::RequestedToken;

use crate::markdown::{Block, Table, blocks, code, file, span};

use crate::backend::inspect;

const PAGE: &str = "docs/token-checks.md";

#[test]
fn the_tables_of_the_token_checks_hold() {
    let mut jwks = None;
    let mut names = Vec::new();
    for block in blocks(&file(PAGE)) {
        match block {
            Block::Fence(fence) if fence.info == "json jwks" => {
                jwks = Some(Jwks::parse(&fence.text).unwrap());
            }
            Block::Fence(fence) => panic!("line {}: what is {:?}?", fence.line, fence.info),
            Block::Table(table) => {
                check(&table, jwks.as_ref());
                names.push(table.header[0].clone());
            }
        }
    }
    let all = "check,check,token,`alg`,header,`iss`,URL,`kid`,key,JWKS,claims,`aud`,what,of an inspection,of a check";
    assert_eq!(names.join(","), all);
}

fn check(table: &Table, jwks: Option<&Jwks>) {
    let names: Vec<&str> = table.header.iter().map(String::as_str).collect();
    let found: Vec<Vec<String>> = match names.as_slice() {
        ["check", "asks", _] => {
            let titles: Vec<_> = table.rows.iter().map(|row| row[0].as_str()).collect();
            return assert_eq!(titles, CheckId::ALL.map(CheckId::title));
        }
        ["check", "status", "sentence"] => expired().checks.iter().map(line).collect(),
        ["`alg`", ..] => Algorithm::ALL
            .into_iter()
            .zip(&table.rows)
            .map(|(own, row)| algorithm(own, &row[3]))
            .collect(),
        ["what", "limit"] => limits(),
        ["of an inspection", _] => {
            return assert_eq!(
                fields(table),
                keys(&serde_json::to_value(expired()).unwrap())
            );
        }
        ["of a check", _] => {
            return assert_eq!(
                fields(table),
                keys(&serde_json::to_value(&expired().checks[0]).unwrap())
            );
        }
        ["token", "outcome"] => each(table, |row| {
            outcome(decode_unverified(&text(&row[0])).map(|_| "read".to_owned()))
        }),
        ["header", "outcome"] => each(table, |row| header(span(&row[0]))),
        ["`iss`", "outcome"] => each(table, |row| iss(&row[0])),
        ["URL", "outcome"] => each(table, |row| match validate_url(&text(&row[0])) {
            Ok(()) => "accepted".to_owned(),
            Err(error) => format!("`{}`", error.code()),
        }),
        ["`kid`", "`alg`", "outcome"] => each(table, |row| {
            selected(jwks.unwrap(), code(&row[0]), span(&row[1]))
        }),
        ["key", "outcome"] => each(table, |row| {
            Jwks::parse(span(&row[0])).unwrap().keys()[0]
                .problem
                .clone()
                .unwrap()
        }),
        ["JWKS", "outcome"] => each(table, |row| match Jwks::parse(span(&row[0])) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => format!("`{}`", error.code()),
        }),
        ["claims", "at", "outcome"] => {
            each(table, |row| time(span(&row[0]), row[1].parse().unwrap()))
        }
        ["`aud`", "outcome"] => each(table, |row| aud(&row[0])),
        other => panic!("line {}: what is a table of {other:?}?", table.line),
    };
    assert_eq!(table.rows, found, "{PAGE}, line {}", table.line);
}

/// The rows with their last cell as it should be.
fn each(table: &Table, outcome: impl Fn(&[String]) -> String) -> Vec<Vec<String>> {
    let row = |row: &Vec<String>| {
        let [cells @ .., _] = row.as_slice() else {
            panic!("{row:?}")
        };
        [cells, &[outcome(row)]].concat()
    };
    table.rows.iter().map(row).collect()
}

fn outcome(result: Result<String, TokenError>) -> String {
    result.unwrap_or_else(|error| format!("`{}`", error.code()))
}

fn text(cell: &str) -> String {
    if cell == "(empty)" {
        String::new()
    } else {
        span(cell).to_owned()
    }
}

fn token(header: &str, payload: &str) -> String {
    format!(
        "{}.{}.",
        BASE64_URL_SAFE_NO_PAD.encode(header),
        BASE64_URL_SAFE_NO_PAD.encode(payload)
    )
}

fn header(json: &str) -> String {
    let token = decode_unverified(&token(json, "{}")).unwrap();
    outcome(
        token
            .algorithm()
            .map(|algorithm| format!("`{}`", algorithm.as_str())),
    )
}

fn algorithm(own: Algorithm, defined: &str) -> Vec<String> {
    let curve = own
        .curve()
        .map_or(String::new(), |curve| format!("`{curve}`"));
    vec![
        format!("`{}`", own.as_str()),
        format!("`{}`", own.key_type()),
        curve,
        defined.to_owned(),
    ]
}

fn selected(jwks: &Jwks, kid: Option<&str>, algorithm: &str) -> String {
    let key = jwks.select(kid, Algorithm::parse(algorithm).unwrap());
    outcome(key.map(|key| format!("key `{}`", key.label())))
}

fn gitlab() -> Issuers {
    let definition = IssuerDefinition {
        url: "https://gitlab.com".to_owned(),
        ..IssuerDefinition::default()
    };
    vec![Issuer::compile(&definition, Dialect::Pulumi).unwrap()].into()
}

/// Begins with a token at a time, without a key and a signature.
fn begun(claims: &str, now: i64, skip: Skip) -> String {
    let skip = Skip {
        key: true,
        signature: true,
        ..skip
    };
    let options = Options {
        skip,
        assume_issuer: Some(0),
        ..Options::at(now)
    };
    match begin(&token(r#"{"alg":"RS256"}"#, claims), &gitlab(), &options) {
        Progress::Checked(checked) => outcome(
            checked
                .failure()
                .map_or(Ok("passes".to_owned()), |error| Err(error.clone())),
        ),
        Progress::AwaitingSignature(_) => panic!("the signature is left out"),
    }
}

fn iss(cell: &str) -> String {
    let claims = match code(cell) {
        None => "{}".to_owned(),
        Some(array) if array.starts_with('[') => format!(r#"{{"iss": {array}}}"#),
        Some(url) => format!(r#"{{"iss": "{url}"}}"#),
    };
    begun(
        &claims,
        0,
        Skip {
            time: true,
            ..Skip::default()
        },
    )
}

fn time(claims: &str, now: i64) -> String {
    begun(
        claims,
        now,
        Skip {
            issuer: true,
            ..Skip::default()
        },
    )
}

fn aud(cell: &str) -> String {
    let definition = IssuerDefinition {
        url: "https://gitlab.com".to_owned(),
        audiences: Some(vec!["urn:pulumi:org:*".to_owned()]),
        ..IssuerDefinition::default()
    };
    let issuer = Issuer::compile(&definition, Dialect::Pulumi).unwrap();
    let claims = match code(cell) {
        None => "{}".to_owned(),
        Some(array) if array.starts_with('[') => format!(r#"{{"aud": {array}}}"#),
        Some(text) => format!(r#"{{"aud": "{text}"}}"#),
    };
    let checked = issuer.check_audience(&Claims::from_json(&claims).unwrap());
    outcome(checked.map(|()| "passes".to_owned()))
}

/// The example's token, an hour after its expiry.
fn expired() -> Inspection {
    let definition = IssuerDefinition {
        name: "GitHub Actions".to_owned(),
        url: "https://token.actions.githubusercontent.com".to_owned(),
        jwks: Some(file("examples/bench/jwks.json")),
        ..IssuerDefinition::default()
    };
    let issuers = Issuers::from(vec![Issuer::compile(&definition, Dialect::Pulumi).unwrap()]);
    let token = file("examples/bench/token.jwt");
    let request = RequestedToken::Organization { admin: false };
    inspect(
        token.trim(),
        &issuers,
        &request,
        &Options::at(1_763_946_000 + 3_600),
    )
}

fn line(check: &claimgate::inspect::Check) -> Vec<String> {
    let status = serde_json::to_value(check.status).unwrap();
    let code = check
        .code
        .as_deref()
        .map_or(String::new(), |code| format!(" (`{code}`)"));
    vec![
        check.title.clone(),
        format!("{}{code}", status.as_str().unwrap()),
        check.sentence.clone(),
    ]
}

fn limits() -> Vec<Vec<String>> {
    let leeway = Options::at(0).leeway;
    let limits = [
        (
            "bytes of a token, unless set otherwise",
            DEFAULT_MAX_SIZE as u64,
        ),
        ("bytes of the body of a token exchange", MAX_BODY as u64),
        ("levels of arrays and objects in JSON", MAX_DEPTH as u64),
        ("bits of an RSA modulus, at least", MIN_RSA_BITS as u64),
        ("bits of an RSA modulus, at most", MAX_RSA_BITS as u64),
        ("seconds of leeway, unless set otherwise", leeway),
        (
            "seconds of a granted token, unless asked otherwise",
            DEFAULT_EXPIRATION,
        ),
        (
            "seconds of a granted token at most, unless the issuer sets another maximum",
            DEFAULT_MAX_EXPIRATION,
        ),
        ("characters of a pattern", MAX_PATTERN_CHARS as u64),
        ("steps of matching in a decision", MAX_STEPS),
        ("audiences of an issuer", MAX_AUDIENCES as u64),
        ("characters of an audience", MAX_AUDIENCE_CHARS as u64),
    ];
    limits
        .map(|(what, limit)| vec![what.to_owned(), thousands(limit)])
        .to_vec()
}

fn thousands(number: u64) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{},{:03}", thousands(number / 1_000), number % 1_000)
    }
}

/// The names between backticks in the first column.
fn fields(table: &Table) -> Vec<String> {
    let mut names: Vec<String> = table
        .rows
        .iter()
        .flat_map(|row| row[0].split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn keys(value: &serde_json::Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}
