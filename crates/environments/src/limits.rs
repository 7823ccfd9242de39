//! What a definition may cost.

/// The largest definition, in bytes.
pub const MAX_DEFINITION_BYTES: usize = 1 << 20;
/// The deepest nesting of lists and objects in a definition.
pub const MAX_DEPTH: usize = 64;
/// The most environments that one check or open evaluates, the first included.
pub const MAX_ENVIRONMENTS: usize = 100;
/// The most imports that one definition lists.
pub const MAX_IMPORTS: usize = 100;
/// The longest chain of references, imports and nested parts that wait for each other.
pub const MAX_CHAIN: usize = 128;
/// The deepest nesting of a value, values that it was merged over included.
pub const MAX_VALUE_DEPTH: usize = 256;
/// The most values that one check or open creates.
pub const MAX_VALUES: usize = 250_000;
/// The most comparisons of values with schemas in one check or open.
pub const MAX_COMPARISONS: usize = 1_000_000;
/// The longest string that an expression yields, in bytes.
pub const MAX_STRING_BYTES: usize = 4 << 20;
/// The largest result, in bytes: strings and keys, and a fixed amount for each value.
pub const MAX_RESULT_BYTES: usize = 32 << 20;

/// A limit that a definition exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// [`MAX_DEFINITION_BYTES`].
    #[error("expected a definition of at most {MAX_DEFINITION_BYTES} bytes, found {0}")]
    DefinitionBytes(usize),
    /// [`MAX_DEPTH`].
    #[error("lists and objects nest deeper than {MAX_DEPTH} levels")]
    Depth,
    /// [`MAX_ENVIRONMENTS`].
    #[error("more than {MAX_ENVIRONMENTS} environments are imported")]
    Environments,
    /// [`MAX_IMPORTS`].
    #[error("expected at most {MAX_IMPORTS} imports, found {0}")]
    Imports(usize),
    /// [`MAX_CHAIN`].
    #[error("references and imports form a chain of more than {MAX_CHAIN} steps")]
    Chain,
    /// [`MAX_VALUE_DEPTH`].
    #[error("a value nests deeper than {MAX_VALUE_DEPTH} levels")]
    ValueDepth,
    /// [`MAX_VALUES`].
    #[error("the evaluation creates more than {MAX_VALUES} values")]
    Values,
    /// [`MAX_COMPARISONS`].
    #[error("comparing values with schemas takes more than {MAX_COMPARISONS} steps")]
    Comparisons,
    /// [`MAX_STRING_BYTES`].
    #[error("a string is longer than {MAX_STRING_BYTES} bytes")]
    StringBytes,
    /// [`MAX_RESULT_BYTES`].
    #[error("the result is larger than {MAX_RESULT_BYTES} bytes")]
    ResultBytes,
}

impl Limit {
    /// Stable code of the limit.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DefinitionBytes(_) => "environment-too-large",
            Self::Depth => "environment-too-deep",
            Self::Environments => "environment-too-many-environments",
            Self::Imports(_) => "environment-too-many-imports",
            Self::Chain => "environment-chain-too-long",
            Self::ValueDepth => "environment-value-too-deep",
            Self::Values => "environment-too-many-values",
            Self::Comparisons => "environment-schema-too-complex",
            Self::StringBytes => "environment-string-too-long",
            Self::ResultBytes => "environment-result-too-large",
        }
    }
}
