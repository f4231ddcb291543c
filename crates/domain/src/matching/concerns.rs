//! What the operator has to look at before a draft is made: unofficial and withdrawn releases, recordable media, barcodes
//! of an album inside a box set.

use super::super::edition;
use super::super::provenance::Sourced;
use super::super::provider_release::ProviderRelease;
use super::super::release::Carrier;
use super::super::release_status::{ReleaseConcern, ReleaseStatus};
use super::super::upc::Upc;

/// Returns the concerns about a pressing with these entries, each once, with the provider that gives cause. Promotional copies are among
/// them; the seller's preferences decide whether these need review.
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

/// Returns true if the entry is another release than the one that was sold regularly.
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
        Some(ReleaseStatus::Withdrawn | ReleaseStatus::Expunged) => Some(ReleaseConcern::Withdrawn),
        Some(ReleaseStatus::Cancelled) => Some(ReleaseConcern::Cancelled),
        Some(ReleaseStatus::Official | ReleaseStatus::Promotion) | None => None,
    };
    let blocked = entry.blocked_from_sale.then_some(ReleaseConcern::Blocked);
    let recordable = is_recordable(entry).then_some(ReleaseConcern::Recordable);
    let promotional = is_promotional(entry).then_some(ReleaseConcern::Promotional);
    [of_status, blocked, recordable, promotional].into_iter().flatten().collect()
}

/// Returns true for a CD-R, DVD-R or BD-R: MusicBrainz' `CD-R` and `8cm CD-R`, Discogs' `CDr`, `DVDr` and `Blu-ray-R`, and their
/// notes that say so.
fn is_recordable(entry: &ProviderRelease) -> bool {
    const RECORDABLE: [&str; 7] = ["cdr", "cdrw", "dvdr", "dvdrw", "bdr", "bdre", "blurayr"];
    let media = || entry.format.iter().flat_map(|format| &format.media);
    let is_disc = |carrier: Carrier| matches!(carrier, Carrier::Cd | Carrier::Sacd | Carrier::Dvd | Carrier::BluRay);
    let is_noted = entry.format_notes.iter().chain(&entry.disambiguation).any(|text| edition::is_recordable(text));
    if is_noted && media().any(|medium| is_disc(medium.carrier)) {
        return true;
    }
    media().any(|medium| {
        // Behind the first comma Discogs describes the content.
        let name = medium.wording.split(',').next().unwrap_or_default().to_lowercase();
        let mut words = name.split([' ', '/']).map(|word| word.replace(['-', '+', '\u{b1}'], ""));
        words.any(|word| RECORDABLE.contains(&word.as_str()))
    })
}

/// Returns the concern that the scanned barcode is, or may be, on an album inside a box set: of several codes, the box's own is
/// described as such or not at all, the others with the disc.
fn inner_barcode(entry: &ProviderRelease, upc: Upc) -> Option<ReleaseConcern> {
    let format = entry.format.as_ref()?;
    let is_several = format.box_set || format.media_count() > 1;
    if !is_several || entry.barcodes.len() < 2 || !entry.barcodes.contains(&upc) {
        return None;
    }
    let notes =
        |code: Upc| entry.barcode_notes.iter().filter(move |note| note.upc == code).map(|note| note.text.as_str());
    let is_own = |code: Upc| notes(code).any(names_box);
    let is_inner = |code: Upc| !is_own(code) && notes(code).any(names_disc);
    let others = || entry.barcodes.iter().copied().filter(|code| *code != upc);
    match () {
        () if is_own(upc) => None,
        () if is_inner(upc) => Some(ReleaseConcern::InnerBarcode),
        // Where another code is the box's, this one is of something inside it.
        () if format.box_set && others().any(is_own) => Some(ReleaseConcern::InnerBarcode),
        // Where all others are of discs, this one is the box's.
        () if others().all(is_inner) => None,
        // Several codes and nothing that tells them apart.
        () => format.box_set.then_some(ReleaseConcern::UnclearBarcode),
    }
}

/// Returns true if the note of a barcode says that it is on the outside.
fn names_box(note: &str) -> bool {
    has_word(
        note,
        &["box", "boxset", "outer", "outside", "slipcase", "slipcover", "shrink", "shrinkwrap", "hype", "set"],
    )
}

/// Returns true if the note of a barcode names a disc, record or tape, or an inner sleeve.
fn names_disc(note: &str) -> bool {
    has_word(
        note,
        &["cd", "lp", "disc", "disk", "dvd", "vinyl", "record", "tape", "cassette", "inner", "inside", "album"],
    )
}

/// Compares words without the number behind them: `CD1` is `cd`.
fn has_word(text: &str, words: &[&str]) -> bool {
    let lower = text.to_lowercase();
    let mut parts =
        lower.split(|c: char| !c.is_alphanumeric()).map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    parts.any(|word| words.contains(&word))
}
