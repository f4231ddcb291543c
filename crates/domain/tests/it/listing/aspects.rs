//! Categories and item specifics: facts in order, never placeholders.

use std::fmt::Write;

use domain::listing::Listing;
use domain::release::{Carrier, Release};

use super::{compose, medium, nevermind, on, sourced};

pub(super) fn value<'a>(listing: &'a Listing, name: &str) -> Option<&'a str> {
    let aspect = listing.aspects().iter().find(|aspect| aspect.name == name)?;
    assert_eq!(aspect.values.len(), 1, "{name}");
    Some(&aspect.values[0])
}

#[test]
fn each_carrier_has_its_category_and_aspects() {
    let vinyl = || vec![medium(Carrier::Vinyl, 1, "LP, EP, Single Sided", Some(12))];
    let table = [
        (on(vec![medium(Carrier::Cd, 1, "CD, Album", None)]), 176_984, "CD", Some("Album"), None),
        (on(vec![medium(Carrier::Sacd, 1, "Hybrid SACD", None)]), 176_984, "CD", None, None),
        (on(vinyl()), 176_985, "Record", Some("EP"), Some("12\"")),
        (on(vec![medium(Carrier::Cassette, 1, "Single", None)]), 176_983, "Cassette", Some("Single"), None),
    ];
    for (format, category, word, kind, size) in table {
        let listing = compose(&Release { format: sourced(format.clone()), ..nevermind() }).expect("a listing");
        assert_eq!(listing.category_id(), category, "{format}");
        assert_eq!(value(&listing, "Format"), Some(word), "{format}");
        assert_eq!(value(&listing, "Type"), kind, "{format}");
        assert_eq!(value(&listing, "Record Size"), size, "{format}");
    }
}

#[test]
fn aspects_are_facts_in_order_and_never_placeholders() {
    let listing = compose(&nevermind()).expect("a listing");
    let shown = listing.aspects().iter().fold(String::new(), |mut text, aspect| {
        let _ = writeln!(text, "{}: {}", aspect.name, aspect.values.join(" | "));
        text
    });
    insta::assert_snapshot!(shown, @r#"
Artist: Nirvana
Release Title: Nevermind
Format: CD
Type: Album
Genre: Rock
Style: Grunge
Record Label: DGC
Release Year: 1991
Catalog Number: DGCD-24425
"#);

    let unknown = Release {
        label: sourced("[no label]".to_owned()),
        catalog_number: sourced("none".to_owned()),
        genres: sourced(vec!["<Genre>".to_owned(), "Folk".to_owned()]),
        styles: sourced(vec!["Unknown".to_owned()]),
        date: None,
        ..nevermind()
    };
    let listing = compose(&unknown).expect("a listing");
    assert_eq!(listing.title(), "Nirvana - Nevermind CD");
    assert_eq!(value(&listing, "Genre"), Some("Folk"));
    for name in ["Record Label", "Catalog Number", "Style", "Release Year"] {
        assert_eq!(value(&listing, name), None, "{name}");
    }
    assert!(!listing.description().contains("Label") && !listing.description().contains("none"));
}

#[test]
fn a_value_too_long_for_ebay_is_cut_at_a_word_or_left_out() {
    let long = "A Very Long Name of Something That Goes On and On Beyond";
    let release = Release { title: sourced(long.to_owned()), label: sourced(long.to_owned()), ..nevermind() };
    let listing = compose(&release).expect("a listing");
    assert_eq!(value(&listing, "Release Title"), Some("A Very Long Name of Something That Goes On and On"));
    assert_eq!(value(&listing, "Record Label"), None);
}
