//! Random definitions, the same for the same seed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A definition and what it can import.
pub(crate) struct Generated {
    pub(crate) source: String,
    pub(crate) imports: BTreeMap<String, String>,
}

/// Random numbers: xorshift. Half of the documents are calm: most of their references lead somewhere.
struct Random {
    state: u64,
    is_calm: bool,
}

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % limit
    }

    fn path(&mut self) -> &'static str {
        match self.is_calm && !self.one_in(40) {
            true => self.pick(&LIKELY),
            false => self.pick(&PATHS),
        }
    }

    /// A path that often leads to a string.
    fn string_path(&mut self) -> &'static str {
        match self.is_calm && !self.one_in(40) {
            true => self.pick(&STRINGS),
            false => self.pick(&PATHS),
        }
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

const KEYS: [&str; 10] = [
    "a",
    "b",
    "c",
    "d",
    "obj",
    "list",
    "text",
    "\"any key\"",
    "num",
    "\"2\"",
];
const IMPORTS: [&str; 3] = ["one", "p/two", "p/three"];
const SCALARS: [&str; 44] = [
    "1",
    "-7",
    "1.10",
    "1234567.5",
    "0x1F",
    "0o17",
    "017",
    "08",
    "1_000",
    "1e3",
    "1e21",
    ".5",
    "true",
    "False",
    "yes",
    "off",
    "null",
    "~",
    "\"\"",
    "''",
    "plain text",
    "\"quoted \\\"text\\\" \\u00e9\"",
    "'it''s'",
    "世界",
    "2001-01-01",
    "1:30",
    "\"$$literal\"",
    "a$$b",
    "!!str 12",
    "\"line\\nbreak\"",
    "\"tab\\there\"",
    "\" edge \"",
    "\"a: b\"",
    "\"#x\"",
    "\"- x\"",
    "\"[x]\"",
    "'{\"a\": [1, {\"b\": null}]}'",
    "'[1.50, true]'",
    "'\"json\"'",
    "aGVsbG8=",
    "\"/w==\"",
    "'a,b,,c'",
    "\"<&>\"",
    "😀",
];
/// Paths that often lead somewhere.
const LIKELY: [&str; 12] = [
    "a",
    "obj",
    "text",
    "list",
    "num",
    "context.pulumi.user.id",
    "environments.p.three.text",
    "obj.b",
    "list[0]",
    "environments.p.three.obj",
    "obj[\"any key\"]",
    "context.currentEnvironment",
];
/// Paths that often lead to strings.
const STRINGS: [&str; 4] = [
    "text",
    "context.pulumi.user.id",
    "environments.p.three.text",
    "obj.b",
];
const PATHS: [&str; 26] = [
    "a",
    "b",
    "c",
    "obj",
    "obj.a",
    "obj.b",
    "obj[\"any key\"]",
    "obj.missing",
    "list",
    "list[0]",
    "list[1]",
    "list[7]",
    "list.a",
    "text",
    "text.x",
    "num",
    "[\"any key\"]",
    "[\"2\"]",
    "context.pulumi.user.id",
    "context.currentEnvironment.name",
    "context.rootEnvironment.name",
    "imports.one.a",
    "imports[\"p/two\"].obj",
    "environments.p.three.a",
    "environments.p.three.obj.b",
    "d",
];

/// The definition of a seed.
pub(crate) fn generate(seed: u64) -> Generated {
    let mut random = Random {
        state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        is_calm: seed % 2 == 1,
    };
    (0..8).for_each(|_| {
        random.below(2);
    });
    let imports = IMPORTS.map(|name| (name.to_owned(), document(&mut random, &import_list(name))));
    let listed = listed(&mut random);
    Generated {
        source: document(&mut random, &listed),
        imports: imports.into(),
    }
}

/// What the imports import: the last one nothing, so that not every document has a cycle.
fn import_list(name: &str) -> Vec<String> {
    match name {
        "one" => vec!["p/two".to_owned()],
        _ => Vec::new(),
    }
}

