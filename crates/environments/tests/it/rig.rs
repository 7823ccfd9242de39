//! Providers, rotators, imports and keys for tests.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use claimgate_environments::value::Content;
use claimgate_environments::{
    Context, Decrypter, Document, Encrypter, Environments, Evaluation, Host, HostError, Inputs,
    Json, Loaded, Options, Provider, Providers, Rotator, Schema, Value, check, open,
};

use crate::external;

/// Adds 128 to each byte.
pub(crate) struct Rot128;

impl Decrypter for Rot128 {
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, HostError> {
        Ok(ciphertext
            .iter()
            .map(|byte| byte.wrapping_add(128))
            .collect())
    }
}

impl Encrypter for Rot128 {
    fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, HostError> {
        self.decrypt(plaintext)
    }
}

/// Definitions by name, or the files of a folder.
pub(crate) enum Definitions {
    Named(BTreeMap<String, String>),
    Folder(PathBuf),
}

impl Definitions {
    pub(crate) fn none() -> Self {
        Self::Named(BTreeMap::new())
    }

    pub(crate) fn named(definitions: &[(&str, &str)]) -> Self {
        let definitions = definitions.iter();
        Self::Named(
            definitions
                .map(|(name, text)| ((*name).into(), (*text).into()))
                .collect(),
        )
    }
}

impl Environments for Definitions {
    fn authorize(&self, _: &str, imported: &str, _: bool) -> Result<(), HostError> {
        match imported.starts_with("forbidden") {
            true => Err(format!("environment \"{imported}\" not found").into()),
            false => Ok(()),
        }
    }

    fn load(&self, name: &str) -> Result<Loaded<'_>, HostError> {
        let source = match self {
            Self::Named(definitions) => definitions.get(name).cloned(),
            Self::Folder(folder) => external::text(&folder.join(format!("{name}.yaml"))),
        };
        let source = source.ok_or(HostError(format!("environment \"{name}\" not found")))?;
        Ok(Loaded {
            name: name.to_owned(),
            source,
            decrypter: &Rot128,
        })
    }
}

pub(crate) fn schema(json: &str) -> Arc<Schema> {
    Schema::from_json(&serde_json::from_str::<Json>(json).unwrap())
        .unwrap()
        .into()
}

/// A provider that is a function of its inputs.
struct Function {
    schema: Arc<Schema>,
    outputs: Arc<Schema>,
    open: fn(&Inputs) -> Result<Value, HostError>,
}

impl Provider for Function {
    fn inputs(&self) -> Arc<Schema> {
        self.schema.clone()
    }

    fn outputs(&self) -> Arc<Schema> {
        self.outputs.clone()
    }

    fn open(&self, inputs: &Inputs, _: &Context) -> Result<Value, HostError> {
        (self.open)(inputs)
    }
}

/// A rotator whose secret is its state.
struct State {
    inputs: Arc<Schema>,
    state: Arc<Schema>,
}

impl Rotator for State {
    fn inputs(&self) -> Arc<Schema> {
        self.inputs.clone()
    }

    fn state(&self) -> Arc<Schema> {
        self.state.clone()
    }

    fn outputs(&self) -> Arc<Schema> {
        self.state.clone()
    }

    fn open(&self, _: &Inputs, state: Option<&Inputs>, _: &Context) -> Result<Value, HostError> {
        Ok(Content::Object(state.cloned().unwrap_or_default()).into())
    }
}

pub(crate) struct TestProviders {
    error: Function,
    schema: Function,
    test: Function,
    secret_wrapper: Function,
    bench: Function,
    swap: State,
    echo: State,
}

const SCHEMA: &str = r##"{
  "type": "object",
  "$defs": {
    "defRecord": {
      "type": "object",
      "properties": { "baz": { "type": "string", "const": "qux" } },
      "required": ["baz"]
    }
  },
  "properties": {
    "null": { "type": "null" },
    "boolean": { "type": "boolean" },
    "false": { "type": "boolean", "const": false },
    "true": { "type": "boolean", "const": true },
    "number": { "type": "number" },
    "pi": { "type": "number", "const": 3.14 },
    "string": { "type": "string" },
    "hello": { "type": "string", "const": "hello" },
    "array": { "type": "array", "items": true },
    "tuple": {
      "type": "array",
      "prefixItems": [{ "type": "string", "const": "hello" }, { "type": "string", "const": "world" }],
      "items": false
    },
    "map": { "type": "object", "additionalProperties": true },
    "record": { "type": "object", "properties": { "foo": { "type": "string" } }, "required": ["foo"] },
    "anyOf": { "anyOf": [{ "type": "string" }, { "type": "number" }] },
    "oneOf": { "oneOf": [{ "type": "string" }, { "type": "number" }] },
    "ref": { "$ref": "#/$defs/defRecord" },
    "const-array": { "type": "array", "const": ["hello", 42] },
    "const-object": { "type": "object", "const": { "hello": "world" } },
    "enum": { "type": "string", "enum": ["foo", "bar"] },
    "never": false,
    "always": true,
    "double": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "number" }], "items": false },
    "triple": {
      "type": "array",
      "prefixItems": [{ "type": "string" }, { "type": "number" }, { "type": "boolean" }],
      "items": false
    },
    "dependentReq": {
      "type": "object",
      "properties": { "foo": { "type": "string" }, "bar": { "type": "number" } },
      "dependentRequired": { "foo": ["bar"] }
    },
    "multiple": { "type": "number", "multipleOf": 2 },
    "minimum": { "type": "number", "minimum": 1 },
    "exclusiveMinimum": { "type": "number", "exclusiveMinimum": 1 },
    "maximum": { "type": "number", "maximum": 1 },
    "exclusiveMaximum": { "type": "number", "exclusiveMaximum": 1 },
    "minLength": { "type": "string", "minLength": 1 },
    "maxLength": { "type": "string", "maxLength": 1 },
    "pattern": { "type": "string", "pattern": "^foo[0-9]+$" },
    "minItems": { "type": "array", "minItems": 3 },
    "maxItems": { "type": "array", "maxItems": 2 },
    "minProperties": { "type": "object", "minProperties": 1 },
    "maxProperties": { "type": "object", "maxProperties": 1 }
  }
}"##;

