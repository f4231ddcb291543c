//! Fields that distinguish pressings, and concerns that require a review before a draft is created.

use domain::matching::{MatchPreferences, PromoPolicy, Verdict, detail_candidates, identify_release};
use domain::money::Money;
use domain::pricing::{MatchBasis, Sample, SampleKind};
use domain::provider::{Provider, SELLER};
use domain::provider_release::{BarcodeNote, Completeness, ProviderRelease};
use domain::release::{ArtistCredit, CreditedArtist, Medium, Track};
use domain::release_status::{ReleaseConcern, ReleaseStatus};
use domain::release_type::ReleaseType;
use domain::upc::Upc;
use jiff::Timestamp;

use testing::verdicts::{describe_verdict, parse_release, upc};

fn decided(entries: &[ProviderRelease]) -> Verdict {
    identify_release(upc(), entries, &[], &MatchPreferences::default())
}

fn verdict_text(entries: &[ProviderRelease]) -> String {
    describe_verdict(&decided(entries))
}

fn entry_with(line: &str, change: impl FnOnce(&mut ProviderRelease)) -> ProviderRelease {
    let mut release = parse_release(line);
    change(&mut release);
    release
}

const MB: &str = "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12";
const DISCOGS: &str = "discogs:1 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12";
const OTHER: &str = "discogs:2 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12";

#[test]
fn releases_that_ebay_may_forbid_need_a_review() {
    let with_status = |status| entry_with(MB, |e| e.status = Some(status));
    let on = |wording: &str| {
        entry_with(MB, |e| {
            let media = &mut e.format.as_mut().unwrap().media;
            media[0] = Medium { wording: wording.to_owned(), ..media[0].clone() };
        })
    };
    for (release, concern) in [
        (with_status(ReleaseStatus::Bootleg), ReleaseConcern::Unofficial),
        (with_status(ReleaseStatus::Withdrawn), ReleaseConcern::Withdrawn),
        (with_status(ReleaseStatus::Expunged), ReleaseConcern::Expunged),
        (with_status(ReleaseStatus::Cancelled), ReleaseConcern::Cancelled),
        (with_status(ReleaseStatus::PseudoRelease), ReleaseConcern::PseudoRelease),
        (entry_with(DISCOGS, |e| e.blocked_from_sale = true), ReleaseConcern::Blocked),
        (on("CD-R"), ReleaseConcern::Recordable),
        (on("8cm CD-R"), ReleaseConcern::Recordable),
        (on("CDr, Album"), ReleaseConcern::Recordable),
        (on("DVDr"), ReleaseConcern::Recordable),
        (on("Blu-ray-R"), ReleaseConcern::Recordable),
    ] {
        let verdict = decided(std::slice::from_ref(&release));
        let Verdict::Ambiguous { candidates, differences } = &verdict else { panic!("{concern:?}: {verdict:?}") };
        assert_eq!(candidates[0].release.concerns.iter().map(|c| c.value).collect::<Vec<_>>(), [concern]);
        assert!(differences[0].contains(concern.description()), "{differences:?}");
        assert!(verdict.review_reason().unwrap().contains(concern.description()));
    }
    for fine in ["CD", "HDCD", "Enhanced CD", "CD, Album, Reissue"] {
        assert_eq!(verdict_text(&[on(fine)]), "take musicbrainz:a", "{fine}");
    }
}

#[test]
fn a_counterfeit_is_neither_merged_with_nor_preferred_to_the_original() {
    let counterfeit = entry_with("discogs:1 | Nirvana | Nevermind | CD | RU | 1991 | DGC / DGCD-24425 | 12", |e| {
        e.status = Some(ReleaseStatus::Bootleg);
    });
    assert_eq!(verdict_text(&[counterfeit.clone(), parse_release(OTHER)]), "take discogs:2");
    assert_eq!(verdict_text(&[parse_release(MB), counterfeit.clone()]), "take musicbrainz:a");
    let original = entry_with(MB, |e| e.status = Some(ReleaseStatus::Official));
    assert_eq!(verdict_text(&[original, counterfeit.clone(), parse_release(OTHER)]), "take musicbrainz:a+discogs:2");
    // A bootleg label reuses a barcode for several records, so another title does not count against the original.
    let other_title = entry_with("discogs:1 | Somebody Else | Live In Rome | CD | US | 1991 | DGC / X | 12", |e| {
        e.status = Some(ReleaseStatus::Bootleg);
    });
    assert_eq!(verdict_text(&[parse_release(MB), other_title]), "take musicbrainz:a");
    // An unofficial entry is not ignored if a provider links it as the same item.
    let linked = entry_with(MB, |e| e.links.push(counterfeit.id.clone()));
    assert!(verdict_text(&[linked, counterfeit]).starts_with("ask musicbrainz:a or discogs:1"));
}

