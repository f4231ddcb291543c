//! Release formats as described by Discogs and MusicBrainz, each with the expected title or the reason for review.
//!
//! Every release is "Blue Harbor" by Low Water, on Harbour, number HB 20417, from 1996. A line has the media, `|`, and
//! the differences from a standard album from the United States.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::{Listing, MissingField};
use domain::matching::{MatchPreferences, Verdict, identify_release};
use domain::provider_release::ProviderRelease;
use domain::release::Release;
use jiff::Timestamp;
use providers::test_support;
use serde_json::{Value, json};
use testing::listings::{compose_with, price_estimate_of, seller_terms};
use testing::verdicts::upc;

/// Discogs: `NAME * QUANTITY: DESCRIPTIONS (TEXT) + ... | COUNTRY`.
const DISCOGS: &str = r#"
CDr: Album | US
=> review: on recordable media
Vinyl: LP, Album, Unofficial Release | US
=> review: an unofficial release
Cassette: Album, Partially Unofficial | US
=> review: an unofficial release
CD: Album (Counterfeit) | Russia
=> review: an unofficial release
Vinyl: LP, Album, Test Pressing, White Label | US
=> Low Water - Blue Harbor Vinyl LP Test Pressing White Label 1996 Harbour HB 20417
CD: Sampler, Promo | US
=> Low Water - Blue Harbor CD Promo Sampler 1996 Harbour HB 20417
Vinyl: 12", White Label, Promo | UK
=> Low Water - Blue Harbor 12" Vinyl White Label Promo 1996 UK Harbour HB 20417
Vinyl: LP, Album, Reissue, Limited Edition (Red/Black Marble, 180 Gram, Gatefold) | US
=> Low Water - Blue Harbor Red/Black Marble Vinyl LP Limited Edition Reissue 180g
Vinyl * 2: LP, Album, Repress (Clear With Blue Splatter) | UK
=> Low Water - Blue Harbor 2 LP Clear With Blue Splatter Vinyl Repress 1996 UK
Vinyl: LP, Album, Limited Edition, Numbered, Reissue (Record Store Day 2019, Translucent Green) | US
=> Low Water - Blue Harbor Translucent Green Vinyl LP Limited Edition Numbered RSD
Vinyl: 12", 45 RPM, Maxi-Single | Germany
=> Low Water - Blue Harbor 12" Vinyl Maxi-Single 1996 Germany Harbour HB 20417
Vinyl: 12", 45 RPM, Single, Picture Disc, Limited Edition | UK
=> Low Water - Blue Harbor 12" Vinyl Single Limited Edition Picture Disc 1996 UK
Vinyl: LP, Album, Club Edition | US
=> Low Water - Blue Harbor Vinyl LP Club Edition 1996 Harbour HB 20417
Vinyl: LP, Album (180g) + CD: Album + File: MP3 (320 kbps) | US
=> Low Water - Blue Harbor Vinyl LP + CD 180g 1996 Harbour HB 20417
Flexi-disc: 7", Single Sided, Promo | US
=> Low Water - Blue Harbor 7" Flexi Disc Promo Single Sided 1996 Harbour HB 20417
Acetate: 10", Single Sided | US
=> Low Water - Blue Harbor 10" Acetate Single Sided 1996 Harbour HB 20417
Shellac: 10", 78 RPM, Single | UK
=> Low Water - Blue Harbor 10" Shellac 78 RPM 1996 UK Harbour HB 20417
CD: Maxi-Single, Enhanced | Europe
=> Low Water - Blue Harbor CD Maxi-Single Enhanced 1996 Europe Harbour HB 20417
CD: Mini, Single | Japan
=> Low Water - Blue Harbor 3" CD Single 1996 Japan Harbour HB 20417
CD: Album, Reissue, Remastered, Limited Edition (SHM-CD, Paper Sleeve, With Obi) | Japan
=> Low Water - Blue Harbor SHM-CD Limited Edition Remastered Reissue Obi 1996 Japan
CD * 2: Album, Deluxe Edition, Reissue, Remastered (Digibook, 25th Anniversary Edition) | Europe
=> Low Water - Blue Harbor 2 CD Deluxe 25th Anniversary Remastered Reissue 1996 EU
SACD: Hybrid, Multichannel, Album, Reissue | US
=> Low Water - Blue Harbor Hybrid SACD Reissue Multichannel Harbour HB 20417
Hybrid: DualDisc, Album | US
=> Low Water - Blue Harbor CD DualDisc 1996 Harbour HB 20417
Box Set + CD * 5: Album, Remastered | US
=> Low Water - Blue Harbor 5 CD Box Set Remastered 1996 Harbour HB 20417
Cassette: Single | US
=> Low Water - Blue Harbor Cassette Single 1996 Harbour HB 20417
Cassette: Album (Purple Tint, 100 copies) | US
=> Low Water - Blue Harbor Purple Tint Cassette 1996 Harbour HB 20417
Cassette: Album, Reissue (Clear Shell, Dolby HX Pro) | US
=> Low Water - Blue Harbor Clear Cassette Reissue 1996 Harbour HB 20417
8-Track Cartridge: Album, Quadraphonic | US
=> Low Water - Blue Harbor 8-Track Tape Quadraphonic 1996 Harbour HB 20417
Reel-To-Reel: 4-Track Stereo, 7 ½ ips, Album | US
=> Low Water - Blue Harbor Reel-to-Reel Tape 4-Track Stereo 7 1/2 IPS 1996 Harbour
Laserdisc: 12", NTSC, Single Sided (CLV) | US
=> Low Water - Blue Harbor LaserDisc Single Sided NTSC CLV 1996 Harbour HB 20417
CD: Album (Photobook, Story Ver.) | South Korea
=> Low Water - Blue Harbor CD Story Version 1996 South Korea Harbour HB 20417
CD: Album (Live Ver., "Remix" Ver.) | South Korea
=> Low Water - Blue Harbor CD 1996 South Korea Harbour HB 20417
CD: Album (Version 3) | South Korea
=> Low Water - Blue Harbor CD Version 3 1996 South Korea Harbour HB 20417
CD: Single (Type A) | Japan
=> Low Water - Blue Harbor CD Single Type A 1996 Japan Harbour HB 20417
Vinyl * 2: LP, Album, Reissue (Vinyl Me, Please., Orange Galaxy) | US
=> Low Water - Blue Harbor 2 LP Orange Galaxy Vinyl VMP Exclusive Reissue 1996
CD: Mixtape, Mixed, Compilation | US
=> Low Water - Blue Harbor CD Mixtape 1996 Harbour HB 20417
Vinyl: LP, Album (45 RPM, Gatefold) | US
=> Low Water - Blue Harbor Vinyl LP Gatefold 1996 Harbour HB 20417
Reel-To-Reel: 7", Album | US
=> Low Water - Blue Harbor Reel-to-Reel Tape 1996 Harbour HB 20417
Minidisc: Album | Japan
=> Low Water - Blue Harbor MiniDisc 1996 Japan Harbour HB 20417
DVD: DVD-Audio, Album, Multichannel | US
=> Low Water - Blue Harbor DVD-Audio Multichannel 1996 Harbour HB 20417
Vinyl: LP, Album + Cassette: Album (Green) | US
=> Low Water - Blue Harbor Vinyl LP + Green Cassette 1996 Harbour HB 20417
Vinyl: LP, Album (Black) + Vinyl: 10", EP (Gold) | US
=> Low Water - Blue Harbor Vinyl LP + 10" Gold Vinyl 1996 Harbour HB 20417
Vinyl: 5", Single | US
=> Low Water - Blue Harbor 5" Vinyl Single 1996 Harbour HB 20417
Shellac: 12", 33 ⅓ RPM | US
=> Low Water - Blue Harbor 12" Shellac 33 RPM 1996 Harbour HB 20417
CD: MP3, Album | US
=> Low Water - Blue Harbor MP3 CD 1996 Harbour HB 20417
CD: Album (Not For Resale) | US
=> Low Water - Blue Harbor CD Promo 1996 Harbour HB 20417
CD: Album (Unauthorised) | Italy
=> review: an unofficial release
CD: Album (UHQ-CD, Rental CD) | Japan
=> Low Water - Blue Harbor CD Rental UHQCD 1996 Japan Harbour HB 20417
CD: Album, DTS | US
=> Low Water - Blue Harbor DTS CD 1996 Harbour HB 20417
CD: CD+G | US
=> Low Water - Blue Harbor CD+G 1996 Harbour HB 20417
CD: Album + CD: VCD | Taiwan
=> Low Water - Blue Harbor CD + VCD 1996 Taiwan Harbour HB 20417
CD: Single (CD1) | UK
=> Low Water - Blue Harbor CD Single CD1 1996 UK Harbour HB 20417
CD: Mini-Album | US
=> Low Water - Blue Harbor CD Mini-Album 1996 Harbour HB 20417
CD (EP) | US
=> Low Water - Blue Harbor CD EP 1996 Harbour HB 20417
Cassette (Live) | US
=> Low Water - Blue Harbor Cassette Live 1996 Harbour HB 20417
CD: Album (Live) | US
=> Low Water - Blue Harbor CD Live 1996 Harbour HB 20417
CD: Compilation, Mixed | UK
=> Low Water - Blue Harbor CD DJ Mix 1996 UK Harbour HB 20417
Vinyl: 10", 78 RPM, Single | US
=> Low Water - Blue Harbor 10" 78 RPM Vinyl Single 1996 Harbour HB 20417
Blu-ray: Album (Pure Audio) | Europe
=> Low Water - Blue Harbor Blu-ray Audio Europe Harbour HB 20417
Vinyl: LP, Album (Acetate Outer Sleeve) | US
=> Low Water - Blue Harbor Vinyl LP 1996 Harbour HB 20417
HD DVD: NTSC | US
=> missing: category
DCC: Album | US
=> Low Water - Blue Harbor DCC Digital Compact Cassette 1996 Harbour HB 20417
DAT: Album | US
=> Low Water - Blue Harbor DAT Digital Audio Tape 1996 Harbour HB 20417
4-Track Cartridge: Album | US
=> Low Water - Blue Harbor 4-Track Tape Cartridge 1996 Harbour HB 20417
Elcaset * 2: Album | Japan
=> Low Water - Blue Harbor 2 Elcaset 1996 Japan Harbour HB 20417
Revere Magnetic Stereo Tape Ca: Album | US
=> Low Water - Blue Harbor Revere Tape Cartridge 1996 Harbour HB 20417
Edison Disc: 10", 80 RPM | US
=> Low Water - Blue Harbor Edison Diamond Disc 1996 Harbour HB 20417
CD: SVCD | China
=> Low Water - Blue Harbor SVCD 1996 China Harbour HB 20417
CD: Album + Film Reel | US
=> Low Water - Blue Harbor CD + Film Reel 1996 Harbour HB 20417
Blu-ray: Multichannel (4K UHD) | US
=> Low Water - Blue Harbor 4K Ultra HD Blu-ray Multichannel Harbour HB 20417
Blu-ray: Multichannel (4K Restoration) | US
=> Low Water - Blue Harbor Blu-ray Multichannel Harbour HB 20417
Vinyl: 3", Single | US
=> Low Water - Blue Harbor 3" Vinyl Single 1996 Harbour HB 20417
Ultra HD Blu-ray: Multichannel | US
=> Low Water - Blue Harbor 4K Ultra HD Blu-ray Multichannel Harbour HB 20417
DVD: DVD-Video, PAL (Region 2, 4) | Europe
=> Low Water - Blue Harbor DVD PAL Region 2/4 1996 Europe Harbour HB 20417
DVD: DVD-Video, NTSC (Region 0) | US
=> Low Water - Blue Harbor DVD NTSC Region Free 1996 Harbour HB 20417
CD: Album + DVD: DVD-Video, NTSC (Region 1) | US
=> Low Water - Blue Harbor CD + DVD NTSC Region 1 1996 Harbour HB 20417
CD: Album | UK & Europe
=> Low Water - Blue Harbor CD 1996 UK & Europe Harbour HB 20417
CD: Album (Longbox) | USA & Canada
=> Low Water - Blue Harbor CD Longbox 1996 Harbour HB 20417
Cassette: Album | Lithuania
=> Low Water - Blue Harbor Cassette 1996 Lithuania Harbour HB 20417
Blu-ray: Album | Europe
=> Low Water - Blue Harbor Blu-ray Europe Harbour HB 20417
File: MP3, Album | US
=> missing: format
Memory Stick: FLAC | US
=> Low Water - Blue Harbor USB Flash Drive 1996 Harbour HB 20417
"#;

