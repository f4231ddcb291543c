//! Plain output of a job: one line per item, a progress bar on a terminal, a summary, an exit code.
//!
//! ```text
//! events ──line──> standard output     projection ──bar──> standard error
//!                                      projection ──summary──> text, exit code
//! ```
//!
//! [`follow_job`] is the loop; pure functions format the text.

mod exit;
mod follow;
mod next_command;
mod printer;
mod progress_bar;
pub mod review;
mod signals;
mod summary;

pub use domain::terminal_text::strip_terminal_controls;
pub use exit::{
    EXIT_DONE, EXIT_FAILED, EXIT_INCOMPLETE, EXIT_INVALID_INPUT, demo_exit_code, edited_items_exit_code, exit_code,
    exit_status,
};
pub use follow::{FollowEnd, follow_job, follow_job_until, print_on_thread};
pub use next_command::{command_after_dry_run, next_commands};
pub use printer::{OutputOptions, Printer, UpstreamsFn};
pub use progress_bar::{format_rate, format_status_counts};
pub use report::event_lines::{EventFormat, format_event, format_events};
pub use signals::watch_signals;
pub use summary::{
    format_drafts_elsewhere, format_drafts_files, format_running_summary, format_service_continues, format_summary,
    format_summary_with_flags, path_from_here,
};
