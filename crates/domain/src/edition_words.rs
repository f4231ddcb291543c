//! Table of edition words, and rules for when such a word in a free text does not describe the release.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::free_text::{FreeText, Phrase, squeeze};

/// Edition words and their spelling in a listing, in order of importance to buyers. An entry matches consecutive words
/// in a text; spaces, hyphens and a version number at the end are ignored.
pub(super) const EDITION_WORDS: &[(&str, &str)] = &[
    ("test pressing", "Test Pressing"),
    ("white label", "White Label"),
    ("wlp", "White Label"),
    ("promo", "Promo"),
    ("promotional", "Promo"),
    ("wlp", "Promo"),
    ("advance", "Advance"),
    ("mispress", "Mispress"),
    ("misprint", "Misprint"),
    ("rental", "Rental"),
    ("limited edition", "Limited Edition"),
    ("limited", "Limited Edition"),
    ("lim", "Limited Edition"),
    ("ltd", "Limited Edition"),
    ("numbered", "Numbered"),
    ("signed", "Signed"),
    ("autographed", "Signed"),
    ("super deluxe", "Super Deluxe Edition"),
    ("deluxe", "Deluxe Edition"),
    ("special edition", "Special Edition"),
    ("collector's edition", "Collector's Edition"),
    ("collectors edition", "Collector's Edition"),
    ("anniversary", "Anniversary Edition"),
    ("expanded", "Expanded Edition"),
    ("legacy edition", "Legacy Edition"),
    ("tour edition", "Tour Edition"),
    ("club edition", "Club Edition"),
    ("record club", "Club Edition"),
    ("music club", "Club Edition"),
    ("club issue", "Club Edition"),
    ("club pressing", "Club Edition"),
    ("bmg club", "Club Edition"),
    ("bmg direct", "Club Edition"),
    ("club auflage", "Club Edition"),
    ("club ausgabe", "Club Edition"),
    ("club sonderauflage", "Club Edition"),
    ("columbia house", "Club Edition"),
    ("fan club", "Fan Club Edition"),
    ("fanclub", "Fan Club Edition"),
    ("record store day", "Record Store Day"),
    ("rsd", "Record Store Day"),
    ("picture disc", "Picture Disc"),
    ("shape", "Shaped Disc"),
    ("shaped", "Shaped Disc"),
    ("etched", "Etched"),
    ("flexi disc", "Flexi-disc"),
    ("lathe cut", "Lathe Cut"),
    ("acetate", "Acetate"),
    ("radio transcription", "Transcription"),
    ("transcription", "Transcription"),
    ("single sided", "Single Sided"),
    ("half speed", "Half-Speed Mastered"),
    ("one step", "One-Step"),
    ("direct to disc", "Direct-to-Disc"),
    ("direct to disk", "Direct-to-Disc"),
    ("zoetrope", "Zoetrope"),
    ("random color", "Random Color"),
    ("random colored", "Random Color"),
    ("random colour", "Random Color"),
    ("random coloured", "Random Color"),
    ("eco mix", "Eco-Mix"),
    ("eco mixed", "Eco-Mix"),
    ("recycled vinyl", "Recycled Vinyl"),
    ("biovinyl", "BioVinyl"),
    ("remastered", "Remastered"),
    ("remaster", "Remastered"),
    ("reissue", "Reissue"),
    ("repress", "Repress"),
    ("first pressing", "First Pressing"),
    ("mono", "Mono"),
    ("quadraphonic", "Quadraphonic"),
    ("shm cd", "SHM-CD"),
    ("shm sacd", "SHM-SACD"),
    ("blu spec cd", "Blu-spec CD"),
    ("blu spec cd2", "Blu-spec CD2"),
    ("uhqcd", "UHQCD"),
    ("ultimate hiqualitycd", "UHQCD"),
    ("hqcd", "HQCD"),
    ("hiqualitycd", "HQCD"),
    ("hdcd", "HDCD"),
    ("xrcd", "XRCD"),
    ("k2hd", "K2HD"),
    ("mqa cd", "MQA-CD"),
    ("gold cd", "Gold CD"),
    ("24 karat gold", "Gold CD"),
    ("24 kt gold", "Gold CD"),
    ("24k gold", "Gold CD"),
    ("24kt gold", "Gold CD"),
    ("gold disc", "Gold CD"),
    ("ultradisc", "Gold CD"),
    ("blu ray audio", "Blu-ray Audio"),
    ("pure audio", "Blu-ray Audio"),
    ("dts", "DTS"),
    ("cd g", "CD+G"),
    ("dolby atmos", "Dolby Atmos"),
    ("multichannel", "Multichannel"),
    ("ntsc", "NTSC"),
    ("pal", "PAL"),
    ("secam", "SECAM"),
    ("enhanced", "Enhanced"),
    ("enhanced cd", "Enhanced"),
    ("copy protected", "Copy Protected"),
    ("copy control", "Copy Protected"),
    ("explicit", "Explicit"),
    ("parental advisory", "Explicit"),
    ("clean", "Clean"),
    ("censored", "Clean"),
    ("edited", "Clean"),
    ("edited version", "Clean"),
    ("clean version", "Clean"),
    ("longbox", "Longbox"),
    ("long box", "Longbox"),
    ("bonus track", "Bonus Tracks"),
    ("bonus tracks", "Bonus Tracks"),
    ("gatefold", "Gatefold"),
    ("digipak", "Digipak"),
    ("digipack", "Digipak"),
    ("digibook", "Digibook"),
    ("digisleeve", "Digisleeve"),
    ("slipcase", "Slipcase"),
    ("mini lp", "Mini LP Sleeve"),
    ("paper sleeve", "Paper Sleeve"),
    ("cardboard sleeve", "Cardboard Sleeve"),
    ("obi", "Obi"),
    ("cav", "CAV"),
    ("clv", "CLV"),
    ("4 track stereo", "4-Track Stereo"),
    ("2 track stereo", "2-Track Stereo"),
    ("2 track mono", "2-Track Mono"),
    ("15 ips", "15 IPS"),
    ("7 ½ ips", "7 1/2 IPS"),
    ("3 ¾ ips", "3 3/4 IPS"),
    ("jukebox", "Jukebox"),
    ("split", "Split"),
    ("styrene", "Styrene"),
];

