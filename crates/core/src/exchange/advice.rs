//! Advice on requests that are refused for their form: what to write instead.

use super::{ACCESS_TOKEN_TYPE, AUDIENCE, GRANT_TYPE, SUBJECT_TOKEN_TYPE};
use crate::policy::{MAX_TARGET_CHARS, TokenType, is_target_char, is_target_name};

/// What people write before the name in a scope, and the prefix that is meant.
const WORDS: [(&str, &str); 14] = [
    ("team", "team"),
    ("teams", "team"),
    ("teamname", "team"),
    ("group", "team"),
    ("user", "user"),
    ("users", "user"),
    ("login", "user"),
    ("userlogin", "user"),
    ("username", "user"),
    ("personal", "user"),
    ("runner", "runner"),
    ("runners", "runner"),
    ("runnerid", "runner"),
    ("deploymentrunner", "runner"),
];

/// Scopes of OpenID Connect, which name nothing here.
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// The scope to write for a token type; `found` is `none` where there was none.
pub(super) fn scope(found: &str, token_type: &str) -> String {
    let (prefix, placeholder) = match token_type {
        "team" => ("team", "NAME"),
        "personal" => ("user", "LOGIN"),
        "runner" => ("runner", "NAME"),
        _ => ("", ""),
    };
    let is_word = |word: &str| {
        WORDS
            .iter()
            .any(|(known, _)| word.eq_ignore_ascii_case(known))
    };
    let spaced = || found.split_once(' ').filter(|(word, _)| is_word(word));
    let (word, name) = match found.split_once([':', '=', '/']).or_else(spaced) {
        Some((word, name)) => (word.trim(), name.trim()),
        None => (found, ""),
    };
    let lower = word.to_ascii_lowercase();
    let plain = lower.replace(['-', '_'], "");
    let meant = WORDS
        .iter()
        .find(|(known, _)| *known == plain)
        .map(|(_, meant)| *meant);
    // `team:team:ops`.
    let name = match name.rsplit_once(':') {
        Some((before, last)) if is_target_name(last) && before.split(':').all(is_word) => last,
        _ => name,
    };
    let name_or = |placeholder: &str| match name {
        "" => placeholder.to_owned(),
        name => name.to_owned(),
    };
    let alone = if meant.is_some() { name } else { found };
    let is_asked = !alone.is_empty()
        && (meant.is_some() || name.is_empty())
        && found != "none"
        && lower != "admin";
    if is_asked && !prefix.is_empty() && meant.is_none_or(|meant| meant == prefix) {
        if OPENID.contains(&lower.as_str()) {
            return format!("write `{prefix}:{placeholder}`");
        }
        if let Some(problem) = unfit(alone, prefix) {
            return problem;
        }
    }
    match meant {
        _ if lower == "admin" && prefix.is_empty() => "write `admin`".to_owned(),
        Some(meant) if meant != prefix => {
            let other = token_type_of(meant);
            let scope = format!("{meant}:{}", name_or("NAME"));
            format!("for `{scope}`, request a token of the type `{ACCESS_TOKEN_TYPE}{other}`")
        }
        _ if prefix.is_empty() => "write `admin`, or leave `scope` out".to_owned(),
        Some(_) => format!("write `{prefix}:{}`", name_or(placeholder)),
        None if found == "none" || lower == "admin" || !name.is_empty() => {
            format!("write `{prefix}:{placeholder}`")
        }
        // A name alone.
        None => format!("write `{prefix}:{found}`"),
    }
}

/// Why a text is not the name of one team, user or runner; `None` if it is.
fn unfit(name: &str, prefix: &str) -> Option<String> {
    let parts: Vec<&str> = name
        .split([' ', ',', ';'])
        .filter(|part| !part.is_empty())
        .collect();
    let of_part = |part: &&str| is_target_name(part.rsplit(':').next().unwrap_or_default());
    if is_target_name(name) {
        None
    } else if name.contains(['*', '?']) {
        Some(format!(
            "a request names one {prefix}: wildcards are for policies"
        ))
    } else if parts.len() > 1 && parts.iter().all(of_part) {
        let one = "a token has one scope: send a request for each";
        let is_plus = parts.iter().skip(1).all(|part| !part.contains(':')) && name.contains(' ');
        let plus = if is_plus {
            "; in a form, a `+` of a name is `%2B`"
        } else {
            ""
        };
        Some(format!("{one}{plus}"))
    } else {
        let found = name.chars().find(|c| !is_target_char(*c));
        Some(match found {
            Some(c) if c.is_ascii_graphic() && !['"', '\\'].contains(&c) => {
                format!("no name has `{c}`")
            }
            // An answer in HTTP has ASCII only, without these two (RFC 6749, section 5.2).
            Some(c) if c.is_alphanumeric() => format!("no name has `{c}` (U+{:04X})", u32::from(c)),
            Some(c) => format!("no name has U+{:04X}", u32::from(c)),
            None => format!("a name has at most {MAX_TARGET_CHARS} characters"),
        })
    }
}

