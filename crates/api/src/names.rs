//! Names of members.

use serde::Deserialize;
use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// The names of the members that a type reads, as its `Deserialize` lists them; `None` if it is not a
/// struct, or has flattened members.
///
/// ```
/// use claimgate_api::{OrganizationInput, member_names};
///
/// assert_eq!(member_names::<OrganizationInput>(), Some(&["name"][..]));
/// assert_eq!(member_names::<String>(), None);
/// ```
#[must_use]
pub fn member_names<'de, T: Deserialize<'de>>() -> Option<&'static [&'static str]> {
    let mut names = None;
    // This always fails: there is no value.
    T::deserialize(Names(&mut names)).err()?;
    names
}

/// Records the names that are requested, and fails.
struct Names<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(no_value())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = Some(names);
        Err(no_value())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn no_value() -> Error {
    Error::custom("no value")
}
