//! Random keys, sizes and messages in any order: nothing panics, and every frame draws something.

use console::{
    BrowseScreen, Console, DirectoryEntry, DirectoryEntryKind, DirectoryPage, JobSummary, Location, Message,
    ReplaySnapshot, ScanReply, ScanSendError, StartOptions, UploadError,
};
use domain::batch_estimate::BatchEstimate;
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::list_preview::{ListPreview, ReadProgress};
use domain::outcome::Status;
use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{console, drawn, job, projection_of, watching};
use testing::events::{
    cover_chosen, done, input_item as listed_item, items_added, matched, price_event, timestamp, upc,
};

/// An input of the console.
#[derive(Clone, Debug)]
enum Input {
    Key(KeyEvent),
    Size(u16, u16),
    Watching(u32),
    Events(u32),
    Listed(usize),
    Waiting,
    Notified(String),
    Pasted(String),
    /// The scan screen, whose requests are answered if the value is true.
    Scanner(bool),
    Mouse(MouseEventKind, u16, u16),
    Jobs,
    Acted(u32),
    Past(u32),
    Reading(u64),
    Previewed(u64),
    Forecast(u64),
    Uploaded(i64),
    Completed(Vec<String>),
    Opened(u32),
    Rested(u32),
    Compared(String),
}

