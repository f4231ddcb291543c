//! Merges the fields that distinguish pressings (status, types, edition words, color, packaging) and the credits.

use super::super::composer_name::{is_famous_composer, is_fuller_name};
use super::super::credits::{self, CreditRole};
use super::super::edition;
use super::super::provenance::Sourced;
use super::super::provider::Provider;
use super::super::provider_release::ProviderRelease;
use super::super::record_color::record_color;
use super::super::release::{Carrier, Release};
use super::super::release_notes::{noted_edition, noted_speed};
use super::super::release_status::ReleaseStatus;
use super::super::release_type::ReleaseType;
use super::super::text::is_latin;
use super::super::video_region::region_word;
use super::compare::is_in_other_script;
use super::fold_text::fold_text;
use super::merge_field::merge_field;
use super::version_words::{fits_carriers, version_words};

/// Fills the edition fields of `merged` from the entries of a pressing. Aliases provide only Latin spellings.
pub(super) fn merge_edition(merged: &mut Release, entries: &[ProviderRelease], aliases: &[ProviderRelease]) {
    let of_pressing = entries.iter().collect::<Vec<_>>();
    let same_text = |a: &String, b: &String| fold_text(a) == fold_text(b);
    // If one provider marks a promotional copy, it is one, even if another provider lists it as the regular release.
    let mut by_status = of_pressing.clone();
    by_status.sort_by_key(|entry| entry.status != Some(ReleaseStatus::Promotion));
    merged.status = merge_field(&by_status, |e| e.status, |a, b| a == b);
    merged.types = merge_types(&of_pressing);
    merged.descriptions = merge_lists(&of_pressing, |e| e.descriptions.clone());
    merged.format_notes = merge_lists(&of_pressing, |e| e.format_notes.clone());
    merged.edition = merge_edition_words(&of_pressing);
    let notes = |entry: &ProviderRelease| entry.format_notes.clone().into_iter().chain(entry.disambiguation.clone());
    merged.color = merge_field(
        &of_pressing,
        |e| {
            let texts = color_texts(e);
            let of_edition = || noted_edition(&e.notes).color.filter(|_| is_on_colored_carrier(e));
            record_color(texts.iter().map(String::as_str)).or_else(of_edition)
        },
        same_text,
    );
    merged.grams = merge_field(
        &of_pressing,
        |e| notes(e).find_map(|text| edition::grams(&text)).or_else(|| noted_edition(&e.notes).grams),
        |a, b| a == b,
    );
    merged.speeds = merge_lists(&of_pressing, stated_speeds);
    merged.packaging = merge_field(&of_pressing, |e| e.packaging.clone(), same_text);
    merged.disambiguation = merge_field(&of_pressing, |e| e.disambiguation.clone(), same_text);
    merged.series = merge_lists(&of_pressing, |e| e.series.clone());
    merged.language = merge_field(&of_pressing, |e| e.language.clone(), |a, b| a == b);
    merge_credits(merged, &of_pressing);
    let with_aliases = of_pressing.iter().copied().chain(aliases).collect::<Vec<_>>();
    merged.latin_artist = merge_field(&with_aliases, |e| e.latin_artist.clone(), same_text);
    merged.latin_title = merge_field(&with_aliases, |e| e.latin_title.clone(), same_text);
    fill_latin_names(merged, &of_pressing);
}

/// Fills missing Latin spellings from entries with Latin names, if the names of the release are in another script.
fn fill_latin_names(merged: &mut Release, entries: &[&ProviderRelease]) {
    let latin = |name: Option<String>| name.filter(|name| is_latin(name));
    if merged.latin_artist.is_none()
        && merged.artist.as_ref().is_some_and(|artist| is_in_other_script(&artist.value.to_string()))
    {
        let name = |e: &ProviderRelease| latin(e.artist.as_ref().map(ToString::to_string));
        merged.latin_artist = merge_field(entries, name, |a, b| fold_text(a) == fold_text(b));
    }
    if merged.latin_title.is_none() && merged.title.as_ref().is_some_and(|title| is_in_other_script(&title.value)) {
        merged.latin_title = merge_field(entries, |e| latin(e.title.clone()), |a, b| fold_text(a) == fold_text(b));
    }
}

