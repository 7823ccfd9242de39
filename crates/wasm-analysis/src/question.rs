//! Reads a question, and has it answered.

use claimgate::diagnostic::{Diagnostic, Diagnostics, join};
use claimgate::expected::unknown_key;
use claimgate::json::Value;
use claimgate_analysis::{
    Analysis, Mine, Subject, Terms, checks, closings, differences, edited, meaning, who_of,
};

use crate::parts::{configuration, done, wrong};
use crate::run_tests;

pub(crate) fn answer(text: &str) -> Result<String, Diagnostics> {
    let question = Value::parse(text)
        .map_err(|error| Diagnostic::error("", error.code(), error.to_string()))?;
    let terms = Terms {
        enforced: flag(&question, "enforced", false)?,
        no_facts: !flag(&question, "facts", true)?,
    };
    match question.member("ask").and_then(Value::as_str) {
        Some("analyze") => {
            refuse_others(&question, &TERMS)?;
            let subjects = subjects(&question, "config", terms)?;
            Ok(done(&checks(&subjects, terms)?))
        }
        Some("who") => {
            refuse_others(&question, &[&TERMS[..], &["mine"]].concat())?;
            let mine = mine(&question)?;
            let subjects = subjects(&question, "config", terms)?;
            let who = who_of(&subjects, mine.as_ref());
            Ok(done(
                &who.map_err(|error| wrong("mine", &error.to_string()))?,
            ))
        }
        Some("diff") => {
            refuse_others(&question, &TERMS)?;
            let (old, new) = both(&question, terms)?;
            Ok(done(&differences(old, &new)))
        }
        Some("test") => {
            refuse_others(&question, &["name", "files"])?;
            run_tests::run(&question)
        }
        Some("meaning") => {
            let mine = mine(&question)?;
            match both(&question, terms)? {
                (old, new) if old.len() == 1 && new.len() == 1 => {
                    let pairs = old.iter().zip(&new);
                    let meanings =
                        pairs.map(|(old, new)| meaning(&old.model, &new.model, mine.as_ref()));
                    Ok(done(&meanings.collect::<Vec<_>>()))
                }
                _ => Err(wrong("new", "expected one issuer in `old` and in `new`")),
            }
        }
        Some("close") => {
            let Some(Value::String(class)) = question.member("class") else {
                return Err(wrong(
                    "class",
                    "expected the identifier of a class of outsiders",
                ));
            };
            let mine = mine(&question)?;
            let subjects = subjects(&question, "config", terms)?;
            let found = subjects
                .iter()
                .map(|subject| closings(&subject.model, mine.as_ref(), class));
            Ok(done(&found.collect::<Result<Vec<_>, _>>()?))
        }
        Some("edited") => {
            let (old, new) = both(&question, terms)?;
            let pairs = old.iter().zip(&new);
            let found = pairs.map(|(old, new)| edited(old, new));
            Ok(done(&found.collect::<Result<Vec<_>, _>>()?))
        }
        Some("fits") => {
            let mine = mine(&question)?;
            let Some(Value::String(pattern)) = question.member("pattern") else {
                return Err(wrong("pattern", "expected a pattern"));
            };
            let claim = question.member("claim").and_then(Value::as_str);
            let subjects = subjects(&question, "config", terms)?;
            let fits = subjects
                .iter()
                .map(|subject| Analysis::new(&subject.model).fits(claim, pattern, mine.as_ref()));
            Ok(done(&fits.collect::<Vec<_>>()))
        }
        _ => Err(wrong(
            "ask",
            "expected `analyze`, `who`, `diff`, `test`, `meaning`, `close`, `edited` or `fits`",
        )),
    }
}

/// The issuers before and after a change.
fn both(question: &Value, terms: Terms) -> Result<(Vec<Subject>, Vec<Subject>), Diagnostics> {
    match (
        subjects(question, "old", terms),
        subjects(question, "new", terms),
    ) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (Err(mut errors), Err(others)) => {
            errors.extend(others);
            Err(errors)
        }
        (Err(errors), _) | (_, Err(errors)) => Err(errors),
    }
}

/// The issuers of a configuration. Errors have the paths of its members, and in a question with two, of
/// those of `old` and `new`.
fn subjects(question: &Value, name: &str, terms: Terms) -> Result<Vec<Subject>, Diagnostics> {
    let config = question.member(name).unwrap_or(&Value::Null);
    let start = if name == "config" { "" } else { name };
    let document = configuration(config, start)?;
    let mut subjects = Vec::with_capacity(document.issuers.len());
    let mut problems = Diagnostics::default();
    for (index, issuer) in document.issuers.iter().enumerate() {
        match Subject::new(&issuer.definition, document.dialect, terms) {
            Ok(subject) => subjects.push(subject),
            Err(errors) => {
                let path = join(start, &format!("issuers[{index}]"));
                problems.extend(errors.within(&path));
            }
        }
    }
    problems.or(subjects)
}

/// The options of every question.
const TERMS: [&str; 2] = ["facts", "enforced"];

/// Refuses options that the question does not have; `options` lists their names.
fn refuse_others(question: &Value, known: &[&str]) -> Result<(), Diagnostics> {
    let Some(Value::Array(names)) = question.member("options") else {
        return Ok(());
    };
    let others = names.iter().filter_map(Value::as_str);
    let others = others.filter(|name| !known.contains(name));
    let errors: Diagnostics = others.map(|name| unknown_key("", name, known)).collect();
    errors.or(())
}

