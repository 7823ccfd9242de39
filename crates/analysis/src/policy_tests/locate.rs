//! Where tests are in the text of their file.

use claimgate::json::places::{Place, Places};
use claimgate::json::spans::Spans;

use super::report::TestReport;

impl TestReport {
    /// Adds the lines and columns of tests in a text whose parts have those positions.
    pub fn locate(&mut self, text: &str, spans: &Spans) {
        let places = Places::of(text);
        let place = |path: &str| -> Option<Place> {
            let found = spans.find(path).filter(|found| found.rest.is_empty())?;
            Some(places.at(found.part.value()?.span.start))
        };
        for case in &mut self.cases {
            case.place = place(&case.path);
        }
        for property in &mut self.properties {
            property.place = place(&property.path);
        }
    }
}
