//! The title: what buyers search, in at most 80 characters.
//!
//! ```text
//! Nirvana - Nevermind CD 1991 DGC DGCD-24425
//! artist    title     format year label catalog number
//! ```

use super::super::wording::{cut, plain, units};
use super::format;
use super::words::Words;

/// EBay's limit, in [`units`].
const LONGEST: usize = 80;

/// A very long artist leaves half of the room to the title.
const ARTIST_AT_LEAST: usize = 40;

/// What follows artist and title, the most wanted first. What finds no room is left out, so the catalog number
/// is the first to go and the format the last; but a short number may stay where a long label does not fit.
const DETAILS: [fn(&Words<'_>) -> Option<String>; 4] = [
    |words| words.format.and_then(format::in_title),
    |words| words.year.clone(),
    |words| words.label.clone(),
    |words| words.catalog_number.clone(),
];

/// The title of a listing; `None` where artist or title are not known or nothing of them can be shown.
pub(super) fn compose(words: &Words<'_>) -> Option<String> {
    let details = DETAILS.iter().filter_map(|detail| detail(words)).map(|detail| plain(&detail));
    let details = details.filter(|detail| !detail.is_empty()).collect::<Vec<_>>();
    let head = if words.various { of_many(words, &details)? } else { of_artist(words, &details)? };
    Some(details.iter().fold(head, |title, detail| with(&title, detail).unwrap_or(title)))
}

fn with(title: &str, detail: &str) -> Option<String> {
    let longer = format!("{title} {detail}");
    (units(&longer) <= LONGEST).then_some(longer)
}

/// Nobody searches for "Various Artists", so it is the first to go.
fn of_many(words: &Words<'_>, details: &[String]) -> Option<String> {
    let title = plain(words.title.as_deref()?);
    let rest: usize = details.iter().map(|detail| 1 + units(detail)).sum();
    let heads = [format!("Various Artists - {title}"), format!("Various - {title}")];
    let fits = heads.into_iter().find(|head| units(head) + rest <= LONGEST);
    Some(fits.unwrap_or_else(|| cut(&title, room(details, &title)).to_owned())).filter(|head| !head.is_empty())
}

fn of_artist(words: &Words<'_>, details: &[String]) -> Option<String> {
    let (artist, title) = (plain(words.artist.as_deref()?), plain(words.title.as_deref()?));
    let whole = format!("{artist} - {title}");
    if units(&whole) <= LONGEST {
        return Some(whole);
    }
    let room = room(details, &whole).saturating_sub(" - ".len());
    let artist = shorter_artist(artist, words, ARTIST_AT_LEAST.max(room.saturating_sub(units(&title))));
    let title = cut(&title, room.saturating_sub(units(&artist)));
    (!artist.is_empty() && !title.is_empty()).then(|| format!("{artist} - {title}"))
}

/// The room for artist and title: where they are cut anyway, the format keeps its place after them, since a buyer
/// who looks for a record skips a title that does not say so.
fn room(details: &[String], head: &str) -> usize {
    let format = details.first().map_or(0, |format| 1 + units(format));
    if units(head) <= LONGEST { LONGEST } else { LONGEST.saturating_sub(format) }
}

/// The whole credit where it fits, else its first artist, else the beginning of that.
fn shorter_artist(artist: String, words: &Words<'_>, room: usize) -> String {
    if units(&artist) <= room {
        return artist;
    }
    let first = words.first_artist.as_deref().map(plain).unwrap_or(artist);
    cut(&first, room).to_owned()
}
