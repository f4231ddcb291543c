//! `draft-maker scan` without a terminal: reads one barcode per line of standard input. The batch ends with the input.

use std::io::{self, BufRead, BufReader, Read as _};
use std::process::ExitCode;
use std::thread::JoinHandle;
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
use domain::event::Seq;
use domain::job_spec::{JobId, JobSpec};
use domain::scan::{MAX_SCAN_CHARS, ScanInput, ScanTerms, TermsCommand, join_terms, split_terms};
use pipeline::batch::{self, StopReason, StopSignal};
use pipeline::scan_sessions::ScanSessions;
use retry::{RetryAdvice, RetryPolicy, retry};

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
    batch::prepare_output_folder(&crate::bootstrap::result_storage(config)?, &spec).await?;
    init_logging(config, &args.output_args, quiet)?;
    let context = run::open_context(config).await?;
    let from = *context.journal.subscribe_head().borrow();
    let started = Box::pin(batch::start_scan_job(&context, spec, &stop)).await?;
    let (scan_sessions, job, limit, stop_signal) =
        (ScanSessions::new(context.journal.clone()), started.job.clone(), args.options.limit, stop.clone());
    let feeding = tokio::spawn(async move {
        let fed = send_scans(&scan_sessions, &job, limit).await;
        // Stop the batch instead of waiting for a scan that cannot be recorded.
        fed.inspect_err(|_| stop_signal.request_stop(StopReason::InputFailed))
    });
    let code =
        run::run_and_report(&context, &started, &RunOutput::new(config, &args.output_args, quiet, from), &stop).await?;
    // After a stop the input may still be open, but is no longer read.
    if feeding.is_finished() {
        feeding.await??;
    }
    Ok(code)
}

async fn send_scans(scan_sessions: &ScanSessions, job: &JobId, limit: Option<u64>) -> anyhow::Result<()> {
    let mut input = StdinScans::read(limit);
    while let Some(scans) = input.next_chunk().await {
        scan_sessions.record_scans(job, &scans).await?;
    }
    input.check_end(|| format!("`draft-maker resume {job}` finishes the batch of the scans before it"))?;
    scan_sessions.close_session(job).await?;
    Ok(())
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
    let feed = async {
        let mut input = StdinScans::read(args.options.limit);
        while let Some(scans) = input.next_chunk().await {
            outlast_restart(|| service.add_scans(&job, &scans)).await?;
        }
        input.check_end(|| format!("{job} stays open in the service; `draft-maker console` continues or closes it"))?;
        outlast_restart(|| service.close_scan_job(&job)).await?;
        anyhow::Ok(())
    };
    let show = attach::follow_remote(config, service, &job, Seq::default(), printer);
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
    request: impl FnMut() -> F,
) -> Result<(), ClientError> {
    let advise = |error: &ClientError| match error {
        ClientError::Unreachable { .. } => RetryAdvice::Retry,
        _ => RetryAdvice::Stop,
    };
    retry(RetryPolicy::fixed(RESTART_POLL_INTERVAL).with_time_limit(MAX_RESTART_TIME), advise, request).await
}

/// The scans of standard input. A thread reads them, because a read can wait for ever.
struct StdinScans {
    scans: mpsc::Receiver<ScanInput>,
    reader: JoinHandle<io::Result<()>>,
}

impl StdinScans {
    fn read(limit: Option<u64>) -> Self {
        let (sender, scans) = mpsc::channel(SCAN_QUEUE_CAPACITY);
        let reader = std::thread::spawn(move || {
            send_lines(&mut BufReader::new(io::stdin()), limit.unwrap_or(u64::MAX), &sender)
        });
        Self { scans, reader }
    }

    /// Returns the scans that have arrived since the last call; `None` after the last scan.
    async fn next_chunk(&mut self) -> Option<Vec<ScanInput>> {
        let mut scans = Vec::new();
        (self.scans.recv_many(&mut scans, SCAN_CHUNK_SIZE).await > 0).then_some(scans)
    }

    /// Checks, after the last scan, that nothing follows it. `advice` says how to continue after an error.
    ///
    /// # Errors
    /// Returns an error if the rest of the input cannot be read.
    fn check_end(self, advice: impl FnOnce() -> String) -> anyhow::Result<()> {
        let read = self.reader.join().unwrap_or_else(|_| Err(io::Error::other("the reader failed")));
        read.map_err(|error| {
            anyhow::anyhow!("cannot read standard input ({}). {}", files::describe_io_error(&error), advice())
        })
    }
}

