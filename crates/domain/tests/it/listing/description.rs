//! Descriptions: every value is escaped and sanitized.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::copy_description::CopyDescription;
use domain::display_text::{clean_text, cut_at_word, utf16_len};
use domain::listing::{Categories, DescriptionTemplate, Listing, ListingInputs, SellerTerms, join_missing_fields};
use domain::release::{ArtistCredit, Release};
use domain::release_type::ReleaseType;

use super::{compose, compose_with, nevermind_release, price_estimate_of, seller_terms, sourced, track, upc};

#[test]
fn the_description_has_all_known_values() {
    let listing = compose(&nevermind_release()).expect("a listing");
    insta::assert_snapshot!(listing.description().replace("><", ">\n<"), @r#"
<div vocab="https://schema.org/" typeof="Product">
<span property="description">Nirvana - Nevermind. CD, DGC, DGCD-24425, 1991, 3 tracks.</span>
</div>
<h2>Nirvana – Nevermind</h2>
<ul>
<li>
<b>Format:</b> CD</li>
<li>
<b>Label:</b> DGC</li>
<li>
<b>Catalog number:</b> DGCD-24425</li>
<li>
<b>Year:</b> 1991</li>
<li>
<b>Barcode:</b> 720642442524</li>
</ul>
<h3>Track list</h3>
<ul>
<li>1. Smells Like Teen Spirit (5:02)</li>
<li>2. In Bloom (4:15)</li>
<li>3. Come as You Are</li>
</ul>
"#);
    assert!(!listing.description().contains('\n'));
}

#[test]
fn the_pressing_does_not_repeat_the_format_and_the_edition() {
    let release = Release {
        edition: sourced(vec!["Numbered".to_owned(), "Half-Speed Mastered".to_owned()]),
        format_notes: sourced(vec!["Numbered".to_owned(), "Half Speed Mastered, 180g, CD".to_owned()]),
        ..nevermind_release()
    };
    let description = compose(&release).expect("a listing").description().to_owned();
    assert!(description.contains("<b>Pressing:</b> 180g</li>"), "{description}");
}

#[test]
fn an_opera_names_its_cast_and_a_title_with_a_period_has_one() {
    let names = |names: &[&str]| sourced(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let cast = ["Maria Callas", "Mario Filippeschi", "Ebe Stignani", "Nicola Rossi-Lemeni", "Paolo Caroli"];
    let release = Release {
        title: sourced("Norma.".to_owned()),
        composers: names(&["Vincenzo Bellini"]),
        performers: names(&cast),
        ..nevermind_release()
    };
    let description = compose(&release).expect("a listing").description().to_owned();
    assert!(description.contains(&format!("<b>Performers:</b> {}</li>", cast.join(", "))), "{description}");
    assert!(description.contains("Norma. CD, Maria Callas, Mario Filippeschi, Ebe Stignani, "), "{description}");
}

#[test]
fn a_release_that_is_not_an_ordinary_album_has_its_type() {
    let of = |types: &[ReleaseType]| {
        let release = Release { types: sourced(types.to_vec()), ..nevermind_release() };
        compose(&release).expect("a listing").description().to_owned()
    };
    let shown = of(&[ReleaseType::Album, ReleaseType::Compilation, ReleaseType::Soundtrack]);
    assert!(shown.contains("<b>Type:</b> Soundtrack, Compilation</li>"), "{shown}");
    assert!(shown.contains("Nevermind. CD, Soundtrack, Compilation, DGC"), "also on phones: {shown}");
    assert!(!of(&[ReleaseType::Album]).contains("Type:"), "the usual type");
}

#[test]
fn a_description_that_is_too_long_omits_its_last_tracks() {
    let tracks = (1..=300).map(|n| track(&n.to_string(), &format!("Variation No. {n} in a Minor Key"), Some(60_000)));
    let release = Release { tracks: sourced(tracks.collect()), ..nevermind_release() };
    let description = compose(&release).expect("a listing").description().to_owned();
    assert!(utf16_len(&description) <= 4000 && utf16_len(&description) > 3900, "{}", utf16_len(&description));
    let shown = description.matches("Variation No.").count();
    let rest = format!("<li>and {} more tracks</li></ul>", 300 - shown);
    assert!(description.ends_with(&rest), "{rest}: {}", &description[description.len() - 120..]);
    assert_eq!(description.matches("<li>").count(), description.matches("</li>").count());
}

#[test]
fn a_description_that_is_too_long_without_tracks_is_missing() {
    let text = "Bob & Ann's \"Records\" ".repeat(40);
    let template = |text: &str| DescriptionTemplate::built_in().clone().with_seller_texts(text, text);
    let terms = SellerTerms { copy: noted(&text), ..seller_terms(Some(Condition::VeryGood)) };
    let inputs = ListingInputs {
        upc: upc(),
        release: &nevermind_release(),
        price_estimate: &price_estimate_of(999),
        artwork: &Artwork::default(),
    };
    let compose = |texts: &str| Listing::compose(&inputs, &terms, Categories::built_in(), &template(texts));
    assert!(utf16_len(compose("Ships today").expect("a listing").description()) <= 4000);
    let missing = join_missing_fields(&compose(&text).expect_err("eBay rejects it"));
    assert!(missing.starts_with("description is missing: the description has "), "{missing}");
    assert!(missing.contains("eBay allows 4000; shorten the note in review, or listing.header"), "{missing}");
    let own = DescriptionTemplate::parse(&"<p>Word</p>".repeat(400)).expect("a template");
    assert!(own.check().expect_err("it is too long").to_string().contains("has 4400 characters"));
}

fn noted(note: &str) -> CopyDescription {
    CopyDescription { note: Some(note.into()), ..CopyDescription::from(Some(Condition::VeryGood)) }
}

#[test]
fn markup_from_a_database_is_escaped() {
    let evil = "<script>alert(1)</script> & \"x\" onload='y'";
    let release = Release {
        artist: sourced(ArtistCredit::from_name(evil)),
        title: sourced(evil.to_owned()),
        tracks: sourced(vec![track("<b>1", evil, None)]),
        label: sourced(evil.to_owned()),
        ..nevermind_release()
    };
    let listing = compose(&release).expect("a listing");
    assert!(!listing.description().contains("<script") && !listing.description().contains("<b>1"));
    assert!(listing.description().contains("&lt;script&gt;"));
    assert!(!listing.title().contains(['<', '>']));
}

#[test]
fn values_are_sanitized_and_cut() {
    assert_eq!(clean_text(" a\u{0}\t\r\nb \u{2028} \u{202e}c\u{200b}d\u{feff} "), "a b cd");
    assert_eq!(clean_text("Bjo\u{308}rk"), "Björk");
    for (text, clean) in [("a b", "a b"), (" a b", "a b"), ("a b ", "a b"), ("a  b", "a b"), ("a\tb", "a b"), (" ", "")]
    {
        assert_eq!(clean_text(text), clean, "{text:?}");
    }
    assert_eq!(clean_text("می\u{200c}خواهم 👩‍🚀"), "می\u{200c}خواهم 👩‍🚀", "necessary joiners are preserved");
    let table = [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two"),
        ("one two three", 7, "one two"),
        ("one - two", 6, "one"),
        ("Album (Deluxe Edition)", 15, "Album"),
        ("Supercalifragilistic", 5, "Super"),
        ("日本語の長い題名です", 5, "日本語の長"),
        ("👩‍🚀👩‍🚀", 7, "👩‍🚀"),
        ("👩‍🚀", 3, ""),
        ("", 3, ""),
    ];
    for (text, most, expected) in table {
        assert_eq!(cut_at_word(text, most), expected, "{text} at {most}");
    }
}

#[test]
fn the_mobile_summary_has_edition_and_condition_within_its_limit() {
    let release = Release { edition: sourced(vec!["Limited Edition".to_owned()]), ..nevermind_release() };
    let listing =
        compose_with(&release, &price_estimate_of(999), &Artwork::default(), &seller_terms(Some(Condition::VeryGood)));
    let description = listing.expect("a listing").description().to_owned();
    let summary =
        "Nirvana - Nevermind. CD, Limited Edition, DGC, DGCD-24425, 1991, 3 tracks. Condition: Very Good (used).";
    let marked = format!(
        "<div vocab=\"https://schema.org/\" typeof=\"Product\"><span property=\"description\">{summary}</span></div>"
    );
    assert!(description.starts_with(&marked), "{description}");
    assert!(description.contains("<b>Condition:</b> Very Good (used)"));

    let endless =
        Release { title: sourced("Word ".repeat(400)), label: sourced("Label ".repeat(400)), ..nevermind_release() };
    let description = compose(&endless).expect("a listing").description().to_owned();
    let summary = description
        .split_once("\"description\">")
        .and_then(|(_, rest)| rest.split_once("</span>"))
        .expect("a summary")
        .0;
    assert!((100..=800).contains(&utf16_len(summary)), "{}", utf16_len(summary));
}

#[test]
fn sellers_can_use_their_own_template_and_texts() {
    let own = "<p>{{ header }}</p>{{ title }} / {{ tracks | length }}<p>{{ footer }}</p>";
    let template =
        DescriptionTemplate::parse(own).expect("a template").with_seller_texts("Bob's <b>Records</b>", "Bye");
    template.check().expect("the template can be rendered");
    let inputs = ListingInputs {
        upc: upc(),
        release: &nevermind_release(),
        price_estimate: &price_estimate_of(999),
        artwork: &Artwork::default(),
    };
    let listing = Listing::compose(&inputs, &seller_terms(None), Categories::built_in(), &template).expect("a listing");
    let expected = "<p>Bob&#39;s &lt;b&gt;Records&lt;/b&gt;</p>Nevermind / 3<p>Bye</p>";
    assert_eq!(listing.description(), expected, "a slash adds one escaped character");
    let lines = "<p>Ships within 24 hours\n  from {{ title }}</p>\n\n<img\nalt=\"\">";
    let template = DescriptionTemplate::parse(lines).expect("a template");
    let listing = Listing::compose(&inputs, &seller_terms(None), Categories::built_in(), &template).expect("a listing");
    assert_eq!(listing.description(), "<p>Ships within 24 hours from Nevermind</p><img alt=\"\">");
    let wrong = DescriptionTemplate::parse("{{ titel }}").expect("the template parses");
    assert!(wrong.check().expect_err("it names no value").to_string().contains("template"));
}
