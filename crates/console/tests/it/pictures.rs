//! The pictures of the main screens in `assets/` match what the console draws. `scripts/pictures` redraws them.

use parking_lot::RwLock;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use console::{
    BrowseScreen, Console, DirectoryEntry, DirectoryEntryKind, DirectoryPage, ItemScreen, JobListScreen, JobScreen,
    JobSummary, Location, Message, ReplaySnapshot, ReviewScreen, ScanScreen, SetupFact, StageCounts, StartOptions,
    StartScreen, UpstreamStatus,
};
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::job::JobState;
use domain::matching::Verdict;
use domain::money::Money;
use domain::outcome::{ItemOutcome, Status};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::item::load_item;
use super::svg::svg;
use super::{colored_console, job, press, projection_of};
use testing::events::{
    ambiguous, cover_chosen, done, draft_started, input_item, item_event, items_added, line_rejected, match_of,
    matched, price_event, timestamp, unknown, upc,
};

const RECORDS: [(&str, &str, f32, i64); 11] = [
    ("Leonard Cohen", "You Want It Darker", 1.0, 557),
    ("椎名林檎", "無罪モラトリアム", 0.97, 1_490),
    ("Björk", "Homogenic", 0.99, 620),
    ("فيروز", "معرفتي فيك", 0.91, 1_890),
    ("Sportfreunde Stiller", "MTV Unplugged in New York", 1.0, 606),
    ("Nirvana", "Nevermind", 1.0, 888),
    ("Miles Davis", "Kind of Blue", 0.98, 745),
    ("Sigur Rós", "( )", 0.96, 990),
    ("Мумий Тролль", "Морская", 0.93, 1_250),
    ("Portishead", "Dummy", 1.0, 510),
    ("A Tribe Called Quest", "The Low End Theory", 0.99, 1_199),
];

fn record(number: u32, (artist, title, score, minor): (&str, &str, f32, i64)) -> Vec<JobEvent> {
    let found = domain::matching::Match { score, ..match_of(artist, title, number) };
    let verdict = Verdict::Matched { best_match: Box::new(found), runner_up: None };
    let JobEvent::Item { item_event: ItemEvent::Priced { mut price_estimate, .. }, .. } = price_event(number) else {
        unreachable!()
    };
    price_estimate.price = price_estimate.price.map(|price| Money { minor, ..price });
    vec![
        item_event(number, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() }),
        item_event(
            number,
            ItemEvent::Priced { price_estimate, group_prices: Vec::new(), unavailable_providers: Vec::new() },
        ),
        cover_chosen(number),
        draft_started(number),
        done(number, Status::Exported),
    ]
}

/// Returns the events of a batch of 60 items of which this many are drafted.
fn batch_events(drafted: usize) -> Vec<JobEvent> {
    let mut events = vec![items_added(1..=60), line_rejected(9), JobEvent::InputClosed];
    for (number, known) in (1..).zip(RECORDS).take(drafted) {
        events.extend(record(number, known));
    }
    if drafted == RECORDS.len() {
        let why = "2 pressings match. Check the catalog number: DGCD-24425 or GED24425";
        let outcome = ItemOutcome::needs_review(why.to_owned());
        events.extend([
            ambiguous(12),
            item_event(12, ItemEvent::Finished { outcome }),
            unknown(13),
            done(13, Status::Failed),
        ]);
        events.extend([matched(14), price_event(14), matched(15)]);
    }
    events
}

/// Returns a console that watches the batch with this many drafts. It is updated for half a minute, so that it shows the
/// throughput.
fn watched(drafted: usize) -> Console {
    let mut console = colored_console(JobScreen::new(job()));
    let shared = Arc::new(RwLock::new(projection_of(batch_events(0))));
    console.handle_message(&Message::JobAttached { job: job(), result: Ok(shared.clone()) });
    let discogs = UpstreamStatus {
        name: "discogs".into(),
        requests: 38,
        requests_last_minute: 51,
        limit_per_minute: Some(60.0),
        requests_per_item: 3.0,
        waiting: 3,
        asked_upcs: vec![upc(15), upc(16)],
        ..UpstreamStatus::default()
    };
    console.handle_message(&Message::Upstreams(vec![discogs]));
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    for (seconds_ago, done) in [(30, 0), (25, 1), (20, 4), (15, 5), (10, 8), (5, 9)] {
        *shared.write() = projection_of(batch_events(drafted.min(done)));
        let at = super::now() - jiff::SignedDuration::from_secs(seconds_ago);
        terminal.draw(|frame| console.draw(frame, at)).unwrap();
    }
    *shared.write() = projection_of(batch_events(drafted));
    let full = u64::try_from(drafted).unwrap();
    let counts = StageCounts { identified: full, priced: full, with_cover: full, drafted: full };
    let counts = if drafted == RECORDS.len() {
        StageCounts { identified: full + 3, priced: full + 1, ..counts }
    } else {
        counts
    };
    console.handle_message(&Message::StagesCounted { job: job(), counts });
    if drafted == RECORDS.len() {
        press(&mut console, &["n"]);
    }
    console
}

