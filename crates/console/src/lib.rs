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

mod backend;
mod background_tasks;
mod bulk_actions;
mod byte_counter;
mod clipboard;
mod columns;
mod command;
mod command_line;
mod command_parser;
mod completion;
mod cursor;
mod effect_task;
mod event_loop;
mod footer;
mod image_protocol;
mod keymap;
mod message;
mod preferences;
mod row_query;
mod scan_session;
mod screen;
mod screens;
mod settings;
mod state;
mod table_view;
mod terminal;
mod terminal_capabilities;
mod terminal_image;
mod text_field;
mod theme;
mod theme_file;
mod upstream_bar;

pub use backend::{
    Backend, DataSource, DirectoryEntry, DirectoryEntryKind, DirectoryPage, Gauge, JobAction, JobSubscription,
    JobSummary, ListingPreview, Location, MAX_REVIEW_CASES, PreviewProgressFn, ProjectionHandle, ReplayPosition,
    ReplaySnapshot, ResolvedAddress, StartError, StartOptions, UploadError, UserMessage,
};
pub use bulk_actions::ExportFailure;
pub use columns::{UnknownColumn, VisibleColumns};
pub use command::{COMMANDS, KeyCommand};
pub use command_parser::ParsedCommand;
pub use cursor::{Cursor, ScrollState};
pub use event_loop::{ExitSummary, run};
pub use image_protocol::half_block_picker;
pub use keymap::{KeyChord, KeyContext, Keymap, KeymapError};
pub use message::Message;
pub use preferences::{FileWrite, Preferences, Sort};
pub use row_query::{RowQuery, RowQueryResult};
pub use scan_session::{ScanEffect, ScanReply, ScanSendError, new_session_id as scanners_name};
pub use screen::{DrawContext, Effect, Screen, Transition};
pub use screens::{
    BrowseScreen, ColumnPicker, ConfirmDialog, HelpScreen, ImageViewer, ItemScreen, JobListScreen, JobScreen,
    LocationPrompt, MessageLog, ReviewScreen, ScanScreen, StartScreen,
};
pub use settings::Settings;
pub use state::Console;
pub use table_view::ItemColumn;
pub use terminal::{ConsoleTerminal, TerminalError};
pub use terminal_capabilities::TerminalCapabilities;
pub use terminal_image::TerminalImage;
pub use theme::Theme;
pub use theme_file::{ThemeError, apply_file as theme_over, to_toml as theme_to_toml};
