//! The audit log stores what an exchange was decided on, and the engine explains the decision again.

use claimgate::exchange::{BodyKind, ExchangeOptions, ExchangeRequest, exchange_with};
use claimgate::issuer::{Issuer as Compiled, IssuerDefinition, Issuers};
use claimgate::jwt::AwsLc;
use claimgate::pattern::Dialect;
use claimgate::policy::parse_policies;
use claimgate_server::HINT_SOURCES;
use claimgate_server::config::Config;
use claimgate_server::db::Store;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Row as _};

use crate::support::Database;
use crate::support::issuer::{Issuer, URL};
use crate::support::site::{Answer, Site, config, exchange_body, standard_policies};

/// The engine's explanation of an exchange.
fn explanation(issuer: &Issuer, policies: &Value, body: &Value, at: i64) -> Value {
    let definition = IssuerDefinition {
        name: "CI".to_owned(),
        url: URL.to_owned(),
        jwks: Some(issuer.jwks().to_string()),
        policies: parse_policies(&policies.to_string()).unwrap(),
        ..IssuerDefinition::default()
    };
    let issuers = Issuers::from(vec![
        Compiled::compile(&definition, Dialect::Pulumi).unwrap(),
    ]);
    let request = ExchangeRequest::parse(&body.to_string(), BodyKind::Json).unwrap();
    let options = ExchangeOptions {
        hints: HINT_SOURCES,
        ..ExchangeOptions::at(at)
    };
    let inspection = match exchange_with(&request, Some(&issuers), &options, &AwsLc) {
        Ok(grant) => grant.inspection,
        Err(refusal) => refusal.inspection.unwrap(),
    };
    serde_json::to_value(inspection).unwrap()
}

async fn newest(site: &Site) -> Value {
    let list = site
        .get("/api/orgs/acme/oidc/exchanges?limit=1", &site.root)
        .await
        .expect(200);
    let id = list["exchanges"][0]["id"].as_str().unwrap();
    site.get(&format!("/api/orgs/acme/oidc/exchanges/{id}"), &site.root)
        .await
        .expect(200)
}

async fn raw(url: &str, query: &str) -> Vec<String> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let rows = sqlx::query(query).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn send(site: &Site, body: &Value) -> Answer {
    site.post("/api/oauth/token", "", body).await
}

#[tokio::test]
async fn an_entry_says_what_the_engine_said_whatever_the_outcome() {
    for database in Database::each() {
        let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
        let policies = standard_policies();
        let with = |claims: Value| issuer.token(claims);
        let cases = [
            (
                "granted",
                exchange_body(&with(json!({})), "organization", ""),
            ),
            (
                "granted",
                exchange_body(&with(json!({})), "organization", "admin"),
            ),
            (
                "granted",
                exchange_body(
                    &with(json!({"é": ["a", 1, null], "n": {"a": 1.50}})),
                    "team",
                    "team:deployers",
                ),
            ),
            (
                "granted",
                exchange_body(&with(json!({})), "personal", "user:Ada"),
            ),
            (
                "denied",
                exchange_body(
                    &with(json!({"sub": "repo:acme/app:pull_request"})),
                    "organization",
                    "",
                ),
            ),
            (
                "denied",
                exchange_body(&with(json!({"sub": "repo:other/app"})), "organization", ""),
            ),
            (
                "denied",
                exchange_body(&with(json!({})), "team", "team:others"),
            ),
            (
                "token-expired",
                exchange_body(&with(json!({"exp": 1_000})), "organization", ""),
            ),
            (
                "time-not-integer",
                exchange_body(&with(json!({"exp": null})), "organization", ""),
            ),
            (
                "granted",
                exchange_body(
                    &with(json!({"exp": f64::from(u32::MAX) + 0.5})),
                    "organization",
                    "",
                ),
            ),
            (
                "signature-invalid",
                exchange_body(&Issuer::new().token(json!({})), "organization", ""),
            ),
            (
                "iss-unknown",
                exchange_body(
                    &with(json!({"iss": "https://other.example"})),
                    "organization",
                    "",
                ),
            ),
            ("token-segments", exchange_body("a.b", "organization", "")),
        ];
        for (code, body) in &cases {
            let answer = send(&site, body).await;
            let record = newest(&site).await;
            assert_eq!(record["code"], *code);
            assert_eq!(
                answer.status == 200,
                *code == "granted",
                "{code}: {}",
                answer.text
            );
            assert_eq!(
                record["detail"],
                explanation(&issuer, &policies, body, record["at"].as_i64().unwrap()),
                "{code}"
            );
            assert_eq!(record.get("differs"), None, "{record}");
        }
    }
}

