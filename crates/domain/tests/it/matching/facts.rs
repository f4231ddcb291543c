//! What is made of the entries of one pressing: every fact names its source, and who disagrees stays heard.

use domain::matching::{Match, MatchPreferences, Verdict, detail_candidates, identify_release};
use domain::provenance::Sourced;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{Carrier, Country};

use testing::verdicts::{describe_verdict, entries, entry, format, tracks, upc};

fn taken(releases: &[ProviderRelease]) -> Match {
    match identify_release(upc(), releases, &[], &MatchPreferences::default()) {
        Verdict::Matched { best_match: found, .. } => *found,
        other => panic!("{}", describe_verdict(&other)),
    }
}

/// `value of source, also agreed, but other of another`.
fn sourced<T: ToString>(event: Option<&Sourced<T>>) -> String {
    let Some(event) = event else { return "nobody says".to_owned() };
    let also = event.agreed.iter().map(|provider| format!(", also {provider}"));
    let but = event
        .alternatives
        .iter()
        .map(|reported| format!(", but {} of {}", reported.value.to_string(), reported.source));
    let others = also.chain(but).collect::<Vec<_>>().concat();
    format!("{} of {}{others}", event.value.to_string(), event.source)
}

#[test]
fn every_fact_names_its_source_and_those_who_say_otherwise() {
    let release = taken(&entries(&[
        "musicbrainz:a | The Cure | Disintegration | CD | GB | 1989-05-02 | Fiction / 839 353-2 | 12",
        "discogs:1 | Cure | Disintegration | CD | UK | 1990 | Fiction Records / 839 353-2 | 12",
    ]))
    .release;
    assert_eq!(sourced(release.artist.as_ref()), "The Cure of musicbrainz, also discogs");
    assert_eq!(sourced(release.date.as_ref()), "1989-05-02 of musicbrainz, but 1990 of discogs");
    assert_eq!(sourced(release.country.as_ref()), "GB of musicbrainz, also discogs");
    assert_eq!(sourced(release.label.as_ref()), "Fiction of musicbrainz, but Fiction Records of discogs");
    assert_eq!(sourced(release.catalog_number.as_ref()), "839 353-2 of musicbrainz, also discogs");
    assert_eq!(sourced(release.track_count.as_ref()), "12 of musicbrainz, also discogs");
    assert_eq!(sourced(release.barcode.as_ref()), format!("{} of musicbrainz, also discogs", upc()));
}

#[test]
fn a_partial_date_is_made_exact_and_never_invented() {
    let date = |lines: &[&str]| sourced(taken(&entries(lines)).release.date.as_ref());
    let partly = "musicbrainz:a | Björk | Debut | CD | GB | 1993-07";
    assert_eq!(date(&[partly]), "1993-07 of musicbrainz");
    let exact = "discogs:1 | Björk | Debut | CD | UK | 1993-07-05";
    assert_eq!(date(&[partly, exact]), "1993-07-05 of discogs, also musicbrainz");
    let undated = "musicbrainz:a | Björk | Debut | CD | GB";
    assert_eq!(date(&[undated]), "nobody says");
}

#[test]
fn a_gap_is_filled_by_the_next_who_knows() {
    let release = taken(&entries(&[
        "musicbrainz:a | Burial | Untrue | 2xLP | GB | 2007 | Hyperdub | 13",
        "discogs:1 | Burial | Untrue | 2xLP | UK | 2007 | Hyperdub / HDBLP002 | 13",
    ]))
    .release;
    assert_eq!(sourced(release.catalog_number.as_ref()), "HDBLP002 of discogs");
}

#[test]
fn a_download_lends_its_tracks_and_nothing_of_the_disc() {
    let disc = entry("musicbrainz:a | Nirvana | Nevermind | CD");
    let mut download = entry("deezer:9 | Nirvana | Nevermind | file | US | 2011-09-27 | Universal / 0602527779034");
    download.tracks = tracks(&["Smells Like Teen Spirit", "In Bloom"]);
    let found = taken(&[disc, download]);
    let release = &found.release;
    assert_eq!(release.tracks.as_ref().unwrap().value.len(), 2);
    assert_eq!(sourced(release.date.as_ref()), "nobody says");
    assert_eq!(sourced(release.label.as_ref()), "nobody says");
    assert_eq!(sourced(release.country.as_ref()), "nobody says");
    assert_eq!(sourced(release.format.as_ref()), "CD of musicbrainz");
}

