//! Titles of listings: at most 80 characters, whole words, the least important part is dropped first.

use domain::display_text::utf16_len;
use domain::release::{ArtistCredit, Carrier, CreditedArtist, Format, Release};
use domain::release_type::ReleaseType;

use super::{cd_format, compose, format_with, medium, nevermind_release, sourced};

/// Returns the title of a release with these fields.
fn titled(artist: &str, title: &str, format: Format, year: &str, label: &str, number: &str) -> String {
    let release = Release {
        artist: sourced(ArtistCredit::from_name(artist)),
        title: sourced(title.to_owned()),
        format: sourced(format),
        date: year.parse().ok().and_then(sourced),
        label: Some(label).filter(|l| !l.is_empty()).map(str::to_owned).and_then(sourced),
        catalog_number: Some(number).filter(|n| !n.is_empty()).map(str::to_owned).and_then(sourced),
        ..Release::default()
    };
    compose(&release).expect("a listing").title().to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn titles_keep_search_terms_and_drop_the_least_important_first() {
    let lp = || format_with(vec![medium(Carrier::Vinyl, 2, "LP, Album, Reissue", Some(12))]);
    let seven = || format_with(vec![medium(Carrier::Vinyl, 1, "7\" Vinyl", Some(7))]);
    let boxed =
        || Format { media: vec![medium(Carrier::Cd, 4, "CD", None), medium(Carrier::Dvd, 1, "", None)], box_set: true };
    let tape = || format_with(vec![medium(Carrier::Cassette, 1, "", None)]);
    let titles = [
        titled("Nirvana", "Nevermind", cd_format(), "1991", "DGC", "DGCD-24425"),
        titled("Fleetwood Mac", "Rumours", lp(), "2009", "Reprise Records", "517787-1"),
        titled("The Beatles", "Hey Jude", seven(), "1968", "Apple Records", "2276"),
        titled("Metallica", "Metallica", tape(), "", "", ""),
        titled("Nirvana", "With the Lights Out", boxed(), "2004", "Geffen Records", "B0003727-00"),
        // The catalog number is dropped first.
        titled("Godspeed You! Black Emperor", "Lift Your Skinny Fists Like", lp(), "2000", "Kranky", "KRANK 043"),
        // A label that is too long is dropped in favor of the number.
        titled(
            "Miles Davis",
            "Kind of Blue",
            cd_format(),
            "1997",
            "Columbia Jazz Masterpieces Legacy Sony Music Entertainment",
            "CK 64935",
        ),
        // Artist and title alone are too long: the title is cut at a word, and the format stays.
        titled(
            "Fiona Apple",
            "When the Pawn Hits the Conflicts He Thinks Like a King What He Knows Throws the Blows",
            cd_format(),
            "1999",
            "Epic",
            "EK 69195",
        ),
        // An unclosed bracket is dropped.
        titled(
            "Marvin Gaye and Tammi Terrell",
            "Greatest Hits of the Motown Years (Expanded Deluxe Anniversary Edition)",
            cd_format(),
            "2001",
            "Motown",
            "1",
        ),
        titled("Various Artists", "Pulp Fiction", cd_format(), "1994", "MCA Records", "MCAD-11103"),
        titled(
            "Various",
            "O Brother, Where Art Thou? Music From the Motion Picture",
            cd_format(),
            "2000",
            "Mercury",
            "088 170 069-2",
        ),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r#"
Nirvana - Nevermind CD 1991 DGC DGCD-24425
Fleetwood Mac - Rumours 2 LP Vinyl 2009 Reprise Records 517787-1
The Beatles - Hey Jude 7" Vinyl 1968 Apple Records 2276
Metallica - Metallica Cassette
Nirvana - With the Lights Out 4 CD + DVD Box Set 2004 Geffen Records B0003727-00
Godspeed You! Black Emperor - Lift Your Skinny Fists Like 2 LP Vinyl 2000 Kranky
Miles Davis - Kind of Blue CD 1997 CK 64935
Fiona Apple - When the Pawn Hits the Conflicts He Thinks Like a King What He CD
Marvin Gaye and Tammi Terrell - Greatest Hits of the Motown Years CD 2001
Various Artists - Pulp Fiction CD 1994 MCA Records MCAD-11103
O Brother, Where Art Thou? Music From the Motion Picture CD 2000 Mercury
"#);
    assert!(titles.iter().all(|title| utf16_len(title) <= 80));
}

#[test]
fn titles_in_other_scripts_are_cut_between_words_too() {
    let titles = [
        titled("宇多田ヒカル", "First Love", cd_format(), "1999", "東芝EMI", "TOCT-24067"),
        titled("椎名林檎", &"無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花".repeat(5), cd_format(), "1999", "", ""),
        titled("فيروز", "كيفك انت", cd_format(), "1991", "", ""),
        titled("אריק איינשטיין", "\u{202e}שירים\u{202c}", cd_format(), "1970", "", ""),
        titled("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", &"👩🏽‍🚀".repeat(30), cd_format(), "", "", ""),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r#"
宇多田ヒカル - First Love CD 1999 東芝EMI TOCT-24067
椎名林檎 - 無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花無罪モラトリアム勝訴ストリップ加爾基精液栗ノ花無 CD
فيروز - كيفك انت CD 1991
אריק איינשטיין - שירים CD
👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 - 👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀 CD
"#);
    assert!(titles.iter().all(|title| utf16_len(title) <= 80));
    assert!(titles[4].ends_with("👩🏽‍🚀 CD"), "no emoji is split");
}

#[test]
fn a_long_credit_keeps_as_many_names_as_fit() {
    let names = ["Ludwig van Beethoven", "Berliner Philharmoniker", "Herbert von Karajan", "Gundula Janowitz"];
    let credit = names.map(|name| CreditedArtist { name: name.to_owned(), join: "; ".to_owned() });
    let release = Release {
        artist: sourced(ArtistCredit(credit.to_vec())),
        title: sourced("Symphonie Nr. 9".to_owned()),
        ..nevermind_release()
    };
    let listing = compose(&release).expect("a listing");
    insta::assert_snapshot!(listing.title(), @"Ludwig van Beethoven; Berliner Philharmoniker - Symphonie Nr. 9 CD 1991 DGC");
    let artists = listing.aspects().iter().find(|aspect| aspect.name == "Artist").expect("artists");
    assert_eq!(artists.values, names, "all of them are in the item specifics");
}

/// eBay requires that the listing of a promotional copy states it.
#[test]
fn a_long_title_still_states_that_the_copy_is_a_promo() {
    for word in ["Promo", "Advance", "Test Pressing"] {
        let release = Release {
            artist: sourced(ArtistCredit::from_name("Godspeed You! Black Emperor".to_owned())),
            title: sourced("Lift Your Skinny Fists Like Antennas to Heaven".to_owned()),
            edition: sourced(vec![word.to_owned()]),
            ..nevermind_release()
        };
        let title = compose(&release).expect("a listing").title().to_owned();
        assert!(title.starts_with("Godspeed You! Black Emperor - Lift Your") && utf16_len(&title) <= 80, "{title}");
        assert!(title.contains(&format!(" CD {word}")), "{title}");
    }
}

#[test]
fn the_medium_is_named_unambiguously() {
    let ten_inch = || format_with(vec![medium(Carrier::Vinyl, 1, "10\" Vinyl, LP, Album", Some(10))]);
    let two_ten_inch = || format_with(vec![medium(Carrier::Vinyl, 2, "10\" Vinyl, LP, Album", Some(10))]);
    let shellac = || format_with(vec![medium(Carrier::Shellac, 4, "Shellac", Some(10))]);
    let titles = [
        titled("Thelonious Monk", "Genius of Modern Music", ten_inch(), "1951", "Blue Note", "BLP 5002"),
        titled("Thelonious Monk", "Genius of Modern Music", two_ten_inch(), "1951", "Blue Note", "BLP 5002"),
        // A year before the medium existed is the year of the recording.
        titled("Miles Davis", "Kind of Blue", cd_format(), "1959", "Columbia", "CK 64935"),
        // Brackets between letters and digits become a hyphen.
        titled("Depeche Mode", "The Singles 86>98", cd_format(), "1998", "Mute", "CDMUTEL5"),
        // The label is not repeated.
        titled("Lucifer's Friend", "Banquet", cd_format(), "1994", "CBAK", "CBAK 4001"),
        titled(
            "Duke Ellington and His Famous Orchestra with Ivie Anderson",
            "A Duke Ellington Panorama of the Thirties",
            shellac(),
            "1943",
            "Victor",
            "P-138",
        ),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r#"
    Thelonious Monk - Genius of Modern Music 10" Vinyl LP 1951 Blue Note BLP 5002
    Thelonious Monk - Genius of Modern Music 2 x 10" Vinyl LP 1951 Blue Note
    Miles Davis - Kind of Blue CD Columbia CK 64935
    Depeche Mode - The Singles 86-98 CD 1998 Mute CDMUTEL5
    Lucifer's Friend - Banquet CD 1994 CBAK 4001
    Duke Ellington and His Famous Orchestra - A Duke Ellington 4 x 10" 78 RPM 1943
    "#);
}

/// Returns the title of a record with these edition words and this color.
fn record_titled((artist, title): (&str, &str), count: u16, color: Option<&str>, edition: &[&str]) -> String {
    let release = Release {
        artist: sourced(ArtistCredit::from_name(artist)),
        title: sourced(title.to_owned()),
        format: sourced(format_with(vec![medium(Carrier::Vinyl, count, "Vinyl, LP, Album", Some(12))])),
        color: color.map(str::to_owned).and_then(sourced),
        edition: sourced(edition.iter().map(|word| (*word).to_owned()).collect()),
        ..nevermind_release()
    };
    compose(&release).expect("a listing").title().to_owned()
}

#[test]
fn a_color_is_worth_more_than_other_words() {
    let long = ("Godspeed You! Black Emperor", "Lift Your Skinny Fists Like Antennas");
    let titles = [
        record_titled(long, 1, Some("Translucent Red Marbled"), &["Limited Edition"]),
        record_titled(
            ("Godspeed You! Black Emperor", "Lift Your Skinny Fists"),
            1,
            Some("Translucent Red Marbled"),
            &["Limited Edition"],
        ),
        record_titled(
            ("Godspeed You! Black Emperor", "Lift Your Skinny Fists Like Antennas to Heaven"),
            1,
            Some("Red"),
            &["Limited Edition"],
        ),
        // Without `Vinyl`, there is room for a word that raises the price.
        record_titled(long, 2, None, &["Numbered"]),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r#"
    Godspeed You! Black Emperor - Lift Your Skinny Fists Like Antennas LP Red 1991
    Godspeed You! Black Emperor - Lift Your Skinny Fists Translucent Red Marbled LP
    Godspeed You! Black Emperor - Lift Your Skinny Fists Like Antennas to Heaven LP
    Godspeed You! Black Emperor - Lift Your Skinny Fists Like Antennas 2LP Numbered
    "#);
}

#[test]
fn classical_music_with_a_long_title_names_its_performers() {
    let names = |names: &[&str]| sourced(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let release = Release {
        artist: sourced(ArtistCredit::from_name("Giuseppe Verdi")),
        title: sourced("Rigoletto: Highlights from the Complete Recording Made at La Scala in Milan".to_owned()),
        composers: names(&["Giuseppe Verdi"]),
        performers: names(&["Maria Callas", "Tito Gobbi"]),
        ..nevermind_release()
    };
    insta::assert_snapshot!(compose(&release).expect("a listing").title(), @"Verdi: Rigoletto - Maria Callas, Tito Gobbi CD 1991 DGC DGCD-24425");
}

#[test]
fn a_singer_whose_name_does_not_fit_has_the_last_name() {
    let names = |names: &[&str]| sourced(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let of_style = |style: &str| {
        let release = Release {
            artist: sourced(ArtistCredit::from_name("Vincenzo Bellini")),
            title: sourced("Norma - Opera In Due Atti, Live".to_owned()),
            composers: names(&["Vincenzo Bellini"]),
            conductors: names(&["Tullio Serafin"]),
            performers: names(&["Maria Meneghini Callas", "Ebe Stignani", "Orchestra Del Teatro Alla Scala"]),
            styles: names(&[style]),
            ..nevermind_release()
        };
        compose(&release).expect("a listing").title().to_owned()
    };
    insta::assert_snapshot!([of_style("Opera"), of_style("Romantic")].join("\n"), @r"
    Bellini: Norma - Opera In Due Atti, Live - Tullio Serafin, Callas, Stignani CD
    Bellini: Norma - Opera In Due Atti, Live - Tullio Serafin, Ebe Stignani CD 1991
    ");
}

#[test]
fn a_comedian_is_found_by_comedy_and_a_year_is_written_once() {
    let spoken = |title: &str, types: &[ReleaseType], style: &str| {
        let release = Release {
            artist: sourced(ArtistCredit::from_name("George Carlin")),
            title: sourced(title.to_owned()),
            types: sourced(types.to_vec()),
            styles: sourced(vec![style.to_owned()]),
            ..nevermind_release()
        };
        compose(&release).expect("a listing").title().to_owned()
    };
    let titles = [
        spoken("Class Clown", &[ReleaseType::SpokenWord], "Comedy"),
        spoken("Comedy Hour", &[ReleaseType::SpokenWord], "Comedy"),
        spoken("Poems", &[ReleaseType::SpokenWord], "Poetry"),
        spoken("Folge 3", &[ReleaseType::AudioDrama], "Radioplay"),
        spoken("Live 1991", &[ReleaseType::Album], "Comedy"),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r"
    George Carlin - Class Clown CD Comedy 1991 DGC DGCD-24425
    George Carlin - Comedy Hour CD 1991 DGC DGCD-24425
    George Carlin - Poems CD Spoken Word 1991 DGC DGCD-24425
    George Carlin - Folge 3 CD Audio Drama 1991 DGC DGCD-24425
    George Carlin - Live 1991 CD DGC DGCD-24425
    ");
}
