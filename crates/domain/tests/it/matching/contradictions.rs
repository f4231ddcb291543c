//! Entries of one pressing that contradict each other, and entries that differ only in fields that few listings show.

use domain::credits::{Credit, CreditRole};
use domain::matching::{MatchPreferences, Verdict, identify_release};
use domain::provider_release::ProviderRelease;
use domain::release::{LabelCredit, Medium, Track};
use domain::release_status::ReleaseConcern;
use domain::release_type::ReleaseType;

use testing::verdicts::{describe_verdict, parse_release, upc};

const MB: &str = "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12 | to discogs:1";
const DISCOGS: &str = "discogs:1 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12";

fn decided(entries: &[ProviderRelease]) -> Verdict {
    identify_release(upc(), entries, &[], &MatchPreferences::default())
}

fn entry_with(line: &str, change: impl FnOnce(&mut ProviderRelease)) -> ProviderRelease {
    let mut release = parse_release(line);
    change(&mut release);
    release
}

fn on(line: &str, format: &str, change: impl FnOnce(&mut ProviderRelease)) -> ProviderRelease {
    entry_with(&line.replace("| CD |", &format!("| {format} |")), change)
}

fn with_inches(inches: u8) -> impl Fn(&mut ProviderRelease) {
    move |entry| {
        let media = &mut entry.format.as_mut().unwrap().media;
        media[0] = Medium { inches: Some(inches), ..media[0].clone() };
    }
}

fn with_note(note: &'static str) -> impl Fn(&mut ProviderRelease) {
    move |entry| entry.format_notes = vec![note.to_owned()]
}

fn of_type(kind: ReleaseType) -> impl Fn(&mut ProviderRelease) {
    move |entry| entry.types = vec![kind]
}

#[test]
fn any_numbers_of_tracks_are_compared() {
    let many = DISCOGS.replace("| 12", "| 65535");
    let Verdict::Ambiguous { differences, .. } = decided(&[parse_release(MB), parse_release(&many)]) else {
        panic!("the numbers of tracks contradict each other")
    };
    assert!(differences.join("; ").contains("12 tracks, Discogs 65535 tracks: count the tracks"), "{differences:?}");
}

#[test]
fn entries_that_contradict_each_other_ask() {
    let plain = |_: &mut ProviderRelease| {};
    for (first, second, check) in [
        (on(MB, "CD", plain), on(DISCOGS, "3xCD", plain), "MusicBrainz says 1 CD, Discogs 3 CDs: count the discs"),
        (
            on(MB, "CD", plain),
            on(DISCOGS, "CD+DVD", plain),
            "MusicBrainz says 1 CD, Discogs 1 CD + 1 DVD: count the discs",
        ),
        (
            on(MB, "CD", plain),
            on(DISCOGS, "LP", plain),
            "MusicBrainz says 1 CD, Discogs 1 vinyl record: check which of them you have",
        ),
        (
            on(MB, "LP", with_inches(7)),
            on(DISCOGS, "LP", with_inches(12)),
            "MusicBrainz says 7\", Discogs 12\": measure the record",
        ),
        (
            on(MB, "LP", |entry| entry.disambiguation = Some("black vinyl".to_owned())),
            on(DISCOGS, "LP", with_note("Red, 180g")),
            "MusicBrainz says Black, Discogs Red: check the color of the record or tape",
        ),
    ] {
        let verdict = decided(&[first, second]);
        let Verdict::Ambiguous { candidates, differences } = &verdict else { panic!("{check}: {verdict:?}") };
        assert_eq!(candidates.len(), 1, "{check}");
        assert_eq!(differences[0], format!("item itself: {check}"));
        assert!(candidates[0].release.concerns.iter().any(|concern| concern.value == ReleaseConcern::Contradiction));
    }
}

