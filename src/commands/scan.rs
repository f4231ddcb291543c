//! `draft-maker scan` without a terminal: reads one barcode per line of standard input. The batch ends with the input.

use std::io::{BufRead as _, BufReader};
use std::process::ExitCode;
use std::time::Duration;

use tokio::sync::mpsc;

use super::attach;
use super::run::{self, RunOutput};
use crate::cli::ScanArgs;
use crate::commands::logs::init_logging;
use crate::commands::spec::job_spec;
use crate::config::Config;
use crate::headless::{self, Printer};
use client::{ClientError, ServiceClient};
use domain::event::EventEnvelope;
use domain::job_spec::{JobId, JobSpec};
use domain::scan::{ScanInput, ScanTerms, TermsCommand, join_terms, split_terms};
use pipeline::batch::{self, StopReason, StopSignal};
use pipeline::scan_sessions::{ScanError, ScanSessions};
use retry::{RetryAdvice, RetryPolicy};

/// Maximum scans per request. Groups grow if the receiver is slow.
const SCAN_CHUNK_SIZE: usize = 100;

/// Maximum number of lines that wait to be sent.
const SCAN_QUEUE_CAPACITY: usize = 1_000;

/// Pause between two attempts to reach a service that is being restarted.
const RESTART_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Maximum time to wait for a service that is being restarted.
const MAX_RESTART_TIME: Duration = Duration::from_mins(2);

/// Scans at the service that owns the data directory, or in this process.
pub(super) async fn scan_from_stdin(config: &Config, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let spec = job_spec(config, JobSpec::SCAN_SOURCE.to_owned(), None)?.into_scan_session();
    match attach::running_service(config)? {
        Some(service) => scan_remotely(config, &service, &spec, args, quiet).await,
        None => scan_locally(config, spec, args, quiet).await,
    }
}

async fn scan_locally(config: &Config, spec: JobSpec, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let stop = StopSignal::from_token(headless::watch_signals()?);
    batch::prepare_output_folder(&crate::bootstrap::result_storage(config)?, &spec)?;
    init_logging(config, &args.output_args, quiet)?;
    let context = run::open_context(config).await?;
    let from = *context.journal.subscribe_head().borrow();
    let started = Box::pin(batch::start_scan_job(&context, spec, &stop)).await?;
    let (scan_sessions, job, limit, stop_signal) =
        (ScanSessions::new(context.journal.clone()), started.job.clone(), args.options.limit, stop.clone());
    let feeding = tokio::spawn(async move {
        let fed = send_scans(&scan_sessions, &job, limit).await;
        // Stop the batch instead of waiting for a scan that cannot be recorded.
        fed.inspect_err(|_| stop_signal.request_stop(StopReason::Stop))
    });
    let code = run::run_and_report(
        &context,
        &started,
        &RunOutput { output_args: &args.output_args, quiet, from_seq: from, config, edited: Vec::new() },
        &stop,
    )
    .await?;
    // After a stop the input may still be open, but is no longer read.
    if feeding.is_finished() {
        feeding.await??;
    }
    Ok(code)
}

async fn send_scans(scan_sessions: &ScanSessions, job: &JobId, limit: Option<u64>) -> Result<(), ScanError> {
    let mut lines = read_stdin_scans(limit);
    let mut some = Vec::new();
    while lines.recv_many(&mut some, SCAN_CHUNK_SIZE).await > 0 {
        scan_sessions.record_scans(job, &some).await?;
        some.clear();
    }
    scan_sessions.close_session(job).await.map(drop)
}

async fn scan_remotely(
    config: &Config,
    service: &ServiceClient,
    spec: &JobSpec,
    args: &ScanArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let key = format!("scan-{:032x}", rand::random::<u128>());
    let job = service.create_scan_job(spec, &key).await?;
    let mut printer = Printer::new(args.output_args.to_output_options(quiet));
    if !quiet {
        printer.print_note(&format!("{job} runs in the service at {}.", service.address()));
    }
    let watched = service.watch_job(&job);
    let feed = async {
        let mut lines = read_stdin_scans(args.options.limit);
        let mut some = Vec::new();
        while lines.recv_many(&mut some, SCAN_CHUNK_SIZE).await > 0 {
            outlast_restart(|| service.add_scans(&job, &some)).await?;
            some.clear();
        }
        outlast_restart(|| service.close_scan_job(&job)).await?;
        anyhow::Ok(())
    };
    let ends = |event: &EventEnvelope| event.payload.ends_work();
    let show = attach::follow_and_report(config, watched.events, &watched.projection, printer, ends);
    tokio::pin!(feed, show);
    tokio::select! {
        code = &mut show => code,
        given = &mut feed => {
            given?;
            show.await
        }
    }
}

/// Repeats a request while the service is being restarted. A scan that arrives twice counts once, because of its key.
async fn outlast_restart<F: Future<Output = Result<(), ClientError>>>(
    request: impl Fn() -> F,
) -> Result<(), ClientError> {
    let mut schedule = RetryPolicy::fixed(RESTART_POLL_INTERVAL).with_time_limit(MAX_RESTART_TIME).start();
    loop {
        match request().await {
            Err(ClientError::Unreachable { .. }) if schedule.wait(RetryAdvice::Retry).await => {}
            result => return result,
        }
    }
}

/// Sends the non-blank lines of standard input as they arrive.
fn read_stdin_scans(limit: Option<u64>) -> mpsc::Receiver<ScanInput> {
    let (give, lines) = mpsc::channel(SCAN_QUEUE_CAPACITY);
    std::thread::spawn(move || {
        let most = limit.unwrap_or(u64::MAX);
        let mut input = BufReader::new(std::io::stdin());
        let (mut line, mut terms) = (Vec::new(), ScanTerms::default());
        let (mut scans, mut line_number) = (0, 0);
        while scans < most && matches!(input.read_until(b'\n', &mut line), Ok(1..)) {
            line_number += 1;
            let code = String::from_utf8_lossy(&line).trim().chars().take(MAX_CODE_CHARS).collect::<String>();
            line.clear();
            if code.is_empty() || code.starts_with('#') {
                continue;
            }
            // A line that contains only terms, such as a command barcode, applies to the scans that follow.
            if terms.apply_command(&code) {
                continue;
            }
            // The terms before it must not complete a command whose terms are missing or invalid: it is sent as it is, and
            // rejected.
            let is_command = TermsCommand::parse_correction(&code).is_some()
                || TermsCommand::invalid_correction(&code).is_some()
                || TermsCommand::is_incomplete(&code);
            let code = if is_command {
                code
            } else {
                let (barcode, command) = split_terms(&code);
                join_terms(barcode, &command.applied_to(terms.clone()))
            };
            scans += 1;
            let scan = ScanInput { key: format!("line-{line_number}"), code, line: Some(line_number) };
            if give.blocking_send(scan).is_err() {
                return;
            }
        }
    });
    lines
}

/// Maximum characters per line. The service accepts twice as many, with the terms of the scans before. A barcode has at
/// most fourteen.
const MAX_CODE_CHARS: usize = 128;
