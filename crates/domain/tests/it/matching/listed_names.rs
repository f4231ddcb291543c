//! The artist and title in a list, compared with the release of the barcode.

use domain::matching::{MatchPreferences, Verdict, check_listed_names, identify_release};
use domain::seller_data::SellerData;
use testing::verdicts::{parse_releases, upc};

const NEVERMIND: &str = "discogs:7 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12";

fn verdict_for(entry: &str, artist: Option<&str>, title: Option<&str>) -> Verdict {
    let verdict = identify_release(upc(), &parse_releases(&[entry]), &[], &MatchPreferences::default());
    assert!(matches!(verdict, Verdict::Matched { .. }));
    let mut listed = SellerData::default();
    (listed.artist, listed.title) = (artist.map(Into::into), title.map(Into::into));
    check_listed_names(verdict, &listed)
}

#[test]
fn a_row_that_names_another_album_is_reviewed() {
    for (artist, title) in [
        (Some("Miles Davis"), Some("Kind of Blue")),
        (None, Some("Miles Davis Kind Of Blue CD")),
        (Some("Pearl Jam"), None),
        (None, Some("Thriller")),
    ] {
        let verdict = verdict_for(NEVERMIND, artist, title);
        let reason = verdict.review_reason().unwrap_or_else(|| panic!("{artist:?} {title:?} is accepted"));
        assert!(reason.contains("your list says \""), "{reason}");
        assert_eq!(verdict.candidates().len(), 1);
    }
}

#[test]
fn spellings_of_the_same_album_are_accepted() {
    for (artist, title) in [
        (Some("Nirvana"), Some("Nevermind")),
        (Some("NIRVANA (US band)"), Some("In Utero")),
        (None, Some("Nirvanna Nevrmind cd sealed")),
        (None, Some("NirvanaNevermind")),
        (None, Some("CD, very good")),
        (None, Some("12")),
        (Some("ニルヴァーナ"), Some("ネヴァーマインド")),
        (None, None),
    ] {
        assert!(matches!(verdict_for(NEVERMIND, artist, title), Verdict::Matched { .. }), "{artist:?} {title:?}");
    }
    let bolero = "discogs:8 | Maurice Ravel | Boléro | LP | FR | 1975 | Erato / STU 70123 | 4";
    assert!(matches!(verdict_for(bolero, None, Some("Bolero - Martinon")), Verdict::Matched { .. }));
}

#[test]
fn a_word_that_only_one_script_has_is_compared_within_it() {
    let japanese = "discogs:9 | 宇多田ヒカル | First Love | CD | JP | 1999 | EMI / TOCT-24067 | 12";
    assert!(matches!(verdict_for(japanese, Some("宇多田ヒカル"), None), Verdict::Matched { .. }));
    assert!(matches!(verdict_for(japanese, Some("Utada Hikaru"), Some("First Love")), Verdict::Matched { .. }));
    assert!(matches!(verdict_for(japanese, Some("坂本龍一"), None), Verdict::Ambiguous { .. }));
}
