//! Section with the release: each field with its sources, and the different values of other sources.

use ratatui::text::Span;

use super::page::{DetailRow, NAME_COLUMN_WIDTH};
use crate::screen::DrawContext;
use crate::screens::widgets::format_score;
use domain::matching::{Match, Verdict};
use domain::provenance::Sourced;
use domain::provider::{Provider, display_name_of};
use domain::release::{Release, ReleaseId, Track};
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// Returns the matched release, or all candidates if several match.
pub(super) fn render_rows(verdict: Option<&Verdict>, draw: DrawContext<'_>) -> Vec<DetailRow> {
    match verdict {
        Some(Verdict::Matched { best_match, .. }) => render_release(&best_match.release, draw),
        Some(Verdict::Ambiguous { candidates, differences }) => render_candidates(candidates, differences, draw),
        Some(Verdict::Unknown { providers }) => {
            let providers = providers.iter().map(Provider::display_name).collect::<Vec<_>>().join(", ");
            vec![DetailRow::from_text(&format!("not found; searched: {providers}"), draw.theme.warning_style())]
        }
        None => vec![DetailRow::from_text("not looked up yet", draw.theme.muted_style())],
    }
}

fn render_release(release: &Release, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let mut rows = [
        render_field("artist", release.artist.as_ref(), ToString::to_string, draw),
        render_field("title", release.title.as_ref(), Clone::clone, draw),
        render_field("label", release.label.as_ref(), Clone::clone, draw),
        render_field("catalog no.", release.catalog_number.as_ref(), Clone::clone, draw),
        render_field("date", release.date.as_ref(), ToString::to_string, draw),
        render_field("country", release.country.as_ref(), |country| country.display_name().to_owned(), draw),
        render_field("format", release.format.as_ref(), ToString::to_string, draw),
        render_field("barcode", release.barcode.as_ref(), ToString::to_string, draw),
        render_field("genres", release.genres.as_ref(), |genres| genres.join(", "), draw),
        render_field("styles", release.styles.as_ref(), |styles| styles.join(", "), draw),
        render_tracks(release, draw),
    ]
    .concat();
    rows.extend(release.ids.iter().map(|id| render_link(id, draw)));
    rows
}

/// Returns a field with all sources that agree, followed by the different values of other sources.
fn render_field<T>(
    name: &str,
    field: Option<&Sourced<T>>,
    format_value: fn(&T) -> String,
    draw: DrawContext<'_>,
) -> Vec<DetailRow> {
    let Some(field) = field else { return Vec::new() };
    let sources = std::iter::once(&field.source).chain(&field.agreed).map(Provider::as_str).collect::<Vec<_>>();
    let mut rows = vec![DetailRow::for_field(name, &format_value(&field.value), &sources.join(", "), draw)];
    let alternatives = field.alternatives.iter();
    rows.extend(alternatives.map(|other| render_alternative(&format_value(&other.value), other.source.as_str(), draw)));
    rows
}

fn render_alternative(value: &str, source: &str, draw: DrawContext<'_>) -> DetailRow {
    let text = format!("{} says ", strip_terminal_controls(&display_name_of(source)));
    let spans = vec![
        Span::raw(" ".repeat(NAME_COLUMN_WIDTH + 1)),
        Span::styled(text, draw.theme.muted_style()),
        Span::styled(strip_terminal_controls(value).into_owned(), draw.theme.warning_style()),
    ];
    DetailRow::new(spans).with_indent(NAME_COLUMN_WIDTH + 3).with_copy_value(value)
}

fn render_tracks(release: &Release, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let Some(tracks) = &release.tracks else {
        return render_field("tracks", release.track_count.as_ref(), ToString::to_string, draw);
    };
    let mut rows = vec![DetailRow::for_field("tracks", &tracks.value.len().to_string(), tracks.source.as_str(), draw)];
    rows.extend(tracks.value.iter().map(|track| render_track(track, draw)));
    rows
}

fn render_track(track: &Track, draw: DrawContext<'_>) -> DetailRow {
    let position = format!("{:>width$} ", strip_terminal_controls(&track.position), width = NAME_COLUMN_WIDTH);
    let length = track.length_ms.map(|ms| format!("  {}:{:02}", ms / 60_000, ms / 1_000 % 60)).unwrap_or_default();
    let spans = vec![
        Span::styled(position, draw.theme.muted_style()),
        Span::raw(strip_terminal_controls(&track.title).into_owned()),
        Span::styled(length, draw.theme.muted_style()),
    ];
    DetailRow::new(spans).with_indent(NAME_COLUMN_WIDTH + 1).with_copy_value(&track.title)
}

/// Returns the link to the release at its provider, or the id if the provider has no known URL.
fn render_link(id: &ReleaseId, draw: DrawContext<'_>) -> DetailRow {
    match id.provider.release_page(&id.id) {
        Some(url) => DetailRow::for_field("links", &url, id.provider.as_str(), draw).with_link(&url),
        None => DetailRow::for_field("links", &id.id, id.provider.as_str(), draw),
    }
}

fn render_candidates(candidates: &[Match], differences: &[String], draw: DrawContext<'_>) -> Vec<DetailRow> {
    let message = match differences {
        [] => format!("{} pressings match equally well", candidates.len()),
        some => format!("{} pressings match; check the {}", candidates.len(), some.join("; ")),
    };
    let mut rows = vec![DetailRow::from_text(&message, draw.theme.warning_style())];
    for (number, candidate) in candidates.iter().enumerate() {
        let name = format!("{}. {}", number + 1, format_score(candidate.score));
        rows.push(DetailRow::from_text(&fit_to_width(&name, NAME_COLUMN_WIDTH), draw.theme.heading_style()));
        rows.extend(render_release(&candidate.release, draw));
    }
    rows
}