/// MusicBrainz: `FORMAT + FORMAT | STATUS | TYPES | DISAMBIGUATION | COUNTRY`.
const MUSICBRAINZ: &str = r#"
10" Acetate | Official | Album | | US
=> Low Water - Blue Harbor 10" Acetate 1996 Harbour HB 20417
HD-DVD | Official | Album | | US
=> missing: category
DCC | Official | Album | | NL
=> Low Water - Blue Harbor DCC Digital Compact Cassette 1996 Netherlands Harbour
USB Flash Drive | Official | Album | | US
=> Low Water - Blue Harbor USB Flash Drive 1996 Harbour HB 20417
VCD | Official | Other | | HK
=> Low Water - Blue Harbor VCD 1996 Hong Kong Harbour HB 20417
DVD | Official | Album | region 1 | US
=> Low Water - Blue Harbor DVD Region 1 1996 Harbour HB 20417
CD + Data CD | Official | Album | | US
=> Low Water - Blue Harbor CD + Data CD 1996 Harbour HB 20417
DTS CD | Official | Album | | US
=> Low Water - Blue Harbor DTS CD 1996 Harbour HB 20417
CD | Official | Album | Target deluxe edition | US
=> Low Water - Blue Harbor CD Deluxe Edition Target Exclusive 1996 Harbour HB 20417
12" Vinyl | Bootleg | Album | | US
=> review: an unofficial release
CD | Withdrawn | Album | | US
=> review: withdrawn by the label
CD | Cancelled | Album | | US
=> review: canceled before its release
8cm CD-R | Official | Album | | US
=> review: on recordable media
CD | Pseudo-Release | Album | | US
=> review: known only by an entry that translates another release
CD | Promotion | Single | | US
=> Low Water - Blue Harbor CD Single Promo 1996 Harbour HB 20417
Hybrid SACD (CD layer) + Hybrid SACD (SACD layer, 2 channels) + Hybrid SACD (SACD layer, multichannel) | Official | Album | | US
=> Low Water - Blue Harbor Hybrid SACD Harbour HB 20417
Hybrid SACD (CD layer) + Hybrid SACD (SACD layer) + Hybrid SACD (CD layer) + Hybrid SACD (SACD layer) | Official | Album | | US
=> Low Water - Blue Harbor 2 Hybrid SACD Harbour HB 20417
DualDisc (CD side) + DualDisc (DVD-Video side) | Official | Album | | US
=> Low Water - Blue Harbor CD DualDisc 1996 Harbour HB 20417
VinylDisc (Vinyl side) + VinylDisc (CD side) | Official | Single | | DE
=> Low Water - Blue Harbor CD VinylDisc Single 1996 Germany Harbour HB 20417
7" Vinyl | Official | EP | | GB
=> Low Water - Blue Harbor 7" Vinyl EP 1996 UK Harbour HB 20417
12" Vinyl + 12" Vinyl | Official | Album | white vinyl, remastered | US
=> Low Water - Blue Harbor 2 LP White Vinyl Remastered 1996 Harbour HB 20417
8cm CD | Official | Single | | JP
=> Low Water - Blue Harbor 3" CD Single 1996 Japan Harbour HB 20417
CD + CD | Official | Album, Live, Compilation | | US
=> Low Water - Blue Harbor 2 CD Live Compilation 1996 Harbour HB 20417
CD | Official | Album, Soundtrack | | US
=> Low Water - Blue Harbor CD Soundtrack 1996 Harbour HB 20417
CD | Official | Album | clean version | US
=> Low Water - Blue Harbor CD Clean 1996 Harbour HB 20417
"#;

