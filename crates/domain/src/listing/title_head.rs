//! The start of a listing's title: artist and release title, for classical music composer, work and performers.

use super::super::composer_name::{composer_name, is_famous_composer, is_fuller_name};
use super::super::text::display::{cut_at_phrase, cut_at_word, plain_text, utf16_len};
use super::display_fields::DisplayFields;
use super::wording::contains_words;
use super::work_title::{shorter_titles, without_composer};

/// Minimum length that is reserved for a very long artist. The title gets the rest.
const MIN_ARTIST_UNITS: usize = 40;

/// Returns artist and title in the longest form that fits completely; `None` if none fits.
pub(super) fn whole_head(words: &DisplayFields<'_>, room: usize) -> Option<String> {
    let titles = title_forms(words, room);
    if words.is_various {
        // Buyers do not search for "Various Artists", so it is omitted first.
        let prefixed = |title: &String| [format!("Various Artists - {title}"), format!("Various - {title}")];
        let head = titles.iter().flat_map(prefixed).find(|head| utf16_len(head) + DETAILS_ROOM <= room);
        return head.or_else(|| titles.into_iter().find(|title| utf16_len(title) <= room));
    }
    let artists = artist_forms(words, room);
    let is_of_artist = |title: &String| artists.iter().any(|artist| is_same_name(artist, title));
    let own_title = titles.iter().find(|title| is_of_artist(title) && utf16_len(title) <= room);
    // If the album is named after several artists, their names are not repeated.
    if words.artist_prefixes.len() > 1 && own_title.is_some() {
        return own_title.cloned();
    }
    if let Some(title) = titles.iter().find(|title| has_artist_in_front(words, title, &artists, room)) {
        return Some(title.clone());
    }
    let mut heads = titles.iter().flat_map(|title| artists.iter().map(|artist| join_head(words, artist, title)));
    let head = heads.find(|head| utf16_len(head) <= room).map(|head| append_performers(words, head, room));
    match head {
        Some(head) if !is_without_performers(words, &head) => Some(head),
        head => {
            let shortened = shortened_heads(words, &titles, &artists, room);
            let with_performers = shortened.iter().find(|head| !is_without_performers(words, head)).cloned();
            let with_performers = with_performers
                .or_else(|| head.iter().chain(&shortened).find_map(|head| with_conductor(words, head, room)));
            // If the album is named after its artist, the name is enough.
            with_performers.or(head).or_else(|| shortened.into_iter().next()).or_else(|| own_title.cloned())
        }
    }
}

/// Returns true if the title begins with the artist's name, and the name before it would leave little room for details:
/// `Lincoln Mayorga And Distinguished Colleagues`.
fn has_artist_in_front(words: &DisplayFields<'_>, title: &str, artists: &[String], room: usize) -> bool {
    let Some(artist) = artists.first().filter(|_| !has_composer_head(words)) else { return false };
    let rest = title.to_lowercase().strip_prefix(&artist.to_lowercase()).map(str::to_owned);
    let is_name =
        rest.is_some_and(|rest| rest.chars().any(char::is_alphabetic) && !rest.starts_with(char::is_alphanumeric));
    let length = utf16_len(&join_head(words, artist, title));
    is_name && utf16_len(title) <= room && length + DETAILS_ROOM > room
}

/// Returns true for classical music without any of its performers, by whom buyers choose between recordings.
pub(super) fn is_without_performers(words: &DisplayFields<'_>, head: &str) -> bool {
    let performers = &words.performers;
    let is_named = |name: &String| {
        let last = last_name(name).filter(|_| words.conductors.contains(name));
        contains_words(head, name) || last.is_some_and(|last| contains_words(head, &last))
    };
    has_composer_head(words) && !performers.is_empty() && !performers.iter().any(is_named)
}

/// Returns the heads of classical music with a shorter title that fit, the longest title first.
fn shortened_heads(words: &DisplayFields<'_>, titles: &[String], artists: &[String], room: usize) -> Vec<String> {
    if !has_composer_head(words) {
        return Vec::new();
    }
    let short = titles.iter().flat_map(|title| shorter_titles(title));
    let heads = short.flat_map(|title| artists.iter().map(move |artist| join_head(words, artist, &title)));
    heads.map(|head| append_performers(words, head, room)).filter(|head| utf16_len(head) <= room).collect()
}

