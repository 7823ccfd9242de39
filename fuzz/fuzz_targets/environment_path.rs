//! A path is read as it is written.
#![no_main]

use claimgate_environments::Path;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // Backslashes escape quotes only, so that a key that ends in one cannot be written.
    if let Ok(path) = text.parse::<Path>()
        && !text.contains('\\')
    {
        assert_eq!(path.to_string().parse().as_ref(), Ok(&path));
    }
});
