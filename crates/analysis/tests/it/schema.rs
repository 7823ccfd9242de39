//! The JSON Schema of test files in `docs/schema`: it is up to date, names what the reader knows, and
//! the examples conform to it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use claimgate::policy::{TokenType, is_target_name};
use claimgate_analysis::policy_tests::TestFile;
use serde_json::{Map, Value, json};

const FILE: &str = "docs/schema/policy-tests.json";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Properties with their descriptions.
fn object(description: &str, required: &[&str], members: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": description })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn request() -> Value {
    let types = TokenType::ALL.map(TokenType::as_str);
    let target = |description: &str| json!({ "type": "string", "pattern": "^[A-Za-z0-9_.@+-]{1,100}$", "description": description });
    let members = [
        (
            "tokenType",
            json!({ "enum": types, "description": "The requested token type." }),
        ),
        ("team", target("The requested team.")),
        ("user", target("The login of the user.")),
        ("runner", target("The deployment runner.")),
        (
            "admin",
            json!({ "type": "boolean", "description": "Whether `scope=admin` is requested." }),
        ),
    ];
    object(
        "A request; by default for an organization token.",
        &[],
        &members,
    )
}

fn policy_name() -> Value {
    json!({
        "type": ["integer", "string"], "minimum": 1, "minLength": 1,
        "description": "A policy's number, from 1 as in messages, or its name."
    })
}

fn nearest() -> Value {
    let members = [
        ("policy", json!({ "$ref": "#/$defs/PolicyName" })),
        ("claims", texts("The claims whose rules do not match.")),
    ];
    let whole = object("The nearest miss.", &["policy"], &members);
    json!({ "anyOf": [{ "$ref": "#/$defs/PolicyName" }, whole] })
}

fn case() -> Value {
    let claims = json!({ "$ref": "#/$defs/Claims" });
    let members = [
        ("name", text("Its name, unique in the file.")),
        ("note", text("Without effect.")),
        ("claims", claims.clone()),
        ("sample", text("The sample that the claims are taken from.")),
        (
            "with",
            json!({ "type": "object", "description": "Values by claim path." }),
        ),
        ("without", texts("Claim paths to remove.")),
        ("request", json!({ "$ref": "#/$defs/Request" })),
        (
            "expect",
            json!({ "enum": ["allowed", "denied"], "description": "The expected decision." }),
        ),
        ("code", text("The expected code of the reason.")),
        (
            "policies",
            json!({
                "type": "array", "items": { "$ref": "#/$defs/PolicyName" },
                "description": "The policies that are expected to decide, in any order."
            }),
        ),
        (
            "role",
            json!({ "type": ["string", "null"], "minLength": 1, "description": "The expected role; null for none." }),
        ),
        ("nearest", nearest()),
    ];
    let mut case = object(
        "A token with the expected decision.",
        &["name", "expect"],
        &members,
    );
    case["oneOf"] = json!([
        { "required": ["claims"], "not": { "anyOf": [{ "required": ["with"] }, { "required": ["without"] }] } },
        { "required": ["sample"] }
    ]);
    case
}

fn property() -> Value {
    let rules = |description: &str, least: usize| {
        json!({
            "type": "object", "minProperties": least, "description": description,
            "additionalProperties": { "type": ["string", "boolean", "integer"] }
        })
    };
    let terms = |description: &str, members: &[(&str, Value)]| {
        let object = object("With exceptions.", &[], members);
        json!({ "anyOf": [{ "const": true }, object], "description": description })
    };
    let notes = json!({ "type": "boolean", "description": "Whether notes count, too." });
    let findings = [("except", texts("Codes of findings.")), ("notes", notes)];
    let classes = [("except", texts("Identifiers of classes."))];
    let kinds = [
        (
            "never",
            rules("No token is admitted on which these rules hold.", 0),
        ),
        (
            "only",
            rules("These rules hold on every token that is admitted.", 1),
        ),
        (
            "atMost",
            text("A file whose policies admit all that these admit."),
        ),
        ("equivalent", text("A file whose policies admit the same.")),
        (
            "noFindings",
            terms("There are no findings but notes.", &findings),
        ),
        (
            "noOutsiders",
            terms("No class of outsiders is admitted.", &classes),
        ),
    ];
    let others = [
        ("name", text("Its name, unique in the file.")),
        ("note", text("Without effect.")),
        ("request", json!({ "$ref": "#/$defs/Request" })),
        (
            "allowUndecided",
            json!({ "type": "boolean", "description": "Whether it passes if it takes too much work to find out." }),
        ),
    ];
    let members = [kinds.as_slice(), &others].concat();
    let mut property = object("What holds for all tokens.", &[], &members);
    let one: Vec<_> = kinds
        .iter()
        .map(|(name, _)| json!({ "required": [name] }))
        .collect();
    property["oneOf"] = json!(one);
    property
}

