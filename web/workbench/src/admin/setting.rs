//! The settings of a server, as people read them.

use claimgate_api::SettingBody;
use serde_json::Value;

use super::listed::thousands;

/// A group of settings: its name in the API, its title, and what it is about.
pub const GROUPS: [(&str, &str, &str); 7] = [
    (
        "guard",
        "Guard",
        "What happens when someone saves policies that admit strangers on a shared issuer.",
    ),
    ("tokens", "Tokens", "How ID tokens are checked."),
    (
        "limits",
        "Rate limits",
        "How many requests and exchanges the server answers; the others get status 429.",
    ),
    (
        "connections",
        "Connections",
        "How many clients may connect, and for how long.",
    ),
    (
        "retention",
        "Audit retention",
        "How long entries are kept, and how many refusals are recorded.",
    ),
    (
        "keys",
        "Fetching keys",
        "Where the server may fetch keys from.",
    ),
    (
        "environments",
        "Environments",
        "Whether environments are enabled, and what they may call to log in.",
    ),
];

/// The labels of settings, by their flag.
const LABELS: [(&str, &str); 28] = [
    ("shared-issuer-guard", "Policies that admit strangers"),
    ("leeway", "Allowed clock skew"),
    ("demo", "Demonstration"),
    ("address-rate", "Sustained rate per address"),
    ("address-burst", "Burst per address"),
    ("issuer-rate", "Sustained rate per issuer"),
    ("issuer-burst", "Burst per issuer"),
    ("max-connections", "Connections in total"),
    ("address-connections", "Connections per address"),
    ("idle-timeout", "Idle connections are closed after"),
    ("write-timeout", "Closed when the client reads nothing for"),
    ("trusted-proxies", "Trusted proxies"),
    ("open-metrics", "Metrics without a token"),
    ("audit-days", "Grants and changes are kept for"),
    ("audit-file", "Also written to a file"),
    ("refusal-days", "Refusals are kept for"),
    ("refusal-megabytes", "Space for refusals"),
    (
        "refusals-unverified",
        "Recorded without a valid signature, in total",
    ),
    (
        "refusals-organization",
        "Recorded without a valid signature, per organization",
    ),
    (
        "refusals-issuer",
        "Recorded with a valid signature, per issuer",
    ),
    (
        "refusals-tenant",
        "Recorded with a valid signature, per tenant",
    ),
    ("allow-private-issuers", "Issuers at private addresses"),
    ("issuer-network", "Private networks allowed for issuers"),
    ("issuer-root", "Additional certificate authorities"),
    ("environment-key-file", "Environments"),
    ("oidc-issuer", "Issuer of ID tokens"),
    ("provider-network", "Private networks allowed for providers"),
    ("provider-endpoint", "Overridden cloud endpoints"),
];

/// The label of a setting: that of the table, or the name of the flag.
pub fn label(setting: &SettingBody) -> String {
    let known = LABELS.iter().find(|(name, _)| *name == setting.name);
    known.map_or_else(|| setting.name.clone(), |(_, label)| (*label).to_owned())
}

/// The title of a group and what it is about. A group that is not known here has its own name.
pub fn group(name: &str) -> (String, &'static str) {
    let known = GROUPS.iter().find(|(other, ..)| *other == name);
    known.map_or_else(
        || (name.to_owned(), ""),
        |(_, title, text)| ((*title).to_owned(), *text),
    )
}

/// The value with its unit, in words.
pub fn value(setting: &SettingBody) -> String {
    let unit = setting.unit.as_deref().unwrap_or_default();
    match &setting.value {
        Value::Null => "no limit".to_owned(),
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let zero_is_unlimited = unit == "days" && number.as_i64() == Some(0);
            match (number.as_u64(), unit) {
                _ if zero_is_unlimited => "no limit".to_owned(),
                (Some(bytes), "bytes") => format!("{} MiB", thousands(bytes >> 20)),
                (Some(count), _) => with_unit(thousands(count), unit),
                (None, _) => match number.as_f64() {
                    // Rates are written with a fraction even if they have none.
                    Some(rate) if rate.fract() == 0.0 && rate >= 0.0 => {
                        with_unit(thousands(rate as u64), unit)
                    }
                    _ => with_unit(number.to_string(), unit),
                },
            }
        }
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            texts.join(", ")
        }
        other @ Value::Object(_) => other.to_string(),
    }
}

fn with_unit(number: String, unit: &str) -> String {
    match (unit, number.as_str()) {
        ("", _) => number,
        ("seconds" | "days" | "requests" | "connections", "1") => {
            format!("1 {}", unit.trim_end_matches('s'))
        }
        _ => format!("{number} {unit}"),
    }
}

/// Where a setting that is read-only comes from: the flag, and the variable with the same effect.
pub fn source(name: &str) -> [String; 2] {
    const LISTS: [&str; 4] = [
        "issuer-root",
        "issuer-network",
        "provider-network",
        "provider-endpoint",
    ];
    let plural = if LISTS.contains(&name) { "S" } else { "" };
    let variable = name.replace('-', "_").to_uppercase();
    [format!("--{name}"), format!("CLAIMGATE_{variable}{plural}")]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: Value, unit: &str) -> String {
        super::value(&SettingBody {
            value,
            unit: Some(unit.to_owned()).filter(|unit| !unit.is_empty()),
            ..SettingBody::default()
        })
    }

    #[test]
    fn values_are_written_with_their_units() {
        for (value, unit, expected) in [
            (Value::Null, "requests", "no limit"),
            (json!(0), "days", "no limit"),
            (json!(365), "days", "365 days"),
            (json!(1), "days", "1 day"),
            (json!(1_073_741_824_u64), "bytes", "1,024 MiB"),
            (json!(50.0), "requests per second", "50 requests per second"),
            (json!(0.5), "per hour", "0.5 per hour"),
            (json!(3_600.0), "per hour", "3,600 per hour"),
            (json!(true), "", "on"),
            (json!([]), "", "none"),
            (json!(["10.0.0.0/8", "::1/128"]), "", "10.0.0.0/8, ::1/128"),
            (json!("warn"), "", "warn"),
            (json!(0), "", "0"),
        ] {
            assert_eq!(shown(value, unit), expected);
        }
    }

    #[test]
    fn every_setting_is_documented_with_its_variable() {
        let path = format!("{}/../../docs/server.md", env!("CARGO_MANIFEST_DIR"));
        let docs = std::fs::read_to_string(path).unwrap();
        for (name, _) in LABELS {
            for word in source(name) {
                assert!(docs.contains(&format!("`{word}`")), "{word}");
            }
        }
    }

    #[test]
    fn what_is_not_known_here_has_its_own_name() {
        let setting = SettingBody {
            name: "new-flag".to_owned(),
            ..SettingBody::default()
        };
        assert_eq!(label(&setting), "new-flag");
        assert_eq!(group("other"), ("other".to_owned(), ""));
    }
}
