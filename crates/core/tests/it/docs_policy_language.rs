//! The examples of `docs/policy-language.md`, run.
//!
//! - A block `json policies` compiles. The tests of `claimgate-analysis` check the findings that its
//!   line names.
//! - A block `json refused` gives the errors that its line names.
//! - A table with `decision` and `code` asks the last policies, on the last claims with the row's
//!   in place of theirs.
//! - Tables of claim paths, of values and of patterns hold row by row.

use claimgate::claim_path::ClaimPath;
use claimgate::claims::{Claims, TrustedClaims, Value};
use claimgate::explain::{ReasonCode, RuleOutcome, decide, explain};
use claimgate::pattern::{Dialect, MAX_PATTERN_CHARS, Pattern};
use claimgate::policy::{
    Decision, Limits, PolicyDefinition, PolicySet, RequestedToken, TokenType, parse_policies,
};

use crate::markdown::{Block, Fence, Table, blocks, code, file, span};

const ORGANIZATION: RequestedToken = RequestedToken::Organization { admin: false };

#[test]
fn the_examples_of_the_policy_language_hold() {
    let mut page = Page::default();
    for block in blocks(&file("docs/policy-language.md")) {
        match block {
            Block::Fence(fence) => page.fence(&fence),
            Block::Table(table) => page.table(&table),
        }
    }
    let Page {
        policies,
        rows,
        refused,
        ..
    } = page;
    assert!(
        policies.is_some() && rows > 80 && refused == 3,
        "{rows} rows and {refused} refusals were found"
    );
}

#[derive(Default)]
struct Page {
    policies: Option<PolicySet>,
    claims: Vec<(String, Value)>,
    /// How many rows of tables were tried.
    rows: usize,
    /// How many blocks were refused, as they should.
    refused: usize,
}

impl Page {
    fn fence(&mut self, fence: &Fence) {
        let place = fence.line;
        match fence.words().as_slice() {
            ["json", "policies", ..] => {
                let policies = compile(&fence.text)
                    .unwrap_or_else(|errors| panic!("line {place}: {errors:?}"));
                self.policies = Some(policies);
            }
            ["json", "refused", expected @ ..] => {
                assert_eq!(compile(&fence.text).unwrap_err(), expected, "line {place}");
                self.refused += 1;
            }
            ["json", "claims"] => self.claims = members(&fence.text),
            other => panic!("line {place}: what is {other:?}?"),
        }
    }

    fn table(&mut self, table: &Table) {
        let names: Vec<&str> = table.header.iter().map(String::as_str).collect();
        let check: &dyn Fn(&[String]) -> bool = match names.as_slice() {
            [.., "decision", "code"] => &|row| self.decides(&names, row),
            ["path", "leads to"] => &leads_to,
            ["of the policies of one issuer", "limit"] => &is_limit,
            ["value in the token", "pattern", "outcome"] => &sees,
            ["pattern", "value", "`pulumi`", "`stringlike`"] => &matches,
            ["member" | "written" | "code", ..] | ["", "here (`pulumi`)", ..] => return,
            other => panic!("line {}: what is a table of {other:?}?", table.line),
        };
        for row in &table.rows {
            assert!(
                check(row),
                "docs/policy-language.md, below line {}: {row:?}",
                table.line
            );
        }
        self.rows += table.rows.len();
    }

    /// Whether the last policies decide as the row says.
    fn decides(&self, names: &[&str], row: &[String]) -> bool {
        let mut claims = self.claims.clone();
        let mut request = ORGANIZATION;
        for (name, cell) in names.iter().zip(row) {
            match code(name) {
                Some(claim) => {
                    claims.retain(|(name, _)| name != claim);
                    claims.push((claim.to_owned(), value(span(cell))));
                }
                None if *name == "requested" => request = requested(cell),
                None => assert!(matches!(*name, "decision" | "code"), "{name}"),
            }
        }
        let claims = TrustedClaims::dangerous_assume_verified(
            Claims::from_value(Value::Object(claims)).unwrap(),
        );
        let decided = decide(self.policies.as_ref().unwrap(), &claims, &request);
        let word = if decided.reason == ReasonCode::AllowMatched {
            "allowed"
        } else {
            "denied"
        };
        row.ends_with(&[word.to_owned(), format!("`{}`", decided.reason.as_str())])
    }
}