#[tokio::test]
async fn an_entry_tells_of_the_policies_and_keys_of_its_time_after_they_have_changed() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        let bodies = [
            exchange_body(&issuer.token(json!({})), "organization", ""),
            exchange_body(
                &issuer.token(json!({"sub": "repo:acme/app:pull_request"})),
                "organization",
                "",
            ),
        ];
        let mut before = Vec::new();
        for body in &bodies {
            send(&site, body).await;
            before.push(newest(&site).await);
        }
        let other = json!([{"decision": "deny", "tokenType": "organization", "rules": {}}]);
        site.set_policies(&id, &other).await;
        let change = json!({"name": "Another name", "jwks": Issuer::new().jwks()});
        site.patch(
            &format!("/api/orgs/acme/oidc/issuers/{id}"),
            &site.root,
            &change,
        )
        .await
        .expect(200);
        send(&site, &bodies[0]).await.expect(400);
        site.delete(&format!("/api/orgs/acme/oidc/issuers/{id}"), &site.root)
            .await
            .expect(204);
        for (record, body) in before.iter().zip(&bodies) {
            let path = format!(
                "/api/orgs/acme/oidc/exchanges/{}",
                record["id"].as_str().unwrap()
            );
            assert_eq!(&site.get(&path, &site.root).await.expect(200), record);
            let told = explanation(
                &issuer,
                &standard_policies(),
                body,
                record["at"].as_i64().unwrap(),
            );
            assert_eq!(record["detail"], told);
            assert_eq!(
                record["detail"]["explanation"]["policies"]
                    .as_array()
                    .unwrap()
                    .len(),
                5
            );
        }
    }
}

#[tokio::test]
async fn what_policies_that_only_report_say_is_in_the_evidence() {
    let database = Database::sqlite();
    let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
    let mut policies = standard_policies();
    policies.as_array_mut().unwrap().swap(0, 4);
    policies[0]["reportOnly"] = json!(true);
    site.set_policies(&id, &policies).await;
    let body = exchange_body(
        &issuer.token(json!({"sub": "repo:acme/app:pull_request"})),
        "organization",
        "",
    );
    send(&site, &body).await.expect(200);
    let record = newest(&site).await;
    assert_eq!(
        (&record["policies"], record.get("differs")),
        (&json!([4]), None)
    );
    assert!(
        record["report"]
            .as_str()
            .unwrap()
            .contains("denied by policy 1")
    );
    assert_eq!(
        record["detail"],
        explanation(&issuer, &policies, &body, record["at"].as_i64().unwrap())
    );
    let report = &record["detail"]["explanation"]["report"];
    assert_eq!(
        (&report["policies"], &report["summary"]),
        (&json!([0]), &record["report"])
    );
}

#[tokio::test]
async fn a_token_that_is_refused_after_all_has_the_evidence_that_it_was_allowed_and_why_that_was_not_enough()
 {
    let database = Database::sqlite();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("audit.jsonl");
    let (site, issuer, id) = Site::with_issuer(Config {
        audit_file: Some(file.clone()),
        ..config(&database.url)
    })
    .await;
    let change = json!({"name": "CI", "singleUse": true});
    site.patch(
        &format!("/api/orgs/acme/oidc/issuers/{id}"),
        &site.root,
        &change,
    )
    .await
    .expect(200);
    let body = exchange_body(&issuer.token(json!({})), "organization", "");
    send(&site, &body).await.expect(200);
    assert_eq!(newest(&site).await["detail"].get("note"), None);
    let without = exchange_body(&issuer.token(json!({"jti": null})), "organization", "");
    for (body, code, reason) in [
        (
            &body,
            "token-replayed",
            "the token was exchanged before, and its issuer allows one exchange per token",
        ),
        (
            &without,
            "token-without-jti",
            "expected a claim `jti`: the issuer allows one exchange per token",
        ),
    ] {
        send(&site, body).await.expect(400);
        let record = newest(&site).await;
        assert_eq!(
            (&record["decision"], &record["code"]),
            (&json!("denied"), &json!(code))
        );
        let detail = &record["detail"];
        assert_eq!(
            (&detail["decision"], record.get("differs")),
            (&json!("allowed"), None)
        );
        let note = detail["note"].as_str().unwrap();
        assert!(
            note.contains("the exchange was refused: ") && note.ends_with(reason),
            "{note}"
        );
        let lines = std::fs::read_to_string(&file).unwrap();
        let line: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        assert_eq!(line["detail"], *detail);
    }
}

