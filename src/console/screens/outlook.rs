//! How a batch stands: counts that add up, and how long it still takes.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::console::operations::Gauge;
use crate::console::pane::Look;
use crate::domain::board::Board;
use crate::domain::brake::{Course, Standing};
use crate::domain::job::JobState;
use crate::domain::outcome::Status;
use crate::domain::screen::clean;

/// The run since it is watched.
#[derive(Default)]
pub(super) struct Outlook(Option<Course>);

impl Outlook {
    /// What is left, and what holds it up. From the first look at the upstreams on the run is measured; anew where it
    /// goes on after a rest.
    pub(super) fn left(&mut self, board: &Board, gauges: &[Gauge], now: Timestamp) -> Option<String> {
        if board.state != JobState::Running {
            self.0 = None;
        } else if self.0.is_none() && !gauges.is_empty() {
            self.0 = Some(Course::from(standing(board, now), gauges));
        }
        let Some(course) = &self.0 else { return time_left(board, now) };
        let estimate = course.estimate(&standing(board, now), gauges)?;
        Some(format!("{}  ", estimate.words()))
    }
}

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

fn standing(board: &Board, at: Timestamp) -> Standing {
    let counts = &board.counts;
    Standing { at, done: counts.done, left: (counts.total - counts.done).saturating_sub(counts.held) }
}

/// By the pace of the whole batch so far; nothing while nothing is done.
fn time_left(board: &Board, now: Timestamp) -> Option<String> {
    let (done, left) = (board.counts.done, board.counts.total - board.counts.done);
    if done == 0 || left == 0 || board.ended_at.is_some() {
        return None;
    }
    let took = now.duration_since(board.started_at?).as_secs().max(0).cast_unsigned();
    let seconds = i64::try_from(u128::from(took) * u128::from(left) / u128::from(done)).ok()?;
    Some(format!("about {:#} left  ", jiff::SignedDuration::from_secs(seconds)))
}