/// Words that match only if they are a whole part of a text: `Edited`, but not `edited by`.
const WHOLE_PARTS: [&str; 2] = ["edited", "split"];

/// Edition words for the look of a disc or record. They do not match if they describe one of [`THINGS_WITH_LOOKS`]:
/// `Acetate Slipcase`, `Jukebox Hole`.
const DISC_KINDS: [&str; 12] = [
    "Acetate",
    "Eco-Mix",
    "Etched",
    "Flexi-disc",
    "Gold CD",
    "Jukebox",
    "Lathe Cut",
    "Random Color",
    "Shaped Disc",
    "Single Sided",
    "Styrene",
    "Zoetrope",
];
const THINGS_WITH_LOOKS: &[&str] = &[
    "bag",
    "case",
    "cover",
    "deadwax",
    "foil",
    "hole",
    "inlay",
    "inner",
    "innersleeve",
    "insert",
    "jacket",
    "label",
    "labels",
    "matrices",
    "matrix",
    "outer",
    "overlay",
    "poster",
    "print",
    "runout",
    "runouts",
    "sleeve",
    "sleeves",
    "slipcase",
    "slipcover",
    "slipmat",
    "sticker",
    "strip",
    "strips",
    "tin",
    "wrap",
];

/// Promotional gifts that also come with regular copies.
const PROMO_GIFTS: &[&str] =
    &["flyer", "insert", "photo", "photos", "postcard", "postcards", "poster", "posters", "print", "video"];

/// Signed objects other than the release.
const SIGNED_GIFTS: &[&str] = &["lithograph", "photo", "photos", "postcard", "poster", "print", "setlist"];

/// Words before `Limited` in a company name: `Island Records Limited`.
const FIRM_WORDS: &[&str] =
    &["company", "entertainment", "group", "industries", "music", "productions", "record", "recordings", "records"];

/// Words after `Ltd.` that make it an edition.
const LIMITED_THINGS: &[&str] = &["ed", "edition", "pressing", "run", "to", "vinyl"];

/// Returns the table positions of the edition words that a phrase states. Returns none if the phrase is negated or
/// describes another object.
pub(super) fn stated_words(phrase: &Phrase<'_>) -> impl Iterator<Item = usize> {
    static INDICES: LazyLock<HashMap<String, Vec<usize>>> = LazyLock::new(|| {
        let mut indices: HashMap<String, Vec<usize>> = HashMap::new();
        for (word, spelling) in EDITION_WORDS {
            let index = index_of_word(spelling).expect("every spelling is in the table");
            indices.entry(squeeze(word)).or_default().push(index);
        }
        indices
    });
    let indices = INDICES.get(&phrase.squeezed).or_else(|| INDICES.get(phrase.without_version()));
    indices.into_iter().flatten().copied().filter(|index| is_claim(phrase, EDITION_WORDS[*index].1))
}