/// Sends the non-blank lines of `input` as they arrive, at most `most`.
fn send_lines(input: &mut impl BufRead, most: u64, sender: &mpsc::Sender<ScanInput>) -> io::Result<()> {
    let (mut line, mut terms) = (Vec::new(), ScanTerms::default());
    let (mut scans, mut line_number) = (0, 0);
    while scans < most && read_line(input, &mut line)? {
        line_number += 1;
        let code = String::from_utf8_lossy(&line).trim().to_owned();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        let is_cut = code.chars().count() >= MAX_SCAN_CHARS;
        // A line that contains only terms, such as a command barcode, applies to the scans that follow.
        if !is_cut && terms.apply_command(&code) {
            continue;
        }
        // The terms before it must not complete a command whose terms are missing or invalid: it is sent as it is, and
        // rejected.
        let is_command = is_cut
            || TermsCommand::parse_correction(&code).is_some()
            || TermsCommand::invalid_correction(&code).is_some()
            || TermsCommand::is_incomplete(&code);
        let code = if is_command {
            code
        } else {
            let (barcode, command) = split_terms(&code);
            join_terms(barcode, &command.applied_to(terms.clone()))
        };
        // A scan that is cut here is rejected.
        let code = code.chars().take(MAX_SCAN_CHARS).collect();
        scans += 1;
        let scan = ScanInput { key: format!("line-{line_number}"), code, line: Some(line_number) };
        if sender.blocking_send(scan).is_err() {
            break;
        }
    }
    Ok(())
}

/// Reads the next line. The rest of a line that is much longer than a scan is skipped. Returns false at the end.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let bytes = input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', line)?;
    if bytes as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    Ok(bytes > 0)
}

/// Maximum bytes of a line that are kept: more than [`MAX_SCAN_CHARS`] characters.
const MAX_LINE_BYTES: u64 = 8 * MAX_SCAN_CHARS as u64;

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::Read;

    use super::*;

    /// Sends a request that fails `failures` times. Returns the number of requests and the result.
    async fn request_with_failures(failures: usize, error: fn() -> ClientError) -> (usize, Result<(), ClientError>) {
        let requests = Cell::new(0);
        let sent = outlast_restart(|| {
            requests.set(requests.get() + 1);
            let failed = requests.get() <= failures;
            async move { if failed { Err(error()) } else { Ok(()) } }
        })
        .await;
        (requests.get(), sent)
    }

    #[tokio::test]
    async fn a_request_is_repeated_while_the_service_is_restarted() {
        const ADDRESS: &str = "http://127.0.0.1:1";
        let unreachable =
            || ClientError::Unreachable { address: ADDRESS.to_owned(), why: "connection refused".to_owned() };
        let (requests, sent) = request_with_failures(1, unreachable).await;
        assert_eq!(requests, 2);
        sent.unwrap();
        let refused =
            || ClientError::Api { address: ADDRESS.to_owned(), status: 409, detail: "it is closed".to_owned() };
        let (requests, sent) = request_with_failures(1, refused).await;
        assert_eq!(requests, 1);
        sent.unwrap_err();
    }

    /// An input whose end cannot be read.
    struct BrokenInput(&'static [u8]);

    impl Read for BrokenInput {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("a broken disk")),
                bytes => Ok(bytes),
            }
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_sent_as_such() {
        let (sender, mut scans) = mpsc::channel(SCAN_QUEUE_CAPACITY);
        let lines = format!("loc {}\n720642462928\n", "Box 14 ".repeat(10_000));
        send_lines(&mut lines.as_bytes(), u64::MAX, &sender).unwrap();
        let scan = scans.try_recv().unwrap();
        assert_eq!((scan.code.chars().count(), scan.line), (MAX_SCAN_CHARS, Some(1)));
        let scan = scans.try_recv().unwrap();
        assert_eq!((scan.code.as_str(), scan.line), ("720642462928", Some(2)), "the location is not a part of one");
    }

    /// The line before the error may lack its last digits.
    #[test]
    fn a_read_error_is_not_the_end_of_the_input() {
        let (sender, mut scans) = mpsc::channel(SCAN_QUEUE_CAPACITY);
        let mut input = BufReader::new(BrokenInput(b"720642462928\n0936248"));
        let error = send_lines(&mut input, u64::MAX, &sender).unwrap_err();
        assert_eq!(error.to_string(), "a broken disk");
        assert_eq!(scans.try_recv().unwrap().code, "720642462928");
        scans.try_recv().unwrap_err();
    }
}