#[test]
fn a_box_is_one_where_anybody_says_so_and_tapes_stay_tapes() {
    let format_of = |lines: &[&str]| sourced(taken(&entries(lines)).release.format.as_ref());
    let open = "musicbrainz:a | Nirvana | With the Lights Out | 3xCD+DVD | US | 2004";
    let boxed = "discogs:1 | Nirvana | With the Lights Out | box 3xCD+DVD | US | 2004";
    assert_eq!(format_of(&[open, boxed]), "Box set: 3×CD + DVD of musicbrainz, also discogs");
    assert_eq!(format_of(&["musicbrainz:a | Nirvana | Incesticide | 2xMC"]), "2×Cassette of musicbrainz");
    assert_eq!(format_of(&["musicbrainz:a | Dire Straits | Brothers in Arms | SACD"]), "SACD of musicbrainz");
}

#[test]
fn another_album_is_stored_as_what_somebody_else_says() {
    let found = taken(&entries(&[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991",
        "discogs:1 | Nirvana | Nevermind | CD | US | 1991",
        "deezer:9 | Sonic Youth | Goo",
    ]));
    assert_eq!(sourced(found.release.title.as_ref()), "Nevermind of musicbrainz, also discogs, but Goo of deezer");
    assert!(found.entries.iter().all(|release| release.id.provider.as_str() != "deezer"));
    assert!(found.reasons.iter().any(|reason| reason.description == "deezer has \"Goo\" under the barcode"));
}

const EQUALS: [&str; 3] = [
    "musicbrainz:a | Leonard Cohen | You Want It Darker | CD | US | 2016",
    "musicbrainz:b | Leonard Cohen | You Want It Darker | CD | XE | 2016",
    "musicbrainz:c | Leonard Cohen | You Want It Darker | LP | US | 2016",
];

#[test]
fn preferences_decide_between_equals_and_say_so() {
    let describe_verdict_with = |countries: &[&str], carriers: &[Carrier]| {
        let countries = countries.iter().map(|code| Country((*code).to_owned())).collect();
        let preferences = MatchPreferences { countries, carriers: carriers.to_vec(), ..MatchPreferences::default() };
        identify_release(upc(), &entries(&EQUALS), &[], &preferences)
    };
    assert!(matches!(describe_verdict_with(&[], &[]), Verdict::Ambiguous { candidates, .. } if candidates.len() == 3));
    assert_eq!(describe_verdict(&describe_verdict_with(&["XE"], &[])), "take musicbrainz:b");
    assert_eq!(describe_verdict(&describe_verdict_with(&["US"], &[Carrier::Vinyl])), "take musicbrainz:c");
    assert!(matches!(describe_verdict_with(&["US"], &[]), Verdict::Ambiguous { .. }), "two are from there");
    assert!(matches!(describe_verdict_with(&[], &[Carrier::Cassette]), Verdict::Ambiguous { .. }), "none is one");
    let Verdict::Matched { best_match: found, runner_up } = describe_verdict_with(&["GB", "US"], &[Carrier::Cd]) else {
        panic!("asked")
    };
    assert_eq!(found.reasons[0].description, "chosen among equals by your preferences");
    assert!(runner_up.is_some());
}

#[test]
fn preferences_cannot_make_a_weak_match_strong() {
    let against =
        entries(&["musicbrainz:a | Nirvana | Nevermind | CD | US", "discogs:1 | Sonic Youth | Goo | CD | GB"]);
    let preferences = MatchPreferences { countries: vec![Country("US".to_owned())], ..MatchPreferences::default() };
    assert!(matches!(identify_release(upc(), &against, &[], &preferences), Verdict::Ambiguous { .. }));
}

#[test]
fn details_are_asked_of_what_can_still_win() {
    let summaries = |lines: &[&str]| {
        let mut releases = entries(lines);
        for release in &mut releases {
            release.completeness = Completeness::Summary;
        }
        releases
    };
    let wanted = |releases: &[ProviderRelease]| {
        let ids = detail_candidates(upc(), releases, &MatchPreferences::default());
        ids.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(wanted(&summaries(&EQUALS)), ["musicbrainz:a", "musicbrainz:b", "musicbrainz:c"]);
    let clear = summaries(&[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991",
        "discogs:1 | Nirvana | Nevermind | CD | US | 1991",
        "discogs:2 | - | - | CD | - | -",
    ]);
    assert_eq!(wanted(&clear), ["musicbrainz:a"], "the others follow if its page leaves something open");
    let many = (0..12).map(|n| format!("musicbrainz:{n:02} | Nirvana | Nevermind | CD | US | {}", 1991 + n));
    let many = many.collect::<Vec<_>>();
    let many = summaries(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(wanted(&many).len(), 5, "each costs a second at MusicBrainz");
    let mut full = many;
    for release in &mut full {
        release.completeness = Completeness::Full;
    }
    assert!(wanted(&full).is_empty());
}

#[test]
fn formats_of_tests_read_as_they_are_written() {
    assert_eq!(format("box 4xCD+DVD").to_string(), "Box set: 4×CD + DVD");
}
