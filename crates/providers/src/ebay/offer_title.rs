//! Finds out from the title of an offer whether it is for something else than one regular, complete copy: a lot, an
//! empty sleeve, a poster, a signed, damaged or graded copy, a bootleg. Their prices say nothing about the item.

use domain::release::{Carrier, Release};

/// Words for several items that are sold together, in the languages of the sites.
const LOT_WORDS: [&str; 15] = [
    "bundle",
    "job-lot",
    "joblot",
    "konvolut",
    "lot",
    "lote",
    "lots",
    "lotto",
    "paket",
    "pakket",
    "partij",
    "sammlung",
    "stapel",
    "verzameling",
    "wholesale",
];

/// Words for a signature.
const SIGNED_WORDS: [&str; 14] = [
    "autografato",
    "autografiado",
    "autogramm",
    "autograph",
    "autographed",
    "dédicacé",
    "firmado",
    "gesigneerd",
    "handsigned",
    "handsigniert",
    "signed",
    "signiert",
    "signé",
    "unterschrieben",
];

/// Words for damage, in the languages of the sites.
const DAMAGE_WORDS: [&str; 17] = [
    "as-is",
    "beschadigd",
    "beschädigt",
    "broken",
    "cracked",
    "damaged",
    "damage",
    "defekt",
    "faulty",
    "kaputt",
    "kratzer",
    "rayé",
    "rotto",
    "rovinato",
    "scratched",
    "scratches",
    "warped",
];

/// Words for a copy in the sealed case of a grading company.
const SLAB_WORDS: [&str; 5] = ["cgc", "psa", "slab", "slabbed", "vmg"];

/// Words for copies that were never sold regularly, and for unauthorized ones.
const IRREGULAR_WORDS: [&str; 10] = [
    "bootleg",
    "cd-r",
    "cdr",
    "counterfeit",
    "promo",
    "promotional",
    "repro",
    "reproduction",
    "testpressung",
    "unofficial",
];

/// Parts without which a copy is incomplete. A buyer of a used copy does not expect inserts and an obi.
const CASE_WORDS: [&str; 15] = [
    "artwork",
    "booklet",
    "box",
    "caja",
    "case",
    "copertina",
    "cover",
    "hoes",
    "hülle",
    "inlay",
    "jacket",
    "pochette",
    "portada",
    "sleeve",
    "tray",
];

/// Pairs of words in an offer from which the buyer chooses an item.
const CHOICE_WORDS: [[&str; 2]; 7] = [
    ["choose", "from"],
    ["choose", "your"],
    ["pick", "from"],
    ["pick", "your"],
    ["u", "pick"],
    ["you", "choose"],
    ["you", "pick"],
];

/// Words for clothes and the like, which are never a part of a record.
const CLOTHES_WORDS: [&str; 9] =
    ["hoodie", "longsleeve", "mug", "shirt", "sweatshirt", "t-shirt", "tee", "tshirt", "tasse"];

/// Words for printed matter, which may also be a part of a record: `LP + poster`.
const PRINT_WORDS: [&str; 9] =
    ["affiche", "cartel", "flyer", "magazine", "patch", "plakat", "postcard", "poster", "sticker"];

/// Words before or after which a title offers only the packaging.
const PACKAGING_WORDS: [&str; 19] = [
    "artwork",
    "booklet",
    "box",
    "caja",
    "carátula",
    "case",
    "copertina",
    "cover",
    "hoes",
    "hülle",
    "inlay",
    "insert",
    "inserts",
    "jacket",
    "leerhülle",
    "obi",
    "pochette",
    "portada",
    "sleeve",
];
const ONLY_WORDS: [&str; 8] = ["only", "nur", "seul", "seule", "seulement", "solo", "alleen", "sólo"];
const EMPTY_WORDS: [&str; 5] = ["empty", "leer", "leere", "vide", "leerhülle"];
const NO_WORDS: [&str; 8] = ["no", "without", "ohne", "sans", "senza", "sin", "zonder", "keine"];

/// Words for a disc, a record or a tape.
const MEDIUM_WORDS: [&str; 27] = [
    "album",
    "albums",
    "blu-ray",
    "cassette",
    "cassettes",
    "cd",
    "cd's",
    "cds",
    "disc",
    "disco",
    "discos",
    "discs",
    "disk",
    "disks",
    "disques",
    "dvd",
    "dvds",
    "lp",
    "lp's",
    "lps",
    "platten",
    "record",
    "records",
    "schallplatten",
    "tapes",
    "vinyl",
    "vinyls",
];

