//! Encrypts and decrypts the secrets of a definition. Only the bytes of a secret's scalar change:
//! comments, order and layout stay.

pub(crate) mod envelope;

use std::ops;

use crate::diagnostic::Diagnostic;
use crate::host::{Decrypter, Encrypter, HostError};
use crate::limits::MAX_DEFINITION_BYTES;
use crate::syntax::{self, Kind, Member, Node};

pub use envelope::EnvelopeError;

/// Why the secrets of a definition could not be rewritten. No message holds a secret.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// The definition is no YAML.
    #[error("the definition has syntax errors")]
    Syntax(Vec<Diagnostic>),
    /// A ciphertext is damaged.
    #[error("{path}: invalid ciphertext: {error}")]
    Envelope {
        /// The secret's path.
        path: String,
        /// What is wrong.
        error: EnvelopeError,
    },
    /// The host cannot encrypt or decrypt.
    #[error("{path}: {error}")]
    Host {
        /// The secret's path.
        path: String,
        /// What the host says.
        error: HostError,
    },
    /// A decrypted secret is no text.
    #[error("{path}: the decrypted secret is not UTF-8")]
    NotText {
        /// The secret's path.
        path: String,
    },
    /// With its secrets rewritten, the definition is too large to be read again.
    #[error(
        "expected a definition of at most {MAX_DEFINITION_BYTES} bytes with its secrets rewritten, found {0}"
    )]
    TooLarge(usize),
    /// The definition would have changed elsewhere.
    #[error("the secrets cannot be rewritten without changing the rest of the definition")]
    Elsewhere,
}

/// Replaces each `fn::secret` in plain text by its ciphertext.
///
/// # Errors
/// [`RewriteError`]; nothing is rewritten then.
pub fn encrypt_secrets(source: &str, encrypter: &dyn Encrypter) -> Result<String, RewriteError> {
    rewrite(source, |secret| match secret {
        Secret::Plaintext { node, text } => {
            let ciphertext = encrypter.encrypt(text.as_bytes());
            let ciphertext = ciphertext.map_err(|error| host_error(node, error))?;
            let written = format!("{{ciphertext: {}}}", envelope::seal(&ciphertext));
            Ok(Some(written))
        }
        Secret::Ciphertext { .. } => Ok(None),
    })
}

/// Replaces each encrypted `fn::secret` under `values` by its text.
///
/// # Errors
/// [`RewriteError`]; nothing is rewritten then.
pub fn decrypt_secrets(source: &str, decrypter: &dyn Decrypter) -> Result<String, RewriteError> {
    rewrite(source, |secret| match secret {
        Secret::Ciphertext { node, text } if is_value(node) => {
            let text = String::from_utf8(decrypted(node, text, decrypter)?);
            let text = text.map_err(|_| RewriteError::NotText {
                path: node.path.to_string(),
            })?;
            Ok(Some(crate::text::yaml_line(&text)))
        }
        _ => Ok(None),
    })
}

/// Encrypts each encrypted `fn::secret` again, wherever it is in the definition: for a copy under other keys. Secrets in
/// plain text are encrypted too.
///
/// # Errors
/// [`RewriteError`]; nothing is rewritten then.
pub fn reencrypt_secrets(
    source: &str,
    decrypter: &dyn Decrypter,
    encrypter: &dyn Encrypter,
) -> Result<String, RewriteError> {
    rewrite(source, |secret| {
        let (node, plaintext) = match secret {
            Secret::Plaintext { node, text } => (*node, text.as_bytes().to_vec()),
            Secret::Ciphertext { node, text } => (*node, decrypted(node, text, decrypter)?),
        };
        let ciphertext = encrypter.encrypt(&plaintext);
        let ciphertext = ciphertext.map_err(|error| host_error(node, error))?;
        Ok(Some(format!(
            "{{ciphertext: {}}}",
            envelope::seal(&ciphertext)
        )))
    })
}

/// What is wrong with the encrypted secrets of a definition: those that are damaged, and those that the decrypter refuses,
/// such as ciphertexts of another environment. No message holds a secret.
#[must_use]
pub fn check_ciphertexts(name: &str, source: &str, decrypter: &dyn Decrypter) -> Vec<Diagnostic> {
    let (Some(root), _) = syntax::read(&name.into(), source) else {
        return Vec::new();
    };
    let mut secrets = Vec::new();
    collect(&root, &mut secrets);
    let mut found = Vec::new();
    for secret in &secrets {
        let Secret::Ciphertext { node, text } = secret else {
            continue;
        };
        let problem = match decrypted(node, text, decrypter) {
            Ok(_) => continue,
            Err(RewriteError::Envelope { error, .. }) => format!("invalid ciphertext: {error}"),
            Err(RewriteError::Host { error, .. }) => error.0,
            Err(other) => other.to_string(),
        };
        found.push(Diagnostic::error(
            Some(node.range.clone()),
            &node.path,
            problem,
        ));
    }
    found
}

/// The encrypted secrets of a definition, as the host's ciphertexts.
///
/// # Errors
/// [`RewriteError`] for YAML that cannot be read and for damaged envelopes.
pub fn ciphertexts(source: &str) -> Result<Vec<Vec<u8>>, RewriteError> {
    let mut found = Vec::new();
    rewrite(source, |secret| {
        if let Secret::Ciphertext { node, text } = secret {
            found.push(opened(node, text)?);
        }
        Ok(None)
    })?;
    Ok(found)
}

/// Whether a definition holds a secret in plain text, in whichever form: an argument of `fn::secret` that is
/// no ciphertext. Such a definition must not be stored.
///
/// # Errors
/// [`RewriteError::Syntax`].
pub fn has_plaintext(source: &str) -> Result<bool, RewriteError> {
    let root = read(source)?;
    Ok(any_plaintext(&root))
}

