//! Each screen in each of its states at three sizes. One snapshot contains all states of a screen at one size.

use std::fmt::Write as _;

use console::{
    BrowseScreen, Console, DirectoryEntry, DirectoryEntryKind, DirectoryPage, JobListScreen, JobScreen, JobSummary,
    Location, Message, MessageLog, ReviewScreen, Screen, UpstreamStatus,
};
use domain::event::{ItemEvent, JobEvent};
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::matching::Verdict;
use domain::outcome::Status;
use unicode_width::UnicodeWidthStr as _;

use super::review::case;
use super::{console, job, picture, projection_of, watching};
use testing::events::{
    ambiguous, cover_chosen, done, item_event, items_added, line_rejected, match_of, matched, price_event, timestamp,
    upc,
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// Unusual names: long, right-to-left, wide, with combining characters, and with control characters.
pub(super) const NAMES: [&str; 6] = [
    "When the Pawn Hits the Conflicts He Thinks like a King What He Knows Throws the Blows When He Goes to the Fight \
     and He'll Win the Whole Thing 'fore He Enters the Ring",
    "أم كلثوم — أنت عمري",
    "עומר אדם (הופעה חיה)",
    "椎名林檎と長い名前のバンド",
    "Sigur Ro\u{301}s — A\u{301}gætis byrjun e\u{301}\u{302}\u{303}",
    "\u{1b}[31mred\u{9b}2J\u{202e}evil\u{7}",
];

/// Compares all states of a screen, one below the other, with the snapshot of each size. Checks that no drawn line
/// contains a control character or is wider than the terminal.
pub(super) fn drawn(screen: &str, states: Vec<(&str, Console)>) {
    let mut states = states;
    for (width, height) in SIZES {
        let mut all = String::new();
        for (state, console) in &mut states {
            let picture = picture(console, width, height);
            assert!(!picture.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{screen}, {state}");
            assert!(picture.lines().all(|line| line.width() <= usize::from(width)), "{screen}, {state}:\n{picture}");
            let _ = writeln!(all, "== {state}\n{picture}");
        }
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), all);
    }
}

pub(super) fn console_after(screen: impl Screen + 'static, message: impl IntoIterator<Item = Message>) -> Console {
    let mut console = console(screen);
    for message in message {
        drop(console.handle_message(&message));
    }
    console
}

/// Returns the event that identifies an item as a release whose artist and title have this name.
pub(super) fn named(number: u32, name: &str) -> JobEvent {
    let found = Box::new(match_of(name, name, number));
    item_event(
        number,
        ItemEvent::Identified {
            verdict: Verdict::Matched { best_match: found, runner_up: None },
            unavailable_providers: Vec::new(),
        },
    )
}

/// Returns a job with items in every stage.
fn mixed_projection(items: u32) -> JobProjection {
    let mut events = vec![items_added(1..=items), line_rejected(items + 1), JobEvent::InputClosed];
    for number in 1..=items {
        events
            .extend([matched(number), price_event(number), cover_chosen(number)].into_iter().take(number as usize % 4));
        events.extend((number % 3 == 0).then(|| done(number, Status::ALL[number as usize % Status::ALL.len()])));
    }
    projection_of(events)
}

#[test]
fn the_table_of_a_batch() {
    let watch = |projection: JobProjection| console_after(JobScreen::new(job()), [watching(projection)]);
    let refused_by =
        || Message::JobAttached { job: job(), result: Err("the journal of this job cannot be read".into()) };
    let names = (1..).zip(NAMES).map(|(number, name)| named(number, name));
    let names = [items_added(1..=6), JobEvent::InputClosed].into_iter().chain(names);
    let sick = UpstreamStatus {
        name: "discogs".into(),
        requests: 60,
        requests_last_minute: 60,
        limit_per_minute: Some(60.0),
        waiting: 41,
        circuit_open: true,
        paused_until: Some(timestamp("2024-03-18T14:31:22Z")),
        ..UpstreamStatus::default()
    };
    drawn(
        "watch",
        vec![
            ("joining", console_after(JobScreen::new(job()), [])),
            ("cannot be joined", console_after(JobScreen::new(job()), [refused_by()])),
            ("empty", watch(projection_of([JobEvent::InputClosed]))),
            ("one", watch(projection_of([items_added(1..=1), JobEvent::InputClosed, matched(1)]))),
            ("many", watch(mixed_projection(300))),
            (
                "a sick upstream",
                console_after(JobScreen::new(job()), [watching(mixed_projection(5)), Message::Upstreams(vec![sick])]),
            ),
            (
                "all failed",
                watch(projection_of([
                    items_added(1..=1),
                    JobEvent::InputClosed,
                    done(1, Status::Failed),
                    JobEvent::Completed,
                ])),
            ),
            (
                "stopped",
                watch(projection_of([
                    items_added(1..=2),
                    JobEvent::InputClosed,
                    JobEvent::manual_stop("asked to".into()),
                ])),
            ),
            ("broken", watch(projection_of([items_added(1..=2), JobEvent::Failed { why: "the disk is full".into() }]))),
            ("names", watch(projection_of(names))),
        ],
    );
}

