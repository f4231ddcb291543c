//! The start dialog of a batch, in each of its states.

use console::{
    BrowseScreen, Console, Effect, JobEffect, LocationEffect, Message, StartError, StartOptions, StartScreen,
};
use domain::batch_estimate::{
    BatchEstimate, BatchPlan, ConflictingJob, ProviderInfo, QueuePosition, Quota, TimeEstimate,
};
use domain::condition::Condition;
use domain::job::JobState;
use domain::job_spec::{Copies, RejectedLine};
use domain::list_options::ListOptions;
use domain::list_preview::{ListPreview, PreviousDraft, ReadProgress, Workload};
use domain::list_reading::ListReading;
use domain::sink::SinkKind;

use super::{console, drawn, job, press};
use testing::events::{timestamp, upc};

const SOURCE: &str = "upcs.txt";

/// Returns the preview of a scanned list.
pub(super) fn list_preview() -> ListPreview {
    ListPreview {
        items: 83,
        repeats: 3,
        rejected: 1,
        first_rejected: vec![RejectedLine { line: 7, text: "n/a".into(), reason: "no digits in it".into() }],
        first_upcs: (1..=6).map(upc).collect(),
        previously_drafted: 12,
        latest_drafts: vec![PreviousDraft { upc: upc(2), at: timestamp("2024-03-16T14:30:22Z"), job_id: job() }],
        ..ListPreview::default()
    }
}

fn provider_info(name: &str, identifies: bool, has_key: Option<bool>) -> ProviderInfo {
    let missing = (has_key == Some(false)).then(|| "prices by condition".to_owned());
    ProviderInfo { name: name.into(), identifies, has_key, missing_without_key: missing }
}

/// Returns the estimate of a batch over this list, with usual settings.
pub(super) fn batch_estimate() -> BatchEstimate {
    BatchEstimate {
        items: 83,
        drafts: 83,
        plan: BatchPlan {
            sink: SinkKind::Csv,
            create_drafts: true,
            test_mode: false,
            review: false,
            condition: Some(Condition::VeryGood),
            copies: Copies::Together,
        },
        sink_description: "A file of drafts: upload it once in Seller Hub > Reports > Uploads.".into(),
        providers: vec![
            provider_info("musicbrainz", true, None),
            provider_info("discogs", true, Some(true)),
            provider_info("coverartarchive", false, None),
        ],
        price_rule: "in USD, 95% of the market price, never below 4.99 USD".into(),
        time_estimate: Some(TimeEstimate {
            seconds: 249,
            seconds_with_others: 249,
            slowest: "discogs".into(),
            limit_per_minute: 60.0,
        }),
        quotas: Vec::new(),
        queue_position: QueuePosition::default(),
        conflicting_job: None,
        blockers: Vec::new(),
        advice: Vec::new(),
    }
}

/// Returns the dialog for a list that has been read, with this estimate.
fn dialog_with_estimate(estimate: BatchEstimate) -> Console {
    let (screen, ask) = StartScreen::for_source(SOURCE.into());
    assert_eq!(
        ask,
        Effect::Location(LocationEffect::PreviewList { source: SOURCE.into(), list: ListOptions::default() })
    );
    let mut console = console(screen);
    let wanted =
        console.handle_message(&Message::PreviewReady { source: SOURCE.into(), result: Ok(Box::new(list_preview())) });
    let options = StartOptions::for_source(SOURCE.into());
    assert_eq!(
        wanted,
        [Effect::Job(JobEffect::EstimateBatch {
            options: options.clone(),
            amount: Workload { items: 83, copies: 86, states_condition: false, catalog: None }
        })]
    );
    console.handle_message(&Message::EstimateReady { options, result: Ok(Box::new(estimate)) });
    console
}

fn at_each_size(name: &str, console: &mut Console) {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn(console, width, height));
    }
}

