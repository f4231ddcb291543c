//! Runs without a screen: printed lines, summary, exit code, and stops.

use parking_lot::{Mutex, RwLock};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::{InputItem, JobId, JobSpec, RejectedLine};
use domain::matching::{Match, Verdict};
use domain::money::Money;
use domain::outcome::{ItemOutcome, Status};
use domain::pricing::{Confidence, PriceEstimate};
use domain::provenance::Sourced;
use domain::provider::Provider;
use domain::release::{ArtistCredit, Release};
use domain::source_type::SourceType;
use draft_maker::headless::{
    EventFormat, FollowEnd, OutputOptions, Printer, exit_status, follow_job, format_event, format_rate,
    format_status_counts, format_summary, next_commands, strip_terminal_controls,
};
use jiff::Timestamp;
use pipeline::batch::OutputFiles;
use proptest::prelude::*;
use testing::barcodes::upc_a_text;
use tokio_util::sync::CancellationToken;
use unicode_width::UnicodeWidthStr;

const NEVERMIND: &str = "720642442524";
const KIND_OF_BLUE: &str = "074646493526";
const TOKYO: &str = "4988064584079";

/// A job with its projection, built from events like those of the journal.
struct RecordedJob {
    projection: JobProjection,
    events: Vec<EventEnvelope>,
    silent: Vec<String>,
}

impl RecordedJob {
    fn new(items: &[&str]) -> Self {
        let began = "2024-03-18T14:30:22Z".parse().unwrap();
        let mut job =
            Self { projection: JobProjection::new(JobId::new(began, 0)), events: Vec::new(), silent: Vec::new() };
        job.append_event(JobEvent::Submitted { spec: job_spec("upcs.txt") });
        let listed = |upc: &&str| InputItem {
            upc: upc.parse().unwrap(),
            copies: 1,
            lines: vec![1].into(),
            zeros_restored: 0,
            seller: None,
            differing: Vec::new(),
        };
        job.append_event(JobEvent::ItemsAdded { items: items.iter().map(listed).collect() });
        job
    }

    fn append_event(&mut self, payload: JobEvent) -> &mut Self {
        let seq = self.events.len() as u64 + 1;
        let at = Timestamp::from_second(1_710_772_222 + i64::try_from(seq).unwrap() * 61).unwrap();
        let event = EventEnvelope { seq: Seq(seq), at, job: self.projection.job.clone(), payload };
        self.projection.apply_event(&event).unwrap();
        self.events.push(event);
        self
    }

    fn step(&mut self, upc: &str, step: ItemEvent) -> &mut Self {
        self.append_event(JobEvent::Item { upc: upc.parse().unwrap(), item_event: step })
    }

    fn found(&mut self, upc: &str, artist: &str, title: &str, price: Option<&str>) -> &mut Self {
        let by = Provider::from_static("musicbrainz");
        let release = Release {
            artist: Some(Sourced::new(ArtistCredit::from_name(artist), by.clone())),
            title: Some(Sourced::new(title.to_owned(), by)),
            ..Release::default()
        };
        let found = Box::new(Match { release, entries: Vec::new(), score: 0.97, reasons: Vec::new() });
        let verdict = Verdict::Matched { best_match: found, runner_up: None };
        self.step(upc, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() });
        let price_estimate = PriceEstimate {
            price: price.map(|amount| Money::parse(amount, "USD").unwrap()),
            confidence: Confidence::Low,
            rule: "one sample".into(),
            band: None,
            doubts: Vec::new(),
            samples: Vec::new(),
            excluded: Vec::new(),
        };
        self.step(
            upc,
            ItemEvent::Priced { price_estimate, group_prices: Vec::new(), unavailable_providers: Vec::new() },
        )
    }

    fn done(&mut self, upc: &str, status: Status, error: Option<&str>) -> &mut Self {
        self.step(
            upc,
            ItemEvent::Finished {
                outcome: ItemOutcome {
                    status,
                    error: error.map(Into::into),
                    note: None,
                    draft: None,
                    additional_drafts: Vec::new(),
                    groups: Vec::new(),
                    lot: None,
                },
            },
        )
    }

    fn lines(&self, lines: EventFormat) -> Vec<String> {
        self.events.iter().filter_map(|event| format_event(event, &self.projection, lines)).collect()
    }

    fn summary(&self) -> String {
        let [json, csv] = ["results_20240318_143022_0.json", "summary_20240318_143022_0.csv"];
        format_summary(
            &self.projection,
            &OutputFiles {
                full_report: Some("output/batch_results_20240318_143022_0.json".into()),
                paths: [json, csv].map(|name| format!("output/batch_{name}").into()).to_vec(),
                unavailable_providers: self.silent.clone(),
                ..OutputFiles::default()
            },
        )
    }
}

