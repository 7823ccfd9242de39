//! `decide` by criterion: `cargo bench --manifest-path crates/bench/Cargo.toml`.

#[allow(dead_code)]
#[path = "../src/shape.rs"]
mod shape;

use claimgate::explain::decide;
use claimgate::pattern::Dialect;
use claimgate::policy::PolicySet;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn decide_among(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    for n in [10, 1_000, 10_000, 100_000] {
        let policies = PolicySet::compile(&shape::ordinary(n), Dialect::Pulumi).expect("policies");
        let requests = shape::requests(n);
        group.throughput(Throughput::Elements(requests.len() as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(n),
            &requests,
            |bencher, requests| {
                bencher.iter(|| {
                    requests
                        .iter()
                        .map(|claims| decide(&policies, claims, &shape::REQUEST))
                        .filter(|d| d.grant.is_some())
                        .count()
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, decide_among);
criterion_main!(benches);
