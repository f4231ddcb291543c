//! The line with a job's counts: its items by status, with throughput and remaining time.

use ratatui::text::{Line, Span};

use crate::item_activity::status_label;
use crate::screen::DrawContext;
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;

/// Returns `running  31/83  ✓ 12 exported  ? 4 needs review  ✗ 1 failed  2 lines skipped`. If this is wider than
/// `width`, returns `running  31/83  ✓ 12  ? 4  ✗ 1  2 lines`. `progress` follows the counts.
pub(super) fn render_counts(
    projection: &JobProjection,
    progress: Option<String>,
    width: u16,
    draw: DrawContext<'_>,
) -> Line<'static> {
    let counts = &projection.counts;
    let mut spans = vec![
        Span::styled(projection.state.to_string(), draw.theme.heading_style()),
        Span::raw(format!("  {}/{}  ", counts.done, counts.total)),
    ];
    let used = Line::from(spans.clone()).width();
    let with_labels = status_spans(projection, true, draw);
    let has_room = used + with_labels.iter().map(Span::width).sum::<usize>() <= usize::from(width) + COUNT_GAP;
    spans.extend(if has_room { with_labels } else { status_spans(projection, false, draw) });
    spans.extend(progress.map(|text| Span::styled(text, draw.theme.muted_style())));
    let used = spans.iter().map(Span::width).sum::<usize>();
    let room = usize::from(width).saturating_sub(used);
    let why = projection.why.as_deref().filter(|_| room > 0).map(strip_terminal_controls);
    spans.extend(why.map(|why| Span::raw(fit_to_width(&why, room))));
    Line::from(spans)
}

/// Number of empty cells after a count. Those after the last count may be cut off.
const COUNT_GAP: usize = 2;

/// Returns the number of items of each status, of paused items and of rejected lines. Without labels, statuses with the
/// same symbol share one count.
fn status_spans(projection: &JobProjection, with_labels: bool, draw: DrawContext<'_>) -> Vec<Span<'static>> {
    let counts = &projection.counts;
    let mut shown: Vec<(&str, u64, Status)> = Vec::new();
    for status in Status::ALL.into_iter().filter(|status| counts.for_status(*status) > 0) {
        let symbol = draw.theme.status_symbol(Some(status));
        match shown.iter_mut().find(|(shown_symbol, ..)| *shown_symbol == symbol && !with_labels) {
            Some((_, count, _)) => *count += counts.for_status(status),
            None => shown.push((symbol, counts.for_status(status), status)),
        }
    }
    let mut spans = Vec::new();
    for (symbol, count, status) in shown {
        let label = if with_labels { format!(" {}", status_label(status)) } else { String::new() };
        spans.push(Span::styled(format!("{symbol} {count}{label}  "), draw.theme.status_style(status)));
    }
    let warning = |text: String| Span::styled(text, draw.theme.warning_style());
    if counts.paused > 0 {
        let label = if with_labels { " paused" } else { "" };
        spans.push(warning(format!("{} {}{label}  ", draw.theme.glyph("‖", "|"), counts.paused)));
    }
    if counts.rejected_lines > 0 {
        let lines = format_count(counts.rejected_lines, "line", "lines");
        let label = if with_labels { " skipped" } else { "" };
        spans.push(warning(format!("{lines}{label}  ")));
    }
    spans
}
