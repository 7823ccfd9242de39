use base64::prelude::BASE64_STANDARD;

use super::*;

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln";

#[test]
fn what_is_no_token_is_recognized() {
    for (text, help) in [
        (BASE64_STANDARD.encode(TOKEN), "encoded twice"),
        (BASE64_URL_SAFE_NO_PAD.encode(TOKEN), "encoded twice"),
        (
            BASE64_STANDARD.encode(format!("Bearer {TOKEN}")),
            "encoded twice",
        ),
        (
            BASE64_STANDARD.encode(format!("{{\"value\":\"{TOKEN}\"}}")),
            "encoded twice",
        ),
        (format!("{TOKEN}{TOKEN}"), "two tokens joined"),
        ("***".to_owned(), "masked"),
        ("eyJhbGciOiJSUzI1NiJ9.***.AA".to_owned(), "masked"),
        ("${{ env.TOKEN }}".to_owned(), "not filled in"),
        ("$TOKEN".to_owned(), "not filled in"),
        ("ghs_abc".to_owned(), "`GITHUB_TOKEN`"),
        ("pul-0123".to_owned(), "Pulumi Cloud"),
        ("cgt_0123".to_owned(), "Claimgate"),
        ("\"glpat-0123\"".to_owned(), "GitLab"),
        ("-----BEGIN PRIVATE KEY-----".to_owned(), "PEM"),
        ("https://ci.example/token".to_owned(), "address"),
        (format!("Bearer {TOKEN}"), "without `Bearer`"),
        (
            format!("curl -H 'Authorization: Bearer {TOKEN}'"),
            "a token in this text",
        ),
        (format!("token.txt:1:{TOKEN}"), "a token in this text"),
        (format!("<token>{TOKEN}</token>"), "a token in this text"),
        (format!("{TOKEN} # mine"), "a token in this text"),
        (format!("{TOKEN}, {TOKEN}"), "several tokens"),
        (TOKEN.replace('.', "%2E"), "percent-encoding"),
        (
            format!("https://app.example/cb#id_token={TOKEN}&state=1"),
            "a token in this text",
        ),
        (
            BASE64_STANDARD.encode(BASE64_STANDARD.encode(TOKEN)),
            "base64 over base64",
        ),
        (TOKEN.replace("c2ln", "c2/+"), "not in base64url"),
        (format!("{TOKEN}="), "not in base64url"),
        (TOKEN.to_ascii_uppercase(), "letters of one case"),
        (TOKEN.to_ascii_lowercase(), "letters of one case"),
        (TOKEN.replace("eyJpc3Mi", "eyJ...Mi"), "displays shorten"),
        ("<saml:Assertion/>".to_owned(), "SAML"),
        (BASE64_STANDARD.encode("<saml:Assertion/>"), "SAML"),
        (
            TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect(),
            "hexadecimal",
        ),
        ("eyJpc3MiOiJhIn0".to_owned(), "the claims of a token alone"),
        (
            "eyJhbGciOiJSUzI1NiJ9".to_owned(),
            "the header of a token alone",
        ),
        ("eyJhbGciOiJSUzI1NiJ9.eyJ...".to_owned(), "displays shorten"),
        ("[REDACTED]".to_owned(), "masked"),
        ("(sensitive value)".to_owned(), "masked"),
        ("•••••".to_owned(), "masked"),
        ("%ID_TOKEN%".to_owned(), "not filled in"),
        ("<token>".to_owned(), "not filled in"),
        ("YOUR_TOKEN".to_owned(), "not filled in"),
        ("#{token}".to_owned(), "not filled in"),
        ("undefined".to_owned(), "no value"),
        ("[object Promise]".to_owned(), "no value"),
        ("@token.jwt".to_owned(), "name of a file"),
        ("/var/run/secrets/token".to_owned(), "name of a file"),
        ("<!DOCTYPE html><html>".to_owned(), "a page in HTML"),
        ("http://localhost/token".to_owned(), "address"),
        ("ASIAIOSFODNN7EXAMPLE".to_owned(), "AWS"),
        ("abc.atlasv1.def".to_owned(), "HCP Terraform"),
        ("v4.public.abc".to_owned(), "a PASETO"),
        ("<?xml version=\"1.0\"?>".to_owned(), "XML"),
    ] {
        let pasted = Pasted::of(&text).unwrap();
        assert!(pasted.help().contains(help), "{text}: {}", pasted.help());
    }
    for text in [
        "",
        "a.b.c",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0",
        "bm90IGEgdG9rZW4",
        "hello world",
        // Cut off: its last character has unused bits.
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2l",
    ] {
        assert_eq!(Pasted::of(text), None, "{text}");
    }
}
