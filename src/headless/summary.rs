//! The summary of a run: counts that add up, every failure and review with its reason, the result files.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::next_command::next_commands;
use domain::item::Item;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::JobSpec;
use domain::outcome::Status;
use domain::result_file::{ResultFileKind, is_drafts_file};
use domain::sink::SinkKind;
use domain::terminal_text::strip_terminal_controls;
use domain::text::time::format_elapsed;
use pipeline::DraftsElsewhere;
use pipeline::batch::OutputFiles;
use report::event_lines::{format_item_name, format_rejected_line, remaining_items};

/// Maximum number of items per status, and of rejected lines, listed with reasons. Without result files, all failures
/// are listed.
const MAX_LISTED_ITEMS: usize = 50;

/// Maximum number of items with the same reason that are listed one by one.
const MAX_REPEATED_REASONS: u64 = 5;

/// Formats the summary of a batch that no process runs any more; every line ends with a line break.
pub fn format_summary(projection: &JobProjection, files: &OutputFiles) -> String {
    format_summary_with_flags(projection, files, "")
}

/// Formats the summary. The suggested command includes `flags`, such as ` --data-dir data`, so that it finds the batch.
pub fn format_summary_with_flags(projection: &JobProjection, files: &OutputFiles, flags: &str) -> String {
    format_summary_with_commands(projection, files, "was interrupted", next_commands(projection), flags)
}

/// Formats the summary of a batch that another process runs.
pub fn format_running_summary(projection: &JobProjection, flags: &str) -> String {
    let follow = ("To follow it", format!("draft-maker status --follow {}", projection.job));
    format_summary_with_commands(projection, &OutputFiles::default(), "is running", vec![follow], flags)
}

