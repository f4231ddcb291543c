//! Release types, as in MusicBrainz' release groups and Discogs' format descriptions.

use serde::{Deserialize, Serialize};

/// Type of a release. A release can have several types, such as album, live and compilation.
///
/// The names are those of musicbrainz.org/doc/Release_Group/Type and Discogs' format descriptions.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(ascii_case_insensitive)]
pub enum ReleaseType {
    #[strum(to_string = "Album", serialize = "LP Album")]
    Album,
    #[strum(to_string = "Mini-Album", serialize = "Mini Album")]
    MiniAlbum,
    #[strum(to_string = "EP")]
    Ep,
    Single,
    #[strum(to_string = "Maxi-Single", serialize = "Maxi Single", serialize = "Maxi")]
    MaxiSingle,
    #[strum(to_string = "Compilation", serialize = "Sampler")]
    Compilation,
    Soundtrack,
    Live,
    Remix,
    #[strum(to_string = "DJ Mix", serialize = "DJ-mix", serialize = "Mixed")]
    DjMix,
    #[strum(to_string = "Mixtape", serialize = "Mixtape/Street")]
    Mixtape,
    Demo,
    Interview,
    #[strum(to_string = "Spoken Word", serialize = "Spokenword")]
    SpokenWord,
    Audiobook,
    #[strum(to_string = "Audio Drama")]
    AudioDrama,
    Broadcast,
}

impl ReleaseType {
    /// Returns true for the types that state the length of a release. A release has only one of these.
    pub const fn is_length(self) -> bool {
        matches!(self, Self::Album | Self::MiniAlbum | Self::Ep | Self::Single | Self::MaxiSingle)
    }
}
