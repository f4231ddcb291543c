//! Stores texts from Discogs' fixed lists (formats, descriptions, genres, styles, countries) as numbers. These texts
//! are a fifth of a release.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The numbered texts. Their positions are part of the file format: append new texts, and never change or move one.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "Accepted", "Draft", "Deleted", "1", "2", "3", "4", "5", "6", "CD", "Vinyl", "Cassette", "File", "CDr", "DVD",
    "All Media", "Box Set", "SACD", "Hybrid", "Blu-ray", "Minidisc", "Shellac", "8-Track Cartridge", "Flexi-disc",
    "Lathe Cut", "Acetate", "Reel-To-Reel", "VHS", "DVDr", "Laserdisc", "Floppy Disk", "DAT", "Memory Stick",
    "Blu-ray-R", "DCC", "Album", "LP", "Compilation", "Single", "Maxi-Single", "EP", "Mini-Album", "Stereo", "Mono",
    "Reissue", "Remastered", "Repress", "Promo", "Limited Edition", "Numbered", "Special Edition", "Deluxe Edition",
    "Club Edition", "Enhanced", "Unofficial Release", "Partially Unofficial", "Mixed", "Sampler", "12\"", "10\"",
    "7\"", "33 ⅓ RPM", "45 RPM", "78 RPM", "Picture Disc", "White Label", "Test Pressing", "Gatefold", "Etched",
    "Single Sided", "Copy Protected", "HDCD", "Multichannel", "DualDisc", "PAL", "NTSC", "DVD-Video", "DVD-Audio",
    "Mini", "Transcription", "Styrene", "Quadraphonic", "Partially Mixed", "Stereo, Mono", "Advance", "Jukebox",
    "Misprint", "Digipak", "Box", "MP3", "WAV", "FLAC", "Dolby", "Dolby B", "Chrome", "Ferric", "XDR", "SHM-CD",
    "Blu-spec CD", "Card Backed", "Business Card", "Shape", "Rock", "Electronic", "Pop", "Jazz", "Funk / Soul",
    "Hip Hop", "Classical", "Folk, World, & Country", "Latin", "Reggae", "Blues", "Stage & Screen", "Non-Music",
    "Children's", "Brass & Military", "Pop Rock", "House", "Techno", "Trance", "Experimental", "Punk",
    "Alternative Rock", "Synth-pop", "Ambient", "Soul", "Disco", "Indie Rock", "Hardcore", "Electro", "Folk",
    "Drum n Bass", "Ballad", "Hard Rock", "Heavy Metal", "Downtempo", "Country", "Soundtrack", "Vocal", "Chanson",
    "Noise", "Prog Rock", "Psychedelic Rock", "Tech House", "Minimal", "Deep House", "Black Metal", "Death Metal",
    "Thrash", "Doom Metal", "Punk Rock", "New Wave", "Industrial", "Breakbeat", "Dub", "Roots Reggae", "Dancehall",
    "Rock & Roll", "Rhythm & Blues", "RnB/Swing", "Contemporary Jazz", "Bop", "Hard Bop", "Fusion", "Easy Listening",
    "Europop", "Euro House", "Eurodance", "Italodance", "Hard House", "Hard Trance", "Progressive House",
    "Progressive Trance", "Garage House", "UK Garage", "Jungle", "Leftfield", "IDM", "Acid", "Trip Hop", "Conscious",
    "Gangsta", "Thug Rap", "Pop Rap", "Schlager", "Contemporary", "Baroque", "Romantic", "Modern", "Opera", "Choral",
    "Musical", "Score", "Religious", "Gospel", "Holiday", "Acoustic", "Arena Rock", "Blues Rock", "Classic Rock",
    "Country Rock", "Folk Rock", "Soft Rock", "Garage Rock", "Goth Rock", "Grunge", "Metalcore", "Emo", "Ska",
    "Swing", "Big Band", "Cool Jazz", "Free Jazz", "Smooth Jazz", "Latin Jazz", "Salsa", "Samba", "Bossa Nova", "US",
    "UK", "Germany", "France", "Japan", "Italy", "Europe", "Canada", "Netherlands", "UK & Europe", "Unknown",
    "Australia", "Spain", "Sweden", "Russia", "Belgium", "Brazil", "Greece", "Poland", "Mexico", "Finland",
    "Portugal", "Argentina", "Switzerland", "Austria", "Denmark", "Norway", "Czech Republic", "Ireland",
    "New Zealand", "Yugoslavia", "South Africa", "USSR", "Hungary", "USA & Canada", "USA & Europe", "Worldwide",
    "Taiwan", "South Korea", "Turkey", "Malaysia", "Indonesia", "Israel", "Colombia", "Chile", "Ukraine", "Hong Kong",
    "Jamaica", "Thailand", "Philippines", "Scandinavia", "Germany, Austria, & Switzerland", "Australasia",
    "UK & Ireland", "Australia & New Zealand", "UK, Europe & US", "Singapore", "India", "China", "Slovenia",
    "Croatia", "Romania", "Bulgaria", "Serbia", "Estonia", "Venezuela", "Peru", "Iceland", "Slovakia", "Lithuania",
    "Latvia",
    "Stoner Rock", "Symphonic Rock", "Power Metal", "African", "Rockabilly", "Dub Techno", "Soul-Jazz", "Post-Punk",
    "Jazz-Rock", "Progressive Metal", "Indian Classical", "Contemporary R&B", "Avant-garde Jazz", "Field Recording",
    "New Jack Swing", "Country Blues", "Nordic", "CD-ROM", "Tribal House", "Dark Ambient", "Texas Blues",
    "Tech Trance", "Italo-Disco", "Delta Blues", "Deep Techno", "Broken Beat", "Rumba", "J-pop", "Reggae-Pop",
    "Avantgarde", "Afro-Cuban", "Sound Art", "Power Pop", "Krautrock", "Jumpstyle", "Jazz-Funk", "Hip-House",
    "Grindcore", "Dance-pop", "Shoegaze", "Dream Pop", "Lo-Fi", "Brit Pop", "Glam", "Surf", "Boogie", "Freestyle",
    "Art Rock", "Space Rock", "Southern Rock", "Pop Punk", "Post Rock", "Math Rock", "Nu Metal", "Speed Metal",
    "Gothic Metal", "Hardstyle", "Gabber", "Psy-Trance", "Goa Trance", "Big Beat", "Bluegrass", "Celtic", "Flamenco",
    "Tango", "Neofolk", "Spoken Word", "Comedy", "Modal", "Post Bop", "Dixieland", "Ragtime", "Afrobeat", "Neo Soul",
    "Boom Bap", "Trap", "Grime", "Dubstep", "Lovers Rock", "Ragga",
];

