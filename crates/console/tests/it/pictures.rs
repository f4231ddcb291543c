//! The pictures of the main screens in the README are what the console draws. `INSTA_UPDATE=always` draws them anew.

use parking_lot::RwLock;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use console::{
    BrowseScreen, Console, DirectoryEntry, DirectoryEntryKind, DirectoryPage, Gauge, ItemScreen, JobScreen, Location,
    Message, StartOptions, StartScreen,
};
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::matching::Verdict;
use domain::money::Money;
use domain::outcome::{ItemOutcome, Status};

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{console, job, press, projection_of};
use testing::events::{
    ambiguous, at, done, drafting, found, illustrated, item, listed, matched, price_event, refused, taken, unknown, upc,
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
    let found = domain::matching::Match { score, ..found(artist, title, number) };
    let verdict = Verdict::Matched { best_match: Box::new(found), runner_up: None };
    let JobEvent::Item { item_event: ItemEvent::Priced { mut price_estimate, .. }, .. } = price_event(number) else {
        unreachable!()
    };
    price_estimate.price = price_estimate.price.map(|price| Money { minor, ..price });
    vec![
        item(number, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() }),
        item(number, ItemEvent::Priced { price_estimate, unavailable_providers: Vec::new() }),
        illustrated(number),
        drafting(number),
        done(number, Status::Exported),
    ]
}

fn watched() -> Console {
    let mut console = console(JobScreen::new(job()));
    let mut events = vec![taken(1..=60), refused(9), JobEvent::InputClosed];
    for (number, known) in (1..).zip(RECORDS) {
        events.extend(record(number, known));
    }
    let why = "2 pressings fit equally well; look at the catalog number: DGCD-24425 or GED 24425";
    let outcome = ItemOutcome::needs_review(why.to_owned());
    events.extend([ambiguous(12), item(12, ItemEvent::Finished { outcome }), unknown(13), done(13, Status::Failed)]);
    events.extend([matched(14), price_event(14), matched(15)]);
    // It is looked at for the second time: the throughput is that of the half minute between.
    let before = events.iter().take(12).cloned();
    let shared = Arc::new(RwLock::new(projection_of(before)));
    console.handle_message(&Message::JobAttached { job: job(), result: Ok(shared.clone()) });
    let discogs = Gauge {
        name: "discogs".into(),
        requests: 38,
        requests_last_minute: 51,
        limit_per_minute: Some(60.0),
        requests_per_item: 3.0,
        waiting: 3,
        ..Gauge::default()
    };
    console.handle_message(&Message::Upstreams(vec![discogs]));
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let half_a_minute_ago = super::now() - jiff::SignedDuration::from_secs(30);
    terminal.draw(|frame| console.draw(frame, half_a_minute_ago)).unwrap();
    *shared.write() = projection_of(events);
    press(&mut console, &["n"]);
    console
}

fn opened() -> Console {
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let mut details = ItemDetails::new(listed(1));
    for event in record(1, RECORDS[0]) {
        let JobEvent::Item { item_event: step, .. } = event else { unreachable!() };
        details.apply_event(at("2024-03-18T14:30:30Z"), step);
    }
    let mut console = console(screen);
    console.handle_message(&Message::ItemLoaded { job: job(), upc: upc(1), result: Ok(Box::new(details)) });
    console
}

fn browsed() -> Console {
    let location = Location::Bucket { bucket: "draft-maker-bucket".into(), prefix: "2026/".into() };
    let list = |name: &str, size: u64, updated: &str| {
        let source = format!("gs://draft-maker-bucket/2026/{name}");
        let kind =
            DirectoryEntryKind::File { source, size, updated: Some(at(updated)), storage_class: "STANDARD".into() };
        DirectoryEntry { name: name.into(), kind }
    };
    let entries = vec![
        DirectoryEntry { name: "done".into(), kind: DirectoryEntryKind::Folder(location.clone()) },
        list("box-1.txt", 1_312, "2024-03-18T12:30:22Z"),
        list("box-2.csv", 48_211, "2024-03-17T09:12:00Z"),
        list("estate sale, vinyl.txt", 9_800, "2024-03-02T18:00:00Z"),
    ];
    let (screen, _) = BrowseScreen::for_location(location.clone());
    let mut console = console(screen);
    console.handle_message(&Message::LocationListed {
        location,
        page_token: None,
        result: Ok(DirectoryPage { entries, next_page_token: None, warning: None }),
    });
    press(&mut console, &["down"]);
    console
}

fn started() -> Console {
    let source = "gs://draft-maker-bucket/2026/box-1.txt".to_owned();
    let (screen, _) = StartScreen::for_source(source.clone());
    let mut console = console(screen);
    console.handle_message(&Message::PreviewReady {
        source: source.clone(),
        result: Ok(Box::new(super::start::survey())),
    });
    let answer = Ok(Box::new(super::start::forecast()));
    console.handle_message(&Message::EstimateReady { options: StartOptions::for_source(source), result: answer });
    console
}

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")
}

/// What stands between ```` ```text ```` and its end behind the mark of a picture.
fn place(text: &str, name: &str) -> std::ops::Range<usize> {
    let mark = format!("<!-- picture: {name} -->\n```text\n");
    let from = text.find(&mark).unwrap_or_else(|| panic!("the README has no picture {name:?}")) + mark.len();
    from..from + text[from..].find("```").expect("an end of the picture")
}

#[test]
fn the_pictures_in_the_readme_are_what_is_drawn() {
    let pictures = [
        ("watch", watched(), (100, 20)),
        ("item", opened(), (80, 24)),
        ("browse", browsed(), (80, 10)),
        ("start", started(), (80, 24)),
        ("scan", super::scan::console_with_all_statuses(), (80, 16)),
    ];
    for (name, mut console, (width, height)) in pictures {
        let picture = super::picture(&mut console, width, height);
        let text = fs::read_to_string(readme()).unwrap();
        let place = place(&text, name);
        if std::env::var("INSTA_UPDATE").is_ok_and(|request| request == "always") && text[place.clone()] != picture {
            fs::write(readme(), format!("{}{picture}{}", &text[..place.start], &text[place.end..])).unwrap();
            continue;
        }
        assert_eq!(&text[place], picture, "{name}: INSTA_UPDATE=always draws it anew");
    }
}
