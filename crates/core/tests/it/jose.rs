//! Other people's JOSE vectors: Wycheproof's, and the cookbook of RFC 7520. They stay outside the
//! project.
//!
//! A case has the expected outcome (valid is accepted, invalid is refused at some step), or is
//! listed in `jose-exceptions.json` with the code that it is refused with instead and the reason. An
//! exception that is wrong, names no case, or is listed twice fails the test.

use std::collections::BTreeMap;

use claimgate::claims::Value;
use claimgate::jwt::{
    DEFAULT_MAX_SIZE, Jwks, SignatureCheck, VerifySignature, decode_unverified_jws,
};

use crate::external::read;

use crate::backend::Backend;

const WYCHEPROOF: [(&str, usize); 3] = [
    ("wycheproof/json_web_signature_test.json", 401),
    ("wycheproof/json_web_key_test.json", 26),
    ("wycheproof/json_web_crypto_test.json", 83),
];
const COOKBOOK: [&str; 12] = [
    "jose-cookbook/jws/4_1.rsa_v15_signature.json",
    "jose-cookbook/jws/4_2.rsa-pss_signature.json",
    "jose-cookbook/jws/4_3.ecdsa_signature.json",
    "jose-cookbook/jws/4_4.hmac-sha2_integrity_protection.json",
    "jose-cookbook/jws/4_5.signature_with_detached_content.json",
    "jose-cookbook/jws/4_6.protecting_specific_header_fields.json",
    "jose-cookbook/jws/4_7.protecting_content_only.json",
    "jose-cookbook/jws/4_8.multiple_signatures.json",
    "jose-cookbook/curve25519/jws.json",
    "jose-cookbook/rfc7797/4.2.hmac-sha2_b64_false.json",
    "jose-cookbook/rfc7797/hmac-sha2_b64_false.json",
    "jose-cookbook/6.nesting_signatures_and_encryption.json",
];
const KEYS: [&str; 6] = [
    "jose-cookbook/jwk/3_1.ec_public_key.json",
    "jose-cookbook/jwk/3_2.ec_private_key.json",
    "jose-cookbook/jwk/3_3.rsa_public_key.json",
    "jose-cookbook/jwk/3_4.rsa_private_key.json",
    "jose-cookbook/jwk/3_5.symmetric_key_mac_computation.json",
    "jose-cookbook/jwk/3_6.symmetric_key_encryption.json",
];
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

struct Case {
    file: &'static str,
    id: String,
    valid: bool,
    /// The text of a JWKS.
    keys: String,
    /// The signature; where there is none, every key has to be fit for use.
    jws: Option<String>,
}

impl Case {
    /// The steps that a token takes before anybody reads its claims; where they fail, the error's
    /// code.
    fn run(&self) -> Result<(), &'static str> {
        let Some(jws) = &self.jws else {
            let keys = Jwks::parse(&self.keys).map_err(|error| error.code())?;
            let is_fit = keys.keys().iter().all(|key| key.problem.is_none());
            return if is_fit { Ok(()) } else { Err("key-unfit") };
        };
        let jws = decode_unverified_jws(jws, DEFAULT_MAX_SIZE).map_err(|error| error.code())?;
        let algorithm = jws.algorithm().map_err(|error| error.code())?;
        let keys = Jwks::parse(&self.keys).map_err(|error| error.code())?;
        let key = keys
            .select(jws.key_id(), algorithm)
            .map_err(|error| error.code())?;
        let check = SignatureCheck {
            algorithm,
            key: &key,
            signing_input: jws.signing_input(),
            signature: jws.signature(),
        };
        match Backend.verify(&check) {
            Ok(true) => Ok(()),
            Ok(false) => Err("signature-invalid"),
            Err(error) => Err(error.code()),
        }
    }
}

fn member<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(value, |value, name| value.member(name))
}

fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        _ => panic!("no array: {value:?}"),
    }
}

/// A string itself, anything else as JSON: a serialisation of a token.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
}

fn wycheproof(file: &'static str, count: usize) -> Option<Vec<Case>> {
    let suite = Value::parse(&read(file)?).unwrap();
    let mut cases = Vec::new();
    for group in items(suite.member("testGroups")) {
        let keys = group.member("public").or(group.member("private")).unwrap();
        for test in items(group.member("tests")) {
            let id = test.member("tcId").and_then(Value::scalar_text).unwrap();
            let valid = match test.member("result").and_then(Value::as_str) {
                Some("valid") => true,
                Some("invalid") => false,
                other => panic!("{file}, {id}: {other:?}"),
            };
            let token = test.member("jws").or(test.member("jwe")).unwrap();
            cases.push(Case {
                file,
                id,
                valid,
                keys: keys.to_json(),
                jws: Some(text(token)),
            });
        }
    }
    assert_eq!(cases.len(), count, "{file}");
    Some(cases)
}

/// Every serialisation of an example, against the public half of its keys.
fn cookbook(file: &'static str) -> Option<Vec<Case>> {
    let example = Value::parse(&read(file)?).unwrap();
    let mut cases = Vec::new();
    for part in ["", "sign.", "encrypt."] {
        let Some(key) = member(&example, &format!("{part}input.key")) else {
            continue;
        };
        let keys = if let Value::Array(keys) = key {
            keys.as_slice()
        } else {
            std::slice::from_ref(key)
        };
        let keys: Vec<String> = keys.iter().map(|key| public_half(key).to_json()).collect();
        for form in ["compact", "json", "json_flat"] {
            let id = format!("{part}output.{form}");
            let Some(token) = member(&example, &id) else {
                continue;
            };
            let keys = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
            cases.push(Case {
                file,
                id,
                valid: true,
                keys,
                jws: Some(text(token)),
            });
        }
    }
    assert!(!cases.is_empty(), "{file}");
    Some(cases)
}

