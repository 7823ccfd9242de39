//! Counts of exchanges, exports of the audit log, and the settings.

use serde_json::{Value, json};

use crate::support::Database;
use crate::support::issuer::Issuer;
use crate::support::site::{Site, config, exchange_body, standard_policies};

async fn statistics(site: &Site) -> Value {
    let path = "/api/orgs/acme/oidc/statistics";
    site.get(path, &site.root).await.expect(200)
}

/// Two grants, a denial by a policy, one by default, and a token that is not genuine.
async fn exchange_some(site: &Site, issuer: &Issuer) {
    site.granted(&issuer.token(json!({})), "organization", "admin")
        .await;
    site.granted(&issuer.token(json!({})), "team", "team:deployers")
        .await;
    for sub in ["repo:acme/app:pull_request", "repo:other/app:ref"] {
        let token = issuer.token(json!({"sub": sub}));
        site.exchange(&token, "organization", "").await.expect(400);
    }
    let forged = Issuer::new().token(json!({}));
    site.exchange(&forged, "organization", "").await.expect(400);
}

#[tokio::test]
async fn exchanges_are_counted_by_hour_issuer_and_policy() {
    for database in Database::each() {
        let (site, issuer, id) = Site::with_issuer(config(&database.url)).await;
        exchange_some(&site, &issuer).await;
        let counted = statistics(&site).await;
        let hours = counted["hours"].as_array().unwrap();
        let sum = |name: &str| {
            hours
                .iter()
                .map(|hour| hour[name].as_i64().unwrap())
                .sum::<i64>()
        };
        assert_eq!((sum("allowed"), sum("denied")), (2, 3), "{counted}");
        assert_eq!(hours[0]["at"].as_i64().unwrap() % 3_600, 0);
        assert_eq!(
            counted["issuers"],
            json!([{"issuer": id, "allowed": 2, "denied": 3}])
        );
        let by_policy = |counted: &Value| {
            let policies = counted["policies"].as_array().unwrap().iter();
            let mut policies: Vec<_> = policies
                .map(|one| {
                    (
                        one["policy"].as_u64(),
                        one["allowed"].as_i64().unwrap(),
                        one["denied"].as_i64().unwrap(),
                    )
                })
                .collect();
            policies.sort_unstable();
            policies
        };
        assert_eq!(
            by_policy(&counted),
            [(Some(0), 1, 0), (Some(1), 1, 0), (Some(4), 0, 1)]
        );
        // A policy keeps its count where it is moved, and loses its place where it is changed.
        let mut policies = standard_policies();
        policies.as_array_mut().unwrap().reverse();
        policies[4]["rules"]["sub"] = json!("repo:acme/other:*");
        policies[3]["name"] = json!("teams");
        site.set_policies(&id, &policies).await;
        assert_eq!(
            by_policy(&statistics(&site).await),
            [(None, 1, 0), (Some(0), 0, 1), (Some(3), 1, 0)]
        );
        // A restart loses nothing that was counted.
        site.set_policies(&id, &standard_policies()).await;
        exchange_some(&site, &issuer).await;
        site.server.stop().await;
        let site = Site::start(config(&database.url)).await;
        let counted = statistics(&site).await;
        assert_eq!(counted["issuers"][0]["denied"], 6, "{counted}");
        let of_issuer = async |issuer: &str| {
            let path = format!("/api/orgs/acme/oidc/statistics?issuer={issuer}");
            site.get(&path, &site.root).await.expect(200)
        };
        assert_eq!(of_issuer(&id).await["policies"], counted["policies"]);
        let other = of_issuer("another").await;
        assert_eq!(
            (&other["hours"], &other["policies"]),
            (&json!([]), &json!([]))
        );
        for query in ["?since=0", "?since=x", "?hours=1"] {
            let path = format!("/api/orgs/acme/oidc/statistics{query}");
            site.get(&path, &site.root).await.expect(400);
        }
    }
}

