//! The built-in catalog is large enough, has valid check digits, and has every difficult case.

use std::collections::{BTreeMap, BTreeSet};

use domain::upc::Upc;
use sandbox::{DEMO_LIST, SandboxCatalog, SandboxDiscogsData, SandboxRelease};

fn releases() -> Vec<SandboxRelease> {
    SandboxCatalog::demo().releases().to_vec()
}

/// Returns the releases that satisfy a condition.
fn with(holds: impl Fn(&SandboxRelease) -> bool) -> Vec<SandboxRelease> {
    let found = releases().into_iter().filter(holds).collect::<Vec<_>>();
    assert!(!found.is_empty(), "no release satisfies the condition");
    found
}

fn on_musicbrainz(release: &SandboxRelease) -> bool {
    !release.mbid.is_empty()
}

fn side(release: &SandboxRelease) -> SandboxDiscogsData {
    release.discogs.clone().unwrap_or_default()
}

fn digits(code: &str) -> usize {
    code.bytes().filter(u8::is_ascii_digit).count()
}

/// Returns the barcodes as both databases write them.
fn written(release: &SandboxRelease) -> Vec<String> {
    std::iter::once(release.barcode.clone()).chain(release.discogs_codes()).filter(|code| !code.is_empty()).collect()
}

/// Returns the format names in both databases.
fn formats(release: &SandboxRelease) -> Vec<String> {
    let at_discogs = side(release).formats.into_iter().map(|(name, ..)| name);
    release.media.iter().map(|medium| medium.format.clone()).chain(at_discogs).collect()
}

#[test]
fn there_are_at_least_sixty_releases_with_valid_barcodes() {
    let releases = releases();
    assert!(releases.len() >= 60, "{}", releases.len());
    for release in &releases {
        let upc = release.upc().unwrap_or_else(|| panic!("{:?} has no barcode", release.title));
        for code in written(release) {
            // Upc verifies the check digit (GS1).
            let code = code.parse::<Upc>().unwrap_or_else(|error| panic!("{:?}: {code}: {error}", release.title));
            assert_eq!(code, upc, "{:?} has two barcodes", release.title);
        }
        assert!(!release.artist_credit().trim().is_empty() && !release.title.trim().is_empty(), "{upc}");
        assert!(on_musicbrainz(release) || release.discogs.is_some(), "no database has {upc}");
    }
}