/// Returns the speeds in the descriptions, or else in the parts of the free texts and the notes: `45 RPM, Gatefold`.
fn stated_speeds(entry: &ProviderRelease) -> Vec<String> {
    let described = entry.descriptions.iter().filter_map(|text| edition::speed(text));
    let mut speeds = described.map(str::to_owned).collect::<Vec<_>>();
    if speeds.is_empty() {
        let parts = entry.format_notes.iter().flat_map(|note| note.split([',', ';']));
        let noted = entry.notes.iter().filter_map(|sentence| noted_speed(sentence));
        speeds.extend(parts.filter_map(|part| edition::only_speed(part.trim())).chain(noted).map(str::to_owned));
    }
    speeds.dedup();
    speeds
}

/// Returns the texts that may name the color of a record or tape.
pub(super) fn color_texts(entry: &ProviderRelease) -> Vec<String> {
    let notes = entry.format_notes.iter().chain(&entry.disambiguation);
    notes.filter(|_| is_on_colored_carrier(entry)).cloned().collect()
}

/// Returns true if the release has a record or tape. A color in the free text of a CD does not describe the disc.
fn is_on_colored_carrier(entry: &ProviderRelease) -> bool {
    let media = entry.format.iter().flat_map(|format| &format.media);
    media.into_iter().any(|medium| matches!(medium.carrier, Carrier::Vinyl | Carrier::Cassette))
}

/// Collects the distinct values of all releases. The source is the first provider with a value; the others agree.
fn collect<T: PartialEq>(values: impl IntoIterator<Item = (T, Provider)>) -> Option<Sourced<Vec<T>>> {
    let mut merged: Option<Sourced<Vec<T>>> = None;
    for (value, source) in values {
        match &mut merged {
            None => merged = Some(Sourced::new(vec![value], source)),
            Some(list) => {
                if source != list.source && !list.agreed.contains(&source) {
                    list.agreed.push(source);
                }
                if !list.value.contains(&value) {
                    list.value.push(value);
                }
            }
        }
    }
    merged
}

fn merge_lists(
    releases: &[&ProviderRelease],
    read: impl Fn(&ProviderRelease) -> Vec<String>,
) -> Option<Sourced<Vec<String>>> {
    collect(releases.iter().flat_map(|e| read(e).into_iter().map(|value| (value, e.source()))))
}

/// Returns the edition words in all texts of an entry.
pub(super) fn words_of_entry(entry: &ProviderRelease) -> Vec<String> {
    let media = entry.format.iter().flat_map(|format| &format.media).map(|medium| &medium.wording);
    let notes = entry.format_notes.iter().map(|note| without_label_color(note)).collect::<Vec<_>>();
    let texts = media.chain(&entry.descriptions).chain(&entry.disambiguation).chain(&notes);
    let mut words = edition::edition_words(texts.map(String::as_str));
    words.extend(entry.title.as_deref().map(titled_words).unwrap_or_default());
    words.retain(|word| fits_carriers(word, entry));
    words.extend(version_words(entry));
    let free_texts =
        entry.descriptions.iter().chain(&entry.format_notes).chain(&entry.disambiguation).chain(&entry.notes);
    words.extend(noted_edition(&entry.notes).words.into_iter().map(str::to_owned));
    words.extend(entry.format.as_ref().and_then(|format| region_word(format, free_texts.map(String::as_str))));
    edition::order_words(words)
}

/// Returns the edition words in the brackets of a title: `Foxtrot (2008 Remaster)`. Others, such as `Signed`, can be words
/// of the title.
fn titled_words(title: &str) -> Vec<String> {
    const WORDS: [&str; 3] = ["Bonus Tracks", "Explicit", "Remastered"];
    let brackets = title.split(['(', '[']).skip(1).filter_map(|rest| rest.split([')', ']']).next());
    let mut words = edition::edition_words(brackets);
    words.retain(|word| word.ends_with(" Edition") || WORDS.contains(&word.as_str()));
    words
}

/// Removes `white label` from a free text of Discogs, where it is the color of the label. A promotional white label is
/// stated in the descriptions.
fn without_label_color(note: &str) -> String {
    note.to_lowercase().replace("white label", "label")
}

fn merge_edition_words(releases: &[&ProviderRelease]) -> Option<Sourced<Vec<String>>> {
    let words = releases.iter().flat_map(|e| words_of_entry(e).into_iter().map(|word| (word, e.source())));
    let mut merged = collect(words)?;
    // In order of importance, whichever provider states them.
    merged.value = edition::order_words(merged.value);
    Some(merged)
}

