//! Edition facts in the words of format descriptions, free texts and disambiguations: reissue, color, weight, speed.
//!
//! Discogs describes a format with words of a fixed list (`Reissue`, `Picture Disc`) and a free text (`Red, 180g`);
//! MusicBrainz has a disambiguation (`deluxe edition, clean version`). Only words that are known are taken from free
//! texts; the texts themselves are compared and shown in full.

/// Words of editions with their spelling in a listing, in the order of their weight for buyers. A word is found in any
/// text where its own words stand in a row.
const EDITION_WORDS: &[(&str, &str)] = &[
    ("test pressing", "Test Pressing"),
    ("white label", "White Label"),
    ("promo", "Promo"),
    ("promotional", "Promo"),
    ("advance", "Advance"),
    ("mispress", "Mispress"),
    ("misprint", "Misprint"),
    ("limited edition", "Limited Edition"),
    ("limited", "Limited Edition"),
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
    ("columbia house", "Club Edition"),
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
    ("hqcd", "HQCD"),
    ("hdcd", "HDCD"),
    ("xrcd", "XRCD"),
    ("k2hd", "K2HD"),
    ("mqa cd", "MQA-CD"),
    ("gold cd", "Gold CD"),
    ("enhanced", "Enhanced"),
    ("enhanced cd", "Enhanced"),
    ("copy protected", "Copy Protected"),
    ("copy control", "Copy Protected"),
    ("explicit", "Explicit"),
    ("parental advisory", "Explicit"),
    ("clean", "Clean"),
    ("censored", "Clean"),
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
    ("jukebox", "Jukebox"),
    ("styrene", "Styrene"),
];

/// Names of colors, in lower case.
const COLORS: &[&str] = &[
    "amber",
    "apple",
    "aqua",
    "aquamarine",
    "azure",
    "beige",
    "black",
    "blue",
    "bone",
    "bronze",
    "brown",
    "burgundy",
    "charcoal",
    "cherry",
    "chocolate",
    "clear",
    "cobalt",
    "coke bottle",
    "copper",
    "coral",
    "cream",
    "crimson",
    "crystal",
    "cyan",
    "emerald",
    "fuchsia",
    "glow in the dark",
    "gold",
    "golden",
    "grape",
    "gray",
    "green",
    "grey",
    "indigo",
    "ivory",
    "jade",
    "lavender",
    "lemon",
    "lilac",
    "lime",
    "magenta",
    "marigold",
    "maroon",
    "mint",
    "multicolored",
    "multicoloured",
    "mustard",
    "navy",
    "ochre",
    "olive",
    "opaque",
    "orange",
    "oxblood",
    "peach",
    "pink",
    "plum",
    "purple",
    "rainbow",
    "red",
    "root beer",
    "rose",
    "ruby",
    "salmon",
    "sand",
    "sapphire",
    "scarlet",
    "seafoam",
    "silver",
    "smoke",
    "tan",
    "tangerine",
    "teal",
    "translucent",
    "transparent",
    "turquoise",
    "violet",
    "white",
    "yellow",
];

/// Words that describe a color and are none themselves.
const COLOR_PATTERNS: &[&str] = &[
    "and",
    "aqua",
    "baby",
    "beer",
    "blended",
    "blood",
    "bottle",
    "bright",
    "butterfly",
    "candy",
    "cloudy",
    "color",
    "colored",
    "colour",
    "coloured",
    "cotton",
    "dark",
    "deep",
    "effect",
    "electric",
    "forest",
    "frosted",
    "galaxy",
    "ghost",
    "glitter",
    "half",
    "haze",
    "hot",
    "ice",
    "in",
    "inside",
    "into",
    "light",
    "marble",
    "marbled",
    "metallic",
    "milky",
    "mint",
    "mix",
    "mixed",
    "neon",
    "ocean",
    "on",
    "opaque",
    "or",
    "pale",
    "pastel",
    "quad",
    "royal",
    "sea",
    "sky",
    "smokey",
    "smoky",
    "solid",
    "spinner",
    "splash",
    "splatter",
    "splattered",
    "split",
    "starburst",
    "stripe",
    "striped",
    "swamp",
    "swirl",
    "swirled",
    "the",
    "translucent",
    "transparent",
    "tri",
    "ultra",
    "w",
    "with",
];

/// Words about a record that stand beside its color.
const RECORD_WORDS: &[&str] = &[
    "140g",
    "180g",
    "200g",
    "cassette",
    "copies",
    "disc",
    "discs",
    "edition",
    "g",
    "gm",
    "gms",
    "gr",
    "gram",
    "gramm",
    "grams",
    "heavy",
    "heavyweight",
    "limited",
    "lp",
    "lps",
    "ltd",
    "numbered",
    "of",
    "on",
    "press",
    "pressed",
    "pressing",
    "record",
    "records",
    "shell",
    "tape",
    "vinyl",
    "vinyls",
    "weight",
];

/// Words before an edition word that deny it: `non-explicit`, `w/o obi`.
const NEGATIONS: &[&str] = &["no", "non", "not", "without", "o", "missing", "lacks"];

