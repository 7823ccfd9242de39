//! All questions about policies: witnesses are what they prove, and what is proved never to be admitted
//! is not, on any token.
#![no_main]

#[path = "../analysis/mod.rs"]
mod analysis;

use analysis::{Input, is_allowed, is_sent};
use claimgate::policy::PolicySet;
use claimgate_analysis::{Analysis, Answer, Mine, PolicyModel};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: Input<'_>| {
    let (issuer, dialect) = (input.issuer(&input.first), input.dialect());
    let Ok(model) = PolicyModel::new(&issuer, dialect) else {
        return;
    };
    let set = PolicySet::compile(&issuer.policies, dialect).expect("the model has compiled them");
    let mut analysis = Analysis::new(&model);
    for issue in analysis.review().issues {
        assert!(
            issue
                .policies
                .iter()
                .all(|own| *own < issuer.policies.len())
        );
    }
    let who = analysis.who(input.mine().map(Mine).as_ref());
    for rung in &who.rungs {
        if let Answer::Yes { witness } = &rung.answer {
            assert!(is_allowed(&set, &witness.claims, &witness.request));
        }
    }
    let count = issuer.policies.len();
    for policy in 0..count {
        let _ = analysis.stranger(policy);
        let _ = analysis.overlap(policy, (policy + 1) % count);
    }
    let (rules, claims) = (input.rules(), input.claims());
    let (Ok(some), Ok(others)) = (analysis.admits_some(&rules), analysis.admits_others(&rules))
    else {
        return;
    };
    let bare = model.clone().without_facts();
    let mut bare = Analysis::new(&bare);
    let bare_some = bare.admits_some(&rules).expect("the rules are valid");
    let bare_others = bare.admits_others(&rules).expect("the rules are valid");
    for request in input.requests(&issuer) {
        if !is_allowed(&set, &claims, &request) || !is_sent(&issuer, &claims) {
            continue;
        }
        let answer = if input.holds(&rules, &claims) {
            &bare_some
        } else {
            &bare_others
        };
        assert!(
            !answer.is_no(),
            "{} {request:?} {:?}",
            claims.to_json(),
            issuer.policies
        );
    }
    for (with_facts, without) in [(&some, &bare_some), (&others, &bare_others)] {
        assert!(!(with_facts.is_yes() && without.is_no()));
    }
});
