//! `findings-left-out`: so many findings that the other policies are not looked at.

use claimgate::diagnostic::{Basis, Diagnostic};

pub(super) fn finding(first: usize) -> Diagnostic {
    let message = "there are too many findings on earlier policies: this one and later ones have not been read";
    Diagnostic::note("findings-left-out", message)
        .at(format!("policies[{first}]"))
        .basis(Basis::Proved)
        .help("fix those findings first")
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::Dialect;
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    use crate::{Policies, findings};

    #[test]
    fn after_a_thousand_findings_policies_are_not_looked_at() {
        let policy = |index: usize| {
            PolicyDefinition::new(Decision::Allow, TokenType::Organization)
                .rule("sub", format!("repo:octo-org/repo{index}:*"))
        };
        let found = |count: usize| {
            let policies: Vec<_> = (0..count).map(policy).collect();
            findings(&Policies::new(&policies, Dialect::Pulumi))
        };
        let is_left_out =
            |finding: &&claimgate::diagnostic::Diagnostic| finding.code == "findings-left-out";
        assert_eq!(found(200).iter().find(is_left_out), None);
        let many = found(20_000);
        assert!(many.len() < 1_010, "{}", many.len());
        let left_out = many.iter().find(is_left_out).unwrap();
        assert!(
            left_out.path.starts_with("policies[") && left_out.path.len() < "policies[1000]".len()
        );
        assert_eq!(many.last().unwrap().code, "many-policies");
    }
}
