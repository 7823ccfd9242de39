//! Files of tests: reading and running them never panics, and the report names every case and property.
#![no_main]

use claimgate::json::Value;
use claimgate_analysis::policy_tests::{TestFile, run_tests};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(value) = Value::parse(text) else {
        return;
    };
    let Ok(file) = TestFile::read(&value) else {
        return;
    };
    let mut none = |name: &str| Err(format!("there is no file `{name}`"));
    if let Ok(report) = run_tests("fuzz", &file, &mut none) {
        assert_eq!(report.cases.len(), file.cases.len());
        assert_eq!(report.properties.len(), file.properties.len());
    }
});
