//! The tour's panel. It stays while the pages behind it change, and takes no focus from them.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::state::tour::{STEPS, Step, Tour, use_tour};
use crate::state::unsaved::Unsaved;
use crate::ui::icon::{Icon, icon};

/// The panel, while the tour is being taken.
#[component]
pub(crate) fn TourPanel() -> impl IntoView {
    let tour = use_tour();
    follow(tour);
    let panel = move |(place, step): (usize, &'static Step)| {
        let is_last = place + 1 == STEPS.len();
        let next = move |_| match is_last {
            true => tour.leave(),
            false => tour.go(place + 1),
        };
        view! {
            <section class="tour" aria-label="Tour">
                <div class="tour__head">
                    <h2>{step.title}</h2>
                    <span class="hint">{format!("{} of {}", place + 1, STEPS.len())}</span>
                    <button type="button" class="button button--icon" aria-label="Leave the tour" on:click=move |_| tour.leave()>
                        {icon(Icon::Close)}
                    </button>
                </div>
                <p role="status">{step.text}</p>
                <div class="actions">
                    {(place > 0).then(|| view! {
                        <button type="button" class="button button--small" on:click=move |_| tour.go(place - 1)>
                            {icon(Icon::Back)} "Back"
                        </button>
                    })}
                    <button type="button" class="button button--small button--primary" on:click=next>
                        {if is_last { "Done" } else { "Next" }}
                    </button>
                </div>
            </section>
        }
    };
    move || tour.current().map(panel)
}

/// Goes to the page of each step.
fn follow(tour: Tour) {
    let (navigate, unsaved) = (use_navigate(), expect_context::<Unsaved>());
    let path = use_location().pathname;
    Effect::new(move |before: Option<Option<usize>>| {
        let current = tour.current();
        let place = current.map(|(place, _)| place);
        if let Some((_, step)) = current
            && before.flatten() != place
        {
            let target = step.page.split('?').next().unwrap_or_default();
            if path.get_untracked() != target && unsaved.may_leave() {
                navigate(step.page, NavigateOptions::default());
            }
        }
        place
    });
}
