//! The last words of a run: counts that add up, every failure and review with its reason, where the results are.

use std::fmt::Write;

use super::retry::next_command;
use domain::board::Board;
use domain::item::Item;
use domain::job::JobState;
use domain::outcome::Status;
use domain::screen::clean;
use pipeline::batch::Files;
use report::lines::{left, name, refused_line};

/// Items of one kind, and refused lines, that are listed with their reasons; failures all where no file holds them.
const LISTED: usize = 50;

/// The summary, in lines that end with a line break.
pub fn summary(board: &Board, files: &Files) -> String {
    let mut text = format!("\n{}\n\n{}", heading(board), counts(board));
    text += &refused(board, files);
    for (status, title) in [(Status::NeedsReview, "For review"), (Status::Failed, "Failed")] {
        text += &listed(board, status, title, files);
    }
    text += &silent(files);
    text += &written(files);
    if let Some((why, command)) = next_command(board) {
        let _ = write!(text, "\n{why}:\n  {command}\n");
    }
    text
}

/// `batch_20240318_143022_0 finished in 3m 12s`
fn heading(board: &Board) -> String {
    let ended = match board.state {
        JobState::Completed => "finished",
        JobState::Stopped => "stopped",
        JobState::Failed => "broke off",
        JobState::Paused => "was set aside",
        JobState::Cancelled => "was given up",
        JobState::Running | JobState::Pending => "is not finished",
    };
    let took = match (board.started_at, board.ended_at) {
        (Some(from), Some(to)) => format!(" in {:#}", rounded(to.duration_since(from))),
        _ => String::new(),
    };
    let why = board.why.as_deref().map(|why| format!(": {}", clean(why))).unwrap_or_default();
    format!("{} {ended}{took}{why}", board.job)
}

/// Nobody reads nanoseconds; a run of less than ten seconds keeps its tenths.
fn rounded(took: jiff::SignedDuration) -> jiff::SignedDuration {
    let step = if took.as_secs() < 10 { 100 } else { 1000 };
    jiff::SignedDuration::from_millis(i64::try_from(took.as_millis()).unwrap_or(i64::MAX) / step * step)
}

/// A line for every end state that occurs, what is left, and their sum.
fn counts(board: &Board) -> String {
    let ended = Status::ALL.into_iter().map(|status| (status.key(), board.counts.of(status)));
    let rows: Vec<_> = ended.chain([("not finished", left(board))]).filter(|(_, n)| *n > 0).collect();
    let mut text = String::new();
    for (what, n) in rows {
        let _ = writeln!(text, "  {what:<15} {n:>8}");
    }
    let _ = writeln!(text, "  {:<15} {:>8}", "items", board.counts.total);
    text
}

fn refused(board: &Board, files: &Files) -> String {
    let total = board.counts.refused_lines;
    if total == 0 {
        return String::new();
    }
    let mut text = format!("\nLines of the list that were not taken ({total}):\n");
    for bad in board.refused.iter().take(LISTED) {
        let _ = writeln!(text, "  {}", refused_line(bad));
    }
    text + &more(total, board.refused.len().min(LISTED) as u64, files)
}

fn listed(board: &Board, status: Status, title: &str, files: &Files) -> String {
    let total = board.counts.of(status);
    if total == 0 {
        return String::new();
    }
    let mut text = format!("\n{title} ({total}):\n");
    let most = if status == Status::Failed && files.full.is_none() { usize::MAX } else { LISTED };
    let items = board.items().iter().filter(|item| item.status == Some(status));
    for item in items.take(most) {
        let _ = writeln!(text, "  {}", reason(item));
    }
    text + &more(total, most as u64, files)
}

/// `720642442524   Nirvana – Nevermind: two pressings fit equally well`
fn reason(item: &Item) -> String {
    let (name, why) = (name(item), item.error.as_deref().map(clean).unwrap_or_default());
    let colon = if name.is_empty() || why.is_empty() { "" } else { ": " };
    format!("{:<13}  {name}{colon}{why}", item.upc).trim_end().to_owned()
}

fn more(total: u64, shown: u64, files: &Files) -> String {
    let rest = total.saturating_sub(shown);
    match &files.full {
        _ if rest == 0 => String::new(),
        Some(file) => format!("  and {rest} more, see {}\n", file.display()),
        None => format!("  and {rest} more\n"),
    }
}

fn silent(files: &Files) -> String {
    if files.silent.is_empty() {
        return String::new();
    }
    let lines = files.silent.iter().map(|line| format!("  {}\n", clean(line)));
    format!("\nQuestions that were not answered:\n{}", lines.collect::<String>())
}

fn written(files: &Files) -> String {
    if files.written.is_empty() {
        return String::new();
    }
    let paths = files.written.iter().map(|path| format!("  {}\n", path.display()));
    format!("\nResults:\n{}", paths.collect::<String>())
}
