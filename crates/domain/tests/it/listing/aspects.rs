//! Categories and item specifics: known values in order, never placeholders.

use std::fmt::Write;

use domain::listing::Listing;
use domain::release::{ArtistCredit, Carrier, Country, Release};
use domain::release_type::ReleaseType;

use super::{compose, format_with, medium, nevermind_release, sourced, track};

pub(super) fn value<'a>(listing: &'a Listing, name: &str) -> Option<&'a str> {
    let aspect = listing.aspects().iter().find(|aspect| aspect.name == name)?;
    assert_eq!(aspect.values.len(), 1, "{name}");
    Some(&aspect.values[0])
}

#[test]
fn each_format_has_its_category_and_aspects() {
    let vinyl = || vec![medium(Carrier::Vinyl, 1, "LP, EP, Single Sided", Some(12))];
    let table = [
        (format_with(vec![medium(Carrier::Cd, 1, "CD, Album", None)]), 176_984, "CD", Some("Album"), None),
        (format_with(vec![medium(Carrier::Sacd, 1, "Hybrid SACD", None)]), 176_984, "CD", None, None),
        (format_with(vinyl()), 176_985, "Record", Some("EP"), Some("12\"")),
        (format_with(vec![medium(Carrier::Cassette, 1, "Single", None)]), 176_983, "Cassette", Some("Single"), None),
    ];
    for (format, category, word, kind, size) in table {
        let listing = compose(&Release { format: sourced(format.clone()), ..nevermind_release() }).expect("a listing");
        assert_eq!(listing.category_id(), category, "{format}");
        assert_eq!(value(&listing, "Format"), Some(word), "{format}");
        assert_eq!(value(&listing, "Type"), kind, "{format}");
        assert_eq!(value(&listing, "Record Size"), size, "{format}");
    }
}

#[test]
fn a_disc_is_what_its_description_says() {
    let on = |carrier: Carrier, wording: &str| {
        let format = format_with(vec![medium(carrier, 1, wording, None)]);
        compose(&Release { format: sourced(format), ..nevermind_release() }).expect("a listing")
    };
    assert_eq!(value(&on(Carrier::BluRay, "Blu-ray, Ultra HD Blu-ray"), "Format"), Some("4K UHD Blu-ray"));
    assert_eq!(value(&on(Carrier::BluRay, "Blu-ray"), "Format"), Some("Blu-ray"));
    assert_eq!(value(&on(Carrier::Dvd, "DVD, DVD-Audio, Album"), "Release Title"), Some("Nevermind"));
    assert_eq!(value(&on(Carrier::Dvd, "DVD, DVD-Video"), "Release Title"), None);
}

/// A buyer of a music CD cannot play a Video CD in a CD player.
#[test]
fn a_video_cd_is_filed_with_the_videos() {
    let on =
        |media| compose(&Release { format: sourced(format_with(media)), ..nevermind_release() }).expect("a listing");
    let video = || medium(Carrier::Cd, 2, "CD, VCD, Album", None);
    let alone = on(vec![video()]);
    assert_eq!((alone.category_id(), value(&alone, "Format")), (617, Some("VCD")));
    assert_eq!((value(&alone, "Movie/TV Title"), value(&alone, "Release Title")), (Some("Nevermind"), None));
    let bonus = on(vec![medium(Carrier::Cd, 1, "CD, Album", None), video()]);
    assert_eq!((bonus.category_id(), value(&bonus, "Format")), (176_984, Some("CD")));
}

#[test]
fn a_disc_that_ebay_files_as_a_cd_names_its_kind() {
    for (carrier, wording, features) in [
        (Carrier::Sacd, "Hybrid SACD", "Hybrid SACD"),
        (Carrier::Sacd, "SACD, Stereo", "SACD"),
        (Carrier::Cd, "DualDisc, Album", "DualDisc"),
        (Carrier::Cd, "CD, Mini, Single", "3\" CD"),
        (Carrier::Cd, "CD, Album", ""),
    ] {
        let format = format_with(vec![medium(carrier, 1, wording, None)]);
        let listing = compose(&Release { format: sourced(format), ..nevermind_release() }).expect("a listing");
        assert_eq!(value(&listing, "Features").unwrap_or_default(), features, "{wording}");
    }
}

