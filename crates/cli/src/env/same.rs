//! Whether two definitions are the same, as far as that can be said without decrypting their secrets.

use claimgate_environments::{Decrypter, Encrypter, HostError, has_plaintext, reencrypt_secrets};

/// How a definition in a file compares with the one on the server, whose secrets are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sameness {
    Same,
    /// The file has secrets in plain text; the rest is the same.
    ButSecrets,
    Different,
}

/// Compares a file's text with the server's.
pub(super) fn compare(file: &str, server: &str) -> Sameness {
    if file == server {
        return Sameness::Same;
    }
    let without = |text| reencrypt_secrets(text, &Blank, &Blank).ok();
    let is_rest_same = without(file).is_some_and(|file| without(server) == Some(file));
    match is_rest_same && has_plaintext(file).unwrap_or_default() {
        true => Sameness::ButSecrets,
        false => Sameness::Different,
    }
}

/// Takes every secret for the same one.
struct Blank;

impl Decrypter for Blank {
    fn decrypt(&self, _: &[u8]) -> Result<Vec<u8>, HostError> {
        Ok(Vec::new())
    }
}

impl Encrypter for Blank {
    fn encrypt(&self, _: &[u8]) -> Result<Vec<u8>, HostError> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use claimgate_environments::{Encrypter, HostError, encrypt_secrets};

    use super::{Sameness, compare};

    struct Other;

    impl Encrypter for Other {
        fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, HostError> {
            Ok([b"other ", plaintext].concat())
        }
    }

    #[test]
    fn definitions_are_compared_without_their_secrets() {
        let plain = "values:\n  # a comment\n  a: {fn::secret: hunter2}\n  b: c\n";
        let server = encrypt_secrets(plain, &Other).unwrap();
        assert!(server.contains("ciphertext"), "{server}");
        for (file, expected) in [
            (server.clone(), Sameness::Same),
            (plain.to_owned(), Sameness::ButSecrets),
            (plain.replace("hunter2", "\"x y\""), Sameness::ButSecrets),
            (plain.replace("a comment", "another"), Sameness::Different),
            (plain.replace("b: c", "b: d"), Sameness::Different),
            (server.replace("b: c", "b: d"), Sameness::Different),
            ("values: [".to_owned(), Sameness::Different),
        ] {
            assert_eq!(compare(&file, &server), expected, "{file}");
        }
    }
}
