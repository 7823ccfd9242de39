//! Files of tests: reading and running them never panics, the report names every case and property, what
//! is read is written as the same, and items can be added to their text without changing the rest.
#![no_main]

use claimgate::json::Value;
use claimgate_analysis::policy_tests::{TestFile, run_tests};
use claimgate_formats::append::append_items;
use claimgate_formats::text::{parse, spans};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(value) = parse(text) else {
        return;
    };
    let item = Value::String("new".to_owned());
    if let Ok(changed) = append_items(text, "cases", std::slice::from_ref(&item)) {
        assert!(changed.len() > text.len());
    }
    let file = match TestFile::read(&value) {
        Ok(file) => file,
        Err(errors) => return assert!(!errors.is_empty()),
    };
    assert_eq!(TestFile::read(&file.to_value()).as_ref(), Ok(&file));
    let mut none = |name: &str| Err(format!("there is no file `{name}`"));
    if let Ok(mut report) = run_tests("fuzz", &file, &mut none) {
        assert_eq!(report.cases.len(), file.cases.len());
        assert_eq!(report.properties.len(), file.properties.len());
        report.locate(text, &spans(text));
        for case in &report.cases {
            assert_eq!(case.passed, case.failures.is_empty());
        }
    }
});
