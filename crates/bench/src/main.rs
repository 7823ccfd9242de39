//! Benchmarks of decisions among many policies, compared with other engines: `cargo xtask bench`.
//! Prints tables for `docs/benchmarks.md`.

mod memory;
mod others;
mod shape;
mod worst;

use std::hint::black_box;
use std::time::Instant;

use claimgate::claims::TrustedClaims;
use claimgate::explain::{Outcome, cost, decide, explain, verdict};
use claimgate::pattern::Dialect;
use claimgate::policy::{
    CompileOptions, Decision, Limits, PolicyDefinition, PolicySet, RequestedToken, TokenType,
};
use others::{BySet, Cedar, Naive, texts};
use shape::REQUEST;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

const SIZES: [usize; 4] = [10, 1_000, 10_000, 100_000];

fn main() {
    // `worst`, for example, runs one part.
    let part = std::env::args().nth(1);
    let parts: [(&str, fn()); 5] = [
        ("scale", scale),
        ("beside", beside),
        ("adversarial", adversarial),
        ("many", many),
        ("worst", worst),
    ];
    for (name, run) in parts {
        if part.as_ref().is_none_or(|part| part == name) {
            run();
        }
    }
}

/// The median of nine rounds, in µs for each of `count` calls; of one round if it takes more than a
/// second.
fn time(count: usize, mut work: impl FnMut()) -> f64 {
    let mut round = || {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e6 / count as f64
    };
    let first = round();
    if first * count as f64 > 1e6 {
        return first;
    }
    let mut times: Vec<f64> = (0..9).map(|_| round()).collect();
    times.sort_by(f64::total_cmp);
    times[4]
}

fn compiled(policies: &[PolicyDefinition]) -> PolicySet {
    let options = CompileOptions::new(Dialect::Pulumi).limits(Limits::NONE);
    PolicySet::compile_with(policies, &options).expect("policies")
}

fn decide_all(policies: &PolicySet, requests: &[TrustedClaims], request: &RequestedToken) -> f64 {
    let rounds = 20_000_usize.div_ceil(requests.len());
    let mut rounds = rounds;
    let start = Instant::now();
    requests
        .iter()
        .for_each(|claims| drop(black_box(decide(policies, claims, request))));
    let once = start.elapsed().as_secs_f64() / requests.len() as f64;
    rounds = rounds
        .min((0.3 / (once * requests.len() as f64)) as usize)
        .max(1);
    time(requests.len() * rounds, || {
        for _ in 0..rounds {
            for claims in requests {
                black_box(decide(policies, black_box(claims), request));
            }
        }
    })
}

/// How many decisions, or first deciding policies, differ from those of the explanation, which
/// evaluates all policies.
fn wrong(policies: &PolicySet, requests: &[TrustedClaims], request: &RequestedToken) -> usize {
    let is_wrong = |claims: &&TrustedClaims| {
        let decided = decide(policies, claims, request);
        let explained = explain(policies, claims, request);
        (decided.decision, decided.policy)
            != (
                explained.decision,
                explained.reason.policies.first().copied(),
            )
    };
    requests.iter().filter(is_wrong).count()
}

fn scale() {
    println!(
        "\n| policies | decide, µs | allocations | compile, ms | memory, MB | at its peak, MB | allowed | wrong |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for n in SIZES {
        let definitions = shape::ordinary(n);
        let requests = shape::requests(n);
        let start = Instant::now();
        let (policies, kept, peak) = memory::bytes(|| compiled(&definitions));
        let compile = start.elapsed().as_secs_f64() * 1e3;
        let allowed = requests
            .iter()
            .filter(|claims| decide(&policies, claims, &REQUEST).decision == Outcome::Allowed)
            .count();
        let allocations = memory::allocations(|| {
            requests
                .iter()
                .for_each(|claims| drop(decide(&policies, claims, &REQUEST)))
        });
        let checked = requests.get(..requests.len().min(8)).unwrap_or_default();
        println!(
            "| {n} | {:.3} | {:.1} | {compile:.1} | {:.1} | {:.1} | {allowed} of {} | {} of {} |",
            decide_all(&policies, &requests, &REQUEST),
            allocations as f64 / requests.len() as f64,
            kept as f64 / 1e6,
            peak as f64 / 1e6,
            requests.len(),
            wrong(&policies, checked, &REQUEST),
            checked.len(),
        );
    }
}

