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
    "aqua",
    "beige",
    "black",
    "blue",
    "bone",
    "bronze",
    "brown",
    "burgundy",
    "clear",
    "coke bottle",
    "copper",
    "coral",
    "cream",
    "cyan",
    "glow in the dark",
    "gold",
    "golden",
    "gray",
    "green",
    "grey",
    "indigo",
    "ivory",
    "lavender",
    "lilac",
    "lime",
    "magenta",
    "maroon",
    "mint",
    "ochre",
    "olive",
    "opaque",
    "orange",
    "peach",
    "pink",
    "purple",
    "red",
    "rose",
    "ruby",
    "sand",
    "silver",
    "smoke",
    "tan",
    "teal",
    "translucent",
    "transparent",
    "turquoise",
    "violet",
    "white",
    "yellow",
    "ultra clear",
];

/// Words that describe a color and are none themselves.
const COLOR_PATTERNS: &[&str] = &[
    "and",
    "bright",
    "cloudy",
    "color",
    "colored",
    "colour",
    "coloured",
    "dark",
    "deep",
    "disc",
    "galaxy",
    "haze",
    "light",
    "marble",
    "marbled",
    "mixed",
    "neon",
    "on",
    "opaque",
    "pale",
    "quad",
    "record",
    "smoky",
    "solid",
    "splatter",
    "splattered",
    "split",
    "starburst",
    "swirl",
    "translucent",
    "transparent",
    "tri",
    "vinyl",
    "with",
];

/// Returns the edition words in these texts, each once, in the order of their weight.
pub fn edition_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let texts = texts.into_iter().map(padded_words).collect::<Vec<_>>();
    let mut found: Vec<String> = Vec::new();
    for (word, spelling) in EDITION_WORDS {
        let word = format!(" {word} ");
        if texts.iter().any(|text| text.contains(&word)) && !found.iter().any(|known| known == spelling) {
            found.push((*spelling).to_owned());
        }
    }
    drop_weaker(&mut found, "Super Deluxe Edition", "Deluxe Edition");
    found
}

fn drop_weaker(words: &mut Vec<String>, stronger: &str, weaker: &str) {
    if words.iter().any(|word| word == stronger) {
        words.retain(|word| word != weaker);
    }
}

/// Returns a record's color from a free text, as it is written: `Red`, `Blue Marbled`. `None` for black, which is usual,
/// and for texts without a color. `White label` and `black paper label` name no color of the record.
pub fn color(text: &str) -> Option<String> {
    text.split([',', ';', '/', '|', '+', '(', ')']).map(str::trim).find_map(|part| {
        let lower = part.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        let joined = format!(" {} ", words.join(" "));
        let is_color = |word: &&str| COLORS.contains(word);
        let has_color = COLORS.iter().any(|color| joined.contains(&format!(" {color} ")));
        let covered = words.iter().all(|word| {
            is_color(word)
                || COLOR_PATTERNS.contains(word)
                || COLORS.iter().any(|color| color.split(' ').any(|w| w == *word))
        });
        let is_plain_black = words.iter().all(|word| matches!(*word, "black" | "vinyl" | "record" | "disc"));
        (has_color && covered && !is_plain_black).then(|| trim_color(part))
    })
}

/// Removes the words that say only that a color follows: `Red Vinyl` is `Red`.
fn trim_color(part: &str) -> String {
    let words = part.split_whitespace().collect::<Vec<_>>();
    let is_noun =
        |word: &&str| ["vinyl", "record", "disc", "colored", "coloured"].contains(&word.to_lowercase().as_str());
    let named = words.iter().filter(|word| !is_noun(word)).copied().collect::<Vec<_>>();
    named.join(" ")
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