/// Returns the types that any provider states. Exactly one states the length: the first provider's, or a more precise
/// one (a maxi-single is a single, a mini-album is an album).
fn merge_types(releases: &[&ProviderRelease]) -> Option<Sourced<Vec<ReleaseType>>> {
    let all = releases.iter().flat_map(|e| e.types.iter().map(|kind| (*kind, e.source())));
    let mut merged = collect(all)?;
    let lengths = merged.value.iter().copied().filter(|kind| kind.is_length()).collect::<Vec<_>>();
    let exact = |kind: ReleaseType| match kind {
        ReleaseType::Single if lengths.contains(&ReleaseType::MaxiSingle) => ReleaseType::MaxiSingle,
        ReleaseType::Album if lengths.contains(&ReleaseType::MiniAlbum) => ReleaseType::MiniAlbum,
        kind => kind,
    };
    let length = lengths.first().copied().map(exact);
    merged.value.retain(|kind| !kind.is_length());
    merged.value.splice(0..0, length);
    Some(merged)
}

/// Returns true for classical music: by genre, or by an artist credit of the form `composer; performers`.
pub(super) fn is_classical(entry: &ProviderRelease) -> bool {
    credits::is_classical(&entry.genres)
        || entry.artist.iter().flat_map(|credit| &credit.0).any(|artist| artist.join.trim() == ";")
}

fn credited_composers(entry: &ProviderRelease) -> Vec<String> {
    let composers = entry.credits.iter().filter(|credit| credit.role == CreditRole::Composer);
    composers.map(|credit| credit.name.clone()).collect()
}

/// Returns true if the only composer is a famous one who is not in the artist credit, which then names performers.
fn has_famous_composer(entry: &ProviderRelease) -> bool {
    matches!(credited_composers(entry).as_slice(), [composer] if is_famous_composer(composer))
}

/// Removes short forms of a name if the full form is present: keeps `Antonio Vivaldi` and drops `Vivaldi`.
fn drop_repeated_names(names: &mut Vec<String>) {
    let all = names.clone();
    names.retain(|name| !all.iter().any(|other| is_fuller_name(other, name)));
}

/// Fills composers, conductors and performers of classical music, and the composers of soundtracks.
fn merge_credits(merged: &mut Release, releases: &[&ProviderRelease]) {
    if !releases.iter().any(|entry| is_classical(entry)) {
        let is_soundtrack = merged.types.as_ref().is_some_and(|types| types.value.contains(&ReleaseType::Soundtrack));
        merged.composers = merge_lists(releases, credited_composers).filter(|_| is_soundtrack);
        return;
    }
    let named = |role: CreditRole| {
        let read = move |entry: &ProviderRelease| {
            let is_composer = |name: &str| {
                let is_same = |known: &String| known == name || is_fuller_name(known, name);
                credited_composers(entry).iter().any(is_same)
            };
            let title = entry.title.as_deref().unwrap_or_default();
            let from_artist = entry.artist.as_ref().map(|credit| {
                let (composers, performers) = credits::split_classical(credit, title, is_composer);
                match role {
                    CreditRole::Composer => composers,
                    CreditRole::Performer if composers.is_empty() && has_famous_composer(entry) => {
                        credit.0.iter().map(|artist| artist.name.clone()).collect()
                    }
                    CreditRole::Performer => performers,
                    CreditRole::Conductor => credits::credited_conductors(credit),
                }
            });
            let from_artist = from_artist.unwrap_or_default();
            let credited = entry.credits.iter().filter(|credit| credit.role == role).map(|credit| credit.name.clone());
            from_artist.into_iter().chain(credited).collect::<Vec<_>>()
        };
        merge_lists(releases, read)
    };
    merged.composers = named(CreditRole::Composer);
    if let Some(composers) = &mut merged.composers {
        drop_repeated_names(&mut composers.value);
    }
    merged.conductors = named(CreditRole::Conductor);
    merged.performers = named(CreditRole::Performer);
    let taken = [&merged.composers, &merged.conductors].into_iter().flatten().flat_map(|list| list.value.clone());
    let taken = taken.collect::<Vec<_>>();
    if let Some(performers) = &mut merged.performers {
        drop_repeated_names(&mut performers.value);
        performers.value.retain(|name| !taken.iter().any(|taken| taken == name || is_fuller_name(taken, name)));
    }
    merged.performers = merged.performers.take().filter(|list| !list.value.is_empty());
}
