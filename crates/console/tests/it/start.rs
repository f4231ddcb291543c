//! What is asked before a batch, in each of its states.

use console::{Console, Effect, Message, StartError, StartOptions, StartScreen};
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
use testing::events::{at, upc};

const SOURCE: &str = "upcs.txt";

/// A list as one is scanned.
pub(super) fn survey() -> ListPreview {
    ListPreview {
        items: 83,
        repeats: 3,
        rejected: 1,
        first_rejected: vec![RejectedLine { line: 7, text: "n/a".into(), reason: "no digits in it".into() }],
        first_upcs: (1..=6).map(upc).collect(),
        previously_drafted: 12,
        latest_drafts: vec![PreviousDraft { upc: upc(2), at: at("2024-03-16T14:30:22Z"), job_id: job() }],
        ..ListPreview::default()
    }
}

fn provider_info(name: &str, identifies: bool, has_key: Option<bool>) -> ProviderInfo {
    let missing = (has_key == Some(false)).then(|| "prices by condition".to_owned());
    ProviderInfo { name: name.into(), identifies, has_key, missing_without_key: missing }
}

/// What a batch over it would do, by usual settings.
pub(super) fn forecast() -> BatchEstimate {
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
        price_rule: "in USD, 95% of the samples, never below 4.99 USD".into(),
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

/// The dialog over a list that was read, with this forecast.
fn foreseen(estimate: BatchEstimate) -> Console {
    let (screen, ask) = StartScreen::for_source(SOURCE.into());
    assert_eq!(ask, Effect::PreviewList { source: SOURCE.into(), list: ListOptions::default() });
    let mut console = console(screen);
    let wanted =
        console.handle_message(&Message::PreviewReady { source: SOURCE.into(), result: Ok(Box::new(survey())) });
    let options = StartOptions::for_source(SOURCE.into());
    assert_eq!(
        wanted,
        [Effect::EstimateBatch {
            options: options.clone(),
            amount: Workload { items: 83, copies: 86, states_condition: false }
        }]
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
fn while_the_list_is_read() {
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
    console.handle_message(&Message::PreviewReady { source: SOURCE.into(), result: Ok(Box::new(survey())) });
    assert!(drawn(&mut console, 80, 24).contains("press r to read the list again"), "what comes too late is not taken");
    assert_eq!(
        press(&mut console, &["r"]),
        [Effect::PreviewList { source: SOURCE.into(), list: ListOptions::default() }]
    );
}

#[test]
fn ready_into_a_file() {
    at_each_size("ready", &mut foreseen(forecast()));
}

#[test]
fn without_keys() {
    let providers = vec![provider_info("musicbrainz", true, None), provider_info("discogs", true, Some(false))];
    let advice = vec!["Without DISCOGS_PERSONAL_ACCESS_TOKEN, discogs lacks search by barcode.".into()];
    at_each_size("no_keys", &mut foreseen(BatchEstimate { providers, advice, ..forecast() }));
}

#[test]
fn at_ebay_with_too_few_calls_left() {
    let until = at("2024-03-19T07:00:00Z");
    let quota = |api: &str, need, left, daily| Quota {
        api: api.into(),
        required: need,
        remaining: left,
        daily_limit: daily,
        resets_at: until,
    };
    let quotas = vec![quota("browse", 166, 41, 5_000), quota("inventory", 12, 1_999_000, 2_000_000)];
    let plan = BatchPlan { sink: SinkKind::Inventory, ..forecast().plan };
    at_each_size("quota", &mut foreseen(BatchEstimate { quotas, plan, ..forecast() }));
}

#[test]
fn not_signed_in_it_looks_again_and_does_not_start() {
    let to_do = vec!["nobody is signed in at eBay: run `draft-maker auth ebay`".into()];
    let plan = BatchPlan { sink: SinkKind::Inventory, ..forecast().plan };
    let mut console = foreseen(BatchEstimate { blockers: to_do, plan, ..forecast() });
    assert!(drawn(&mut console, 80, 24).contains("nobody is signed in at eBay"));
    let options = StartOptions::for_source(SOURCE.into());
    let amount = survey().workload();
    assert_eq!(press(&mut console, &["enter"]), [Effect::EstimateBatch { options: options.clone(), amount }]);
    assert!(drawn(&mut console, 80, 24).contains("The batch was not started."), "Enter says why nothing happens");
    console.handle_message(&Message::EstimateReady { options: options.clone(), result: Ok(Box::new(forecast())) });
    assert!(!drawn(&mut console, 80, 24).contains("The batch was not started."));
    assert_eq!(press(&mut console, &["enter"]), [Effect::StartJob(options)]);
}

#[test]
fn behind_others_in_the_queue() {
    let turn = QueuePosition { position: 3, running: 1, items_ahead: 1_240 };
    let time = TimeEstimate { seconds_with_others: 3_969, ..forecast().time_estimate.unwrap() };
    at_each_size(
        "queue",
        &mut foreseen(BatchEstimate { queue_position: turn, time_estimate: Some(time), ..forecast() }),
    );
}

#[test]
fn over_a_list_that_is_under_way_it_offers_to_join() {
    let under_way = ConflictingJob { job_id: job(), state: JobState::Running };
    let twice = || foreseen(BatchEstimate { conflicting_job: Some(under_way.clone()), ..forecast() });
    let mut console = twice();
    assert_eq!(press(&mut console, &["enter"]), []);
    at_each_size("under_way", &mut console);
    assert_eq!(press(&mut console, &["esc"]), []);
    assert!(drawn(&mut console, 80, 24).contains("destination: "), "back to the choices");
    assert_eq!(press(&mut console, &["enter", "enter"]), [Effect::AttachJob(job())]);
    let mut console = twice();
    let forced = StartOptions { force: true, ..StartOptions::for_source(SOURCE.into()) };
    assert_eq!(press(&mut console, &["enter", "down", "enter"]), [Effect::StartJob(forced)]);
}

/// Somebody was quicker between the forecast and the key.
#[test]
fn who_is_refused_for_the_same_list_is_offered_to_join_too() {
    let mut console = foreseen(forecast());
    assert_eq!(press(&mut console, &["enter"]), [Effect::StartJob(StartOptions::for_source(SOURCE.into()))]);
    let under_way = ConflictingJob { job_id: job(), state: JobState::Pending };
    console.handle_message(&Message::JobStarted(Err(StartError::AlreadyInProgress(under_way))));
    assert!(drawn(&mut console, 80, 24).contains(&format!("join {}", job())));
    assert_eq!(press(&mut console, &["enter"]), [Effect::AttachJob(job())]);
}

#[test]
fn what_is_chosen_is_what_is_started() {
    let mut console = foreseen(forecast());
    let [Effect::EstimateBatch { options, .. }] = &press(&mut console, &[" "])[..] else {
        panic!("it is foreseen anew")
    };
    assert_eq!(options.sink, Some(SinkKind::Inventory), "the one after the one that is set");
    let late = BatchEstimate { items: 1, ..forecast() };
    console.handle_message(&Message::EstimateReady {
        options: StartOptions::for_source(SOURCE.into()),
        result: Ok(Box::new(late)),
    });
    assert!(!drawn(&mut console, 80, 24).contains("1 item is"), "the answer to an older wish is not taken");
    press(&mut console, &["down", " ", "down", " ", " ", "down", " "]);
    let [Effect::StartJob(options)] = &press(&mut console, &["s"])[..] else { panic!("it starts") };
    assert_eq!((options.copies, options.condition), (Some(Copies::Separate), Some(Condition::LikeNew)));
    assert!(options.test_mode && options.create_drafts && !options.review_all && !options.force);
    assert_eq!(press(&mut console, &["s"]), [], "a second key starts no second batch");
    assert_eq!(console.handle_message(&Message::JobStarted(Ok(job()))), [Effect::AttachJob(job())]);
}

#[test]
fn what_has_no_room_is_reached() {
    let mut console = foreseen(forecast());
    let first = drawn(&mut console, 40, 12);
    assert!(first.contains("more lines"), "{first}");
    let down = std::iter::repeat_n("pgdn", 30).collect::<Vec<_>>();
    press(&mut console, &down);
    let last = drawn(&mut console, 40, 12);
    assert!(last.contains("first: 720640000016"), "{last}");
}

#[test]
fn the_columns_of_the_list_are_chosen_and_it_is_read_again() {
    let reading = ListReading {
        format: "CSV".into(),
        barcode_columns: vec!["\"UPC\"".into()],
        columns: vec!["UPC".into(), "Stock".into(), "3".into()],
        ..ListReading::default()
    };
    let preview = || ListPreview { reading: reading.clone(), ..survey() };
    let (screen, _) = StartScreen::for_source(SOURCE.into());
    let mut console = console(screen);
    let read = || Message::PreviewReady { source: SOURCE.into(), result: Ok(Box::new(preview())) };
    console.handle_message(&read());
    press(&mut console, &["down"; 7]);
    let mut choose = |expected: Option<&str>| {
        let list = ListOptions { quantity_column: expected.map(str::to_owned), ..ListOptions::default() };
        assert_eq!(press(&mut console, &[" "]), [Effect::PreviewList { source: SOURCE.into(), list }]);
        // A choice that cannot be read leaves the others to choose from.
        console.handle_message(&Message::PreviewReady { source: SOURCE.into(), result: Err("no".into()) });
    };
    [Some("none"), Some("UPC"), Some("Stock"), Some("3"), None].into_iter().for_each(&mut choose);
    console.handle_message(&read());
    let shown = drawn(&mut console, 100, 40);
    assert!(
        shown.contains("barcode column: \"UPC\" (detected)") && shown.contains("quantity column: none (detected)"),
        "{shown}"
    );
    let [Effect::PreviewList { list, .. }] = &press(&mut console, &["k", " "])[..] else { panic!("it is read again") };
    assert_eq!(list.barcode_column.as_deref(), Some("UPC"));
}
