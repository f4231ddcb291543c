//! Checks the verdicts for recorded responses of the services, if recordings exist.

use std::path::Path;

use domain::matching::{MatchPreferences, identify_release};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::upc::Upc;
use jiff::Timestamp;
use providers::test_support;
use serde_json::Value;

use testing::recordings;
use testing::verdicts::describe_verdict;

/// The UPC, the recordings that contain it, and the expected verdict.
type RecordedCase = (&'static str, &'static [&'static str], &'static str);

#[rustfmt::skip]
const CASES: &[RecordedCase] = &[
    ("889853650729", &["musicbrainz/gb-search-200-release-query-you-want-it-darker-fmt-json.json"], "ask musicbrainz:d5cdb7fd-c7e9-460a-9549-8a369655cc52 or musicbrainz:dd15903e-0ee7-45ec-aba1-2fc7b3a44e19; country: US or Europe"),
    ("889853650712", &["musicbrainz/gb-search-200-release-query-you-want-it-darker-fmt-json.json"], "ask musicbrainz:42fab4c5-13e1-4663-bef4-dbd41a8050bd or musicbrainz:fbc2e8c7-045d-4bcc-82da-2f1309918f0e; country: Europe or US"),
    ("720642472729", &[
        "musicbrainz/ik-search-200-release-fmt-json-inc-query-22mtv-20unplugged-20in-20new-20yo.json",
        "musicbrainz/picard-eval-release-f4469159.json",
    ], "ask musicbrainz:34749ba4-c4c7-3354-9619-1b0f88d8222b or musicbrainz:f4469159-1395-40b5-81e6-a507e2ad34ef or \
        musicbrainz:846058c1-751f-44dc-8ff4-b801c2b82b4b or musicbrainz:856045e3-162f-39ef-80ab-0cb13d054b96; \
        catalog number: 424 727-2 or GED 24727 or GEFD-24727 or DGCD 24727; \
        version: none or Disctronics S pressing, BIEM/GEMA; edition: none or Disctronics S Pressing; \
        country: Europe or Australia or US; \
        label: Geffen Records or DGC Records"),
    ("720642443323", &["musicbrainz/ik-search-200-release-fmt-json-inc-query-release-22bleach-22-20and-20rgid-.json"], "ask musicbrainz:1fc1731f-d18c-4818-b808-bf4b3c32c6e3 or musicbrainz:c3c5442f-7d7b-349c-99fe-c94debae5e77 or \
        musicbrainz:a631cad6-50dc-4c07-aa64-479c7ffb8611; catalog number: 424 433-2 or GED24433 or GEFD-24433; \
        country: Germany or Australia; date: 1992 or 1995"),
    ("744861088721", &["discogs/ricbra-search.json"], "ask discogs:2118623 or discogs:5765099 or discogs:5797336; country: Europe or Australia & New Zealand or US"),
    ("5012394144777", &["discogs/godiscogs-release-249504.json"], "take discogs:249504"),
    ("720642442524", &["musicbrainz/picard-eval-release-8e061dc4.json", "musicbrainz/papposilene-lookup-release.json"], "ask musicbrainz:8e061dc4-790e-4587-ba53-011e7852f88d or musicbrainz:a146429a-cedc-3ab0-9e41-1aaf5f6cdc2d; \
        catalog number: GED24425 or DGCD-24425; label: Geffen Records or DGC Records"),
    ("724384960650", &["deezer/zao-album.json"], "take deezer:302127"),
];

fn entries(folder: &Path, upc: Upc, files: &[&str]) -> Vec<ProviderRelease> {
    let read = |file: &&str| {
        let bytes = std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let body = serde_json::from_slice::<Value>(&bytes).unwrap();
        match (file.split('/').next().unwrap(), body.get("releases").or(body.get("results")).is_some()) {
            ("musicbrainz", true) => test_support::parse_musicbrainz_search(&body),
            ("musicbrainz", false) => test_support::parse_musicbrainz_release(&body).into_iter().collect(),
            ("discogs", true) => test_support::parse_discogs_search(&body),
            ("discogs", false) => {
                test_support::parse_discogs_release(&body, Timestamp::UNIX_EPOCH).into_iter().collect()
            }
            _ => test_support::parse_deezer_album(&body).into_iter().collect(),
        }
    };
    // Like in the providers, releases without the barcode are ignored.
    files.iter().flat_map(read).filter(|release| release.barcodes.contains(&upc)).collect()
}

#[test]
fn recorded_responses_have_the_expected_verdicts() {
    let Some(folder) = recordings::folder() else { return };
    let asked = ["musicbrainz", "discogs"].map(Provider::from_static);
    let mut errors = Vec::new();
    for (code, files, expected) in CASES {
        let upc = code.parse::<Upc>().unwrap();
        let verdict = describe_verdict(&identify_release(
            upc,
            &entries(&folder, upc, files),
            &asked,
            &MatchPreferences::default(),
        ));
        if verdict != *expected {
            errors.push(format!("{code}\n  wanted {expected}\n  got    {verdict}"));
        }
    }
    assert!(errors.is_empty(), "{} of {}\n{}", errors.len(), CASES.len(), errors.join("\n"));
}
