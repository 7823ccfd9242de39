//! Encryption and decryption of secrets in a definition change nothing else.

use claimgate_environments::limits::MAX_DEFINITION_BYTES;
use claimgate_environments::{
    Decrypter, HostError, RewriteError, check_ciphertexts, ciphertexts, decrypt_secrets,
    encrypt_secrets, has_plaintext, reencrypt_secrets,
};

use crate::rig::Rot128;

/// One secret in each style, with comments around.
const SOURCE: &str = r##"# Head.
imports:   [ base ]   # odd   spacing
values:
  plain:
    fn::secret: hunter2   # after
  quoted: { fn::secret: "a \"b\" \u00e9" } # flow
  single:
    fn::secret: 'it''s'

  block:
    fn::secret: |
      first
        second
  # between
  folded:
      fn::secret: >-
        one
        two
  list:
  - fn::secret:
      below
  - [ { fn::secret: xyzzy, }, 1.10 ]
  other: ${plain}
  number: { fn::secret: 12345 }
description: "end"
"##;

#[test]
fn secrets_are_encrypted_and_decrypted_in_place() {
    let encrypted = encrypt_secrets(SOURCE, &Rot128).unwrap();
    for kept in [
        "# Head.\nimports:   [ base ]   # odd   spacing\nvalues:\n  plain:\n    fn::secret: {ciphertext: ",
        "}   # after\n  quoted: { fn::secret: {ciphertext: ",
        "} } # flow\n  single:\n    fn::secret: {ciphertext: ",
        "}\n\n  block:\n    fn::secret: {ciphertext: ",
        "}\n  # between\n  folded:\n      fn::secret: {ciphertext: ",
        "}\n  list:\n  - fn::secret:\n      {ciphertext: ",
        "}\n  - [ { fn::secret: {ciphertext: ",
        "}, }, 1.10 ]\n  other: ${plain}\n  number: { fn::secret: 12345 }\ndescription: \"end\"\n",
    ] {
        assert!(encrypted.contains(kept), "{kept:?} in\n{encrypted}");
    }
    assert!(!encrypted.contains("hunter2") && !encrypted.contains("second"));
    assert_eq!(ciphertexts(&encrypted).unwrap().len(), 7);
    assert_eq!(encrypt_secrets(&encrypted, &Rot128).unwrap(), encrypted);
    let decrypted = decrypt_secrets(&encrypted, &Rot128).unwrap();
    for kept in [
        "fn::secret: hunter2   # after\n  quoted: { fn::secret: \"a \\\"b\\\" é\" } # flow",
        "fn::secret: \"it's\"\n\n  block:\n    fn::secret: \"first\\n  second\\n\"\n  # between",
        "fn::secret: \"one two\"\n  list:\n  - fn::secret:\n      below\n  - [ { fn::secret: xyzzy, }, 1.10 ]",
    ] {
        assert!(decrypted.contains(kept), "{kept:?} in\n{decrypted}");
    }
    assert_eq!(decrypt_secrets(SOURCE, &Rot128).unwrap(), SOURCE);
}

#[test]
fn the_block_form_of_other_tools_is_decrypted() {
    let encrypted = encrypt_secrets("values: { a: { fn::secret: s3cret } }", &Rot128).unwrap();
    let text = encrypted
        .split("ciphertext: ")
        .nth(1)
        .unwrap()
        .split('}')
        .next()
        .unwrap();
    let block =
        format!("values:\n  a:\n    fn::secret:\n      # note\n      ciphertext: {text} # end\n");
    assert_eq!(
        decrypt_secrets(&block, &Rot128).unwrap(),
        "values:\n  a:\n    fn::secret:\n      # note\n      s3cret # end\n"
    );
}

#[test]
fn only_values_are_decrypted() {
    let encrypted = encrypt_secrets("other: { fn::secret: s }\n", &Rot128).unwrap();
    assert_eq!(decrypt_secrets(&encrypted, &Rot128).unwrap(), encrypted);
}

#[test]
fn plain_secrets_are_found_in_every_form() {
    for (source, expected) in [
        ("values: { a: { fn::secret: x } }", true),
        ("values: { a: { fn::secret: 12 } }", true),
        ("values: { a: { fn::secret: [x] } }", true),
        ("values: { a: { fn::secret: x, b: 1 } }", true),
        ("values: { a: { fn::Secret: x } }", true),
        ("values: { a: { fn::secret: { ciphertext: x } } }", false),
        ("values: { a: { fn::secret: { ciphertext: 1 } } }", true),
        ("values: { a: x }", false),
        ("", false),
    ] {
        assert_eq!(has_plaintext(source), Ok(expected), "{source}");
    }
}

#[test]
fn what_cannot_be_rewritten_is_refused() {
    let error = encrypt_secrets("values: [", &Rot128).unwrap_err();
    assert!(matches!(error, RewriteError::Syntax(_)));
    let error = decrypt_secrets(
        "values: { a: { fn::secret: { ciphertext: broken } } }",
        &Rot128,
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "values.a[\"fn::secret\"]: invalid ciphertext: illegal base64 data"
    );
    // Two bytes that are no text.
    let invalid = "values: { a: { fn::secret: { ciphertext: ZXNjeAAAAAF/f39/zJbEGg== } } }";
    assert!(decrypt_secrets(invalid, &Rot128).is_err());
}

/// The keys of another environment.
struct Other;

impl Decrypter for Other {
    fn decrypt(&self, _: &[u8]) -> Result<Vec<u8>, HostError> {
        Err("the ciphertext is of another environment".into())
    }
}

#[test]
fn secrets_are_encrypted_again_wherever_they_are() {
    let source = format!("{SOURCE}other: {{ fn::secret: outside }}\n");
    let encrypted = encrypt_secrets(&source, &Rot128).unwrap();
    assert_eq!(
        reencrypt_secrets(&encrypted, &Rot128, &Rot128).unwrap(),
        encrypted
    );
    assert_eq!(
        reencrypt_secrets(&source, &Rot128, &Rot128).unwrap(),
        encrypted
    );
    let error = reencrypt_secrets(&encrypted, &Other, &Rot128).unwrap_err();
    assert!(matches!(error, RewriteError::Host { .. }), "{error}");
}

#[test]
fn ciphertexts_that_cannot_be_decrypted_are_reported_where_they_are() {
    let encrypted = encrypt_secrets(SOURCE, &Rot128).unwrap();
    assert_eq!(check_ciphertexts("a/b", &encrypted, &Rot128), []);
    let found = check_ciphertexts("a/b", &encrypted, &Other);
    assert_eq!(found.len(), 7);
    let first = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(
        (&first["summary"], &first["path"]),
        (
            &"the ciphertext is of another environment".into(),
            &"values.plain[\"fn::secret\"]".into()
        )
    );
    assert_eq!(first["range"]["environment"], "a/b");
    assert_eq!(first["range"]["begin"]["line"], 5);
    let broken = "values: { a: { fn::secret: { ciphertext: broken } } }";
    let found = check_ciphertexts("a/b", broken, &Rot128);
    assert_eq!(found[0].summary, "invalid ciphertext: illegal base64 data");
}

#[test]
fn a_definition_that_encryption_makes_too_large_is_refused_with_its_size() {
    let source = format!("values:\n  a:\n{}", "  - fn::secret: b\n".repeat(40_000));
    assert!(source.len() < MAX_DEFINITION_BYTES);
    let error = encrypt_secrets(&source, &Rot128).unwrap_err();
    assert!(
        matches!(error, RewriteError::TooLarge(size) if size > MAX_DEFINITION_BYTES),
        "{error}"
    );
}