#[test]
fn a_long_release_title_ends_with_a_phrase() {
    for (title, cut) in [
        ("Schindler's List: Original Motion Picture Soundtrack", "Schindler's List"),
        ("PetroDragonic Apocalypse; Or, Dawn Of Eternal Night", "PetroDragonic Apocalypse"),
        (
            "Now: The Longest Title Without Any Other Phrase To Cut It",
            "Now: The Longest Title Without Any Other Phrase To",
        ),
        (
            "The Complete Stax/Volt Soul Singles And Rare Recordings Volume 2",
            "The Complete Stax/Volt Soul Singles Volume 2",
        ),
        ("The Live Archive Series: Complete Concert At Brendan Byrne Arena 8/5/84", "The Live Archive Series 8/5/84"),
    ] {
        let listing = compose(&Release { title: sourced(title.to_owned()), ..nevermind_release() });
        assert_eq!(value(&listing.expect("a listing"), "Release Title"), Some(cut));
    }
}

#[test]
fn a_long_title_of_classical_works_keeps_all_works() {
    let names = |name: &str| sourced(vec![name.to_owned()]);
    for (title, expected) in [
        ("Sibelius: Violin Concerto in D minor, op. 47 / Serenades", "Violin Concerto in D minor / Serenades"),
        (
            "Piano Concerto No. 3 In D Minor, Op. 30 / Piano Concerto No. 1 In B-Flat Minor, Op. 23",
            "Piano Concerto No. 3 / Piano Concerto No. 1",
        ),
    ] {
        let listing = compose(&Release {
            artist: sourced(ArtistCredit::from_name("Jean Sibelius")),
            title: sourced(title.to_owned()),
            composers: names("Jean Sibelius"),
            performers: names("Anne-Sophie Mutter"),
            ..nevermind_release()
        });
        assert_eq!(value(&listing.expect("a listing"), "Release Title"), Some(expected));
    }
}

