//! The store, on SQLite and on PostgreSQL alike.

use claimgate_server::audit::{AuditEntry, AuditFilter, AuditRecord, MAX_ROWS};
use claimgate_server::db::{SingleUse, Store, StoreError, Writer, WriterConfig, Written};
use claimgate_server::issuers::{IssuerSettings, IssuerUpdate, NewIssuer, PolicyUpdate};
use claimgate_server::random::first_id;
use claimgate_server::tokens::{TokenFilter, TokenKind, TokenRecord};
use sqlx::Executor as _;

use crate::support::Database;

/// The id of the first organization: its creation is the first change after that of the schema.
const ACME: i64 = 2;

/// The id of an organization that does not exist.
const OTHER: i64 = 99;

/// Opens an empty database, with the organization `acme`.
async fn open(database: &Database) -> Store {
    let store = Store::open(&database.url).await.unwrap();
    let acme = store.create_organization("acme", 100).await.unwrap();
    assert_eq!((acme.id, acme.version), (ACME, ACME));
    store
}

fn new_issuer(url: &str) -> NewIssuer {
    NewIssuer {
        organization: ACME,
        url: url.to_owned(),
        settings: IssuerSettings {
            name: "CI".to_owned(),
            thumbprints: vec!["ab".repeat(32)],
            ..IssuerSettings::default()
        },
        policies: "[]".to_owned(),
    }
}

fn token(id: &str, expires: Option<i64>) -> TokenRecord {
    TokenRecord {
        id: id.to_owned(),
        kind: TokenKind::Team,
        organization: Some("acme".to_owned()),
        organization_id: Some(ACME),
        version: ACME,
        target: Some("deployers".to_owned()),
        admin: false,
        role: None,
        issuer: Some("i".to_owned()),
        subject: Some("repo:acme/app".to_owned()),
        scope: "team:deployers".to_owned(),
        created: 1_000,
        expires,
        revoked: None,
        is_withdrawn: false,
    }
}

fn entry(id: &str, at: i64, decision: &str) -> AuditRecord {
    let entry = AuditEntry {
        id: id.to_owned(),
        at,
        organization: Some("acme".to_owned()),
        organization_id: Some(ACME),
        subject: Some(format!("repo:acme/{id}_100%")),
        decision: decision.to_owned(),
        code: "granted".to_owned(),
        summary: "allowed".to_owned(),
        policies: vec![0, 2],
        ..AuditEntry::default()
    };
    AuditRecord {
        entry,
        detail: Some("{\"a\": 1}".to_owned()),
        differs: None,
        rules: None,
        is_genuine: false,
    }
}

/// Policies in the place of the first ones.
fn update(document: &str) -> PolicyUpdate {
    PolicyUpdate {
        document: document.to_owned(),
        expected: Some(1),
        ..PolicyUpdate::default()
    }
}

fn filter() -> AuditFilter {
    AuditFilter {
        limit: 10,
        ..AuditFilter::default()
    }
}

async fn writer(store: &Store) -> Writer {
    Writer::start(store, WriterConfig::default())
        .await
        .unwrap()
        .0
}

