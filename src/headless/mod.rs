//! One job in a terminal or a log: a line for each event, a bar where there is a terminal, a summary, an exit code.
//!
//! ```text
//! events ──line──> standard output          board ──bar──> standard error
//!                                           board ──summary──> text, exit code
//! ```
//!
//! [`follow`] is the loop; all that it prints is made by functions without side effects.

mod bar;
mod exit;
mod follow;
mod paper;
mod retry;
pub mod review;
mod stop;
mod summary;

pub use bar::{message, pace};
pub use domain::screen::clean;
pub use exit::{UNFINISHED, exit_code, exit_status};
pub use follow::{Ended, follow, follow_until};
pub use paper::{Paper, ShowAs, Upstreams};
pub use report::lines::{Lines, line};
pub use retry::next_command;
pub use stop::watch_signals;
pub use summary::summary;
