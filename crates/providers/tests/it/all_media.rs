//! Every format of Discogs and every medium of MusicBrainz: with a category and words for the title, or named in the
//! review.
//!
//! `NAME => WORDS` has a category; `NAME => review` names the medium.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::matching::{MatchPreferences, Verdict, identify_release};
use domain::provider_release::ProviderRelease;
use jiff::Timestamp;
use providers::test_support;
use serde_json::json;
use testing::listings::{compose_with, price_estimate_of, seller_terms};
use testing::verdicts::upc;

/// The formats in Discogs' submission form, without recordable discs and the groups "All Media" and "Box Set".
const DISCOGS: &str = "
Vinyl => Vinyl
Acetate => Acetate
Flexi-disc => Flexi Disc
Lathe Cut => Lathe Cut
Mighty Tiny => review
Shellac => Shellac 78 RPM
Sopic => review
Pathé Disc => Pathé Disc
Edison Disc => Edison Diamond Disc
Cylinder => review
CD => CD
CDV => review
DVD => DVD
HD DVD => review
Blu-ray => Blu-ray
Ultra HD Blu-ray => 4K Ultra HD Blu-ray
SACD => SACD
4-Track Cartridge => 4-Track Tape Cartridge
8-Track Cartridge => 8-Track Tape
Cassette => Cassette
DC-International => DC-International Cassette
Elcaset => Elcaset
PlayTape => PlayTape
RCA Tape Cartridge => RCA Tape Cartridge
DAT => DAT Digital Audio Tape
DCC => DCC Digital Compact Cassette
Microcassette => Microcassette
NT Cassette => NT Cassette
Pocket Rocker => Pocket Rocker
Revere Magnetic Stereo Tape Ca => Revere Tape Cartridge
Tefifon => Tefifon
Reel-To-Reel => Reel-to-Reel Tape
Sabamobil => Sabamobil
Betacam => review
Betacam SP => review
Betamax => review
Beta ED => review
Super Beta => review
Cartrivision => review
MiniDV => review
Super VHS => review
U-matic => review
VHS => VHS
Video 2000 => review
Video8 => review
Film Reel => review
HitClips => HitClips
Laserdisc => LaserDisc
SelectaVision => review
TeD => review
VHD => review
Wire Recording => review
Minidisc => MiniDisc
MVD => review
UMD => review
Floppy Disk => Floppy Disk
Zip Disk => Zip Disk
Memory Stick => USB Flash Drive
";

/// The media of MusicBrainz (musicbrainz.org/doc/Release/Format), without recordable discs and downloads.
const MUSICBRAINZ: &str = r#"
CD => CD
8cm CD => 3" CD
Blu-spec CD => Blu-spec CD
CD+G => CD+G
8cm CD+G => 3" CD CD+G
Copy Control CD => CD Copy Protected
DTS CD => DTS CD
Enhanced CD => CD Enhanced
HDCD => CD HDCD
HQCD => CD HQCD
SHM-CD => SHM-CD
Minimax CD => CD
Mixed Mode CD => CD
Data CD => Data CD
DualDisc => CD DualDisc
DVDplus => CD DVDplus
VinylDisc => CD VinylDisc
VCD => VCD
SVCD => SVCD
CDV => review
SACD => SACD
SHM-SACD => SHM-SACD
Hybrid SACD => Hybrid SACD
DVD => DVD
DVD-Audio => DVD-Audio
DVD-Video => DVD
MiniDVD => DVD
HD-DVD => review
Blu-ray => Blu-ray
Vinyl => Vinyl
7" Vinyl => 7" Vinyl
10" Vinyl => 10" Vinyl
12" Vinyl => 12" Vinyl
7" Flexi-disc => 7" Flexi Disc
Flexi-disc => Flexi Disc
Acetate => Acetate
12" Acetate => 12" Acetate
Shellac => Shellac 78 RPM
10" Shellac => 10" Shellac 78 RPM
Edison Diamond Disc => Edison Diamond Disc
Pathé disc => Pathé disc
Phonograph record => review
Wax Cylinder => review
Piano Roll => review
Wire recording => review
Cassette => Cassette
Microcassette => Microcassette
Cartridge => Tape Cartridge
8-Track Cartridge => 8-Track Tape
HiPac => HiPac
PlayTape => PlayTape
Elcaset => Elcaset
Tefifon => Tefifon
Reel-to-reel => Reel-to-Reel Tape
DAT => DAT Digital Audio Tape
DCC => DCC Digital Compact Cassette
MiniDisc => MiniDisc
LaserDisc => LaserDisc
8" LaserDisc => LaserDisc
12" LaserDisc => LaserDisc
CED => review
VHD => review
VHS => VHS
Betamax => review
Betacam SP => review
UMD => review
USB Flash Drive => USB Flash Drive
slotMusic => slotMusic
SD Card => SD Card
Playbutton => Playbutton
KiT Album => KiT Album
DataPlay => review
3.5" Floppy Disk => 3.5" Floppy Disk
5.25" Floppy Disk => 5.25" Floppy Disk
Zip Disk => Zip Disk
"#;

fn discogs_release(name: &str) -> ProviderRelease {
    let body = json!({
        "id": 1, "title": "Blue Harbor", "artists": [{"name": "Low Water"}],
        "formats": [{"name": name, "qty": "1", "descriptions": []}],
        "identifiers": [{"type": "Barcode", "value": upc().to_string()}],
    });
    test_support::parse_discogs_release(&body, Timestamp::UNIX_EPOCH).unwrap()
}

fn musicbrainz_release(name: &str) -> ProviderRelease {
    let body = json!({
        "id": "a", "title": "Blue Harbor", "barcode": upc().to_string(),
        "artist-credit": [{"name": "Low Water", "joinphrase": ""}], "media": [{"format": name, "track-count": 8}],
    });
    test_support::parse_musicbrainz_release(&body).unwrap()
}

/// Returns the words for the medium in the title, or `review` if the review names the medium.
fn words_of(name: &str, entry: &ProviderRelease) -> String {
    let verdict = identify_release(upc(), std::slice::from_ref(entry), &[], &MatchPreferences::default());
    let Verdict::Matched { best_match, .. } = verdict else { return format!("{verdict:?}") };
    let terms = seller_terms(Some(Condition::New));
    match compose_with(&best_match.release, &price_estimate_of(999), &Artwork::default(), &terms) {
        Ok(listing) => listing.title().trim_start_matches("Low Water - Blue Harbor ").to_owned(),
        Err(missing) if missing[0].why == format!("Draft Maker has no eBay category for {name}") => "review".to_owned(),
        Err(missing) => missing[0].why.clone(),
    }
}

fn check_table(table: &str, parse: fn(&str) -> ProviderRelease) {
    let rows = table.trim().lines().map(|line| line.split_once(" => ").unwrap());
    let wrong = rows.filter_map(|(name, expected)| {
        let words = words_of(name, &parse(name));
        (words != expected).then(|| format!("{name} => {words}, not {expected}"))
    });
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_format_of_discogs_has_a_category_or_is_named() {
    check_table(DISCOGS, discogs_release);
}

#[test]
fn every_medium_of_musicbrainz_has_a_category_or_is_named() {
    check_table(MUSICBRAINZ, musicbrainz_release);
}
