//! Decisions applied to the verdict about an item.

use domain::decision::{Corrections, Decision};
use domain::matching::{Match, Verdict};
use domain::provenance::Sourced;
use domain::release::{ArtistCredit, Release, ReleaseId};
use testing::events::{MUSICBRAINZ, upc};
use testing::verdicts::format;

fn match_of(media: &str) -> Verdict {
    let release = Release {
        artist: Some(Sourced::new(ArtistCredit::from_name("Nirvana"), MUSICBRAINZ)),
        title: Some(Sourced::new("Bleach".to_owned(), MUSICBRAINZ)),
        label: Some(Sourced::new("Online Shop".to_owned(), MUSICBRAINZ)),
        catalog_number: Some(Sourced::new("XSON848440F44".to_owned(), MUSICBRAINZ)),
        format: Some(Sourced::new(format(media), MUSICBRAINZ)),
        ids: vec![ReleaseId::new(MUSICBRAINZ, "1")],
        ..Release::default()
    };
    let best_match = Match { release, entries: Vec::new(), score: 1.0, reasons: Vec::new() };
    Verdict::Matched { best_match: Box::new(best_match), runner_up: None }
}

fn corrected(verdict: &Verdict, corrections: Corrections) -> Release {
    let decided = Decision { corrections, ..Decision::accept() }.apply_to(upc(1), Some(verdict), Some(verdict.clone()));
    match decided {
        Some(Verdict::Matched { best_match, .. }) => best_match.release,
        other => panic!("{other:?}"),
    }
}

/// The catalog number, the links and the cover of a download would describe another item than the disc.
#[test]
fn a_disc_gets_only_the_facts_of_the_album_from_a_download() {
    let to_disc = || Corrections { format: Some(format("CD")), ..Corrections::default() };
    let disc = corrected(&match_of("file"), to_disc());
    assert_eq!(disc.display_name().as_deref(), Some("Nirvana – Bleach"));
    assert_eq!((disc.label, disc.catalog_number, disc.ids), (None, None, Vec::new()));
    assert_eq!(disc.barcode.map(|barcode| barcode.value), Some(upc(1)));
    let number = Some("GED 1".to_owned());
    let disc = corrected(&match_of("file"), Corrections { catalog_number: number.clone(), ..to_disc() });
    assert_eq!(disc.catalog_number.map(|given| given.value), number, "the seller states it");
    let other_disc = corrected(&match_of("SACD"), to_disc());
    assert_eq!(other_disc.ids.len(), 1, "the release of a disc stays");
}
