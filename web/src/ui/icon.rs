//! Icons, drawn for this app: lines on a grid of 24, in the colour of the text. Each stands beside a
//! label, or on a button that has one for screen readers.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Add or register.
    Plus,
    /// Into the app.
    Import,
    /// Out of the app, to a file.
    Download,
    /// Copy a text.
    Copy,
    /// Delete.
    Trash,
    /// Make a copy.
    Duplicate,
    /// Search, and the command palette.
    Search,
    /// The theme of the system.
    System,
    /// The light theme.
    Sun,
    /// The dark theme.
    Moon,
    /// Documentation.
    Book,
    /// Sign out.
    SignOut,
    /// An organization.
    Building,
    /// Open in the playground, or evaluate.
    Play,
    /// Undo.
    Undo,
    /// Fetch or refresh.
    Refresh,
    /// Keys of an issuer.
    Key,
    /// A token.
    Token,
    /// A job.
    Job,
    /// Policies.
    Policies,
    /// To the next step.
    Forward,
    /// To the step before.
    Back,
    /// Close.
    Close,
    /// An example or a tour.
    Spark,
    /// The trust map.
    Map,
    /// A log.
    Log,
    /// What was before.
    Clock,
    /// Settings.
    Sliders,
    /// A person who is signed in.
    User,
    /// An action of the page.
    Action,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Plus => "M12 5v14M5 12h14",
            Self::Import => "M12 4v11m-4-4 4 4 4-4M5 20h14",
            Self::Download => "M12 4v11m-4-4 4 4 4-4M4 16v4h16v-4",
            Self::Copy | Self::Duplicate => "M9 9h11v11H9zM15 5H4v11",
            Self::Trash => "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20 20",
            Self::System => "M4 5h16v11H4zM9 20h6M12 16v4",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
            Self::Book => {
                "M12 6.5C10 5 7.5 4.5 4 4.5v14c3.5 0 6 .5 8 2 2-1.5 4.5-2 8-2v-14c-3.5 0-6 .5-8 2zM12 6.5v14"
            }
            Self::SignOut => "M14 4H5v16h9M10 12h10m-4-4 4 4-4 4",
            Self::Building => {
                "M5 20V5l8-2v17M13 9l6 2v9M3 20h18M8.5 9v.01M8.5 13v.01M8.5 17v.01M16 14v.01M16 17v.01"
            }
            Self::Play => "M7 5l12 7-12 7z",
            Self::Undo => "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11H9",
            Self::Refresh => "M19 8a8 8 0 1 0 1 6M20 4v5h-5",
            Self::Key => "M8 11a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M11 12l9-9M16 7l3 3",
            Self::Token => "M4 7h16v10H4zM9 7v10M15 7v10",
            Self::Job => "M4 5h16v14H4zM8 10l3 2.5L8 15M13 15h4",
            Self::Policies => "M12 3 5 6v5.5c0 4.5 3 7.5 7 9.5 4-2 7-5 7-9.5V6zM9 12l2.2 2.2L15 10",
            Self::Forward => "M5 12h14m-5-5 5 5-5 5",
            Self::Back => "M19 12H5m5-5-5 5 5 5",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Spark => "M12 3l2 6.5L20.5 12 14 14.5 12 21l-2-6.5L3.5 12 10 9.5z",
            Self::Log => "M4 6h.01M4 12h.01M4 18h.01M8.5 6H20M8.5 12H20M8.5 18H20",
            Self::Clock => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4.5l3 1.5",
            Self::Sliders => "M4 8h9M17 8h3M15 6v4M4 16h3M11 16h9M9 14v4",
            Self::User => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20c.5-4 3.5-6 7.5-6s7 2 7.5 6",
            Self::Action => "M13 3 6 13h5l-1 8 8-11h-5z",
            Self::Map => "M4 4h5v5H4zM15 4h5v5h-5zM15 15h5v5h-5zM9 6.5h6M9 6.5c4 0 2 11 6 11",
        }
    }
}

/// The icon of a theme: light, dark, or the system's.
pub(crate) fn theme_icon(choice: &str) -> Icon {
    match choice {
        "light" => Icon::Sun,
        "dark" => Icon::Moon,
        _ => Icon::System,
    }
}

/// The icon, hidden from screen readers.
pub(crate) fn icon(shown: Icon) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=shown.path() />
        </svg>
    }
    .into_any()
}