/// A text as stored in the file.
#[derive(Serialize, Deserialize)]
enum InternedText<'a> {
    Known(u16),
    #[serde(borrow)]
    Other(&'a str),
}

impl<'a> InternedText<'a> {
    fn new(text: &'a str) -> Self {
        let index = TEXTS.iter().position(|known| *known == text).and_then(|index| u16::try_from(index).ok());
        index.map_or(Self::Other(text), Self::Known)
    }

    /// Returns the text; `None` for a number that a later version added.
    fn text(&self) -> Option<&'a str> {
        match self {
            Self::Known(index) => TEXTS.get(usize::from(*index)).copied(),
            Self::Other(text) => Some(text),
        }
    }
}

fn to_owned_text<E: serde::de::Error>(text: &InternedText<'_>) -> Result<String, E> {
    text.text().map(str::to_owned).ok_or_else(|| E::custom("the number of a text is unknown"))
}

/// Serializes a field with one text, for `serde(with)`.
pub(crate) mod single {
    use super::{Deserialize, Deserializer, InternedText, Serialize, Serializer, to_owned_text};

    pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        InternedText::new(text).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        to_owned_text(&InternedText::deserialize(deserializer)?)
    }
}

/// Serializes a field with several texts, for `serde(with)`.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, InternedText, Serializer, to_owned_text};

    pub(crate) fn serialize<S: Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(texts.iter().map(|text| InternedText::new(text)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        Vec::<InternedText<'de>>::deserialize(deserializer)?.iter().map(to_owned_text).collect()
    }
}