#[test]
fn aspects_are_known_values_in_order_and_never_placeholders() {
    let listing = compose(&nevermind_release()).expect("a listing");
    let shown = listing.aspects().iter().fold(String::new(), |mut text, aspect| {
        let _ = writeln!(text, "{}: {}", aspect.name, aspect.values.join(" | "));
        text
    });
    insta::assert_snapshot!(shown, @r#"
Artist: Nirvana
Release Title: Nevermind
Format: CD
Type: Album
Genre: Rock | Alternative
Style: Grunge
Record Label: DGC
Release Year: 1991
Catalog Number: DGCD-24425
MPN: DGCD-24425
Number of Discs: 1
"#);

    let unknown = Release {
        label: sourced("[no label]".to_owned()),
        catalog_number: sourced("none".to_owned()),
        genres: sourced(vec!["<Genre>".to_owned(), "Folk".to_owned()]),
        styles: sourced(vec!["Unknown".to_owned()]),
        date: None,
        ..nevermind_release()
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
fn a_value_too_long_for_ebay_is_cut_at_a_word_or_omitted() {
    let long = "A Very Long Name of Something That Goes On and On Beyond";
    let release =
        Release { title: sourced(long.to_owned()), catalog_number: sourced(long.to_owned()), ..nevermind_release() };
    let listing = compose(&release).expect("a listing");
    assert_eq!(value(&listing, "Release Title"), Some("A Very Long Name of Something That Goes On and On"));
    assert_eq!(value(&listing, "Catalog Number"), None);
}

/// Formats the item specifics of a release as `Name: value | value`.
fn shown(release: &Release) -> Vec<String> {
    let listing = compose(release).expect("a listing");
    listing.aspects().iter().map(|aspect| format!("{}: {}", aspect.name, aspect.values.join(" | "))).collect()
}

#[test]
fn a_record_has_all_aspects_that_buyers_filter_by() {
    let words = ["Limited Edition", "Numbered", "Remastered", "Reissue"];
    let release = Release {
        format: sourced(format_with(vec![medium(Carrier::Vinyl, 2, "12\" Vinyl", Some(12))])),
        types: sourced(vec![ReleaseType::Album, ReleaseType::Live, ReleaseType::SpokenWord]),
        descriptions: sourced(vec!["LP".to_owned(), "Album".to_owned()]),
        edition: sourced(words.map(str::to_owned).to_vec()),
        color: sourced("Red".to_owned()),
        grams: sourced(180),
        country: sourced(Country("UK".to_owned())),
        language: sourced("eng".to_owned()),
        genres: sourced(vec!["Folk, World, & Country".to_owned(), "Funk / Soul".to_owned()]),
        styles: sourced(vec!["Bluegrass".to_owned()]),
        tracks: sourced(vec![track("A1", "One", Some(90_000)), track("A2", "Two", Some(95_000))]),
        ..nevermind_release()
    };
    let shown = shown(&release);
    for line in [
        "Format: Record",
        "Type: Album",
        "Genre: Country | Folk | R&B & Soul",
        "Edition: Limited Edition | Reissue",
        "Features: Numbered | Remastered | 180 Gram",
        "Record Size: 12\"",
        "Speed: 33 RPM",
        "Material: Vinyl",
        "Color: Red",
        "Country of Origin: United Kingdom",
        "Language: English",
        "Number of Discs: 2",
        "Run Time: 3 min",
    ] {
        assert!(shown.iter().any(|shown| shown == line), "{line}: {shown:#?}");
    }
}

#[test]
fn every_media_type_has_its_category_and_format() {
    for (carrier, category, format) in [
        (Carrier::Shellac, 176_985, "Record"),
        (Carrier::Dvd, 617, "DVD"),
        (Carrier::BluRay, 617, "Blu-ray"),
        (Carrier::Vhs, 309, "VHS"),
        (Carrier::LaserDisc, 381, "LaserDisc"),
        (Carrier::MiniDisc, 618, "MiniDisc"),
        (Carrier::EightTrack, 618, "8-Track Tape"),
        (Carrier::ReelToReel, 618, "Reel to Reel Tape"),
    ] {
        let release =
            Release { format: sourced(format_with(vec![medium(carrier, 1, "", None)])), ..nevermind_release() };
        let listing = compose(&release).expect("a listing");
        assert_eq!((listing.category_id(), value(&listing, "Format")), (category, Some(format)), "{carrier}");
    }
}

#[test]
fn classical_music_names_all_performers() {
    let release = Release {
        composers: sourced(vec!["Gustav Mahler".to_owned()]),
        conductors: sourced(vec!["Rafael Kubelik".to_owned()]),
        performers: sourced(vec!["Bavarian Radio Symphony Orchestra".to_owned()]),
        artist: sourced(ArtistCredit::from_name("Mahler")),
        ..nevermind_release()
    };
    let shown = shown(&release);
    let artists = "Artist: Gustav Mahler | Rafael Kubelik | Bavarian Radio Symphony Orchestra";
    for line in [artists, "Composer: Gustav Mahler", "Conductor: Rafael Kubelik"] {
        assert!(shown.iter().any(|shown| shown == line), "{line}: {shown:#?}");
    }
}

#[test]
fn placeholders_in_brackets_are_not_names() {
    let by = |artist: &str| Release { artist: sourced(ArtistCredit::from_name(artist)), ..nevermind_release() };
    assert!(compose(&by("[language instruction]")).is_err() && compose(&by("[unknown]")).is_err());
    assert!(compose(&by("[nature sounds]")).is_err() && compose(&by("[no artist]")).is_err());
    let spunge = compose(&by("[spunge]")).expect("the name of a band");
    assert!(spunge.title().starts_with("[spunge] - "), "{}", spunge.title());
    assert_eq!(
        compose(&by("[traditional]")).expect("a listing").title(),
        "Traditional - Nevermind CD 1991 DGC DGCD-24425"
    );
    let untitled = Release { title: sourced("[untitled]".to_owned()), ..nevermind_release() };
    assert_eq!(compose(&untitled).expect("a listing").title(), "Nirvana - Untitled CD 1991 DGC DGCD-24425");
}

#[test]
fn a_single_that_is_a_sampler_is_no_compilation() {
    let kind = |description: &str| {
        let release = Release {
            types: sourced(vec![ReleaseType::Single, ReleaseType::Compilation]),
            descriptions: sourced(vec!["Single".to_owned(), description.to_owned()]),
            ..nevermind_release()
        };
        let listing = compose(&release).expect("a listing");
        listing.aspects().iter().find(|aspect| aspect.name == "Type").expect("a type").values[0].clone()
    };
    assert_eq!([kind("Sampler"), kind("Compilation")], ["Single", "Compilation"]);
}

#[test]
fn noises_beside_music_are_not_spoken_word() {
    let listed = |names: [&[&str]; 2]| {
        let [genres, styles] = names.map(|list| sourced(list.iter().map(|name| (*name).to_owned()).collect()));
        let listing = compose(&Release { genres, styles, ..nevermind_release() }).expect("a listing");
        listing.aspects().iter().find(|aspect| aspect.name == "Genre").expect("a genre").values.clone()
    };
    assert_eq!(listed([&["Electronic", "Non-Music"], &["Noise"]]), ["Dance & Electronica"]);
    assert_eq!(listed([&["Non-Music"], &["Educational"]]), ["Comedy & Spoken Word"]);
    assert_eq!(listed([&["Pop", "Non-Music"], &["Health-Fitness"]]), ["Pop", "Comedy & Spoken Word"]);
    assert!(listed([&["Pop", "Non-Music"], &["Comedy"]]).contains(&"Comedy & Spoken Word".to_owned()));
}

#[test]
fn a_country_of_any_continent_is_the_country_of_origin() {
    for (country, name) in [("Sri Lanka", "Sri Lanka"), ("LK", "Sri Lanka"), ("Burma", "Myanmar")] {
        let release = Release { country: sourced(Country(country.to_owned())), ..nevermind_release() };
        assert_eq!(value(&compose(&release).expect("a listing"), "Country of Origin"), Some(name), "{country}");
    }
}

#[test]
fn records_of_other_materials_and_audiobooks_say_so() {
    let on = |carrier, wording| {
        let release = Release {
            format: sourced(format_with(vec![medium(carrier, 1, wording, Some(10))])),
            ..nevermind_release()
        };
        let listing = compose(&release).expect("a listing");
        value(&listing, "Material").map(str::to_owned)
    };
    assert_eq!(on(Carrier::Vinyl, "Vinyl, LP").as_deref(), Some("Vinyl"));
    assert_eq!(on(Carrier::Vinyl, "Acetate, 10\"").as_deref(), Some("Acetate"));
    assert_eq!(on(Carrier::Vinyl, "Lathe Cut, 10\""), None);
    let audiobook = Release { types: sourced(vec![ReleaseType::Album, ReleaseType::Audiobook]), ..nevermind_release() };
    let listing = compose(&audiobook).expect("a listing");
    let types = listing.aspects().iter().find(|aspect| aspect.name == "Type").expect("a type");
    assert_eq!(types.values[0], "Audiobook");
}

#[test]
fn regions_and_the_television_standard_of_a_video_have_their_own_aspects() {
    let of = |carrier: Carrier, words: &[&str]| {
        let release = Release {
            format: sourced(format_with(vec![medium(carrier, 1, "", None)])),
            edition: sourced(words.iter().map(|word| (*word).to_owned()).collect()),
            ..nevermind_release()
        };
        let listing = compose(&release).expect("a listing");
        ["Region Code", "Signal Standard", "Features"].map(|name| {
            let aspect = listing.aspects().iter().find(|aspect| aspect.name == name);
            aspect.map(|aspect| aspect.values.join("|")).unwrap_or_default()
        })
    };
    assert_eq!(of(Carrier::Dvd, &["Remastered", "PAL", "Region 2/4"]), ["DVD: 2|DVD: 4", "PAL", "Remastered"]);
    assert_eq!(of(Carrier::Dvd, &["NTSC", "Region Free"]), ["DVD: 0/All", "NTSC", ""]);
    assert_eq!(of(Carrier::BluRay, &["Region A"]), ["Blu-ray: A", "", ""]);
    assert_eq!(of(Carrier::BluRay, &["Region Free"]), ["Region Free", "", ""]);
    assert_eq!(of(Carrier::Vhs, &["PAL"]), ["", "PAL", ""]);
    assert_eq!(of(Carrier::Cd, &["NTSC", "Region 1"]), ["", "", "NTSC|Region 1"], "a CD with a DVD");
}

#[test]
fn a_special_packaging_is_a_feature() {
    let of = |packaging: &str, words: &[&str]| {
        let release = Release {
            packaging: sourced(packaging.to_owned()),
            edition: sourced(words.iter().map(|word| (*word).to_owned()).collect()),
            ..nevermind_release()
        };
        let listing = compose(&release).expect("a listing");
        let aspect = listing.aspects().iter().find(|aspect| aspect.name == "Features");
        aspect.map(|aspect| aspect.values.join("|")).unwrap_or_default()
    };
    assert_eq!(of("Digipak", &["Remastered"]), "Remastered|Digipak");
    assert_eq!(of("Digipak", &["Digipak"]), "Digipak");
    assert_eq!(of("Gatefold Cover", &[]), "Gatefold");
    assert_eq!(of("Jewel Case", &[]), "");
}
