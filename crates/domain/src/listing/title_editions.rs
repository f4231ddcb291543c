//! Edition words in a title: their value to buyers, and their short forms.

use super::super::edition::ANNIVERSARY_EDITION;

/// Scores of edition words. Words that change the price of a pressing and words that buyers search for have the highest
/// scores. Other words have [`OTHER_EDITION_SCORE`].
const EDITION_SCORES: &[(&str, u8)] = &[
    ("Test Pressing", 99),
    ("White Label", 98),
    ("Promo", 97),
    ("Advance", 97),
    ("Signed", 96),
    ("Rental", 96),
    ("Acetate", 95),
    ("Picture Disc", 94),
    ("Shaped Disc", 93),
    ("Super Deluxe Edition", 92),
    ("Deluxe Edition", 91),
    ("SHM-CD", 90),
    ("SHM-SACD", 90),
    ("Blu-spec CD", 90),
    ("Blu-spec CD2", 90),
    ("Gold CD", 90),
    ("XRCD", 90),
    ("UHQCD", 90),
    ("CD+G", 90),
    ("DTS", 90),
    ("CD1", 89),
    ("CD2", 89),
    ("Record Store Day", 89),
    ("Limited Edition", 88),
    ("Numbered", 86),
    ("Half-Speed Mastered", 85),
    ("Quadraphonic", 85),
    ("Mono", 84),
    ("Anniversary Edition", 83),
    ("NTSC", 80),
    ("PAL", 80),
    ("SECAM", 80),
    ("Collector's Edition", 82),
    ("Special Edition", 82),
    ("Expanded Edition", 82),
    ("Club Edition", 81),
    ("First Pressing", 80),
    ("Remastered", 78),
    ("Reissue", 72),
    ("Repress", 70),
    ("Obi", 66),
    ("Clean", 64),
    ("Explicit", 45),
    ("Longbox", 66),
    ("Etched", 56),
    ("Multichannel", 54),
    ("Dolby Atmos", 54),
    ("Bonus Tracks", 46),
    ("Gatefold", 44),
    ("Mini LP Sleeve", 43),
    ("Digipak", 36),
    ("Digisleeve", 27),
    ("Cardboard Sleeve", 26),
    ("Paper Sleeve", 26),
    ("Enhanced", 30),
    ("Slipcase", 28),
];
const OTHER_EDITION_SCORE: u8 = 55;

/// Score of a shop-exclusive edition, and of one of several versions of an album: `Target Exclusive`, `B Version`.
const VERSION_SCORE: u8 = 82;

/// Score of the weight of a record, if it is heavy vinyl.
pub(super) const HEAVY_VINYL_SCORE: u8 = 65;

/// Edition words with the short forms that sellers use.
const SHORT_EDITIONS: &[(&str, &str)] = &[
    ("Record Store Day", "RSD"),
    ("Super Deluxe Edition", "Super Deluxe"),
    ("Deluxe Edition", "Deluxe"),
    ("Expanded Edition", "Expanded"),
    ("Urban Outfitters Exclusive", "UO Exclusive"),
];

/// Returns the score of an edition word. Words with higher scores are added to a title first.
pub(super) fn edition_score(word: &str) -> u8 {
    let is_known = |known: &str| known == word || (known == ANNIVERSARY_EDITION && word.ends_with(known));
    let known = EDITION_SCORES.iter().find(|(known, _)| is_known(known)).map(|(_, score)| *score);
    let is_version = word.ends_with(" Exclusive") || word.ends_with(" Version");
    known.unwrap_or(if is_version { VERSION_SCORE } else { OTHER_EDITION_SCORE })
}

/// Returns the short form of an edition word; `None` if it has none.
pub(super) fn short_edition(word: &str) -> Option<&str> {
    let known = SHORT_EDITIONS.iter().find(|(long, _)| *long == word).map(|(_, short)| *short);
    known.or_else(|| word.strip_suffix(" Edition").filter(|_| word.ends_with(ANNIVERSARY_EDITION)))
}
