//! The tour: four steps through the app, which can be left and taken again.

use leptos::prelude::*;

/// A step: where it is, and what it says there.
pub(crate) struct Step {
    /// The page.
    pub(crate) page: &'static str,
    /// Its title.
    pub(crate) title: &'static str,
    /// What the person sees there.
    pub(crate) text: &'static str,
}

/// The steps.
pub(crate) const STEPS: [Step; 4] = [
    Step {
        page: "/",
        title: "Issuers",
        text: "This page lists the issuers whose tokens you accept. An issuer signs tokens for jobs or pods; your policies \
               decide which of them get an access token.",
    },
    Step {
        page: "/issuers/new?preset=github-actions",
        title: "Who may get in",
        text: "To register an issuer, pick its provider or paste a token. A few names, such as the repository and the branch, \
               become a policy that allows nothing else. The preview shows it.",
    },
    Step {
        page: "/examples/pull-request",
        title: "Why a token is denied",
        text: "The playground decides on a token as the server would, and shows which rule stopped it and where. Change the \
               policies or the claims and watch the decision.",
    },
    Step {
        page: "/examples",
        title: "When you get stuck",
        text: "The examples show common situations, each with its reason. The book icon at the top opens the documentation of \
               the page, and Ctrl+K takes you anywhere.",
    },
];

/// Where the tour is; none if it is not being taken.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tour {
    place: RwSignal<Option<usize>>,
}

impl Tour {
    /// Starts at the first step.
    pub(crate) fn start(self) {
        self.place.set(Some(0));
    }

    /// Ends it.
    pub(crate) fn leave(self) {
        self.place.set(None);
    }

    /// The current step and its number from 0.
    pub(crate) fn current(self) -> Option<(usize, &'static Step)> {
        let place = self.place.get()?;
        Some((place, STEPS.get(place)?))
    }

    /// Goes to a step.
    pub(crate) fn go(self, place: usize) {
        self.place.set(Some(place));
    }
}

/// The tour, from the context.
pub(crate) fn use_tour() -> Tour {
    expect_context::<Tour>()
}