#[test]
fn linked_entries_of_other_pressings_ask() {
    let version = |text: &'static str| move |entry: &mut ProviderRelease| entry.disambiguation = Some(text.to_owned());
    let club = |entry: &mut ProviderRelease| entry.descriptions = vec!["Club Edition".to_owned()];
    let discogs = |from: &str, to: &str| parse_release(&DISCOGS.replace(from, to));
    for (first, second, check) in [
        (parse_release(MB), discogs("| 12", "| 16"), "MusicBrainz says 12 tracks, Discogs 16 tracks: count the tracks"),
        (
            parse_release(MB),
            discogs("US | 1991", "GB | 2018"),
            "MusicBrainz says US, 1991, Discogs UK, 2018: compare the print on the item",
        ),
        (
            parse_release(MB),
            discogs("1991 | DGC / DGCD-24425", "2001 | DGC / 490 121-2"),
            "MusicBrainz says DGCD-24425, 1991, Discogs 490 121-2, 2001: compare the print on the item",
        ),
        (
            parse_release(MB),
            entry_with(&DISCOGS.replace("DGCD-24425", "D 153550"), club),
            "MusicBrainz says DGCD-24425, no club edition, Discogs D 153550, club edition: compare the print on the item",
        ),
        (
            entry_with(MB, version("explicit version")),
            entry_with(DISCOGS, with_note("Clean")),
            "MusicBrainz says explicit, Discogs clean: check which of them you have",
        ),
        (
            on(MB, "LP", version("stereo")),
            on(DISCOGS, "LP", |entry| entry.descriptions = vec!["Mono".to_owned()]),
            "MusicBrainz says stereo, Discogs mono: check which of them you have",
        ),
    ] {
        let verdict = decided(&[first, second]);
        let Verdict::Ambiguous { candidates, differences } = &verdict else { panic!("{check}: {verdict:?}") };
        assert_eq!((candidates.len(), &differences[0]), (1, &format!("item itself: {check}")));
    }
}

#[test]
fn one_clear_difference_of_linked_entries_asks() {
    let discogs = |from: &str, to: &str| parse_release(&DISCOGS.replace(from, to));
    for (first, second, check) in [
        (
            parse_release(MB),
            discogs("US | 1991", "US | 1996"),
            "MusicBrainz says 1991, Discogs 1996: compare the print on the item",
        ),
        (
            parse_release(MB),
            discogs("US | 1991", "JP | 1991"),
            "MusicBrainz says US, Discogs Japan: compare the print on the item",
        ),
        (
            parse_release(MB),
            entry_with(&DISCOGS.replace("1991", "1993"), |entry| entry.descriptions = vec!["Reissue".to_owned()]),
            "MusicBrainz says 1991, Discogs 1993: compare the print on the item",
        ),
        (
            entry_with(MB, of_type(ReleaseType::Single)),
            entry_with(DISCOGS, of_type(ReleaseType::Album)),
            "MusicBrainz says a single, Discogs an album: count the tracks",
        ),
        (
            entry_with(MB, of_type(ReleaseType::Album)),
            entry_with(&DISCOGS.replace("Nevermind", "Nevermind (Remixes)"), of_type(ReleaseType::Album)),
            "MusicBrainz says Nevermind, Discogs Nevermind (Remixes): check which of them you have",
        ),
    ] {
        let verdict = decided(&[first, second]);
        let Verdict::Ambiguous { candidates, differences } = &verdict else { panic!("{check}: {verdict:?}") };
        assert_eq!((candidates.len(), &differences[0]), (1, &format!("item itself: {check}")));
    }
}

#[test]
fn a_reissue_has_its_own_year() {
    let reissue = entry_with(&DISCOGS.replace("1991", "2016"), |entry| {
        entry.descriptions = vec!["Reissue".to_owned()];
    });
    let Verdict::Ambiguous { candidates, .. } = decided(&[parse_release(MB), reissue]) else { panic!("no question") };
    assert_eq!(candidates[0].release.date.as_ref().unwrap().value.to_string(), "2016");
}

