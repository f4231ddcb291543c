//! Finds concerns that the operator must check before a draft is created: unofficial and withdrawn releases, recordable
//! media, barcodes of an album in a box set.

use super::super::edition;
use super::super::provenance::Sourced;
use super::super::provider_release::ProviderRelease;
use super::super::release::{Carrier, Format};
use super::super::release_status::{ReleaseConcern, ReleaseStatus};
use super::super::upc::Upc;

/// Returns the distinct concerns about a pressing with these entries, each with the provider that causes it. Includes
/// promotional copies; the seller's preferences decide whether those need review.
pub(super) fn find_concerns(upc: Upc, entries: &[ProviderRelease]) -> Vec<Sourced<ReleaseConcern>> {
    let mut found: Vec<Sourced<ReleaseConcern>> = Vec::new();
    for entry in entries {
        for concern in entry_concerns(entry).into_iter().chain(inner_barcode(entry, upc)) {
            match found.iter_mut().find(|known| known.value == concern) {
                Some(known) if known.source != entry.source() => known.agreed.push(entry.source()),
                Some(_) => {}
                None => found.push(Sourced::new(concern, entry.source())),
            }
        }
    }
    found.sort_by_key(|concern| concern.value);
    found
}

/// Returns true if the entry is not the release that was sold regularly.
pub(super) fn is_other_than_regular(entry: &ProviderRelease) -> bool {
    entry_concerns(entry).into_iter().any(ReleaseConcern::is_other_than_regular)
}

/// Returns true for promotional copies, test pressings and white labels.
pub(super) fn is_promotional(entry: &ProviderRelease) -> bool {
    const WORDS: [&str; 4] = ["Promo", "Test Pressing", "White Label", "Advance"];
    entry.status == Some(ReleaseStatus::Promotion)
        || super::merge_edition::words_of_entry(entry).iter().any(|word| WORDS.contains(&word.as_str()))
}

fn entry_concerns(entry: &ProviderRelease) -> Vec<ReleaseConcern> {
    let of_status = match entry.status {
        Some(ReleaseStatus::Bootleg) => Some(ReleaseConcern::Unofficial),
        Some(ReleaseStatus::PseudoRelease) => Some(ReleaseConcern::PseudoRelease),
        Some(ReleaseStatus::Withdrawn) => Some(ReleaseConcern::Withdrawn),
        Some(ReleaseStatus::Expunged) => Some(ReleaseConcern::Expunged),
        Some(ReleaseStatus::Cancelled) => Some(ReleaseConcern::Cancelled),
        Some(ReleaseStatus::Official | ReleaseStatus::Promotion) | None => None,
    };
    let blocked = entry.blocked_from_sale.then_some(ReleaseConcern::Blocked);
    let recordable = is_recordable(entry).then_some(ReleaseConcern::Recordable);
    let promotional = is_promotional(entry).then_some(ReleaseConcern::Promotional);
    [of_status, blocked, recordable, promotional].into_iter().flatten().collect()
}

/// Returns true for a CD-R, DVD-R or BD-R: MusicBrainz' `CD-R` and `8cm CD-R`, Discogs' `CDr`, `DVDr` and `Blu-ray-R`,
/// and notes that say so.
fn is_recordable(entry: &ProviderRelease) -> bool {
    const RECORDABLE: [&str; 7] = ["cdr", "cdrw", "dvdr", "dvdrw", "bdr", "bdre", "blurayr"];
    let media = || entry.format.iter().flat_map(|format| &format.media);
    let is_disc = |carrier: Carrier| matches!(carrier, Carrier::Cd | Carrier::Sacd | Carrier::Dvd | Carrier::BluRay);
    let is_noted = entry.format_notes.iter().chain(&entry.disambiguation).any(|text| edition::is_recordable(text));
    if is_noted && media().any(|medium| is_disc(medium.carrier)) {
        return true;
    }
    media().any(|medium| {
        // After the first comma, Discogs describes the content.
        let name = medium.wording.split(',').next().unwrap_or_default().to_lowercase();
        let mut words = name.split([' ', '/']).map(|word| word.replace(['-', '+', '\u{b1}'], ""));
        words.any(|word| RECORDABLE.contains(&word.as_str()))
    })
}