#[tokio::test]
async fn what_is_kept_is_short_and_has_no_signature() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let forged = Issuer::new().token(json!({"sub": "repo:acme/forged"}));
    let tokens = [
        forged,
        issuer.token(json!({})),
        issuer.token(json!({"sub": "repo:other/app"})),
    ];
    for token in &tokens {
        send(&site, &exchange_body(token, "organization", "")).await;
    }
    let kept = raw(&database.url, "SELECT detail FROM audit ORDER BY id").await;
    assert_eq!(kept.len(), 3);
    assert!(
        kept[0].contains("\"sub\":\"repo:"),
        "unverified claims are no dictionary: {}",
        kept[0]
    );
    for kept in &kept[1..] {
        let told = newest(&site).await["detail"].to_string();
        assert!(
            kept.len() < told.len() / 10,
            "{} bytes of {}",
            kept.len(),
            told.len()
        );
    }
    let shared = raw(&database.url, "SELECT document FROM evidence").await;
    assert_eq!(
        shared.len(),
        3,
        "one of the issuer, its key and a token each, however many exchanges there are: {shared:?}"
    );
    assert!(shared.iter().all(|document| !document.contains("\"d\":")));
    for text in kept.iter().chain(&shared) {
        let has_signature = |token: &String| text.contains(token.rsplit('.').next().unwrap());
        assert!(!tokens.iter().any(has_signature), "{text}");
    }
    assert_eq!(
        shared
            .iter()
            .filter(|document| document.contains("\"sub\":\"repo:acme/app"))
            .count(),
        1
    );
}

#[tokio::test]
async fn evidence_that_was_packed_beside_what_is_gone_is_said_to_be() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    send(
        &site,
        &exchange_body(&issuer.token(json!({})), "organization", ""),
    )
    .await
    .expect(200);
    raw(
        &database.url,
        "DELETE FROM evidence WHERE document LIKE '%\"sub\"%' RETURNING id",
    )
    .await;
    let record = newest(&site).await;
    let note = record["detail"]["note"].as_str().unwrap();
    assert!(
        note.ends_with("the text that it was compressed against is missing"),
        "{note}"
    );
    assert_eq!(record["code"], "granted");
}

#[tokio::test]
async fn a_decision_that_this_version_would_not_make_is_said_to_be_one() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    send(
        &site,
        &exchange_body(&issuer.token(json!({})), "organization", ""),
    )
    .await
    .expect(200);
    // As though an engine of before had decided otherwise.
    raw(
        &database.url,
        "UPDATE audit SET code = 'denied', policies = '[4]' RETURNING id",
    )
    .await;
    let record = newest(&site).await;
    let differs = record["differs"].as_str().unwrap();
    assert!(
        differs.contains("`granted` by policies [0], where it was `denied` by [4]"),
        "{differs}"
    );
    assert_eq!(record["code"], "denied", "what was decided stays");
}

#[tokio::test]
async fn evidence_of_before_is_read_as_it_was_written() {
    for database in Database::each() {
        let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
        let body = exchange_body(&issuer.token(json!({})), "organization", "");
        send(&site, &body).await.expect(200);
        let mut record = newest(&site).await;
        let written = record["detail"].to_string().replace('\'', "''");
        raw(
            &database.url,
            &format!("UPDATE audit SET detail = '{written}' RETURNING id"),
        )
        .await;
        // It is not derived under any rules.
        record.as_object_mut().unwrap().remove("rules");
        assert_eq!(newest(&site).await, record);
    }
}

#[tokio::test]
async fn what_evidence_rests_on_goes_when_the_log_does() {
    for database in Database::each() {
        let (site, issuer, _) = Site::with_issuer(Config {
            audit_days: Some(30),
            ..config(&database.url)
        })
        .await;
        send(
            &site,
            &exchange_body(&issuer.token(json!({})), "organization", ""),
        )
        .await
        .expect(200);
        let store = Store::open(&database.url).await.unwrap();
        let count = async || raw(&database.url, "SELECT id FROM evidence").await.len();
        let now = claimgate_server::now();
        store.clean_up(now, Some(now - 10)).await.unwrap();
        assert_eq!(count().await, 3, "the entry is there, and what it rests on");
        newest(&site).await;
        store.clean_up(now, Some(now + 100_000)).await.unwrap();
        assert_eq!(count().await, 0);
    }
}