fn discogs_release(line: &str) -> ProviderRelease {
    let (formats, country) = line.rsplit_once(" | ").unwrap();
    let formats = formats.split(" + ").map(discogs_format).collect::<Vec<_>>();
    let body = json!({
        "id": 1, "title": "Blue Harbor", "artists": [{"name": "Low Water"}], "labels": [{"name": "Harbour", "catno": "HB 20417"}],
        "formats": formats, "country": country, "released": "1996",
        "identifiers": [{"type": "Barcode", "value": upc().to_string()}],
    });
    test_support::parse_discogs_release(&body, Timestamp::UNIX_EPOCH).unwrap()
}

fn discogs_format(text: &str) -> Value {
    let (text, note) = text.strip_suffix(')').and_then(|text| text.split_once(" (")).unwrap_or((text, ""));
    let (name, descriptions) = text.split_once(": ").unwrap_or((text, ""));
    let (name, quantity) = name.split_once(" * ").unwrap_or((name, "1"));
    let descriptions = descriptions.split(", ").filter(|word| !word.is_empty()).collect::<Vec<_>>();
    json!({"name": name, "qty": quantity, "descriptions": descriptions, "text": note})
}

fn musicbrainz_release(line: &str) -> ProviderRelease {
    let fields = line.split('|').map(str::trim).collect::<Vec<_>>();
    let [media, status, types, disambiguation, country] = fields[..] else { panic!("five fields: {line}") };
    let (primary, secondary) = types.split_once(", ").unwrap_or((types, ""));
    let secondary = secondary.split(", ").filter(|kind| !kind.is_empty()).collect::<Vec<_>>();
    let media = media.split(" + ").map(|format| json!({"format": format, "track-count": 8})).collect::<Vec<_>>();
    let body = json!({
        "id": "a", "title": "Blue Harbor", "status": status, "disambiguation": disambiguation, "date": "1996",
        "country": country, "barcode": upc().to_string(), "artist-credit": [{"name": "Low Water", "joinphrase": ""}],
        "release-group": {"primary-type": primary, "secondary-types": secondary}, "media": media,
        "label-info": [{"catalog-number": "HB 20417", "label": {"name": "Harbour"}}],
    });
    test_support::parse_musicbrainz_release(&body).unwrap()
}

