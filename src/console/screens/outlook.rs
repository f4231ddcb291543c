//! How a batch stands: counts that add up, with how long it still takes.

use ratatui::text::{Line, Span};

use crate::console::pane::Look;
use crate::domain::board::Board;
use crate::domain::outcome::Status;
use crate::domain::screen::clean;

/// `running  31/83   12 exported  4 needs_review  1 failed   2 lines not taken`
pub(super) fn counted(board: &Board, left: Option<String>, look: Look<'_>) -> Line<'static> {
    let counts = &board.counts;
    let mut spans = vec![
        Span::styled(board.state.to_string(), look.theme.heading()),
        Span::raw(format!("  {}/{}  ", counts.done, counts.total)),
    ];
    for status in Status::ALL.into_iter().filter(|status| counts.of(*status) > 0) {
        let sign = look.theme.sign(Some(status));
        spans.push(Span::styled(format!("{sign} {} {status}  ", counts.of(status)), look.theme.of(status)));
    }
    if counts.held > 0 {
        spans.push(Span::styled(
            format!("{} {} paused  ", look.theme.pick("‖", "|"), counts.held),
            look.theme.doubtful(),
        ));
    }
    if counts.refused_lines > 0 {
        let lines = if counts.refused_lines == 1 { "line" } else { "lines" };
        spans.push(Span::styled(format!("{} {lines} not taken  ", counts.refused_lines), look.theme.doubtful()));
    }
    spans.extend(left.map(|words| Span::styled(words, look.theme.faint())));
    spans.extend(board.why.as_deref().map(|why| Span::raw(clean(why).into_owned())));
    Line::from(spans)
}
