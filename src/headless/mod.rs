//! One job in a terminal or a log: a line for each event, a bar where there is a terminal, a summary, an exit code.
//!
//! ```text
//! events ──line──> standard output          board ──bar──> standard error
//!                                           board ──summary──> text, exit code
//! ```
//!
//! [`follow`] is the loop; all that it prints is made by functions without side effects.

mod bar;
mod clean;
mod columns;
mod exit;
mod follow;
mod lines;
mod paper;
mod retry;
mod stop;
mod summary;

pub use bar::{message, pace};
pub use clean::clean;
pub use exit::{UNFINISHED, exit_code, exit_status};
pub use follow::{Ended, follow};
pub use lines::{Lines, line};
pub use paper::{Paper, ShowAs};
pub use retry::next_command;
pub use stop::watch_signals;
pub use summary::summary;
