//! Listings: titles, categories, item specifics, description, covers, and what a hostile database can do to them.

use std::fmt::Write;

use draft_maker::domain::appraisal::{Appraisal, Confidence};
use draft_maker::domain::artwork::{Artwork, ArtworkRules, Cover, Licence};
use draft_maker::domain::condition::Condition;
use draft_maker::domain::listing::{Categories, Facts, Listing, Missing, Template, Terms};
use draft_maker::domain::money::Money;
use draft_maker::domain::provider::Provider;
use draft_maker::domain::release::{ArtistCredit, Carrier, CreditedArtist, EntryId, Format, Medium, Release, Track};
use draft_maker::domain::sourced::Sourced;
use draft_maker::domain::upc::Upc;
use draft_maker::domain::wording::{clean, cut, units};
use proptest::prelude::*;

const MUSICBRAINZ: Provider = Provider::named("musicbrainz");
const ARCHIVE: Provider = Provider::named("coverartarchive");

#[expect(clippy::unnecessary_wraps, reason = "the fields of a release are optional")]
pub(crate) fn said<T>(value: T) -> Option<Sourced<T>> {
    Some(Sourced::new(value, MUSICBRAINZ))
}

pub(crate) fn medium(carrier: Carrier, count: u16, wording: &str, inches: Option<u8>) -> Medium {
    Medium { carrier, count, wording: wording.to_owned(), inches }
}

pub(crate) fn on(media: Vec<Medium>) -> Format {
    Format { media, box_set: false }
}

fn track(position: &str, title: &str, length_ms: Option<u32>) -> Track {
    Track { position: position.to_owned(), title: title.to_owned(), length_ms }
}

pub(crate) fn nevermind() -> Release {
    Release {
        artist: said(ArtistCredit::one("Nirvana")),
        title: said("Nevermind".to_owned()),
        label: said("DGC".to_owned()),
        catalog_number: said("DGCD-24425".to_owned()),
        date: said("1991-09-24".parse().expect("a date")),
        format: said(on(vec![medium(Carrier::Cd, 1, "CD, Album", None)])),
        tracks: said(vec![
            track("1", "Smells Like Teen Spirit", Some(301_920)),
            track("2", "In Bloom", Some(254_640)),
            track("3", "Come as You Are", None),
        ]),
        genres: said(vec!["Rock".to_owned(), "Alternative".to_owned()]),
        styles: said(vec!["Grunge".to_owned()]),
        ids: vec![EntryId::new(MUSICBRAINZ, "b52a8f31-b5ab-34e9-92f4-f5b7110220f0")],
        ..Release::default()
    }
}

pub(crate) fn upc() -> Upc {
    "720642442524".parse().expect("a UPC")
}

pub(crate) fn priced(minor: i64) -> Appraisal {
    Appraisal {
        price: Some(Money::of_minor(minor, iso_currency::Currency::USD)),
        confidence: Confidence::Low,
        rule: String::new(),
        samples: Vec::new(),
        left_out: Vec::new(),
    }
}

pub(crate) fn terms(condition: Option<Condition>) -> Terms {
    Terms { condition, condition_required: false, currency: iso_currency::Currency::USD, copies: 1 }
}

pub(crate) fn compose_with(
    release: &Release,
    appraisal: &Appraisal,
    artwork: &Artwork,
    terms: &Terms,
) -> Result<Listing, Vec<Missing>> {
    let facts = Facts { upc: upc(), release, appraisal, artwork };
    Listing::compose(&facts, terms, Categories::built_in(), Template::built_in())
}

pub(crate) fn compose(release: &Release) -> Result<Listing, Vec<Missing>> {
    compose_with(release, &priced(999), &Artwork::default(), &terms(None))
}

/// artist, title, format, year, label, catalog number
fn titled(artist: &str, title: &str, format: Format, year: &str, label: &str, number: &str) -> String {
    let release = Release {
        artist: said(ArtistCredit::one(artist)),
        title: said(title.to_owned()),
        format: said(format),
        date: year.parse().ok().and_then(said),
        label: Some(label).filter(|l| !l.is_empty()).map(str::to_owned).and_then(said),
        catalog_number: Some(number).filter(|n| !n.is_empty()).map(str::to_owned).and_then(said),
        ..Release::default()
    };
    compose(&release).expect("a listing").title().to_owned()
}

