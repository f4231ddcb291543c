//! Facts of small made-up batches.

use std::path::Path;

use domain::appraisal::{Appraisal, Confidence, Sample, SampleKind, SampleOf};
use domain::artwork::{Artwork, Cover, Judged, Licence};
use domain::batch::{BadLine, JobId, Listed, Order};
use domain::board::Board;
use domain::entry::{Depth, Entry};
use domain::event::{Fact, Step};
use domain::matching::{Match, Verdict};
use domain::money::Money;
use domain::outcome::{Outcome, Status};
use domain::provider::Provider;
use domain::release::{ArtistCredit, Carrier, EntryId, Format, Medium, Release, Track};
use domain::sku::Sku;
use domain::sourced::Sourced;
use domain::upc::Upc;
use jiff::Timestamp;
use store::journal::Journal;

pub const MUSICBRAINZ: Provider = Provider::named("musicbrainz");
pub const DISCOGS: Provider = Provider::named("discogs");

/// The `number`-th UPC-A, from 1.
pub fn upc(number: u32) -> Upc {
    let digits = 72_064_000_000_u64 + u64::from(number);
    (0..10).find_map(|check| format!("{digits}{check}").parse().ok()).expect("one check digit fits")
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn order() -> Order {
    Order {
        source: "gs://draft-maker-bucket/upcs.txt".into(),
        source_type: "gcs".into(),
        generation: Some(7),
        create_drafts: true,
        test_mode: false,
        review: false,
        sink: "csv".into(),
        condition: None,
        copies: domain::batch::Copies::Together,
        limit: None,
        retry_of: None,
        output: "output".into(),
    }
}

pub fn listed(number: u32) -> Listed {
    Listed { upc: upc(number), copies: 1, lines: vec![number], zeros_restored: 0 }
}

pub fn taken(numbers: impl IntoIterator<Item = u32>) -> Fact {
    Fact::Taken { items: numbers.into_iter().map(listed).collect() }
}

pub fn refused(line: u32) -> Fact {
    Fact::Refused { lines: vec![BadLine { line, text: "n/a".into(), reason: "no digits in it".into() }] }
}

pub fn item(number: u32, step: Step) -> Fact {
    Fact::Item { upc: upc(number), step }
}

pub fn release(artist: &str, title: &str, number: u32) -> Release {
    let track =
        |position: u32| Track { position: position.to_string(), title: format!("Track {position}"), length_ms: None };
    let cd = Medium { carrier: Carrier::Cd, count: 1, wording: "CD".into(), inches: None };
    Release {
        artist: Some(Sourced::new(ArtistCredit::one(artist), MUSICBRAINZ)),
        title: Some(Sourced::new(title.to_owned(), MUSICBRAINZ)),
        label: Some(Sourced::new("DGC".to_owned(), DISCOGS)),
        date: Some(Sourced::new("1991-09".parse().expect("a date"), DISCOGS)),
        format: Some(Sourced::new(Format { media: vec![cd], box_set: false }, MUSICBRAINZ)),
        tracks: Some(Sourced::new(vec![track(1), track(2)], MUSICBRAINZ)),
        track_count: Some(Sourced::new(2, MUSICBRAINZ)),
        barcode: Some(Sourced::new(upc(number), MUSICBRAINZ)),
        ids: vec![EntryId::new(MUSICBRAINZ, format!("mb-{number}")), EntryId::new(DISCOGS, number.to_string())],
        ..Release::default()
    }
}

pub fn found(artist: &str, title: &str, number: u32) -> Match {
    let entries = vec![Entry::bare(EntryId::new(MUSICBRAINZ, format!("mb-{number}")), Depth::Full)];
    Match { release: release(artist, title, number), entries, score: 0.87, reasons: Vec::new() }
}

pub fn matched(number: u32) -> Fact {
    let runner_up = Some(Box::new(found("Nirvana", "Bleach", number)));
    let found = Box::new(found("Nirvana", &format!("Album {number}"), number));
    item(number, Step::Identified { verdict: Verdict::Matched { found, runner_up }, without: Vec::new() })
}

pub fn ambiguous(number: u32) -> Fact {
    let candidates = vec![found("Nirvana", "Nevermind", number), found("Nirvana", "Nevermind (reissue)", number)];
    let verdict =
        Verdict::Ambiguous { candidates, differences: vec!["catalog number: DGCD-24425 or GED 24425".into()] };
    item(number, Step::Identified { verdict, without: vec!["discogs: 503 Service Unavailable".into()] })
}

pub fn unknown(number: u32) -> Fact {
    let verdict = Verdict::Unknown { asked: vec![MUSICBRAINZ, DISCOGS] };
    item(number, Step::Identified { verdict, without: vec!["discogs: circuit open".into()] })
}

pub fn appraised(number: u32) -> Fact {
    let sample = Sample {
        provider: DISCOGS,
        kind: SampleKind::Asked,
        price: Money::parse("8.88", "USD").expect("money"),
        of: SampleOf::default(),
        condition: None,
        wording: "lowest price".into(),
        at: at("2024-03-18T14:30:20Z"),
    };
    let appraisal = Appraisal {
        price: Some(sample.price),
        confidence: Confidence::Low,
        rule: "the lowest asked price".into(),
        samples: vec![sample],
        left_out: Vec::new(),
    };
    item(number, Step::Appraised { appraisal, without: Vec::new() })
}

pub fn illustrated(number: u32) -> Fact {
    let cover = |url: &str| Cover {
        url: url.into(),
        provider: MUSICBRAINZ,
        belongs_to: None,
        front: true,
        size: Some((600, 590)),
        licence: Licence::SellersRisk,
    };
    let candidates = vec![
        Judged { cover: cover("https://covers.example/1.jpg"), refused: None },
        Judged { cover: cover("http://covers.example/2.jpg"), refused: Some("not https".into()) },
    ];
    let artwork = Artwork { chosen: Some(cover("https://covers.example/1.jpg")), candidates };
    item(number, Step::Illustrated { artwork, without: Vec::new() })
}

pub fn drafting(number: u32) -> Fact {
    item(number, Step::Drafting { sku: Sku::of(upc(number)), title: format!("Album {number}") })
}

pub fn done(number: u32, status: Status) -> Fact {
    let error = (!status.is_success()).then(|| format!("why it is {status}"));
    item(number, Step::Done { outcome: Outcome { status, error, note: None, draft: None, further: Vec::new() } })
}

/// A job whose list has the numbers from 1 to `items`.
pub async fn job(journal: &Journal, items: u32) -> JobId {
    let job = journal.begin(order(), at("2024-03-18T14:30:22Z")).await.expect("begun");
    journal.append_all(&job, vec![taken(1..=items), Fact::ListRead]).await.expect("taken");
    job
}

pub async fn open(dir: &Path) -> Journal {
    Journal::open(dir).await.expect("opens")
}

/// What the board shows now.
pub async fn board(journal: &Journal, job: &JobId) -> Board {
    journal.board(job).await.expect("a board").read().expect("not poisoned").clone()
}
