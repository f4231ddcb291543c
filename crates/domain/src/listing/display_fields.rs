//! Fields of a release for display in a listing: sanitized, without placeholders.

use super::super::provenance::Sourced;
use super::super::release::{ArtistCredit, Format, Release, Track};
use super::super::text::display::{clean_text, plain_text};
use super::categories::Categories;

/// The display texts of a release. An unknown field is `None` or empty.
#[derive(Debug)]
pub(super) struct DisplayFields<'a> {
    /// The whole artist credit with its join phrases.
    pub artist: Option<String>,
    /// The first artist, used if the whole credit is too long.
    pub first_artist: Option<String>,
    /// True for a credit of various artists.
    pub is_various: bool,
    pub title: Option<String>,
    pub label: Option<String>,
    pub catalog_number: Option<String>,
    pub year: Option<String>,
    pub format: Option<&'a Format>,
    pub genres: Vec<String>,
    pub styles: Vec<String>,
    pub tracks: &'a [Track],
}

impl<'a> DisplayFields<'a> {
    pub(super) fn from_release(release: &'a Release, categories: &Categories) -> Self {
        let shown = |text: &String| !plain_text(text).is_empty();
        let known = |text: &str| Some(clean_text(text)).filter(|text| shown(text) && !categories.is_placeholder(text));
        let field = |event: &Option<Sourced<String>>| event.as_ref().and_then(|event| known(&event.value));
        let list = |event: &Option<Sourced<Vec<String>>>| {
            event.iter().flat_map(|event| &event.value).filter_map(|text| known(text)).collect()
        };
        let credit = release.artist.as_ref().map(|artist| &artist.value);
        Self {
            artist: credit.and_then(|credit| known(&format_credit(credit))),
            first_artist: credit.and_then(|credit| credit.0.first()).and_then(|artist| known(&artist.name)),
            is_various: credit.is_some_and(ArtistCredit::is_various),
            // A title may look like a placeholder: there are albums named `None` and `<…>`.
            title: release.title.as_ref().map(|title| clean_text(&title.value)).filter(shown),
            label: field(&release.label),
            catalog_number: field(&release.catalog_number),
            year: release.date.as_ref().map(|date| date.value.year().to_string()),
            format: release.format.as_ref().map(|format| &format.value),
            genres: list(&release.genres),
            styles: list(&release.styles),
            tracks: release.tracks.as_ref().map_or(&[], |tracks| &tracks.value),
        }
    }
}

/// Discogs writes "Various"; buyers search for "Various Artists".
fn format_credit(credit: &ArtistCredit) -> String {
    if credit.is_various() { "Various Artists".to_owned() } else { credit.to_string() }
}