/// The token type that goes with the prefix of a scope.
fn token_type_of(prefix: &str) -> &str {
    match prefix {
        "user" => "personal",
        other => other,
    }
}

/// The `requested_token_type` that is likely meant.
pub(super) fn requested_token_type(found: &str) -> Option<String> {
    let last = found.rsplit(':').next()?.trim().to_ascii_lowercase();
    let meant = TokenType::parse(&last).map(TokenType::as_str);
    let meant = meant.or_else(|| {
        let plain = last.replace(['-', '_'], "");
        let known = WORDS.iter().find(|(known, _)| *known == plain);
        known.map(|(_, prefix)| token_type_of(prefix))
    });
    let is_organization = ["org", "organisation", "access_token"].contains(&last.as_str());
    let meant = meant.or(is_organization.then_some("organization"));
    Some(format!("write `{ACCESS_TOKEN_TYPE}{}`", meant?))
}

/// The `audience` that is likely meant.
pub(super) fn audience(found: &str) -> Option<String> {
    let name = found
        .trim()
        .trim_end_matches('/')
        .rsplit([':', '/'])
        .next()?;
    // More after the organization: a team, for one.
    let after = found.trim().strip_prefix(AUDIENCE);
    let name = after.map_or(name, |after| {
        after.split([':', '/']).next().unwrap_or(after)
    });
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = !name.is_empty() && name.chars().all(is_fit);
    // An audience of another system: an address.
    let is_other =
        !found.starts_with("urn:pulumi:") && (name.contains('.') || found.starts_with("api://"));
    Some(match is_name && !is_other {
        true => format!("write `{AUDIENCE}{name}`"),
        false => format!("write `{AUDIENCE}` and the organization's name"),
    })
}

/// The `grant_type` that is likely meant.
pub(super) fn grant_type(found: &str) -> Option<String> {
    let last = found.trim().rsplit([':', '/']).next()?.to_ascii_lowercase();
    let is_meant = last.replace(['-', ' '], "_") == "token_exchange";
    is_meant.then(|| format!("write `{GRANT_TYPE}`"))
}

/// The `subject_token_type` that is likely meant.
pub(super) fn subject_token_type(found: &str) -> Option<String> {
    let last = found.trim().rsplit([':', '/']).next()?.to_ascii_lowercase();
    let is_meant = ["id_token", "idtoken", "jwt"].contains(&last.replace('-', "_").as_str());
    is_meant.then(|| format!("write `{SUBJECT_TOKEN_TYPE}`"))
}

/// The number of seconds that a duration stands for: `1h`, `30 minutes`, `PT1H`.
pub(super) fn expiration(found: &str) -> Option<String> {
    let lower = found.trim().to_ascii_lowercase();
    let text = lower.strip_prefix("pt").unwrap_or(&lower);
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let factor = match unit.trim() {
        "s" | "sec" | "secs" | "second" | "seconds" | ".0" | "" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(factor)?;
    (seconds > 0).then(|| format!("write `{seconds}`"))
}

/// What to do about a parameter that is missing, by the names that the body has.
pub(super) fn missing(name: &str, sent: &[&str]) -> Option<String> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '-', ' '], "");
    let others: &[&str] = match name {
        "subject_token" => &[
            "token",
            "id_token",
            "assertion",
            "client_assertion",
            "jwt",
            "oidc_token",
        ],
        "audience" => &["aud", "organization", "org"],
        "requested_token_type" => &["token_type", "type"],
        _ => &[],
    };
    let is_it = |sent: &&&str| {
        plain(sent) == plain(name) || others.iter().any(|other| plain(other) == plain(sent))
    };
    if sent.is_empty() {
        return Some(
            "the body is empty: parameters are sent in the body, not in the address".to_owned(),
        );
    }
    let found = sent.iter().find(is_it)?;
    Some(format!("the body has `{found}`: its name is `{name}`"))
}

#[cfg(test)]
mod tests;
