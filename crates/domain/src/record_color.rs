//! Finds colors of records and tapes in free texts of databases: `Blue Marbled`, `Red/White Split`.

use super::record_color_words::{COLOR_PATTERNS, COLORS, OTHER_COLORED_THINGS, RECORD_NOUNS, RECORD_WORDS};
use super::text::display::capitalized;

/// Basic colors and their synonyms. Other names, such as `Oxblood`, can be shades of several basic colors.
const BASIC_COLORS: &[(&str, &str)] = &[
    ("black", "black"),
    ("blue", "blue"),
    ("brown", "brown"),
    ("clear", "clear"),
    ("gold", "gold"),
    ("golden", "gold"),
    ("gray", "gray"),
    ("green", "green"),
    ("grey", "gray"),
    ("orange", "orange"),
    ("pink", "pink"),
    ("purple", "purple"),
    ("red", "red"),
    ("silver", "silver"),
    ("translucent", "clear"),
    ("transparent", "clear"),
    ("white", "white"),
    ("yellow", "yellow"),
];

/// Returns true if two colors certainly differ: both consist of basic colors, and they share none. `Red` may be
/// `Oxblood`.
pub fn are_different_colors(a: &str, b: &str) -> bool {
    let (a, b) = (basic_colors(a), basic_colors(b));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|color| b.contains(color))
}

/// Returns the basic colors in a text; empty if it contains any other color.
fn basic_colors(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| COLORS.contains(word));
    let basic = words.map(|word| BASIC_COLORS.iter().find(|(known, _)| *known == word).map(|(_, color)| *color));
    basic.collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Returns the colors of the records in free texts, as written there: `Red`, `Blue Marbled`. Colors of several records
/// or sides are joined with a slash: `Blue/Orange`. Returns `None` for plain black, which is the usual color, and for
/// texts without a color. `White label` and `black paper label` do not state the color of the record.
pub fn record_color<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let colors = named_colors(texts);
    colors.iter().any(|color| !color.eq_ignore_ascii_case("black")).then(|| colors.join("/"))
}

/// Returns the colors in free texts, including plain black; `None` for texts without a color.
pub fn stated_color<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let colors = named_colors(texts);
    (!colors.is_empty()).then(|| colors.join("/"))
}

/// Returns the only basic color in the name of a color: `Red` for `Translucent Red Marbled`. `None` if there are several
/// (`Clear With Red Splatter`) or none, and if nothing would be omitted.
pub(crate) fn base_color(color: &str) -> Option<String> {
    const TRANSPARENT: [&str; 3] = ["clear", "translucent", "transparent"];
    const JOINTS: [&str; 6] = ["and", "in", "inside", "into", "on", "with"];
    let words = color.split(|c: char| !c.is_alphanumeric());
    let has = |list: &[&str]| words.clone().any(|word| list.contains(&word.to_lowercase().as_str()));
    if has(&TRANSPARENT) && has(&JOINTS) {
        return None;
    }
    let mut basic = words.filter(|word| {
        let lower = word.to_lowercase();
        !TRANSPARENT.contains(&lower.as_str()) && BASIC_COLORS.iter().any(|(known, _)| *known == lower)
    });
    let only = basic.next()?;
    (basic.next().is_none() && only.len() < color.len()).then(|| only.to_owned())
}

fn named_colors<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut colors: Vec<String> = Vec::new();
    for color in texts.into_iter().filter_map(color_of_text) {
        let lower = color.to_lowercase();
        if colors.iter().any(|known| known.to_lowercase().contains(&lower)) {
            continue;
        }
        colors.retain(|known| !lower.contains(&known.to_lowercase()));
        colors.push(color);
    }
    colors
}

/// Looks of a color that databases write behind it: `Pink [Translucent]`.
const FINISHES: [&str; 3] = ["Opaque", "Translucent", "Transparent"];

/// Returns the colors in one text, including plain black. Colors separated by commas belong to one record:
/// `Red, White & Blue`.
fn color_of_text(text: &str) -> Option<String> {
    let text = expand_with(text);
    let mut colors: Vec<String> = Vec::new();
    for color in text.split([',', ';', '|', '(', ')', '[', ']', ':']).filter_map(color_of_part) {
        match colors.last_mut() {
            Some(last) if FINISHES.contains(&color.as_str()) && !last.contains(&color) => {
                *last = format!("{color} {last}");
            }
            _ => colors.push(color),
        }
    }
    (!colors.is_empty()).then(|| colors.join(", "))
}