/// Returns the listing title of an unopened copy, or why there is none.
fn result_of(entry: &ProviderRelease, expected: &str) -> String {
    match identify_release(upc(), std::slice::from_ref(entry), &[], &MatchPreferences::default()) {
        Verdict::Matched { best_match, .. } => match compose_unopened(&best_match.release) {
            Ok(listing) => listing.title().to_owned(),
            Err(missing) => format!("missing: {}", missing[0].field),
        },
        verdict => {
            let reason = verdict.review_reason().unwrap();
            let reason = reason.split_once("item itself: ").map_or(reason.as_str(), |(_, reason)| reason);
            let length = expected.trim_start_matches("review: ").len();
            format!("review: {}", reason.get(..length).unwrap_or(reason))
        }
    }
}

fn compose_unopened(release: &Release) -> Result<Listing, Vec<MissingField>> {
    compose_with(release, &price_estimate_of(999), &Artwork::default(), &seller_terms(Some(Condition::New)))
}

fn check_table(table: &str, parse: fn(&str) -> ProviderRelease) {
    let lines = table.trim().lines().collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for pair in lines.chunks(2) {
        let [facts, expected] = pair else { panic!("a result for each line: {pair:?}") };
        let expected = expected.strip_prefix("=> ").unwrap();
        let result = result_of(&parse(facts), expected);
        if result != expected {
            wrong.push(format!("{facts}\n  {expected}\n  is {result}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn discogs_formats_become_titles_or_reviews() {
    check_table(DISCOGS, discogs_release);
}

#[test]
fn musicbrainz_media_become_titles_or_reviews() {
    check_table(MUSICBRAINZ, musicbrainz_release);
}

#[test]
fn the_latin_name_of_an_artist_stands_beside_the_printed_one() {
    let parsed = |artists: Value| {
        let body = json!({"id": 1, "title": "Blue Harbor", "artists": artists});
        let release = test_support::parse_discogs_release(&body, Timestamp::UNIX_EPOCH).unwrap();
        (release.artist.unwrap().to_string(), release.latin_artist)
    };
    let printed = parsed(json!([{"name": "Kino (2)", "anv": "Кино", "join": ""}]));
    assert_eq!(printed, ("Кино".to_owned(), Some("Kino".to_owned())));
    let two =
        json!([{"name": "Ringo Sheena", "anv": "椎名林檎", "join": "&"}, {"name": "Low Water", "anv": "", "join": ""}]);
    assert_eq!(parsed(two), ("椎名林檎 & Low Water".to_owned(), Some("Ringo Sheena & Low Water".to_owned())));
    assert_eq!(parsed(json!([{"name": "Nirvana (2)", "anv": "The Nirvana"}])), ("The Nirvana".to_owned(), None));
    assert_eq!(parsed(json!([{"name": "Кино", "anv": "КИНО"}])), ("КИНО".to_owned(), None));
}
