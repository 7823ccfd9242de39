//! The parts of a registered issuer that a person edits: the one list that merging, differences,
//! imports and requests to a server go through.

use super::storage::StoredIssuer;

/// Where a part of an issuer is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Among the issuer's details on the server.
    Details,
    /// With the issuer's policies on the server.
    Policies,
    /// As the issuer's samples on the server.
    Tests,
    /// In this browser.
    Browser,
}

/// Lists the parts: each with the home, the field that tells versions apart, and the fields that
/// go with it.
macro_rules! parts {
    ($($part:ident: $home:ident, $field:ident $(with $companion:ident)?;)+) => {
        /// A part of an issuer, which is compared and copied as one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Part {
            $(#[doc = concat!("`", stringify!($field), "`.")] $part,)+
        }

        impl Part {
            /// All parts, in the order in which differences are shown.
            pub const ALL: &'static [Self] = &[$(Self::$part),+];

            /// Where it is kept.
            pub const fn home(self) -> Home {
                match self {
                    $(Self::$part => Home::$home,)+
                }
            }

            /// Whether two versions of an issuer differ in it.
            pub fn differs(self, one: &StoredIssuer, other: &StoredIssuer) -> bool {
                match self {
                    $(Self::$part => one.$field != other.$field,)+
                }
            }

            /// Whether two versions differ in it or in what goes with it, such as the address that
            /// keys were fetched from.
            pub fn is_changed(self, one: &StoredIssuer, other: &StoredIssuer) -> bool {
                match self {
                    $(Self::$part => {
                        one.$field != other.$field $(|| one.$companion != other.$companion)?
                    })+
                }
            }

            /// Copies it, and what goes with it, from one version of an issuer to another.
            pub fn copy(self, from: &StoredIssuer, to: &mut StoredIssuer) {
                match self {
                    $(Self::$part => {
                        to.$field.clone_from(&from.$field);
                        $(to.$companion.clone_from(&from.$companion);)?
                    })+
                }
            }
        }
    };
}

parts! {
    Name: Details, name;
    MaxExpiration: Details, max_expiration;
    Thumbprints: Details, thumbprints;
    Audiences: Details, audiences;
    SingleUse: Details, single_use;
    ReportOnly: Details, report_only;
    Keys: Details, jwks with jwks_source;
    Policies: Policies, policies;
    Samples: Tests, samples;
    Preset: Browser, preset;
}

impl Part {
    /// Its name in differences. None for what no page shows.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Name => "name",
            Self::MaxExpiration => "max expiration",
            Self::Keys => "keys",
            Self::Thumbprints => "thumbprints",
            Self::Audiences => "audiences",
            Self::SingleUse => "single use",
            Self::ReportOnly => "report only",
            Self::Policies => "policies",
            Self::Samples => "tests",
            Self::Preset => return None,
        })
    }

    /// The parts with that home.
    pub fn at(home: Home) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |part| part.home() == home)
    }

    /// The parts in which two versions differ.
    pub fn differing(one: &StoredIssuer, other: &StoredIssuer) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|part| part.differs(one, other))
    }
}

/// The names of the parts in which two versions differ.
pub fn differences(one: &StoredIssuer, other: &StoredIssuer) -> Vec<&'static str> {
    Part::differing(one, other).filter_map(Part::name).collect()
}