/// Returns the text with `w/` expanded to `with`, and `w/o` to `without`.
fn expand_with(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.strip_prefix("w/") {
        Some("") => "with".to_owned(),
        Some("o") => "without".to_owned(),
        Some(rest) => format!("with {rest}"),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Returns the colors on both sides of a slash or plus: `Red/White Split`. Omits a side without a color, such as the
/// weight in `180g / Red`. If the part names another colored object, keeps only sides that name a record:
/// `Red/White Labels` has none.
fn color_of_part(part: &str) -> Option<String> {
    let has_word = |text: &str, words: &[&str]| {
        text.split_whitespace().map(ColorWord::new).any(|word| words.contains(&word.lower.as_str()))
    };
    let is_of_record = |side: &&str| !has_word(part, OTHER_COLORED_THINGS) || has_word(side, RECORD_NOUNS);
    let colors = part.split(['/', '+']).filter(is_of_record).filter_map(single_color).collect::<Vec<_>>();
    (!colors.is_empty()).then(|| colors.join("/"))
}

/// Returns the color of one record or side. Unknown words before it are names of shades: `Moonstone Blue Marbled`
/// becomes `Blue Marbled`. Unknown words after it name another object: `White label`, `Blue Note`.
fn single_color(part: &str) -> Option<String> {
    let words = part.split_whitespace().map(ColorWord::new).collect::<Vec<_>>();
    if words.iter().any(|word| OTHER_COLORED_THINGS.contains(&word.lower.as_str())) {
        return None;
    }
    if let Some(shade) = patterned_shade(&words) {
        return Some(shade);
    }
    let unknown = words.iter().rposition(|word| word.kind == ColorWordKind::Other).map_or(0, |at| at + 1);
    let words = &words[unknown..];
    let joined = format!(" {} ", words.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" "));
    let has_color = COLORS.iter().any(|color| joined.contains(&format!(" {color} ")));
    let is_joint = |word: &&&ColorWord<'_>| {
        ["and", "in", "into", "on", "or", "the", "w", "with", ""].contains(&word.lower.as_str())
    };
    let named = words.iter().filter(|word| word.kind != ColorWordKind::Record).collect::<Vec<_>>();
    if !has_color || named.is_empty() {
        return None;
    }
    let start = named.iter().take_while(is_joint).count();
    let end = named.len() - named.iter().rev().take_while(is_joint).count();
    let named = named[start..end]
        .iter()
        .filter(|word| !["colored", "coloured", "color", "colour"].contains(&word.lower.as_str()));
    Some(named.map(|word| capitalize_color(word.text)).collect::<Vec<_>>().join(" "))
}

/// Patterns that occur only on colored records.
const SURE_PATTERNS: &[&str] = &["marble", "marbled", "splatter", "splattered", "starburst", "swirl", "swirled"];

/// Words before a pattern that are not names of shades.
const NON_SHADE_WORDS: &[&str] = &[
    "alternate",
    "custom",
    "different",
    "europe",
    "european",
    "exclusive",
    "indie",
    "random",
    "retail",
    "rsd",
    "special",
    "store",
    "tour",
    "uk",
    "unique",
    "us",
    "usa",
    "variant",
    "various",
];

/// Returns a shade with an unknown name if a pattern follows it: `Sunset Splatter`.
fn patterned_shade(words: &[ColorWord<'_>]) -> Option<String> {
    let named = words.iter().filter(|word| word.kind != ColorWordKind::Record).collect::<Vec<_>>();
    let [shade, pattern] = named[..] else { return None };
    let is_shade = shade.kind == ColorWordKind::Other && !NON_SHADE_WORDS.contains(&shade.lower.as_str());
    let is_patterned = SURE_PATTERNS.contains(&pattern.lower.as_str());
    (is_shade && is_patterned).then(|| format!("{} {}", capitalize_color(shade.text), capitalize_color(pattern.text)))
}

/// Returns true for a color name in lower case.
pub(crate) fn is_color(word: &str) -> bool {
    COLORS.contains(&word)
}

/// Returns true for a color, or a word that describes one.
pub(crate) fn is_color_word(word: &str) -> bool {
    ColorWord::new(word).kind == ColorWordKind::Color && !word.is_empty()
}

/// Capitalizes a color: `red` becomes `Red`. Words between colors are unchanged.
fn capitalize_color(word: &str) -> String {
    if ["and", "in", "into", "on", "or", "the", "with"].contains(&word) {
        return word.to_owned();
    }
    capitalized(word)
}

/// A word in a text about the look of a record.
struct ColorWord<'a> {
    text: &'a str,
    /// The word in lower case, without punctuation around it.
    lower: String,
    kind: ColorWordKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ColorWordKind {
    /// A color, or a word that describes one.
    Color,
    /// A word for the record, its weight or its edition.
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