/// Returns a concern if the scanned barcode is, or may be, on a part of a set and not on the set itself. The notes of
/// the barcodes state where each one is.
fn inner_barcode(entry: &ProviderRelease, upc: Upc) -> Option<ReleaseConcern> {
    let format = entry.format.as_ref()?;
    let is_several = format.box_set || format.media_count() > 1;
    if !is_several || entry.barcodes.len() < 2 || !entry.barcodes.contains(&upc) {
        return None;
    }
    let place_of = |code: Upc| {
        let notes = entry.barcode_notes.iter().filter(move |note| note.upc == code);
        notes.map(|note| BarcodePlace::from_note(&note.text)).max().unwrap_or(BarcodePlace::Unknown)
    };
    let others = entry.barcodes.iter().copied().filter(|code| *code != upc).map(place_of).collect::<Vec<_>>();
    let is_part = |place: &BarcodePlace| matches!(place, BarcodePlace::Inside | BarcodePlace::Named);
    match place_of(upc) {
        BarcodePlace::Outside => None,
        BarcodePlace::Inside => Some(ReleaseConcern::InnerBarcode),
        // If another code belongs to the set, this one belongs to something inside it.
        _ if others.contains(&BarcodePlace::Outside) => Some(ReleaseConcern::InnerBarcode),
        // If all other codes belong to parts, this one belongs to the set.
        BarcodePlace::Unknown if others.iter().all(is_part) => None,
        // The notes name parts, or places that no rule knows.
        BarcodePlace::Named => Some(ReleaseConcern::UnclearBarcode),
        // There are several codes, and nothing distinguishes them.
        BarcodePlace::Unknown => is_set(format).then_some(ReleaseConcern::UnclearBarcode),
    }
}

/// Minimum number of media that are sold as a set of albums, although no data source calls it a box set.
const MIN_MEDIA_OF_SET: u16 = 3;

fn is_set(format: &Format) -> bool {
    format.box_set || format.media_count() >= MIN_MEDIA_OF_SET
}

/// Where a barcode of a set is, according to its note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum BarcodePlace {
    /// The note says how the code was read or where it was sold: `Printed`, `Text`, `Europe`.
    Unknown,
    /// The note has other words, which may be the title of a part: `Sweetheart Of The Rodeo`.
    Named,
    /// On a part: `Jewel case 1`, `CD 2`.
    Inside,
    /// On the box or around it: `Slipcase`.
    Outside,
}

impl BarcodePlace {
    fn from_note(note: &str) -> Self {
        const OUTSIDE: [&str; 14] = [
            "box",
            "boxset",
            "outer",
            "outside",
            "slip",
            "slipcase",
            "slipcover",
            "shrink",
            "shrinkwrap",
            "hype",
            "set",
            "suitcase",
            "lid",
            "carton",
        ];
        const INSIDE: [&str; 14] = [
            "cd", "lp", "disc", "disk", "dvd", "vinyl", "record", "tape", "cassette", "inner", "inside", "album",
            "jewel", "keep",
        ];
        const NEUTRAL: &str = "a alt alternate alternative and at back bar barcode canada card case code cover ean eu europe \
            for front france germany gtin hologram human in international italy jan japan label number obi of on only \
            original os paper plastic price print printed promo readable rear release retail scan scanned side sleeve \
            spaces spain spine sticker stickered string text the to tray uk unreadable upc us usa ver version variant \
            with without";
        let has = |words: &[&str]| note_words(note).any(|word| words.contains(&word.as_str()));
        let is_neutral = |word: &String| word.is_empty() || NEUTRAL.split_whitespace().any(|neutral| neutral == word);
        match () {
            () if has(&OUTSIDE) => Self::Outside,
            () if has(&INSIDE) => Self::Inside,
            () if note_words(note).all(|word| is_neutral(&word)) => Self::Unknown,
            () => Self::Named,
        }
    }
}

/// Returns the words of a note in lower case, without trailing numbers: `CD1` becomes `cd`.
fn note_words(note: &str) -> impl Iterator<Item = String> {
    let lower = note.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).collect::<Vec<_>>().into_iter()
}
