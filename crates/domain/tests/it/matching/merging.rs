//! Merging the entries of one pressing: every field names its source, and disagreeing sources are recorded.

use domain::credits::{Credit, CreditRole};
use domain::matching::{Match, MatchPreferences, Verdict, detail_candidates, identify_release};
use domain::provenance::Sourced;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{ArtistCredit, Carrier, Country, CreditedArtist};
use domain::release_type::ReleaseType;

use testing::verdicts::{describe_verdict, format, parse_release, parse_releases, tracks, upc};

fn single_match(releases: &[ProviderRelease]) -> Match {
    match identify_release(upc(), releases, &[], &MatchPreferences::default()) {
        Verdict::Matched { best_match: found, .. } => *found,
        other => panic!("{}", describe_verdict(&other)),
    }
}

/// Formats `value of source, also agreeing source, but other value of another source`.
fn sourced<T: ToString>(event: Option<&Sourced<T>>) -> String {
    let Some(event) = event else { return "nobody says".to_owned() };
    let also = event.agreed.iter().map(|provider| format!(", also {}", provider.as_str()));
    let but = event
        .alternatives
        .iter()
        .map(|reported| format!(", but {} of {}", reported.value.to_string(), reported.source.as_str()));
    let others = also.chain(but).collect::<Vec<_>>().concat();
    format!("{} of {}{others}", event.value.to_string(), event.source.as_str())
}