#[test]
fn no_id_is_used_twice() {
    let releases = releases();
    let mbids = releases.iter().filter(|release| on_musicbrainz(release)).map(|release| &release.mbid);
    let mbids = mbids.collect::<Vec<_>>();
    assert_eq!(mbids.iter().collect::<BTreeSet<_>>().len(), mbids.len());
    assert!(mbids.iter().all(|mbid| mbid.len() == 36), "{mbids:?}");
    let ids = releases.iter().filter_map(|release| Some(release.discogs.as_ref()?.id)).collect::<Vec<_>>();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn several_pressings_share_a_barcode() {
    let mut pressings: BTreeMap<Upc, Vec<SandboxRelease>> = BTreeMap::new();
    for release in with(on_musicbrainz) {
        pressings.entry(release.upc().unwrap()).or_default().push(release);
    }
    let shared = pressings.values().filter(|pressings| pressings.len() > 1).collect::<Vec<_>>();
    assert!(shared.len() >= 3, "{}", shared.len());
    let distinguished = |pressings: &&&Vec<SandboxRelease>| {
        let marks = pressings.iter().map(|release| (&release.country, &release.date, &release.labels));
        marks.collect::<BTreeSet<_>>().len() > 1
    };
    assert!(shared.iter().any(|pressings| distinguished(&pressings)), "countries, dates or labels differ");
    let in_both_forms = |pressings: &&&Vec<SandboxRelease>| {
        pressings.iter().map(|release| release.barcode.len()).collect::<BTreeSet<_>>() == BTreeSet::from([12, 13])
    };
    assert!(shared.iter().any(|pressings| in_both_forms(&pressings)), "one is stored with 12 and with 13 digits");
}

#[test]
fn some_releases_are_in_one_database_only() {
    assert!(with(|release| !on_musicbrainz(release)).len() >= 5);
    assert!(with(|release| release.discogs.is_none()).len() >= 5);
    assert!(with(|release| on_musicbrainz(release) && release.discogs.is_some()).len() >= 30);
}

#[test]
fn barcodes_are_spaced_and_short() {
    with(|release| written(release).iter().any(|code| code.contains(' ')));
    with(|release| written(release).iter().any(|code| code.contains('-')));
    with(|release| release.barcode.len() == 12);
    with(|release| release.barcode.len() == 13);
    let short = with(|release| written(release).iter().any(|code| digits(code) < 12));
    assert!(short.iter().all(|release| release.upc().is_some()), "a short one is still found");
}

#[test]
fn dates_are_partial_or_unknown() {
    with(|release| release.date.len() == 4);
    with(|release| release.date.is_empty());
    with(|release| release.date.len() == 10);
    for release in releases().into_iter().filter(|release| !release.date.is_empty()) {
        let numbers = release.date.split('-').map(|part| part.parse::<u16>().unwrap()).collect::<Vec<_>>();
        assert!((1877..2100).contains(&numbers[0]), "{}", release.date);
        assert!(matches!(release.date.len(), 4 | 7 | 10), "{}", release.date);
    }
}

#[test]
fn labels_are_missing_in_every_way() {
    with(|release| release.labels.is_empty());
    with(|release| release.labels.iter().any(|(name, number)| name.is_empty() && !number.is_empty()));
    with(|release| release.labels.iter().any(|(name, number)| !name.is_empty() && number.is_empty()));
}

#[test]
fn all_media_types_are_present() {
    with(|release| release.media.iter().any(|medium| medium.format.contains("Vinyl")));
    with(|release| release.media.iter().any(|medium| medium.format == "Cassette"));
    with(|release| side(release).formats.iter().any(|(name, ..)| name == "Vinyl"));
    with(|release| side(release).formats.iter().any(|(name, ..)| name == "Cassette"));
    with(|release| formats(release).iter().any(|format| format.contains("SACD")));
    with(|release| formats(release).iter().any(|format| format.contains("DVD")));
    let boxes = with(|release| side(release).formats.iter().any(|(name, ..)| name == "Box Set"));
    assert!(boxes.iter().any(|release| release.media.len() > 2), "one of them at both databases");
    with(|release| release.media.len() == 2);
}

#[test]
fn artists_and_titles_are_of_every_kind() {
    with(|release| release.artist_credit() == "Various Artists" && on_musicbrainz(release));
    with(|release| release.artist_credit().starts_with("Various") && !on_musicbrainz(release));
    with(|release| release.artist.len() > 1 && release.artist.iter().any(|(_, join)| !join.is_empty()));
    with(|release| release.title.chars().count() > 60);
    let is_foreign = |text: &str| text.chars().any(|c| c.is_alphabetic() && c > '\u{24f}');
    with(|release| is_foreign(&release.title) && is_foreign(&release.artist_credit()));
    with(|release| release.media.iter().any(|medium| medium.tracks.is_empty() && medium.count > 0));
    with(|release| release.media.iter().any(|medium| !medium.tracks.is_empty()));
}

#[test]
fn covers_and_prices_are_missing_and_wrong() {
    for cover in ["none", "small", "foreign"] {
        assert!(with(|release| release.cover == cover).iter().all(on_musicbrainz), "{cover}");
    }
    for price in ["none", "asked"] {
        assert!(with(|release| release.price == price).iter().all(|release| release.discogs.is_some()), "{price}");
    }
    assert!(
        releases().iter().all(|release| matches!(release.cover.as_str(), "" | "front" | "none" | "small" | "foreign"))
    );
    assert!(releases().iter().all(|release| matches!(release.price.as_str(), "" | "both" | "asked" | "none")));
}

#[test]
fn the_demo_list_has_most_releases_and_some_unknown_barcodes() {
    let known = releases().iter().filter_map(SandboxRelease::upc).collect::<BTreeSet<_>>();
    let lines = DEMO_LIST.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (codes, slips): (Vec<_>, Vec<_>) = lines.map(str::parse::<Upc>).partition(Result::is_ok);
    let codes = codes.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    let distinct = codes.iter().copied().collect::<BTreeSet<_>>();
    assert!(distinct.intersection(&known).count() >= 40, "real UPCs");
    assert!(distinct.difference(&known).count() >= 2, "no database has these");
    assert!(codes.len() > distinct.len(), "a barcode is repeated");
    assert!(slips.len() >= 2, "some lines are not barcodes");
}
