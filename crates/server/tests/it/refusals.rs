//! How many refusals the audit log records, and how long it keeps them.

use claimgate_server::Clock;
use claimgate_server::audit::{AuditEntry, AuditFilter, AuditScope};
use claimgate_server::config::{Config, Limits, RefusalLimits};
use claimgate_server::db::Store;
use serde_json::json;

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Answer, Site, config, exchange_body};

/// A server whose time the test moves, and its issuer.
struct World {
    site: Site,
    issuer: Issuer,
    /// The issuer's id.
    id: String,
    clock: Clock,
    /// The same database, for looking at what the server does not tell.
    store: Store,
}

impl World {
    async fn new(database: &Database, refusals: RefusalLimits) -> Self {
        let clock = Clock::default();
        let (site, issuer, id) = Site::with_issuer(Config {
            limits: Limits {
                address_rate: 0.0,
                issuer_rate: 0.0,
                ..Limits::default()
            },
            refusals,
            clock: clock.clone(),
            ..config(&database.url)
        })
        .await;
        let store = Store::open(&database.url).await.unwrap();
        Self {
            site,
            issuer,
            id,
            clock,
            store,
        }
    }

    /// A genuine token of the repository of an owner.
    fn token(&self, owner: &str) -> String {
        let now = self.clock.now();
        let sub = format!("repo:{owner}/app:ref:refs/heads/main");
        self.issuer
            .token(json!({"sub": sub, "iat": now, "exp": now + 300}))
    }

    /// Exchanges a genuine token of an owner: that of `acme` is granted, any other is not.
    async fn exchange(&self, owner: &str) -> Answer {
        let token = self.token(owner);
        self.site.exchange(&token, "organization", "").await
    }

    /// Sends something that is not a token, to an organization.
    async fn rubbish(&self, organization: &str) -> Answer {
        let mut body = exchange_body("rubbish", "organization", "");
        body["audience"] = format!("urn:pulumi:org:{organization}").into();
        self.site.post("/api/oauth/token", "", &body).await
    }

    /// All entries, oldest first.
    async fn entries(&self, scope: AuditScope) -> Vec<AuditEntry> {
        let filter = AuditFilter {
            limit: 100_000,
            ..AuditFilter::default()
        };
        let mut entries = self.store.audit(scope, &filter).await.unwrap().entries;
        entries.reverse();
        entries
    }

    /// Those that the admins of the organization see, oldest first.
    async fn own_entries(&self) -> Vec<AuditEntry> {
        let organization = self.store.organization("acme").await.unwrap().unwrap();
        self.entries(AuditScope::from(organization.id)).await
    }

    async fn metric(&self, line: &str) -> usize {
        let metrics = self.site.get("/metrics", &self.site.root).await.text;
        let value = metrics.lines().find_map(|own| own.strip_prefix(line));
        value.unwrap_or("0").trim().parse().unwrap()
    }
}

/// How many refusals entries stand for.
fn refusals(entries: &[AuditEntry]) -> i64 {
    let denied = entries.iter().filter(|entry| entry.decision == "denied");
    denied.map(|entry| entry.omitted.unwrap_or(1)).sum()
}

