//! The line with a job's counts: its items by status, with throughput and remaining time.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::item_activity::status_label;
use crate::screen::DrawContext;
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;

/// Returns `running  31/83  ✓ 12 exported  ? 4 needs review  ✗ 1 failed  2 lines skipped`. If this is wider than
/// `width`, labels are left out from the last one on: `running  31/83  ✓ 12 exported  ? 4  ✗ 1  2 lines`. `progress`
/// follows the counts.
pub(super) fn render_counts(
    projection: &JobProjection,
    progress: Option<String>,
    width: u16,
    draw: DrawContext<'_>,
) -> Line<'static> {
    let counts = &projection.counts;
    let state = if projection.waits_for_scans() { "open for scans".to_owned() } else { projection.state.to_string() };
    let mut spans = vec![
        Span::styled(state, draw.theme.heading_style()),
        Span::raw(format!("  {}/{}  ", counts.done, counts.total)),
    ];
    let used = Line::from(spans.clone()).width() + progress.as_deref().map_or(0, |text| text.width() + COUNT_GAP);
    let room = (usize::from(width) + COUNT_GAP).saturating_sub(used);
    let has_room = |shown: &Vec<Span<'_>>| shown.iter().map(Span::width).sum::<usize>() <= room;
    let with_labels = (1..=MAX_LABELS).rev().map(|labels| status_spans(projection, labels, draw)).find(has_room);
    spans.extend(with_labels.unwrap_or_else(|| status_spans(projection, 0, draw)));
    spans.extend(progress.map(|text| Span::styled(text, draw.theme.muted_style())));
    let used = spans.iter().map(Span::width).sum::<usize>();
    let room = usize::from(width).saturating_sub(used);
    let why = projection.why.as_deref().filter(|_| room > 0).map(strip_terminal_controls);
    spans.extend(why.map(|why| Span::raw(fit_to_width(&why, room))));
    Line::from(spans)
}

/// Number of empty cells after a count. Those after the last count may be cut off.
const COUNT_GAP: usize = 2;

/// Maximum number of labels: one for each status, for paused items and for rejected lines.
const MAX_LABELS: usize = Status::ALL.len() + 2;

/// Returns the number of items of each status, of paused items and of rejected lines, the first `labels` of them with
/// labels. Statuses without a label share the count of their symbol.
fn status_spans(projection: &JobProjection, labels: usize, draw: DrawContext<'_>) -> Vec<Span<'static>> {
    let counts = &projection.counts;
    let mut shown: Vec<(String, u64, &str, Style)> = Vec::new();
    for status in Status::ALL.into_iter().filter(|status| counts.for_status(*status) > 0) {
        let (symbol, count) = (draw.theme.status_symbol(Some(status)), counts.for_status(status));
        let has_label = shown.len() < labels;
        let shared = shown.iter_mut().find(|(other, _, label, _)| other == symbol && label.is_empty() && !has_label);
        if let Some((_, total, ..)) = shared {
            *total += count;
        } else {
            let label = if has_label { status_label(status) } else { "" };
            shown.push((symbol.to_owned(), count, label, draw.theme.status_style(status)));
        }
    }
    if counts.paused > 0 {
        let label = if shown.len() < labels { "paused" } else { "" };
        shown.push((draw.theme.glyph("‖", "|").to_owned(), counts.paused, label, draw.theme.warning_style()));
    }
    let mut spans = shown
        .iter()
        .map(|(symbol, count, label, style)| {
            let label = if label.is_empty() { String::new() } else { format!(" {label}") };
            Span::styled(format!("{symbol} {count}{label}  "), *style)
        })
        .collect::<Vec<_>>();
    if counts.rejected_lines > 0 {
        let lines = format_count(counts.rejected_lines, "line", "lines");
        let label = if shown.len() < labels { " skipped" } else { "" };
        spans.push(Span::styled(format!("{lines}{label}  "), draw.theme.warning_style()));
    }
    spans
}
