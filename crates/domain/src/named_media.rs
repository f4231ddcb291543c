//! Media that are too rare for a carrier of their own. They are recognized by the name that a database gives them.

/// A rare medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamedMedium {
    /// Names at Discogs and MusicBrainz, in lower case.
    names: &'static [&'static str],
    /// Name in a title.
    pub(crate) label: &'static str,
    /// Shorter name in a title.
    pub(crate) short: &'static str,
}

const fn medium(names: &'static [&'static str], label: &'static str, short: &'static str) -> NamedMedium {
    NamedMedium { names, label, short }
}

/// The media whose name at a database is not the one that buyers search for (Discogs: "Formats" in the submission form;
/// MusicBrainz: musicbrainz.org/doc/Release/Format). Other media keep the database's name.
const NAMED_MEDIA: &[NamedMedium] = &[
    medium(&["dcc", "digital compact cassette"], "DCC Digital Compact Cassette", "DCC"),
    medium(&["dat", "digital audio tape"], "DAT Digital Audio Tape", "DAT"),
    medium(&["4-track cartridge"], "4-Track Tape Cartridge", "4-Track"),
    medium(&["cartridge"], "Tape Cartridge", "Cartridge"),
    medium(&["dc-international"], "DC-International Cassette", "DC-International"),
    medium(&["revere magnetic stereo tape ca"], "Revere Tape Cartridge", "Revere Tape"),
    medium(&["usb flash drive", "memory stick"], "USB Flash Drive", "USB"),
    medium(&["kit album", "kit"], "KiT Album", "KiT"),
    medium(&["cylinder", "wax cylinder"], "Phonograph Cylinder", "Cylinder"),
    medium(&["edison disc", "edison diamond disc"], "Edison Diamond Disc", "Edison Disc"),
    medium(&["selectavision", "ced"], "CED VideoDisc", "CED"),
    medium(&["cdv"], "CD Video", "CDV"),
    medium(&["betamax"], "Betamax Tape", "Betamax"),
    medium(&["hd dvd", "hd-dvd"], "HD DVD", "HD DVD"),
];

/// Returns the medium with this name at a database.
pub(crate) fn named_medium(name: &str) -> Option<&'static NamedMedium> {
    let name = name.to_lowercase();
    NAMED_MEDIA.iter().find(|medium| medium.names.contains(&name.as_str()))
}
