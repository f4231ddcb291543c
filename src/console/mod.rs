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

mod command;
mod counted;
mod cursor;
mod foot;
mod keymap;
mod news;
mod operations;
mod pane;
mod run;
mod scanning;
mod screens;
mod settings;
mod state;
mod terminal;
mod theme;
mod view;

pub use command::{Command, MEANINGS};
pub use cursor::Cursor;
pub use keymap::{BadKeys, Key, Keymap, Place};
pub use news::News;
pub use operations::{
    Change, Entry, EntryKind, Gauge, JobLine, Operations, Page, Preview, SharedBoard, Spot, Trouble, Watched, Wish,
};
pub use pane::{Action, Look, Pane, Reaction};
pub use run::{Left, run};
pub use scanning::{Ask, Heard, Unsent, name as scanners_name};
pub use screens::{Browse, Confirm, Help, Item, Jobs, Log, Scan, Start, Watch};
pub use settings::Settings;
pub use state::Console;
pub use terminal::{NoTerminal, Terminal};
pub use theme::Theme;
