//! The texts that a part of a claim can have.

/// Characters, as ranges with both ends included.
pub type CharSet = &'static [(char, char)];

/// A set of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Words {
    /// Any text, the empty one included.
    Any,
    /// One or more characters, of which the first may be more restricted.
    Name {
        /// The first character.
        first: CharSet,
        /// All others.
        rest: CharSet,
    },
    /// Names of these characters, one or more, joined by `/`.
    Path(CharSet),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Nothing, or this character followed by any text.
    Further(char),
    /// An integer as JSON writes it.
    Integer,
    /// One or more of these characters, then one of these endings.
    Ending(CharSet, &'static [&'static str]),
    /// One of these beginnings, none of them empty, then one of these words.
    After(&'static [&'static str], &'static Words),
    /// Words of one of these kinds.
    Either(&'static [Words]),
    /// One or more of these characters, but not this text, which consists of them.
    Except(CharSet, &'static str),
}

/// ASCII letters and digits.
pub(super) const ALPHANUMERIC: CharSet = &[('a', 'z'), ('A', 'Z'), ('0', '9')];

/// Digits.
pub(super) const DIGITS: CharSet = &[('0', '9')];

/// ASCII letters, digits and `-`.
pub(super) const HYPHENATED: CharSet = &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('-', '-')];

/// ASCII letters, digits, `-` and `_`.
pub(super) const SLUG: CharSet = &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('-', '-'), ('_', '_')];

/// ASCII letters, digits, `-`, `_` and `.`.
pub(super) const FILE: CharSet = &[
    ('a', 'z'),
    ('A', 'Z'),
    ('0', '9'),
    ('-', '-'),
    ('_', '_'),
    ('.', '.'),
];

/// What a segment of a git ref can have ([git-check-ref-format]): no control character, space, `/`,
/// `~`, `^`, `:`, `?`, `*`, `[`, `\` or DEL.
///
/// [git-check-ref-format]: https://git-scm.com/docs/git-check-ref-format
pub(super) const REF: CharSet = &[
    ('!', ')'),
    ('+', '.'),
    ('0', '9'),
    (';', '>'),
    ('@', 'Z'),
    (']', ']'),
    ('_', '}'),
    ('\u{80}', '\u{10ffff}'),
];

/// Anything that can be seen, and spaces, without `:`.
pub(super) const PRINTABLE: CharSet = &[(' ', '9'), (';', '~'), ('\u{a0}', '\u{10ffff}')];

/// Names in Kubernetes: lower-case letters, digits and `-` ([RFC 1123 label]).
///
/// [RFC 1123 label]: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
pub(super) const LABEL: CharSet = &[('a', 'z'), ('0', '9'), ('-', '-')];

/// Lower-case letters and digits.
pub(super) const LOWER: CharSet = &[('a', 'z'), ('0', '9')];

/// The same with `.`.
pub(super) const SUBDOMAIN: CharSet = &[('a', 'z'), ('0', '9'), ('-', '-'), ('.', '.')];

/// Letters and digits of UUIDs, with `-`.
pub(super) const HEX: CharSet = &[('0', '9'), ('a', 'f'), ('-', '-')];

/// Names of only these characters.
pub(super) const fn name(chars: CharSet) -> Words {
    Words::Name {
        first: chars,
        rest: chars,
    }
}

/// A number.
pub(super) const NUMBER: Words = name(DIGITS);

/// A UUID, or another text of such characters.
pub(super) const UUID: Words = name(HEX);

/// A short name of letters, digits, `-` and `_`.
pub(super) const SLUGS: Words = name(SLUG);
