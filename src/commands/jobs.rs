//! `draft-maker jobs`: lists all batches, newest first. Only reads, so it works while a batch runs.

use std::fmt::Write;
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::OutputFormat;
use crate::commands::output::print_stdout;
use crate::config::Config;
use crate::headless::strip_terminal_controls;
use domain::job::{Job, JobState};
use domain::uploaded_list::display_source;
use store::journal::Journal;

#[derive(Serialize)]
struct JobListRow {
    job_id: String,
    /// A [`JobState`], or `interrupted` if the journal says running but no process runs the job.
    status: String,
    source: Option<String>,
    started_at: Option<jiff::Timestamp>,
    ended_at: Option<jiff::Timestamp>,
    total: u64,
    done: u64,
    successful: u64,
}

pub(super) async fn list_jobs(config: &Config, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let store = config.store_location()?;
    let journal = Journal::open_read_only(&store).await?;
    let is_owned = Journal::is_owned(&store).await?;
    let mut rows = Vec::new();
    for job in journal.job_ids().await? {
        rows.push(job_list_row(&journal.job_summary(&job).await?, is_owned));
    }
    match format {
        OutputFormat::Json => print_stdout(&format!("{}\n", serde_json::to_string_pretty(&rows)?)),
        OutputFormat::Text if rows.is_empty() => print_stdout("No batches yet.\n"),
        OutputFormat::Text => {
            for source in rows.iter_mut().filter_map(|row| row.source.as_mut()) {
                *source = display_source(source);
            }
            print_stdout(&format_jobs_table(&rows))
        }
    }
}

fn job_list_row(job: &Job, is_owned: bool) -> JobListRow {
    let status = match job.state {
        JobState::Running if !is_owned => "interrupted".to_owned(),
        state => state.to_string(),
    };
    JobListRow {
        job_id: job.id.to_string(),
        status,
        source: job.spec.as_ref().map(|spec| spec.source.clone()),
        started_at: job.started_at,
        ended_at: job.ended_at,
        total: job.counts.total,
        done: job.counts.done,
        successful: job.counts.successful(),
    }
}

fn format_jobs_table(rows: &[JobListRow]) -> String {
    let mut text = format!("{:<28} {:<11} {:>8} {:>8} {:>8}  list\n", "batch", "state", "items", "done", "success");
    for row in rows {
        let source = row.source.as_deref().map(strip_terminal_controls).unwrap_or_default();
        let _ = writeln!(
            text,
            "{:<28} {:<11} {:>8} {:>8} {:>8}  {source}",
            row.job_id, row.status, row.total, row.done, row.successful
        );
    }
    text
}
