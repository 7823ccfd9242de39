//! All kinds of findings, in the groups of their documentation.

use super::rule::Rule;
use super::{jobs, read, spelling, tenants, whole_set};

/// A group of kinds of findings: a page of the documentation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Group {
    /// The name of its page.
    pub page: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What its findings are about, in a sentence.
    pub about: &'static str,
    /// The kinds of findings.
    pub rules: &'static [&'static Rule],
}

/// All groups.
pub static CATALOG: [Group; 4] = GROUPS;

/// The codes of all kinds of findings. The compiler takes them out of the documentation, so that the Wasm,
/// which names them, does not contain its texts.
pub(crate) static CODES: [&str; count(&GROUPS)] = codes(&GROUPS);

const GROUPS: [Group; 4] = [
    Group {
        page: "tenants",
        title: "Whose tokens",
        about: "Whose tokens an allow admits: yours only, or those of strangers, too.",
        rules: &[
            &tenants::shared_issuer_unpinned::RULE,
            &tenants::audience_only::RULE,
            &tenants::audience_unpinned::RULE,
            &tenants::name_without_separator::RULE,
            &tenants::attacker_chosen_only::RULE,
            &tenants::actor_only::RULE,
            &tenants::human_identity::RULE,
            &tenants::workflow_claim_confused::RULE,
            &tenants::mutable_name::RULE,
            &tenants::recyclable_name::RULE,
            &tenants::immutable_subject_missed::RULE,
            &tenants::root_issuer::RULE,
        ],
    },
    Group {
        page: "jobs",
        title: "Which jobs",
        about: "Which of your own jobs an allow admits: the one that it is for, or others, too.",
        rules: &[
            &jobs::any_repository::RULE,
            &jobs::any_ref::RULE,
            &jobs::any_tag::RULE,
            &jobs::pull_request_admitted::RULE,
            &jobs::any_environment::RULE,
            &jobs::wildcard_crosses_separator::RULE,
            &jobs::workflow_unpinned::RULE,
            &jobs::workflow_ref_unpinned::RULE,
            &jobs::self_hosted_runner::RULE,
            &jobs::ssh_rerun::RULE,
            &jobs::fork_build::RULE,
            &jobs::kubernetes_default_account::RULE,
            &jobs::team_pattern_wide::RULE,
            &jobs::personal_from_ci::RULE,
        ],
    },
    Group {
        page: "sets",
        title: "The whole set",
        about: "What the policies of an issuer do to each other.",
        rules: &[
            &whole_set::allow_dead::RULE,
            &whole_set::allow_redundant::RULE,
            &whole_set::policies_equal::RULE,
            &whole_set::deny_useless::RULE,
            &whole_set::deny_avoidable::RULE,
            &whole_set::deny_case::RULE,
            &whole_set::rules_unsatisfiable::RULE,
            &whole_set::never_matches_provider::RULE,
            &whole_set::role_ambiguous_possible::RULE,
            &whole_set::admin_wider::RULE,
            &whole_set::wider_than_baseline::RULE,
            &whole_set::report_only::RULE,
            &whole_set::report_only_differs::RULE,
            &read::DENIES_EVERYTHING,
            &read::TARGET_UNREACHABLE,
            &read::MANY_POLICIES,
            &read::FINDINGS_LEFT_OUT,
            &whole_set::analysis_undecided::RULE,
        ],
    },
    Group {
        page: "spelling",
        title: "Spelling",
        about: "How patterns, claims and URLs are written, and what that means.",
        rules: &[
            &spelling::dot_is_wildcard::RULE,
            &spelling::question_is_optional::RULE,
            &spelling::regex_in_glob::RULE,
            &spelling::brace_or_class::RULE,
            &spelling::whitespace::RULE,
            &spelling::invisible_character::RULE,
            &spelling::look_alike::RULE,
            &spelling::non_normalised::RULE,
            &spelling::claim_unknown::RULE,
            &spelling::claim_of_other_provider::RULE,
            &spelling::case_never::RULE,
            &spelling::boolean_as_text::RULE,
            &spelling::integer_pattern::RULE,
            &spelling::fraction::RULE,
            &spelling::array_claim::RULE,
            &spelling::pattern_normal_form::RULE,
            &spelling::name_too_long::RULE,
            &read::ESCAPE_NOT_PORTABLE,
            &read::MATCHES_ANYTHING,
            &spelling::url_slash::RULE,
            &spelling::duplicate_rule_meaning::RULE,
        ],
    },
];

/// All kinds of findings, group by group.
pub fn catalog() -> impl Iterator<Item = &'static Rule> {
    CATALOG.iter().flat_map(|group| group.rules.iter().copied())
}

const fn count(groups: &[Group]) -> usize {
    let (mut rest, mut count) = (groups, 0);
    while let [first, others @ ..] = rest {
        count += first.rules.len();
        rest = others;
    }
    count
}

#[expect(
    clippy::indexing_slicing,
    reason = "the compiler evaluates it, and there is a place for each"
)]
const fn codes<const COUNT: usize>(groups: &[Group]) -> [&'static str; COUNT] {
    let mut codes = [""; COUNT];
    let (mut rest, mut at) = (groups, 0);
    while let [group, others @ ..] = rest {
        let mut rules = group.rules;
        while let [rule, more @ ..] = rules {
            codes[at] = rule.code;
            at += 1;
            rules = more;
        }
        rest = others;
    }
    codes
}