/// Numbers before a word for a record that are its diameter in inches, its speed, or a year without the century.
const RECORD_NUMBERS: [u32; 7] = [7, 10, 12, 16, 33, 45, 78];

/// Maximum number of media that a title counts; a higher number is a weight or a year.
const MAX_COUNTED: u32 = 60;

/// The item whose offers are searched, as their titles may name it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfferedItem {
    /// Words of artist, title and edition, which say nothing about what is offered.
    own_words: Vec<String>,
    /// Numbers of media: all, and of each kind. Empty if unknown.
    counts: Vec<u32>,
}

impl OfferedItem {
    pub(super) fn for_release(release: &Release) -> Self {
        let artist = release.artist.iter().map(|artist| artist.value.to_string());
        let title = release.title.iter().map(|title| title.value.clone());
        let editions = release.edition.iter().flat_map(|edition| edition.value.clone());
        let own_words = artist.chain(title).chain(editions).flat_map(|text| title_words(&text)).collect();
        let media = || release.format.iter().flat_map(|format| &format.value.media);
        let media =
            || media().filter(|medium| medium.carrier != Carrier::Digital).map(|medium| u32::from(medium.count));
        let counts = media().chain((media().count() > 1).then(|| media().sum())).collect();
        Self { own_words, counts }
    }

    /// Returns what a title offers instead of a regular copy, such as `several items`, `only the packaging` or
    /// `a signed copy`. `None` if it names nothing else.
    pub(super) fn find_other_goods(&self, title: &str) -> Option<&'static str> {
        let words = title_words(title);
        let new = words.iter().filter(|word| !self.own_words.contains(word)).map(String::as_str).collect::<Vec<_>>();
        let has = |known: &[&str]| new.iter().any(|word| known.contains(word));
        let follow = |first: &[&str], second: &[&str]| {
            new.windows(2).any(|pair| first.contains(&pair[0]) && second.contains(&pair[1]))
        };
        let is_packaging = follow(&PACKAGING_WORDS, &ONLY_WORDS)
            || follow(&ONLY_WORDS, &PACKAGING_WORDS)
            || follow(&EMPTY_WORDS, &PACKAGING_WORDS)
            || follow(&NO_WORDS, &MEDIUM_WORDS)
            || has(&["leerhülle"]);
        let is_incomplete = follow(&MEDIUM_WORDS, &ONLY_WORDS) || follow(&NO_WORDS, &CASE_WORDS);
        let is_denied = |at: usize| at > 0 && NO_WORDS.contains(&new[at - 1]);
        let is_damaged = (0..new.len()).any(|at| DAMAGE_WORDS.contains(&new[at]) && !is_denied(at))
            || follow(&["as"], &["is"])
            || follow(&["for"], &["parts"]);
        let is_irregular = has(&IRREGULAR_WORDS) || follow(&["test"], &["pressing"]);
        let is_choice = new.windows(2).any(|pair| CHOICE_WORDS.iter().any(|words| words == pair));
        let is_print = has(&PRINT_WORDS) && !words.iter().any(|word| names_medium(word));
        match () {
            () if has(&LOT_WORDS) || self.counts_others(&new) => Some("several items"),
            () if is_choice => Some("one of several items"),
            () if is_packaging => Some("only the packaging"),
            () if has(&CLOTHES_WORDS) || is_print => Some("other goods"),
            () if has(&SIGNED_WORDS) => Some("a signed copy"),
            () if is_incomplete => Some("an incomplete copy"),
            () if is_damaged => Some("a damaged copy"),
            () if has(&SLAB_WORDS) => Some("a copy in a grading case"),
            () if is_irregular => Some("an irregular copy"),
            () => None,
        }
    }

    /// Returns true if the title counts another number of media: `10 CDs`, `5xCD`, `3LP`.
    fn counts_others(&self, words: &[&str]) -> bool {
        let attached = words.iter().filter_map(|word| {
            let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
            Some((digits.parse().ok()?, word[digits.len()..].trim_start_matches(['x', '-'])))
        });
        let apart = words.windows(2).filter_map(|pair| Some((pair[0].trim_end_matches('x').parse().ok()?, pair[1])));
        attached.chain(apart).any(|(number, medium): (u32, &str)| {
            let is_of_record = !medium.starts_with("cd") && RECORD_NUMBERS.contains(&number);
            MEDIUM_WORDS.contains(&medium)
                && (2..=MAX_COUNTED).contains(&number)
                && !is_of_record
                && !self.counts.is_empty()
                && !self.counts.contains(&number)
        })
    }
}