#[test]
fn the_dialog_while_the_list_is_read() {
    let (screen, _) = StartScreen::for_source(SOURCE.into());
    let mut console = console(screen);
    assert!(drawn(&mut console, 80, 24).contains("reading the list …"));
    assert_eq!(press(&mut console, &["enter"]), [], "not before the list was read");
    let so_far = ReadProgress::ReadingList { bytes: 6_100_000, total: Some(14_000_000), lines: 435_000 };
    console.handle_message(&Message::PreviewProgress { source: SOURCE.into(), progress: so_far });
    at_each_size("reading", &mut console);
    let so_far = ReadProgress::CheckingDrafts { items: 340_000, total: 1_000_000 };
    console.handle_message(&Message::PreviewProgress { source: SOURCE.into(), progress: so_far });
    assert!(drawn(&mut console, 80, 24).contains("34%, 340000 of 1000000 items"));
    assert_eq!(press(&mut console, &["esc"]), [Effect::CancelPreview(SOURCE.into())]);
    console.handle_message(&Message::PreviewReady { source: SOURCE.into(), result: Ok(Box::new(list_preview())) });
    assert!(drawn(&mut console, 80, 24).contains("press r to read the list again"), "a late response is ignored");
    assert_eq!(
        press(&mut console, &["r"]),
        [Effect::Location(LocationEffect::PreviewList { source: SOURCE.into(), list: ListOptions::default() })]
    );
}

/// The key that quits elsewhere closes the dialog, as it closes other dialogs. As the first screen, the dialog cannot be
/// closed.
#[test]
fn ctrl_c_closes_the_dialog() {
    let mut first = dialog_with_estimate(batch_estimate());
    assert_eq!(press(&mut first, &["ctrl-c"]), [Effect::Quit]);
    let mut above = console(BrowseScreen::for_current_dir().0);
    above.run_line(&format!("start {SOURCE}"));
    press(&mut above, &["ctrl-c"]);
    assert!(drawn(&mut above, 80, 24).starts_with("\"this folder  "));
    let (screen, _) = StartScreen::for_source(SOURCE.into());
    let mut reading = console(screen);
    assert_eq!(press(&mut reading, &["ctrl-c"]), [Effect::CancelPreview(SOURCE.into())]);
}

#[test]
fn the_dialog_for_a_drafts_file() {
    at_each_size("ready", &mut dialog_with_estimate(batch_estimate()));
}

#[test]
fn the_dialog_without_keys() {
    let providers = vec![provider_info("musicbrainz", true, None), provider_info("discogs", true, Some(false))];
    let advice = vec!["Without DISCOGS_PERSONAL_ACCESS_TOKEN, discogs lacks search by barcode.".into()];
    at_each_size("no_keys", &mut dialog_with_estimate(BatchEstimate { providers, advice, ..batch_estimate() }));
}

#[test]
fn the_dialog_with_too_few_ebay_calls_left() {
    let until = timestamp("2024-03-19T07:00:00Z");
    let quota = |api: &str, need, left, daily| Quota {
        api: api.into(),
        required: need,
        remaining: left,
        daily_limit: daily,
        resets_at: until,
    };
    let quotas = vec![quota("browse", 166, 41, 5_000), quota("inventory", 12, 1_999_000, 2_000_000)];
    let plan = BatchPlan { sink: SinkKind::Inventory, ..batch_estimate().plan };
    at_each_size("quota", &mut dialog_with_estimate(BatchEstimate { quotas, plan, ..batch_estimate() }));
}

#[test]
fn without_a_sign_in_it_checks_again_and_does_not_start() {
    let to_do = vec!["nobody is signed in at eBay: run `draft-maker auth ebay`".into()];
    let plan = BatchPlan { sink: SinkKind::Inventory, ..batch_estimate().plan };
    let mut console = dialog_with_estimate(BatchEstimate { blockers: to_do, plan, ..batch_estimate() });
    assert!(drawn(&mut console, 80, 24).contains("nobody is signed in at eBay"));
    let options = StartOptions::for_source(SOURCE.into());
    let amount = list_preview().workload();
    assert_eq!(
        press(&mut console, &["enter"]),
        [Effect::Job(JobEffect::EstimateBatch { options: options.clone(), amount })]
    );
    assert!(drawn(&mut console, 80, 24).contains("The batch was not started."), "Enter shows why nothing happens");
    console
        .handle_message(&Message::EstimateReady { options: options.clone(), result: Ok(Box::new(batch_estimate())) });
    assert!(!drawn(&mut console, 80, 24).contains("The batch was not started."));
    assert_eq!(press(&mut console, &["enter"]), [Effect::Job(JobEffect::StartJob(options))]);
}

