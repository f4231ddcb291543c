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
    let composers = names(&credit.0[..=last]);
    // Discogs also joins an orchestra and its conductor by a dash.
    if composers.iter().any(|name| is_ensemble(name)) {
        return (Vec::new(), Vec::new());
    }
    (composers, names(&credit.0[last + 1..]))
}

/// Beginnings of words by which orchestras, choirs and chamber groups call themselves.
const ENSEMBLE_WORDS: [&str; 17] = [
    "academy",
    "camerata",
    "chamber",
    "choeur",
    "choir",
    "chor",
    "collegium",
    "concert",
    "consort",
    "ensemble",
    "musici",
    "orchest",
    "orquesta",
    "philharmon",
    "quartet",
    "sinfoni",
    "symphon",
];

fn is_ensemble(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| ENSEMBLE_WORDS.iter().any(|start| word.starts_with(start)) || word.ends_with("orchester"))
}

/// Returns true for Discogs' genre and MusicBrainz' genres of classical music.
pub fn is_classical(genres: &[String]) -> bool {
    genres.iter().any(|genre| genre.to_lowercase().contains("classical") || genre.eq_ignore_ascii_case("opera"))
}