fn beside() {
    println!(
        "\n| µs a decision | claimgate | loop over globs | one GlobSet | one RegexSet | cedar-policy |"
    );
    println!("|---:|---:|---:|---:|---:|---:|");
    for n in SIZES {
        let definitions = shape::ordinary(n);
        let requests = shape::requests(n);
        let policies = compiled(&definitions);
        let claims: Vec<_> = requests.iter().map(texts).collect();
        let ours: Vec<bool> = requests
            .iter()
            .map(|claims| decide(&policies, claims, &REQUEST).decision == Outcome::Allowed)
            .collect();
        let row = |name: &str, decide: &dyn Fn(usize) -> bool| {
            let theirs: Vec<bool> = (0..claims.len()).map(decide).collect();
            assert_eq!(ours, theirs, "{name} decides otherwise at {n} policies");
            format!(
                "{:.2}",
                time(claims.len(), || (0..claims.len()).for_each(|index| {
                    black_box(decide(index));
                }))
            )
        };
        let mut cells = vec![format!("{:.3}", decide_all(&policies, &requests, &REQUEST))];
        let naive = Naive::new(&definitions);
        cells.push(row("the loop", &|index| naive.is_allowed(&claims[index])));
        drop(naive);
        for (name, set) in [
            ("GlobSet", BySet::globs as fn(&_) -> _),
            ("RegexSet", BySet::regexes),
        ] {
            let cell = |set: &BySet| row(name, &|index| set.is_allowed(&claims[index]));
            cells.push(
                set(&definitions)
                    .as_ref()
                    .map_or_else(|| "cannot be built".to_owned(), cell),
            );
        }
        let cedar = Cedar::new(&definitions);
        let asked: Vec<_> = claims.iter().map(Cedar::request).collect();
        cells.push(row("Cedar", &|index| cedar.is_allowed(&asked[index])));
        println!("| {n} | {} |", cells.join(" | "));
    }
}

fn adversarial() {
    for n in [1_000, 100_000] {
        let ordinary = decide_all(
            &compiled(&shape::ordinary(n)),
            &shape::requests(n),
            &REQUEST,
        );
        println!("\n| {n} policies | decide, µs | times the ordinary | compile, ms | wrong |");
        println!("|---|---:|---:|---:|---:|");
        for (name, definitions, requests) in shape::adversarial(n) {
            let request = shape::request_of(&definitions);
            let start = Instant::now();
            let policies = compiled(&definitions);
            let compile = start.elapsed().as_secs_f64() * 1e3;
            let took = decide_all(&policies, &requests, &request);
            let checked = if n > 1_000 { 0 } else { requests.len() };
            let wrong = wrong(&policies, &requests[..checked], &request);
            println!(
                "| {name} | {took:.2} | {:.1} | {compile:.0} | {wrong} of {checked} |",
                took / ordinary
            );
        }
    }
}

/// Requests that all policies match.
fn many() {
    println!("\n| policies that all match | decide, µs | verdict, µs |\n|---:|---:|---:|");
    for n in SIZES {
        let allow = |i: usize| {
            PolicyDefinition::new(Decision::Allow, TokenType::Organization)
                .rule("sub", format!("repo:org0/*{}", "?".repeat(i % 60)))
                .rule(
                    "aud",
                    format!("urn:pulumi:org:org0{}", "?".repeat(i / 60 % 60)),
                )
        };
        let policies = compiled(&(0..n).map(allow).collect::<Vec<_>>());
        let claims = shape::claims(0, "repo", "repo:org0/repo:ref:refs/heads/main");
        let times = [
            time(100, || {
                (0..100).for_each(|_| drop(black_box(decide(&policies, &claims, &REQUEST))))
            }),
            time(100, || {
                (0..100).for_each(|_| drop(black_box(verdict(&policies, &claims, &REQUEST))))
            }),
        ];
        println!("| {n} | {:.2} | {:.2} |", times[0], times[1]);
    }
}

fn worst() {
    println!("\n| shape | steps | code | decide, ms | explain, ms | its memory, MB |");
    println!("|---|---:|---|---:|---:|---:|");
    for shape in worst::shapes() {
        let policies = compiled(&shape.policies);
        let steps = cost(&policies, &shape.claims, &REQUEST).steps;
        let code = decide(&policies, &shape.claims, &REQUEST).reason.as_str();
        let decided = time(1, || {
            drop(black_box(decide(&policies, &shape.claims, &REQUEST)))
        });
        let mut memory = 0;
        let explained = time(1, || {
            let explain = || black_box(explain(&policies, &shape.claims, &REQUEST));
            memory = memory::bytes(explain).2;
        });
        println!(
            "| {} | {steps} | {code} | {:.2} | {:.2} | {:.1} |",
            shape.name,
            decided / 1e3,
            explained / 1e3,
            memory as f64 / 1e6,
        );
    }
}
