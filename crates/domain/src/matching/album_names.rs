//! Differences between two names that mean another album, although the spellings are near: another number, another
//! version of the recordings, another artist.

use super::super::provider_release::ProviderRelease;
use super::super::release_type::ReleaseType;
use super::fold_text::fold_text;

/// Numbers from 1, as Roman numerals and as words.
const ROMAN_NUMERALS: [&str; 20] = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
    "xviii", "xix", "xx",
];
const NUMBER_WORDS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Words before the number of a volume, in folded spelling.
const VOLUME_WORDS: [&str; 11] =
    ["vol", "volume", "pt", "part", "teil", "no", "nr", "number", "parte", "partie", "folge"];

/// Returns the number that a folded word states: `2`, `ii`, `two` and `vol2` are 2.
fn parse_number(word: &str) -> Option<u32> {
    let position =
        |words: &[&str]| words.iter().position(|known| *known == word).and_then(|at| u32::try_from(at + 1).ok());
    let attached = || VOLUME_WORDS.iter().find_map(|volume| word.strip_prefix(volume)?.parse().ok());
    word.parse().ok().or_else(|| position(&ROMAN_NUMERALS)).or_else(|| position(&NUMBER_WORDS)).or_else(attached)
}

/// Returns true if two folded titles state different numbers: `hits volume 1` and `hits vol 2`, `live 1975` and
/// `live 1985`, `rooms` and `rooms ii`. A title may omit numbers of the other, such as the opus number of a work; it
/// may not omit the one that follows the same name, unless that is the first of several.
pub(super) fn have_other_numbers(a: &str, b: &str) -> bool {
    let numbers = |text: &str| text.split(' ').filter_map(parse_number).collect::<Vec<_>>();
    let (first, second) = (numbers(a), numbers(b));
    let contains = |all: &[u32], some: &[u32]| some.iter().all(|number| all.contains(number));
    match (contains(&first, &second), contains(&second, &first)) {
        (true, true) => false,
        (false, false) => true,
        (true, false) => is_later_volume(a, &second, b),
        (false, true) => is_later_volume(b, &first, a),
    }
}

/// Returns true if `longer` is the name `shorter` with the number of a later volume.
fn is_later_volume(longer: &str, numbers: &[u32], shorter: &str) -> bool {
    let is_volume = |number: u32| (2..1000).contains(&number) && !numbers.contains(&number);
    let has_volume = longer.split(' ').filter_map(parse_number).any(is_volume);
    let name = |text: &str| {
        let words = text.split(' ').filter(|word| parse_number(word).is_none() && !VOLUME_WORDS.contains(word));
        words.collect::<Vec<_>>().join(" ")
    };
    has_volume && name(longer) == name(shorter)
}

/// Words before the number of an episode of an audio drama, in lower case.
const EPISODE_WORDS: [&str; 2] = ["episode", "folge"];

/// A title without the number of an episode.
pub(super) struct EpisodeTitle<'a> {
    pub(super) number: Option<u32>,
    /// True if the number precedes the name, so that a title without it has the same name.
    pub(super) is_leading: bool,
    pub(super) name: &'a str,
}

impl<'a> EpisodeTitle<'a> {
    /// Splits a title such as `Folge 128: Schatten`, `128 - Schatten` or `Schatten (Folge 128)`.
    pub(super) fn new(title: &'a str) -> Self {
        let title = title.trim();
        let (number, is_leading, name) = match (split_leading_episode(title), split_trailing_episode(title)) {
            (Some((number, name)), _) => (Some(number), true, name),
            (None, Some((number, name))) => (Some(number), false, name),
            (None, None) => (None, false, title),
        };
        Self { number, is_leading, name }
    }
}