#[test]
fn every_field_names_its_source_and_disagreeing_sources() {
    let release = single_match(&parse_releases(&[
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
fn a_partial_date_is_completed_but_never_invented() {
    let date = |lines: &[&str]| sourced(single_match(&parse_releases(lines)).release.date.as_ref());
    let partly = "musicbrainz:a | Björk | Debut | CD | GB | 1993-07";
    assert_eq!(date(&[partly]), "1993-07 of musicbrainz");
    let exact = "discogs:1 | Björk | Debut | CD | UK | 1993-07-05";
    assert_eq!(date(&[partly, exact]), "1993-07-05 of discogs, also musicbrainz");
    let undated = "musicbrainz:a | Björk | Debut | CD | GB";
    assert_eq!(date(&[undated]), "nobody says");
}

#[test]
fn a_gap_is_filled_by_the_next_provider() {
    let release = single_match(&parse_releases(&[
        "musicbrainz:a | Burial | Untrue | 2xLP | GB | 2007 | Hyperdub | 13",
        "discogs:1 | Burial | Untrue | 2xLP | UK | 2007 | Hyperdub / HDBLP002 | 13",
    ]))
    .release;
    assert_eq!(sourced(release.catalog_number.as_ref()), "HDBLP002 of discogs");
}

#[test]
fn a_download_contributes_only_its_tracks() {
    let disc = parse_release("musicbrainz:a | Nirvana | Nevermind | CD");
    let mut download =
        parse_release("deezer:9 | Nirvana | Nevermind | file | US | 2011-09-27 | Universal / 0602527779034");
    download.tracks = tracks(&["Smells Like Teen Spirit", "In Bloom"]);
    let found = single_match(&[disc, download]);
    let release = &found.release;
    assert_eq!(release.tracks.as_ref().unwrap().value.len(), 2);
    assert_eq!(sourced(release.date.as_ref()), "nobody says");
    assert_eq!(sourced(release.label.as_ref()), "nobody says");
    assert_eq!(sourced(release.country.as_ref()), "nobody says");
    assert_eq!(sourced(release.format.as_ref()), "CD of musicbrainz");
}

#[test]
fn a_box_set_needs_one_source_and_tapes_stay_tapes() {
    let format_of = |lines: &[&str]| sourced(single_match(&parse_releases(lines)).release.format.as_ref());
    let open = "musicbrainz:a | Nirvana | With the Lights Out | 3xCD+DVD | US | 2004";
    let boxed = "discogs:1 | Nirvana | With the Lights Out | box 3xCD+DVD | US | 2004";
    assert_eq!(format_of(&[open, boxed]), "Box set: 3×CD + DVD of musicbrainz, also discogs");
    assert_eq!(format_of(&["musicbrainz:a | Nirvana | Incesticide | 2xMC"]), "2×Cassette of musicbrainz");
    assert_eq!(format_of(&["musicbrainz:a | Dire Straits | Brothers in Arms | SACD"]), "SACD of musicbrainz");
}

#[test]
fn a_different_album_is_recorded_as_a_disagreement() {
    let found = single_match(&parse_releases(&[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991",
        "discogs:1 | Nirvana | Nevermind | CD | US | 1991",
        "deezer:9 | Sonic Youth | Goo",
    ]));
    assert_eq!(sourced(found.release.title.as_ref()), "Nevermind of musicbrainz, also discogs, but Goo of deezer");
    assert!(found.entries.iter().all(|release| release.id.provider.as_str() != "deezer"));
    assert!(found.reasons.iter().any(|reason| reason.description == "Deezer has \"Goo\" under the barcode"));
}

#[test]
fn no_field_comes_from_a_different_album() {
    let entries = parse_releases(&["musicbrainz:a | - | Nevermind | CD", "discogs:1 | Sonic Youth | Goo | CD"]);
    let verdict = identify_release(upc(), &entries, &[], &MatchPreferences::default());
    let Verdict::Ambiguous { candidates, .. } = verdict else { panic!("{}", describe_verdict(&verdict)) };
    let of_mb = candidates.iter().find(|found| found.release.ids[0].provider.as_str() == "musicbrainz").unwrap();
    assert_eq!(sourced(of_mb.release.artist.as_ref()), "nobody says");
    assert_eq!(sourced(of_mb.release.title.as_ref()), "Nevermind of musicbrainz, but Goo of discogs");
}

#[test]
fn names_in_other_scripts_are_translations_if_the_catalog_number_agrees() {
    let native = "musicbrainz:a | 高中正義 | 虹伝説 | CD | JP | 1985 | EASTWORLD / CP32-5112 | 10";
    let latin = "discogs:1 | Masayoshi Takanaka | The Rainbow Goblins | CD | JP | 1985 | Eastworld / CP32-5112 | 10";
    let release = single_match(&parse_releases(&[native, latin])).release;
    assert_eq!(sourced(release.latin_artist.as_ref()), "Masayoshi Takanaka of discogs");
    assert_eq!(sourced(release.latin_title.as_ref()), "The Rainbow Goblins of discogs");
    let linked = latin.replace("/ CP32-5112 | 10", "| 11 | to musicbrainz:a");
    let release = single_match(&parse_releases(&[native, &linked])).release;
    assert_eq!(sourced(release.latin_artist.as_ref()), "Masayoshi Takanaka of discogs");
    let reissue = native.replace("musicbrainz:a", "musicbrainz:b").replace("CP32-5112", "TOCT-8000");
    let verdict =
        identify_release(upc(), &parse_releases(&[native, &reissue, latin]), &[], &MatchPreferences::default());
    let Verdict::Ambiguous { differences, .. } = verdict else { panic!("{}", describe_verdict(&verdict)) };
    assert_eq!(differences[0], "catalog number: TOCT-8000 or CP32-5112");
    for other in [latin.replace("CP32-5112", "TOCT-1"), latin.replace("| 10", "| 14")] {
        let verdict = identify_release(upc(), &parse_releases(&[native, &other]), &[], &MatchPreferences::default());
        assert!(matches!(verdict, Verdict::Ambiguous { .. }), "{other}: {}", describe_verdict(&verdict));
    }
}

#[test]
fn composers_are_found_anywhere_in_a_classical_credit() {
    let people = |credit: &[(&str, &str)], title: &str, composer: Option<&str>| {
        let mut entry = parse_release("discogs:1 | - | Sonatas | LP");
        let names = credit.iter().map(|(name, join)| CreditedArtist { name: (*name).into(), join: (*join).into() });
        entry.artist = Some(ArtistCredit(names.collect()));
        entry.title = Some(title.to_owned());
        entry.genres = vec!["Classical".to_owned()];
        entry.credits = composer.map(|name| Credit::new(CreditRole::Composer, name)).into_iter().collect();
        let release = single_match(&[entry]).release;
        let names = |list: Option<Sourced<Vec<String>>>| list.map(|list| list.value.join("|")).unwrap_or_default();
        [release.composers, release.conductors, release.performers].map(names)
    };
    let pianist = [("Paul Badura-Skoda", ", "), ("Wolfgang Amadeus Mozart", "")];
    assert_eq!(people(&pianist, "Mozart Klaviersonaten", None), ["Wolfgang Amadeus Mozart", "", "Paul Badura-Skoda"]);
    let initialed = [("G. Rossini", ", "), ("Ferenc Fricsay", "")];
    assert_eq!(
        people(&initialed, "Stabat Mater", Some("Gioacchino Rossini")),
        ["Gioacchino Rossini", "", "Ferenc Fricsay"]
    );
    // Composers also perform the works of others.
    let pears = [("Peter Pears", ", "), ("Benjamin Britten", "")];
    assert_eq!(people(&pears, "Winterreise", None), ["", "", ""]);
    let toscanini = [("NBC Symphony Orchestra", " Conducted By "), ("Arturo Toscanini", "")];
    assert_eq!(
        people(&toscanini, "Romeo And Juliet", Some("Hector Berlioz")),
        ["Hector Berlioz", "Arturo Toscanini", "NBC Symphony Orchestra"]
    );
}

const EQUALS: [&str; 3] = [
    "musicbrainz:a | Leonard Cohen | You Want It Darker | CD | US | 2016",
    "musicbrainz:b | Leonard Cohen | You Want It Darker | CD | XE | 2016",
    "musicbrainz:c | Leonard Cohen | You Want It Darker | LP | US | 2016",
];

#[test]
fn preferences_decide_between_equal_matches_and_are_reported() {
    let describe_verdict_with = |countries: &[&str], carriers: &[Carrier]| {
        let countries = countries.iter().map(|code| Country((*code).to_owned())).collect();
        let preferences = MatchPreferences { countries, carriers: carriers.to_vec(), ..MatchPreferences::default() };
        identify_release(upc(), &parse_releases(&EQUALS), &[], &preferences)
    };
    assert!(matches!(describe_verdict_with(&[], &[]), Verdict::Ambiguous { candidates, .. } if candidates.len() == 3));
    assert_eq!(describe_verdict(&describe_verdict_with(&["XE"], &[])), "take musicbrainz:b");
    assert_eq!(describe_verdict(&describe_verdict_with(&["US"], &[Carrier::Vinyl])), "take musicbrainz:c");
    assert!(matches!(describe_verdict_with(&["US"], &[]), Verdict::Ambiguous { .. }), "two are from that country");
    assert!(
        matches!(describe_verdict_with(&[], &[Carrier::Cassette]), Verdict::Ambiguous { .. }),
        "none is a cassette"
    );
    let Verdict::Matched { best_match: found, runner_up } = describe_verdict_with(&["GB", "US"], &[Carrier::Cd]) else {
        panic!("the item went to review")
    };
    assert_eq!(found.reasons[0].description, "chosen among equals by your preferences");
    assert!(runner_up.is_some());
}

#[test]
fn preferences_cannot_make_a_weak_match_strong() {
    let against =
        parse_releases(&["musicbrainz:a | Nirvana | Nevermind | CD | US", "discogs:1 | Sonic Youth | Goo | CD | GB"]);
    let preferences = MatchPreferences { countries: vec![Country("US".to_owned())], ..MatchPreferences::default() };
    assert!(matches!(identify_release(upc(), &against, &[], &preferences), Verdict::Ambiguous { .. }));
}

#[test]
fn details_are_requested_only_for_possible_matches() {
    let summaries = |lines: &[&str]| {
        let mut releases = parse_releases(lines);
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
    assert_eq!(wanted(&clear), ["musicbrainz:a"], "others are fetched only if its page leaves fields open");
    let many = (0..12).map(|n| format!("musicbrainz:{n:02} | Nirvana | Nevermind | CD | US | {}", 1991 + n));
    let many = many.collect::<Vec<_>>();
    let many = summaries(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(wanted(&many).len(), 5, "each request takes a second at MusicBrainz");
    let mut full = many;
    for release in &mut full {
        release.completeness = Completeness::Full;
    }
    assert!(wanted(&full).is_empty());
}

#[test]
fn a_page_is_requested_if_its_tracks_or_composers_may_be_needed() {
    let complete = |types: &[ReleaseType]| {
        let mut release = parse_release(
            "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12 | to discogs:1",
        );
        release.tracks = tracks(&["Smells Like Teen Spirit"]);
        release.types = types.to_vec();
        release
    };
    let summary = |description: &str, types: &[ReleaseType]| {
        let mut release = parse_release("discogs:1 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425");
        release.completeness = Completeness::Summary;
        release.descriptions = vec![description.to_owned()];
        release.types = types.to_vec();
        release
    };
    for (description, types, is_requested) in [
        ("Remastered", vec![ReleaseType::Album], false),
        ("Deluxe Edition", vec![ReleaseType::Album], true),
        ("EP", vec![ReleaseType::Ep], true),
        ("Album", vec![ReleaseType::Album, ReleaseType::Soundtrack], true),
    ] {
        let releases = [complete(&[ReleaseType::Album]), summary(description, &types)];
        let ids = detail_candidates(upc(), &releases, &MatchPreferences::default());
        assert_eq!(!ids.is_empty(), is_requested, "{description}");
    }
}

#[test]
fn the_test_notation_of_formats_parses() {
    assert_eq!(format("box 4xCD+DVD").to_string(), "Box set: 4×CD + DVD");
}