#[test]
fn entries_without_a_link_that_differ_are_two_pressings() {
    let mb = |line: &str| line.replace("Nevermind", "Hits 2").replace(" | to discogs:1", "");
    let discogs = DISCOGS.replace("Nevermind", "Hits 2");
    let asked = |second: &str| describe_verdict(&decided(&[parse_release(&mb(MB)), parse_release(second)]));
    assert_eq!(asked(&discogs), "take musicbrainz:a+discogs:1");
    for (from, to) in [
        ("1991", "2016"),
        ("US |", "JP |"),
        ("DGCD-24425", "490 121-2"),
        ("Hits 2", "Hits 1"),
        ("Hits 2", "Hits Vol. 3"),
    ] {
        let verdict = asked(&discogs.replace(from, to));
        assert!(verdict.starts_with("ask ") && verdict.contains(" or "), "{to}: {verdict}");
    }
    let lower = parse_release(&discogs.replace("Hits 2", "Hits 1"));
    let equal = parse_release(&discogs.replace("discogs:1", "discogs:2"));
    let verdict = describe_verdict(&decided(&[parse_release(&mb(MB)), lower, equal]));
    assert!(verdict.contains("musicbrainz:a+discogs:2"), "{verdict}");
}

#[test]
fn entries_that_are_written_differently_contradict_nothing() {
    let discogs = |from: &str, to: &str| parse_release(&DISCOGS.replace(from, to));
    for second in [
        discogs("| 12", "| 13"),
        discogs("| 12", "| 14"),
        discogs("DGCD-24425", "9 DGCD 24425"),
        discogs("DGCD-24425", "B000003TA4"),
        discogs("US | 1991", "US | 1994"),
        discogs("US | 1991", "Europe | 1992"),
        discogs("US | 1991", "USA & Canada | 1994"),
        entry_with(DISCOGS, |entry| entry.descriptions = vec!["Mono".to_owned(), "Stereo".to_owned()]),
    ] {
        let described = describe_verdict(&decided(&[parse_release(MB), second.clone()]));
        assert_eq!(described.split(' ').next(), Some("take"), "{second:?}: {described}");
    }
}

#[test]
fn an_entry_that_does_not_state_a_value_contradicts_nothing() {
    let plain = |_: &mut ProviderRelease| {};
    for (first, second) in [
        (on(MB, "CD", plain), on(DISCOGS, "CD", plain)),
        (on(MB, "CD", plain), on(DISCOGS, "-", plain)),
        (on(MB, "LP", plain), on(DISCOGS, "LP", with_inches(12))),
        (on(MB, "LP", plain), on(DISCOGS, "LP+file", with_note("Red"))),
        (on(MB, "LP", with_note("Translucent Red")), on(DISCOGS, "LP", with_note("Red"))),
        (on(MB, "CD", with_note("Red")), on(DISCOGS, "CD", with_note("Blue"))),
    ] {
        assert_eq!(describe_verdict(&decided(&[first, second])).split(' ').next(), Some("take"));
    }
}

#[test]
fn entries_on_other_media_give_no_price() {
    let Verdict::Ambiguous { candidates, .. } = decided(&[parse_release(MB), on(DISCOGS, "LP", |_| {})]) else {
        panic!("no question")
    };
    let priced = candidates[0].without_other_carriers();
    assert_eq!(priced.entries.iter().map(|entry| entry.id.to_string()).collect::<Vec<_>>(), ["musicbrainz:a"]);
    assert_eq!(priced.release.ids.len(), 1);
    // The seller has the record, so the prices of the other entry apply.
    let mut record = candidates[0].clone();
    record.release.format.as_mut().unwrap().value = "LP".parse().unwrap();
    assert_eq!(record.without_other_carriers().release.ids[0].id, "1");
}

fn timed(seconds: [u32; 2], title: &'static str) -> impl Fn(&mut ProviderRelease) {
    move |entry| {
        let track = |seconds: u32| Track {
            position: "1".to_owned(),
            title: title.to_owned(),
            artist: None,
            length_ms: Some(seconds * 1_000),
        };
        entry.tracks = seconds.map(track).to_vec();
    }
}

