//! Responses with arbitrary changes: no panics, and intact fields are still parsed.

use domain::provider_release::ProviderRelease;
use domain::release::Carrier;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use providers::test_support;
use serde_json::{Value, json};

fn musicbrainz() -> Value {
    json!({
        "id": "8e061dc4-790e-4587-ba53-011e7852f88d", "title": "Nevermind", "barcode": "0720642442524",
        "date": "1991-09-24", "country": "US", "packaging": "Jewel Case",
        "artist-credit": [{"name": "Nirvana", "joinphrase": " & "}, {"artist": {"name": "Friends"}, "joinphrase": ""}],
        "label-info": [{"catalog-number": "DGCD-24425", "label": {"name": "DGC"}}, {"catalog-number": "[none]", "label": null}],
        "media": [{"format": "CD", "track-count": 2, "tracks": [
            {"number": "1", "title": "Smells Like Teen Spirit", "length": 301_000},
            {"number": 2, "recording": {"title": "In Bloom", "length": null}}]}],
        "relations": [{"type": "discogs", "url": {"resource": "https://www.discogs.com/release/924027"}}],
        "cover-art-archive": {"front": true, "darkened": false},
    })
}

fn discogs() -> Value {
    json!({
        "id": 249_504, "title": "Never Gonna Give You Up", "year": 1987, "released": "1987-07-00", "country": "UK",
        "artists": [{"name": "Rick Astley (2)", "anv": "", "join": ","}, {"name": "Someone Else", "anv": "Someone*", "join": ""}],
        "labels": [{"name": "RCA (3)", "catno": "PB 41447"}, {"name": "Not On Label (Rick)", "catno": "none"}],
        "formats": [{"name": "Box Set", "qty": "1"}, {"name": "Vinyl", "qty": "2", "descriptions": ["7\"", "45 RPM"]}],
        "identifiers": [{"type": "Barcode", "value": "5 012394 144777"}, {"type": "Barcode", "value": "none"},
                        {"type": "Matrix / Runout", "value": "720642442524"}],
        "tracklist": [{"type_": "heading", "title": "Side one"}, {"type_": "track", "position": "A", "title": "Never Gonna Give You Up", "duration": "3:32"},
                      {"type_": "index", "title": "Suite", "sub_tracks": [{"position": "B1", "title": "One"}, {"position": "B2", "title": "Two"}]}],
        "genres": ["Electronic"], "styles": ["Synth-pop"], "lowest_price": 1.17, "num_for_sale": 37,
        "images": [{"type": "primary", "uri": "https://i.discogs.com/x.jpeg", "width": 600, "height": 592}, {"type": "secondary", "uri": ""}],
    })
}

fn deezer() -> Value {
    json!({"id": 302_127, "title": "Discovery", "upc": "724384960650", "nb_tracks": 14, "artist": {"name": "Daft Punk"},
           "tracks": {"data": [{"title": "One More Time", "duration": 320}]}, "cover_xl": "https://cdn.example/x.jpg"})
}

fn itunes() -> Value {
    json!({"results": [{"wrapperType": "collection", "collectionId": 1, "collectionName": "Ummagumma", "artistName": "Pink Floyd"}]})
}

#[test]
fn a_complete_musicbrainz_release_is_read() {
    let release = test_support::parse_musicbrainz_release(&musicbrainz()).unwrap();
    assert_eq!(release.artist.unwrap().to_string(), "Nirvana & Friends");
    assert_eq!(release.date.unwrap().to_string(), "1991-09-24");
    assert_eq!((release.format.unwrap().to_string(), release.track_count), ("CD".to_owned(), Some(2)));
    let tracks =
        release.tracks.iter().map(|t| (t.position.as_str(), t.title.as_str(), t.length_ms)).collect::<Vec<_>>();
    assert_eq!(tracks, [("1", "Smells Like Teen Spirit", Some(301_000)), ("2", "In Bloom", None)]);
    assert_eq!(release.labels.len(), 1, "a placeholder is not a label");
    assert_eq!(release.links[0].to_string(), "discogs:924027");
    assert_eq!((release.barcodes[0].to_string(), release.has_front_cover), ("720642442524".to_owned(), Some(true)));
}