fn job_spec(source: &str) -> JobSpec {
    let (source, source_type) = (source.into(), SourceType::File);
    JobSpec { source, source_type, generation: None, ..testing::events::job_spec() }
}

fn bad_line(number: u32, text: &str) -> RejectedLine {
    RejectedLine { line: number, text: text.into(), reason: "no digits".into() }
}

/// Returns a job with one outcome of each kind.
fn job_with_all_outcomes() -> RecordedJob {
    let mut job = RecordedJob::new(&[NEVERMIND, KIND_OF_BLUE, TOKYO]);
    job.append_event(JobEvent::LinesRejected { lines: vec![bad_line(4, "abc")] }).append_event(JobEvent::InputClosed);
    job.found(NEVERMIND, "Nirvana", "Nevermind", Some("12.99")).done(NEVERMIND, Status::Exported, None);
    let both = "2 pressings match: catalog number: CK 64935 or CK 40579";
    job.found(KIND_OF_BLUE, "Miles Davis", "Kind of Blue", None).done(KIND_OF_BLUE, Status::NeedsReview, Some(both));
    job.found(TOKYO, "東京事変", "教育", Some("24.00"));
    job.done(TOKYO, Status::Failed, Some("discogs: 503 Service Unavailable")).append_event(JobEvent::Completed);
    job
}