/// Returns the position of an edition word's spelling in the table.
pub(super) fn index_of_word(spelling: &str) -> Option<usize> {
    EDITION_WORDS.iter().position(|(_, known)| *known == spelling)
}

/// Returns true if a phrase with this edition word describes the release.
fn is_claim(phrase: &Phrase<'_>, spelling: &str) -> bool {
    let is_short = matches!(phrase.squeezed.as_str(), "ltd" | "lim");
    !phrase.is_denied()
        && match spelling {
            _ if WHOLE_PARTS.contains(&phrase.squeezed.as_str()) => phrase.is_whole_part(),
            "Etched" => !phrase.describes(THINGS_WITH_LOOKS) && !is_in_runout(phrase),
            "Shaped Disc" => !phrase.describes(THINGS_WITH_LOOKS) && !phrase.describes(&["box", "card"]),
            "Gold CD" if phrase.squeezed == "ultradisc" => !matches!(phrase.next(), "one" | "onestep" | "uhr"),
            kind if DISC_KINDS.contains(&kind) => !phrase.describes(THINGS_WITH_LOOKS),
            "Club Edition" => phrase.previous() != "fan",
            "Promo" => !phrase.describes(PROMO_GIFTS),
            "Signed" => !phrase.describes(SIGNED_GIFTS),
            "Limited Edition" if is_short => {
                phrase.before.is_empty()
                    || LIMITED_THINGS.contains(&phrase.next())
                    || phrase.next().starts_with(|c: char| c.is_ascii_digit())
            }
            "Limited Edition" if phrase.squeezed == "limited" => {
                !FIRM_WORDS.contains(&phrase.previous()) || LIMITED_THINGS.contains(&phrase.next())
            }
            _ => true,
        }
}

/// Returns true if the words around the phrase name the runout. Nearly every record has numbers etched into it.
fn is_in_runout(phrase: &Phrase<'_>) -> bool {
    const RUNOUT_WORDS: [&str; 6] = ["deadwax", "matrices", "matrix", "runout", "runouts", "wax"];
    phrase.before.iter().chain(phrase.behind).any(|word| RUNOUT_WORDS.contains(&word.as_str()))
}

/// Returns true if the phrase describes a gift that also comes with regular copies: `Promo Poster Included`.
pub(super) fn describes_promo_gift(phrase: &Phrase<'_>) -> bool {
    phrase.describes(PROMO_GIFTS)
}

/// Shops with exclusive editions: the name without spaces, and the spelling in a listing.
const RETAILERS: &[(&str, &str)] = &[
    ("barnesandnoble", "Barnes & Noble Exclusive"),
    ("barnesnoble", "Barnes & Noble Exclusive"),
    ("bestbuy", "Best Buy Exclusive"),
    ("hmv", "HMV Exclusive"),
    ("hottopic", "Hot Topic Exclusive"),
    ("indie", "Indie Exclusive"),
    ("indieretail", "Indie Exclusive"),
    ("indieshop", "Indie Exclusive"),
    ("indiestore", "Indie Exclusive"),
    ("newburycomics", "Newbury Comics Exclusive"),
    ("target", "Target Exclusive"),
    ("uo", "Urban Outfitters Exclusive"),
    ("urbanoutfitters", "Urban Outfitters Exclusive"),
    ("vinylmeplease", "Vinyl Me Please Exclusive"),
    ("vmp", "Vinyl Me Please Exclusive"),
    ("walmart", "Walmart Exclusive"),
];

/// Shops whose name alone means an exclusive edition, because it has no other meaning.
const PLAIN_RETAILERS: [&str; 5] = ["newburycomics", "urbanoutfitters", "vinylmeplease", "vmp", "walmart"];

/// Returns the shop-exclusive editions that a text names: `Target Exclusive`, `UO Exclusive`.
pub(super) fn exclusive_words(text: &FreeText) -> Vec<String> {
    let named = text.phrases().filter_map(|phrase| {
        let (name, spelling) = RETAILERS.iter().find(|(name, _)| *name == phrase.squeezed)?;
        let is_edition = matches!(phrase.next(), "edition" | "deluxe" | "version") && *name != "indie";
        let is_exclusive = phrase.next() == "exclusive" || phrase.before.ends_with(&["exclusive".into(), "to".into()]);
        let is_plain = phrase.is_whole_part() && PLAIN_RETAILERS.contains(name);
        (!phrase.is_denied() && (is_edition || is_exclusive || is_plain)).then(|| (*spelling).to_owned())
    });
    named.collect()
}
