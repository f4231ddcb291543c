//! Who composed, conducted and plays: credits beside the artist, and the parts of a classical artist credit.

use serde::{Deserialize, Serialize};

use super::composer_name::is_famous_composer;
use super::release::{ArtistCredit, CreditedArtist};

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

/// Splits a classical artist credit into composers and performers. `is_composer` tells whether a name is credited as
/// composer elsewhere; famous composers are known.
///
/// MusicBrainz separates them by a semicolon: `Bach; Karajan, Berliner Philharmoniker`
/// (musicbrainz.org/doc/Style/Classical/Release/Artist). Discogs writes `Bach - Karajan`, but also joins performers by a
/// dash, so only the names of composers are taken there, from the start of the credit. If there are none, both are empty.
pub fn split_classical(credit: &ArtistCredit, is_composer: impl Fn(&str) -> bool) -> (Vec<String>, Vec<String>) {
    let names = |artists: &[CreditedArtist]| artists.iter().map(|artist| artist.name.clone()).collect::<Vec<_>>();
    let separator = credit.0.iter().position(|artist| artist.join.trim() == ";").map(|at| at + 1);
    let leading = || {
        let is_known = |artist: &&CreditedArtist| is_composer(&artist.name) || is_famous_composer(&artist.name);
        credit.0.iter().take_while(is_known).count()
    };
    match separator.unwrap_or_else(leading) {
        0 => (Vec::new(), Vec::new()),
        count => (names(&credit.0[..count]), names(&credit.0[count..])),
    }
}

/// Returns true for Discogs' genre and MusicBrainz' genres of classical music.
pub fn is_classical(genres: &[String]) -> bool {
    genres.iter().any(|genre| genre.to_lowercase().contains("classical") || genre.eq_ignore_ascii_case("opera"))
}