fn was_recorded(answer: &Answer) -> bool {
    let description = answer.expect(400)["error_description"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(description.contains("(reference "), "{description}");
    !description.ends_with(", not recorded: too many refusals)")
}

const FEW: RefusalLimits = RefusalLimits {
    unverified: 20.0,
    organization: 8.0,
    issuer: 10.0,
    tenant: 4.0,
    days: Some(30),
    max_bytes: 0,
};

#[tokio::test]
async fn refusals_beyond_a_budget_are_counted_and_sampled() {
    for database in Database::each() {
        let world = World::new(&database, FEW).await;
        let mut recorded = 0;
        for _ in 0..50 {
            recorded += usize::from(was_recorded(&world.rubbish("acme").await));
        }
        assert_eq!(recorded, 8);
        let acme = || world.own_entries();
        assert_eq!(acme().await.len(), 8);
        world.site.server.clean_up().await.unwrap();
        let entries = acme().await;
        let [.., sample, rest] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        assert_eq!(entries.len(), 10);
        assert_eq!((sample.omitted, &sample.subject), (None, &None));
        assert_eq!((rest.omitted, &rest.code), (Some(41), &sample.code));
        assert!(
            rest.summary
                .starts_with("41 more refusals of this kind between "),
            "{rest:?}"
        );
        assert_eq!(refusals(&entries), 50);
        let omitted = "claimgate_refusals_omitted_total{genuine=\"false\"}";
        assert_eq!(world.metric(omitted).await, 42);
        // The API shows it.
        let path = format!("/api/orgs/acme/oidc/exchanges/{}", rest.id);
        let body = world.site.get(&path, &world.site.root).await.expect(200);
        assert_eq!(
            (&body["omitted"], &body["decision"]),
            (&json!(41), &json!("denied"))
        );
        // Another organization is not affected, nor is a genuine token.
        assert!(was_recorded(&world.exchange("stranger").await));
        world.exchange("acme").await.expect(200);
        // And an hour later, the budget is back.
        world.clock.advance(3_600);
        assert!(was_recorded(&world.rubbish("acme").await));
    }
}

#[tokio::test]
async fn what_names_no_organization_has_a_budget_of_its_own() {
    let database = Database::sqlite();
    let world = World::new(&database, FEW).await;
    for name in ["a", "b", "c"] {
        for _ in 0..10 {
            world.rubbish(name).await;
        }
    }
    for _ in 0..10 {
        world.site.post("/api/oauth/token", "", &json!({})).await;
    }
    assert_eq!(world.entries(AuditScope::Unknown).await.len(), 8);
    assert!(was_recorded(&world.rubbish("acme").await));
    world.site.server.clean_up().await.unwrap();
    assert_eq!(refusals(&world.entries(AuditScope::Unknown).await), 40);
}

#[tokio::test]
async fn a_tenants_refusals_leave_those_of_other_tenants_alone() {
    let database = Database::sqlite();
    let world = World::new(&database, FEW).await;
    let flood = async |owner: &str| {
        let mut recorded = 0;
        for _ in 0..10 {
            recorded += usize::from(was_recorded(&world.exchange(owner).await));
        }
        recorded
    };
    assert_eq!(flood("mallory").await, 4);
    assert_eq!(flood("ada").await, 4);
    assert_eq!(flood("eve").await, 2, "ten on this issuer");
    world.site.server.clean_up().await.unwrap();
    let entries = world.own_entries().await;
    assert_eq!(refusals(&entries), 30);
    let rest = entries.last().unwrap();
    assert_eq!(
        (&rest.issuer, &rest.code),
        (&Some(world.id.clone()), &"denied".to_owned())
    );
    let omitted = "claimgate_refusals_omitted_total{genuine=\"true\"}";
    assert_eq!(world.metric(omitted).await, 20);
}

#[tokio::test]
async fn a_token_that_is_replayed_again_and_again_stops_being_written() {
    for database in Database::each() {
        let world = World::new(&database, FEW).await;
        let path = format!("/api/orgs/acme/oidc/issuers/{}", world.id);
        let change = json!({"name": "CI", "singleUse": true});
        world
            .site
            .patch(&path, &world.site.root, &change)
            .await
            .expect(200);
        let token = world.token("acme");
        let exchange = async || world.site.exchange(&token, "organization", "").await;
        exchange().await.expect(200);
        let mut recorded = 0;
        for _ in 0..20 {
            let answer = exchange().await;
            recorded += usize::from(was_recorded(&answer));
        }
        assert_eq!(recorded, 4);
        world.exchange("acme").await.expect(200);
        world.site.server.clean_up().await.unwrap();
        let entries = world.own_entries().await;
        assert_eq!((entries.len(), refusals(&entries)), (2 + 4 + 2, 20));
    }
}

#[tokio::test]
async fn counts_are_recorded_when_the_server_stops() {
    let database = Database::sqlite();
    let world = World::new(&database, FEW).await;
    for _ in 0..20 {
        world.rubbish("acme").await;
    }
    let World { site, store, .. } = world;
    site.server.stop().await;
    let filter = AuditFilter {
        limit: 1_000,
        ..AuditFilter::default()
    };
    let entries = store.audit(AuditScope::All, &filter).await.unwrap().entries;
    assert_eq!(refusals(&entries), 20);
}

#[tokio::test]
async fn refusals_are_kept_for_a_shorter_time_than_grants() {
    for database in Database::each() {
        let world = World::new(&database, FEW).await;
        world.exchange("acme").await.expect(200);
        world.exchange("stranger").await.expect(400);
        world.rubbish("acme").await;
        world.clock.advance(29 * 86_400);
        world.rubbish("acme").await;
        world.site.server.clean_up().await.unwrap();
        assert_eq!(world.entries(AuditScope::All).await.len(), 4);
        world.clock.advance(2 * 86_400);
        world.site.server.clean_up().await.unwrap();
        let decisions: Vec<_> = world.entries(AuditScope::All).await;
        let decisions: Vec<_> = decisions
            .iter()
            .map(|entry| entry.decision.as_str())
            .collect();
        assert_eq!(decisions, ["allowed", "denied"]);
    }
}

/// Many callers at once, each sending as much as it can all day: rubbish for this organization and
/// for others, and genuine tokens of an account with many repositories and of many accounts.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_hostile_traffic_stays_within_the_cap_while_grants_go_on() {
    const CAP: u64 = 128 * 1_024;
    const STEPS: usize = 48;
    for database in Database::each() {
        let limits = RefusalLimits {
            unverified: 40.0,
            organization: 20.0,
            issuer: 20.0,
            tenant: 10.0,
            days: Some(30),
            max_bytes: CAP,
        };
        let world = World::new(&database, limits).await;
        let (mut sent, mut recorded) = (0, 0);
        for step in 0..STEPS {
            world.clock.advance(86_400 / u64::try_from(STEPS).unwrap());
            for number in 0..15 {
                let answers = [
                    world.rubbish("acme").await,
                    world.rubbish(&format!("guess-{step}-{number}")).await,
                    world.exchange("mallory").await,
                    world.exchange(&format!("mallory-{number}")).await,
                ];
                sent += answers.len();
                recorded += answers.iter().filter(|answer| was_recorded(answer)).count();
            }
            world.exchange("acme").await.expect(200);
            let bytes = world.store.refusal_bytes().await.unwrap();
            assert!(bytes.unsigned_abs() <= CAP, "step {step}: {bytes}");
            world.site.server.clean_up().await.unwrap();
            let bytes = world.store.refusal_bytes().await.unwrap();
            assert!(bytes.unsigned_abs() <= CAP / 4 * 3, "step {step}: {bytes}");
        }
        let entries = world.entries(AuditScope::All).await;
        let grants = entries.iter().filter(|entry| entry.decision == "allowed");
        assert_eq!(grants.count(), STEPS, "every grant is there");
        // 25 hours' worth of each budget.
        assert!(recorded <= 25 * 60, "{recorded} of {sent}");
        let denied: Vec<_> = entries
            .iter()
            .filter(|entry| entry.decision == "denied")
            .collect();
        assert!(denied.len() < recorded, "the oldest are gone");
        let first_grant = entries.iter().position(|entry| entry.decision == "allowed");
        assert_eq!(first_grant, Some(0), "all refusals before it are gone");
        let has = |is_registered: bool| {
            let mut own = denied.iter().filter(|entry| entry.omitted.is_none());
            own.any(|entry| entry.issuer.is_some() == is_registered)
        };
        assert!(has(true) && has(false), "neither kind displaces the other");
        let genuine = world
            .metric("claimgate_refusals_omitted_total{genuine=\"true\"}")
            .await;
        let rubbish = world
            .metric("claimgate_refusals_omitted_total{genuine=\"false\"}")
            .await;
        assert_eq!(genuine + rubbish + recorded, sent, "all are counted");
    }
}