/// Returns true for `cd`, `2lp`, `12"`.
fn names_medium(word: &str) -> bool {
    MEDIUM_WORDS.contains(&word.trim_start_matches(|c: char| c.is_ascii_digit() || c == 'x')) || word.ends_with('"')
}

/// Returns the words in lower case, without the punctuation around them. Keeps the sign for inches.
fn title_words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | '+' | '(' | ')' | '[' | ']'));
    let trimmed = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '"'));
    trimmed.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(own: &str, counts: &[u32]) -> OfferedItem {
        OfferedItem { own_words: title_words(own), counts: counts.to_vec() }
    }

    #[test]
    fn a_title_that_offers_something_else_is_found() {
        let rooms = item("Amber Wells Rooms", &[1]);
        for (title, found) in [
            ("Lot of 10 CDs incl. Amber Wells Rooms", Some("several items")),
            ("Amber Wells Rooms CD bundle x5", Some("several items")),
            ("5 CD LOT Amber Wells", Some("several items")),
            ("Amber Wells 3CDs Rooms, Windows", Some("several items")),
            ("Amber Wells 4xLP Rooms", Some("several items")),
            ("Konvolut Amber Wells Schallplatten", Some("several items")),
            ("Job lot Amber Wells", Some("several items")),
            ("Amber Wells Rooms Poster", Some("other goods")),
            ("Amber Wells Rooms T-Shirt", Some("other goods")),
            ("Amber Wells Rooms SLEEVE ONLY no record", Some("only the packaging")),
            ("Rooms cover only", Some("only the packaging")),
            ("Amber Wells Rooms (nur Cover)", Some("only the packaging")),
            ("Amber Wells Rooms pochette seule", Some("only the packaging")),
            ("Amber Wells - Rooms LP signed", Some("a signed copy")),
            ("Amber Wells - Rooms CD signiert", Some("a signed copy")),
            ("Amber Wells Rooms CD disc only", Some("an incomplete copy")),
            ("Amber Wells Rooms CD no case", Some("an incomplete copy")),
            ("Amber Wells Rooms LP (ohne Cover)", Some("an incomplete copy")),
            ("Amber Wells Rooms CD scratched AS IS", Some("a damaged copy")),
            ("Amber Wells Rooms LP warped", Some("a damaged copy")),
            ("Amber Wells Rooms CD for parts", Some("a damaged copy")),
            ("Amber Wells Rooms LP CGC 9.8", Some("a copy in a grading case")),
            ("Amber Wells Rooms CD promo", Some("an irregular copy")),
            ("Amber Wells Rooms test pressing LP", Some("an irregular copy")),
            ("CDs $2.99 each, YOU PICK, Amber Wells Rooms", Some("one of several items")),
            ("Amber Wells Rooms CD no scratches", None),
            ("Amber Wells Rooms LP play graded NM", None),
            ("Amber Wells Rooms CD no obi", None),
            ("Amber Wells Rooms LP + poster", None),
            ("Amber Wells Rooms CD 1996 Harbour", None),
            ("Amber Wells Rooms 12 LP 33 RPM", None),
            ("Amber Wells Rooms 180g LP gatefold sleeve", None),
            ("Amber Wells Rooms 1 CD", None),
        ] {
            assert_eq!(rooms.find_other_goods(title), found, "{title}");
        }
        assert_eq!(item("Stevie Wonder Signed, Sealed & Delivered", &[1]).find_other_goods("Signed, Sealed LP"), None);
        assert_eq!(item("Black Flag Damaged Promo", &[1]).find_other_goods("Black Flag Damaged LP promo"), None);
        assert_eq!(item("Amber Wells Rooms", &[2, 1, 3]).find_other_goods("Amber Wells Rooms 2 CD + DVD"), None);
        assert_eq!(item("Hits Vol. 2", &[1]).find_other_goods("Hits Vol. 2 CD"), None);
    }
}