#[test]
fn duplicates_are_alike_also_in_what_few_listings_show() {
    let other = DISCOGS.replace("discogs:1", "discogs:2");
    let recordable = |entry: &mut ProviderRelease| entry.format_notes = vec!["CDr".to_owned()];
    let label = |entry: &mut ProviderRelease| {
        entry
            .labels
            .push(LabelCredit { name: Some("Columbia House".to_owned()), catalog_number: Some("W2 1001".to_owned()) });
    };
    let asked = |first: ProviderRelease, second: ProviderRelease| describe_verdict(&decided(&[first, second]));
    for (second, field) in [
        (entry_with(&other, timed([200, 330], "Song")), "run times: 3:20, 4:10 or 3:20, 5:30"),
        (entry_with(&other, timed([200, 250], "Song (Explicit)")), "track versions: none or Explicit"),
        (
            entry_with(&other, |e| {
                timed([200, 250], "Song")(e);
                recordable(e);
            }),
            "recordable",
        ),
        (
            entry_with(&other, |e| {
                timed([200, 250], "Song")(e);
                label(e);
            }),
            "further labels: Columbia House W2 1001 or none",
        ),
        (
            entry_with(&other, |e| {
                timed([200, 250], "Song")(e);
                e.series = vec!["Nice Price".to_owned()];
            }),
            "series: none or Nice Price",
        ),
    ] {
        let text = asked(entry_with(DISCOGS, timed([200, 250], "Song")), second);
        assert!(text.starts_with("ask ") && text.contains(field), "{field}: {text}");
    }
    let near = entry_with(&other, timed([205, 247], "Song"));
    assert!(asked(entry_with(DISCOGS, timed([200, 250], "Song")), near).starts_with("take "));
}

#[test]
fn label_and_catalog_number_are_from_one_credit() {
    let credits = |pairs: &'static [(&str, &str)]| {
        entry_with(DISCOGS, |entry| {
            let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let credit =
                |(name, number): &(&str, &str)| LabelCredit { name: known(name), catalog_number: known(number) };
            entry.labels = pairs.iter().map(credit).collect();
        })
    };
    let Verdict::Matched { best_match, .. } =
        decided(&[credits(&[("Parent", ""), ("Fernhill", "FH 77"), ("Elm", "E 1")])])
    else {
        panic!("no match")
    };
    let release = &best_match.release;
    assert_eq!(release.label.as_ref().unwrap().value, "Fernhill");
    assert_eq!(release.catalog_number.as_ref().unwrap().value, "FH 77");
}

#[test]
fn the_composer_of_a_soundtrack_is_named() {
    let scored = |kind: ReleaseType| {
        entry_with(DISCOGS, |entry| {
            entry.types = vec![kind];
            entry.credits = vec![Credit::new(CreditRole::Composer, "Mira Holt")];
        })
    };
    let composers = |kind| match decided(&[scored(kind)]) {
        Verdict::Matched { best_match, .. } => best_match.release.composers.map(|composers| composers.value),
        verdict => panic!("{verdict:?}"),
    };
    assert_eq!(composers(ReleaseType::Soundtrack), Some(vec!["Mira Holt".to_owned()]));
    assert_eq!(composers(ReleaseType::Album), None);
}

#[test]
fn mono_and_stereo_pressings_are_distinguished_by_name() {
    const OTHER: &str = "discogs:2 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12";
    let described = |line: &str, words: &[&str]| {
        entry_with(line, |entry| entry.descriptions = words.iter().map(|word| (*word).to_owned()).collect())
    };
    let asked = describe_verdict(&decided(&[
        described(DISCOGS, &["Reissue", "Mono"]),
        described(OTHER, &["Reissue", "Stereo"]),
    ]));
    assert!(asked.contains("edition: Reissue, Mono or Reissue, Stereo"), "{asked}");
    let alike = [described(DISCOGS, &["Reissue", "Stereo"]), described(OTHER, &["Reissue"])];
    assert_eq!(describe_verdict(&decided(&alike)), "take discogs:1");
}