fn cd() -> Format {
    on(vec![medium(Carrier::Cd, 1, "", None)])
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn titles_keep_what_buyers_search_and_drop_the_least_first() {
    let lp = || on(vec![medium(Carrier::Vinyl, 2, "LP, Album, Reissue", Some(12))]);
    let seven = || on(vec![medium(Carrier::Vinyl, 1, "7\" Vinyl", Some(7))]);
    let boxed =
        || Format { media: vec![medium(Carrier::Cd, 4, "CD", None), medium(Carrier::Dvd, 1, "", None)], box_set: true };
    let tape = || on(vec![medium(Carrier::Cassette, 1, "", None)]);
    let titles = [
        titled("Nirvana", "Nevermind", cd(), "1991", "DGC", "DGCD-24425"),
        titled("Fleetwood Mac", "Rumours", lp(), "2009", "Reprise Records", "517787-1"),
        titled("The Beatles", "Hey Jude", seven(), "1968", "Apple Records", "2276"),
        titled("Metallica", "Metallica", tape(), "", "", ""),
        titled("Nirvana", "With the Lights Out", boxed(), "2004", "Geffen Records", "B0003727-00"),
        // The catalog number goes first.
        titled("Godspeed You! Black Emperor", "Lift Your Skinny Fists Like", lp(), "2000", "Kranky", "KRANK 043"),
        // A label that is too long gives its place to the number.
        titled(
            "Miles Davis",
            "Kind of Blue",
            cd(),
            "1997",
            "Columbia Jazz Masterpieces Legacy Sony Music Entertainment",
            "CK 64935",
        ),
        // Artist and title alone are too long: the title ends with a word, and the format stays.
        titled(
            "Fiona Apple",
            "When the Pawn Hits the Conflicts He Thinks Like a King What He Knows Throws the Blows",
            cd(),
            "1999",
            "Epic",
            "EK 69195",
        ),
        // The bracket that would stay open goes.
        titled(
            "Marvin Gaye and Tammi Terrell",
            "Greatest Hits of the Motown Years (Expanded Deluxe Anniversary Edition)",
            cd(),
            "2001",
            "Motown",
            "1",
        ),
        titled("Various Artists", "Pulp Fiction", cd(), "1994", "MCA Records", "MCAD-11103"),
        titled(
            "Various",
            "O Brother, Where Art Thou? Music From the Motion Picture",
            cd(),
            "2000",
            "Mercury",
            "088 170 069-2",
        ),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r#"
Nirvana - Nevermind CD 1991 DGC DGCD-24425
Fleetwood Mac - Rumours 2 Vinyl LP 2009 Reprise Records 517787-1
The Beatles - Hey Jude 7" Vinyl 1968 Apple Records 2276
Metallica - Metallica Cassette
Nirvana - With the Lights Out 4 CD + DVD Box Set 2004 Geffen Records B0003727-00
Godspeed You! Black Emperor - Lift Your Skinny Fists Like 2 Vinyl LP 2000 Kranky
Miles Davis - Kind of Blue CD 1997 CK 64935
Fiona Apple - When the Pawn Hits the Conflicts He Thinks Like a King What He CD
Marvin Gaye and Tammi Terrell - Greatest Hits of the Motown Years CD 2001 Motown
Various Artists - Pulp Fiction CD 1994 MCA Records MCAD-11103
O Brother, Where Art Thou? Music From the Motion Picture CD 2000 Mercury
"#);
    assert!(titles.iter().all(|title| units(title) <= 80));
}

#[test]
fn titles_in_other_writings_are_cut_between_their_words_too() {
    let titles = [
        titled("宇多田ヒカル", "First Love", cd(), "1999", "東芝EMI", "TOCT-24067"),
        titled("椎名林檎", &"無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花".repeat(5), cd(), "1999", "", ""),
        titled("فيروز", "كيفك انت", cd(), "1991", "", ""),
        titled("אריק איינשטיין", "\u{202e}שירים\u{202c}", cd(), "1970", "", ""),
        titled("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", &"👩🏽‍🚀".repeat(30), cd(), "", "", ""),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r#"
宇多田ヒカル - First Love CD 1999 東芝EMI TOCT-24067
椎名林檎 - 無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花無 CD
فيروز - كيفك انت CD 1991
אריק איינשטיין - שירים CD 1970
👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 - 👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀 CD
"#);
    assert!(titles.iter().all(|title| units(title) <= 80));
    assert!(titles[4].ends_with("👩🏽‍🚀 CD"), "no emoji is cut in two");
}

#[test]
fn a_long_credit_gives_way_to_its_first_artist() {
    let names = ["Ludwig van Beethoven", "Berliner Philharmoniker", "Herbert von Karajan", "Gundula Janowitz"];
    let credit = names.map(|name| CreditedArtist { name: name.to_owned(), join: "; ".to_owned() });
    let release = Release {
        artist: said(ArtistCredit(credit.to_vec())),
        title: said("Symphonie Nr. 9".to_owned()),
        ..nevermind()
    };
    let listing = compose(&release).expect("a listing");
    insta::assert_snapshot!(listing.title(), @"Ludwig van Beethoven - Symphonie Nr. 9 CD 1991 DGC DGCD-24425");
    assert_eq!(value(&listing, "Artist"), Some("Ludwig van Beethoven"));
}

fn value<'a>(listing: &'a Listing, name: &str) -> Option<&'a str> {
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
        let listing = compose(&Release { format: said(format.clone()), ..nevermind() }).expect("a listing");
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
        label: said("[no label]".to_owned()),
        catalog_number: said("none".to_owned()),
        genres: said(vec!["<Genre>".to_owned(), "Folk".to_owned()]),
        styles: said(vec!["Unknown".to_owned()]),
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
    let release = Release { title: said(long.to_owned()), label: said(long.to_owned()), ..nevermind() };
    let listing = compose(&release).expect("a listing");
    assert_eq!(value(&listing, "Release Title"), Some("A Very Long Name of Something That Goes On and On"));
    assert_eq!(value(&listing, "Record Label"), None);
}

#[test]
fn all_that_is_missing_is_said_at_once() {
    let nothing = Appraisal { price: None, rule: "no samples".to_owned(), ..priced(1) };
    let strict = Terms { condition_required: true, ..terms(None) };
    let missing =
        compose_with(&Release::default(), &nothing, &Artwork::default(), &strict).expect_err("nothing is known");
    let fields = missing.iter().map(|lack| lack.field.as_str()).collect::<Vec<_>>();
    assert_eq!(fields, ["artist", "title", "format", "price", "condition"]);
    assert!(missing.iter().all(|lack| !lack.why.is_empty() && !lack.fix.is_empty()));
    assert_eq!(missing[3].why, "no samples");
}

#[test]
fn one_lack_is_enough_to_have_no_listing() {
    let other = |carrier| Release { format: said(on(vec![medium(carrier, 1, "", None)])), ..nevermind() };
    let field = |made: Result<Listing, Vec<Missing>>| {
        made.expect_err("a lack").into_iter().map(|lack| lack.field).collect::<Vec<_>>()
    };
    assert_eq!(field(compose(&other(Carrier::MiniDisc))), ["category"]);
    assert_eq!(field(compose(&other(Carrier::Other))), ["category"]);
    assert_eq!(field(compose(&other(Carrier::Digital))), ["format"]);
    assert_eq!(field(compose(&Release { artist: None, ..nevermind() })), ["artist"]);
    assert_eq!(field(compose(&Release { artist: said(ArtistCredit::one("[unknown]")), ..nevermind() })), ["artist"]);
    assert_eq!(field(compose(&Release { title: said("\u{200b}\u{1}".to_owned()), ..nevermind() })), ["title"]);
    let endless = Release {
        title: said("a".to_owned() + &"\u{300}".repeat(200)),
        artist: said(ArtistCredit::one("o".to_owned() + &"\u{301}".repeat(200))),
        ..nevermind()
    };
    assert_eq!(field(compose(&endless)), ["title"]);
    let with = |appraisal| compose_with(&nevermind(), &appraisal, &Artwork::default(), &terms(None));
    assert_eq!(field(with(priced(0))), ["price"]);
    let euros = Appraisal { price: Some(Money::of_minor(900, iso_currency::Currency::EUR)), ..priced(1) };
    assert_eq!(field(with(euros)), ["price"]);
}

#[test]
fn a_condition_is_the_sellers_and_its_number_the_categorys() {
    let vinyl = Release { format: said(on(vec![medium(Carrier::Vinyl, 1, "LP", None)])), ..nevermind() };
    let id = |release: &Release, condition| {
        let listing = compose_with(release, &priced(999), &Artwork::default(), &terms(condition)).expect("a listing");
        (listing.condition_id(), listing.notes().to_vec())
    };
    assert_eq!(id(&nevermind(), Some(Condition::VeryGood)).0, Some(4000));
    assert_eq!(id(&vinyl, Some(Condition::VeryGood)).0, Some(3000), "records are new or used");
    assert_eq!(id(&vinyl, Some(Condition::New)).0, Some(1000));
    let (none, notes) = id(&nevermind(), None);
    assert_eq!(none, None);
    assert_eq!(notes, ["no picture that may be shown: add photos", "no condition was stated: choose one"]);
}

#[test]
fn the_description_says_what_is_known() {
    let listing = compose(&nevermind()).expect("a listing");
    insta::assert_snapshot!(listing.description().replace("><", ">\n<"), @r#"
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
fn a_description_that_grows_too_long_loses_its_last_tracks_as_a_whole() {
    let tracks = (1..=300).map(|n| track(&n.to_string(), &format!("Variation No. {n} in a Minor Key"), Some(60_000)));
    let release = Release { tracks: said(tracks.collect()), ..nevermind() };
    let description = compose(&release).expect("a listing").description().to_owned();
    assert!(units(&description) <= 4000 && units(&description) > 3900, "{}", units(&description));
    let shown = description.matches("Variation No.").count();
    let rest = format!("<li>and {} more tracks</li></ul>", 300 - shown);
    assert!(description.ends_with(&rest), "{rest}: {}", &description[description.len() - 120..]);
    assert_eq!(description.matches("<li>").count(), description.matches("</li>").count());
}

#[test]
fn markup_from_a_database_is_text() {
    let evil = "<script>alert(1)</script> & \"x\" onload='y'";
    let release = Release {
        artist: said(ArtistCredit::one(evil)),
        title: said(evil.to_owned()),
        tracks: said(vec![track("<b>1", evil, None)]),
        label: said(evil.to_owned()),
        ..nevermind()
    };
    let listing = compose(&release).expect("a listing");
    assert!(!listing.description().contains("<script") && !listing.description().contains("<b>1"));
    assert!(listing.description().contains("&lt;script&gt;"));
    assert!(!listing.title().contains(['<', '>']));
}

#[test]
fn words_are_cleaned_and_cut() {
    assert_eq!(clean(" a\u{0}\t\r\nb \u{2028} \u{202e}c\u{200b}d\u{feff} "), "a b cd");
    assert_eq!(clean("Bjo\u{308}rk"), "Björk");
    assert_eq!(clean("می\u{200c}خواهم 👩‍🚀"), "می\u{200c}خواهم 👩‍🚀", "joiners that are needed stay");
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
        assert_eq!(cut(text, most), expected, "{text} at {most}");
    }
}

fn cover(url: &str, size: Option<(u32, u32)>) -> Cover {
    Cover {
        url: url.to_owned(),
        provider: ARCHIVE,
        belongs_to: nevermind().ids.first().cloned(),
        front: true,
        size,
        licence: Licence::SellersRisk,
    }
}

#[test]
fn a_cover_is_proven_or_refused_with_its_reasons() {
    let good = || cover("https://archive.org/front.jpg", Some((1200, 1180)));
    let stranger = EntryId::new(MUSICBRAINZ, "another");
    let table: Vec<(Cover, Option<&str>)> = vec![
        (good(), None),
        (cover("https://a.org/x.jpg", Some((500, 10))), None),
        (
            cover("https://a.org/x.jpg", Some((499, 499))),
            Some("499 × 499 px, and 500 px is the least for its longest side"),
        ),
        (cover("https://a.org/x.jpg", None), Some("its size is not known")),
        (cover("http://a.org/x.jpg", Some((600, 600))), Some("its address is not https")),
        (cover("http://127.0.0.1:1/x.jpg", Some((600, 600))), Some("its address is not https")),
        (cover("https://a.org/x.jpg\r\nb", Some((600, 600))), Some("its address cannot be read")),
        (cover("javascript:alert(1)", Some((600, 600))), Some("its address is not https")),
        (Cover { belongs_to: None, ..good() }, Some("coverartarchive does not say which release it belongs to")),
        (Cover { belongs_to: Some(stranger), ..good() }, Some("it belongs to another release, musicbrainz:another")),
        (Cover { front: false, ..good() }, Some("not a front cover")),
        (Cover { licence: Licence::LookOnly, ..good() }, Some("the terms of coverartarchive keep it out of listings")),
    ];
    for (cover, refused) in table {
        let artwork = Artwork::choose(&nevermind(), vec![cover.clone()], &ArtworkRules::default());
        assert_eq!(artwork.candidates[0].refused.as_deref(), refused, "{cover:?}");
        assert_eq!(artwork.chosen, refused.is_none().then_some(cover));
    }
    let two = Cover { front: false, size: None, ..good() };
    let artwork = Artwork::choose(&nevermind(), vec![two], &ArtworkRules::default());
    assert_eq!(artwork.candidates[0].refused.as_deref(), Some("not a front cover; its size is not known"));
}

#[test]
fn plain_http_is_for_the_sandbox_alone() {
    let rules = ArtworkRules { allow_loopback: true, ..ArtworkRules::default() };
    let choose = |url| Artwork::choose(&nevermind(), vec![cover(url, Some((600, 600)))], &rules).chosen.is_some();
    assert!(choose("http://127.0.0.1:8080/x.jpg") && choose("http://[::1]/x.jpg") && choose("http://localhost/x.jpg"));
    assert!(!choose("http://a.org/x.jpg") && !choose("http://127.0.0.1.a.org/x.jpg"));
}

#[test]
fn the_larger_cover_wins_and_among_large_ones_the_more_trusted() {
    let covers = |sizes: [u32; 3]| {
        let covers = ["https://a.org/1", "https://b.org/2", "https://c.org/3"].into_iter().zip(sizes);
        covers.map(|(url, size)| cover(url, Some((size, size)))).collect::<Vec<_>>()
    };
    let chosen = |sizes| Artwork::choose(&nevermind(), covers(sizes), &ArtworkRules::default()).chosen.map(|c| c.url);
    assert_eq!(chosen([500, 900, 600]).as_deref(), Some("https://b.org/2"));
    assert_eq!(chosen([1600, 3000, 600]).as_deref(), Some("https://a.org/1"), "beyond the zoom's size trust decides");
    assert_eq!(chosen([300, 200, 100]), None);
}

/// Letters of all kinds, and what nobody wants in a listing.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "\\PC{0,12}",
        2 => any::<String>(),
        1 => Just("<script>alert('x')</script>".to_owned()),
        1 => Just("\u{1b}]0;x\u{7}".to_owned()),
        1 => Just("\u{202e}\u{2066}\u{200b}\r\n\t".to_owned()),
        1 => Just("{{ title|safe }}{% raw %}".to_owned()),
        1 => Just("word ".repeat(40)),
        1 => Just("👨‍👩‍👧‍👦".repeat(30)),
    ];
    proptest::collection::vec(piece, 1..4).prop_map(|pieces| pieces.join(" "))
}