/// Appends the last name of a conductor, if it fits: `Toscanini`.
fn with_conductor(words: &DisplayFields<'_>, head: &str, room: usize) -> Option<String> {
    let last_names = words.conductors.iter().filter_map(|name| last_name(name));
    let mut forms = last_names.map(|name| format!("{head} - {name}"));
    forms.find(|longer| utf16_len(longer) <= room).filter(|_| has_composer_head(words))
}

/// Returns true if the names differ only in case and punctuation: `Gruppo "Nuova"` and `Gruppo Nuova`.
fn is_same_name(a: &str, b: &str) -> bool {
    contains_words(a, b) && contains_words(b, a)
}

/// Minimum room for details, in UTF-16 units, with which "Various Artists" is kept.
const DETAILS_ROOM: usize = 30;

/// Returns artist and title, cut to fit.
pub(super) fn cut_head(words: &DisplayFields<'_>, room: usize) -> Option<String> {
    let title = title_forms(words, room).pop()?;
    if words.is_various {
        return Some(cut_title(&title, room)).filter(|head| !head.is_empty());
    }
    // The first names of a credit say more than the start of a title.
    let credits = credit_forms(words).into_iter().rev().map(|credit| join_head(words, &credit, &title));
    if let Some(head) = credits.into_iter().find(|head| utf16_len(head) <= room) {
        return Some(head);
    }
    let room = room.saturating_sub(" - ".len());
    let artist = shorten_artist(words, MIN_ARTIST_UNITS.max(room.saturating_sub(utf16_len(&title))))?;
    let title = cut_title(&title, room.saturating_sub(utf16_len(&artist)));
    (!artist.is_empty() && !title.is_empty()).then(|| join_head(words, &artist, &title))
}

/// Words with which a cut title must not end.
const LOOSE_WORDS: [&str; 15] =
    ["&", "a", "an", "the", "of", "to", "in", "on", "and", "or", "for", "with", "at", "by", "from"];

/// Cuts a title after a word, but not after one of [`LOOSE_WORDS`]. Keeps the volume or the date at its end, without which
/// it is the title of another release.
fn cut_title(title: &str, max_units: usize) -> String {
    let cut = cut_at_phrase(title, max_units);
    if cut.len() == title.len() {
        return cut.to_owned();
    }
    cut_before_end(title, max_units).unwrap_or_else(|| without_loose_end(cut).to_owned())
}

/// Cuts a title before the volume or the date at its end; `None` if it has neither.
pub(super) fn cut_before_end(title: &str, max_units: usize) -> Option<String> {
    let end = essential_end(title)?;
    let room = max_units.checked_sub(1 + utf16_len(end))?;
    let start = without_loose_end(cut_at_phrase(title, room));
    (utf16_len(start) >= MIN_START_UNITS).then(|| format!("{start} {end}"))
}

/// Minimum length of a title's start that is kept before its volume.
const MIN_START_UNITS: usize = 12;

/// Words before the number of a volume, in lower case.
const VOLUME_WORDS: [&str; 12] =
    ["book", "chapter", "cd", "disc", "episode", "folge", "no", "part", "pt", "teil", "vol", "volume"];

/// Returns the volume or the date at the end of a title: `Vol. 3`, `4/17/72`.
fn essential_end(title: &str) -> Option<&str> {
    let (before, last) = title.rsplit_once(' ')?;
    let is_date = last.split('/').count() == 3 && last.chars().all(|c| c.is_ascii_digit() || c == '/');
    if is_date {
        return Some(last);
    }
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || "IVX".contains(c));
    let word = before.rsplit(' ').next().unwrap_or_default();
    let is_volume = VOLUME_WORDS.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    (is_volume && is_number(last)).then(|| &title[before.len() - word.len()..])
}

fn without_loose_end(mut cut: &str) -> &str {
    while let Some((before, last)) = cut.rsplit_once(' ')
        && LOOSE_WORDS.contains(&last.to_lowercase().as_str())
    {
        cut = cut_at_word(before, before.len());
    }
    cut
}

/// Joins artist and title: `Mahler: Symphony No. 9` for classical music, otherwise `Nirvana - Nevermind`.
fn join_head(words: &DisplayFields<'_>, artist: &str, title: &str) -> String {
    if has_composer_head(words) { format!("{artist}: {title}") } else { format!("{artist} - {title}") }
}

fn has_composer_head(words: &DisplayFields<'_>) -> bool {
    !words.head_composers.is_empty()
}

