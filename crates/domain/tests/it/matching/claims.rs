//! Claims in a listing that come from free texts: only what a text states about the release itself.

use domain::edition::{edition_words, status};
use domain::matching::{MatchPreferences, Verdict, identify_release};
use domain::provider_release::ProviderRelease;
use domain::record_color::record_color;
use domain::release_status::ReleaseStatus;
use domain::release_type::ReleaseType;
use testing::verdicts::{parse_release, upc};

/// Returns the edition words of a release on this format with this free text.
fn words_on(format: &str, note: &str) -> String {
    let mut entry = parse_release(&format!("discogs:1 | Low | Trust | {format} | US | 2002 | Kranky / krank052 | 13"));
    entry.format_notes = vec![note.to_owned()];
    words_of(entry)
}

fn words_of(mut entry: ProviderRelease) -> String {
    entry.types = vec![ReleaseType::Single];
    let verdict = identify_release(upc(), &[entry], &[], &MatchPreferences::default());
    let Verdict::Matched { best_match, .. } = verdict else { panic!("{verdict:?}") };
    best_match.release.edition.map(|edition| edition.value.join(", ")).unwrap_or_default()
}

#[test]
fn a_word_of_another_thing_is_not_one_of_the_record() {
    for text in [
        "Acetate Outer Sleeve, 180g",
        "24K Gold Foil Cover",
        "Die-Cut Shaped Sleeve",
        "Heart Shaped Box",
        "Etched Matrix",
        "Runouts etched",
        "Jukebox Hole",
        "Promo Poster Included",
        "Fully Autographed Print",
        "Island Records Ltd. rim text",
        "Island Records Limited on label",
        "OBI missing",
        "obi not included",
        "Edited by John Doe",
        "Red/White Split",
    ] {
        assert_eq!(edition_words([text]).join(", "), "", "{text}");
    }
    for (text, found) in [
        ("Acetate Slipcase", "Slipcase"),
        ("Acetate in plain sleeve", "Acetate"),
        ("Etched B-Side", "Etched"),
        ("Shaped Picture Disc", "Picture Disc, Shaped Disc"),
        ("24K Gold Foil Numbered Cover", "Numbered"),
        ("Promo sticker", "Promo"),
        ("Signed Booklet", "Signed"),
        ("Ltd. Edition", "Limited Edition"),
        ("Anti-LP, Lim.", "Limited Edition"),
        ("Red Vinyl, Ltd. to 500", "Limited Edition"),
    ] {
        assert_eq!(edition_words([text]).join(", "), found, "{text}");
    }
}

#[test]
fn only_a_cd_is_a_gold_cd() {
    for (format, note, found) in [
        ("LP", "180g, Ultradisc One-Step", "One-Step"),
        ("LP", "Recycled Vinyl, Random Colour Eco-Mix", "Random Color, Eco-Mix, Recycled Vinyl"),
        ("LP", "Random Colored Inner Sleeve, Zoetrope Slipmat", ""),
        ("LP", "Vinyl Me Please, Zoetrope", "Vinyl Me Please Exclusive, Zoetrope"),
        ("LP", "Vinyl Me, Please., Orange Galaxy, 180 Gram", "Vinyl Me Please Exclusive"),
        ("LP", "Gold Disc", ""),
        ("LP", "24K Gold Foil Numbered Cover", "Numbered"),
        ("SACD", "Ultradisc UHR", ""),
        ("CD", "Ultradisc One-Step", ""),
        ("CD", "24 KT Gold, Ultradisc II, Lift-Lock Case", "Gold CD"),
        ("CD", "Gold", "Gold CD"),
        ("CD", "Gold Lettering", ""),
        ("CD", "Acetate", ""),
    ] {
        assert_eq!(words_on(format, note), found, "{format}: {note}");
    }
}

#[test]
fn the_color_of_a_label_is_not_that_of_the_record() {
    for text in [
        "Red/White Labels",
        "Black/Silver Label",
        "Orange/Yellow \"flame\" label",
        "Island Records Ltd. rim text, Blue/White palm label",
        "Black Vinyl / Red Sleeve",
        "Pink Rim Labels, Textured Sleeve",
        "Blue Obi",
    ] {
        assert_eq!(record_color([text]), None, "{text}");
    }
    for (text, found) in [
        ("Red Vinyl / White Labels", "Red"),
        ("Red Vinyl, White Labels", "Red"),
        ("Sunset Splatter", "Sunset Splatter"),
        ("Lavender Eco-Mix", "Lavender"),
        ("Cornetto Swirl Vinyl", "Cornetto Swirl"),
    ] {
        assert_eq!(record_color([text]).as_deref(), Some(found), "{text}");
    }
    for text in ["Indie Splatter", "Splatter Sleeve", "Marble Arch"] {
        assert_eq!(record_color([text]), None, "{text}");
    }
}

#[test]
fn a_promotional_copy_is_one_by_its_own_words() {
    for text in [
        "First press copy",
        "Not For Sale In The USA",
        "Not for sale separately",
        "Promo Poster Included",
        "Contains a sample of another song",
        "Mixed by DJ Koze",
    ] {
        assert_eq!(status(text), None, "{text}");
    }
    for text in [
        "Press copy",
        "Not For Sale",
        "WLP",
        "Sample",
        "Sample 見本品",
        "Card Sleeve, DJ",
        "DJ copy",
        "Demonstration Record",
        "Audition Copy",
    ] {
        assert_eq!(status(text), Some(ReleaseStatus::Promotion), "{text}");
    }
    assert_eq!(edition_words(["WLP"]), ["White Label", "Promo"]);
}

