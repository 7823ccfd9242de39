use super::*;
use claimgate::policy::{Decision, TokenType};

fn json(text: &str) -> Content {
    Content::Json(text.to_owned())
}

fn form(pattern: &str) -> PolicyFields {
    PolicyFields::of(
        &PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", pattern),
    )
}

fn with_pattern(fields: &PolicyFields, pattern: &str) -> Content {
    let mut fields = fields.clone();
    fields.rules[0].pattern = pattern.to_owned();
    Content::Form(vec![fields])
}

#[test]
fn what_was_undone_is_done_again() {
    let mut history = History::new(json("a"));
    history.record(json("something else"), 0.0);
    assert!(history.can_undo() && !history.can_redo());
    assert_eq!(history.undo(), Some(json("a")));
    assert_eq!(history.undo(), None);
    assert_eq!(history.redo(), Some(json("something else")));
    assert_eq!(history.redo(), None);
}

#[test]
fn a_change_after_undo_ends_what_could_be_done_again() {
    let mut history = History::new(json("a"));
    history.record(json("one thing"), 0.0);
    history.undo();
    history.record(json("another"), 10.0);
    assert!(!history.can_redo());
    assert_eq!(history.undo(), Some(json("a")));
}

#[test]
fn continued_typing_is_one_step_until_a_pause() {
    let mut history = History::new(json(""));
    for (text, time) in [("[", 0.0), ("[1", 300.0), ("[12", 600.0), ("[12]", 5000.0)] {
        history.record(json(text), time);
    }
    assert_eq!(history.undo(), Some(json("[12")));
    assert_eq!(history.undo(), Some(json("")));
}

#[test]
fn typing_in_another_place_is_another_step() {
    let mut history = History::new(json("1 2"));
    history.record(json("11 2"), 0.0);
    history.record(json("11 22"), 100.0);
    assert_eq!(history.undo(), Some(json("11 2")));
}

#[test]
fn the_fields_of_the_form_are_typed_in_one_by_one() {
    let start = form("");
    let mut history = History::new(Content::Form(vec![start.clone()]));
    history.record(with_pattern(&start, "a"), 0.0);
    history.record(with_pattern(&start, "ab"), 100.0);
    let Content::Form(mut fields) = with_pattern(&start, "ab") else {
        unreachable!()
    };
    fields[0].rules[0].claim = "subx".to_owned();
    history.record(Content::Form(fields), 200.0);
    assert_eq!(history.undo(), Some(with_pattern(&start, "ab")));
    assert_eq!(history.undo(), Some(with_pattern(&start, "")));
}

#[test]
fn the_other_view_of_the_same_is_no_step_and_undo_crosses_views() {
    let fields = form("a*");
    let mut history = History::new(Content::Form(vec![fields.clone()]));
    let changed = with_pattern(&fields, "b*");
    history.record(changed.clone(), 0.0);
    history.record(json(&changed.to_json()), 10.0);
    let text = changed.to_json().replace("b*", "c*");
    history.record(json(&text), 20.0);
    assert_eq!(history.undo(), Some(changed));
    assert_eq!(history.undo(), Some(Content::Form(vec![fields])));
    assert!(!history.can_undo());
}

#[test]
fn the_form_keeps_the_keys_of_its_fields() {
    let old = form("a");
    let shown = json(&with_pattern(&old, "b").to_json())
        .to_form(std::slice::from_ref(&old))
        .unwrap();
    assert_eq!(Content::Form(shown), with_pattern(&old, "b"));
}

#[test]
fn what_the_form_has_no_place_for_stays_in_the_text() {
    let text = r#"[{"decision":"deny","tokenType":"organization","teamName":"a","rules":{}}]"#;
    assert!(json(text).to_form(&[]).unwrap_err().contains("policy 1"));
    assert!(json("{").to_form(&[]).is_err());
    let empty = r#"[{"decision":"deny","tokenType":"team","teamName":"a","authorizedPermissions":[],"rules":{}}]"#;
    assert_eq!(json(empty).to_form(&[]).map(|fields| fields.len()), Ok(1));
}

#[test]
fn the_history_is_limited() {
    let mut history = History::new(json("0"));
    for number in 0..2 * LIMIT {
        history.record(
            json(&format!("step {number}, and more")),
            number as f64 * 10_000.0,
        );
    }
    assert_eq!(std::iter::from_fn(|| history.undo()).count(), LIMIT - 1);
}
