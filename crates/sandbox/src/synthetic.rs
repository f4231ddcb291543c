//! Generates releases for tests and benchmarks. Their barcodes have valid check digits.

use super::catalog::{SandboxDiscogsData, SandboxMedium, SandboxRelease};
use domain::upc::Upc;

/// Prefix of the barcodes. GS1 reserves 29 for use within a company, so no real release has it.
const UPC_PREFIX: u64 = 290_000_000_000;

/// First Discogs id of generated releases, far above real ones.
const FIRST_DISCOGS_ID: u64 = 950_000_000;

/// Returns the `number`-th generated release.
pub(super) fn synthetic_release(number: usize) -> SandboxRelease {
    let upc = synthetic_upc(number);
    SandboxRelease {
        mbid: format!("5e7b0000-0000-4000-8000-{number:012}"),
        barcode: upc.ean13(),
        artist: vec![(format!("Synthetic Artist {}", number / 10), String::new())],
        title: format!("Synthetic Album {number}"),
        labels: vec![("Synthetic Records".to_owned(), format!("SYN {number}"))],
        country: "US".to_owned(),
        date: format!("{}-01-01", 1985 + number % 35),
        media: vec![SandboxMedium {
            format: "CD".to_owned(),
            tracks: (1..=10).map(|track| (format!("Track {track} of {number}"), 180_000 + track * 1_000)).collect(),
            count: 0,
        }],
        discogs: Some(SandboxDiscogsData {
            id: FIRST_DISCOGS_ID + number as u64,
            country: "US".to_owned(),
            formats: vec![("CD".to_owned(), "1".to_owned(), vec!["Album".to_owned()])],
            genres: vec!["Rock".to_owned()],
            ..SandboxDiscogsData::default()
        }),
        ..SandboxRelease::default()
    }
}

/// Returns the barcode of the `number`-th generated release.
pub(super) fn synthetic_upc(number: usize) -> Upc {
    let body = UPC_PREFIX + number as u64;
    let code = (0..10).map(|digit| format!("{body}{digit}")).find_map(|code| code.parse::<Upc>().ok());
    // Exactly one of the ten digits is the check digit.
    code.unwrap_or_else(|| unreachable!("{body} has a check digit"))
}
