//! No link or file panics, unpacking has a limit, and content is unchanged after writing and
//! reading it.
#![no_main]

use claimgate_workbench::playground::share::{ClaimsText, Shared};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, bool)| {
    let (text, is_packed) = input;
    // Random text is hardly ever deflated JSON, so half of it is compressed as in a link.
    let packed = if is_packed {
        pack(text)
    } else {
        text.to_owned()
    };
    for read in [Shared::from_fragment(&packed), Shared::from_file(text)] {
        match read {
            Ok(shared) => {
                if let Some(claims) = &shared.claims {
                    assert!(ClaimsText::new(claims.as_str()).is_ok());
                }
                let _ = shared.token_warnings();
                let fragment = shared.to_fragment().expect("what was read can be written");
                assert_eq!(Shared::from_fragment(&fragment).as_ref(), Ok(&shared));
                let file = shared.to_file().expect("what was read can be written");
                assert_eq!(Shared::from_file(&file), Ok(shared));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});

fn pack(json: &str) -> String {
    use base64::Engine;
    let deflated = miniz_oxide::deflate::compress_to_vec(json.as_bytes(), 6);
    format!(
        "v1.{}",
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(deflated)
    )
}