#[tokio::test]
async fn issuers_are_registered_changed_and_deleted() {
    for database in Database::each() {
        let store = open(&database).await;
        for name in ["acme", "Acme"] {
            assert!(
                matches!(
                    store.create_organization(name, 100).await,
                    Err(StoreError::Exists { .. })
                ),
                "{name}"
            );
        }
        let before = store.version().await.unwrap();
        let (issuer, change) = store
            .create_issuer(new_issuer("https://a"), 200)
            .await
            .unwrap();
        assert!(change > before);
        assert_eq!(store.issuer(ACME, &issuer.id).await.unwrap(), issuer);
        assert_eq!(
            store.issuers(ACME).await.unwrap(),
            std::slice::from_ref(&issuer)
        );
        let again = store.create_issuer(new_issuer("https://a"), 200).await;
        assert!(matches!(again, Err(StoreError::Exists { .. })), "{again:?}");
        assert_eq!(
            store.version().await.unwrap(),
            change,
            "what failed is no change"
        );

        let settings = IssuerSettings {
            name: "other".to_owned(),
            jwks: Some("{}".to_owned()),
            max_expiration: Some(60),
            single_use: true,
            report_only: true,
            audiences: Some(vec!["a".to_owned()]),
            ..IssuerSettings::default()
        };
        let first = IssuerUpdate {
            settings: settings.clone(),
            expected: Some(1),
            ..IssuerUpdate::default()
        };
        let (changed, _) = store
            .update_issuer(ACME, &issuer.id, first.clone(), 300)
            .await
            .unwrap();
        assert_eq!(
            (changed.version, changed.modified, &changed.settings),
            (2, 300, &settings)
        );
        assert_eq!(store.issuer(ACME, &issuer.id).await.unwrap(), changed);
        let stale = store
            .update_issuer(ACME, &issuer.id, first.clone(), 300)
            .await;
        assert!(matches!(
            stale,
            Err(StoreError::Conflict {
                expected: 1,
                found: 2
            })
        ));
        // The guard judged it with policies that are not there any more.
        let judged = IssuerUpdate {
            settings: settings.clone(),
            judged_with: Some(7),
            ..IssuerUpdate::default()
        };
        let stale = store.update_issuer(ACME, &issuer.id, judged, 300).await;
        assert!(matches!(
            stale,
            Err(StoreError::Conflict {
                expected: 7,
                found: 1
            })
        ));
        let unconditional = IssuerUpdate {
            settings,
            ..IssuerUpdate::default()
        };
        let stranger = store
            .update_issuer(OTHER, &issuer.id, unconditional, 300)
            .await;
        assert!(
            matches!(stranger, Err(StoreError::Missing { .. })),
            "an issuer of another organization is not there"
        );

        let policy = store.policies_of(ACME, &issuer.id).await.unwrap();
        assert_eq!((policy.version, policy.document.as_str()), (1, "[]"));
        let (policy, _) = store
            .update_policies(ACME, &policy.id, update("[1]"), 400)
            .await
            .unwrap();
        // The guard judged them with audiences that the issuer does not have any more.
        let judged = PolicyUpdate {
            expected: Some(2),
            judged_with: Some(1),
            ..update("[2]")
        };
        let stale = store.update_policies(ACME, &policy.id, judged, 400).await;
        assert!(matches!(
            stale,
            Err(StoreError::Conflict {
                expected: 1,
                found: 2
            })
        ));
        assert_eq!(store.policy(ACME, &policy.id).await.unwrap(), policy);
        assert_eq!(
            store.policies(ACME).await.unwrap(),
            std::slice::from_ref(&policy)
        );
        let stale = store
            .update_policies(ACME, &policy.id, update("[2]"), 400)
            .await;
        assert!(matches!(
            stale,
            Err(StoreError::Conflict {
                expected: 1,
                found: 2
            })
        ));
        assert!(store.policies_of(OTHER, &issuer.id).await.is_err());

        assert!(store.delete_issuer(OTHER, &issuer.id, None).await.is_err());
        store.delete_issuer(ACME, &issuer.id, None).await.unwrap();
        assert!(matches!(
            store.issuer(ACME, &issuer.id).await,
            Err(StoreError::Missing { .. })
        ));
        assert!(matches!(
            store.policy(ACME, &policy.id).await,
            Err(StoreError::Missing { .. })
        ));
        assert!(matches!(
            store.delete_issuer(ACME, &issuer.id, None).await,
            Err(StoreError::Missing { .. })
        ));
    }
}

#[tokio::test]
async fn an_organization_goes_with_its_issuers_and_tokens() {
    for database in Database::each() {
        let store = open(&database).await;
        let (issuer, _) = store
            .create_issuer(new_issuer("https://a"), 200)
            .await
            .unwrap();
        let writer = writer(&store).await;
        writer
            .write(
                entry("1", 1, "allowed"),
                Some(("h".to_owned(), token("t", None))),
                None,
            )
            .await
            .unwrap();
        store.delete_organization(ACME, 500).await.unwrap();
        assert!(store.organization("acme").await.unwrap().is_none());
        assert!(store.issuer(ACME, &issuer.id).await.is_err());
        assert!(!store.token("h").await.unwrap().unwrap().is_active(501));
        assert_eq!(
            store.audit(ACME, &filter()).await.unwrap().entries.len(),
            1,
            "the audit log stays"
        );
        assert!(matches!(
            store.delete_organization(ACME, 500).await,
            Err(StoreError::Missing { .. })
        ));
    }
}

