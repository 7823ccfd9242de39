//! A decision as Markdown for an issue or a chat: the decision, its reason, the policies and the
//! claims. No token.

use claimgate::explain::render_text;
use claimgate::policy::{RequestedToken, to_json};
use claimgate::time::format_utc;

use super::evaluate::Report;
use super::share::Shared;

/// The text.
pub fn markdown(report: &Report, shared: &Shared, now: i64) -> String {
    let mut parts = vec![
        format!("## {}", report.verdict().word()),
        report.summary.clone(),
        format!(
            "Requested: {}, at {}.",
            request(&shared.request),
            format_utc(now)
        ),
    ];
    if !report.unchecked.is_empty() {
        parts.push(
            report
                .unchecked
                .iter()
                .map(|line| format!("- {line}"))
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    if let Some(explanation) = &report.explanation {
        parts.push("### Explanation".to_owned());
        parts.push(fenced("text", &render_text(explanation)));
    }
    parts.push("### Policies".to_owned());
    parts.push(fenced("json", &to_json(&shared.policies)));
    if let Some(claims) = &shared.claims {
        parts.push("### Claims".to_owned());
        parts.push(fenced("json", claims.as_str()));
    }
    parts.join("\n\n") + "\n"
}

fn request(request: &RequestedToken) -> String {
    match request {
        RequestedToken::Organization { admin: false } => "an organization's token".to_owned(),
        RequestedToken::Organization { admin: true } => {
            "an organization's token with scope `admin`".to_owned()
        }
        RequestedToken::Team { name } => format!("a token of team {}", code(name)),
        RequestedToken::Personal { login } => format!("a token of user {}", code(login)),
        RequestedToken::Runner { name } => format!("a token of runner {}", code(name)),
    }
}

/// A name between as many backticks as it needs.
fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    if text.contains('`') {
        format!("{ticks} {text} {ticks}")
    } else {
        format!("{ticks}{text}{ticks}")
    }
}

/// A block whose fence is longer than any in the text.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!(
        "{fence}{language}\n{}\n{fence}",
        text.trim_end_matches('\n')
    )
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::Dialect;

    use super::*;
    use crate::playground::evaluate::{Answer, Question, evaluate};
    use crate::playground::scratch::{Origin, SCRATCH, Scratch};
    use crate::playground::share::{ClaimsText, has_token};

    #[test]
    fn markdown_has_the_decision_the_reasons_and_no_token() {
        for example in crate::playground::gallery::all() {
            let shared = example.shared();
            let question = Question {
                is_claims: !example.is_token,
                text: if example.is_token {
                    crate::playground::gallery::unsigned(&example.claims)
                } else {
                    example.claims.clone()
                },
                issuer: SCRATCH.to_owned(),
                request: example.request.clone(),
                skip: shared.skip,
                now: example.now,
                dialect: Dialect::Pulumi,
            };
            let Answer::Report(report) = evaluate(
                &question,
                &[Scratch::of_shared(&shared, Origin::Link, &[]).issuer],
            ) else {
                panic!("{}", example.id)
            };
            let text = markdown(&report, &shared, example.now);
            assert!(
                text.starts_with("## ") && text.contains(&report.summary),
                "{text}"
            );
            assert!(text.contains("### Policies") && text.contains("### Claims"));
            assert!(!has_token(&text), "{text}");
            assert!(report.explanation.is_none() || text.contains("### Explanation"));
        }
        let claims = ClaimsText::new("{\"a\":\"x\\n````\\n# no heading\"}").unwrap();
        let shared = Shared {
            claims: Some(claims),
            request: RequestedToken::Team {
                name: "a`b".to_owned(),
            },
            ..crate::playground::gallery::all()[0].shared()
        };
        let stored = [Scratch::of_shared(&shared, Origin::Link, &[]).issuer];
        let text = shared.claims.as_ref().unwrap().as_str().to_owned();
        let (issuer, request, skip) = (SCRATCH.to_owned(), shared.request.clone(), shared.skip);
        let question = Question {
            is_claims: true,
            text,
            issuer,
            request,
            skip,
            now: 0,
            dialect: Dialect::Pulumi,
        };
        let Answer::Report(report) = evaluate(&question, &stored) else {
            panic!("no report")
        };
        let text = markdown(&report, &shared, 0);
        assert!(
            text.contains("`````json\n{\"a\"") && text.contains("team `` a`b ``"),
            "{text}"
        );
    }
}