#[test]
fn the_dialog_behind_others_in_the_queue() {
    let turn = QueuePosition { position: 3, running: 1, items_ahead: 1_240 };
    let time = TimeEstimate { seconds_with_others: 3_969, ..batch_estimate().time_estimate.unwrap() };
    at_each_size(
        "queue",
        &mut dialog_with_estimate(BatchEstimate {
            queue_position: turn,
            time_estimate: Some(time),
            ..batch_estimate()
        }),
    );
}

#[test]
fn a_list_in_progress_can_be_joined() {
    let under_way = ConflictingJob { job_id: job(), state: JobState::Running };
    let twice = || dialog_with_estimate(BatchEstimate { conflicting_job: Some(under_way.clone()), ..batch_estimate() });
    let mut console = twice();
    assert_eq!(press(&mut console, &["enter"]), []);
    at_each_size("under_way", &mut console);
    assert_eq!(press(&mut console, &["esc"]), []);
    assert!(drawn(&mut console, 80, 24).contains("destination: "), "back to the choices");
    assert_eq!(press(&mut console, &["enter", "enter"]), [Effect::Job(JobEffect::AttachJob(job()))]);
    let mut console = twice();
    let forced = StartOptions { force: true, ..StartOptions::for_source(SOURCE.into()) };
    assert_eq!(press(&mut console, &["enter", "down", "enter"]), [Effect::Job(JobEffect::StartJob(forced))]);
}

/// Another operator has started the list between the estimate and the key.
#[test]
fn a_list_started_meanwhile_can_be_joined_too() {
    let mut console = dialog_with_estimate(batch_estimate());
    assert_eq!(
        press(&mut console, &["enter"]),
        [Effect::Job(JobEffect::StartJob(StartOptions::for_source(SOURCE.into())))]
    );
    let under_way = ConflictingJob { job_id: job(), state: JobState::Pending };
    console.handle_message(&Message::JobStarted(Err(StartError::AlreadyInProgress(under_way))));
    assert!(drawn(&mut console, 80, 24).contains(&format!("join {}", job())));
    assert_eq!(press(&mut console, &["enter"]), [Effect::Job(JobEffect::AttachJob(job()))]);
}

#[test]
fn the_batch_starts_with_the_chosen_options() {
    let mut console = dialog_with_estimate(batch_estimate());
    let [Effect::Job(JobEffect::EstimateBatch { options, .. })] = &press(&mut console, &[" "])[..] else {
        panic!("a new estimate is requested")
    };
    assert_eq!(options.sink, Some(SinkKind::Inventory), "the destination after the configured one");
    let late = BatchEstimate { items: 1, ..batch_estimate() };
    console.handle_message(&Message::EstimateReady {
        options: StartOptions::for_source(SOURCE.into()),
        result: Ok(Box::new(late)),
    });
    assert!(!drawn(&mut console, 80, 24).contains("1 item is"), "the response to an outdated request is ignored");
    let changes = press(&mut console, &["down", " ", "down", " ", " ", "down", " "]);
    let Some(Effect::Job(JobEffect::EstimateBatch { options, .. })) = changes.last() else { panic!("{changes:?}") };
    estimate_for(&mut console, options, batch_estimate());
    let [Effect::Job(JobEffect::StartJob(options))] = &press(&mut console, &["s"])[..] else { panic!("it starts") };
    assert_eq!((options.copies, options.condition), (Some(Copies::Separate), Some(Condition::LikeNew)));
    assert!(options.test_mode && options.create_drafts && !options.review_all && !options.force);
    assert_eq!(press(&mut console, &["s"]), [], "a second key press does not start a second batch");
    assert_eq!(console.handle_message(&Message::JobStarted(Ok(job()))), [Effect::Job(JobEffect::AttachJob(job()))]);
}

fn estimate_for(console: &mut Console, options: &StartOptions, estimate: BatchEstimate) {
    console.handle_message(&Message::EstimateReady { options: options.clone(), result: Ok(Box::new(estimate)) });
}

