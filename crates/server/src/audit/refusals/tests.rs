use std::time::{Duration, Instant};

use super::*;

fn limits() -> RefusalLimits {
    RefusalLimits {
        unverified: 100.0,
        organization: 10.0,
        issuer: 50.0,
        tenant: 5.0,
        max_bytes: 3_200,
        ..RefusalLimits::default()
    }
}

fn place(id: i64) -> Place {
    (id, format!("acme-{id}"))
}

fn anyone(organization: i64) -> Charged {
    Charged::Anyone(Some(place(organization)))
}

fn tenant(budgets: &RefusalBudgets, organization: i64, name: &str) -> Charged {
    Charged::Tenant {
        organization: place(organization),
        issuer: format!("{organization}/github"),
        tenant: budgets.tenant("https://github.example", Some(("owner", name))),
    }
}

fn kind(code: &str) -> Kind {
    Kind {
        organization: Some(place(1)),
        issuer: None,
        issuer_name: None,
        code: code.to_owned(),
        is_genuine: false,
    }
}

#[test]
fn each_organization_has_a_budget_and_all_have_one_for_what_anyone_sends() {
    let (budgets, now) = (RefusalBudgets::new(&limits()), Instant::now());
    let admitted =
        |charged: &Charged, now| (0..1_000).filter(|_| budgets.admit(charged, now)).count();
    assert_eq!(admitted(&anyone(1), now), 10);
    assert!(budgets.is_spent(&anyone(1), now) && !budgets.is_spent(&anyone(2), now));
    assert_eq!(admitted(&Charged::Anyone(None), now), 10, "no organization");
    let rest: usize = (0..100).map(|n| admitted(&anyone(n), now)).sum();
    assert_eq!(rest, 80, "100 in all");
    let hour = now + Duration::from_secs(3_600);
    assert_eq!(admitted(&anyone(1), hour), 10, "an hour later");
}

#[test]
fn a_tenant_has_one_budget_in_all_organizations_and_an_issuer_one_for_all_tenants() {
    let (budgets, now) = (RefusalBudgets::new(&limits()), Instant::now());
    let admitted = |charged: &Charged| (0..1_000).filter(|_| budgets.admit(charged, now)).count();
    assert_eq!(admitted(&tenant(&budgets, 1, "mallory")), 5);
    assert_eq!(admitted(&tenant(&budgets, 2, "mallory")), 0);
    assert_eq!(admitted(&tenant(&budgets, 1, "ada")), 5);
    let rest: usize = (0..100)
        .map(|n| admitted(&tenant(&budgets, 1, &n.to_string())))
        .sum();
    assert_eq!(rest, 40, "50 of the issuer in all");
    assert_eq!(admitted(&tenant(&budgets, 2, "eve")), 5);
    assert_eq!(admitted(&anyone(1)), 10, "apart from what is genuine");
}

#[test]
fn what_is_not_recorded_is_counted_by_kind_with_a_sample() {
    let budgets = RefusalBudgets::new(&limits());
    let sampled: Vec<_> = (0..10)
        .filter(|at| budgets.count(kind("a"), *at).is_some())
        .collect();
    assert_eq!(sampled, [0, 1, 3, 7]);
    assert!(budgets.count(kind("b"), 7).is_some());
    let mut sample = AuditRecord::default();
    "x".clone_into(&mut sample.entry.id);
    sample.detail = Some("d".repeat(MAX_SAMPLE_DETAIL + 1));
    budgets.keep_sample(&kind("a"), Exchange::of(sample));
    let omitted = budgets.take_omitted();
    assert!(budgets.take_omitted().is_empty());
    let of_kind = &omitted[&kind("a")];
    let sample = of_kind.sample.as_ref().unwrap();
    assert_eq!(
        (sample.record.entry.id.as_str(), &sample.record.detail),
        ("x", &None)
    );
    let summary = of_kind.summary(&kind("a")).entry;
    assert_eq!(
        (
            summary.summary.as_str(),
            summary.omitted,
            summary.code.as_str()
        ),
        (
            "10 more refusals of this kind between 1970-01-01T00:00:00Z and 1970-01-01T00:00:09Z were not recorded",
            Some(10),
            "a"
        )
    );
    assert!(omitted[&kind("b")].sample.is_none());
}

#[test]
fn counts_that_could_not_be_recorded_are_put_back() {
    let budgets = RefusalBudgets::new(&limits());
    budgets.count(kind("a"), 5);
    let taken = budgets.take_omitted();
    budgets.count(kind("a"), 9);
    for (kind, omitted) in taken {
        budgets.restore(kind, omitted);
    }
    let omitted = &budgets.take_omitted()[&kind("a")];
    assert_eq!((omitted.count, omitted.first, omitted.last), (2, 5, 9));
}

#[test]
fn kinds_are_bounded() {
    let budgets = RefusalBudgets::new(&limits());
    for organization in 0..10_000 {
        let organization = Some(place(organization));
        budgets.count(
            Kind {
                organization,
                ..kind("a")
            },
            0,
        );
    }
    let omitted = budgets.take_omitted();
    assert_eq!(omitted.len(), MAX_KINDS + 1);
    let rest = Kind {
        organization: None,
        ..kind("a")
    };
    let rest = omitted[&rest].count;
    assert_eq!(rest, 10_000 - u64::try_from(MAX_KINDS).unwrap());
}

#[tokio::test]
async fn nothing_is_admitted_while_too_much_was_not_trimmed() {
    let (budgets, now) = (RefusalBudgets::new(&limits()), Instant::now());
    budgets.add_written(100);
    assert!(budgets.admit(&anyone(1), now));
    budgets.add_written(1);
    budgets.trim_due().await;
    assert!(budgets.admit(&anyone(1), now));
    budgets.add_written(100);
    assert!(!budgets.admit(&anyone(1), now) && budgets.is_spent(&anyone(1), now));
    budgets.set_trimmed(budgets.untrimmed());
    assert!(budgets.admit(&anyone(1), now));
}

/// A day of what an attacker can send without an account: from as many addresses as there are,
/// at organizations that exist and others.
#[test]
fn a_day_of_rubbish_at_any_rate_admits_what_the_budgets_say() {
    let (budgets, start) = (
        RefusalBudgets::new(&RefusalLimits::default()),
        Instant::now(),
    );
    let organizations: Vec<_> = (0..20).map(anyone).collect();
    let mut admitted = 0_u64;
    for second in 0..86_400 {
        let now = start + Duration::from_secs(second);
        for charged in &organizations {
            admitted += u64::from(budgets.admit(charged, now));
        }
    }
    let hourly = RefusalLimits::default().unverified;
    let expected = hourly * 25.0;
    #[expect(clippy::cast_precision_loss, reason = "it is far below 2^52")]
    let admitted = admitted as f64;
    assert!(
        (expected - hourly..=expected).contains(&admitted),
        "{admitted}"
    );
}
