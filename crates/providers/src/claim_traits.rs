//! What is known of the claims of a provider besides their form: which of them the job's author
//! chooses, which are names that can change, and which name a person.

use crate::grammar::GRAMMARS;

/// Traits of a provider's claims. Paths are as rules write them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClaimTraits {
    /// The identifier of its grammar.
    pub id: &'static str,
    /// Claims whose value the author of a job, or anyone who can push, chooses.
    pub chosen: &'static [&'static str],
    /// Claims that name the person who started a job, or groups of theirs.
    pub people: &'static [&'static str],
    /// Claims that name things, each with the claim of the identifier that stays when the name
    /// changes.
    pub lasting: &'static [(&'static str, &'static str)],
    /// Whether someone else can register a name again after a renaming or deletion.
    pub is_recyclable: bool,
    /// The parts of claims, by their names in the grammar, in which the provider ignores case.
    pub ignores_case: &'static [&'static str],
    /// Whether it runs jobs for people who push code: CI.
    pub is_ci: bool,
}

const UNKNOWN: ClaimTraits = ClaimTraits {
    id: "",
    chosen: &["aud"],
    people: &[],
    lasting: &[],
    is_recyclable: false,
    ignores_case: &[],
    is_ci: false,
};

const CI: ClaimTraits = ClaimTraits {
    is_ci: true,
    ..UNKNOWN
};

const KUBERNETES: ClaimTraits = ClaimTraits {
    lasting: &[
        (
            "\"kubernetes.io\".serviceaccount.name",
            "\"kubernetes.io\".serviceaccount.uid",
        ),
        ("sub", "\"kubernetes.io\".serviceaccount.uid"),
    ],
    is_recyclable: true,
    ..UNKNOWN
};

/// The traits of all providers of which something is known. Sources are those of the grammars.
pub static CLAIM_TRAITS: [ClaimTraits; 16] = [
    ClaimTraits {
        id: "github-actions",
        chosen: &[
            "aud",
            "ref",
            "ref_type",
            "ref_protected",
            "environment",
            "workflow",
            "event_name",
            "head_ref",
            "base_ref",
            "sha",
            "runner_environment",
            "repository_visibility",
            "run_id",
            "run_number",
            "run_attempt",
        ],
        people: &["actor", "actor_id"],
        lasting: &[
            ("repository", "repository_id"),
            ("repository_owner", "repository_owner_id"),
            ("sub", "repository_id"),
            ("sub", "repository_owner_id"),
            ("actor", "actor_id"),
        ],
        is_recyclable: true,
        ignores_case: &["owner", "repository", "environment"],
        ..CI
    },
    ClaimTraits {
        id: "gitlab",
        ..GITLAB
    },
    ClaimTraits {
        id: "gitlab-self-managed",
        ..GITLAB
    },
    ClaimTraits {
        id: "terraform-cloud",
        chosen: &["aud", "terraform_run_phase"],
        lasting: &[
            ("terraform_organization_name", "terraform_organization_id"),
            ("terraform_workspace_name", "terraform_workspace_id"),
            ("terraform_full_workspace", "terraform_workspace_id"),
            ("sub", "terraform_workspace_id"),
            ("sub", "terraform_organization_id"),
        ],
        ..CI
    },
    ClaimTraits {
        id: "buildkite",
        chosen: &[
            "aud",
            "build_branch",
            "build_tag",
            "step_key",
            "build_source",
        ],
        lasting: &[
            ("organization_slug", "organization_id"),
            ("pipeline_slug", "pipeline_id"),
            ("sub", "pipeline_id"),
            ("sub", "organization_id"),
        ],
        ..CI
    },
    ClaimTraits {
        id: "circleci",
        chosen: &["\"oidc.circleci.com/vcs-ref\""],
        ..CI
    },
    ClaimTraits {
        id: "bitbucket",
        chosen: &["aud", "branchName"],
        ..CI
    },
    ClaimTraits {
        id: "azure-devops",
        chosen: &["rpo_ref"],
        lasting: &[("sub", "def_id"), ("sub", "prj_id")],
        ..CI
    },
    ClaimTraits {
        id: "spacelift",
        chosen: &["runType", "scope"],
        ..CI
    },
    ClaimTraits {
        id: "codefresh",
        chosen: &["aud"],
        lasting: &[("pipeline_name", "pipeline_id")],
        ..CI
    },
    ClaimTraits {
        id: "vercel",
        chosen: &["environment"],
        lasting: &[
            ("owner", "owner_id"),
            ("project", "project_id"),
            ("sub", "project_id"),
            ("sub", "owner_id"),
        ],
        ..CI
    },
    ClaimTraits {
        id: "fly",
        chosen: &["aud", "machine_name"],
        lasting: &[
            ("org_name", "org_id"),
            ("app_name", "app_id"),
            ("sub", "app_id"),
        ],
        ..UNKNOWN
    },
    ClaimTraits {
        id: "gcp",
        lasting: &[("email", "sub")],
        is_recyclable: true,
        ..UNKNOWN
    },
    ClaimTraits {
        id: "eks",
        ..KUBERNETES
    },
    ClaimTraits {
        id: "gke",
        ..KUBERNETES
    },
    ClaimTraits {
        id: "aks",
        ..KUBERNETES
    },
];