/// Returns the details of the first item of [`batch_events`].
fn first_item() -> ItemDetails {
    let mut details = ItemDetails::new(input_item(1));
    for (step, event) in (0..).zip(record(1, RECORDS[0])) {
        let JobEvent::Item { item_event, .. } = event else { unreachable!() };
        details.apply_event(
            timestamp("2024-03-18T14:30:30Z") + jiff::SignedDuration::from_millis(1_420 * step),
            item_event,
        );
    }
    details
}

fn opened() -> Console {
    let mut console = colored_console(ItemScreen::new(job(), upc(1)).0);
    load_item(&mut console, &first_item());
    console
}

/// Returns the first item, opened from the batch.
fn opened_from_batch() -> Console {
    let mut console = watched(RECORDS.len());
    press(&mut console, &["g", "enter"]);
    load_item(&mut console, &first_item());
    console
}

fn edited() -> Console {
    let mut console = watched(RECORDS.len());
    press(&mut console, &["g", "e"]);
    load_item(&mut console, &first_item());
    console
}

/// Returns the batch with a dialog or the command line over it, which these keys open.
fn batch_after(keys: &[&str]) -> Console {
    let mut console = watched(RECORDS.len());
    press(&mut console, keys);
    console
}

/// Returns the batch in the middle of its history.
fn replayed() -> Console {
    let mut console = batch_after(&["t"]);
    let events = batch_events(RECORDS.len());
    let count = u64::try_from(events.len()).unwrap() + 1;
    let at = timestamp("2024-03-18T14:30:31Z");
    let event = EventEnvelope { seq: Seq(9), at, job: job(), payload: cover_chosen(1) };
    let projection = Arc::new(RwLock::new(projection_of(events.into_iter().take(usize::try_from(count).unwrap() / 2))));
    let (event_number, target) = (count / 2, count / 2);
    let snapshot = ReplaySnapshot { event_number, event_count: count, target, event, projection };
    console.handle_message(&Message::ReplayLoaded { job: job(), result: Ok(snapshot) });
    console
}

/// Returns the first start in a folder without lists.
fn introduced() -> Console {
    let mut console = colored_console(BrowseScreen::for_current_dir().0.for_first_start());
    let location = Location::Folder(".".into());
    console.handle_message(&Message::LocationListed {
        location,
        page_token: None,
        result: Ok(DirectoryPage::default()),
    });
    let fact = |name: &str, is_ready, text: &str| SetupFact { name: name.into(), is_ready, text: text.into() };
    console.handle_message(&Message::SetupDescribed(vec![
        fact(
            "without any account",
            true,
            "MusicBrainz, Discogs, Cover Art Archive, and a drafts file for Seller Hub",
        ),
        fact("destination", true, "drafts go to a file that you upload in Seller Hub"),
        fact(
            "discogs",
            false,
            "DISCOGS_PERSONAL_ACCESS_TOKEN is not set; it adds search by barcode, price suggestions by condition, and 60 \
             requests per minute instead of 25",
        ),
        fact("eBay site", true, "EBAY_US (ebay.com), prices in USD, texts in en-US"),
    ]));
    console
}

fn browsed() -> Console {
    let location = Location::Bucket { bucket: "draft-maker-bucket".into(), prefix: "2026/".into() };
    let list = |name: &str, size: u64, updated: &str| {
        let source = format!("gs://draft-maker-bucket/2026/{name}");
        let kind = DirectoryEntryKind::File {
            source,
            size,
            updated: Some(timestamp(updated)),
            storage_class: "STANDARD".into(),
        };
        DirectoryEntry { name: name.into(), kind }
    };
    let entries = vec![
        DirectoryEntry { name: "done".into(), kind: DirectoryEntryKind::Folder(location.clone()) },
        list("box-1.txt", 1_312, "2024-03-18T12:30:22Z"),
        list("box-2.csv", 48_211, "2024-03-17T09:12:00Z"),
        list("estate sale, vinyl.txt", 9_800, "2024-03-02T18:00:00Z"),
    ];
    let (screen, _) = BrowseScreen::for_location(location.clone());
    let mut console = colored_console(screen);
    console.handle_message(&Message::LocationListed {
        location,
        page_token: None,
        result: Ok(DirectoryPage { entries, next_page_token: None, warning: None, address: None }),
    });
    press(&mut console, &["down"]);
    console
}

fn started() -> Console {
    let source = "gs://draft-maker-bucket/2026/box-1.txt".to_owned();
    let (screen, _) = StartScreen::for_source(source.clone());
    let mut console = colored_console(screen);
    console.handle_message(&Message::PreviewReady {
        source: source.clone(),
        result: Ok(Box::new(super::start::list_preview())),
    });
    let answer = Ok(Box::new(super::start::batch_estimate()));
    console.handle_message(&Message::EstimateReady { options: StartOptions::for_source(source), result: answer });
    console
}

fn screen_of(mut console: Console, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| console.draw(frame, super::now())).unwrap();
    terminal.backend().buffer().clone()
}

