//! How a batch stands: counts that add up, with how long it still takes.

use ratatui::text::{Line, Span};

use crate::pane::Look;
use domain::board::Board;
use domain::outcome::Status;
use domain::screen::clean;

/// `running  31/83  ✓ 12 exported  ? 4 needs_review  ✗ 1 failed  2 lines not taken`, and where that has no room
/// `running  31/83  ✓ 12  ? 4  ✗ 1  2 lines`.
pub(super) fn counted(board: &Board, left: Option<String>, width: u16, look: Look<'_>) -> Line<'static> {
    let counts = &board.counts;
    let mut spans = vec![
        Span::styled(board.state.to_string(), look.theme.heading()),
        Span::raw(format!("  {}/{}  ", counts.done, counts.total)),
    ];
    let taken = Line::from(spans.clone()).width();
    let in_words = states(board, true, look);
    let has_room = taken + in_words.iter().map(Span::width).sum::<usize>() <= usize::from(width) + GAP;
    spans.extend(if has_room { in_words } else { states(board, false, look) });
    spans.extend(left.map(|words| Span::styled(words, look.theme.faint())));
    spans.extend(board.why.as_deref().map(|why| Span::raw(clean(why).into_owned())));
    Line::from(spans)
}

/// Cells behind a count, of which the last may be cut off.
const GAP: usize = 2;

/// Items by state, those that are paused, and lines that were not taken. Without words, states of one sign are one.
fn states(board: &Board, in_words: bool, look: Look<'_>) -> Vec<Span<'static>> {
    let counts = &board.counts;
    let mut shown: Vec<(&str, u64, Status)> = Vec::new();
    for status in Status::ALL.into_iter().filter(|status| counts.of(*status) > 0) {
        let sign = look.theme.sign(Some(status));
        match shown.iter_mut().find(|(known, ..)| *known == sign && !in_words) {
            Some((_, count, _)) => *count += counts.of(status),
            None => shown.push((sign, counts.of(status), status)),
        }
    }
    let mut spans = Vec::new();
    for (sign, count, status) in shown {
        let word = if in_words { format!(" {status}") } else { String::new() };
        spans.push(Span::styled(format!("{sign} {count}{word}  "), look.theme.of(status)));
    }
    let doubtful = |text: String| Span::styled(text, look.theme.doubtful());
    if counts.held > 0 {
        let word = if in_words { " paused" } else { "" };
        spans.push(doubtful(format!("{} {}{word}  ", look.theme.pick("‖", "|"), counts.held)));
    }
    if counts.refused_lines > 0 {
        let lines = if counts.refused_lines == 1 { "line" } else { "lines" };
        let word = if in_words { " not taken" } else { "" };
        spans.push(doubtful(format!("{} {lines}{word}  ", counts.refused_lines)));
    }
    spans
}
