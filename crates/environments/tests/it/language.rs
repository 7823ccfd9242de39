//! The language by short examples: what a definition yields, and which messages it gets.

use crate::rig::{Definitions, opened};

const BASE: &str = "values:\n  name: base\n  obj: { a: 1, b: { c: 2 } }\n  list: [1, 2]\n  locked:\n    fn::final: fixed\n";

fn definitions() -> Definitions {
    Definitions::named(&[
        ("base", BASE),
        ("p/other", "values: { x: { y: other } }"),
        (
            "context",
            "values:\n  who: ${context.currentEnvironment.name} in ${context.rootEnvironment.name}\n",
        ),
        ("broken", "values: ["),
    ])
}

/// What the values of a definition are.
fn yields(source: &str, expected: &str) {
    let (values, messages) = opened(source, &definitions());
    assert_eq!((values.as_str(), messages), (expected, vec![]), "{source}");
}

/// The messages that an author gets.
fn tells(source: &str, expected: &[&str]) {
    let (_, messages) = opened(source, &definitions());
    assert_eq!(messages, expected, "{source}");
}

#[test]
fn references_are_replaced() {
    yields(
        "values: { a: 1, b: '${a}', c: 'x-${a}', d: 'x$$y', e: '$$' }",
        r#"{"a":1,"b":1,"c":"x-1","d":"x$y","e":"$"}"#,
    );
    yields(
        "values:\n  a: { \"k k\": [x, { y: z }] }\n  b: ${a[\"k k\"][1].y}\n",
        r#"{"a":{"k k":["x",{"y":"z"}]},"b":"z"}"#,
    );
    yields(
        "values: { a: [1, null, true, { b: c }], t: 'x${a}' }",
        r#"{"a":[1,null,true,{"b":"c"}],"t":"x\"1\",\"\",\"true\",\"\\\"b\\\"=\\\"c\\\"\""}"#,
    );
    yields(
        "values:\n  a: ${environments.p.other.x.y}\n",
        r#"{"a":"other"}"#,
    );
    yields(
        "imports: [context]\nvalues: {}\n",
        r#"{"who":"context in p/test"}"#,
    );
}

#[test]
fn references_that_lead_nowhere_are_reported() {
    tells(
        "values:\n  a: ${missing}\n",
        &["2:8 unknown property \"missing\""],
    );
    tells(
        "values:\n  region: x\n  a: ${regoin}\n",
        &["3:8 unknown property \"regoin\"; did you mean \"region\"?"],
    );
    tells(
        "values:\n  a: [1]\n  b: ${a[1]}\n",
        &["3:9 array index 1 out-of-bounds for array of length 1"],
    );
    tells(
        "values:\n  a: [1]\n  b: ${a.x}\n",
        &["3:9 cannot access an array element using a property name"],
    );
    tells(
        "values:\n  a: { x: 1 }\n  b: ${a[0]}\n",
        &["3:9 cannot access an object property using an integer index"],
    );
    tells(
        "values:\n  a: 1\n  b: ${a.x}\n",
        &["3:9 receiver must be an array or an object"],
    );
    tells(
        "values:\n  a: ${b}\n  b: ${a}\n",
        &["2:6 cyclic reference to a"],
    );
    tells(
        "values:\n  a: \"${x\"\n",
        &[
            "2:6 missing closing brace '}' in interpolation",
            "2:6 unknown property \"x\"",
        ],
    );
}

#[test]
fn imports_are_merged_below_values() {
    yields(
        "imports: [base]\nvalues: { name: own, obj: { b: { d: 3 } }, list: [9] }",
        r#"{"list":[9],"locked":"fixed","name":"own","obj":{"a":1,"b":{"c":2,"d":3}}}"#,
    );
    yields(
        "imports: [base]\nvalues: { obj: null }",
        r#"{"list":[1,2],"locked":"fixed","name":"base","obj":null}"#,
    );
    yields(
        "imports:\n  - base: { merge: false }\nvalues: { a: '${imports.base.name}' }",
        r#"{"a":"base"}"#,
    );
    tells(
        "imports: [base]\nvalues:\n  locked: own\n",
        &["3:11 cannot override final value"],
    );
    tells(
        "imports: [missing]\n",
        &["1:11 environment \"missing\" not found"],
    );
    tells(
        "imports: [forbidden/x]\n",
        &["1:11 environment \"forbidden/x\" not found"],
    );
    tells("imports: [p/test]\n", &["1:11 cyclic import of p/test"]);
}