fn schema() -> Value {
    let all = claimgate::schema::all();
    let policies = all
        .iter()
        .find(|(name, _)| *name == "policies.json")
        .unwrap();
    let mut definitions = policies.1.as_value()["$defs"].clone();
    for (name, schema) in [
        (
            "Claims",
            json!({ "type": "object", "description": "The claims of a token." }),
        ),
        ("PolicyName", policy_name()),
        ("Request", request()),
        ("Case", case()),
        ("Property", property()),
    ] {
        definitions[name] = schema;
    }
    let members = [
        ("$schema", text("The schema, for editors.")),
        ("note", text("Without effect.")),
        (
            "policies",
            json!({
                "anyOf": [
                    { "type": "string", "minLength": 1 },
                    { "type": "array", "items": { "$ref": "#/$defs/Policy" } }
                ],
                "description": "The name of a file of policies, relative to this one, or the policies."
            }),
        ),
        ("issuer", text("The URL of the issuer.")),
        (
            "audiences",
            texts("The audiences that the issuer accepts, if the policies are in this file."),
        ),
        (
            "provider",
            text("The provider whose facts are assumed; `none` for none."),
        ),
        (
            "dialect",
            json!({ "enum": ["pulumi", "stringlike"], "description": "The dialect of patterns." }),
        ),
        (
            "now",
            json!({ "type": ["string", "integer"], "description": "The time at which tokens are presented." }),
        ),
        ("mine", text("What is yours: `github-actions:acme/web`.")),
        (
            "samples",
            json!({
                "type": "object", "additionalProperties": { "$ref": "#/$defs/Claims" },
                "description": "Claims by name, which cases start from."
            }),
        ),
        (
            "cases",
            json!({ "type": "array", "items": { "$ref": "#/$defs/Case" } }),
        ),
        (
            "properties",
            json!({ "type": "array", "items": { "$ref": "#/$defs/Property" } }),
        ),
    ];
    let mut schema = object("Tests of policies.", &[], &members);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!("policy-tests.json");
    schema["title"] = json!("PolicyTests");
    schema["anyOf"] = json!([{ "required": ["cases"] }, { "required": ["properties"] }]);
    schema["$defs"] = definitions;
    schema
}

#[test]
fn the_file_is_up_to_date() {
    let path = root().join(FILE);
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("CLAIMGATE_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let file = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        file == text,
        "{FILE} is out of date: run cargo xtask schema"
    );
}

/// The members that the reader knows where a file has an unknown one.
fn known(file: &Value) -> BTreeSet<String> {
    let value = claimgate::json::Value::parse(&file.to_string()).unwrap();
    let errors = TestFile::read(&value).unwrap_err();
    let help = errors
        .iter()
        .find_map(|error| error.help.as_deref()?.strip_prefix("known are "));
    help.unwrap().split(", ").map(str::to_owned).collect()
}

#[test]
fn the_reader_knows_the_same_members() {
    let schema = schema();
    let unknown = json!({ "zzzzzzzzzzzzzzzzzzzzzzzz": 1 });
    for (definition, file) in [
        (&schema, unknown.clone()),
        (&schema["$defs"]["Case"], json!({ "cases": [unknown] })),
        (
            &schema["$defs"]["Request"],
            json!({ "cases": [{ "request": unknown }] }),
        ),
        (
            &schema["$defs"]["Property"],
            json!({ "properties": [unknown] }),
        ),
        (
            &schema["$defs"]["Case"]["properties"]["nearest"]["anyOf"][1],
            json!({ "cases": [{ "nearest": unknown }] }),
        ),
        (
            &schema["$defs"]["Property"]["properties"]["noFindings"]["anyOf"][1],
            json!({ "properties": [{ "noFindings": unknown }] }),
        ),
    ] {
        let names = definition["properties"].as_object().unwrap().keys();
        assert_eq!(names.cloned().collect::<BTreeSet<_>>(), known(&file));
    }
    assert!(is_target_name("a_.@+-9") && !is_target_name("a b"));
}

#[test]
fn what_the_reader_accepts_conforms() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for text in [crate::policy_test_files::EVERYTHING, r#"{"cases": []}"#] {
        let value: Value = serde_json::from_str(text).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let file = TestFile::read(&claimgate::json::Value::parse(text).unwrap()).unwrap();
        let written: Value = serde_json::from_str(&file.to_value().to_json()).unwrap();
        assert!(validator.is_valid(&written), "{written:#}");
    }
    for refused in [
        "{}",
        r#"{"cases": [{"name": "a", "expect": "denied"}]}"#,
        r#"{"cases": [{"name": "a", "claims": {}, "sample": "b", "expect": "denied"}]}"#,
        r#"{"cases": [{"name": "a", "claims": {}, "with": {}, "expect": "denied"}]}"#,
        r#"{"cases": [{"name": "a", "claims": {}, "expect": "maybe"}]}"#,
        r#"{"cases": [{"name": "a", "claims": {}, "expect": "denied", "policies": [0]}]}"#,
        r#"{"properties": [{"only": {}}]}"#,
        r#"{"properties": [{"never": {}, "only": {"a": "b"}}]}"#,
        r#"{"properties": [{"name": "a"}]}"#,
    ] {
        assert!(
            !validator.is_valid(&serde_json::from_str(refused).unwrap()),
            "{refused}"
        );
        assert!(TestFile::read(&claimgate::json::Value::parse(refused).unwrap()).is_err());
    }
}