fn format_summary_with_commands(
    projection: &JobProjection,
    files: &OutputFiles,
    active: &str,
    commands: Vec<(&'static str, String)>,
    flags: &str,
) -> String {
    let mut text = format!("\n{}\n\n{}", format_heading(projection, active), format_counts(projection));
    text += &format_rejected_lines(projection, files);
    for (status, title) in [(Status::NeedsReview, "Needs your decision"), (Status::Failed, "Failed")] {
        text += &format_items_with_status(projection, status, title, files);
    }
    text += &format_unanswered(files);
    text += &format_result_paths(files);
    for (why, command) in commands {
        let _ = write!(text, "\n{why}:\n  {command}{flags}\n");
    }
    text
}

/// Formats how many items of a batch have drafts at another destination, and how to keep or move those drafts. Empty if
/// there are none.
pub fn format_drafts_elsewhere(found: &[DraftsElsewhere], spec: &JobSpec, flags: &str) -> String {
    let mut text = String::new();
    for DraftsElsewhere { sink, site, job, items } in found {
        let (have, gets, them) = match items {
            1 => ("1 item already has its draft".to_owned(), "it gets", "it"),
            items => (format!("{items} items already have their drafts"), "they get", "them"),
        };
        let location = if sink == SinkKind::Csv.as_str() { "in the drafts file of" } else { "from" };
        let at_site = if *site == spec.site { String::new() } else { format!(" at {site}") };
        let marketplace = if *site == spec.site { String::new() } else { format!(" and EBAY_MARKETPLACE={site}") };
        let _ = writeln!(
            text,
            "{have} {location} {job} (destination {sink}{at_site}), so {gets} no second one at the destination {}.\n  \
             To update {them} there, use --sink {sink}{marketplace}. To move {them} here, run this, then the list \
             again:\n    draft-maker drafts --delete-batch {job}{flags}",
            spec.sink,
        );
    }
    text
}

/// Formats the summary of a job that a service continues; every line ends with a line break. `silent_since` is the time
/// when the service stopped answering.
pub fn format_service_continues(projection: &JobProjection, silent_since: Option<Timestamp>) -> String {
    let (job, counts) = (&projection.job, &projection.counts);
    let continues = match silent_since {
        None => format!("{job} continues in the service"),
        Some(since) => format!(
            "The service has not answered since {} UTC. It resumes {job} when it starts again",
            since.strftime("%H:%M:%S")
        ),
    };
    format!(
        "\n{continues} ({} of {} items done).\nTo follow it:\n  draft-maker status --follow {job}\nOr open \
         the console again.\n",
        counts.done, counts.total
    )
}

/// Formats `batch_20240318_143022_0 finished in 3 min 12 s`, without the time between its runs. `active` describes a batch whose journal records no end.
fn format_heading(projection: &JobProjection, active: &str) -> String {
    let ended = match projection.state {
        JobState::Completed => "finished",
        JobState::Stopped => "stopped",
        JobState::Failed => "failed",
        JobState::Paused => "is paused",
        JobState::Cancelled => "was canceled",
        JobState::Running | JobState::Pending => active,
    };
    let took = projection.ended_at.and_then(|end| projection.run_time(Some(end)));
    let took = took.map(|took| format!(" in {}", format_elapsed(took))).unwrap_or_default();
    let why = projection.why.as_deref().map(|why| format!(": {}", strip_terminal_controls(why))).unwrap_or_default();
    format!("{} {ended}{took}{why}", projection.job)
}

/// Formats one line per final status that occurs, the remaining items, and the sum. The number of drafts follows if items
/// have several or share one.
fn format_counts(projection: &JobProjection) -> String {
    let ended = Status::ALL.into_iter().map(|status| (status.as_str(), projection.counts.for_status(status)));
    let rows: Vec<_> = ended.chain([("not finished", remaining_items(projection))]).filter(|(_, n)| *n > 0).collect();
    let mut text = String::new();
    for (what, n) in rows {
        let _ = writeln!(text, "  {what:<15} {n:>8}");
    }
    let _ = writeln!(text, "  {:<15} {:>8}", "items", projection.counts.total);
    let drafts = projection.count_drafts();
    if drafts > 0 && drafts != projection.counts.successful() {
        let _ = writeln!(text, "  {:<15} {drafts:>8}", "drafts");
    }
    text
}

fn format_rejected_lines(projection: &JobProjection, files: &OutputFiles) -> String {
    let total = projection.counts.rejected_lines;
    if total == 0 {
        return String::new();
    }
    let mut text = format!("\nSkipped lines of the list ({total}):\n");
    for bad in projection.rejected_lines.iter().take(MAX_LISTED_ITEMS) {
        let _ = writeln!(text, "  {}", format_rejected_line(bad));
    }
    text + &truncation_note(total, projection.rejected_lines.len().min(MAX_LISTED_ITEMS) as u64, files)
}

fn format_items_with_status(projection: &JobProjection, status: Status, title: &str, files: &OutputFiles) -> String {
    let total = projection.counts.for_status(status);
    if total == 0 {
        return String::new();
    }
    let heading = format!("\n{title} ({total})");
    let report = files.full_report.as_ref().filter(|_| total > MAX_REPEATED_REASONS);
    if let Some((file, why)) = report.zip(common_reason(projection, status)) {
        return format!(
            "{heading}, all for one reason:\n  {why}\n  The items are in {}\n",
            path_from_here(file).display()
        );
    }
    let mut text = format!("{heading}:\n");
    let most = if status == Status::Failed && files.full_report.is_none() { usize::MAX } else { MAX_LISTED_ITEMS };
    let items = projection.items().iter().filter(|item| item.status == Some(status));
    for item in items.take(most) {
        let _ = writeln!(text, "  {}", format_item_reason(item));
    }
    text + &truncation_note(total, most as u64, files)
}

/// Returns the reason that all items with a status share, such as an unreachable network; `None` if the reasons differ.
fn common_reason(projection: &JobProjection, status: Status) -> Option<String> {
    let mut reasons = projection.items().iter().filter(|item| item.status == Some(status)).map(|item| &item.error);
    let first = reasons.next()?.as_deref()?;
    reasons.all(|reason| reason.as_deref() == Some(first)).then(|| strip_terminal_controls(first).into_owned())
}

/// Formats `720642442524   Nirvana – Nevermind: two pressings match`.
fn format_item_reason(item: &Item) -> String {
    let (name, why) = (format_item_name(item), item.error.as_deref().map(strip_terminal_controls).unwrap_or_default());
    let colon = if name.is_empty() || why.is_empty() { "" } else { ": " };
    format!("{:<13}  {name}{colon}{why}", item.upc).trim_end().to_owned()
}

fn truncation_note(total: u64, shown: u64, files: &OutputFiles) -> String {
    let rest = total.saturating_sub(shown);
    match &files.full_report {
        _ if rest == 0 => String::new(),
        Some(file) => format!("  and {rest} more, see {}\n", path_from_here(file).display()),
        None => format!("  and {rest} more\n"),
    }
}

/// Returns a path relative to the working directory if it is inside, otherwise unchanged.
pub fn path_from_here(path: &Path) -> &Path {
    std::path::absolute(".").ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

fn format_unanswered(files: &OutputFiles) -> String {
    if files.unavailable_providers.is_empty() {
        return String::new();
    }
    let lines = files.unavailable_providers.iter().map(|line| format!("  {}\n", strip_terminal_controls(line)));
    format!("\nServices that did not answer:\n{}", lines.collect::<String>())
}

fn format_result_paths(files: &OutputFiles) -> String {
    let results = files.paths.iter().filter(|path| !is_drafts_file(path)).cloned().collect::<Vec<_>>();
    format_paths("Results", &results) + &format_upload_error(files) + &format_drafts_files(files)
}

/// Formats why files are not in the bucket yet and what happens next. Empty if all files are in the bucket.
fn format_upload_error(files: &OutputFiles) -> String {
    let Some(error) = files.upload_error.as_deref().map(strip_terminal_controls) else { return String::new() };
    format!(
        "\nResult files that are not in the bucket yet:\n  {error}\n  They stay on this machine. The next batch and a running \
         service try the upload again.\n"
    )
}

/// Formats which drafts files exist and what to do with them. Empty if there is no drafts file.
pub fn format_drafts_files(files: &OutputFiles) -> String {
    let earlier = "Drafts files of earlier runs (upload each once, unless you have done so)";
    let outdated = "Not updated, because you have added drafts to it (make the changes in it yourself)";
    let drafts = files.paths.iter().filter(|path| is_drafts_file(path)).cloned().collect::<Vec<_>>();
    let all = || drafts.iter().chain(&files.earlier_drafts).chain(&files.outdated_drafts);
    if all().next().is_some() && all().all(|path| is_demo_file(path)) {
        return format_paths("Demo files (not for upload)", &all().cloned().collect::<Vec<_>>());
    }
    let upload = "To upload in Seller Hub > Reports > Uploads, each file once";
    format_paths(upload, &drafts)
        + &format_paths(earlier, &files.earlier_drafts)
        + &format_paths(outdated, &files.outdated_drafts)
}

/// Returns true if the file is marked as one of the demo, whose prices are invented.
fn is_demo_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ResultFileKind::DEMO_PREFIX))
}

fn format_paths(title: &str, paths: &[PathBuf]) -> String {
    let lines = paths.iter().map(|path| format!("  {}\n", path_from_here(path).display())).collect::<Vec<_>>();
    if lines.is_empty() { String::new() } else { format!("\n{title}:\n{}", lines.concat()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_service_does_not_continue_a_batch() {
        let projection = JobProjection::new("batch_20240318_143022_0".parse().unwrap());
        let answers = format_service_continues(&projection, None);
        assert!(answers.contains("batch_20240318_143022_0 continues in the service (0 of 0 items done)."), "{answers}");
        let silent = format_service_continues(&projection, Some("2024-03-18T14:31:07Z".parse().unwrap()));
        let expected = "The service has not answered since 14:31:07 UTC. It resumes batch_20240318_143022_0 when it starts \
                        again (0 of 0 items done).";
        assert!(silent.contains(expected) && !silent.contains("continues"), "{silent}");
    }
}
