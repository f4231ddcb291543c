//! Who composed, conducted and plays: credits beside the artist, and the parts of a classical artist credit.

use serde::{Deserialize, Serialize};

use super::release::ArtistCredit;

/// What a credited person or ensemble did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditRole {
    Composer,
    Conductor,
    /// A soloist, orchestra, choir or ensemble.
    Performer,
}

/// A name with its role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub role: CreditRole,
    pub name: String,
}

impl Credit {
    /// A credit of `name`.
    pub fn new(role: CreditRole, name: impl Into<String>) -> Self {
        Self { role, name: name.into() }
    }
}

/// Splits a classical artist credit into composers and performers, where a join phrase separates them: MusicBrainz
/// writes `Bach; Karajan, Berliner Philharmoniker` (musicbrainz.org/doc/Style/Classical/Release/Artist), Discogs
/// `Bach - Karajan`. Without such a phrase, both are empty.
pub fn split_classical(credit: &ArtistCredit) -> (Vec<String>, Vec<String>) {
    let separates = |join: &str| matches!(join.trim(), ";" | "-" | "\u{2013}" | "\u{2014}");
    let Some(last) = credit.0.iter().position(|artist| separates(&artist.join)) else {
        return (Vec::new(), Vec::new());
    };
    let names = |artists: &[super::release::CreditedArtist]| artists.iter().map(|a| a.name.clone()).collect::<Vec<_>>();
    (names(&credit.0[..=last]), names(&credit.0[last + 1..]))
}

/// Returns true for Discogs' genre and MusicBrainz' genres of classical music.
pub fn is_classical(genres: &[String]) -> bool {
    genres.iter().any(|genre| genre.to_lowercase().contains("classical") || genre.eq_ignore_ascii_case("opera"))
}
