//! The difference of two sets of policies: tokens decide as it says, and it is the reverse of the one in
//! the other direction.
#![no_main]

#[path = "../analysis/mod.rs"]
mod analysis;

use analysis::{Input, is_allowed, is_sent};
use claimgate::policy::PolicySet;
use claimgate_analysis::{PolicyModel, Relation, difference};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: Input<'_>| {
    let dialect = input.dialect();
    let issuers = [input.issuer(&input.first), input.issuer(&input.second)];
    let [Ok(old), Ok(new)] = issuers.each_ref().map(|own| PolicyModel::new(own, dialect)) else {
        return;
    };
    let sets = issuers.each_ref().map(|own| {
        PolicySet::compile(&own.policies, dialect).expect("the model has compiled them")
    });
    for (old, new) in [
        (&old, &new),
        (&old.clone().without_facts(), &new.clone().without_facts()),
    ] {
        let change = difference(old, new);
        for (kind, [yes, no]) in change.kinds.iter().flat_map(|kind| {
            let opened = kind
                .opened
                .iter()
                .map(|change| (change, [&sets[1], &sets[0]]));
            let closed = kind
                .closed
                .iter()
                .map(|change| (change, [&sets[0], &sets[1]]));
            opened.chain(closed)
        }) {
            let (claims, request) = (&kind.witness.claims, &kind.witness.request);
            assert!(is_allowed(yes, claims, request) && !is_allowed(no, claims, request));
        }
        let reverse = difference(new, old).relation;
        let expected = match change.relation {
            Relation::Wider => Relation::Narrower,
            Relation::Narrower => Relation::Wider,
            other => other,
        };
        assert!(reverse == expected || [reverse, expected].contains(&Relation::Undecided));
    }
    let (bare, claims) = (
        difference(&old.without_facts(), &new.without_facts()).relation,
        input.claims(),
    );
    if !is_sent(&issuers[0], &claims) {
        return;
    }
    for request in issuers.iter().flat_map(|own| input.requests(own)) {
        let [before, after] = sets
            .each_ref()
            .map(|set| is_allowed(set, &claims, &request));
        let fits = match bare {
            Relation::Equivalent => before == after,
            Relation::Wider => after || !before,
            Relation::Narrower => before || !after,
            _ => true,
        };
        assert!(fits, "{bare:?} {} {request:?}", claims.to_json());
    }
});
