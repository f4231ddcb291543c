//! Credits for composers, conductors and performers, and the parts of a classical artist credit.

use serde::{Deserialize, Serialize};

use super::composer_name::is_famous_composer;
use super::release::{ArtistCredit, CreditedArtist};

/// Role of a credited person or ensemble.
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
    /// Creates a credit.
    pub fn new(role: CreditRole, name: impl Into<String>) -> Self {
        Self { role, name: name.into() }
    }
}

/// Splits a classical artist credit into composers and performers. `is_composer` returns true for a name that is
/// credited as a composer elsewhere; famous composers are recognized without it.
///
/// MusicBrainz separates the two with a semicolon: `Bach; Karajan, Berliner Philharmoniker`
/// (musicbrainz.org/doc/Style/Classical/Release/Artist). Discogs writes `Bach - Karajan`, but also joins performers
/// with a dash, so first the composers at the start of a credit are split off. If there are none, a famous composer whose
/// name is in the release title may follow: `Badura-Skoda, Mozart | Mozart Sonatas`. Returns two empty lists if there are
/// no composers.
pub(crate) fn split_classical(
    credit: &ArtistCredit,
    title: &str,
    is_composer: impl Fn(&str) -> bool,
) -> (Vec<String>, Vec<String>) {
    let names = |artists: &[CreditedArtist]| artists.iter().map(|artist| artist.name.clone()).collect::<Vec<_>>();
    let separator = credit.0.iter().position(|artist| artist.join.trim() == ";").map(|at| at + 1);
    let leading = || {
        let is_known = |artist: &&CreditedArtist| is_composer(&artist.name) || is_famous_composer(&artist.name);
        credit.0.iter().take_while(is_known).count()
    };
    match separator.unwrap_or_else(leading) {
        0 => {
            let is_later = |artist: &CreditedArtist| is_in_title(&artist.name, title);
            let (composers, performers) = credit.0.iter().cloned().partition::<Vec<_>, _>(is_later);
            if composers.is_empty() { (Vec::new(), Vec::new()) } else { (names(&composers), names(&performers)) }
        }
        count => (names(&credit.0[..count]), names(&credit.0[count..])),
    }
}

/// Returns true for a famous composer whose last name the title has.
fn is_in_title(name: &str, title: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let mut words = title.split(|c: char| !c.is_alphanumeric() && c != '-');
    is_famous_composer(name) && words.any(|word| word.to_lowercase() == last)
}

/// Returns the names after `Conducted By` in an artist credit.
pub(crate) fn credited_conductors(credit: &ArtistCredit) -> Vec<String> {
    let followed = credit.0.iter().zip(credit.0.iter().skip(1));
    let conducted = followed.filter(|(before, _)| before.join.to_lowercase().contains("conducted by"));
    conducted.map(|(_, conductor)| conductor.name.clone()).collect()
}

/// Returns true if a genre is a classical one of Discogs or MusicBrainz.
pub fn is_classical(genres: &[String]) -> bool {
    genres.iter().any(|genre| genre.to_lowercase().contains("classical") || genre.eq_ignore_ascii_case("opera"))
}