/// Parts of the names of orchestras and choirs, in lower case.
const ENSEMBLE_WORDS: [&str; 13] = [
    "academy",
    "camerata",
    "concentus",
    "concert",
    "choir",
    "chor",
    "consort",
    "ensemble",
    "kapelle",
    "orchest",
    "philharm",
    "quartet",
    "symphon",
];

/// Returns the performers in the order of a title: the conductor first; in a concerto, the soloist who is credited
/// first.
fn ordered_performers<'a>(words: &'a DisplayFields<'_>) -> Vec<&'a String> {
    let is_concerto = words.title.as_deref().is_some_and(|title| {
        let title = title.to_lowercase();
        ["concerto", "concierto", "konzert"].iter().any(|word| title.contains(word))
    });
    let is_ensemble = |name: &str| ENSEMBLE_WORDS.iter().any(|word| name.to_lowercase().contains(word));
    let is_soloist =
        |name: &&String| words.performers.contains(name) && !words.conductors.contains(name) && !is_ensemble(name);
    let soloist = words.artists.iter().find(is_soloist).filter(|_| is_concerto);
    let others = words.performers.iter().filter(|name| Some(*name) != soloist);
    soloist.into_iter().chain(others).collect()
}

/// Words in names of choirs, orchestras and groups that are not in [`ENSEMBLE_WORDS`], in lower case.
const GROUP_WORDS: [&str; 12] = [
    "ambrosian",
    "arts",
    "capella",
    "cappella",
    "coro",
    "musici",
    "opera",
    "oper",
    "players",
    "singers",
    "solisti",
    "teatro",
];

/// Particles in front of a last name, in lower case: `Victoria de los Angeles`.
const NAME_PARTICLES: [&str; 12] = ["da", "dal", "de", "del", "della", "di", "la", "los", "van", "von", "der", "den"];

/// Minimum length of a last name that buyers search for alone.
const MIN_LAST_NAME_UNITS: usize = 4;

/// Returns the last name of a singer: `Callas`, `di Stefano`. `None` for a group, and for a short name.
fn last_name(name: &str) -> Option<String> {
    let words = name.split(' ').collect::<Vec<_>>();
    let lower = words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>();
    let is_group_word =
        |word: &String| GROUP_WORDS.contains(&word.as_str()) || ENSEMBLE_WORDS.iter().any(|known| word.contains(known));
    let is_particle = |word: &String| NAME_PARTICLES.contains(&word.as_str());
    let last = words.len().checked_sub(1)?;
    let start = last - lower[..last].iter().rev().take_while(|word| is_particle(word)).count();
    let is_name = start > 0 && utf16_len(words[last]) >= MIN_LAST_NAME_UNITS;
    (is_name && !lower.iter().any(is_group_word)).then(|| words[start..].join(" "))
}

/// Appends as many performers as fit, in the order of [`ordered_performers`]. In an opera, a singer whose name does not
/// fit has the last name, so that a minor role does not replace a famous singer. A composer who performs is not repeated.
fn append_performers(words: &DisplayFields<'_>, head: String, room: usize) -> String {
    if !has_composer_head(words) {
        return head;
    }
    let is_opera = words.styles.iter().any(|style| style == "Opera" || style == "Operetta");
    let mut title = head;
    let mut separator = " - ";
    for name in ordered_performers(words).into_iter().map(|name| plain_text(name)) {
        let is_composer =
            words.head_composers.iter().any(|composer| *composer == name || is_fuller_name(&name, composer));
        if name.is_empty() || is_composer || contains_words(&title, &name) {
            continue;
        }
        let short = if is_opera { last_name(&name) } else { None };
        let mut forms = [Some(name), short].into_iter().flatten().map(|name| format!("{title}{separator}{name}"));
        let fitting = forms.find(|longer| utf16_len(longer) <= room);
        if let Some(longer) = fitting {
            (title, separator) = (longer, ", ");
        }
    }
    title
}