/// Returns the edition words in these texts, each once, in the order of their weight.
pub fn edition_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let texts = texts.into_iter().map(padded_words).collect::<Vec<_>>();
    let mut found: Vec<String> = Vec::new();
    for (word, spelling) in EDITION_WORDS {
        let is_stated = |text: &String| states(text, word) && !(*spelling == "Signed" && states(text, "copies"));
        if texts.iter().any(is_stated) && !found.iter().any(|known| known == spelling) {
            found.push((*spelling).to_owned());
        }
    }
    drop_weaker(&mut found, "Super Deluxe Edition", "Deluxe Edition");
    found
}

/// Returns whether the padded text has this word, or these words in a row, without a word before it that denies it.
fn states(text: &str, word: &str) -> bool {
    let word = format!(" {word} ");
    text.match_indices(&word)
        .any(|(at, _)| !text[..at].rsplit(' ').next().is_some_and(|last| NEGATIONS.contains(&last)))
}

fn drop_weaker(words: &mut Vec<String>, stronger: &str, weaker: &str) {
    if words.iter().any(|word| word == stronger) {
        words.retain(|word| word != weaker);
    }
}

/// Returns a record's color from a free text, as it is written: `Red`, `Blue Marbled`. `None` for black, which is usual,
/// and for texts without a color. `White label` and `black paper label` name no color of the record.
pub fn color(text: &str) -> Option<String> {
    text.replace("w/", "with ").split([',', ';', '/', '|', '+', '(', ')', '[', ']', ':']).find_map(color_of_part)
}

fn color_of_part(part: &str) -> Option<String> {
    let words = part.split_whitespace().map(ColorWord::new).collect::<Vec<_>>();
    let joined = format!(" {} ", words.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" "));
    let has_color = COLORS.iter().any(|color| joined.contains(&format!(" {color} ")));
    let is_known = words.iter().all(|word| word.kind != ColorWordKind::Other);
    let mut named = words.iter().filter(|word| word.kind != ColorWordKind::Record).peekable();
    let is_plain_black = named.clone().all(|word| word.lower == "black");
    if !has_color || !is_known || named.peek().is_none() || is_plain_black {
        return None;
    }
    let is_joint = |word: &&&ColorWord<'_>| {
        ["and", "in", "into", "on", "or", "the", "w", "with", ""].contains(&word.lower.as_str())
    };
    let named = named.collect::<Vec<_>>();
    let start = named.iter().take_while(is_joint).count();
    let end = named.len() - named.iter().rev().take_while(is_joint).count();
    let named = named[start..end]
        .iter()
        .filter(|word| !["colored", "coloured", "color", "colour"].contains(&word.lower.as_str()));
    Some(named.map(|word| capitalize_color(word.text)).collect::<Vec<_>>().join(" "))
}

/// Returns `red` as `Red`; the words between colors stay.
fn capitalize_color(word: &str) -> String {
    if ["and", "in", "into", "on", "or", "the", "with"].contains(&word) {
        return word.to_owned();
    }
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A word of a text about the look of a record.
struct ColorWord<'a> {
    text: &'a str,
    /// In lower case, without signs around it.
    lower: String,
    kind: ColorWordKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ColorWordKind {
    /// A color, or what describes one.
    Color,
    /// The record, its weight or its edition.
    Record,
    Other,
}

impl<'a> ColorWord<'a> {
    fn new(word: &'a str) -> Self {
        let text = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '&' && c != '\"');
        let lower = text.to_lowercase().replace('-', " ").replace('&', "and").replace('\"', "");
        let is_color = |word: &str| {
            COLOR_PATTERNS.contains(&word) || COLORS.iter().any(|color| color.split(' ').any(|known| known == word))
        };
        let is_number = |word: &str| !word.is_empty() && word.starts_with(|c: char| c.is_ascii_digit());
        let kind = match lower.as_str() {
            word if RECORD_WORDS.contains(&word) || is_number(word) => ColorWordKind::Record,
            word if word.split(' ').all(is_color) || word.is_empty() => ColorWordKind::Color,
            _ => ColorWordKind::Other,
        };
        Self { text, lower, kind }
    }
}

/// Returns the weight of a record in grams: `180g`, `180 Gram`, `200 gr`.
pub fn grams(text: &str) -> Option<u16> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let is_unit = |word: &str| matches!(word, "g" | "gr" | "gram" | "grams" | "gm" | "gms" | "gramm");
    let in_range = |number: &str| number.parse().ok().filter(|grams| (80..=300).contains(grams));
    words.iter().enumerate().find_map(|(place, word)| {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        let unit = &word[digits.len()..];
        match unit {
            "" => in_range(digits).filter(|_| words.get(place + 1).is_some_and(|next| is_unit(next))),
            unit => in_range(digits).filter(|_| is_unit(unit)),
        }
    })
}

/// Returns a record's speed as eBay writes it, from a Discogs description such as `33 ⅓ RPM`.
pub fn speed(description: &str) -> Option<&'static str> {
    let rpm = description.to_lowercase();
    let number = rpm.strip_suffix("rpm")?.trim();
    [("16", "16 RPM"), ("33", "33 RPM"), ("45", "45 RPM"), ("78", "78 RPM")]
        .into_iter()
        .find(|(start, _)| number.starts_with(start))
        .map(|(_, speed)| speed)
}

/// Returns the text as words in lower case, with one space around each.
fn padded_words(text: &str) -> String {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}