#[tokio::test]
async fn what_a_search_finds_is_exported() {
    for database in Database::each() {
        let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
        exchange_some(&site, &issuer).await;
        let path = "/api/orgs/acme/oidc/exchanges";
        let listed = site
            .get(&format!("{path}?decision=denied"), &site.root)
            .await
            .expect(200);
        let export = site
            .get(&format!("{path}/export?decision=denied"), &site.root)
            .await;
        assert_eq!(export.headers["content-type"], "application/jsonl");
        let lines: Vec<Value> = export
            .text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(json!(lines), listed["exchanges"]);
        let csv = site
            .get(&format!("{path}/export?format=csv"), &site.root)
            .await;
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(
            csv.headers["content-disposition"],
            "attachment; filename=\"exchanges.csv\""
        );
        let lines: Vec<_> = csv.text.split_terminator("\r\n").collect();
        assert!(lines[0].starts_with("reference,time,organization,decision,code,denial,summary,"));
        assert_eq!(lines.len(), 6, "{}", csv.text);
        let first = listed["exchanges"][0]["id"].as_str().unwrap();
        assert!(lines[1].starts_with(&format!("{first},20")), "{}", lines[1]);
        for query in ["?format=xml", "?decision=maybe"] {
            site.get(&format!("{path}/export{query}"), &site.root)
                .await
                .expect(400);
        }
        site.get(&format!("{path}?format=csv"), &site.root)
            .await
            .expect(400);
        let member = site
            .granted(&issuer.token(json!({})), "organization", "")
            .await;
        site.get(&format!("{path}/export"), &member)
            .await
            .expect(403);
    }
}

#[tokio::test]
async fn the_bootstrap_token_exports_the_log_of_all_organizations() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    exchange_some(&site, &issuer).await;
    site.post("/api/orgs", &site.root, &json!({"name": "other"}))
        .await
        .expect(200);
    let mut lost = exchange_body(&issuer.token(json!({})), "organization", "");
    lost["audience"] = json!("urn:pulumi:org:none");
    site.post("/api/oauth/token", "", &lost).await.expect(400);
    let export = async |query: &str| {
        let path = format!("/api/admin/exchanges/export{query}");
        let export = site.get(&path, &site.root).await;
        let lines = export.text.lines();
        let entries: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        entries
    };
    let all = export("").await;
    let organizations: Vec<_> = all
        .iter()
        .map(|entry| entry["organization"].as_str())
        .collect();
    assert_eq!(all.len(), 6, "{all:?}");
    assert!(organizations.contains(&Some("acme")), "{organizations:?}");
    let unknown = export("?unknown=true").await;
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    let denied = export("?decision=denied").await;
    assert_eq!(denied.len(), 4, "{denied:?}");
    // The log of one organization has no entries of none.
    site.get(
        "/api/orgs/acme/oidc/exchanges/export?unknown=true",
        &site.root,
    )
    .await
    .expect(400);
}

#[tokio::test]
async fn a_denial_is_found_by_its_reference_and_says_whether_a_policy_denied() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    exchange_some(&site, &issuer).await;
    let search = async |query: &str| {
        let path = format!("/api/orgs/acme/oidc/exchanges?{query}");
        let found = site.get(&path, &site.root).await.expect(200);
        found["exchanges"].as_array().unwrap().clone()
    };
    let [policy, default] = ["policy", "default"].map(|denial| format!("denial={denial}"));
    let (policy, default) = (search(&policy).await, search(&default).await);
    assert_eq!((policy.len(), default.len()), (1, 1));
    assert_eq!(policy[0]["subject"], "repo:acme/app:pull_request");
    assert_eq!(
        (&policy[0]["denial"], &default[0]["denial"]),
        (&json!("policy"), &json!("default"))
    );
    let reference = default[0]["id"].as_str().unwrap();
    assert_eq!(search(&format!("search={reference}")).await, default);
    assert_eq!(search("search=repo:other").await, default);
    assert_eq!(search("search=denied").await.len(), 2);
    site.get("/api/orgs/acme/oidc/exchanges?denial=x", &site.root)
        .await
        .expect(400);
}

#[tokio::test]
async fn admins_read_the_settings() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    let admin = site
        .granted(&issuer.token(json!({})), "organization", "admin")
        .await;
    let member = site
        .granted(&issuer.token(json!({})), "organization", "")
        .await;
    site.get("/api/settings", &member).await.expect(403);
    site.get("/api/settings", "").await.expect(401);
    let settings = site.get("/api/settings", &admin).await.expect(200);
    assert_eq!(
        settings,
        site.get("/api/settings", &site.root).await.expect(200)
    );
    let guard = &settings["settings"][0];
    assert_eq!(
        *guard,
        json!({"group": "guard", "name": "shared-issuer-guard", "value": "enforce", "readOnly": true})
    );
    assert!(settings["version"].is_string());
}