fn listed() -> Console {
    let batch = |number: u64, source: &str, state, done| JobSummary {
        job: format!("batch_20240318_143022_{number}").parse().unwrap(),
        source: format!("gs://draft-maker-bucket/2026/{source}"),
        state,
        started_at: Some(timestamp("2024-03-18T13:30:22Z")),
        ended_at: None,
        total: 83,
        done,
        successful: done,
    };
    let mut console = colored_console(JobListScreen::default());
    console.handle_message(&Message::JobsListed(Ok(vec![
        batch(2, "estate sale, vinyl.txt", JobState::Running, 31),
        batch(1, "box-2.csv", JobState::Stopped, 12),
        batch(0, "box-1.txt", JobState::Completed, 83),
    ])));
    console
}

fn reviewed() -> Console {
    let mut console = colored_console(ReviewScreen::new(job()).0);
    console.handle_message(&super::review::waiting());
    console
}

fn scanned() -> Console {
    let mut console = colored_console(ScanScreen::new("here".to_owned()).0);
    super::scan::show_scans(&mut console, super::scan::SCANS_SHOWN);
    console
}

/// The terminal sizes at which every main screen is drawn, in addition to the size of its picture in the manual.
const TERMINAL_SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

/// Returns the console after it has loaded the item under the cursor, which a wide terminal shows next to the table.
fn with_item_beside(mut console: Console, size: (u16, u16)) -> Console {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| console.draw(frame, super::now())).unwrap();
    let mut details = ItemDetails::new(input_item(12));
    let outcome =
        ItemOutcome::needs_review("2 pressings match. Check the catalog number: DGCD-24425 or GED24425".to_owned());
    for event in [ambiguous(12), item_event(12, ItemEvent::Finished { outcome })] {
        let JobEvent::Item { item_event: step, .. } = event else { unreachable!() };
        details.apply_event(timestamp("2024-03-18T14:30:40Z"), step);
    }
    // The pane follows the cursor at the next message, and loads the item when the cursor rests.
    console.handle_message(&Message::Resized);
    console.handle_message(&Message::CursorIdle { job: job(), upc: upc(12) });
    console.handle_message(&Message::ItemLoaded { job: job(), upc: upc(12), result: Ok(Box::new(details)) });
    console.handle_message(&Message::CursorIdle { job: job(), upc: upc(1) });
    load_item(&mut console, &first_item());
    console
}

/// The name of a screen, and a function that creates its console.
type NamedScreen = (&'static str, fn() -> Console);

/// Returns the name and the picture of every main screen at each of [`TERMINAL_SIZES`].
fn pictures_of_all_sizes() -> Vec<(String, String)> {
    let screens: [NamedScreen; 13] = [
        ("first", introduced),
        ("browse", browsed),
        ("start", started),
        ("batches", listed),
        ("batch", || watched(RECORDS.len())),
        ("item", opened_from_batch),
        ("edit", edited),
        ("review", reviewed),
        ("history", replayed),
        ("columns", || batch_after(&["c"])),
        ("commands", || batch_after(&[":"])),
        ("help", || batch_after(&["?"])),
        ("scan", scanned),
    ];
    let at_all_sizes = screens.into_iter().flat_map(|(name, open)| {
        TERMINAL_SIZES.map(|(width, height)| {
            let console = with_item_beside(open(), (width, height));
            (format!("sizes/{name}-{width}x{height}"), svg(&[screen_of(console, (width, height))]))
        })
    });
    at_all_sizes.collect()
}

/// Maximum size of a picture in bytes, so that pages load quickly.
const MAX_PICTURE_BYTES: usize = 300_000;

#[test]
fn the_pictures_in_assets_are_what_is_drawn() {
    let batch = [0, 2, 5, 8, RECORDS.len()].map(|drafted| screen_of(watched(drafted), (110, 24)));
    let scans = [0, 1, 2, 4, super::scan::SCANS_SHOWN].map(|scans| {
        let mut console = colored_console(ScanScreen::new("here".to_owned()).0);
        super::scan::show_scans(&mut console, scans);
        screen_of(console, (80, 16))
    });
    let pictures = [
        ("batch", svg(&batch)),
        ("item", svg(&[screen_of(opened(), (90, 26))])),
        ("browse", svg(&[screen_of(browsed(), (80, 12))])),
        ("start", svg(&[screen_of(started(), (90, 28))])),
        ("scan", svg(&scans)),
    ];
    let pictures = pictures.map(|(name, picture)| (name.to_owned(), picture)).into_iter();
    let redraw = std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
    for (name, picture) in pictures.chain(pictures_of_all_sizes()) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../assets/{name}.svg"));
        assert!(picture.len() <= MAX_PICTURE_BYTES, "{name}: {} bytes", picture.len());
        if redraw {
            fs::write(&path, &picture).unwrap();
        }
        let is_current = fs::read_to_string(&path).is_ok_and(|text| text == picture);
        assert!(is_current, "assets/{name}.svg is not what the console draws; run scripts/pictures");
    }
}