fn listed(random: &mut Random) -> Vec<String> {
    let mut listed = Vec::new();
    for name in IMPORTS {
        match random.below(4) {
            0 => listed.push(name.to_owned()),
            1 => listed.push(format!("{name}: {{ merge: {} }}", random.one_in(2))),
            _ => {}
        }
    }
    if random.one_in(30) {
        listed.push("missing".to_owned());
    }
    listed
}

fn document(random: &mut Random, imports: &[String]) -> String {
    let mut text = String::new();
    if random.one_in(4) {
        text.push_str("# A comment.\n");
    }
    if !imports.is_empty() {
        text.push_str("imports:\n");
        imports
            .iter()
            .for_each(|import| writeln!(text, "  - {import}").unwrap());
    }
    text.push_str("values:\n");
    let mut keys: Vec<&str> = KEYS.to_vec();
    if random.is_calm {
        keys = vec!["b", "c", "d", "\"any key\"", "\"2\"", "e", "f", "g"];
        let scalars = [0; 5].map(|_| random.pick(&SCALARS));
        let [a, b, c, d, e] = scalars;
        writeln!(
            text,
            "  a: {a}\n  text: {}\n  num: 42\n  list: [{b}, {c}]\n  obj: {{ a: {d}, b: x y, \"any key\": [{e}] }}",
            random.pick(&["plain", "\"a\\nb\"", "'1'", "\"[]\"", "é"])
        )
        .unwrap();
    }
    for _ in 0..2 + random.below(6) {
        let key = keys.swap_remove(random.below(keys.len()));
        member(random, &mut text, key, 2, 0);
    }
    if random.one_in(60) {
        text.push_str("  a: repeated\n");
    }
    if random.one_in(40) {
        text.push_str("extra: 1\n");
    }
    text
}

fn indent(text: &mut String, spaces: usize) {
    text.extend(std::iter::repeat_n(' ', spaces));
}

fn member(random: &mut Random, text: &mut String, key: &str, spaces: usize, depth: usize) {
    indent(text, spaces);
    text.push_str(key);
    text.push(':');
    value(random, text, spaces, depth);
}

/// Writes a value behind a colon or dash, with the line's end.
fn value(random: &mut Random, text: &mut String, spaces: usize, depth: usize) {
    let kind = if depth > 2 {
        random.below(6)
    } else {
        random.below(12)
    };
    match kind {
        0..=2 => writeln!(text, " {}", random.pick(&SCALARS)).unwrap(),
        3 | 4 => writeln!(text, " {}", reference(random)).unwrap(),
        5 if random.one_in(3) => block(random, text, spaces),
        5 | 6 => writeln!(text, " {}", flow(random, 0)).unwrap(),
        7 => {
            text.push('\n');
            for _ in 0..1 + random.below(3) {
                indent(text, spaces + 2);
                text.push('-');
                value(random, text, spaces + 2, depth + 1);
            }
        }
        8 | 9 => {
            text.push('\n');
            let mut keys: Vec<&str> = KEYS.to_vec();
            for _ in 0..1 + random.below(3) {
                let key = keys.swap_remove(random.below(keys.len()));
                member(random, text, key, spaces + 2, depth + 1);
            }
        }
        _ => {
            text.push('\n');
            call(random, text, spaces + 2, depth + 1);
        }
    }
}

fn block(random: &mut Random, text: &mut String, spaces: usize) {
    writeln!(text, " {}", random.pick(&["|", "|-", ">", ">-"])).unwrap();
    for line in ["first line", "second: line"] {
        indent(text, spaces + 2);
        text.push_str(line);
        text.push('\n');
    }
}

fn reference(random: &mut Random) -> String {
    let path = random.path();
    let other = random.path();
    match random.below(6) {
        0 => format!("text ${{{path}}}"),
        1 => format!("'${{{path}}}-${{{other}}}'"),
        2 if random.one_in(6) => format!("${{{path}"),
        _ => format!("${{{path}}}"),
    }
}

