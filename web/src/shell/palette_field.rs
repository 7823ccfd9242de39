//! What is typed in the command palette, also before its entries are loaded.

use leptos::ev;
use leptos::prelude::*;

/// The field of the palette.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    /// What is typed.
    pub(super) query: RwSignal<String>,
    /// The entry that Enter chooses, if there are any.
    pub(super) active: RwSignal<Option<usize>>,
    /// What keys do once the entries are loaded.
    pub(super) keys: StoredValue<Option<Callback<ev::KeyboardEvent>>>,
    /// Whether Enter was pressed before that.
    pub(super) is_entered: StoredValue<bool>,
}

impl Field {
    pub(super) fn new() -> Self {
        Self {
            query: RwSignal::new(String::new()),
            active: RwSignal::new(None),
            keys: StoredValue::new(None),
            is_entered: StoredValue::new(false),
        }
    }

    /// Empties it, for the next time that the palette opens.
    pub(super) fn reset(self) {
        self.query.set(String::new());
        self.active.set(None);
        self.keys.set_value(None);
        self.is_entered.set_value(false);
    }

    pub(super) fn press(self, event: ev::KeyboardEvent) {
        match self.keys.get_value() {
            Some(keys) => keys.run(event),
            None if event.key() == "Enter" && !event.is_composing() => {
                event.prevent_default();
                self.is_entered.set_value(true);
            }
            None => {}
        }
    }
}