#[test]
fn a_counterfeit_with_the_barcode_of_the_original_is_reported() {
    let unofficial = |line: &str| entry_with(line, |e| e.status = Some(ReleaseStatus::Bootleg));
    let russian = unofficial("discogs:1 | Nirvana | Nevermind | CD | RU | 2005 | DGC / DGCD-24425 | 12");
    let Verdict::Matched { best_match, .. } = decided(&[russian, parse_release(OTHER)]) else { panic!("no match") };
    let [check] = &best_match.release.checks[..] else { panic!("{:?}", best_match.release.checks) };
    assert_eq!(
        *check,
        "discogs:1 has the same barcode (an unofficial release (bootleg or counterfeit); eBay's policy on unauthorized \
         copies forbids it): yours is another release if it has: country US, not Russia, date 1991, not 2005"
    );
    // If nothing distinguishes the two, the seller must decide.
    let verdict = decided(&[unofficial(DISCOGS), parse_release(OTHER)]);
    let Verdict::Ambiguous { candidates, differences } = &verdict else { panic!("{verdict:?}") };
    assert_eq!(candidates[0].release.ids[0].id, "2", "the original is first");
    assert!(differences[0].contains("no data source says how to tell them apart"), "{differences:?}");
}

#[test]
fn search_results_alone_do_not_prove_that_entries_are_equal() {
    let summaries = (1..=7).map(|id| {
        entry_with(&DISCOGS.replace("discogs:1", &format!("discogs:{id}")), |e| e.completeness = Completeness::Summary)
    });
    let summaries = summaries.collect::<Vec<_>>();
    let verdict = verdict_text(&summaries);
    assert!(verdict.starts_with("ask ") && verdict.contains("could not be read completely"), "{verdict}");
    assert_eq!(
        detail_candidates(upc(), &summaries, &MatchPreferences::default()).len(),
        7,
        "details of all are fetched"
    );
    // Search results that already differ need no details, because the seller must decide anyway.
    let mut differing = summaries.clone();
    differing[0].format_notes = vec!["Sonopress".to_owned()];
    assert_eq!(detail_candidates(upc(), &differing, &MatchPreferences::default()).len(), 5);
    let mut full = summaries.clone();
    for release in &mut full {
        release.completeness = Completeness::Full;
    }
    assert_eq!(verdict_text(&full), "take discogs:1");
    full[6].format_notes = vec!["Sonopress".to_owned()];
    assert!(verdict_text(&full).contains("format details: none or Sonopress"), "{}", verdict_text(&full));
}

