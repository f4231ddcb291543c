//! Suggests commands to continue with after a run.

use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{Copies, JobSpec};
use domain::outcome::Status;
use domain::seller_data::MediaGrade;
use domain::source_type::SourceType;
use domain::terminal_text::quote_for_shell;
use domain::uploaded_list::is_uploaded_source;
use input::Source;

/// Returns the next commands, each with its purpose; empty if nothing is left to do.
///
/// An unfinished job is resumed. Failed items have ended, so their list is run again: existing drafts stay unchanged,
/// and cached responses are not requested again.
pub fn next_commands(projection: &JobProjection) -> Vec<(&'static str, String)> {
    if projection.state == JobState::Cancelled {
        return Vec::new();
    }
    if projection.state != JobState::Completed && projection.is_open_for_scans() {
        return vec![("To continue scanning", scan_command(projection.spec.as_ref()))];
    }
    if projection.state != JobState::Completed {
        return vec![("To resume", format!("draft-maker resume {}", projection.job))];
    }
    let waits = projection.counts.for_status(Status::NeedsReview) > 0;
    let decide = waits.then(|| ("To decide", format!("draft-maker review {}", projection.job)));
    decide.into_iter().chain(retry_command(projection)).collect()
}

/// Returns the command whose scans join this session. A scan command with other flags would start a new session.
fn scan_command(spec: Option<&JobSpec>) -> String {
    let (is_dry_run, has_drafts) = spec.map_or((false, true), |spec| (spec.test_mode, spec.create_drafts));
    let flags = [(" --no-drafts", !has_drafts), (" --dry-run", is_dry_run)];
    flags.into_iter().filter(|(_, is_set)| *is_set).fold("draft-maker scan".to_owned(), |text, (flag, _)| text + flag)
}

/// Returns the command that retries the failed items; `None` if there are none.
fn retry_command(projection: &JobProjection) -> Option<(&'static str, String)> {
    if projection.counts.for_status(Status::Failed) == 0 {
        return None;
    }
    let spec = projection.spec.as_ref()?;
    if spec.source_type == SourceType::Scan || is_uploaded_source(&spec.source) {
        return Some(("To retry failed items, press A and R in", format!("draft-maker console {}", projection.job)));
    }
    Some(match spec.source_type {
        SourceType::Stdin => ("To retry failed items, send the list again to", run_command(spec)),
        _ => ("To retry failed items", run_command(spec)),
    })
}

/// Returns the command that creates the drafts of a dry run, with otherwise the same settings. `None` for any other
/// batch, and if the list cannot be read again.
pub fn command_after_dry_run(spec: &JobSpec) -> Option<String> {
    let can_run_again = spec.source_type.can_be_read_again() && !is_uploaded_source(&spec.source);
    (spec.test_mode && can_run_again).then(|| run_command(&JobSpec { test_mode: false, ..spec.clone() }))
}

/// Returns the command that runs the list of a batch again with the same settings.
fn run_command(spec: &JobSpec) -> String {
    let value = |flag: &str, value: &str| format!("{flag} {}", quote_for_shell(value));
    let given = |flag: &str, text: &Option<String>| text.as_deref().map(|text| value(flag, text));
    let when = |flag: &str, is_set: bool| is_set.then(|| flag.to_owned());
    let list = &spec.list_options;
    // Always included, because the settings may now name another destination.
    let sink = (spec.create_drafts && !spec.test_mode).then(|| format!("--sink {}", spec.sink));
    let parts = [
        Some("draft-maker run".to_owned()),
        Some(quote_addresses(&spec.source)),
        when("--no-drafts", !spec.create_drafts),
        sink,
        when("--copies separate", spec.copies == Copies::Separate),
        when("--dry-run", spec.test_mode),
        when("--review", spec.review),
        spec.condition.map(|condition| format!("--condition {condition}")),
        spec.media_grade.map(|grade| value("--media-grade", &grade_symbol(grade))),
        spec.sleeve_grade.map(|grade| value("--sleeve-grade", &grade_symbol(grade))),
        spec.note.as_deref().map(|note| value("--note", note)),
        spec.limit.map(|limit| format!("--limit {limit}")),
        given("--barcode-column", &list.barcode_column),
        given("--quantity-column", &list.quantity_column),
        given("--sheet", &list.sheet),
        when("--accept-quantities", list.accept_quantities),
        when("--search-rows", list.search_rows),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Returns the symbol of a grade (`VG+`) from its full name (`Very Good Plus (VG+)`).
fn grade_symbol(grade: MediaGrade) -> String {
    let words = grade.to_string();
    let symbols = words.rsplit('(').next().unwrap_or_default().trim_end_matches(')');
    symbols.split(' ').next().unwrap_or_default().to_owned()
}

/// Quotes the address of a list, or the addresses of several lists, for a shell.
fn quote_addresses(source: &str) -> String {
    match source.parse::<Source>() {
        Ok(Source::Several(sources)) => {
            sources.iter().map(|one| quote_for_shell(&one.to_string())).collect::<Vec<_>>().join(" ")
        }
        _ => quote_for_shell(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::events::job_spec;

    #[test]
    fn a_list_that_was_sent_to_the_service_is_not_run_again() {
        let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e";
        let dry_run = JobSpec { test_mode: true, ..job_spec() };
        assert!(command_after_dry_run(&dry_run).is_some());
        let source = format!("/data/uploads/{digest}/box-15.csv");
        assert_eq!(command_after_dry_run(&JobSpec { source, ..dry_run }), None);
    }

    #[test]
    fn the_command_for_more_scans_joins_the_session() {
        assert_eq!(scan_command(Some(&job_spec())), "draft-maker scan");
        let dry_run = JobSpec { test_mode: true, ..job_spec() };
        assert_eq!(scan_command(Some(&dry_run)), "draft-maker scan --dry-run");
        let lookups = JobSpec { create_drafts: false, ..job_spec() };
        assert_eq!(scan_command(Some(&lookups)), "draft-maker scan --no-drafts");
    }
}