fn hostile_release() -> impl Strategy<Value = Release> {
    let texts = proptest::collection::vec(hostile(), 8);
    let format = prop_oneof![Just(Carrier::Cd), Just(Carrier::Vinyl), Just(Carrier::Cassette)];
    (texts, format, 0_usize..40).prop_map(|(texts, carrier, tracks)| Release {
        artist: said(ArtistCredit::one(texts[0].clone())),
        title: said(texts[1].clone()),
        label: said(texts[2].clone()),
        catalog_number: said(texts[3].clone()),
        format: said(on(vec![medium(carrier, 2, &texts[4], Some(12))])),
        genres: said(vec![texts[5].clone()]),
        styles: said(vec![texts[6].clone(), texts[7].clone()]),
        tracks: said(vec![track(&texts[6], &texts[7], Some(1000)); tracks]),
        ..nevermind()
    })
}

/// The description without the template's own marks: what came from values.
fn without_own_marks(description: &str) -> String {
    let own = ["<h2>", "</h2>", "<h3>", "</h3>", "<ul>", "</ul>", "<li>", "</li>", "<b>", "</b>"];
    own.iter().fold(description.to_owned(), |text, mark| text.replace(mark, ""))
}

proptest! {
    /// Whatever a database holds, a listing has no control characters, no markup of others, no direction
    /// overrides, and keeps eBay's limits.
    #[test]
    fn no_hostile_text_reaches_a_listing(release in hostile_release()) {
        let Ok(listing) = compose(&release) else { return Ok(()) };
        let values = listing.aspects().iter().flat_map(|aspect| aspect.values.iter().map(String::as_str));
        let texts = values.clone().chain([listing.title(), listing.description()]).collect::<Vec<_>>();
        for text in texts {
            prop_assert!(!text.contains(|c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')), "{text:?}");
            prop_assert_eq!(text.trim(), text);
        }
        prop_assert!(!listing.title().contains(['<', '>']) && !listing.title().contains("  "));
        prop_assert!(units(listing.title()) <= 80 && !listing.title().is_empty());
        prop_assert!(values.clone().all(|value| !value.is_empty() && units(value) <= 50 && !value.contains(['<', '>'])));
        prop_assert!(units(listing.description()) <= 4000, "{}", units(listing.description()));
        prop_assert!(!without_own_marks(listing.description()).contains(['<', '>']));
    }

    /// A cut never leaves a piece of a grapheme and never grows.
    #[test]
    fn a_cut_ends_between_graphemes(text in "\\PC{0,60}|(👩🏽‍🚀| |e\u{301}|日本|क्षि){0,30}", most in 0_usize..60) {
        use unicode_segmentation::UnicodeSegmentation;
        let kept = cut(&text, most);
        prop_assert!(units(kept) <= most && text.starts_with(kept));
        let ends = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect::<Vec<_>>();
        prop_assert!(ends.contains(&kept.len()), "{text:?} -> {kept:?}");
    }
}
