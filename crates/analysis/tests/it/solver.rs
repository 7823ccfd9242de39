//! Answers compared with those of an SMT solver, cvc5, which `tests/analysis/differences.py` asks in terms
//! of its own. Nothing is assumed about tokens: claims may be arrays, or missing. `CLAIMGATE_CVC5`
//! names a Python that has cvc5; `cargo xtask test rust` sets one up.
//!
//! `CLAIMGATE_CVC5=… CLAIMGATE_CVC5_PAIRS=2000 cargo test --release -p claimgate-analysis --test it solver`

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_analysis::{Analysis, KindDifference, RequestKind, difference};
use serde_json::{Value, json};

use crate::random::{Random, model};
use crate::realistic::{policies, policy};

#[test]
fn an_smt_solver_says_the_same() {
    let Some(python) = std::env::var_os("CLAIMGATE_CVC5") else {
        println!("NOT RUN: CLAIMGATE_CVC5 does not name a Python with cvc5");
        return;
    };
    let pairs = std::env::var("CLAIMGATE_CVC5_PAIRS").ok();
    let pairs = pairs.map_or(200, |text| text.parse().expect("a number of pairs"));
    let pairs: Vec<Value> = (0..pairs).map(pair).collect();
    let said = json!({"pairs": pairs}).to_string();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/analysis/differences.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of CLAIMGATE_CVC5");
    let mut input = child.stdin.take().unwrap();
    input.write_all(said.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{}", text.lines().last().unwrap_or_default());
    assert!(output.status.success(), "{text}");
}

/// Two sets of policies, with what is said about them.
fn pair(seed: u64) -> Value {
    let mut random = Random::new(seed ^ 0xc0ffee);
    let old = with_admin(&mut random);
    let new = match random.below(3) {
        0 => with_admin(&mut random),
        1 => {
            let mut new = old.clone();
            new.push(policy(&mut random));
            new
        }
        _ => {
            let mut new = old.clone();
            let place = random.below(new.len());
            new[place] = policy(&mut random);
            new
        }
    };
    let (old_model, new_model) = (model(&old), model(&new));
    let change = difference(&old_model, &new_model);
    let mut analysis = Analysis::new(&new_model);
    let mut effective: Vec<Value> = Vec::new();
    for (index, own) in new.iter().enumerate() {
        if own.decision == Decision::Allow {
            let answer = analysis.is_effective(index);
            assert!(answer.is_yes() || answer.is_no(), "{seed}: {answer:?}");
            effective.push(json!([index, answer.is_yes()]));
        }
    }
    json!({
        "old": old.iter().map(policy_json).collect::<Vec<_>>(),
        "new": new.iter().map(policy_json).collect::<Vec<_>>(),
        "kinds": change.kinds.iter().map(kind_json).collect::<Vec<_>>(),
        "effective": effective,
    })
}

fn with_admin(random: &mut Random) -> Vec<PolicyDefinition> {
    let mut all = policies(random);
    for own in &mut all {
        match own.decision {
            Decision::Allow if random.below(4) == 0 => {
                own.authorized_permissions = Some(vec!["admin".to_owned()]);
            }
            Decision::Allow => {}
            Decision::Deny => own.report_only = random.below(6) == 0,
        }
    }
    all
}

fn kind_json(kind: &KindDifference) -> Value {
    assert_eq!(kind.undecided, []);
    let RequestKind::Organization { admin } = kind.kind else {
        panic!("{kind:?}");
    };
    json!({"admin": admin, "opened": !kind.opened.is_empty(), "closed": !kind.closed.is_empty()})
}

fn policy_json(policy: &PolicyDefinition) -> Value {
    json!({
        "decision": policy.decision.as_str(),
        "rules": policy.rules,
        "role": policy.role_id,
        "admin": policy.authorized_permissions.is_some(),
        "reportOnly": policy.report_only,
    })
}
