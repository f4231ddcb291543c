//! The full-screen console, in which you browse lists, start a batch, watch it live, and open any item.
//!
//! ```text
//! keys ──Keymap──> KeyCommand ──┐                       ┌──> Effect ──> Backend (this process, or a service)
//!                               ├──> Console (screens) ─┤                  │
//! Message ──────────────────────┘                       └──> one frame     └──> Message
//! ```
//!
//! Screens return effects, and the event loop performs them. No screen waits for anything, so no key is ever delayed.
//! The loop sleeps until a key or a message arrives. It draws immediately after a key, and at most four times per
//! second for messages.

mod ascii_symbols;
mod backend;
mod background_tasks;
mod bulk_actions;
mod byte_counter;
mod change_order;
mod clipboard;
mod column_layout;
mod columns;
mod command;
mod command_line;
mod command_palette;
mod command_parser;
mod completion;
mod cursor;
mod effect_context;
mod effect_runner;
mod event_loop;
mod image_protocol;
mod input_stream;
mod item_activity;
mod item_edit;
mod item_effect;
mod item_photos;
mod job_effect;
mod key_hints;
mod key_sequence;
mod keymap;
mod location;
mod location_effect;
mod message;
mod photo_saves;
mod preferences;
mod row_effect;
mod row_filter;
mod row_query;
mod saved_state;
mod scan_session;
mod screen;
mod screens;
mod settings;
mod stage_counts;
mod state;
mod table_view;
mod terminal;
mod terminal_capabilities;
mod terminal_image;
mod terminal_reply;
mod terminal_status;
mod text_field;
mod theme;
mod theme_file;
mod undo_window;
mod upstream_bar;

pub use backend::{
    Backend, DataSource, DirectoryEntry, DirectoryEntryKind, DirectoryPage, ExportFailure, JobAction, JobSubscription,
    JobSummary, ListingPreview, Location, MAX_REVIEW_CASES, PreviewProgressFn, ProjectionHandle, ReplayPosition,
    ReplaySnapshot, ResolvedAddress, ScanSendError, SetupFact, StartError, StartOptions, UploadError, UpstreamStatus,
    UserMessage,
};
pub use columns::{ItemColumn, UnknownColumn, VisibleColumns};
pub use command::{COMMANDS, KeyCommand};
pub use command_parser::ParsedCommand;
pub use cursor::Cursor;
pub use effect_runner::ExitSummary;
pub use event_loop::run;
pub use image_protocol::half_block_picker;
pub use item_edit::ItemEdit;
pub use item_effect::ItemEffect;
pub use item_photos::{ItemPhoto, PhotoChange, PhotoCounts};
pub use job_effect::JobEffect;
pub use keymap::{KeyChord, KeyContext, Keymap, KeymapError};
pub use location_effect::LocationEffect;
pub use message::Message;
pub use preferences::{FileWrite, Preferences, PreferencesError, Sort};
pub use row_effect::RowEffect;
pub use row_query::{RowQuery, RowQueryResult};
pub use saved_state::{LastPlace, SavedState, SavedView, StateChange};
pub use scan_session::{ScanEffect, ScanReply, new_session_id};
pub use screen::{DrawContext, Effect, Route, Screen, Transition};
pub use screens::{
    BrowseScreen, ImageViewer, ItemScreen, JobListScreen, JobScreen, LocationPrompt, MessageLog, ReviewScreen,
    ScanScreen, StartScreen,
};
pub use settings::Settings;
pub use stage_counts::{StageCountRequest, StageCounts};
pub use state::Console;
pub use terminal::{ConsoleTerminal, TerminalError};
pub use terminal_capabilities::TerminalCapabilities;
pub use terminal_image::{TerminalImage, TerminalImageError};
pub use theme::Theme;
pub use theme_file::{ThemeError, apply_file as theme_over, to_toml as theme_to_toml};
pub use undo_window::UnrecordedChange;
