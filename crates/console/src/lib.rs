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

mod acts;
mod arranging;
mod asking;
mod clipboard;
mod columns;
mod command;
mod counted;
mod cursor;
mod errands;
mod foot;
mod gauges;
mod keymap;
mod line;
mod news;
mod operations;
mod pane;
mod picture;
mod picture_way;
mod reach;
mod run;
mod say;
mod scanning;
mod screens;
mod settings;
mod state;
mod taste;
mod terminal;
mod theme;
mod theme_file;
mod view;

pub use acts::NoFile;
pub use arranging::{Arranged, Arranging};
pub use columns::{BadColumn, Columns};
pub use command::{Command, MEANINGS};
pub use cursor::{Cursor, Scroll};
pub use keymap::{BadKeys, Key, Keymap, Place};
pub use news::News;
pub use operations::{
    Change, Composed, Entry, EntryKind, Found, Gauge, Hears, JobLine, MOST_WAITING, Moment, NotStarted, NotUploaded,
    Operations, Page, Records, SharedBoard, Spot, Then, Trouble, Watched, Wish,
};
pub use pane::{Action, Look, Pane, Reaction};
pub use picture::Drawing;
pub use picture_way::half_blocks;
pub use reach::Reach;
pub use run::{Left, run};
pub use say::Said;
pub use scanning::{Ask, Heard, Unsent, name as scanners_name};
pub use screens::{Address, Browse, ColumnChoice, Confirm, Help, Item, Jobs, Log, Picture, Review, Scan, Start, Watch};
pub use settings::Settings;
pub use state::Console;
pub use taste::{Kept, Sort, Taste};
pub use terminal::{NoTerminal, Terminal};
pub use theme::Theme;
pub use theme_file::{BadTheme, over as theme_over, to_toml as theme_to_toml};
pub use view::Column;
