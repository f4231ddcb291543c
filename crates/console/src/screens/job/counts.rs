//! How a batch stands: counts that add up, with how long it still takes.

use ratatui::text::{Line, Span};

use crate::screen::DrawContext;
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::terminal_text::strip_terminal_controls;

/// `running  31/83  ✓ 12 exported  ? 4 needs_review  ✗ 1 failed  2 lines not taken`, and where that has no room
/// `running  31/83  ✓ 12  ? 4  ✗ 1  2 lines`.
pub(super) fn render_counts(
    projection: &JobProjection,
    left: Option<String>,
    width: u16,
    draw: DrawContext<'_>,
) -> Line<'static> {
    let counts = &projection.counts;
    let mut spans = vec![
        Span::styled(projection.state.to_string(), draw.theme.heading_style()),
        Span::raw(format!("  {}/{}  ", counts.done, counts.total)),
    ];
    let taken = Line::from(spans.clone()).width();
    let in_words = status_spans(projection, true, draw);
    let has_room = taken + in_words.iter().map(Span::width).sum::<usize>() <= usize::from(width) + COUNT_GAP;
    spans.extend(if has_room { in_words } else { status_spans(projection, false, draw) });
    spans.extend(left.map(|message| Span::styled(message, draw.theme.muted_style())));
    spans.extend(projection.why.as_deref().map(|why| Span::raw(strip_terminal_controls(why).into_owned())));
    Line::from(spans)
}

/// Cells behind a count, of which the last may be cut off.
const COUNT_GAP: usize = 2;

/// Items by state, those that are paused, and lines that were not taken. Without words, states of one sign are one.
fn status_spans(projection: &JobProjection, in_words: bool, draw: DrawContext<'_>) -> Vec<Span<'static>> {
    let counts = &projection.counts;
    let mut shown: Vec<(&str, u64, Status)> = Vec::new();
    for status in Status::ALL.into_iter().filter(|status| counts.for_status(*status) > 0) {
        let sign = draw.theme.status_symbol(Some(status));
        match shown.iter_mut().find(|(known, ..)| *known == sign && !in_words) {
            Some((_, count, _)) => *count += counts.for_status(status),
            None => shown.push((sign, counts.for_status(status), status)),
        }
    }
    let mut spans = Vec::new();
    for (sign, count, status) in shown {
        let word = if in_words { format!(" {status}") } else { String::new() };
        spans.push(Span::styled(format!("{sign} {count}{word}  "), draw.theme.status_style(status)));
    }
    let doubtful = |text: String| Span::styled(text, draw.theme.warning_style());
    if counts.paused > 0 {
        let word = if in_words { " paused" } else { "" };
        spans.push(doubtful(format!("{} {}{word}  ", draw.theme.glyph("‖", "|"), counts.paused)));
    }
    if counts.rejected_lines > 0 {
        let lines = if counts.rejected_lines == 1 { "line" } else { "lines" };
        let word = if in_words { " not taken" } else { "" };
        spans.push(doubtful(format!("{} {lines}{word}  ", counts.rejected_lines)));
    }
    spans
}
