//! The numbers that the Wasm and the JavaScript around it exchange: one home, from which
//! `npm/src/protocol.js` is generated.

use claimgate::explain::ReasonCode;

/// The result of calls that start a run, if there is none: the reason is in [`Core::text`].
///
/// [`Core::text`]: crate::Core::text
pub(crate) const NO_RUN: u32 = u32::MAX;

/// The separator between the values of claims.
pub(crate) const SEPARATOR: char = '\u{1f}';

/// How many reasons there is room for in a decision's number.
pub(crate) const REASON_COUNT: u32 = 16;
/// The bit of admin permission in a decision's number.
pub(crate) const ADMIN: u32 = REASON_COUNT;
/// The factor of the issuer's index plus one in a decision's number.
pub(crate) const ISSUER: u32 = 2 * ADMIN;
/// How many issuers there is room for in a decision's number.
pub(crate) const ISSUER_COUNT: u32 = 1 << 20;
/// The factor of the policy's index plus one in a decision's number.
pub(crate) const POLICY: f64 = (ISSUER as f64) * (ISSUER_COUNT as f64);

/// The reason of a decision that grants the role in [`Core::role`].
///
/// [`Core::role`]: crate::Core::role
pub(crate) const ROLE: u32 = 5;
/// The reason of an error, whose code is in [`Core::text`].
///
/// [`Core::text`]: crate::Core::text
pub(crate) const FAILED: u32 = 15;

/// The factor of the key in the number of a wanted signature check; the remainder is the algorithm.
pub(crate) const KEY: u32 = 16;

/// The numbers of requests: an organization's without and with admin, and those with a target.
pub(crate) const ORGANIZATION_REQUEST: u32 = 0;
pub(crate) const ADMIN_REQUEST: u32 = 1;
pub(crate) const TEAM_REQUEST: u32 = 2;
pub(crate) const PERSONAL_REQUEST: u32 = 3;
pub(crate) const RUNNER_REQUEST: u32 = 4;

/// The checks that can be skipped, by their bits.
pub(crate) const SKIPPED: [&str; 5] = ["issuer", "key", "signature", "time", "audience"];

/// The number of a reason.
pub(crate) fn reason(code: ReasonCode, has_role: bool) -> u32 {
    match code {
        ReasonCode::AllowMatched if has_role => ROLE,
        ReasonCode::AllowMatched => 0,
        ReasonCode::DenyMatched => 1,
        ReasonCode::DefaultDeny => 2,
        ReasonCode::AdminNotGranted => 3,
        ReasonCode::RoleAmbiguous => 4,
        ReasonCode::DecisionTooCostly => 6,
        // A reason that this table does not know denies.
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use claimgate::jwt::Algorithm;

    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/npm/src/protocol.js");

    /// The names of the reasons by their numbers.
    fn reasons() -> Vec<&'static str> {
        let codes = [
            ReasonCode::AllowMatched,
            ReasonCode::DenyMatched,
            ReasonCode::DefaultDeny,
            ReasonCode::AdminNotGranted,
            ReasonCode::RoleAmbiguous,
            ReasonCode::DecisionTooCostly,
        ];
        let mut names = vec![""; 7];
        for code in codes {
            for has_role in [false, true] {
                names[reason(code, has_role) as usize] = code.as_str();
            }
        }
        names
    }

    fn javascript() -> String {
        let strings = |names: &[&str]| serde_json::to_string(names).unwrap();
        let algorithms = Algorithm::ALL.map(Algorithm::as_str);
        format!(
            "// Generated from crates/wasm/src/protocol.rs: CLAIMGATE_WRITE=1 cargo test -p claimgate-wasm\n\
             \n\
             export const NO_RUN = {NO_RUN};\n\
             export const SEPARATOR = \"\\x{:02x}\";\n\
             export const REASON_COUNT = {REASON_COUNT};\n\
             export const ADMIN = {ADMIN};\n\
             export const ISSUER = {ISSUER};\n\
             export const ISSUER_COUNT = {ISSUER_COUNT};\n\
             export const POLICY = {POLICY};\n\
             export const ROLE = {ROLE};\n\
             export const FAILED = {FAILED};\n\
             export const KEY = {KEY};\n\
             export const ORGANIZATION_REQUEST = {ORGANIZATION_REQUEST};\n\
             export const ADMIN_REQUEST = {ADMIN_REQUEST};\n\
             export const TEAM_REQUEST = {TEAM_REQUEST};\n\
             export const PERSONAL_REQUEST = {PERSONAL_REQUEST};\n\
             export const RUNNER_REQUEST = {RUNNER_REQUEST};\n\
             export const SKIPPED = {};\n\
             export const REASONS = {};\n\
             export const ALGORITHMS = {};\n",
            u32::from(SEPARATOR),
            strings(&SKIPPED),
            strings(&reasons()),
            strings(&algorithms),
        )
    }

    #[test]
    fn the_javascript_is_up_to_date() {
        let expected = javascript();
        if std::env::var_os("CLAIMGATE_WRITE").is_some() {
            std::fs::write(FILE, &expected).unwrap();
        }
        let found = std::fs::read_to_string(FILE).unwrap_or_default();
        assert_eq!(found, expected, "CLAIMGATE_WRITE=1 writes {FILE}");
    }

    #[test]
    fn a_decisions_number_is_exact() {
        // The largest policy index that a 53-bit number has room for.
        let most = 2_f64.powi(53) / POLICY;
        assert!(most > 100_000_000.0);
        assert!(Algorithm::ALL.len() <= KEY as usize && reasons().len() <= FAILED as usize);
    }
}
