//! Pressing details in free texts of the databases: color, weight, speed, edition and status.

use domain::edition::{edition_words, grams, is_recordable, speed, status};
use domain::record_color::{are_different_colors, record_color, stated_color};
use domain::release_status::ReleaseStatus;

#[test]
fn colors_are_named_as_they_are_written() {
    for (text, found) in [
        ("Red", "Red"),
        ("180g, Transparent Blue Vinyl", "Transparent Blue"),
        ("Pink [Translucent] w/ Blue Splatter", "Translucent Pink, Blue Splatter"),
        ("Red, Opaque, 180g", "Opaque Red"),
        ("Gatefold, Black/White Splatter", "Black/White Splatter"),
        ("Coke Bottle Clear", "Coke Bottle Clear"),
        ("Sea Glass", "Sea Glass"),
        ("180 gram red vinyl", "Red"),
        ("Limited edition on Baby Blue vinyl", "Baby Blue"),
        ("Clear w/ Red & Black Splatter", "Clear with Red & Black Splatter"),
        ("Oxblood", "Oxblood"),
        ("Sea-Blue", "Sea-Blue"),
        ("Color: Gold", "Gold"),
        ("White Shell", "White"),
        ("Blue / Orange", "Blue/Orange"),
        ("Red/White Split", "Red/White Split"),
        ("Half Red / Half Blue", "Half Red/Half Blue"),
        ("Tri-Colour (Red/Yellow/Green)", "Red/Yellow/Green"),
        ("Yellow/Black Splatter", "Yellow/Black Splatter"),
        ("180g / Red", "Red"),
        ("Red, White & Blue", "Red, White & Blue"),
        ("Moonstone Blue Marbled", "Blue Marbled"),
        ("Indie Exclusive Clear BioVinyl", "Clear"),
        ("Multicolor", "Multicolor"),
    ] {
        assert_eq!(record_color([text]).as_deref(), Some(found), "{text}");
    }
}

#[test]
fn black_and_other_items_than_records_have_no_color() {
    for text in [
        "Black",
        "Black Vinyl",
        "180g black vinyl",
        "Black Friday",
        "Blue Note",
        "Blue labels",
        "White Label",
        "Printed in Green",
        "Red Hot Chili",
        "Sleeve in red",
        "Gatefold",
    ] {
        assert_eq!(record_color([text]), None, "{text}");
    }
}

#[test]
fn the_colors_of_several_records_are_joined() {
    for (texts, found) in [
        (["Red", "Blue"], "Red/Blue"),
        (["Black", "Red"], "Black/Red"),
        (["Red", "red vinyl"], "Red"),
        (["Red", "Red Marbled"], "Red Marbled"),
    ] {
        assert_eq!(record_color(texts).as_deref(), Some(found), "{texts:?}");
    }
    assert_eq!(record_color(["Black", "180g black"]), None);
}

#[test]
fn only_basic_colors_surely_differ() {
    for (a, b) in [("Red", "Blue"), ("Black", "Red"), ("Clear", "White"), ("Red/Green", "Yellow")] {
        assert!(are_different_colors(a, b), "{a}, {b}");
    }
    for (a, b) in [
        ("Red", "Translucent Red"),
        ("Oxblood", "Red"),
        ("Clear", "Transparent"),
        ("Grey", "gray"),
        ("Sky Blue", "Aqua"),
    ] {
        assert!(!are_different_colors(a, b), "{a}, {b}");
    }
    assert_eq!(
        [stated_color(["Black vinyl"]).as_deref(), stated_color(["Gatefold"]).as_deref()],
        [Some("Black"), None]
    );
}

#[test]
fn weights_and_speeds_are_numbers() {
    for (text, found) in
        [("180g", Some(180)), ("180 Gram", Some(180)), ("200 gr.", Some(200)), ("RSD 2018", None), ("45 g", None)]
    {
        assert_eq!(grams(text), found, "{text}");
    }
    assert_eq!([speed("33 ⅓ RPM"), speed("45 RPM"), speed("LP")], [Some("33 RPM"), Some("45 RPM"), None]);
}

#[test]
fn edition_words_are_found_and_denied() {
    for (text, found) in [
        ("Limited Edition, Numbered", "Limited Edition, Numbered"),
        ("super deluxe edition", "Super Deluxe Edition"),
        ("explicit", "Explicit"),
        ("Cleaning", ""),
        ("Monochrome", ""),
        ("Album", ""),
        ("non-explicit", ""),
        ("Un-numbered", ""),
        ("no obi; remastered", "Remastered"),
        ("w/o obi", ""),
        ("not remastered", ""),
        ("First 500 copies signed", ""),
        ("Signed by the artist", "Signed"),
        ("50th Anniversary Edition", "50th Anniversary Edition"),
        ("Anniversary reissue", "Anniversary Edition, Reissue"),
        ("Reissue, Repress", "Reissue, Repress"),
        ("24 Karat Gold, Ultradisc II", "Gold CD"),
        ("mono & stereo", ""),
        ("mono", "Mono"),
        ("Dolby Atmos, Blu-ray Audio", "Blu-ray Audio, Dolby Atmos"),
    ] {
        assert_eq!(edition_words([text]).join(", "), found, "{text}");
    }
}

#[test]
fn a_status_is_a_whole_word() {
    for text in [
        "Bootleg",
        "Russian pirate pressing",
        "counterfeit",
        "Unofficial release",
        "Unauthorized reissue, Red",
        "unauthorised Italian live recording",
        "Unlicensed",
        "Fake pressing",
        "Forgery",
        "Knock-off",
        "Grey area release, live FM broadcast",
        "Official bootleg, counterfeit sleeve",
    ] {
        assert_eq!(status(text), Some(ReleaseStatus::Bootleg), "{text}");
    }
    for text in [
        "DJ Copy",
        "Not For Sale",
        "promo",
        "見本盤",
        "Not For Resale",
        "Press copy, not for retail",
        "Promotion copy",
        "Radio show, For Broadcast Only",
        "Radio Station Copy",
        "Muster",
        "Unverkäufliche Ware",
    ] {
        assert_eq!(status(text), Some(ReleaseStatus::Promotion), "{text}");
    }
    for text in [
        "Red, 180g",
        "Pirates of the Caribbean",
        "not a bootleg",
        "Gatefold",
        "official bootleg",
        "The Bootleg Series Vol. 4",
        "Fake stereo",
        "Authorized edition",
        "Mustard",
        "Radio edit",
    ] {
        assert_eq!(status(text), None, "{text}");
    }
    assert!(["CD-R", "CDr, manufactured on demand", "DVDr"].iter().all(|text| is_recordable(text)));
    assert!(["CD", "no CDr", "CD Recorded live"].iter().all(|text| !is_recordable(text)));
}
