//! The title of a lot: `Nirvana Lot of 3 CDs Nevermind, In Utero, Bleach`.
//!
//! The artists come first, as in the title of a single item, then the description of the lot, then as many complete
//! titles as fit.

use super::super::text::display::{cut_at_word, utf16_len};
use super::item_summary::ItemSummary;
use super::language::Translator;
use super::title::MAX_TITLE_UNITS;

/// Description of a lot, with the number and the kind of its items.
const LOT_WORDS: &str = "Lot of {count} {items}";

/// Maximum number of kinds in a title. If a lot has more, they become `Albums`.
const MAX_KINDS: usize = 2;

/// Returns the description of a lot: `Lot of 3 CDs`, `Lot of 5 CDs & LPs`.
pub(super) fn lot_words(items: &[&ItemSummary], size: u32, translator: Translator) -> String {
    let kinds = unique(items.iter().map(|item| item.kind));
    let kinds = if kinds.len() > MAX_KINDS { vec!["Albums"] } else { kinds };
    let kinds = kinds.into_iter().map(|kind| translator.word(kind)).collect::<Vec<_>>().join(" & ");
    translator.word(LOT_WORDS).replace("{count}", &size.to_string()).replace("{items}", &kinds)
}

/// Composes the title of a lot, at most 80 UTF-16 units.
pub(super) fn compose_lot_title(items: &[&ItemSummary], size: u32, translator: Translator) -> String {
    let words = lot_words(items, size, translator);
    let room = MAX_TITLE_UNITS.saturating_sub(utf16_len(&words) + 1);
    let artists = unique(items.iter().filter_map(|item| item.artist.as_deref()));
    let mut head = join_fitting(&artists, room);
    if let (true, Some(first)) = (head.is_empty(), artists.first()) {
        cut_at_word(first, room).clone_into(&mut head);
    }
    let start = if head.is_empty() { words } else { format!("{head} {words}") };
    let titles = unique(items.iter().map(|item| item.title.as_str()).filter(|title| !title.is_empty()));
    let titles = join_fitting(&titles, MAX_TITLE_UNITS.saturating_sub(utf16_len(&start) + 1));
    if titles.is_empty() { start } else { format!("{start} {titles}") }
}

/// Joins the artists of a lot with commas.
pub(super) fn join_artists(items: &[&ItemSummary]) -> String {
    unique(items.iter().filter_map(|item| item.artist.as_deref())).join(", ")
}

/// Joins the names that fit completely, in order.
fn join_fitting(names: &[&str], room: usize) -> String {
    names.iter().fold(String::new(), |joined, name| {
        let longer = if joined.is_empty() { (*name).to_owned() } else { format!("{joined}, {name}") };
        if utf16_len(&longer) <= room { longer } else { joined }
    })
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known: Vec<&str> = Vec::new();
    for name in names {
        if !known.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            known.push(name);
        }
    }
    known
}
