//! What the hints of explanations draw on.

use claimgate::explain::HintSources;
use claimgate_providers::hints;
use unicode_normalization::UnicodeNormalization as _;

/// What is known of providers, and Unicode normalization. The command line has the same.
pub const HINT_SOURCES: HintSources =
    hints::sources(Some(|text| text.nfkc().collect()), str::to_lowercase);
