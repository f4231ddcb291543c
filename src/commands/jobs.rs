//! The batches that the journal knows, the newest first. Reads only, so it works while a batch runs.

use std::fmt::Write;
use std::process::ExitCode;

use serde::Serialize;

use super::print;
use crate::cli::PlainFormat;
use crate::config::{Batch, Config};
use crate::headless::clean;
use domain::job::{Job, JobState};
use store::journal::Journal;

/// One line of the list.
#[derive(Serialize)]
struct Row {
    job_id: String,
    /// A [`JobState`], or `interrupted` where nobody runs what the journal has last heard running.
    status: String,
    source: Option<String>,
    started_at: Option<jiff::Timestamp>,
    ended_at: Option<jiff::Timestamp>,
    total: u64,
    done: u64,
    successful: u64,
}

pub(super) async fn jobs(config: &Config, format: PlainFormat) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    let journal = Journal::read_only(&data_dir).await?;
    let mut rows = Vec::new();
    for job in journal.jobs().await? {
        rows.push(row(&journal.job(&job).await?, Journal::is_owned(&data_dir)));
    }
    match format {
        PlainFormat::Json => print(&format!("{}\n", serde_json::to_string_pretty(&rows)?)),
        PlainFormat::Text if rows.is_empty() => print("no batches yet\n"),
        PlainFormat::Text => print(&table(&rows)),
    }
}

fn row(job: &Job, somebody_works: bool) -> Row {
    let status = match job.state {
        JobState::Running if !somebody_works => "interrupted".to_owned(),
        state => state.to_string(),
    };
    Row {
        job_id: job.id.to_string(),
        status,
        source: job.order.as_ref().map(|order| order.source.clone()),
        started_at: job.started_at,
        ended_at: job.ended_at,
        total: job.counts.total,
        done: job.counts.done,
        successful: job.counts.successful(),
    }
}

fn table(rows: &[Row]) -> String {
    let mut text = format!("{:<28} {:<11} {:>8} {:>8} {:>8}  source\n", "job", "state", "items", "done", "success");
    for row in rows {
        let source = row.source.as_deref().map(clean).unwrap_or_default();
        let _ = writeln!(
            text,
            "{:<28} {:<11} {:>8} {:>8} {:>8}  {source}",
            row.job_id, row.status, row.total, row.done, row.successful
        );
    }
    text
}