#[test]
fn track_positions_of_a_record_follow_its_sides() {
    let with_positions = |line: &str, positions: [&str; 2]| {
        entry_with(&line.replace("CD |", "LP |"), |e| {
            let track = |position: &str| Track {
                position: position.to_owned(),
                title: "Song".to_owned(),
                artist: None,
                length_ms: None,
            };
            e.tracks = positions.map(track).to_vec();
        })
    };
    let numbered = with_positions(MB, ["1", "2"]);
    let sides = with_positions(DISCOGS, ["A", "B"]);
    let Verdict::Matched { best_match, .. } = decided(&[numbered, sides]) else { panic!("no match") };
    let tracks = best_match.release.tracks.unwrap();
    assert_eq!(tracks.value.iter().map(|track| track.position.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(tracks.source.as_str(), "musicbrainz");
}

#[test]
fn promos_are_drafted_as_promos_or_reviewed() {
    for change in [
        (|e| e.status = Some(ReleaseStatus::Promotion)) as fn(&mut ProviderRelease),
        |e| e.descriptions = vec!["Test Pressing".to_owned()],
        |e| e.descriptions = vec!["White Label".to_owned()],
    ] {
        let promo = entry_with(DISCOGS, change);
        assert_eq!(verdict_text(std::slice::from_ref(&promo)), "take discogs:1");
        let asks = MatchPreferences { promos: PromoPolicy::Ask, ..MatchPreferences::default() };
        let verdict = identify_release(upc(), std::slice::from_ref(&promo), &[], &asks);
        assert!(
            describe_verdict(&verdict).starts_with("ask discogs:1; item itself: a promotional copy"),
            "{verdict:?}"
        );
        assert!(
            verdict_text(&[promo, parse_release(OTHER)]).starts_with("ask "),
            "the promo differs from the regular copy"
        );
    }
}

#[test]
fn a_pseudo_release_is_an_alias_with_latin_names() {
    let official = parse_release("musicbrainz:a | 七人祭 | サマー・レイン | CD | JP | 2001 | X / X-1 | 10");
    let pseudo = entry_with("musicbrainz:b | Shichinin Matsuri | Summer Rain | CD | JP | 2001 | - | 10", |e| {
        e.status = Some(ReleaseStatus::PseudoRelease);
        e.latin_artist = Some("Shichinin Matsuri".to_owned());
        e.latin_title = Some("Summer Rain".to_owned());
    });
    let verdict = decided(&[pseudo, official]);
    let Verdict::Matched { best_match, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!(best_match.release.ids.len(), 1);
    assert_eq!(best_match.release.title.unwrap().value, "サマー・レイン");
    assert_eq!(best_match.release.latin_title.unwrap().value, "Summer Rain");
    assert_eq!(best_match.release.latin_artist.unwrap().value, "Shichinin Matsuri");
}

#[test]
fn pressings_of_one_provider_differ_if_only_one_has_a_detail() {
    let text = |text: &str| vec![text.to_owned()];
    for (change, difference) in [
        (
            (|e: &mut ProviderRelease| e.disambiguation = Some("clean".to_owned())) as fn(&mut _),
            "version: none or clean",
        ),
        (|e| e.descriptions = vec!["Album".to_owned(), "Club Edition".to_owned()], "edition: none or Club Edition"),
        (|e| e.format_notes = vec!["Numbered".to_owned()], "edition: none or Numbered"),
        (|e| e.format_notes = vec!["Sonopress".to_owned()], "format details: none or Sonopress"),
    ] {
        let verdict = verdict_text(&[parse_release(DISCOGS), entry_with(OTHER, change)]);
        assert!(verdict.contains(difference), "{verdict}");
    }
    let record = DISCOGS.replace("CD |", "LP |");
    let red = entry_with(&record.replace("discogs:1", "discogs:2"), |e| e.format_notes = text("Red, 180g"));
    assert!(verdict_text(&[parse_release(&record), red]).contains("color: none or Red"));
    // Two providers do not describe a release in equal detail.
    let detailed = entry_with(DISCOGS, |e| e.descriptions = text("Remastered"));
    assert_eq!(verdict_text(&[parse_release(MB), detailed]), "take musicbrainz:a+discogs:1");
    assert_eq!(
        verdict_text(&[parse_release(DISCOGS), parse_release(OTHER)]),
        "take discogs:1",
        "equal in all known fields"
    );
}

fn box_with(notes: &[(&str, &str)]) -> ProviderRelease {
    entry_with("discogs:1 | Nirvana | Complete Albums | box 5xCD | US | 2000 | DGC / BOX | 60", |e| {
        e.barcodes = notes.iter().map(|(code, _)| code.parse().unwrap()).collect();
        let notes = notes.iter().filter(|(_, text)| !text.is_empty());
        e.barcode_notes =
            notes.map(|(code, text)| BarcodeNote { upc: code.parse().unwrap(), text: (*text).to_owned() }).collect();
    })
}

#[test]
fn the_barcode_of_an_album_in_a_box_set_needs_a_review() {
    const SCANNED: &str = "720642442524";
    const ANOTHER: &str = "724384960650";
    for (notes, asks) in [
        (&[(SCANNED, "CD1 Nevermind"), (ANOTHER, "Box")][..], true),
        (&[(SCANNED, "Nevermind"), (ANOTHER, "On outer box")], true),
        (&[(SCANNED, "Text"), (ANOTHER, "Scanned")], true),
        (&[(SCANNED, "Box"), (ANOTHER, "CD1 Nevermind")], false),
        (&[(SCANNED, ""), (ANOTHER, "CD1 Nevermind")], false),
        (&[(SCANNED, "Box set"), (ANOTHER, "")], false),
        (&[(SCANNED, "")], false),
    ] {
        let verdict = decided(&[box_with(notes)]);
        assert_eq!(matches!(verdict, Verdict::Ambiguous { .. }), asks, "{notes:?}");
    }
}

#[test]
fn the_barcode_of_a_part_of_a_set_needs_a_review() {
    const SCANNED: &str = "720642442524";
    const ANOTHER: &str = "724384960650";
    for (notes, asks) in [
        (&[(SCANNED, "Jewel case 2"), (ANOTHER, "Outer sleeve")][..], true),
        (&[(SCANNED, "Keep case"), (ANOTHER, "Barcode on slip")], true),
        (&[(SCANNED, "Face To Face"), (ANOTHER, "")], true),
        (&[(SCANNED, "Text"), (ANOTHER, "Slipcase")], true),
        (&[(SCANNED, "Cahoots"), (ANOTHER, "Stage Fright")], true),
        (&[(SCANNED, "On case of disc 3"), (ANOTHER, "On case")], true),
        (&[(SCANNED, "On case"), (ANOTHER, "On case of disc 3")], false),
        (&[(SCANNED, "Slipcase"), (ANOTHER, "DVD case")], false),
        (&[(SCANNED, "Text"), (ANOTHER, "Something Else By The Kinks")], false),
        (&[(SCANNED, "Printed"), (ANOTHER, "Scanned")], false),
    ] {
        let two_discs = |entry: &mut ProviderRelease| entry.format = Some("2xCD".parse().unwrap());
        let mut set = box_with(notes);
        two_discs(&mut set);
        let verdict = decided(&[set]);
        assert_eq!(matches!(verdict, Verdict::Ambiguous { .. }), asks, "{notes:?}");
    }
    let mut set = box_with(&[(SCANNED, "Printed"), (ANOTHER, "Scanned")]);
    set.format = Some("3xCD".parse().unwrap());
    assert!(matches!(decided(&[set]), Verdict::Ambiguous { .. }));
}

#[test]
fn entries_that_look_alike_at_other_prices_ask() {
    let priced = |line: &str, amount: &str| {
        let price = Money::parse(amount, "USD").unwrap();
        let ask = Sample {
            provider: Provider::from_static("discogs"),
            kind: SampleKind::Asked,
            price,
            basis: MatchBasis::ThisBarcode,
            condition: None,
            wording: String::new(),
            offers: Some(2),
            observed_at: Timestamp::UNIX_EPOCH,
        };
        entry_with(line, |entry| entry.samples = vec![ask])
    };
    let asked = verdict_text(&[priced(DISCOGS, "8.00"), priced(OTHER, "80.00")]);
    assert!(asked.starts_with("ask ") && asked.contains("lowest price: 8.00 USD or 80.00 USD"), "{asked}");
    assert_eq!(verdict_text(&[priced(DISCOGS, "8.00"), priced(OTHER, "20.00")]), "take discogs:1");
}

#[test]
fn the_scanned_barcode_is_preserved() {
    let two = entry_with(DISCOGS, |e| e.barcodes.insert(0, "724384960650".parse::<Upc>().unwrap()));
    let barcode_of = |verdict: Verdict| match verdict {
        Verdict::Matched { best_match, .. } => best_match.release.barcode.unwrap(),
        Verdict::Ambiguous { candidates, .. } => candidates[0].release.barcode.clone().unwrap(),
        Verdict::Unknown { .. } => panic!("no match was found"),
    };
    assert_eq!(barcode_of(decided(&[two])).value, upc());
    let by_link = barcode_of(decided(&[parse_release(&format!("{DISCOGS} | no barcode"))]));
    assert_eq!((by_link.value, by_link.source), (upc(), SELLER));
}

#[test]
fn details_of_all_providers_are_combined() {
    let musicbrainz = entry_with(&MB.replace("CD |", "LP |"), |e| {
        e.format.as_mut().unwrap().media[0].wording = "12\" Vinyl".to_owned();
        e.types = vec![ReleaseType::Album, ReleaseType::Live];
        e.disambiguation = Some("deluxe edition".to_owned());
    });
    let discogs = entry_with(&DISCOGS.replace("CD |", "LP |"), |e| {
        e.format.as_mut().unwrap().media[0].wording = "Vinyl, LP, Album, Reissue".to_owned();
        e.types = vec![ReleaseType::Album, ReleaseType::Compilation];
        e.descriptions = ["LP", "Album", "Reissue", "33 ⅓ RPM"].map(str::to_owned).to_vec();
        e.format_notes = vec!["Blue Marbled, 180 Gram".to_owned()];
    });
    let verdict = decided(&[musicbrainz, discogs]);
    let Verdict::Matched { best_match, .. } = verdict else { panic!("{verdict:?}") };
    let release = best_match.release;
    let types = release.types.unwrap();
    assert_eq!(types.value, [ReleaseType::Album, ReleaseType::Live, ReleaseType::Compilation]);
    assert_eq!((types.source.as_str(), types.agreed.len()), ("musicbrainz", 1));
    assert_eq!(release.format.unwrap().value.media[0].wording, "12\" Vinyl, LP, Album, Reissue");
    assert_eq!(release.edition.unwrap().value, ["Deluxe Edition", "Reissue"]);
    let color = release.color.unwrap();
    assert_eq!((color.value.as_str(), color.source.as_str()), ("Blue Marbled", "discogs"));
    assert_eq!((release.grams.unwrap().value, release.speeds.unwrap().value), (180, vec!["33 RPM".to_owned()]));
}

#[test]
fn a_classical_credit_is_split_into_composers_and_performers() {
    let artist = |name: &str, join: &str| CreditedArtist { name: name.to_owned(), join: join.to_owned() };
    let mahler = entry_with(MB, |e| {
        let names = [artist("Mahler", "; "), artist("Bavarian Radio Symphony Orchestra", ", "), artist("Kubelik", "")];
        e.artist = Some(ArtistCredit(names.to_vec()));
        e.credits = vec![domain::credits::Credit::new(domain::credits::CreditRole::Conductor, "Kubelik")];
    });
    let Verdict::Matched { best_match, .. } = decided(&[mahler]) else { panic!("no match") };
    let release = best_match.release;
    assert_eq!(release.composers.unwrap().value, ["Mahler"]);
    assert_eq!(release.conductors.unwrap().value, ["Kubelik"]);
    assert_eq!(release.performers.unwrap().value, ["Bavarian Radio Symphony Orchestra"]);
}

#[test]
fn a_sole_composer_in_the_credit_is_not_a_performer() {
    use domain::credits::{Credit, CreditRole};

    let release = |credit: &[(&str, &str)], composer: Option<&str>| {
        let entry = entry_with(DISCOGS, |e| {
            let artists =
                credit.iter().map(|(name, join)| CreditedArtist { name: (*name).into(), join: (*join).into() });
            e.artist = Some(ArtistCredit(artists.collect()));
            e.genres = vec!["Classical".to_owned()];
            e.credits = composer.map(|name| Credit::new(CreditRole::Composer, name)).into_iter().collect();
            e.credits.push(Credit::new(CreditRole::Performer, "The English Concert"));
        });
        let Verdict::Matched { best_match, .. } = decided(&[entry]) else { panic!("no match") };
        best_match.release
    };
    let of = |credit: &[(&str, &str)], composer| {
        let release = release(credit, composer);
        let join = |list: Option<domain::provenance::Sourced<Vec<String>>>| list.map(|list| list.value.join("|"));
        (join(release.composers).unwrap_or_default(), join(release.performers).unwrap_or_default())
    };
    let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(of(&[("Vivaldi", "")], None), text("Vivaldi", "The English Concert"));
    let mendelssohn = Some("Felix Mendelssohn-Bartholdy");
    assert_eq!(of(&[("Mendelssohn", " - "), ("Mullova", "")], mendelssohn).0, "Felix Mendelssohn-Bartholdy");
    assert_eq!(of(&[("Bach", " - "), ("Karajan", "")], None), text("Bach", "Karajan|The English Concert"));
    // The names of three tenors are joined by dashes as well.
    let tenors = [("Carreras", " - "), ("Domingo", " - "), ("Pavarotti", "")];
    assert_eq!(of(&tenors, None), text("", "The English Concert"));
    let crossover = [("Sarah Brightman", "")];
    assert_eq!(of(&crossover, Some("Francesco Sartori")), text("Francesco Sartori", "The English Concert"));
}

#[test]
fn video_standard_and_channels_distinguish_pressings() {
    let described = |line: &str, text: &str| entry_with(line, |e| e.descriptions = vec![text.to_owned()]);
    for (one, other) in [("PAL", "NTSC"), ("Multichannel", "Stereo")] {
        let differing = verdict_text(&[described(DISCOGS, one), described(OTHER, other)]);
        assert!(differing.starts_with("ask") && differing.contains("edition: "), "{one}: {differing}");
    }
}

#[test]
fn notes_about_unofficial_or_home_recorded_copies_need_a_review() {
    for (note, concern) in [
        ("Bootleg", ReleaseConcern::Unofficial),
        ("CDr, manufactured on demand", ReleaseConcern::Recordable),
        ("CD-R", ReleaseConcern::Recordable),
    ] {
        let entry = entry_with(MB, |e| {
            e.status = domain::edition::status(note);
            e.disambiguation = Some(note.to_owned());
        });
        let Verdict::Ambiguous { candidates, .. } = decided(&[entry]) else { panic!("{note} is taken") };
        assert!(candidates[0].release.concerns.iter().any(|one| one.value == concern), "{note}");
    }
}

#[test]
fn names_in_two_scripts_are_equal() {
    let native = "musicbrainz:a | アンジェラ・アキ | HOME | CD | JP | 2006 | Epic / ESCL 2826 | 12";
    let latin = "discogs:1 | Angela Aki | Home | CD | JP | 2006 | Epic / ESCL 2826 | 12";
    let native = entry_with(native, |e| e.latin_artist = Some("Angela Aki".to_owned()));
    assert_eq!(verdict_text(&[native, parse_release(latin)]), "take musicbrainz:a+discogs:1");
    let prefixed = "musicbrainz:a | Cheap Trick | Cheap Trick at Budokan | CD | US | 1990 | Epic / EK 35795 | 10";
    let bare = "discogs:1 | Cheap Trick | At Budokan | CD | US | 1990 | Epic / EK 35795 | 10";
    assert_eq!(verdict_text(&[parse_release(prefixed), parse_release(bare)]), "take musicbrainz:a+discogs:1");
}

#[test]
fn seven_inch_and_twelve_inch_records_are_different_pressings() {
    let record = |line: &str, inches| {
        entry_with(line, |e| {
            e.format.as_mut().unwrap().media[0].inches = Some(inches);
        })
    };
    let mb = "musicbrainz:a | Nirvana | Sliver | LP | US | 1991 | DGC / 12 FOO 1 | 4";
    let discogs = "discogs:1 | Nirvana | Sliver | LP | US | 1991 | DGC / FOO 1 | 4";
    assert_eq!(verdict_text(&[record(mb, 12), record(discogs, 12)]), "take musicbrainz:a+discogs:1");
    let differing = verdict_text(&[record(mb, 12), record(discogs, 7)]);
    assert!(differing.starts_with("ask") && differing.contains("size: 7\" or 12\""), "{differing}");
}

#[test]
fn a_record_club_edition_is_a_different_pressing() {
    let club = entry_with("discogs:1 | Nirvana | Nevermind | CD | US | 1991 | DGC / D 123456 | 12", |e| {
        e.descriptions = vec!["Club Edition".to_owned()];
    });
    let differing = verdict_text(&[parse_release(MB), club]);
    assert!(differing.starts_with("ask discogs:1 or musicbrainz:a; catalog number"), "{differing}");
}

/// MusicBrainz links the official release to a counterfeit. This needs a review, whatever the rank of the counterfeit.
#[test]
fn a_linked_counterfeit_needs_a_review_at_any_rank() {
    let counterfeit = entry_with(DISCOGS, |e| e.status = Some(ReleaseStatus::Bootleg));
    let official = entry_with(MB, |e| {
        e.status = Some(ReleaseStatus::Official);
        e.links.push(counterfeit.id.clone());
    });
    let worse = parse_release("discogs:2 | Nirvana | Nevermind | MC | JP | 1999 | DGC / OTHER-1 | 14");
    let verdict = verdict_text(&[official, worse, counterfeit]);
    assert!(verdict.starts_with("ask"), "{verdict}");
}
