//! Events of small synthetic batches.

use domain::artwork::{Artwork, Cover, CoverCandidate, CoverLicense};
use domain::event::{ItemEvent, JobEvent};
use domain::job_projection::JobProjection;
use domain::job_spec::{InputItem, JobId, JobSpec, RejectedLine};
use domain::matching::{Match, Verdict};
use domain::money::Money;
use domain::outcome::{ItemOutcome, Status};
use domain::pricing::{Confidence, MatchBasis, PriceEstimate, Sample, SampleKind};
use domain::provenance::Sourced;
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{ArtistCredit, Carrier, Format, Medium, Release, ReleaseId, Track};
use domain::seller_data::{ItemField, SellerData};
use domain::sink::SinkKind;
use domain::sku::Sku;
use domain::upc::Upc;
use jiff::Timestamp;
use store::journal::Journal;
use store::location::StoreLocation;

use crate::barcodes::upc_a;

pub const MUSICBRAINZ: Provider = Provider::from_static("musicbrainz");
pub const DISCOGS: Provider = Provider::from_static("discogs");

/// Returns the `number`-th synthetic UPC-A, from 1.
pub fn upc(number: u32) -> Upc {
    upc_a(72_064_000_000 + u64::from(number))
}

pub fn timestamp(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn job_spec() -> JobSpec {
    JobSpec {
        source: "gs://draft-maker-bucket/upcs.txt".into(),
        source_type: domain::source_type::SourceType::Gcs,
        generation: Some(7),
        create_drafts: true,
        test_mode: false,
        review: false,
        sink: SinkKind::Csv,
        site: domain::site::Site::default(),
        condition: None,
        media_grade: None,
        sleeve_grade: None,
        note: None,
        copies: domain::job_spec::Copies::Together,
        limit: None,
        retry_of: None,
        list_options: domain::list_options::ListOptions::default(),
        output: "output".into(),
    }
}

pub fn dry_run_spec() -> JobSpec {
    JobSpec { test_mode: true, sink: SinkKind::DryRun, ..job_spec() }
}

pub fn input_item(number: u32) -> InputItem {
    InputItem {
        upc: upc(number),
        copies: 1,
        lines: vec![number].into(),
        zeros_restored: 0,
        seller: None,
        differing: Vec::new(),
    }
}

/// Returns an item of a list that states its location, and its grade if `grade` is not empty.
pub fn described_item(number: u32, location: &str, grade: &str) -> InputItem {
    let mut seller = SellerData::default();
    seller.set_field(ItemField::Location, location).expect("a text");
    seller.set_field(ItemField::MediaGrade, grade).expect("a grade");
    InputItem { seller: Some(Box::new(seller)), ..input_item(number) }
}

pub fn items_added(numbers: impl IntoIterator<Item = u32>) -> JobEvent {
    JobEvent::ItemsAdded { items: numbers.into_iter().map(input_item).collect() }
}

pub fn line_rejected(line: u32) -> JobEvent {
    JobEvent::LinesRejected { lines: vec![RejectedLine { line, text: "n/a".into(), reason: "no digits in it".into() }] }
}

pub fn item_event(number: u32, step: ItemEvent) -> JobEvent {
    JobEvent::Item { upc: upc(number), item_event: step }
}

pub fn release(artist: &str, title: &str, number: u32) -> Release {
    let track = |position: u32| Track {
        position: position.to_string(),
        title: format!("Track {position}"),
        artist: None,
        length_ms: None,
    };
    let cd = Medium { carrier: Carrier::Cd, count: 1, wording: "CD".into(), inches: None, color: None };
    Release {
        artist: Some(Sourced::new(ArtistCredit::from_name(artist), MUSICBRAINZ)),
        title: Some(Sourced::new(title.to_owned(), MUSICBRAINZ)),
        label: Some(Sourced::new("DGC".to_owned(), DISCOGS)),
        date: Some(Sourced::new("1991-09".parse().expect("a date"), DISCOGS)),
        format: Some(Sourced::new(Format { media: vec![cd], box_set: false }, MUSICBRAINZ)),
        tracks: Some(Sourced::new(vec![track(1), track(2)], MUSICBRAINZ)),
        track_count: Some(Sourced::new(2, MUSICBRAINZ)),
        barcode: Some(Sourced::new(upc(number), MUSICBRAINZ)),
        ids: vec![ReleaseId::new(MUSICBRAINZ, format!("mb-{number}")), ReleaseId::new(DISCOGS, number.to_string())],
        ..Release::default()
    }
}

pub fn match_of(artist: &str, title: &str, number: u32) -> Match {
    let releases = vec![ProviderRelease::new(ReleaseId::new(MUSICBRAINZ, format!("mb-{number}")), Completeness::Full)];
    Match { release: release(artist, title, number), entries: releases, score: 0.87, reasons: Vec::new() }
}

pub fn matched(number: u32) -> JobEvent {
    let runner_up = Some(Box::new(match_of("Nirvana", "Bleach", number)));
    let found = Box::new(match_of("Nirvana", &format!("Album {number}"), number));
    item_event(
        number,
        ItemEvent::Identified {
            verdict: Verdict::Matched { best_match: found, runner_up },
            unavailable_providers: Vec::new(),
        },
    )
}

/// Returns an event as large as the data of two providers with fifteen tracks.
pub fn matched_with_details(number: u32) -> JobEvent {
    let to_track = |position: u32| Track {
        position: position.to_string(),
        title: format!("A track with a usual name {position}"),
        artist: None,
        length_ms: Some(200_000),
    };
    let tracks = (1..=15).map(to_track).collect::<Vec<_>>();
    let id = ReleaseId::new(MUSICBRAINZ, format!("8e061dc7-0000-4000-8000-{number:012}"));
    let entry = ProviderRelease { tracks: tracks.clone(), ..ProviderRelease::new(id.clone(), Completeness::Full) };
    let release = Release {
        artist: Some(Sourced::new(ArtistCredit::from_name("An Artist Of Usual Length"), MUSICBRAINZ)),
        title: Some(Sourced::new(format!("An Album Title {number}"), MUSICBRAINZ)),
        tracks: Some(Sourced::new(tracks, MUSICBRAINZ)),
        ids: vec![id],
        ..Release::default()
    };
    let best_match = Box::new(Match { release, entries: vec![entry.clone(), entry], score: 0.9, reasons: Vec::new() });
    let verdict = Verdict::Matched { best_match, runner_up: None };
    item_event(number, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() })
}