#[test]
fn a_complete_discogs_release_is_read() {
    let release = test_support::parse_discogs_release(&discogs(), Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(release.artist.unwrap().to_string(), "Rick Astley, Someone");
    assert_eq!(
        (release.date.unwrap().to_string(), release.country.unwrap().0),
        ("1987-07".to_owned(), "UK".to_owned())
    );
    let format = release.format.unwrap();
    assert_eq!((format.to_string(), format.media[0].inches), ("Box set: 2×Vinyl".to_owned(), Some(7)));
    let labels = release.labels.iter().map(|l| (l.name.as_deref(), l.catalog_number.as_deref())).collect::<Vec<_>>();
    assert_eq!(labels, [(Some("RCA"), Some("PB 41447"))]);
    assert_eq!(release.barcodes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["5012394144777"]);
    let tracks =
        release.tracks.iter().map(|t| (t.position.as_str(), t.title.as_str(), t.length_ms)).collect::<Vec<_>>();
    assert_eq!(
        tracks,
        [("A", "Never Gonna Give You Up", Some(212_000)), ("B1", "Suite: One", None), ("B2", "Suite: Two", None)]
    );
    assert_eq!((release.covers.len(), release.covers[0].size), (1, Some((600, 592))));
    assert_eq!(release.samples[0].price.to_string(), "1.17 USD");
}

#[test]
fn formats_are_distinguished() {
    let discogs = |formats: Value| {
        let body = json!({"id": 1, "title": "x", "formats": formats});
        test_support::parse_discogs_release(&body, Timestamp::UNIX_EPOCH).unwrap().format
    };
    for (formats, shown) in [
        (json!([{"name": "Vinyl", "qty": "2", "descriptions": ["LP", "Album"]}]), "2×Vinyl"),
        (json!([{"name": "SACD", "qty": 1, "descriptions": ["Hybrid", "Album"]}]), "SACD"),
        (json!([{"name": "CD", "qty": "1"}, {"name": "DVD", "qty": "", "descriptions": ["DVD-Video"]}]), "CD + DVD"),
        (json!([{"name": "Cassette", "qty": 0}]), "Cassette"),
        (json!([{"name": "Box Set"}, {"name": "CD", "qty": "13", "descriptions": []}]), "Box set: 13×CD"),
        (json!([{"name": "Box Set", "qty": "1"}]), "Box set: Other"),
        (json!([{"name": "All Media"}, {"name": "Blu-ray", "qty": "2"}]), "2×Blu-ray"),
        (json!([{"name": "File", "qty": "9", "descriptions": ["FLAC"]}]), "9×Digital"),
    ] {
        assert_eq!(discogs(formats.clone()).unwrap().to_string(), shown, "{formats}");
    }
    assert_eq!(discogs(json!([{"name": "Vinyl", "descriptions": ["LP"]}])).unwrap().media[0].inches, Some(12));
    assert_eq!(discogs(json!([{"name": "Vinyl", "descriptions": ["LP", "10\""]}])).unwrap().media[0].inches, Some(10));
    assert_eq!(discogs(json!(null)), None);

    for (wording, carrier) in [
        ("12\" Vinyl", Carrier::Vinyl),
        ("SHM-CD", Carrier::Cd),
        ("Enhanced CD", Carrier::Cd),
        ("8cm CD", Carrier::Cd),
        ("HQCD", Carrier::Cd),
        ("Blu-spec CD", Carrier::Cd),
        ("Hybrid SACD", Carrier::Sacd),
        ("DVD-Video", Carrier::Dvd),
        ("Blu-ray", Carrier::BluRay),
        ("MiniDisc", Carrier::MiniDisc),
        ("Cassette", Carrier::Cassette),
        ("Microcassette", Carrier::Other),
        ("Digital Compact Cassette", Carrier::Other),
        ("Digital Media", Carrier::Digital),
        ("VCD", Carrier::Cd),
        ("8-Track Cartridge", Carrier::EightTrack),
        ("Reel-to-reel", Carrier::ReelToReel),
        ("10\" Shellac", Carrier::Shellac),
        ("LaserDisc", Carrier::LaserDisc),
        ("VHS", Carrier::Vhs),
        ("UHQCD", Carrier::Cd),
        ("DVDplus (CD side)", Carrier::Cd),
    ] {
        let body = json!({"id": "a", "media": [{"format": wording}]});
        let media = test_support::parse_musicbrainz_release(&body).unwrap().format.unwrap().media;
        assert_eq!(media[0].carrier, carrier, "{wording}");
    }
}

#[test]
fn both_forms_of_discogs_search_results_are_read() {
    let read = |result: Value| test_support::parse_discogs_search(&json!({ "results": [result] })).remove(0);
    let old = read(json!({"id": 1, "title": "Jorge Cafrune* Y Marito (2), Simon (3) - Virgen - India", "label": "CBS",
        "format": ["CD", "Album", "DVD", "Limited Edition"], "catno": "none", "year": "1973", "country": ""}));
    assert_eq!(old.artist.unwrap().to_string(), "Jorge Cafrune Y Marito, Simon");
    assert_eq!((old.title.as_deref(), old.country), (Some("Virgen - India"), None));
    assert_eq!(old.format.unwrap().to_string(), "CD + DVD");
    assert_eq!((old.labels[0].name.as_deref(), &old.labels[0].catalog_number), (Some("CBS"), &None));

    let new = read(json!({"id": 2, "title": "M* - None", "label": ["Not On Label (M)", "Plant"], "format": ["Vinyl"],
        "format_quantity": 2, "formats": [{"name": "Vinyl", "qty": "2", "descriptions": ["LP"]}], "barcode": [null, 5, "x"]}));
    assert_eq!((new.title.as_deref(), new.format.unwrap().to_string()), (Some("None"), "2×Vinyl".to_owned()));
    assert_eq!((new.labels.len(), new.barcodes.len()), (0, 0));
}

#[test]
fn an_odd_track_does_not_discard_the_release() {
    let mut body = discogs();
    body["tracklist"] = json!([{"title": "Good", "duration": "x:y"}, null, 7, "text", {"title": {"a": 1}}, [[]]]);
    let release = test_support::parse_discogs_release(&body, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!((release.tracks.len(), release.title.as_deref()), (1, Some("Never Gonna Give You Up")));
}

#[test]
fn very_long_lists_are_cut() {
    let tracks = vec![json!({"title": "x", "sub_tracks": vec![json!({"title": "y"}); 2_000], "type_": "index"}); 50];
    let mut body = discogs();
    body["tracklist"] = json!(tracks);
    let release = test_support::parse_discogs_release(&body, Timestamp::UNIX_EPOCH).unwrap();
    assert!((1..=1_000).contains(&release.tracks.len()));
    let media = vec![json!({"format": "CD", "track-count": 65_000, "tracks": vec![json!({"title": "y"}); 100]}); 50];
    let mut body = musicbrainz();
    body["media"] = json!(media);
    let release = test_support::parse_musicbrainz_release(&body).unwrap();
    assert_eq!((release.tracks.len(), release.track_count), (1_000, Some(u16::MAX)));
}

/// Collects the positions in a document as JSON pointers, without the root.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut visit = |key: &str, inner: &Value| {
        let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        places(inner, &place, found);
        found.push(place);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, inner)| visit(key, inner)),
        Value::Array(elements) => elements.iter().enumerate().for_each(|(i, inner)| visit(&i.to_string(), inner)),
        _ => {}
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let oddities = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(0.5),
        json!(""),
        json!("0"),
        json!("none"),
        json!("4:05:06:07"),
        json!("999999999:59"),
        json!("\u{202e}\u{1b}["),
        json!("12\""),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
        json!({"name": []}),
        json!("ﷺ".repeat(3_000)),
        json!("7 43216 05321"),
    ];
    prop_oneof![4 => proptest::sample::select(oddities.to_vec()), 1 => ".{0,12}".prop_map(Value::from)]
}

