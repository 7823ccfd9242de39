//! How long analyses take, and how much memory: `cargo bench -p claimgate-analysis`. Prints the tables of
//! `docs/benchmarks.md`; medians of nine runs, of three where one takes long.
//!
//! A text selects those whose names contain it, to see the memory of each in a process of its own:
//! `cargo bench -p claimgate-analysis -- 3-SAT`.
//!
//! `cargo bench -p claimgate-analysis -- --print 40` prints a set of policies as JSON, for other
//! programs to measure with.

mod sets;

use std::hint::black_box;
use std::time::Instant;

use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::PolicyDefinition;
use claimgate_analysis::{Analysis, CheckOptions, Mine, PolicyModel, check, difference, guard};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|own| own == "--print") {
        let size = arguments.get(place + 1).and_then(|size| size.parse().ok());
        let policies = sets::of_size(size.expect("a number of policies"));
        println!("{}", sets::json(&policies));
        return;
    }
    println!("| analysis | ms | MB | |\n|---|---:|---:|---|");
    for size in [40, 1_000] {
        realistic(size, &sets::of_size(size));
    }
    replaced(3_000);
    adversarial();
}

/// The guard, where every policy is replaced by another one.
fn replaced(size: usize) {
    let (before, after) = (
        sets::of_size(size),
        sets::said_otherwise(&sets::of_size(size)),
    );
    let (before, after) = (issuer(&before), issuer(&after));
    measure(
        &format!("{size} policies: guard of a change of each"),
        1,
        || format!("{} findings", guard(&before, &after).len()),
    );
}

fn realistic(size: usize, policies: &[PolicyDefinition]) {
    let model = model(policies);
    let runs = if size > 100 { 3 } else { 9 };
    let name = |what: &str| format!("{size} policies: {what}");
    measure(&name("all questions and findings"), runs, || {
        let checked = check(&issuer(policies), &CheckOptions::new(Dialect::Pulumi));
        let findings = checked.expect("valid policies").findings.len();
        let (review, who) = questions(&model);
        format!("{findings} findings, {review} issues, {who}")
    });
    measure(&name("all questions"), runs, || {
        let (review, who) = questions(&model);
        format!("{review} issues, {who}")
    });
    measure(&name("review"), runs, || {
        format!("{} issues", Analysis::new(&model).review().issues.len())
    });
    for (what, changed) in [
        ("difference of one policy", sets::with_one_change(policies)),
        ("difference of every policy", sets::said_otherwise(policies)),
        ("difference to itself", policies.to_vec()),
    ] {
        let changed = self::model(&changed);
        measure(&name(what), runs, || {
            format!("{:?}", difference(&model, &changed).relation)
        });
    }
}

fn questions(model: &PolicyModel) -> (usize, String) {
    let mut analysis = Analysis::new(model);
    let steps = analysis.steps_left();
    let review = analysis.review();
    let who = analysis.who(Some(&Mine("acme/app-1".to_owned())));
    for policy in 0..model.definitions().len() {
        black_box(analysis.stranger(policy));
    }
    let in_them = who.rungs.iter().filter(|rung| rung.answer.is_yes()).count();
    let steps = steps - analysis.steps_left();
    let classes = who.rungs.len();
    let who = format!("{in_them} of {classes} classes get in, {steps} steps");
    (review.issues.len(), who)
}

/// Sets that are written to take long.
fn adversarial() {
    for (name, policies) in sets::adversarial() {
        let model = model(&policies).without_facts();
        measure(&format!("{name}: one question"), 3, || {
            sets::answer(&Analysis::new(&model).is_effective(0))
        });
        measure(&format!("{name}: review"), 3, || {
            let issues = Analysis::new(&model).review().issues;
            sets::answers(issues.iter().map(|issue| &issue.answer))
        });
        let with_facts = self::model(&policies);
        measure(&format!("{name}: review with facts"), 3, || {
            let issues = Analysis::new(&with_facts).review().issues;
            sets::answers(issues.iter().map(|issue| &issue.answer))
        });
        measure(&format!("{name}: difference to its reverse"), 3, || {
            let reverse: Vec<_> = policies.iter().rev().cloned().collect();
            let reverse = self::model(&reverse).without_facts();
            format!("{:?}", difference(&model, &reverse).relation)
        });
    }
}

fn measure(name: &str, runs: usize, mut run: impl FnMut() -> String) {
    let selected = std::env::args().skip(1).find(|own| !own.starts_with('-'));
    if selected.is_some_and(|part| !name.contains(&part)) {
        return;
    }
    let mut times: Vec<f64> = Vec::new();
    let mut says = String::new();
    let before = resident("VmRSS:");
    // Where that is allowed, the peak is measured from here on.
    let is_fresh = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    for _ in 0..runs {
        let start = Instant::now();
        says = run();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let peak = resident("VmHWM:").zip(before).filter(|_| is_fresh);
    let peak = peak.map_or_else(String::new, |(peak, before)| {
        format!("{:.1}", peak.saturating_sub(before) as f64 / 1024.0)
    });
    println!("| {name} | {:.2} | {peak} | {says} |", times[runs / 2]);
}

/// A number of kB that Linux knows of this process.
fn resident(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn issuer(policies: &[PolicyDefinition]) -> IssuerDefinition {
    IssuerDefinition {
        url: "https://token.actions.githubusercontent.com".to_owned(),
        policies: policies.to_vec(),
        ..IssuerDefinition::default()
    }
}

fn model(policies: &[PolicyDefinition]) -> PolicyModel {
    PolicyModel::new(&issuer(policies), Dialect::Pulumi).expect("valid policies")
}
