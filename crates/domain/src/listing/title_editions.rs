//! Edition words in a title: their value to buyers, and their short forms.

use super::super::edition::ANNIVERSARY_EDITION;
use super::super::release::Carrier;
use super::super::site::Site;
use super::super::video_region::{REGION_FREE, codes_of_word};

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
    ("One-Step", 87),
    ("Zoetrope", 84),
    ("Random Color", 74),
    ("Eco-Mix", 57),
    ("Recycled Vinyl", 45),
    ("BioVinyl", 45),
    ("Quadraphonic", 85),
    ("Mono", 84),
    ("Anniversary Edition", 83),
    ("Collector's Edition", 82),
    ("Special Edition", 82),
    ("Expanded Edition", 82),
    ("Club Edition", 81),
    ("Fan Club Edition", 82),
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

/// Score of a shop-exclusive edition, and of one of several versions of an album: `Target Exclusive`, `B Version`,
/// `Type B`.
const VERSION_SCORE: u8 = 82;

/// Score of a pressing plant, which fewer buyers look for than for the sleeve.
const PLANT_SCORE: u8 = 41;

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

/// Returns the form of an edition word in titles: buyers know Vinyl Me Please as VMP.
pub(super) fn titled_edition(word: &str) -> &str {
    if word == "Vinyl Me Please Exclusive" { "VMP Exclusive" } else { word }
}

/// Returns the score of an edition word. Words with higher scores are added to a title first.
pub(super) fn edition_score(word: &str) -> u8 {
    let is_known = |known: &str| known == word || (known == ANNIVERSARY_EDITION && word.ends_with(known));
    let known = EDITION_SCORES.iter().find(|(known, _)| is_known(known)).map(|(_, score)| *score);
    let is_version = [" Exclusive", " Version"].iter().any(|end| word.ends_with(end))
        || ["Type ", "Version "].iter().any(|start| word.starts_with(start));
    match () {
        () if is_version => VERSION_SCORE,
        () if known.is_none() && word.ends_with(" Pressing") => PLANT_SCORE,
        () => known.unwrap_or(OTHER_EDITION_SCORE),
    }
}

/// Score of a television standard or region of which the players at the site's country play no disc.
const FOREIGN_VIDEO_SCORE: u8 = 80;

/// Score of a disc that the players at the site's country play.
const HOME_VIDEO_SCORE: u8 = 48;

/// Score of a disc that all players play, which buyers in other countries look for.
const REGION_FREE_SCORE: u8 = 52;

/// Score on a release whose video is only an addition, such as a CD with a DVD.
const BONUS_VIDEO_SCORE: u8 = 25;

/// Returns the score of a television standard or a region; `None` for other words. `carrier` is that of the main medium.
pub(super) fn video_score(word: &str, site: Site, carrier: Option<Carrier>) -> Option<u8> {
    let regions = codes_of_word(word);
    let is_standard = matches!(word, "NTSC" | "PAL" | "SECAM");
    let is_video = carrier
        .is_some_and(|carrier| matches!(carrier, Carrier::Dvd | Carrier::BluRay | Carrier::LaserDisc | Carrier::Vhs));
    let (home_standard, home_regions) = match site {
        Site::EbayUs | Site::EbayCa => ("NTSC", ['1', 'A']),
        Site::EbayAu => ("PAL", ['4', 'B']),
        _ => ("PAL", ['2', 'B']),
    };
    let is_home = word == home_standard || regions.iter().any(|code| home_regions.contains(code));
    match () {
        () if !is_standard && regions.is_empty() => None,
        () if !is_video => Some(BONUS_VIDEO_SCORE),
        () if word == REGION_FREE => Some(REGION_FREE_SCORE),
        () => Some(if is_home { HOME_VIDEO_SCORE } else { FOREIGN_VIDEO_SCORE }),
    }
}

/// Returns the short form of an edition word; `None` if it has none.
pub(super) fn short_edition(word: &str) -> Option<&str> {
    let known = SHORT_EDITIONS.iter().find(|(long, _)| *long == word).map(|(_, short)| *short);
    known.or_else(|| word.strip_suffix(" Edition").filter(|_| word.ends_with(ANNIVERSARY_EDITION)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_that_players_at_the_site_do_not_play_says_so_first() {
        for (word, site, carrier, score) in [
            ("PAL", Site::EbayUs, Carrier::Dvd, Some(FOREIGN_VIDEO_SCORE)),
            ("PAL", Site::EbayDe, Carrier::Dvd, Some(HOME_VIDEO_SCORE)),
            ("NTSC", Site::EbayGb, Carrier::Vhs, Some(FOREIGN_VIDEO_SCORE)),
            ("Region 1", Site::EbayDe, Carrier::Dvd, Some(FOREIGN_VIDEO_SCORE)),
            ("Region 2/4", Site::EbayAu, Carrier::Dvd, Some(HOME_VIDEO_SCORE)),
            ("Region B", Site::EbayUs, Carrier::BluRay, Some(FOREIGN_VIDEO_SCORE)),
            ("Region Free", Site::EbayUs, Carrier::Dvd, Some(REGION_FREE_SCORE)),
            ("PAL", Site::EbayUs, Carrier::Cd, Some(BONUS_VIDEO_SCORE)),
            ("Remastered", Site::EbayUs, Carrier::Dvd, None),
        ] {
            assert_eq!(video_score(word, site, Some(carrier)), score, "{word} at {site} on {carrier}");
        }
    }
}
