//! What the hints of every front end draw on.

use claimgate::explain::HintSources;
use claimgate_providers::hints;
use unicode_normalization::UnicodeNormalization as _;

pub(crate) const SOURCES: HintSources =
    hints::sources(Some(|text| text.nfkc().collect()), str::to_lowercase);