#[test]
fn functions_have_results() {
    yields(
        "values:\n  a: { fn::join: [',', [x, y]] }\n  b: { fn::split: [',', 'x,,y'] }\n  c: { fn::concat: [[1], [2]] }\n",
        r#"{"a":"x,y","b":["x","","y"],"c":[1,2]}"#,
    );
    yields(
        "values:\n  a: { fn::toJSON: { b: 1.10, a: '<x>' } }\n",
        r#"{"a":"{\"a\":\"\\u003cx\\u003e\",\"b\":1.1}"}"#,
    );
    yields(
        "values:\n  a: { fn::fromJSON: '{\"n\": 1.10}' }\n",
        r#"{"a":{"n":1.10}}"#,
    );
    yields(
        "values:\n  a: { fn::toBase64: x }\n  b: { fn::fromBase64: '${a}' }\n",
        r#"{"a":"eA==","b":"x"}"#,
    );
    yields(
        "values:\n  a: { fn::open: { provider: test, inputs: { x: 1 } } }\n  b: ${a.x}\n",
        r#"{"a":{"x":1},"b":1}"#,
    );
    yields(
        "values:\n  a: { fn::validate: { schema: { type: string }, value: x } }\n",
        r#"{"a":"x"}"#,
    );
    yields(
        "values:\n  a: { fn::secret: { ciphertext: ZXNjeAAAAAHo9e705fKyKo30VQ== } }\n",
        r#"{"a":"hunter2"}"#,
    );
}

#[test]
fn wrong_calls_are_reported() {
    tells(
        "values:\n  a: { fn::join: x }\n",
        &["2:18 the argument to fn::join must be a two-valued list"],
    );
    tells(
        "values:\n  a: { fn::split: [1, x] }\n",
        &["2:20 expected string, got number"],
    );
    tells(
        "values:\n  a: { fn::fromJSON: '{' }\n",
        &["2:6 decoding JSON string: invalid JSON at line 1, column 1"],
    );
    tells(
        "values:\n  a: { fn::nothing: 1 }\n",
        &["2:8 'fn::' is a reserved prefix"],
    );
    tells(
        "values:\n  a: { fn::secret: x, b: 1 }\n",
        &[
            "2:6 illegal call to builtin function: \"fn::secret\" must be the only key within its containing object",
        ],
    );
    tells(
        "values:\n  a: { fn::secret: 12 }\n",
        &["2:20 secret values must be string literals"],
    );
    tells(
        "values:\n  a: { fn::open::elsewhere: {} }\n",
        &["2:6 unknown provider \"elsewhere\""],
    );
    tells(
        "values:\n  a: { fn::open::test: 1 }\n",
        &["2:6 provider inputs must be an object"],
    );
    tells(
        "values:\n  a: { fn::validate: { schema: { type: string }, value: 1 } }\n",
        &["2:57 expected string, got number"],
    );
    tells(
        "values:\n  s: { fn::secret: abc }\n  a: { fn::validate: { schema: { const: '${s}' }, value: 1 } }\n",
        &["3:58 expected a value that follows the schema, which contains secrets"],
    );
}

#[test]
fn documents_have_a_form() {
    yields("", "");
    yields("values: {}", "");
    tells(
        "vales: {}\nvalues: { a: 1 }\n",
        &[
            "1:1 Field 'vales' does not exist on Object 'environment'. Existing fields are: 'values', 'imports', 'description'",
        ],
    );
    tells(
        "values: { a: 1 }\nvalues: { b: 1 }\n",
        &["2:1 duplicate key \"values\""],
    );
    tells(
        "values:\n  a: &x 1\n  b: *x\n",
        &["3:6 alias nodes are not supported"],
    );
    tells("values: 1\n", &["1:9 values must be an object"]);
    tells("values: { 1: x }\n", &["1:11 mapping keys must be strings"]);
    tells("[a]", &["1:1 environment must be an object"]);
    tells(
        "imports: [broken]\nvalues: { a: 1 }\n",
        &["1:10 yaml: line 1: while parsing a node, did not find expected node content"],
    );
    yields("VALUES: { a: 1 }", r#"{"a":1}"#);
}