pub fn ambiguous(number: u32) -> JobEvent {
    let candidates = vec![match_of("Nirvana", "Nevermind", number), match_of("Nirvana", "Nevermind (reissue)", number)];
    let verdict =
        Verdict::Ambiguous { candidates, differences: vec!["catalog number: DGCD-24425 or GED 24425".into()] };
    item_event(
        number,
        ItemEvent::Identified { verdict, unavailable_providers: vec!["discogs: 503 Service Unavailable".into()] },
    )
}

pub fn unknown(number: u32) -> JobEvent {
    let verdict = Verdict::Unknown { providers: vec![MUSICBRAINZ, DISCOGS] };
    item_event(number, ItemEvent::Identified { verdict, unavailable_providers: vec!["discogs: circuit open".into()] })
}

pub fn price_event(number: u32) -> JobEvent {
    let sample = Sample {
        provider: DISCOGS,
        kind: SampleKind::Asked,
        price: Money::parse("8.88", "USD").expect("money"),
        basis: MatchBasis::default(),
        condition: None,
        wording: "lowest price".into(),
        offers: None,
        observed_at: timestamp("2024-03-18T14:30:20Z"),
    };
    let price_estimate = PriceEstimate {
        price: Some(sample.price),
        confidence: Confidence::Low,
        rule: "the lowest asked price".into(),
        band: None,
        doubts: Vec::new(),
        samples: vec![sample],
        excluded: Vec::new(),
    };
    item_event(
        number,
        ItemEvent::Priced { price_estimate, group_prices: Vec::new(), unavailable_providers: Vec::new() },
    )
}

pub fn cover_chosen(number: u32) -> JobEvent {
    let cover = |url: &str| Cover {
        url: url.into(),
        provider: MUSICBRAINZ,
        belongs_to: None,
        is_front: true,
        flaw: None,
        size: Some((600, 590)),
        license: CoverLicense::SellersRisk,
    };
    let candidates = vec![
        CoverCandidate { cover: cover("https://covers.example/1.jpg"), rejection: None },
        CoverCandidate { cover: cover("http://covers.example/2.jpg"), rejection: Some("not https".into()) },
    ];
    let artwork = Artwork { chosen: Some(cover("https://covers.example/1.jpg")), candidates };
    item_event(number, ItemEvent::CoverChosen { artwork, unavailable_providers: Vec::new() })
}

pub fn draft_started(number: u32) -> JobEvent {
    item_event(number, ItemEvent::DraftStarted { sku: Sku::for_upc(upc(number)), title: format!("Album {number}") })
}

pub fn done(number: u32, status: Status) -> JobEvent {
    let error = match status {
        Status::Failed => Some("eBay: status 500"),
        Status::NeedsReview => Some("check it in the review"),
        Status::Skipped => Some("you left this out"),
        Status::Drafted | Status::AlreadyDrafted | Status::Exported | Status::DryRun => None,
    };
    item_event(
        number,
        ItemEvent::Finished {
            outcome: ItemOutcome {
                status,
                error: error.map(ToOwned::to_owned),
                note: None,
                draft: None,
                additional_drafts: Vec::new(),
                groups: Vec::new(),
                lot: None,
            },
        },
    )
}

/// Creates a job whose list has the synthetic UPCs 1 to `items`.
pub async fn create_job(journal: &Journal, items: u32) -> JobId {
    let job = journal.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await.expect("begun");
    journal.append_events(&job, vec![items_added(1..=items), JobEvent::InputClosed]).await.expect("taken");
    job
}

pub async fn open_journal(location: impl Into<StoreLocation>) -> Journal {
    Journal::open(location).await.expect("opens")
}

/// Returns a copy of the current projection of a job.
pub async fn projection_of(journal: &Journal, job: &JobId) -> JobProjection {
    journal.projection(job).await.expect("a projection").read().clone()
}
