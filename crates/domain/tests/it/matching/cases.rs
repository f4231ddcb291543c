//! Verdicts for sets of entries, as a table.

use domain::matching::{MatchPreferences, identify_release};
use domain::provider::Provider;

use testing::verdicts::{describe_verdict, parse_releases, upc};

/// Reason for the case, entries, and expected verdict.
type MatchingCase = (&'static str, &'static [&'static str], &'static str);

#[rustfmt::skip]
const CASES: &[MatchingCase] = &[
    ("nobody has it", &[], "nobody of musicbrainz, discogs"),
    ("one alone is enough, for databases are incomplete", &[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991-09-24 | DGC / DGCD-24425 | 12",
    ], "take musicbrainz:a"),
    ("two that agree are one pressing", &[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991-09-24 | DGC / DGCD-24425 | 12",
        "discogs:1 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD 24425 | 12",
    ], "take musicbrainz:a+discogs:1"),
    ("spelling does not part them", &[
        "musicbrainz:a | The Beatles | Sgt. Pepper’s Lonely Hearts Club Band | CD | GB | 1987 | Parlophone / CDP 7 46442 2",
        "discogs:1 | Beatles | Sgt Peppers Lonely Hearts Club Band | CD | UK | 1987 | Parlophone / CDP 7464422",
    ], "take musicbrainz:a+discogs:1"),
    ("nor do brackets", &[
        "musicbrainz:a | Pink Floyd | Ummagumma | 2xCD | XE | 1994 | EMI / 7243 8 31213 2 0",
        "discogs:1 | Pink Floyd | Ummagumma (1994 Remaster) | 2xCD | Europe | 1994 | EMI / 7243 8 31213 2 0",
    ], "take musicbrainz:a+discogs:1"),
    ("nor does the order of artists", &[
        "musicbrainz:a | Robert Plant + Alison Krauss | Raising Sand | CD | US | 2007",
        "discogs:1 | Alison Krauss + Robert Plant | Raising Sand | CD | US | 2007",
    ], "take musicbrainz:a+discogs:1"),
    ("Various is Various Artists", &[
        "musicbrainz:a | Various Artists | Pulp Fiction | CD | US | 1994 | MCA / MCAD-11103",
        "discogs:1 | Various | Pulp Fiction | CD | US | 1994 | MCA / MCAD-11103",
    ], "take musicbrainz:a+discogs:1"),
    ("titles of another script", &[
        "musicbrainz:a | 坂本龍一 | 音楽図鑑 | CD | JP | 1984",
        "discogs:1 | 坂本龍一 | 音楽図鑑 | CD | JP | 1984",
    ], "take musicbrainz:a+discogs:1"),
    ("two countries under one barcode are asked about", &[
        "musicbrainz:a | Leonard Cohen | You Want It Darker | CD | US | 2016-10-21 | Columbia / 88985365072 | 9",
        "musicbrainz:b | Leonard Cohen | You Want It Darker | CD | XE | 2016-10-21 | Columbia / 88985365072 | 9",
    ], "ask musicbrainz:a or musicbrainz:b; country: US or Europe"),
    ("each joins its own at the other service", &[
        "musicbrainz:a | Nirvana | Bleach | CD | US | 1989 | Sub Pop / SP34b | 13",
        "musicbrainz:b | Nirvana | Bleach | CD | DE | 1992-08-31 | Geffen / GED 24433 | 13",
        "discogs:2 | Nirvana | Bleach | CD | Germany | 1992 | Geffen / GED 24433 | 13",
        "discogs:1 | Nirvana | Bleach | CD | US | 1989 | Sub Pop / SP 34b | 13",
    ], "ask musicbrainz:a+discogs:1 or musicbrainz:b+discogs:2; \
        catalog number: SP34b or GED 24433; country: US or Germany; date: 1989 or 1992-08-31; label: Sub Pop or Geffen"),
    ("duplicates of a database that differ in nothing are one", &[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991-09-24 | DGC / DGCD-24425 | 12",
        "musicbrainz:b | Nirvana | Nevermind | CD | US | 1991",
    ], "take musicbrainz:a"),
    ("a record and a disc are never one pressing", &[
        "musicbrainz:a | Nirvana | Nevermind | LP | US | 1991",
        "discogs:1 | Nirvana | Nevermind | CD | US | 1991",
    ], "ask discogs:1 or musicbrainz:a; format: CD or Vinyl"),
    ("one tape and two tapes differ in their number", &[
        "musicbrainz:a | Nirvana | Incesticide | MC | US | 1992",
        "musicbrainz:b | Nirvana | Incesticide | 2xMC | US | 1992",
    ], "ask musicbrainz:a or musicbrainz:b; format: Cassette or 2×Cassette"),
    ("a SACD is no CD", &[
        "musicbrainz:a | Dire Straits | Brothers in Arms | CD | GB | 2005",
        "musicbrainz:b | Dire Straits | Brothers in Arms | SACD | GB | 2005",
    ], "ask musicbrainz:a or musicbrainz:b; format: CD or SACD"),
    ("a box and what it holds, where one service does not say box", &[
        "musicbrainz:a | Nirvana | With the Lights Out | 3xCD+DVD | US | 2004-11-23 | Geffen / B0003727-00",
        "discogs:1 | Nirvana | With The Lights Out | box 3xCD+DVD | US | 2004 | Geffen / B0003727-00",
    ], "take musicbrainz:a+discogs:1"),
    ("a link decides, whatever else is written", &[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12 | to discogs:2",
        "discogs:1 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12",
        "discogs:2 | Nirvana | Nevermind | CD | US | 1992 | DGC / DGCD-24425 | 13",
    ], "take musicbrainz:a+discogs:2"),
    ("what came by a link needs no barcode of its own", &[
        "musicbrainz:a | Burial | Untrue | LP | GB | 2007 | Hyperdub / HDBLP002 | 9 | to discogs:1",
        "discogs:1 | Burial | Untrue | LP | UK | 2007 | Hyperdub / HDBLP002 | 9 | no barcode",
    ], "take musicbrainz:a+discogs:1"),
    ("another album under the barcode makes one ask", &[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991",
        "discogs:1 | Sonic Youth | Goo | CD | US | 1990",
    ], "ask discogs:1 or musicbrainz:a; item itself: the score 0.69 is below your minimum 0.80 (matching.strong); \
        MusicBrainz has \"Nevermind\" under the barcode; artist: Sonic Youth or Nirvana; title: Goo or Nevermind; \
        date: 1990 or 1991"),
    ("one wrong voice against two is outvoted", &[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991",
        "discogs:1 | Nirvana | Nevermind | CD | US | 1991",
        "deezer:9 | Sonic Youth | Goo",
    ], "take musicbrainz:a+discogs:1"),
    ("a download is a witness and no pressing", &[
        "musicbrainz:a | Nirvana | Nevermind | CD | US | 1991",
        "deezer:9 | Nirvana | Nevermind | file | - | 2011",
    ], "take musicbrainz:a+deezer:9"),
    ("an entry without a format is a match; the missing format is asked for later", &[
        "deezer:9 | Nirvana | Nevermind | - | - | 2011",
    ], "take deezer:9"),
    ("no title and no artist is no match to take", &[
        "musicbrainz:a | - | - | CD | US | 1991",
    ], "ask musicbrainz:a; item itself: the score 0.34 is below your minimum 0.80 (matching.strong); MusicBrainz has no title"),
];

#[test]
fn every_case_has_its_verdict() {
    let asked = ["musicbrainz", "discogs"].map(Provider::from_static);
    let mut errors = Vec::new();
    for (why, lines, expected) in CASES {
        let verdict =
            describe_verdict(&identify_release(upc(), &parse_releases(lines), &asked, &MatchPreferences::default()));
        if verdict != *expected {
            errors.push(format!("{why}\n  wanted {expected}\n  got    {verdict}"));
        }
    }
    assert!(errors.is_empty(), "{} of {}\n{}", errors.len(), CASES.len(), errors.join("\n"));
}