#[tokio::test]
async fn tokens_are_valid_to_the_second_and_until_they_are_revoked() {
    for database in Database::each() {
        let store = open(&database).await;
        let writer = writer(&store).await;
        // The time in a token's id is that in its hash.
        let (hash, id) = ("0193aaaaaaaa.h3", "0193aaaa-aaa9-7000-8000-000000000003");
        for (hash, id, expires) in [
            ("h1", "t1", Some(2_000)),
            ("h2", "t2", Some(3_000)),
            (hash, id, None),
        ] {
            let stored = Some((hash.to_owned(), token(id, expires)));
            writer
                .write(entry(id, 1, "allowed"), stored, None)
                .await
                .unwrap();
        }
        let found = store.token("h1").await.unwrap().unwrap();
        assert_eq!(found, token("t1", Some(2_000)));
        assert!(found.is_active(1_999) && !found.is_active(2_000));
        assert!(store.token("h").await.unwrap().is_none());
        let all = TokenFilter {
            limit: 10,
            ..TokenFilter::default()
        };
        let active: Vec<_> = store
            .active_tokens(ACME, &all, 2_000)
            .await
            .unwrap()
            .into_iter()
            .map(|listed| (listed.token.id, listed.exchange, listed.policies))
            .collect();
        let exchange = Some("t2".to_owned());
        assert_eq!(active, [("t2".to_owned(), exchange, vec![0, 2])]);
        for (issuer, before, count) in [("i", "t3", 1), ("i", "t2", 0), ("other", "t3", 0)] {
            let filter = TokenFilter {
                issuer: Some(issuer.to_owned()),
                before: Some(before.to_owned()),
                limit: 10,
            };
            let found = store.active_tokens(ACME, &filter, 2_000).await.unwrap();
            assert_eq!(found.len(), count, "{issuer} {before}");
        }

        assert!(store.revoke("h2", 1_500).await.unwrap());
        assert!(!store.revoke("h2", 1_600).await.unwrap(), "once is enough");
        assert!(!store.token("h2").await.unwrap().unwrap().is_active(1_500));
        assert!(store.revoke_id(OTHER, id, 1).await.is_err());
        store.revoke_id(ACME, id, 1).await.unwrap();
        assert!(store.revoke_id(ACME, id, 1).await.is_err());
        let (revoked, version) = store.revoke_all(ACME, Some("i"), 1).await.unwrap();
        assert_eq!((revoked, version), (1, ACME + 1));

        store.clean_up(2_500, Some(0)).await.unwrap();
        assert!(
            store.token("h1").await.unwrap().is_none(),
            "what has expired is deleted"
        );
        assert!(store.token("h2").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn what_has_expired_is_deleted_however_much_it_is() {
    for database in Database::each() {
        let store = open(&database).await;
        let writer = writer(&store).await;
        let writes = (0..4_500).map(|number| {
            let (id, writer) = (format!("{number:04}"), writer.clone());
            let mark = SingleUse {
                organization: ACME,
                issuer: "https://i".to_owned(),
                jti: id.clone(),
                expires: 10,
            };
            let stored = Some((format!("h{id}"), token(&id, Some(10))));
            tokio::spawn(async move {
                writer
                    .write(entry(&id, number, "allowed"), stored, Some(mark))
                    .await
                    .unwrap()
            })
        });
        for write in writes.collect::<Vec<_>>() {
            assert_eq!(write.await.unwrap(), Written::Done);
        }
        store.clean_up(11, Some(4_100)).await.unwrap();
        let kept = store
            .audit(
                ACME,
                &AuditFilter {
                    limit: 5_000,
                    ..AuditFilter::default()
                },
            )
            .await
            .unwrap();
        let kept = kept.entries;
        assert_eq!((kept.len(), kept[399].at), (400, 4_100));
        assert!(
            store.token("h0000").await.unwrap().is_none()
                && store.token("h4499").await.unwrap().is_none()
        );
        let again = SingleUse {
            organization: ACME,
            issuer: "https://i".to_owned(),
            jti: "4499".to_owned(),
            expires: 10,
        };
        assert_eq!(
            writer
                .write(entry("5000", 5_000, "allowed"), None, Some(again))
                .await
                .unwrap(),
            Written::Done
        );
    }
}

#[tokio::test]
async fn there_is_one_bootstrap_token() {
    for database in Database::each() {
        let store = Store::open(&database.url).await.unwrap();
        let create = async |hash| store.create_bootstrap(hash, 1, || Ok(())).await.unwrap();
        let fail = || Err(StoreError::Stopping);
        assert!(store.create_bootstrap("z", 1, fail).await.is_err());
        assert!(store.token("z").await.unwrap().is_none());
        assert!(create("a").await);
        assert!(!create("b").await);
        assert!(store.token("b").await.unwrap().is_none());
        store.note_bootstrap_use(2).await.unwrap();
        assert!(store.is_bootstrap_used().await.unwrap());
        store.revoke("a", 2).await.unwrap();
        assert!(create("b").await, "in the place of one that was revoked");
        assert!(!store.is_bootstrap_used().await.unwrap(), "a new one");
        store.set_bootstrap("c", 2).await.unwrap();
        store.set_bootstrap("c", 3).await.unwrap();
        assert!(
            store.token("b").await.unwrap().is_none(),
            "the former one is gone"
        );
        let token = store.token("c").await.unwrap().unwrap();
        assert_eq!(
            (token.kind, token.is_active(i64::MAX)),
            (TokenKind::Bootstrap, true)
        );
        assert_eq!(token.organization, None);
    }
}

#[tokio::test]
async fn many_are_written_together_and_each_is_there() {
    for database in Database::each() {
        let store = open(&database).await;
        let writer = writer(&store).await;
        let writes = (0..300).map(|number| {
            let (writer, id) = (writer.clone(), format!("{number:03}"));
            let stored = Some((format!("h{id}"), token(&id, Some(9))));
            tokio::spawn(async move {
                writer
                    .write(entry(&id, number, "allowed"), stored, None)
                    .await
            })
        });
        for write in writes.collect::<Vec<_>>() {
            assert_eq!(write.await.unwrap().unwrap(), Written::Done);
        }
        for number in 0..300 {
            assert!(
                store
                    .token(&format!("h{number:03}"))
                    .await
                    .unwrap()
                    .is_some(),
                "{number}"
            );
        }
        let found = store
            .audit(
                ACME,
                &AuditFilter {
                    limit: 500,
                    ..filter()
                },
            )
            .await
            .unwrap();
        assert_eq!(found.entries.len(), 300);
    }
}

#[tokio::test]
async fn one_that_cannot_be_written_does_not_fail_its_neighbours() {
    for database in Database::each() {
        let store = open(&database).await;
        let writer = writer(&store).await;
        writer
            .write(entry("same", 1, "allowed"), None, None)
            .await
            .unwrap();
        let ids = ["a", "same", "b", "c", "same", "d"];
        let writes = ids.map(|id| {
            let writer = writer.clone();
            tokio::spawn(async move { writer.write(entry(id, 1, "allowed"), None, None).await })
        });
        for (id, write) in ids.into_iter().zip(writes) {
            assert_eq!(write.await.unwrap().is_ok(), id != "same", "{id}");
        }
        assert_eq!(store.audit(ACME, &filter()).await.unwrap().entries.len(), 5);
    }
}

#[tokio::test]
async fn a_token_of_single_use_is_used_once_however_many_try() {
    for database in Database::each() {
        let store = open(&database).await;
        let other = Store::open(&database.url).await.unwrap();
        let writers = [writer(&store).await, writer(&other).await];
        let writes = (0..40).map(|number| {
            let (writer, id) = (writers[number % 2].clone(), format!("{number:02}"));
            let single = SingleUse {
                organization: ACME,
                issuer: "https://i".to_owned(),
                jti: format!("j{}", number % 4),
                expires: 2_000,
            };
            let stored = Some((format!("h{id}"), token(&id, Some(9))));
            tokio::spawn(async move {
                (
                    id.clone(),
                    writer
                        .write(entry(&id, 1, "allowed"), stored, Some(single))
                        .await,
                )
            })
        });
        let mut done = 0;
        for write in writes.collect::<Vec<_>>() {
            let (id, written) = write.await.unwrap();
            let is_done = written.unwrap() == Written::Done;
            done += usize::from(is_done);
            assert_eq!(
                store.token(&format!("h{id}")).await.unwrap().is_some(),
                is_done
            );
            let record = store.audit_record(ACME, &id).await.unwrap().entry;
            assert_eq!(
                record.decision == "allowed",
                is_done,
                "the entry says what became of it"
            );
        }
        assert_eq!(done, 4);
    }
}

#[tokio::test]
async fn the_audit_log_is_searched() {
    for database in Database::each() {
        let store = open(&database).await;
        let writer = writer(&store).await;
        let ids = [10, 20, 30].map(first_id);
        let addresses = ["203.0.113.7", "203.0.113.70", "2001:db8::1"];
        for (index, decision) in ["allowed", "denied", "allowed"].into_iter().enumerate() {
            let at = 10 * (i64::try_from(index).unwrap() + 1);
            let mut record = entry(&ids[index], at, decision);
            record.entry.subject = Some(format!("repo:acme/{}_100%", index + 1));
            record.entry.address = Some(addresses[index].to_owned());
            writer.write(record, None, None).await.unwrap();
        }
        let found = async |filter: AuditFilter| {
            let found = store.audit(ACME, &filter).await.unwrap();
            assert_eq!(found.reached, None, "all was looked at");
            let place = |entry: AuditEntry| ids.iter().position(|id| *id == entry.id).unwrap() + 1;
            found.entries.into_iter().map(place).collect::<Vec<_>>()
        };
        assert_eq!(found(filter()).await, [3, 2, 1], "the newest first");
        let text = |text: &str| Some(text.to_owned());
        let before = AuditFilter {
            before: Some(ids[2].clone()),
            limit: 1,
            ..filter()
        };
        assert_eq!(found(before).await, [2]);
        let since = AuditFilter {
            since: Some(20),
            until: Some(30),
            ..filter()
        };
        assert_eq!(found(since).await, [2]);
        for (subject, expected) in [
            ("1_100%", &[1][..]),
            ("%", &[3, 2, 1]),
            ("1?100", &[]),
            ("acme/3", &[3]),
        ] {
            let filter = AuditFilter {
                subject: text(subject),
                ..filter()
            };
            assert_eq!(found(filter).await, expected, "{subject}");
        }
        for (any, expected) in [
            ("acme/2", &[2][..]),
            ("granted", &[3, 2, 1]),
            ("203.0.113.7", &[2, 1]),
            ("0.113.7", &[]),
            (&ids[1], &[2]),
        ] {
            let filter = AuditFilter {
                any: text(any),
                ..filter()
            };
            assert_eq!(found(filter).await, expected, "{any}");
        }
        for (filter, expected) in [
            (
                AuditFilter {
                    decision: text("denied"),
                    ..filter()
                },
                &[2][..],
            ),
            (
                AuditFilter {
                    reference: Some(ids[0].clone()),
                    ..filter()
                },
                &[1],
            ),
            (
                AuditFilter {
                    address: text("2001:"),
                    ..filter()
                },
                &[3],
            ),
            (
                AuditFilter {
                    decision: text("allowed"),
                    code: text("granted"),
                    subject: text("acme/3"),
                    since: Some(0),
                    ..filter()
                },
                &[3],
            ),
        ] {
            assert_eq!(found(filter.clone()).await, expected, "{filter:?}");
        }
        let other = store.audit(OTHER, &filter()).await.unwrap();
        assert!(other.entries.is_empty());
        let record = store.audit_record(ACME, &ids[0]).await.unwrap();
        assert_eq!(
            (record.entry.at, record.entry.decision.as_str()),
            (10, "allowed")
        );
        assert!(store.audit_record(OTHER, &ids[0]).await.is_err());
        store.clean_up(0, Some(25)).await.unwrap();
        assert_eq!(store.audit(ACME, &filter()).await.unwrap().entries.len(), 1);
    }
}

/// Denials by a policy and by default have the same code.
#[tokio::test]
async fn a_denial_by_a_policy_is_told_from_one_by_default() {
    for database in Database::each() {
        let store = open(&database).await;
        let writer = writer(&store).await;
        for (id, policies) in [("1", vec![]), ("2", vec![3])] {
            let mut record = entry(id, 1, "denied");
            record.entry.code = "denied".to_owned();
            record.entry.policies = policies;
            writer.write(record, None, None).await.unwrap();
        }
        for (denial, id) in [("default", "1"), ("policy", "2")] {
            let filter = AuditFilter {
                denial: Some(denial.to_owned()),
                ..filter()
            };
            let found = store.audit(ACME, &filter).await.unwrap().entries;
            assert_eq!(found.len(), 1, "{denial}");
            assert_eq!(
                (found[0].id.as_str(), found[0].denial.as_deref()),
                (id, Some(denial))
            );
        }
    }
}

#[tokio::test]
async fn a_search_says_how_far_it_came() {
    for database in Database::each() {
        let store = open(&database).await;
        let writer = writer(&store).await;
        writer
            .write(entry(&first_id(1), 1, "denied"), None, None)
            .await
            .unwrap();
        let mut connection = database.connect().await;
        // One row more than a search looks at, in pages of which each has some to find.
        let insert = format!(
            "INSERT INTO audit (id, at, organization_id, decision, code, summary, policies)
             WITH RECURSIVE numbers (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number <= {MAX_ROWS})
             SELECT 'a-' || CAST(10000000 + number AS TEXT), number, {ACME}, 'allowed', 'granted', '', '[]' FROM numbers"
        );
        connection.execute(&*insert).await.unwrap();
        let denied = |before| AuditFilter {
            decision: Some("denied".to_owned()),
            before,
            ..filter()
        };
        let found = store.audit(ACME, &denied(None)).await.unwrap();
        assert!(found.entries.is_empty());
        let reached = found.reached.unwrap();
        assert_eq!(reached, ("a-10000002".to_owned(), 2));
        let rest = store.audit(ACME, &denied(Some(reached.0))).await.unwrap();
        assert_eq!((rest.entries.len(), rest.reached), (1, None));
    }
}

#[tokio::test]
async fn text_with_nul_is_kept_as_far_as_a_database_can() {
    for database in Database::each() {
        let store = open(&database).await;
        let mut record = entry("1", 1, "denied");
        record.entry.subject = Some("a\0b".to_owned());
        writer(&store)
            .await
            .write(record, None, None)
            .await
            .unwrap();
        let found = store.audit_record(ACME, "1").await.unwrap();
        assert_eq!(found.entry.subject.as_deref(), Some("a\u{fffd}b"));
    }
}

#[tokio::test]
async fn the_file_is_made_once_and_opens_again() {
    let database = Database::sqlite();
    let store = Store::open(&database.url).await.unwrap();
    store.create_organization("acme", 100).await.unwrap();
    store.close().await;
    let store = Store::open(&database.url).await.unwrap();
    assert!(store.organization("acme").await.unwrap().is_some());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&database.url)
        .await
        .unwrap();
    let size: i64 = sqlx::query_scalar("PRAGMA page_size")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(size, 8_192);
    #[cfg(unix)]
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", database.url.trim_start_matches("sqlite:"));
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(file).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600, "{end}");
    }
}

#[tokio::test]
async fn a_file_may_have_any_name() {
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("a b?c%41#d:[é].db");
    Store::open(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    assert!(file.is_file());
}

#[tokio::test]
async fn a_database_of_a_later_version_is_left_alone() {
    for database in Database::each() {
        let store = Store::open(&database.url).await.unwrap();
        store.close().await;
        sqlx::any::install_default_drivers();
        let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&database.url)
            .await
            .unwrap();
        let later = "UPDATE counters SET value = 99 WHERE name = 'schema'";
        sqlx::query(later).execute(&mut connection).await.unwrap();
        let error = Store::open(&database.url).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Newer { found: 99, .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn other_urls_are_refused_without_their_password() {
    for url in [
        "sqlite::memory:",
        "sqlite:",
        "sqlite://",
        "claimgate.db",
        "",
    ] {
        assert!(
            matches!(Store::open(url).await, Err(StoreError::Url { .. })),
            "{url}"
        );
    }
    let error = Store::open("mysql://user:secret@host/name")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`mysql`") && !error.contains("secret"),
        "{error}"
    );
}
