//! Candidates that a manual search adds.

use domain::matching::{MatchPreferences, Verdict, add_found_candidates, identify_release, propose_candidates};
use testing::verdicts::{parse_releases, upc};

const TWO: &[&str] = &[
    "musicbrainz:a | Leonard Cohen | You Want It Darker | CD | US | 2016-10-21 | Columbia / 88985365072 | 9",
    "musicbrainz:b | Leonard Cohen | You Want It Darker | CD | XE | 2016-10-21 | Columbia / 88985365072 | 9",
];

fn ids(verdict: &Verdict) -> Vec<String> {
    verdict.candidates().iter().map(|candidate| candidate.release.ids[0].to_string()).collect()
}

fn add(reviewed: Option<&Verdict>, found: &[&str], text: &str) -> Option<Verdict> {
    add_found_candidates(upc(), reviewed, &parse_releases(found), text, &MatchPreferences::default())
}

#[test]
fn original_candidates_keep_their_numbers_and_earlier_searches_are_replaced() {
    let asked = identify_release(upc(), &parse_releases(TWO), &[], &MatchPreferences::default());
    assert_eq!(asked.candidates().len(), 2);
    let first =
        add(Some(&asked), &["discogs:7 | Nirvana | Bleach | CD | US | 1989 | Sub Pop / SP34b | 13"], "bleach").unwrap();
    assert_eq!(ids(&first)[..2], ids(&asked)[..]);
    assert_eq!(ids(&first)[2..], ["discogs:7"]);
    let reason = &first.candidates()[2].reasons[0];
    assert_eq!(reason.description, "found by your search for \"bleach\"");
    let second = add(Some(&first), &["discogs:8 | Nirvana | Nevermind | CD | US | 1991"], "nevermind").unwrap();
    assert_eq!(ids(&second)[2..], ["discogs:8"], "the candidates of the first search are replaced");
}

#[test]
fn an_unknown_item_gets_candidates_without_duplicates() {
    let found = ["discogs:7 | Nirvana | Bleach | CD | US | 1989 | Sub Pop / SP34b | 13"];
    let unknown = Verdict::Unknown { providers: Vec::new() };
    let verdict = add(Some(&unknown), &found, "SP34b").unwrap();
    assert_eq!(
        (ids(&verdict), ids(&add(None, &found, "SP34b").unwrap())),
        (vec!["discogs:7".into()], vec!["discogs:7".into()])
    );
    let asked = identify_release(upc(), &parse_releases(TWO), &[], &MatchPreferences::default());
    assert!(add(Some(&asked), &TWO[..1], "darker").is_none() && add(Some(&asked), &[], "x").is_none());
}

#[test]
fn there_are_at_most_as_many_candidates_as_digit_keys() {
    let many =
        (1..30).map(|id| format!("discogs:{id} | Artist {id} | Title {id} | CD | US | 1989")).collect::<Vec<_>>();
    let many = many.iter().map(String::as_str).collect::<Vec<_>>();
    let asked = identify_release(upc(), &parse_releases(TWO), &[], &MatchPreferences::default());
    let verdict = add(Some(&asked), &many, "title").unwrap();
    assert_eq!(verdict.candidates().len(), 9);
    assert_eq!(ids(&verdict)[..2], ids(&asked)[..]);
}

/// The words of a row find one release. Nothing differs, but there is no barcode to compare.
#[test]
fn a_single_proposal_is_to_be_compared_with_the_item() {
    let found = parse_releases(&["discogs:7 | Nirvana | Bleach | CD | US | 1989 | Sub Pop / SP34b | 13"]);
    let verdict = propose_candidates(upc(), &found, &[], &MatchPreferences::default());
    assert_eq!(verdict.review_reason().unwrap(), "one pressing was found. Compare it with the item");
}