/// Replaces the values at some positions of `body`. Returns the new body and the positions.
fn drifted(mut body: Value, drift: &[(Index, Value)]) -> (Value, Vec<String>) {
    let mut changed = Vec::new();
    for (index, value) in drift {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        if all.is_empty() {
            break;
        }
        let place = all.swap_remove(index.index(all.len()));
        *body.pointer_mut(&place).unwrap() = value.clone();
        changed.push(place);
    }
    (body, changed)
}

/// Parser of a response body.
type ReleaseParser = Box<dyn Fn(&Value) -> Option<ProviderRelease>>;

fn has_only_valid_values(release: &ProviderRelease) -> bool {
    let text = serde_json::to_string(release).unwrap();
    !text.chars().any(|c| c == '\u{202e}') && !text.contains("\\u001b")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_field_may_have_any_value(drift in proptest::collection::vec((any::<Index>(), anything()), 1..6)) {
        let now = Timestamp::UNIX_EPOCH;
        let readers: [(Value, &str, &str, ReleaseParser); 4] = [
            (musicbrainz(), "/id", "/title", Box::new(test_support::parse_musicbrainz_release)),
            (discogs(), "/id", "/title", Box::new(move |body| test_support::parse_discogs_release(body, now))),
            (deezer(), "/id", "/title", Box::new(test_support::parse_deezer_album)),
            (itunes(), "/results/0/collectionId", "/results/0/collectionName",
                Box::new(|body| test_support::parse_itunes_lookup(body).into_iter().next())),
        ];
        for (whole, id, title, read) in readers {
            let wanted = whole.pointer(title).unwrap().as_str().unwrap().to_owned();
            let (body, changed) = drifted(whole, &drift);
            let release = read(&body);
            prop_assert!(release.as_ref().is_none_or(has_only_valid_values), "{body}");
            let kind = changed.iter().any(|place| place.starts_with("/results") && !place.starts_with("/results/0/a"));
            if kind || changed.iter().any(|place| place == id || place == title) {
                continue;
            }
            prop_assert_eq!(release.and_then(|release| release.title), Some(wanted), "{}", body);
        }
    }

    #[test]
    fn any_json_is_handled(body in json_of_any_kind()) {
        let now = Timestamp::UNIX_EPOCH;
        test_support::parse_musicbrainz_search(&body);
        test_support::parse_musicbrainz_release(&body);
        test_support::parse_discogs_search(&body);
        test_support::parse_discogs_release(&body, now);
        test_support::parse_discogs_suggestions(&body, now);
        test_support::parse_cover_index(&body);
        test_support::parse_deezer_album(&body);
        test_support::parse_itunes_lookup(&body);
    }
}

/// Generates documents with keys that the services use.
fn json_of_any_kind() -> impl Strategy<Value = Value> {
    const KEYS: [&str; 16] = [
        "id",
        "title",
        "releases",
        "results",
        "media",
        "tracks",
        "data",
        "artists",
        "formats",
        "tracklist",
        "images",
        "thumbnails",
        "Mint (M)",
        "value",
        "currency",
        "barcode",
    ];
    anything().prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(&KEYS[..]), inner), 0..6)
                .prop_map(|fields| fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Value>()),
        ]
    })
}