#[test]
fn a_kind_of_disc_is_found_in_every_spelling() {
    for (text, found) in [
        ("SHMCD", "SHM-CD"),
        ("XRCD24", "XRCD"),
        ("20bit K2, XRCD2", "XRCD"),
        ("MQA-CD, UHQ-CD", "UHQCD, MQA-CD"),
        ("Ultimate HiQualityCD", "UHQCD"),
        ("UHQCD × MQA-CD", "UHQCD, MQA-CD"),
        ("HQCD, K2HD", "HQCD, K2HD"),
        ("K2 HD Mastering, 24K Gold", "K2HD, Gold CD"),
        ("Blu-Spec CD2", "Blu-spec CD2"),
        ("Blu-spec CD", "Blu-spec CD"),
        ("CD, DTS", "DTS"),
        ("CD+G", "CD+G"),
    ] {
        assert_eq!(edition_words([text]).join(", "), found, "{text}");
    }
    assert_eq!(words_on("Blu-ray", "Pure Audio"), "Blu-ray Audio");
    assert_eq!(words_on("CD", "Pure Audio"), "");
}

#[test]
fn clubs_shops_and_versions_are_editions() {
    for (text, found) in [
        ("Clubausgabe", "Club Edition"),
        ("Club Sonderauflage", "Club Edition"),
        ("Fan Club", "Fan Club Edition"),
        ("fan club edition", "Fan Club Edition"),
        ("Direct To Disc, Gatefold", "Direct-to-Disc, Gatefold"),
        ("Rental CD", "Rental"),
        ("Edited", "Clean"),
        ("Split", "Split"),
        ("Red, Target Exclusive", "Target Exclusive"),
        ("Target deluxe edition", "Deluxe Edition, Target Exclusive"),
        ("UO Exclusive, Pink", "Urban Outfitters Exclusive"),
        ("Walmart Exclusive", "Walmart Exclusive"),
        ("Indie Exclusive, Clear w/ Black Smoke", "Indie Exclusive"),
        ("Cloudy Clear, Newbury Comics", "Newbury Comics Exclusive"),
        ("Exclusive to Target", "Target Exclusive"),
        ("On Target", ""),
        ("Indie rock", ""),
    ] {
        assert_eq!(edition_words([text]).join(", "), found, "{text}");
    }
    for (note, found) in [
        ("CD1", "CD1"),
        ("B Version, Photobook", "B Version"),
        ("Version A", "A Version"),
        ("Pink Version", "Pink Version"),
        ("10 Track Version", ""),
        ("7\" Version", ""),
    ] {
        assert_eq!(words_on("CD", note), found, "{note}");
    }
    assert_eq!(words_on("2xCD", "CD1"), "", "of a set, one disc has this note");
}

#[test]
fn pop_of_asia_has_versions_and_types() {
    for (country, style, note, found) in [
        ("KR", "K-pop", "Version 3", "Version 3"),
        ("KR", "", "Fire version", "Fire Version"),
        ("KR", "", "Weverse Albums version", "Weverse Albums Version"),
        ("JP", "J-pop", "Type A", "Type A"),
        ("JP", "", "Type-B", "Type B"),
        ("JP", "", "limited edition type C", "Limited Edition, Type C"),
        ("JP", "", "初回限定盤A", "Limited Edition"),
        ("JP", "", "通常盤", ""),
        ("JP", "", "SHM-CD version", "SHM-CD"),
        ("US", "Rock", "Version 3", ""),
        ("US", "", "Type A", ""),
        ("US", "", "Fire version", ""),
    ] {
        let mut entry = parse_release(&format!("discogs:1 | A | B | CD | {country} | 2020 | L / 1 | 12"));
        entry.styles = Some(style.to_owned()).filter(|style| !style.is_empty()).into_iter().collect();
        entry.format_notes = vec![note.to_owned()];
        assert_eq!(words_of(entry), found, "{country} {style}: {note}");
    }
}

#[test]
fn the_brackets_of_a_title_name_the_edition() {
    for (title, found) in [
        ("Foxtrot (2008 Remaster)", "Remastered"),
        ("Foxtrot [Deluxe Edition] (Explicit)", "Deluxe Edition, Explicit"),
        ("Foxtrot (40th Anniversary Edition)", "40th Anniversary Edition"),
        ("I'm Yours (Signed, Sealed, Delivered)", ""),
        ("Limited Edition Lover", ""),
    ] {
        let entry = parse_release(&format!("musicbrainz:a | A | {title} | CD | US | 2020 | L / 1 | 12"));
        assert_eq!(words_of(entry), found, "{title}");
    }
}

#[test]
fn a_disambiguation_names_the_version_or_the_plant() {
    for (disambiguation, found) in [
        ("L version", "L Version"),
        ("photobook ver.", "Photobook Version"),
        ("Carrollton pressing", "Carrollton Pressing"),
        ("2016 reissue, Terre Haute pressing", "Reissue, Terre Haute Pressing"),
        ("explicit version", "Explicit"),
        ("black vinyl pressing", ""),
        ("UK pressing", ""),
    ] {
        let mut entry = parse_release("musicbrainz:a | Low | Trust | LP | US | 2002 | Kranky / krank052 | 13");
        entry.disambiguation = Some(disambiguation.to_owned());
        assert_eq!(words_of(entry), found, "{disambiguation}");
    }
}
