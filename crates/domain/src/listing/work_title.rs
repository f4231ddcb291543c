//! Shorter forms of the titles of classical works, so that a listing's title has room for the performers.

use super::super::composer_name::composer_name;

/// Abbreviations of the catalogs of works, in lower case: `BWV 988`, `Op. 30`, `K. 467`.
const WORK_CATALOGS: [&str; 14] =
    ["buxwv", "bwv", "d", "hob", "hwv", "k", "kv", "op", "opus", "rv", "sz", "twv", "woo", "wwv"];

/// Separator between the works of one release.
const WORK_SEPARATOR: &str = " / ";

/// Words after a composer's name that need it: `Mozart In Prague`, `Bach & Sons`.
const LINKING_WORDS: [&str; 10] = ["&", "-", "/", "and", "at", "for", "in", "on", "to", "und"];

/// Returns the title without a composer before it who heads the listing's title anyway: `Sibelius: Violin Concerto`
/// becomes `Violin Concerto`, and `Mozart Klaviersonaten` becomes `Klaviersonaten`.
pub(super) fn without_composer<'a>(title: &'a str, composers: &[String]) -> &'a str {
    let is_composer = |name: &str| {
        let forms = |composer: &String| {
            let last = composer.rsplit(' ').next().unwrap_or_default();
            [composer.as_str(), composer_name(composer), last].iter().any(|form| form.eq_ignore_ascii_case(name))
        };
        composers.iter().any(forms)
    };
    if let Some((_, works)) = title.split_once(": ").filter(|(name, _)| is_composer(name)) {
        return works;
    }
    let is_linked = |works: &str| {
        let next = works.split(' ').next().unwrap_or_default().to_lowercase();
        LINKING_WORDS.contains(&next.as_str())
    };
    let named = title.split_once(' ').filter(|(name, works)| is_composer(name) && !is_linked(works));
    named.map_or(title, |(_, works)| works)
}

/// Returns shorter forms of a title, the longest first: without the words in brackets at the end, without the numbers of
/// catalogs, without words that the works share, only the words before a colon or dash, and only the first of several works.
pub(super) fn shorter_titles(title: &str) -> Vec<String> {
    let bare = title.strip_suffix(')').and_then(|title| title.rsplit_once(" (")).map_or(title, |(before, _)| before);
    let works = bare.split(WORK_SEPARATOR).map(without_catalog_number).collect::<Vec<_>>();
    let plain = works.join(WORK_SEPARATOR);
    let forms = [bare.to_owned(), plain, join_numbered_works(&works)];
    let before =
        |form: &'_ str| form.split_once(": ").or_else(|| form.split_once(" - ")).map(|(name, _)| name.to_owned());
    let names = [title, bare].into_iter().filter_map(before);
    let first = works.first().filter(|_| works.len() > 1).cloned();
    let mut shorter = forms.into_iter().chain(names).chain(first).filter(|form| form != title).collect::<Vec<_>>();
    shorter.dedup();
    shorter
}

fn bare_word(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Removes the number in a catalog, and the key of a numbered work: `Piano Concerto No. 3 In D Minor, Op. 30` becomes
/// `Piano Concerto No. 3`. Without a number, the key is part of the name: `Mass in B minor`.
fn without_catalog_number(work: &str) -> String {
    let words = work.split(' ').collect::<Vec<_>>();
    let is_number =
        |at: usize| words.get(at).is_some_and(|word| bare_word(word).starts_with(|c: char| c.is_ascii_digit()));
    let is_numbering = |at: usize| {
        words.get(at).is_some_and(|word| matches!(bare_word(word).as_str(), "no" | "nos" | "nr")) && is_number(at + 1)
    };
    let is_numbered = (0..words.len()).any(is_numbering);
    let mut rest = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let is_catalog = at > 0 && is_number(at + 1) && WORK_CATALOGS.contains(&bare_word(words[at]).as_str());
        at += match () {
            () if is_catalog && is_numbering(at + 2) => 4,
            () if is_catalog => 2,
            () if is_numbered && key_length(&words[at..]) > 0 => key_length(&words[at..]),
            () => {
                rest.push(words[at]);
                1
            }
        };
    }
    rest.join(" ").trim_end_matches([',', ' ', '&']).to_owned()
}

/// Maximum number of words in a key: `In B Flat Minor`.
const MAX_KEY_WORDS: usize = 4;

/// Returns the number of words of the key at the start: 3 for `in D minor`; 0 if there is none.
fn key_length(words: &[&str]) -> usize {
    let is_mode = |word: &&str| {
        let word = bare_word(word);
        ["major", "minor", "dur", "moll"].iter().any(|mode| word.ends_with(mode))
    };
    let is_key = words.first().is_some_and(|word| bare_word(word) == "in");
    let mode = words.iter().take(MAX_KEY_WORDS).position(is_mode);
    mode.filter(|_| is_key).map_or(0, |at| at + 1)
}

/// Joins works that differ only in their numbers: `Piano Concerto No. 3 / No. 1`.
fn join_numbered_works(works: &[String]) -> String {
    const NUMBER: &str = "No. ";
    let kind = works.first().and_then(|first| first.split_once(NUMBER)).map_or("", |(kind, _)| kind);
    let number = |work: &String| {
        let rest = work.strip_prefix(kind).filter(|rest| !kind.is_empty() && rest.starts_with(NUMBER));
        rest.unwrap_or(work).to_owned()
    };
    let others = works.iter().skip(1).map(number);
    works.first().cloned().into_iter().chain(others).collect::<Vec<_>>().join(WORK_SEPARATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_keeps_its_name_and_number() {
        for (title, shortest) in [
            ("The Goldberg Variations, BWV 988 (1981 Digital Recording)", "The Goldberg Variations"),
            (
                "Piano Concerto No. 3 In D Minor, Op. 30 / Piano Concerto No. 1 In B-Flat Minor, Op. 23",
                "Piano Concerto No. 3",
            ),
            ("Violin Concerto in D minor, op. 47 / Serenades", "Violin Concerto in D minor"),
            ("Mass in B Minor, BWV 232", "Mass in B Minor"),
            ("Norma - Opera In Due Atti", "Norma"),
            ("Piano Sonata No. 14 In C Sharp Minor, Op. 27 No. 2 'Moonlight'", "Piano Sonata No. 14 'Moonlight'"),
            ("Symphonie Nr. 5 c-Moll op. 67", "Symphonie Nr. 5 c-Moll"),
            ("Piano Concertos K. 466 & K. 467", "Piano Concertos"),
        ] {
            assert_eq!(shorter_titles(title).last().map(String::as_str), Some(shortest), "{title}");
        }
        let two = shorter_titles("Piano Concerto No. 3, Op. 30 / Piano Concerto No. 1, Op. 23");
        assert_eq!(two[1], "Piano Concerto No. 3 / No. 1");
        assert!(shorter_titles("Four Seasons").is_empty());
    }

    #[test]
    fn the_composer_before_a_work_is_not_repeated() {
        let composers = ["Jean Sibelius".to_owned()];
        assert_eq!(without_composer("Sibelius: Violin Concerto", &composers), "Violin Concerto");
        assert_eq!(without_composer("Rigoletto: Highlights", &composers), "Rigoletto: Highlights");
        assert_eq!(without_composer("Sibelius Symphonies", &composers), "Symphonies");
        assert_eq!(without_composer("Sibelius In Berlin", &composers), "Sibelius In Berlin");
    }
}