#[test]
fn text_lines_are_readable() {
    insta::assert_snapshot!(job_with_all_outcomes().lines(EventFormat::Text).join("\n"), @r#"
    batch_20240318_143022_0 reads upcs.txt (destination: csv)
    line 4 skipped: "abc": no digits
    the list has 3 items, 1 line skipped
    720642442524   exported         Nirvana – Nevermind                              12.99 USD
    074646493526   needs_review     Miles Davis – Kind of Blue                                  2 pressings match: catalog number: CK 64935 or CK 40579
    4988064584079  failed           東京事変 – 教育                                  24.00 USD  discogs: 503 Service Unavailable
    "#);
}

#[test]
fn columns_align_with_wide_characters() {
    let job = job_with_all_outcomes();
    let ends: Vec<_> = (job.lines(EventFormat::Text).iter())
        .filter_map(|line| line.split_once(" USD").map(|(before, _)| before.width()))
        .collect();
    assert_eq!(ends.len(), 2);
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn long_names_are_cut_between_characters() {
    for title in ["x".repeat(200), "教".repeat(100), "e\u{301}".repeat(100), "👩‍👩‍👧".repeat(40)] {
        let mut job = RecordedJob::new(&[NEVERMIND]);
        job.found(NEVERMIND, "A", &title, Some("1")).done(NEVERMIND, Status::Exported, None);
        let lines = job.lines(EventFormat::Text);
        let (before, _) = lines[1].split_once("1.00 USD").unwrap();
        assert_eq!(before.width(), 13 + 2 + 15 + 2 + 44 + 2 + 4, "{before:?}");
        assert!(before.contains('…'));
    }
}

#[test]
fn every_event_is_a_line_of_json_that_parses_back() {
    let job = job_with_all_outcomes();
    let read: Vec<EventEnvelope> =
        job.lines(EventFormat::Ndjson).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, job.events);
}

#[test]
fn foreign_text_reaches_the_terminal_without_control_characters() {
    let evil = "\u{1b}[2J\u{9b}31m\u{7}\u{202e}\r\nx\u{7f}";
    let mut job = RecordedJob::new(&[NEVERMIND]);
    job.append_event(JobEvent::LinesRejected { lines: vec![bad_line(1, evil)] });
    job.found(NEVERMIND, evil, evil, None).done(NEVERMIND, Status::Failed, Some(evil));
    job.append_event(JobEvent::Failed { why: evil.into() });
    let harmless = |text: &str| text.chars().all(|c| !c.is_control() && c != '\u{202e}');
    for lines in [EventFormat::Text, EventFormat::Ndjson] {
        assert!(job.lines(lines).iter().all(|line| harmless(line)), "{:?}", job.lines(lines));
    }
    assert!(job.summary().lines().all(harmless), "{:?}", job.summary());
    let back: Vec<EventEnvelope> =
        job.lines(EventFormat::Ndjson).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(back, job.events, "JSON output still has every character");
}

proptest! {
    #[test]
    fn cleaned_text_has_no_control_characters(text in "\\PC*|[\\x00-\\u{a0}]*") {
        let cleaned = strip_terminal_controls(&text);
        prop_assert!(cleaned.chars().all(|c| !c.is_control()));
        let cleaned_again = strip_terminal_controls(&cleaned).into_owned();
        prop_assert_eq!(cleaned_again, cleaned.into_owned());
    }
}

#[test]
fn the_summary_accounts_for_every_item() {
    insta::assert_snapshot!(job_with_all_outcomes().summary().trim_start(), @r#"
    batch_20240318_143022_0 finished in 13 min 13 s

      exported               1
      needs_review           1
      failed                 1
      items                  3

    Skipped lines of the list (1):
      line 4 skipped: "abc": no digits

    Needs your decision (1):
      074646493526   Miles Davis – Kind of Blue: 2 pressings match: catalog number: CK 64935 or CK 40579

    Failed (1):
      4988064584079  東京事変 – 教育: discogs: 503 Service Unavailable

    Results:
      output/batch_results_20240318_143022_0.json
      output/batch_summary_20240318_143022_0.csv

    To decide:
      draft-maker review batch_20240318_143022_0

    To retry failed items:
      draft-maker run upcs.txt --sink csv
    "#);
}

#[test]
fn a_long_list_of_failures_names_the_file_with_all_of_them() {
    let upcs: Vec<String> = (0..60).map(|number| upc_a_text(72_064_244_000 + number)).collect();
    let mut job = RecordedJob::new(&upcs.iter().map(String::as_str).collect::<Vec<_>>());
    for (number, upc) in upcs.iter().enumerate() {
        job.done(upc, Status::Failed, Some(&format!("musicbrainz: 503, try {number}")));
    }
    job.append_event(JobEvent::Completed);
    let text = job.summary();
    assert_eq!(text.matches("musicbrainz: 503").count(), 50);
    assert!(text.contains("  and 10 more, see output/batch_results_20240318_143022_0.json\n"), "{text}");
}

/// If the network is unreachable, a thousand items have the same reason.
#[test]
fn failures_for_one_reason_are_summarized_if_a_file_lists_the_items() {
    let job = job_with_60_failures();
    let text = job.summary();
    let expected = "Failed (60), all for one reason:\n  musicbrainz: 503\n  The items are in output/batch_results_";
    assert!(text.contains(expected), "{text}");
    let text = draft_maker::headless::format_summary(&job.projection, &pipeline::batch::OutputFiles::default());
    assert_eq!(text.matches("musicbrainz: 503").count(), 60);
}

fn job_with_60_failures() -> RecordedJob {
    let upcs: Vec<String> = (0..60).map(|number| upc_a_text(72_064_244_000 + number)).collect();
    let mut job = RecordedJob::new(&upcs.iter().map(String::as_str).collect::<Vec<_>>());
    for upc in &upcs {
        job.done(upc, Status::Failed, Some("musicbrainz: 503"));
    }
    job.append_event(JobEvent::Completed);
    job
}

#[test]
fn the_progress_bar_counts_by_status() {
    assert_eq!(format_status_counts(&job_with_all_outcomes().projection), "1 exported, 1 needs_review, 1 failed");
    assert_eq!(format_status_counts(&RecordedJob::new(&[NEVERMIND]).projection), "");
}

#[test]
fn the_rate_has_a_suitable_unit() {
    assert_eq!(format_rate(8.24, Duration::from_secs(250)), "8.2/s, 4m 10s left  ");
    assert_eq!(format_rate(0.2, Duration::from_hours(25)), "12.0/min, 25h left  ");
    assert_eq!(format_rate(0.0, Duration::ZERO), "");
    assert_eq!(format_rate(f64::INFINITY, Duration::MAX), "");
}

#[test]
fn the_exit_code_reflects_the_outcome() {
    let ended = |event: JobEvent, end: &dyn Fn(&mut RecordedJob)| {
        let mut job = RecordedJob::new(&[NEVERMIND]);
        end(&mut job);
        job.append_event(event);
        exit_status(&job.projection)
    };
    let with = |status| {
        move |job: &mut RecordedJob| {
            job.done(NEVERMIND, status, None);
        }
    };
    for good in [Status::Drafted, Status::AlreadyDrafted, Status::Exported, Status::DryRun, Status::Skipped] {
        assert_eq!(ended(JobEvent::Completed, &with(good)), 0, "{good}");
    }
    assert_eq!(ended(JobEvent::Completed, &with(Status::Failed)), 3);
    assert_eq!(ended(JobEvent::Completed, &with(Status::NeedsReview)), 3);
    let refused = |job: &mut RecordedJob| {
        job.done(NEVERMIND, Status::Exported, None)
            .append_event(JobEvent::LinesRejected { lines: vec![bad_line(2, "abc")] });
    };
    assert_eq!(ended(JobEvent::Completed, &refused), 3);
    assert_eq!(ended(JobEvent::Completed, &|_| ()), 3, "an unfinished item means that not everything succeeded");
    assert_eq!(ended(JobEvent::manual_stop("Ctrl-C".into()), &|_| ()), 3);
    assert_eq!(ended(JobEvent::Failed { why: "disk full".into() }, &with(Status::Exported)), 1);
}

/// If no file lists the failures, the summary must list all of them.
#[test]
fn the_next_command_is_quoted_and_repeats_the_options() {
    let mut job = RecordedJob::new(&[NEVERMIND]);
    job.append_event(JobEvent::manual_stop("Ctrl-C".into()));
    assert_eq!(next_commands(&job.projection)[0].1, "draft-maker resume batch_20240318_143022_0");
    job.append_event(JobEvent::Resumed).done(NEVERMIND, Status::Failed, None).append_event(JobEvent::Completed);
    assert_eq!(next_commands(&job.projection)[0].1, "draft-maker run upcs.txt --sink csv");
    let odd = JobSpec { source: "it's; rm -rf ~".into(), test_mode: true, limit: Some(3), ..job_spec("") };
    job.projection.spec = Some(odd);
    assert_eq!(next_commands(&job.projection)[0].1, r"draft-maker run 'it'\''s; rm -rf ~' --dry-run --limit 3");
    let mut good = RecordedJob::new(&[NEVERMIND]);
    good.done(NEVERMIND, Status::Exported, None).append_event(JobEvent::Completed);
    assert_eq!(next_commands(&good.projection), []);
}

/// An output whose content the test can read, and which can be made to fail.
#[derive(Clone, Default)]
struct TestOutput {
    written: Arc<Mutex<Vec<u8>>>,
    broken: bool,
}

impl TestOutput {
    fn text(&self) -> String {
        String::from_utf8(self.written.lock().clone()).unwrap()
    }
}

impl Write for TestOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.written.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn printer(lines: EventFormat, quiet: bool, out: &TestOutput, side: &TestOutput) -> Printer {
    Printer::with_outputs(
        Box::new(out.clone()),
        Box::new(side.clone()),
        OutputOptions { event_format: lines, show_bar: false, quiet },
        false,
    )
}

#[test]
fn the_summary_follows_text_and_is_separate_from_json() {
    for (lines, quiet, out_lines, on_side) in
        [(EventFormat::Text, false, 7, ""), (EventFormat::Text, true, 1, ""), (EventFormat::Ndjson, false, 14, "sum\n")]
    {
        let (out, side) = (TestOutput::default(), TestOutput::default());
        let job = job_with_all_outcomes();
        let mut printer = printer(lines, quiet, &out, &side);
        let projection = RwLock::new(job.projection.clone());
        printer.print_events(&job.events, &projection);
        printer.finish_with_summary("sum\n");
        assert_eq!(out.text().lines().count(), out_lines, "{lines:?} {}", out.text());
        assert_eq!(side.text(), on_side);
    }
}

#[test]
fn a_closed_pipe_stops_the_output_but_not_the_run() {
    let (out, side) = (TestOutput { broken: true, ..TestOutput::default() }, TestOutput::default());
    let job = job_with_all_outcomes();
    let projection = RwLock::new(job.projection.clone());
    let mut printer = printer(EventFormat::Text, false, &out, &side);
    printer.print_events(&job.events, &projection);
    printer.print_events(&job.events, &projection);
    printer.finish_with_summary("sum\n");
    assert_eq!((out.text(), side.text()), (String::new(), String::new()));
}

#[tokio::test]
async fn a_follower_prints_events_until_the_job_ends() {
    let (out, side) = (TestOutput::default(), TestOutput::default());
    let job = job_with_all_outcomes();
    let messages = futures::stream::iter(job.events.chunks(2).map(|events| Ok::<_, String>(events.to_vec())));
    let projection = RwLock::new(job.projection.clone());
    let mut printer = printer(EventFormat::Text, false, &out, &side);
    let ended = follow_job(messages, &projection, &mut printer, &CancellationToken::new()).await;
    assert_eq!(ended, Ok(FollowEnd::JobEnded));
    assert_eq!(out.text().lines().collect::<Vec<_>>(), job.lines(EventFormat::Text));
    let broken = futures::stream::iter([Err("the journal is gone".to_owned())]);
    let ended = follow_job(broken, &projection, &mut printer, &CancellationToken::new()).await;
    assert_eq!(ended, Err("the journal is gone".to_owned()));
}

#[tokio::test]
async fn a_stop_is_announced_once() {
    let (out, side) = (TestOutput::default(), TestOutput::default());
    let job = job_with_all_outcomes();
    let stop = CancellationToken::new();
    stop.cancel();
    // The next event arrives only after the message about the stop was printed.
    let messages = side.clone();
    let messages = futures::stream::unfold(job.events.clone().into_iter(), move |mut rest| {
        let messages = messages.clone();
        async move {
            while messages.text().is_empty() {
                tokio::task::yield_now().await;
            }
            rest.next().map(|event| (Ok::<_, String>(vec![event]), rest))
        }
    });
    let projection = RwLock::new(job.projection.clone());
    follow_job(messages, &projection, &mut printer(EventFormat::Text, false, &out, &side), &stop).await.unwrap();
    assert_eq!(side.text().lines().count(), 1);
    assert!(side.text().starts_with("Stopping"), "{}", side.text());
}
