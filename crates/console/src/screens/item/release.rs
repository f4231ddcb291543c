//! Which release it is: every field with who says so, and what the others say instead.

use std::fmt::Display;

use ratatui::text::Span;

use super::page::{NAMES, Row};
use crate::pane::Look;
use domain::matching::{Match, Verdict};
use domain::release::{EntryId, Release, Track};
use domain::screen::{clean, fit};
use domain::sourced::Sourced;

/// What was found out, or the candidates where that is not decided.
pub(super) fn rows(verdict: Option<&Verdict>, look: Look<'_>) -> Vec<Row> {
    match verdict {
        Some(Verdict::Matched { found, .. }) => facts(&found.release, look),
        Some(Verdict::Ambiguous { candidates, differences }) => undecided(candidates, differences, look),
        Some(Verdict::Unknown { asked }) => {
            let asked = asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            vec![Row::text(&format!("nobody knows this barcode; asked: {asked}"), look.theme.doubtful())]
        }
        None => vec![Row::text("not looked up yet", look.theme.faint())],
    }
}

fn facts(release: &Release, look: Look<'_>) -> Vec<Row> {
    let mut rows = [
        field("artist", release.artist.as_ref(), ToString::to_string, look),
        field("title", release.title.as_ref(), Clone::clone, look),
        field("label", release.label.as_ref(), Clone::clone, look),
        field("catalog no.", release.catalog_number.as_ref(), Clone::clone, look),
        field("date", release.date.as_ref(), ToString::to_string, look),
        field("country", release.country.as_ref(), |country| country.in_words().to_owned(), look),
        field("format", release.format.as_ref(), ToString::to_string, look),
        field("barcode", release.barcode.as_ref(), ToString::to_string, look),
        field("genres", release.genres.as_ref(), |genres| genres.join(", "), look),
        field("styles", release.styles.as_ref(), |styles| styles.join(", "), look),
        tracks(release, look),
    ]
    .concat();
    rows.extend(release.ids.iter().map(|id| known_as(id, look)));
    rows
}

/// A field; who agrees stands behind it, what others say below.
fn field<T>(name: &str, fact: Option<&Sourced<T>>, words: fn(&T) -> String, look: Look<'_>) -> Vec<Row> {
    let Some(fact) = fact else { return Vec::new() };
    let sources = std::iter::once(&fact.source).chain(&fact.agreed).map(ToString::to_string).collect::<Vec<_>>();
    let mut rows = vec![Row::field(name, &words(&fact.value), &sources.join(", "), look)];
    let others = fact.alternatives.iter().map(|said| other(&words(&said.value), &said.source, look));
    rows.extend(others);
    rows
}

fn other(value: &str, source: &impl Display, look: Look<'_>) -> Row {
    let said = format!("{} says ", clean(&source.to_string()));
    let spans = vec![
        Span::raw(" ".repeat(NAMES + 1)),
        Span::styled(said, look.theme.faint()),
        Span::styled(clean(value).into_owned(), look.theme.doubtful()),
    ];
    Row::new(spans).set_in(NAMES + 3).valued(value)
}

fn tracks(release: &Release, look: Look<'_>) -> Vec<Row> {
    let Some(tracks) = &release.tracks else {
        return field("tracks", release.track_count.as_ref(), ToString::to_string, look);
    };
    let mut rows = vec![Row::field("tracks", &tracks.value.len().to_string(), &tracks.source.to_string(), look)];
    rows.extend(tracks.value.iter().map(|track| one_track(track, look)));
    rows
}

fn one_track(track: &Track, look: Look<'_>) -> Row {
    let position = format!("{:>width$} ", clean(&track.position), width = NAMES);
    let length = track.length_ms.map(|ms| format!("  {}:{:02}", ms / 60_000, ms / 1_000 % 60)).unwrap_or_default();
    let spans = vec![
        Span::styled(position, look.theme.faint()),
        Span::raw(clean(&track.title).into_owned()),
        Span::styled(length, look.theme.faint()),
    ];
    Row::new(spans).set_in(NAMES + 1).valued(&track.title)
}

/// Where a person can look at it.
fn known_as(id: &EntryId, look: Look<'_>) -> Row {
    let page = match id.provider.as_str() {
        "musicbrainz" => Some(format!("https://musicbrainz.org/release/{}", id.id)),
        "discogs" => Some(format!("https://www.discogs.com/release/{}", id.id)),
        "deezer" => Some(format!("https://www.deezer.com/album/{}", id.id)),
        _ => None,
    };
    match page {
        Some(page) => Row::field("known as", &page, id.provider.as_str(), look).linked(&page),
        None => Row::field("known as", &id.id, id.provider.as_str(), look),
    }
}

fn undecided(candidates: &[Match], differences: &[String], look: Look<'_>) -> Vec<Row> {
    let words = match differences {
        [] => format!("{} pressings fit equally well", candidates.len()),
        some => format!("{} pressings fit; look at the {}", candidates.len(), some.join("; ")),
    };
    let mut rows = vec![Row::text(&words, look.theme.doubtful())];
    for (number, candidate) in candidates.iter().enumerate() {
        let name = format!("{}. {}%", number + 1, percent(candidate.score));
        rows.push(Row::text(&fit(&name, NAMES), look.theme.heading()));
        rows.extend(facts(&candidate.release, look));
    }
    rows
}

/// A score from 0 to 1, in hundredths.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100 after the clamp")]
pub(super) fn percent(score: f32) -> u8 {
    (score.clamp(0.0, 1.0) * 100.0).round() as u8
}