const GITLAB: ClaimTraits = ClaimTraits {
    chosen: &[
        "aud",
        "ref",
        "ref_type",
        "ref_path",
        "environment",
        "ref_protected",
        "environment_action",
        "environment_protected",
        "deployment_tier",
        "pipeline_source",
        "sha",
    ],
    people: &["user_login", "user_id", "user_email", "groups_direct"],
    lasting: &[
        ("project_path", "project_id"),
        ("namespace_path", "namespace_id"),
        ("sub", "project_id"),
        ("sub", "namespace_id"),
        ("user_login", "user_id"),
    ],
    is_recyclable: true,
    ignores_case: &["namespace", "project"],
    ..CI
};

/// What is known of the claims of the provider with that grammar.
///
/// ```
/// use claimgate_providers::claim_traits;
///
/// assert!(claim_traits("github-actions").chosen.contains(&"environment"));
/// assert_eq!(claim_traits("unknown").chosen, ["aud"]);
/// ```
#[must_use]
pub fn claim_traits(grammar: &str) -> &'static ClaimTraits {
    let known = CLAIM_TRAITS.iter().find(|traits| traits.id == grammar);
    known.unwrap_or(&UNKNOWN)
}

/// The names of the providers, other than the one with that grammar, whose tokens have a claim.
#[must_use]
pub fn senders(claim: &str, besides: &str) -> Vec<&'static str> {
    let has = |grammar: &&&crate::grammar::Grammar| {
        let of_shapes = grammar.shapes.iter().flat_map(|shape| shape.claims);
        let mut all = grammar.claims.iter().chain(of_shapes);
        grammar.id != besides && all.any(|own| own.path == claim)
    };
    let found = GRAMMARS.iter().filter(has);
    found.map(|grammar| grammar.name).collect()
}

#[cfg(test)]
mod tests {
    use super::{CLAIM_TRAITS, senders};
    use crate::grammar::GRAMMARS;

    #[test]
    fn traits_are_of_claims_that_the_grammar_knows() {
        for traits in &CLAIM_TRAITS {
            let found = GRAMMARS.iter().find(|grammar| grammar.id == traits.id);
            let grammar = found.unwrap_or_else(|| panic!("no grammar {}", traits.id));
            let of_shapes = grammar.shapes.iter().flat_map(|shape| shape.claims);
            let paths: Vec<_> = grammar
                .claims
                .iter()
                .chain(of_shapes)
                .map(|claim| claim.path)
                .collect();
            let named = traits.chosen.iter().chain(traits.people).copied();
            let named = named.chain(traits.lasting.iter().flat_map(|(name, id)| [*name, *id]));
            for path in named {
                assert!(paths.contains(&path), "{}: {path}", traits.id);
            }
            for atom in traits.ignores_case {
                assert!(grammar.atom(atom).is_some(), "{}: {atom}", traits.id);
            }
        }
    }

    #[test]
    fn a_claim_tells_who_sends_it() {
        assert_eq!(
            senders("terraform_run_phase", "github-actions"),
            ["HCP Terraform"]
        );
        assert!(senders("aud", "github-actions").len() > 5);
        assert!(senders("no_such_claim", "").is_empty());
    }
}