impl TestProviders {
    pub(crate) fn new() -> Self {
        let any = || Arc::new(Schema::Any);
        let function = |schema: Arc<Schema>, outputs, open| Function {
            schema,
            outputs,
            open,
        };
        let echo: fn(&Inputs) -> Result<Value, HostError> =
            |inputs| Ok(Content::Object(inputs.clone()).into());
        let pair = r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a","b"]}"#;
        Self {
            error: function(
                schema(
                    r#"{"type":"object","properties":{"why":{"type":"string"}},"required":["why"]}"#,
                ),
                any(),
                |inputs| {
                    Err(inputs
                        .get("why")
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .into())
                },
            ),
            schema: function(schema(SCHEMA), schema(SCHEMA), echo),
            test: function(any(), any(), echo),
            secret_wrapper: function(any(), any(), |inputs| {
                let mut value = Value::from(Content::Object(inputs.clone()));
                value.secret = true;
                Ok(value)
            }),
            bench: function(any(), any(), |_| Ok("0s".into())),
            swap: State {
                inputs: any(),
                state: schema(pair),
            },
            echo: State {
                inputs: schema(
                    r#"{"type":"object","properties":{"next":{"type":"string"}},"required":["next"],"rotateOnly":["next"]}"#,
                ),
                state: schema(
                    r#"{"type":"object","properties":{"current":{"type":"string"},"previous":{"type":"string"}},"required":["current"]}"#,
                ),
            },
        }
    }
}

impl Providers for TestProviders {
    fn provider(&self, name: &str) -> Result<&dyn Provider, HostError> {
        match name {
            "error" => Ok(&self.error),
            "schema" => Ok(&self.schema),
            "test" => Ok(&self.test),
            "secret-wrapper" => Ok(&self.secret_wrapper),
            "bench" => Ok(&self.bench),
            _ => Err(format!("unknown provider \"{name}\"").into()),
        }
    }

    fn rotator(&self, name: &str) -> Result<&dyn Rotator, HostError> {
        match name {
            "swap" => Ok(&self.swap),
            "echo" => Ok(&self.echo),
            _ => Err(format!("unknown rotator \"{name}\"").into()),
        }
    }
}

/// Both evaluations of a definition.
pub(crate) struct Evaluated {
    pub(crate) loaded: Vec<claimgate_environments::Diagnostic>,
    pub(crate) checked: Evaluation,
    pub(crate) opened: Evaluation,
}

pub(crate) fn evaluate(
    name: &str,
    source: &str,
    environments: &Definitions,
    options: Options,
) -> Evaluated {
    let user = Value::object([("id", "USER_123".into())]);
    let context = Context::new([("pulumi", Value::object([("user", user)]))]);
    let providers = TestProviders::new();
    let host = Host {
        providers: &providers,
        environments,
        decrypter: &Rot128,
        context: &context,
    };
    let (document, loaded) = Document::parse(name, source);
    let run = |evaluate: fn(&str, &Document, Host<'_>, Options) -> Evaluation| {
        let document = document.as_ref();
        document
            .map(|document| evaluate(name, document, host, options))
            .unwrap_or_default()
    };
    Evaluated {
        checked: run(check),
        opened: run(open),
        loaded,
    }
}

/// The values and messages of an open, for short tests.
pub(crate) fn opened(source: &str, environments: &Definitions) -> (String, Vec<String>) {
    let evaluated = evaluate("p/test", source, environments, Options::default());
    let values = evaluated.opened.environment.map(|environment| {
        let json = environment.to_json(claimgate_environments::Secrets::Revealed);
        serde_json::to_string(&json).unwrap()
    });
    let messages = evaluated.loaded.iter().chain(&evaluated.opened.diagnostics);
    let messages = messages.map(|diagnostic| {
        let begin = diagnostic.range.as_ref().map(|range| range.begin);
        let begin = begin.map(|begin| format!("{}:{} ", begin.line, begin.column));
        format!("{}{}", begin.unwrap_or_default(), diagnostic.summary)
    });
    (values.unwrap_or_default(), messages.collect())
}
