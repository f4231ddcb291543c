//! The title: what buyers search, in at most 80 characters.
//!
//! ```text
//! Nirvana - Nevermind CD 1991 DGC DGCD-24425
//! artist    title     format year label catalog number
//! ```

use super::super::text::display::{cut_at_word, plain_text, utf16_len};
use super::display_fields::DisplayFields;
use super::format;

/// eBay's limit, in UTF-16 units.
const MAX_TITLE_UNITS: usize = 80;

/// Minimum share of a very long artist; the rest is left to the title.
const MIN_ARTIST_UNITS: usize = 40;

/// Details after artist and title, the most important first. A detail that does not fit is left out, so the catalog
/// number goes first and the format last; a short number may stay if a long label does not fit.
const TITLE_DETAILS: [fn(&DisplayFields<'_>) -> Option<String>; 4] = [
    |words| words.format.and_then(format::format_label),
    |words| words.year.clone(),
    |words| words.label.clone(),
    |words| words.catalog_number.clone(),
];

/// Returns the title of a listing; `None` if artist or title are unknown or have no visible character.
pub(super) fn compose_title(words: &DisplayFields<'_>) -> Option<String> {
    let details = TITLE_DETAILS.iter().filter_map(|detail| detail(words)).map(|detail| plain_text(&detail));
    let details = details.filter(|detail| !detail.is_empty()).collect::<Vec<_>>();
    let head = if words.is_various { various_artists_head(words, &details)? } else { artist_head(words, &details)? };
    Some(details.iter().fold(head, |title, detail| append_detail(&title, detail).unwrap_or(title)))
}

fn append_detail(title: &str, detail: &str) -> Option<String> {
    let longer = format!("{title} {detail}");
    (utf16_len(&longer) <= MAX_TITLE_UNITS).then_some(longer)
}

/// Buyers do not search for "Various Artists", so it is left out first.
fn various_artists_head(words: &DisplayFields<'_>, details: &[String]) -> Option<String> {
    let title = plain_text(words.title.as_deref()?);
    let rest: usize = details.iter().map(|detail| 1 + utf16_len(detail)).sum();
    let heads = [format!("Various Artists - {title}"), format!("Various - {title}")];
    let fits = heads.into_iter().find(|head| utf16_len(head) + rest <= MAX_TITLE_UNITS);
    Some(fits.unwrap_or_else(|| cut_at_word(&title, available_units(details, &title)).to_owned()))
        .filter(|head| !head.is_empty())
}

fn artist_head(words: &DisplayFields<'_>, details: &[String]) -> Option<String> {
    let (artist, title) = (plain_text(words.artist.as_deref()?), plain_text(words.title.as_deref()?));
    let whole = format!("{artist} - {title}");
    if utf16_len(&whole) <= MAX_TITLE_UNITS {
        return Some(whole);
    }
    let room = available_units(details, &whole).saturating_sub(" - ".len());
    let artist = shorten_artist(artist, words, MIN_ARTIST_UNITS.max(room.saturating_sub(utf16_len(&title))));
    let title = cut_at_word(&title, room.saturating_sub(utf16_len(&artist)));
    (!artist.is_empty() && !title.is_empty()).then(|| format!("{artist} - {title}"))
}

/// Returns the units available for artist and title. If they must be cut, the format keeps its place after them, since
/// buyers of records skip a title without it.
fn available_units(details: &[String], head: &str) -> usize {
    let format = details.first().map_or(0, |format| 1 + utf16_len(format));
    if utf16_len(head) <= MAX_TITLE_UNITS { MAX_TITLE_UNITS } else { MAX_TITLE_UNITS.saturating_sub(format) }
}

/// Returns the whole credit if it fits, else its first artist, else the beginning of that.
fn shorten_artist(artist: String, words: &DisplayFields<'_>, room: usize) -> String {
    if utf16_len(&artist) <= room {
        return artist;
    }
    let first = words.first_artist.as_deref().map(plain_text).unwrap_or(artist);
    cut_at_word(&first, room).to_owned()
}
