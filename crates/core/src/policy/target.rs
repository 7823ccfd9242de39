//! The names of teams, users and runners that can be requested.

/// The longest name of a team, a user or a runner, in characters.
pub const MAX_TARGET_CHARS: usize = 100;

/// Whether a name of a team, a user or a runner may have this character: ASCII letters, digits, `-`,
/// `_`, `.`, `@`, `+`.
#[must_use]
pub fn is_target_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+')
}

/// Whether a team, a user or a runner of this name can be requested: it has 1 to [`MAX_TARGET_CHARS`]
/// [characters](is_target_char).
///
/// ```
/// use claimgate::policy::is_target_name;
///
/// assert!(is_target_name("first.last+ci@acme.example"));
/// assert!(!is_target_name("deploy team"));
/// ```
#[must_use]
pub fn is_target_name(name: &str) -> bool {
    (1..=MAX_TARGET_CHARS).contains(&name.len()) && name.chars().all(is_target_char)
}