/// Returns the digits after an optional word for an episode, and the rest of the text.
fn split_episode_number(text: &str) -> Option<(u32, &str)> {
    let lower = text.to_lowercase();
    let word = EPISODE_WORDS.iter().find(|word| lower.starts_with(**word)).map_or(0, |word| word.len());
    let text = text.get(word..)?.trim_start();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

fn split_leading_episode(title: &str) -> Option<(u32, &str)> {
    let (number, rest) = split_episode_number(title)?;
    let name =
        rest.strip_prefix(':').or_else(|| rest.strip_prefix(" - ")).or_else(|| rest.strip_prefix(" \u{2013} "))?;
    let name = name.trim();
    (!name.is_empty()).then_some((number, name))
}

fn split_trailing_episode(title: &str) -> Option<(u32, &str)> {
    let (name, bracket) = title.strip_suffix(')')?.rsplit_once(" (")?;
    let (number, rest) = split_episode_number(bracket)?;
    (rest.is_empty() && !bracket.starts_with(|c: char| c.is_ascii_digit())).then_some((number, name.trim()))
}

/// Returns the numbers of parts and volumes in the brackets of a folded title, as words: `part 2`. Other numbers in
/// brackets are those of editions: `(2011 Remaster)`, `(30 Bonus Tracks)`.
pub(super) fn bracketed_volumes(folded: &str) -> String {
    let words = folded.split(' ').collect::<Vec<_>>();
    let volumes = words.windows(2).filter(|pair| VOLUME_WORDS.contains(&pair[0]) && parse_number(pair[1]).is_some());
    volumes.map(|pair| pair.join(" ")).collect::<Vec<_>>().join(" ")
}

/// Words that name another version of the recordings, with the release types that imply them.
const VERSION_WORDS: &[(&[&str], &[ReleaseType])] = &[
    (&["remix", "remixes", "remixed"], &[ReleaseType::Remix, ReleaseType::DjMix]),
    (&["instrumental", "instrumentals"], &[]),
    (&["karaoke"], &[]),
    (&["demo", "demos"], &[ReleaseType::Demo]),
    (&["live"], &[ReleaseType::Live]),
    (&["ep"], &[ReleaseType::Ep, ReleaseType::MiniAlbum, ReleaseType::Single, ReleaseType::MaxiSingle]),
];

/// Returns the titles if only one of them names a version that nothing in the other entry states: `Mothership` and
/// `Mothership (Instrumentals)`.
pub(super) fn differing_versions(a: &ProviderRelease, b: &ProviderRelease) -> Option<[String; 2]> {
    let words = |entry: &ProviderRelease| {
        let titles = entry.title.iter().chain(&entry.latin_title).map(|title| fold_text(title).replace(" e p", " ep"));
        titles.flat_map(|title| title.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let (first, second) = (words(a), words(b));
    let names = |words: &[String], version: &[&str]| words.iter().any(|word| version.contains(&word.as_str()));
    let implies = |entry: &ProviderRelease, (version, types): &(&[&str], &[ReleaseType])| {
        let texts = entry.descriptions.iter().chain(&entry.format_notes).chain(&entry.disambiguation);
        let mut texts = texts.map(|text| fold_text(text));
        entry.types.is_empty()
            || entry.types.iter().any(|kind| types.contains(kind))
            || texts.any(|text| text.split(' ').any(|word| version.contains(&word)))
    };
    let differs = VERSION_WORDS.iter().any(|version| match (names(&first, version.0), names(&second, version.0)) {
        (true, false) => !implies(b, version),
        (false, true) => !implies(a, version),
        _ => false,
    });
    let titles = [a.title.clone()?, b.title.clone()?];
    differs.then_some(titles)
}

/// Minimum length of a word in which one wrong letter is an error of spelling.
const MIN_WORD_WITH_ERROR: usize = 4;

/// Returns true if each of two folded names has a word that the other lacks: `london symphony orchestra` and
/// `london philharmonic orchestra`. Ignores a wrong letter, short words, and where words are divided.
pub(super) fn have_other_words(a: &str, b: &str) -> bool {
    let joined = |text: &str| text.replace(' ', "");
    if is_near(&joined(a), &joined(b)) {
        return false;
    }
    let has_own_word = |from: &str, other: &str| {
        let is_known = |word: &str| other.split(' ').any(|known| is_near(known, word));
        from.split(' ').any(|word| word.chars().count() >= MIN_WORD_WITH_ERROR && !is_known(word))
    };
    has_own_word(a, b) && has_own_word(b, a)
}

fn is_near(a: &str, b: &str) -> bool {
    a == b
        || (a.chars().count().min(b.chars().count()) >= MIN_WORD_WITH_ERROR && strsim::damerau_levenshtein(a, b) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_is_another_album() {
        for (a, b, is_other) in [
            ("hits volume 1", "hits volume 2", true),
            ("hits volume 1", "hits vol 2", true),
            ("now that s what i call music 24", "now that s what i call music 25", true),
            ("use your illusion i", "use your illusion ii", true),
            ("symphony no 5", "symphony no 9", true),
            ("live 1975", "live 1985", true),
            ("1999", "1989", true),
            ("rooms", "rooms ii", true),
            ("rooms", "rooms vol two", true),
            ("volume 4", "vol iv", false),
            ("vol 4", "vol4", false),
            ("anthology vol 1", "anthology", false),
            ("symphony no 5", "symphony no 5 in c minor op 67", false),
            ("goldberg variations", "goldberg variations bwv 988", false),
            ("rooms", "rooms 2011", false),
            ("i robot", "i robot", false),
        ] {
            assert_eq!(have_other_numbers(a, b), is_other, "{a} and {b}");
            assert_eq!(have_other_numbers(b, a), is_other, "{b} and {a}");
        }
    }

    #[test]
    fn the_number_of_an_episode_is_split_from_its_name() {
        for (title, number, name) in [
            ("Folge 3: Das leere Grab", Some(3), "Das leere Grab"),
            ("  3 - Das Leere Grab", Some(3), "Das Leere Grab"),
            ("128: Schatten", Some(128), "Schatten"),
            ("Schatten (Folge 128)", Some(128), "Schatten"),
            ("Schatten (1984)", None, "Schatten (1984)"),
            ("1999", None, "1999"),
            ("3 Feet High And Rising", None, "3 Feet High And Rising"),
            ("Part of the Weekend Never Dies", None, "Part of the Weekend Never Dies"),
        ] {
            let split = EpisodeTitle::new(title);
            assert_eq!((split.number, split.name), (number, name), "{title}");
        }
    }

    #[test]
    fn another_word_is_another_artist() {
        for (a, b, is_other) in [
            ("london symphony orchestra", "london philharmonic orchestra", true),
            ("john williams", "john williamson", true),
            ("bob marley", "bob marley and wailers", false),
            ("guns n roses", "guns and roses", false),
            ("p nk", "pink", false),
            ("ac dc", "acdc", false),
            ("peter tosh", "peter tosch", false),
        ] {
            assert_eq!(have_other_words(a, b), is_other, "{a} and {b}");
        }
    }
}