/// What prevents the start with the changed options is known only when their estimate arrives.
#[test]
fn after_a_change_the_batch_waits_for_the_new_estimate() {
    let mut console = dialog_with_estimate(batch_estimate());
    let changes = press(&mut console, &[" "]);
    let [Effect::Job(JobEffect::EstimateBatch { options, .. })] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(press(&mut console, &["enter"]), []);
    assert!(drawn(&mut console, 80, 24).contains("preparing the preview"));
    let blockers = vec!["nobody is signed in at eBay".into()];
    estimate_for(&mut console, options, BatchEstimate { blockers, ..batch_estimate() });
    let refused = press(&mut console, &["enter"]);
    assert!(matches!(&refused[..], [Effect::Job(JobEffect::EstimateBatch { .. })]), "{refused:?}");
    estimate_for(&mut console, options, batch_estimate());
    assert_eq!(press(&mut console, &["enter"]), [Effect::Job(JobEffect::StartJob(options.clone()))]);
}

#[test]
fn hidden_rows_can_be_scrolled_to() {
    let mut console = dialog_with_estimate(batch_estimate());
    let first = drawn(&mut console, 40, 12);
    assert!(first.contains("more lines"), "{first}");
    let down = std::iter::repeat_n("pgdn", 30).collect::<Vec<_>>();
    press(&mut console, &down);
    let last = drawn(&mut console, 40, 12);
    assert!(last.contains("first: 720640000016"), "{last}");
}

#[test]
fn choosing_columns_reads_the_list_again() {
    let reading = ListReading {
        format: "CSV".into(),
        barcode_columns: vec!["\"UPC\"".into()],
        columns: vec!["UPC".into(), "Stock".into(), "3".into()],
        ..ListReading::default()
    };
    let preview = || ListPreview { reading: reading.clone(), ..list_preview() };
    let (screen, _) = StartScreen::for_source(SOURCE.into());
    let mut console = console(screen);
    let read = || Message::PreviewReady { source: SOURCE.into(), result: Ok(Box::new(preview())) };
    console.handle_message(&read());
    press(&mut console, &["down"; 7]);
    let mut choose = |expected: Option<&str>| {
        let list = ListOptions { quantity_column: expected.map(str::to_owned), ..ListOptions::default() };
        assert_eq!(
            press(&mut console, &[" "]),
            [Effect::Location(LocationEffect::PreviewList { source: SOURCE.into(), list })]
        );
        // After an invalid choice, the other columns can still be chosen.
        console.handle_message(&Message::PreviewReady { source: SOURCE.into(), result: Err("no".into()) });
    };
    [Some("none"), Some("UPC"), Some("Stock"), Some("3"), None].into_iter().for_each(&mut choose);
    console.handle_message(&read());
    let shown = drawn(&mut console, 100, 40);
    assert!(
        shown.contains("barcode column: \"UPC\" (detected)") && shown.contains("quantity column: none (detected)"),
        "{shown}"
    );
    let [Effect::Location(LocationEffect::PreviewList { list, .. })] = &press(&mut console, &["k", " "])[..] else {
        panic!("it is read again")
    };
    assert_eq!(list.barcode_column.as_deref(), Some("UPC"));
}

/// Enter confirms the quantities only after the dialog has shown what the batch does.
#[test]
fn quantities_are_not_confirmed_before_the_estimate() {
    let (screen, _) = StartScreen::for_source(SOURCE.into());
    let mut console = console(screen);
    let preview = ListPreview { has_excess_copies: true, ..list_preview() };
    console.handle_message(&Message::PreviewReady { source: SOURCE.into(), result: Ok(Box::new(preview)) });
    assert_eq!(press(&mut console, &["enter"]), []);
    assert!(drawn(&mut console, 100, 30).contains("Are these the quantities?"));
    let options = StartOptions::for_source(SOURCE.into());
    console.handle_message(&Message::EstimateReady { options, result: Ok(Box::new(batch_estimate())) });
    assert_eq!(press(&mut console, &["enter"]), []);
    assert!(drawn(&mut console, 100, 30).contains("press again to confirm"));
}
