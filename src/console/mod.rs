//! The console: browse a bucket, start a batch, watch it live, open any item.
//!
//! ```text
//! keys ──keymap──> Command ──┐                       ┌──> Action ──> Operations (this process, or a service joined)
//!                            ├──> Console (screens) ─┤                    │
//! news ──────────────────────┘                       └──> one drawing     └──> News
//! ```
//!
//! Screens ask, the loop acts: no screen waits for anything, so no key is ever late. The loop sleeps until there is a key
//! or news, and draws at most four times a second for news and at once for a key.

mod columns;
mod command;
mod counted;
mod cursor;
mod foot;
mod keymap;
mod line;
mod news;
mod operations;
mod pane;
mod run;
mod say;
mod screens;
mod settings;
mod state;
mod taste;
mod terminal;
mod theme;
mod theme_file;
mod view;

pub use columns::{BadColumn, Columns};
pub use command::{Command, MEANINGS};
pub use cursor::{Cursor, Scroll};
pub use keymap::{BadKeys, Key, Keymap, Place};
pub use news::News;
pub use operations::{
    Change, Entry, EntryKind, Gauge, JobLine, MOST_WAITING, Operations, Page, Preview, SharedBoard, Spot, Trouble,
    Watched, Wish,
};
pub use pane::{Action, Look, Pane, Reaction};
pub use run::{Left, run};
pub use say::Said;
pub use screens::{Browse, ColumnChoice, Confirm, Help, Item, Jobs, Log, Review, Start, Watch};
pub use settings::Settings;
pub use state::Console;
pub use taste::{Kept, Sort, Taste};
pub use terminal::{NoTerminal, Terminal};
pub use theme::Theme;
pub use theme_file::{BadTheme, over as theme_over, to_toml as theme_to_toml};
pub use view::Column;