fn listed(entries: Vec<DirectoryEntry>, next: Option<&str>, note: Option<&str>) -> Message {
    let page =
        DirectoryPage { entries, next_page_token: next.map(Into::into), warning: note.map(Into::into), address: None };
    Message::LocationListed { location: bucket_location(), page_token: None, result: Ok(page) }
}

fn bucket_location() -> Location {
    Location::Bucket { bucket: "draft-maker-bucket".into(), prefix: "2026/".into() }
}

fn list(name: &str) -> DirectoryEntry {
    let source = format!("gs://draft-maker-bucket/2026/{name}");
    let updated = Some(timestamp("2024-03-18T12:30:22Z"));
    DirectoryEntry {
        name: name.into(),
        kind: DirectoryEntryKind::File { source, size: 48_211, updated, storage_class: "NEARLINE".into() },
    }
}

#[test]
fn the_bucket_screen() {
    let browse = |message: Vec<Message>| console_after(BrowseScreen::for_location(bucket_location()).0, message);
    let folder = DirectoryEntry { name: "march".into(), kind: DirectoryEntryKind::Folder(bucket_location()) };
    let why = "403: the account lacks roles/storage.objectViewer; grant it on the bucket".to_owned();
    let many = (1..=1_000).map(|number| list(&format!("box-{number:04}.txt"))).collect();
    drawn(
        "browse",
        vec![
            ("loading", browse(Vec::new())),
            ("empty", browse(vec![listed(Vec::new(), None, None)])),
            ("one", browse(vec![listed(vec![list("box-1.txt")], None, None)])),
            ("many", browse(vec![listed([vec![folder], many].concat(), Some("more"), None)])),
            (
                "failed",
                browse(vec![Message::LocationListed {
                    location: bucket_location(),
                    page_token: None,
                    result: Err(why),
                }]),
            ),
            ("a note", browse(vec![listed(Vec::new(), None, Some("no project is set; type a gs:// address"))])),
            ("names", browse(vec![listed(NAMES.map(list).to_vec(), None, None)])),
        ],
    );
}

#[test]
fn the_list_of_batches() {
    let line = |number: u64, source: &str, state| JobSummary {
        job: format!("batch_20240318_143022_{number}").parse().unwrap(),
        source: source.into(),
        state,
        started_at: Some(timestamp("2024-03-18T13:30:22Z")),
        ended_at: (state == JobState::Completed).then(|| timestamp("2024-03-18T14:00:00Z")),
        total: 83,
        done: number % 84,
        successful: number % 84,
    };
    let jobs = |lines: Vec<JobSummary>| console_after(JobListScreen::default(), [Message::JobsListed(Ok(lines))]);
    let states = [JobState::Running, JobState::Pending, JobState::Paused, JobState::Completed, JobState::Failed];
    let many = (0..200).zip(states.into_iter().cycle());
    let many = many.map(|(number, state)| line(number, "gs://draft-maker-bucket/upcs.txt", state));
    let names = (0..).zip(NAMES).map(|(number, name)| line(number, name, JobState::Running));
    drawn(
        "jobs",
        vec![
            ("loading", console_after(JobListScreen::default(), [])),
            ("empty", jobs(Vec::new())),
            ("one", jobs(vec![line(7, "upcs.txt", JobState::Stopped)])),
            ("many", jobs(many.collect())),
            (
                "failed",
                console_after(
                    JobListScreen::default(),
                    [Message::JobsListed(Err("the journal is locked by another process".into()))],
                ),
            ),
            ("names", jobs(names.collect())),
        ],
    );
}

#[test]
fn the_review_queue() {
    let review = |message: Option<Message>| console_after(ReviewScreen::new(job()).0, message);
    let waiting = |cases| Some(Message::ReviewQueueLoaded { job: job(), result: cases });
    let of_a_name = |number: u32, name: &str| {
        let candidates = vec![match_of(name, name, number), match_of(name, "Nevermind", number)];
        let verdict = Verdict::Ambiguous { candidates, differences: vec![format!("title: {name} or Nevermind")] };
        case(number, item_event(number, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() }))
    };
    let names = (1..).zip(NAMES).map(|(number, name)| of_a_name(number, name));
    let harmful = of_a_name(6, NAMES[5]);
    drawn(
        "review",
        vec![
            ("loading", review(None)),
            ("empty", review(waiting(Ok(Vec::new())))),
            ("one", review(waiting(Ok(vec![case(2, ambiguous(2))])))),
            ("many", review(waiting(Ok((1..=40).map(|number| case(number, ambiguous(number))).collect())))),
            ("failed", review(waiting(Err("the service does not answer".into())))),
            ("names", review(waiting(Ok(names.collect())))),
            ("a name that means harm", review(waiting(Ok(vec![harmful])))),
        ],
    );
    let _ = upc(1);
}

#[test]
fn the_message_log() {
    let log = |message: &[&str]| {
        console(MessageLog::from_messages(
            message.iter().map(|message| (*message).to_owned()).collect::<Vec<_>>().iter(),
        ))
    };
    let many = (1..=60).map(|number| format!("{number}: the bucket does not answer")).collect::<Vec<_>>();
    drawn(
        "log",
        vec![
            ("empty", log(&[])),
            ("one", log(&["cannot pause: the job has ended"])),
            ("many", log(&many.iter().map(String::as_str).collect::<Vec<_>>())),
            ("names", log(&NAMES)),
        ],
    );
}