fn any_plaintext(node: &Node) -> bool {
    match &node.kind {
        Kind::Array(nodes) => nodes.iter().any(any_plaintext),
        Kind::Object(members) => members.iter().any(|member| {
            let is_secret = member.name.eq_ignore_ascii_case("fn::secret");
            (is_secret && ciphertext(&member.value).is_none()) || any_plaintext(&member.value)
        }),
        _ => false,
    }
}

/// The host's ciphertext in an envelope.
fn opened(node: &Node, text: &str) -> Result<Vec<u8>, RewriteError> {
    envelope::open(text).map_err(|error| RewriteError::Envelope {
        path: node.path.to_string(),
        error,
    })
}

fn decrypted(node: &Node, text: &str, decrypter: &dyn Decrypter) -> Result<Vec<u8>, RewriteError> {
    let ciphertext = opened(node, text)?;
    let plaintext = decrypter.decrypt(&ciphertext);
    plaintext.map_err(|error| host_error(node, error))
}

fn host_error(node: &Node, error: HostError) -> RewriteError {
    RewriteError::Host {
        path: node.path.to_string(),
        error,
    }
}

fn is_value(node: &Node) -> bool {
    let rest = node.path.strip_prefix("values");
    rest.is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn read(source: &str) -> Result<Node, RewriteError> {
    let name = "".into();
    match syntax::read(&name, source) {
        (Some(root), _) => Ok(root),
        (None, diagnostics) if diagnostics.is_empty() => Ok(syntax::empty(&name)),
        (None, diagnostics) => Err(RewriteError::Syntax(diagnostics)),
    }
}

/// A call of `fn::secret`: its argument and the text in it.
enum Secret<'n> {
    Plaintext { node: &'n Node, text: &'n str },
    Ciphertext { node: &'n Node, text: &'n str },
}

fn rewrite(
    source: &str,
    mut replace: impl FnMut(&Secret<'_>) -> Result<Option<String>, RewriteError>,
) -> Result<String, RewriteError> {
    let root = read(source)?;
    let mut secrets = Vec::new();
    collect(&root, &mut secrets);
    let mut rewritten = String::with_capacity(source.len());
    let mut at = 0;
    let mut count = 0;
    for secret in &secrets {
        let (Secret::Plaintext { node, .. } | Secret::Ciphertext { node, .. }) = secret;
        let Some(written) = replace(secret)? else {
            continue;
        };
        let span = span(source, node);
        rewritten.push_str(source.get(at..span.start).ok_or(RewriteError::Elsewhere)?);
        rewritten.push_str(&written);
        at = span.end;
        count += 1;
    }
    rewritten.push_str(source.get(at..).ok_or(RewriteError::Elsewhere)?);
    if rewritten.len() > MAX_DEFINITION_BYTES {
        return Err(RewriteError::TooLarge(rewritten.len()));
    }
    if count > 0 {
        let again = read(&rewritten).map_err(|_| RewriteError::Elsewhere)?;
        if !is_same_but_secrets(&root, &again) {
            return Err(RewriteError::Elsewhere);
        }
    }
    Ok(rewritten)
}

/// The bytes to replace. A block scalar's last line break stays.
fn span(source: &str, node: &Node) -> ops::Range<usize> {
    let written = source.get(node.span.clone()).unwrap_or_default();
    let kept = written.trim_end().len();
    node.span.start..node.span.start + kept
}

fn collect<'n>(node: &'n Node, secrets: &mut Vec<Secret<'n>>) {
    match &node.kind {
        Kind::Array(nodes) => nodes.iter().for_each(|node| collect(node, secrets)),
        Kind::Object(members) => match argument(members) {
            Some(node) => match (&node.kind, ciphertext(node)) {
                (_, Some(text)) => secrets.push(Secret::Ciphertext { node, text }),
                (Kind::String(text), None) => secrets.push(Secret::Plaintext { node, text }),
                _ => collect(node, secrets),
            },
            None => members
                .iter()
                .for_each(|member| collect(&member.value, secrets)),
        },
        _ => {}
    }
}

/// The argument of `fn::secret`, if that is the only key.
fn argument(members: &[Member]) -> Option<&Node> {
    match members {
        [member] if &*member.name == "fn::secret" => Some(&member.value),
        _ => None,
    }
}

/// The text of `{ciphertext: …}`.
fn ciphertext(node: &Node) -> Option<&str> {
    match node.members() {
        [member] if &*member.name == "ciphertext" => match &member.value.kind {
            Kind::String(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Whether two definitions differ only in the arguments of `fn::secret`.
fn is_same_but_secrets(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool(a), Kind::Bool(b)) => a == b,
        (Kind::Number(a), Kind::Number(b)) => a == b,
        (Kind::String(a), Kind::String(b)) => a == b,
        (Kind::Array(a), Kind::Array(b)) => {
            let mut pairs = a.iter().zip(b);
            a.len() == b.len() && pairs.all(|(a, b)| is_same_but_secrets(a, b))
        }
        (Kind::Object(a), Kind::Object(b)) => {
            let is_secret = |node: Option<&Node>| {
                node.is_some_and(|node| {
                    ciphertext(node).is_some() || matches!(node.kind, Kind::String(_))
                })
            };
            if is_secret(argument(a)) && is_secret(argument(b)) {
                return true;
            }
            let mut pairs = a.iter().zip(b);
            a.len() == b.len()
                && pairs.all(|(a, b)| a.name == b.name && is_same_but_secrets(&a.value, &b.value))
        }
        _ => false,
    }
}