/// A public key is one, a private or symmetric one is none, and the public half of a private key is
/// one.
fn cookbook_key(file: &'static str) -> Option<Vec<Case>> {
    let key = Value::parse(&read(file)?).unwrap();
    let case = |id: &str, valid, key: &Value| Case {
        file,
        id: id.into(),
        valid,
        keys: key.to_json(),
        jws: None,
    };
    let half = public_half(&key);
    let is_secret = half != key || key.member("k").is_some();
    let mut cases = vec![case("key", !is_secret, &key)];
    if half != key {
        cases.push(case("public half", true, &half));
    }
    Some(cases)
}

fn public_half(key: &Value) -> Value {
    let Value::Object(members) = key else {
        panic!("no key: {key:?}")
    };
    Value::Object(
        members
            .iter()
            .filter(|(name, _)| !PRIVATE.contains(&name.as_str()))
            .cloned()
            .collect(),
    )
}

struct Exception {
    code: String,
    reason: String,
    is_used: bool,
}

type Exceptions = BTreeMap<(String, String), Exception>;

/// Reads the list of exceptions, and returns those that are listed twice.
fn exceptions(json: &str) -> (Exceptions, Vec<String>) {
    let list = Value::parse(json).unwrap();
    let (mut exceptions, mut wrong) = (Exceptions::new(), Vec::new());
    for entry in items(Some(&list)) {
        let field = |name: &str| {
            entry
                .member(name)
                .and_then(Value::as_str)
                .unwrap()
                .to_owned()
        };
        for case in items(entry.member("cases")) {
            let (file, id) = (field("file"), case.scalar_text().unwrap());
            let exception = Exception {
                code: field("code"),
                reason: field("reason"),
                is_used: false,
            };
            if exceptions
                .insert((file.clone(), id.clone()), exception)
                .is_some()
            {
                wrong.push(format!("{file}, {id}: an exception that is listed twice"));
            }
        }
    }
    (exceptions, wrong)
}

/// Runs the cases; says what is wrong with them or with the exceptions.
fn run(cases: &[Case], exceptions_json: &str) -> Vec<String> {
    let (mut exceptions, mut wrong) = exceptions(exceptions_json);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        let outcome = case.run();
        let place = format!("{}, {}", case.file, case.id);
        let exception = exceptions.get_mut(&(case.file.to_owned(), case.id.clone()));
        let line = match (exception, outcome) {
            (None, Ok(())) if case.valid => "valid, accepted".to_owned(),
            (None, Err(code)) if !case.valid => format!("invalid, refused: {code}"),
            (None, outcome) => {
                wrong.push(format!(
                    "{place}: valid is {}, found {outcome:?}",
                    case.valid
                ));
                continue;
            }
            (Some(exception), outcome) => {
                exception.is_used = true;
                if !case.valid || outcome != Err(exception.code.as_str()) {
                    wrong.push(format!(
                        "{place}: an exception with {}, found {outcome:?}",
                        exception.code
                    ));
                }
                format!("exception, {}: {}", exception.code, exception.reason)
            }
        };
        *counts.entry(line).or_default() += 1;
    }
    let idle = exceptions
        .iter()
        .filter(|(_, exception)| !exception.is_used);
    wrong.extend(idle.map(|((file, case), _)| format!("{file}, {case}: an exception for no case")));
    println!("{} cases", cases.len());
    counts
        .iter()
        .for_each(|(line, count)| println!("{count:5} {line}"));
    wrong
}

#[test]
fn every_case_has_its_outcome_or_a_reason() {
    let all: Option<Vec<Vec<Case>>> = (WYCHEPROOF
        .into_iter()
        .map(|(file, count)| wycheproof(file, count)))
    .chain(COOKBOOK.into_iter().map(cookbook))
    .chain(KEYS.into_iter().map(cookbook_key))
    .collect();
    let Some(cases) = all.map(|all| all.into_iter().flatten().collect::<Vec<_>>()) else {
        return;
    };
    let wrong = run(&cases, include_str!("jose-exceptions.json"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_exception_that_is_wrong_idle_or_repeated_fails() {
    let case = |id: &str, valid| Case {
        file: "f",
        id: id.into(),
        valid,
        keys: r#"{"keys":[]}"#.into(),
        jws: None,
    };
    let cases = [case("1", true), case("2", false)];
    let exception = |case: &str, code: &str| {
        format!(r#"{{"file":"f","cases":[{case}],"code":"{code}","reason":"r"}}"#)
    };
    let found = |exceptions: &[String]| run(&cases, &format!("[{}]", exceptions.join(",")));
    let plain = "f, 2: valid is false, found Ok(())";
    assert_eq!(found(&[]), [plain]);
    assert_eq!(
        found(&[exception("1", "c")]),
        ["f, 1: an exception with c, found Ok(())", plain]
    );
    assert_eq!(
        found(&[exception("2", "c")]),
        ["f, 2: an exception with c, found Ok(())"]
    );
    assert_eq!(
        found(&[exception("3", "c")]),
        [plain, "f, 3: an exception for no case"]
    );
    let twice = "f, 1: an exception that is listed twice";
    assert_eq!(found(&[exception("1, 1", "c")])[0], twice);
    assert_eq!(found(&[exception("1", "c"), exception("1", "d")])[0], twice);
}
