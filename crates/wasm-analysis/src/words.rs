//! The words that answers use, as TypeScript: `npm/src/analysis-words.d.ts` is generated from here.

use std::collections::BTreeSet;

use claimgate_analysis::{Relation, Undecided};
use claimgate_providers::grammar::GRAMMARS;
use serde::Serialize;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../wasm/npm/src/analysis-words.d.ts"
);

fn union(name: &str, comment: &str, words: impl IntoIterator<Item = impl Serialize>) -> String {
    let words = words.into_iter();
    let words: String = words
        .map(|word| format!("\n  | {}", serde_json::to_string(&word).unwrap()))
        .collect();
    format!("\n/** {comment} */\nexport type {name} ={words};\n")
}

fn typescript() -> String {
    let grammars = GRAMMARS.iter();
    let outsiders = grammars.clone().flat_map(|grammar| grammar.outsiders);
    let rungs: BTreeSet<&str> = outsiders.map(|class| class.id).collect();
    let providers = grammars.map(|grammar| grammar.name);
    [
        "// Generated from crates/wasm-analysis/src/words.rs: CLAIMGATE_WRITE=1 cargo test -p claimgate-wasm-analysis\n".to_owned(),
        union("Relation", "How what new policies admit relates to what old ones admit.", Relation::ALL),
        union("UndecidedReason", "Why a question has no answer.", Undecided::ALL),
        union("OutsiderClass", "The identifier of a class of outsiders.", rungs),
        union("FactsProvider", "A provider whose tokens are known.", providers),
    ]
    .concat()
}

#[test]
fn the_types_of_words_are_up_to_date() {
    let expected = typescript();
    if std::env::var_os("CLAIMGATE_WRITE").is_some() {
        std::fs::write(FILE, &expected).unwrap();
    }
    let found = std::fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(found, expected, "CLAIMGATE_WRITE=1 writes {FILE}");
}
