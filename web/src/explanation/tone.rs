//! The classes of marks.

use claimgate_workbench::playground::rule_mark::Tone;

/// The class of a mark beside a rule or a policy.
pub(crate) const fn mark_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "mark mark--good",
        Tone::Bad => "mark mark--bad",
        Tone::Note => "mark mark--note",
        Tone::Neutral => "mark",
    }
}

/// The class of a mark within a line.
pub(crate) const fn chip_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "use use--good",
        Tone::Bad => "use use--bad",
        Tone::Note | Tone::Neutral => "use",
    }
}
