//! Where tests are in the text of their file.

use claimgate::json::places::{Place, Places};
use claimgate::json::spans::Spans;

use super::report::TestReport;

impl TestReport {
    /// Adds the lines and columns of tests and errors in a text whose parts have those positions.
    pub fn locate(&mut self, text: &str, spans: &Spans) {
        let places = Places::of(text);
        let place = |path: &str| -> Option<Place> {
            let found = spans.find(path).filter(|found| found.rest.is_empty())?;
            Some(places.at(found.part.value()?.span.start))
        };
        for error in &mut self.errors {
            // A member that is missing: where it would be.
            let found = spans.find(&error.diagnostic.path);
            let node = found.and_then(|found| found.part.value());
            error.place = node.map(|node| places.at(node.span.start));
        }
        for case in &mut self.cases {
            case.place = place(&case.path);
        }
        for property in &mut self.properties {
            property.place = place(&property.path);
        }
    }
}