/// Returns the forms of the complete artist, the longest first: with the name in Latin script if both fit in half of
/// the room; as credited; and with `ft.`. Famous composers have the name that buyers type.
fn artist_forms(words: &DisplayFields<'_>, room: usize) -> Vec<String> {
    let Some(artist) = words.artist.as_deref().map(plain_text).filter(|artist| !artist.is_empty()) else {
        return Vec::new();
    };
    if has_composer_head(words) {
        // A credit may have only the initial of the first name: `G. Rossini`.
        let whole = |name: &String| words.composers.iter().find(|full| is_fuller_name(full, name)).cloned();
        let full = |name: &String| whole(name).filter(|full| is_famous_composer(full)).unwrap_or_else(|| name.clone());
        let names = words.head_composers.iter().map(full).collect::<Vec<_>>();
        let short = names.iter().map(|name| composer_name(name)).collect::<Vec<_>>().join(", ");
        return vec![plain_text(&short)];
    }
    let mut forms = script_forms(words.latin_artist.as_deref(), artist, room);
    let shorter = forms.iter().map(|form| shorten_featuring(form)).collect::<Vec<_>>();
    forms.extend(shorter);
    forms.dedup();
    forms
}

/// Returns the forms of the title, the longest first.
fn title_forms(words: &DisplayFields<'_>, room: usize) -> Vec<String> {
    let title = words.title.as_deref().map(|title| plain_text(without_composer(title, &words.head_composers)));
    let title = title.filter(|title| !title.is_empty());
    title.map(|title| script_forms(words.latin_title.as_deref(), title, room)).unwrap_or_default()
}

/// Returns the Latin form, preceded by both forms together if they fit in half of the room.
fn script_forms(latin: Option<&str>, native: String, room: usize) -> Vec<String> {
    let Some(latin) = latin.map(plain_text).filter(|latin| !latin.is_empty() && *latin != native) else {
        return vec![native];
    };
    let both = format!("{latin} {native}");
    if utf16_len(&both) <= room / 2 { vec![both, latin] } else { vec![latin] }
}

/// Replaces `Featuring` and `Feat.` with `ft.`, as usual in eBay titles.
fn shorten_featuring(artist: &str) -> String {
    [" Featuring ", " featuring ", " Feat. ", " feat. "]
        .iter()
        .fold(artist.to_owned(), |text, long| text.replace(long, " ft. "))
}

/// Returns as many names of the credit as fit. If none fits, returns the start of the first one, cut between two names
/// if possible.
fn shorten_artist(words: &DisplayFields<'_>, room: usize) -> Option<String> {
    let whole = artist_forms(words, room);
    let names = credit_forms(words).into_iter().chain(whole.into_iter().rev()).collect::<Vec<_>>();
    let fitting = names.iter().filter(|names| utf16_len(names) <= room).max_by_key(|names| utf16_len(names)).cloned();
    fitting.or_else(|| names.first().map(|first| cut_between_names(first, room).to_owned()))
}

/// Returns the credit cut after each of its names, the shortest first; empty if the title has other names.
fn credit_forms(words: &DisplayFields<'_>) -> Vec<String> {
    if words.latin_artist.is_some() || has_composer_head(words) {
        return Vec::new();
    }
    words.artist_prefixes.iter().map(|prefix| shorten_featuring(&plain_text(prefix))).collect()
}

/// Separators between the names of a credit.
const NAME_SEPARATORS: [&str; 7] = [", ", " & ", " and ", " ft. ", " with ", " vs. ", " / "];

fn cut_between_names(names: &str, room: usize) -> &str {
    let ends = NAME_SEPARATORS.iter().flat_map(|separator| names.match_indices(separator).map(|(at, _)| at));
    let end = ends.filter(|at| utf16_len(&names[..*at]) <= room).max();
    // Cutting at half of the room or less would lose too much of a name.
    match end.filter(|at| utf16_len(&names[..*at]) * 2 > room) {
        Some(end) => &names[..end],
        None if utf16_len(names) > room => without_loose_end(cut_at_word(names, room)),
        None => names,
    }
}

#[cfg(test)]
mod tests {
    use super::last_name;

    #[test]
    fn only_singers_have_a_last_name() {
        for (name, last) in [
            ("Maria Meneghini Callas", Some("Callas")),
            ("Giuseppe di Stefano", Some("di Stefano")),
            ("Victoria de los Angeles", Some("de los Angeles")),
            ("Herbert von Karajan", Some("von Karajan")),
            ("Dietrich Fischer-Dieskau", Some("Fischer-Dieskau")),
            ("Sumi Jo", None),
            ("Pavarotti", None),
            ("Orchestra Del Teatro Alla Scala", None),
            ("Wiener Philharmoniker", None),
            ("Ambrosian Opera Chorus", None),
            ("I Musici", None),
        ] {
            assert_eq!(last_name(name).as_deref(), last, "{name}");
        }
    }
}