fn keys() -> impl Strategy<Value = KeyEvent> {
    let codes = prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        "[a-zA-Z0-9$/? :<>]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap_or(' '))),
        Just(KeyCode::Enter),
        Just(KeyCode::Esc),
        Just(KeyCode::Tab),
        Just(KeyCode::End),
        Just(KeyCode::Left),
        Just(KeyCode::Right),
        Just(KeyCode::PageDown),
        Just(KeyCode::Backspace),
        (1_u8..10).prop_map(KeyCode::F),
        Just(KeyCode::BackTab),
        Just(KeyCode::Up),
    ];
    let modifiers =
        prop_oneof![4 => Just(KeyModifiers::NONE), 1 => Just(KeyModifiers::CONTROL), 1 => Just(KeyModifiers::ALT)];
    (codes, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn any_inputs() -> impl Strategy<Value = Input> {
    prop_oneof![
        8 => keys().prop_map(Input::Key),
        2 => (1_u16..220, 1_u16..70).prop_map(|(width, height)| Input::Size(width, height)),
        1 => (0_u32..40).prop_map(Input::Watching),
        2 => (1_u32..40).prop_map(Input::Events),
        1 => (0_usize..30).prop_map(Input::Listed),
        1 => Just(Input::Waiting),
        1 => ".*".prop_map(Input::Notified),
        1 => "[0-9\n\\]E]{0,60}".prop_map(Input::Pasted),
        2 => any::<bool>().prop_map(Input::Scanner),
        1 => (mouse(), 0_u16..220, 0_u16..70).prop_map(|(kind, column, row)| Input::Mouse(kind, column, row)),
        1 => Just(Input::Jobs),
        1 => (0_u32..9).prop_map(Input::Acted),
        1 => (1_u32..40).prop_map(Input::Past),
        1 => (0_u64..2_000_000).prop_map(Input::Reading),
        2 => (0_u64..2_000_000).prop_map(Input::Previewed),
        2 => (0_u64..2_000_000).prop_map(Input::Forecast),
        1 => any::<i64>().prop_map(Input::Uploaded),
        1 => proptest::collection::vec("(gs://)?[\\PC,]{0,12}", 0..9).prop_map(Input::Completed),
        2 => (1_u32..5).prop_map(Input::Opened),
        2 => (1_u32..5).prop_map(Input::Rested),
        1 => ".*".prop_map(Input::Compared),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn no_sequence_of_inputs_causes_a_panic(inputs in proptest::collection::vec(any_inputs(), 1..60)) {
        let (browse, _) = BrowseScreen::for_current_dir();
        let mut console = console(browse);
        let (mut width, mut height) = (80, 24);
        for input in inputs {
            match input {
                Input::Key(key) => drop(console.handle_key(key)),
                Input::Size(w, h) => (width, height) = (w, h),
                Input::Watching(items) => drop(console.handle_message(&watching(projection_with_items(items)))),
                Input::Events(number) => {
                    let event = EventEnvelope { seq: Seq(9), at: timestamp("2024-03-18T14:31:00Z"), job: job(), payload: matched(number) };
                    drop(console.handle_message(&Message::JobEvents { job: job(), events: vec![event] }));
                }
                Input::Listed(count) => drop(console.handle_message(&listed(count))),
                Input::Pasted(text) => drop(console.handle_paste(&text)),
                Input::Scanner(answers) => scan(&mut console, answers),
                Input::Mouse(kind, column, row) => {
                    drop(console.handle_mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
                }
                Input::Jobs => drop(console.handle_message(&Message::JobsListed(Ok(vec![line(job()), line(job())])))),
                Input::Acted(refused) => drop(console.handle_message(&action_message(refused))),
                Input::Past(number) => drop(console.handle_message(&replay_message(number))),
                Input::Reading(bytes) => {
                    let so_far = ReadProgress::ReadingList { bytes, total: bytes.checked_div(2), lines: bytes };
                    drop(console.handle_message(&Message::PreviewProgress { source: "0.txt".into(), progress: so_far }));
                }
                Input::Previewed(items) => {
                    let preview = ListPreview { items, ..super::start::list_preview() };
                    drop(console.handle_message(&Message::PreviewReady { source: "0.txt".into(), result: Ok(Box::new(preview)) }));
                }
                Input::Forecast(items) => {
                    let answer = Ok(Box::new(BatchEstimate { items, drafts: items, ..super::start::batch_estimate() }));
                    drop(console.handle_message(&Message::EstimateReady { options: StartOptions::for_source("0.txt".into()), result: answer }));
                }
                Input::Uploaded(generation) => {
                    let (target, updated) = ("gs://bucket/x.txt".to_owned(), None);
                    let why = UploadError::AlreadyExists { target, size: 9, updated, generation };
                    drop(console.handle_message(&Message::FileUploaded(Err(why))));
                }
                Input::Completed(names) => {
                    drop(console.handle_message(&Message::AddressCompleted { typed: "gs://".into(), result: Ok(names) }));
                }
                Input::Opened(number) => drop(console.handle_message(&item_message(number))),
                Input::Rested(number) => drop(console.handle_message(&Message::CursorIdle { job: job(), upc: upc(number) })),
                Input::Compared(why) => {
                    drop(console.handle_message(&Message::DraftCompared { job: job(), upc: upc(1), result: Err(why) }));
                }
                Input::Waiting => drop(console.handle_message(&super::review::waiting())),
                Input::Notified(message) => drop(console.handle_message(&Message::Notify(message))),
            }
            let screen = drawn(&mut console, width, height);
            prop_assert_eq!(screen.lines().count(), usize::from(height));
        }
    }
}

/// Opens the scan screen and scans two barcodes. The requests are answered if `answers` is true.
fn scan(console: &mut Console, answers: bool) {
    drop(console.handle_key(KeyEvent::new(KeyCode::Char('S'), KeyModifiers::NONE)));
    drop(console.handle_paste(&format!("{}\n{}\n", upc(1), upc(2))));
    let begun = if answers { Ok(job()) } else { Err(ScanSendError::Unreachable("away".to_owned())) };
    drop(console.handle_message(&Message::Scan(ScanReply::ActiveJobFound(Ok(None)))));
    drop(console.handle_message(&Message::Scan(ScanReply::JobCreated(begun))));
    let answer = if answers { Ok(()) } else { Err(ScanSendError::Rejected("closed".to_owned())) };
    drop(console.handle_message(&Message::Scan(ScanReply::ScansSent { job: job(), keys: Vec::new(), result: answer })));
    drop(console.handle_message(&Message::Scan(ScanReply::IdleTimeout { after_key: 3 })));
}

fn mouse() -> impl Strategy<Value = MouseEventKind> {
    prop_oneof![
        Just(MouseEventKind::Down(MouseButton::Left)),
        Just(MouseEventKind::Up(MouseButton::Left)),
        Just(MouseEventKind::ScrollUp),
        Just(MouseEventKind::ScrollDown),
    ]
}

fn line(job: domain::job_spec::JobId) -> JobSummary {
    let (source, state) = ("a.txt".to_owned(), domain::job::JobState::Running);
    JobSummary { job, source, state, started_at: None, ended_at: None, total: 3, done: 1, successful: 1 }
}

/// Any text after `:`, with any completion, either runs or gets a message.
mod command_lines {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn no_command_line_causes_a_panic(
            lines in proptest::collection::vec("(sort |columns |state |watch |open |theme |filter |jobs)?[\\PC,]{0,12}", 1..6),
            tabs in 0_usize..4,
        ) {
            let (browse, _) = BrowseScreen::for_current_dir();
            let mut console = console(browse);
            drop(console.handle_message(&watching(projection_with_items(5))));
            for line in lines {
                drop(console.run_line(&line));
                drop(console.handle_key(KeyEvent::new(KeyCode::Char(':'), KeyModifiers::NONE)));
                for letter in line.chars() {
                    drop(console.handle_key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
                }
                for _ in 0..tabs {
                    drop(console.handle_key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE)));
                }
                prop_assert_eq!(drawn(&mut console, 40, 12).lines().count(), 12);
                drop(console.handle_key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
            }
        }
    }
}

/// Returns the result of an action that was rejected for this many items.
fn action_message(refused: u32) -> Message {
    let refused = (1..=refused).map(|number| RejectedAction { upc: upc(number), why: "it has ended".into() }).collect();
    Message::BulkActionDone {
        job: job(),
        action: ItemAction::Pause,
        result: Ok(BulkActionResult { job: job(), succeeded: vec![upc(1)], rejected: refused }),
    }
}

/// Returns the batch at an earlier event, with this many items.
fn replay_message(items: u32) -> Message {
    let event = EventEnvelope { seq: Seq(9), at: timestamp("2024-03-18T14:31:00Z"), job: job(), payload: matched(1) };
    let projection = std::sync::Arc::new(parking_lot::RwLock::new(projection_with_items(items)));
    Message::ReplayLoaded {
        job: job(),
        result: Ok(ReplaySnapshot {
            event_number: u64::from(items),
            event_count: 40,
            target: u64::from(items),
            event,
            projection,
        }),
    }
}

/// Returns the details of an item after this many events.
fn item_message(number: u32) -> Message {
    let mut details = ItemDetails::new(listed_item(number));
    let events = [matched(number), price_event(number), cover_chosen(number), done(number, Status::Failed)];
    for event in events.into_iter().take(number as usize) {
        if let JobEvent::Item { item_event: step, .. } = event {
            details.apply_event(timestamp("2024-03-18T14:31:00Z"), step);
        }
    }
    Message::ItemLoaded { job: job(), upc: upc(number), result: Ok(Box::new(details)) }
}

/// Returns a batch with this many items, in every stage.
fn projection_with_items(items: u32) -> domain::job_projection::JobProjection {
    let mut events = vec![items_added(1..=items.max(1)), JobEvent::InputClosed];
    for number in 1..=items {
        events
            .extend([matched(number), price_event(number), cover_chosen(number)].into_iter().take(number as usize % 4));
        events.extend((number % 3 == 0).then(|| done(number, Status::ALL[number as usize % Status::ALL.len()])));
    }
    projection_of(events)
}

fn listed(count: usize) -> Message {
    let entry = |number: usize| {
        let source = format!("{number}.txt");
        DirectoryEntry {
            name: source.clone(),
            kind: DirectoryEntryKind::File { source, size: 9, updated: None, storage_class: String::new() },
        }
    };
    let page = DirectoryPage {
        entries: (0..count).map(entry).collect(),
        next_page_token: count.is_multiple_of(2).then(|| "next".to_owned()),
        warning: None,
        address: None,
    };
    let _ = upc(1);
    Message::LocationListed { location: Location::Folder(".".into()), page_token: None, result: Ok(page) }
}