fn flag(question: &Value, name: &'static str, default: bool) -> Result<bool, Diagnostics> {
    match question.member(name) {
        None => Ok(default),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(wrong(name, "expected `true` or `false`")),
    }
}

fn mine(question: &Value) -> Result<Option<Mine>, Diagnostics> {
    match question.member("mine") {
        None => Ok(None),
        Some(Value::String(names)) => match Mine::parse(names) {
            Ok(mine) => Ok(Some(mine)),
            Err(error) => Err(wrong("mine", &error.to_string())),
        },
        Some(_) => Err(wrong("mine", "expected a string, such as `acme/web`")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    fn config(sub: &str) -> Value {
        let allow =
            json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": sub}});
        json!({"issuers": [{"url": GITHUB, "policies": [allow]}]})
    }

    fn answer(question: &Value) -> Value {
        serde_json::from_str(&crate::answer(&question.to_string())).unwrap()
    }

    #[test]
    fn each_question_is_answered_for_each_issuer() {
        let who =
            answer(&json!({"ask": "who", "config": config("repo:acme*"), "mine": "acme/web"}));
        assert_eq!(who["ok"], true);
        assert_eq!(who["value"][0]["issuer"], GITHUB);
        assert_eq!(who["value"][0]["ours"][0]["values"], json!(["acme"]));
        let rung = &who["value"][0]["rungs"][1];
        assert_eq!(
            (&rung["id"], &rung["answer"]["answer"]),
            (&json!("look-alike-owner"), &json!("yes"))
        );

        let diff = answer(
            &json!({"ask": "diff", "old": config("repo:acme/web:*"), "new": config("repo:acme/*")}),
        );
        assert_eq!(diff["value"][0]["relation"], "wider");

        let analyzed = answer(&json!({"ask": "analyze", "config": config("repo:acme*")}));
        assert_eq!(
            analyzed["value"][0]["findings"][0]["path"],
            "policies[0].rules.sub"
        );
        let without = json!({"ask": "analyze", "config": config("repo:acme*"), "facts": false});
        assert_eq!(
            answer(&without)["value"][0]["facts"]["provider"],
            Value::Null
        );
    }

    #[test]
    fn the_app_asks_about_edited_policies_and_about_a_pattern() {
        let (closed, open) = (config("repo:acme/*"), config("repo:acme*"));
        let edited = answer(&json!({"ask": "edited", "old": closed, "new": open}));
        let value = &edited["value"][0];
        let codes = |list: &Value| {
            let list = list.as_array().unwrap().iter();
            list.map(|finding| finding["code"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(codes(&value["guard"]), ["shared-issuer-unpinned"]);
        assert_eq!(value["guard"][0]["path"], "policies[0]");
        assert!(codes(&value["findings"]).contains(&"name-without-separator".to_owned()));
        let same = answer(&json!({"ask": "edited", "old": open, "new": open}));
        assert_eq!(same["value"][0]["guard"], json!([]));

        let asked =
            json!({"ask": "fits", "config": open, "claim": "ref", "pattern": "refs/tags/v*"});
        let fits = answer(&asked);
        let forms = fits["value"][0]["forms"].as_array().unwrap();
        assert!(!forms.is_empty(), "{fits}");
        let missing = answer(&json!({"ask": "fits", "config": open}));
        assert_eq!(missing["errors"][0]["path"], "pattern");
    }

    #[test]
    fn what_is_wrong_with_a_question_is_a_value_with_its_path() {
        let good = config("repo:acme/web:*");
        let mut bad = config("a");
        bad["issuers"][0]["policies"][0]["decison"] = json!("deny");
        for (question, path, code) in [
            (json!({}), "ask", "wrong-argument"),
            (json!({"ask": "who"}), "", "wrong-value"),
            (
                json!({"ask": "who", "config": good, "facts": 1}),
                "facts",
                "wrong-argument",
            ),
            (
                json!({"ask": "who", "config": good, "mine": []}),
                "mine",
                "wrong-argument",
            ),
            (
                json!({"ask": "who", "config": good, "mine": "foo:x"}),
                "mine",
                "wrong-argument",
            ),
            (
                json!({"ask": "who", "config": good, "mine": "gitlab:acme"}),
                "mine",
                "wrong-argument",
            ),
            (
                json!({"ask": "who", "config": good, "options": ["fact"]}),
                "fact",
                "unknown-key",
            ),
            (
                json!({"ask": "analyze", "config": good, "options": ["facts", "mine"]}),
                "mine",
                "unknown-key",
            ),
            (
                json!({"ask": "diff", "old": good, "new": bad}),
                "new.issuers[0].policies[0].decison",
                "unknown-key",
            ),
            (
                json!({"ask": "who", "config": bad}),
                "issuers[0].policies[0].decison",
                "unknown-key",
            ),
        ] {
            let found = answer(&question);
            assert_eq!(found["ok"], false, "{question}");
            let error = &found["errors"][0];
            assert_eq!(
                (&error["path"], &error["code"]),
                (&json!(path), &json!(code)),
                "{question}: {found}"
            );
        }
        let broken: Value = serde_json::from_str(&crate::answer("{")).unwrap();
        assert_eq!(broken["ok"], false);
    }
}