/// A value in brackets or on one line.
fn flow(random: &mut Random, depth: usize) -> String {
    let quoted = |random: &mut Random| match random.below(3) {
        0 => format!("'${{{}}}'", random.path()),
        1 => random
            .pick(&["x", "1", "true", "null", "\"q\"", "1.5"])
            .to_owned(),
        _ => random.pick(&["hello", "'a b'", "42", "\"\""]).to_owned(),
    };
    match random.below(5) {
        _ if depth > 1 => quoted(random),
        0 | 1 => {
            let parts: Vec<_> = (0..random.below(4))
                .map(|_| flow(random, depth + 1))
                .collect();
            format!("[{}]", parts.join(", "))
        }
        2 | 3 => {
            let mut keys: Vec<&str> = KEYS.to_vec();
            let mut parts = Vec::new();
            for _ in 0..random.below(3) {
                let key = keys.swap_remove(random.below(keys.len()));
                parts.push(format!("{key}: {}", flow(random, depth + 1)));
            }
            format!("{{{}}}", parts.join(", "))
        }
        _ => quoted(random),
    }
}

fn call(random: &mut Random, text: &mut String, spaces: usize, depth: usize) {
    indent(text, spaces);
    let name = random.pick(&[
        "toJSON",
        "toYAML",
        "toString",
        "fromJSON",
        "toBase64",
        "fromBase64",
        "final",
        "join",
        "split",
        "concat",
        "secret",
        "open::test",
        "open::secret-wrapper",
        "open::error",
        "validate",
        "secret",
        "toYAML",
        "unknown",
    ]);
    write!(text, "fn::{name}:").unwrap();
    let operand = |random: &mut Random| match random.below(3) {
        0 => format!("'${{{}}}'", random.string_path()),
        1 => random
            .pick(&["','", "''", "' '", "a,b,c", "\"x\\ny\""])
            .to_owned(),
        _ => random.pick(&["text", "'1'", "'-'"]).to_owned(),
    };
    match name {
        "join" => {
            let parts: Vec<_> = (0..random.below(4)).map(|_| operand(random)).collect();
            writeln!(text, " [{}, [{}]]", operand(random), parts.join(", ")).unwrap();
        }
        "split" => writeln!(text, " [{}, {}]", operand(random), operand(random)).unwrap(),
        "concat" if random.is_calm => {
            writeln!(text, " ['${{list}}', [{}]]", flow(random, 0)).unwrap();
        }
        "concat" => writeln!(text, " [{}, {}]", flow(random, 0), flow(random, 0)).unwrap(),
        "fromJSON" | "fromBase64" if random.is_calm => {
            let texts = [
                "'{\"a\": [1.50, null, {\"b\": true}]}'",
                "'[]'",
                "'12'",
                "aGVsbG8=",
                "'\"x\"'",
            ];
            writeln!(text, " {}", random.pick(&texts)).unwrap();
        }
        "toBase64" if random.is_calm => writeln!(text, " ${{{}}}", random.string_path()).unwrap(),
        "secret" => match random.below(8) {
            0 => writeln!(text, " 12345").unwrap(),
            1 => writeln!(text, " {{ ciphertext: ZXNjeAAAAAHo9e705fKyKo30VQ== }}").unwrap(),
            2 => writeln!(text, " {{ ciphertext: broken }}").unwrap(),
            _ => writeln!(
                text,
                " {}",
                random.pick(&["hunter2", "\"a\\nb\"", "'{\"k\": 1}'", "s3"])
            )
            .unwrap(),
        },
        "open::error" => writeln!(text, " {{ why: {} }}", operand(random)).unwrap(),
        "open::test" | "open::secret-wrapper" => {
            writeln!(
                text,
                " {{ a: {}, b: {} }}",
                operand(random),
                flow(random, 0)
            )
            .unwrap();
        }
        "validate" => {
            let schema = random.pick(&[
                "{ type: string }",
                "{ type: number, minimum: 2 }",
                "{ type: array, items: { type: string }, minItems: 1 }",
                "{ type: object, required: [a], properties: { a: { type: string } } }",
                "{ enum: [text, 1] }",
                "{ anyOf: [{ type: 'null' }, { const: hello }] }",
                "{ type: wrong }",
                "true",
            ]);
            writeln!(text, " {{ schema: {schema}, value: {} }}", flow(random, 0)).unwrap();
        }
        _ if random.one_in(2) => writeln!(text, " {}", reference(random)).unwrap(),
        _ => value(random, text, spaces, depth),
    }
}