/// The compiled policies, or the codes of the errors.
fn compile(text: &str) -> Result<PolicySet, Vec<String>> {
    let policies =
        parse_policies(text).and_then(|policies| PolicySet::compile(&policies, Dialect::Pulumi));
    policies.map_err(|errors| errors.iter().map(|error| error.code.to_string()).collect())
}

fn members(text: &str) -> Vec<(String, Value)> {
    match Value::parse(text) {
        Ok(Value::Object(members)) => members,
        other => panic!("{other:?}"),
    }
}

/// JSON, or else a string without its quotes.
fn value(text: &str) -> Value {
    Value::parse(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// `organization`, `organization admin`, `team NAME`, `personal LOGIN`, `runner NAME`.
fn requested(cell: &str) -> RequestedToken {
    match cell.split_once(' ') {
        None if cell == "organization" => ORGANIZATION,
        Some(("organization", "admin")) => RequestedToken::Organization { admin: true },
        Some(("team", name)) => RequestedToken::Team {
            name: name.to_owned(),
        },
        Some(("personal", login)) => RequestedToken::Personal {
            login: login.to_owned(),
        },
        Some(("runner", name)) => RequestedToken::Runner {
            name: name.to_owned(),
        },
        _ => panic!("what does {cell:?} request?"),
    }
}

/// Whether a path leads through these members, or has an error of this code.
fn leads_to(row: &[String]) -> bool {
    let found = match ClaimPath::parse(span(&row[0])) {
        Ok(path) => path
            .segments()
            .iter()
            .map(|segment| format!("`{segment}`"))
            .collect::<Vec<_>>()
            .join(" > "),
        Err(error) => format!("`{}`", error.code()),
    };
    found == row[1]
}

/// Whether a rule sees the value as the row says.
fn sees(row: &[String]) -> bool {
    let claims = match row[0].as_str() {
        "nothing" => "{}".to_owned(),
        cell => format!(r#"{{"claim": {}}}"#, span(cell)),
    };
    let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization)
        .rule("claim", span(&row[1]));
    let policies = PolicySet::compile(&[policy], Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(&claims).unwrap());
    let outcome = match explain(&policies, &claims, &ORGANIZATION).policies[0].rules[0].outcome {
        RuleOutcome::Matched => "matched",
        RuleOutcome::Mismatch => "mismatch",
        RuleOutcome::MissingClaim => "missing claim",
        RuleOutcome::UnusableValue => "unusable value",
    };
    outcome == row[2]
}

/// Whether the pattern accepts the value in both dialects as the row says.
fn matches(row: &[String]) -> bool {
    let text = |cell: &str| {
        if cell == "(empty)" {
            String::new()
        } else {
            span(cell).to_owned()
        }
    };
    let (pattern, value) = (text(&row[0]), text(&row[1]));
    [Dialect::Pulumi, Dialect::StringLike]
        .into_iter()
        .zip(&row[2..])
        .all(|(dialect, expected)| {
            let is_match = Pattern::new(&pattern, dialect).unwrap().is_match(&value);
            *expected == if is_match { "yes" } else { "no" }
        })
}

/// Whether that is a limit of policies.
fn is_limit(row: &[String]) -> bool {
    let limit = match row[0].as_str() {
        "bytes of claim paths, patterns, names and roles" => Limits::STANDARD.bytes,
        "claims that rules are on" => Limits::STANDARD.claim_paths,
        "claims that the rules of one policy are on" => Limits::STANDARD.policy_claim_paths,
        "characters of a claim path" => Limits::STANDARD.claim_path_chars,
        "characters of a pattern" => MAX_PATTERN_CHARS,
        other => panic!("what is {other}?"),
    };
    let found = row[1]
        .split(';')
        .next()
        .unwrap_or_default()
        .replace(',', "");
    found == limit.to_string()
}
