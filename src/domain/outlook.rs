//! How long a run that is watched still takes. The console and the progress bar say the same.

use jiff::Timestamp;

use super::board::Board;
use super::brake::{Course, Standing};
use super::job::JobState;
use super::upstream::Upstream;

/// The run since it is watched.
#[derive(Clone, Debug, Default)]
pub struct Outlook(Option<Course>);

impl Outlook {
    /// What is left and what holds it up: `about 12 min left: discogs, 60 a minute`. From the first look at the upstreams
    /// on the run is measured; anew where it goes on after a rest. Where nobody knows the upstreams, by the pace so far.
    pub fn left(&mut self, board: &Board, upstreams: &[Upstream], now: Timestamp) -> Option<String> {
        if board.state != JobState::Running {
            self.0 = None;
        } else if self.0.is_none() && !upstreams.is_empty() {
            self.0 = Some(Course::from(standing(board, now), upstreams));
        }
        let Some(course) = &self.0 else { return by_pace(board, now) };
        Some(course.estimate(&standing(board, now), upstreams)?.words())
    }
}

fn standing(board: &Board, at: Timestamp) -> Standing {
    let counts = &board.counts;
    Standing { at, done: counts.done, left: (counts.total - counts.done).saturating_sub(counts.held) }
}

/// By the pace of the whole batch so far; nothing while nothing is done.
fn by_pace(board: &Board, now: Timestamp) -> Option<String> {
    let (done, left) = (board.counts.done, board.counts.total - board.counts.done);
    if done == 0 || left == 0 || board.ended_at.is_some() {
        return None;
    }
    let took = now.duration_since(board.started_at?).as_secs().max(0).cast_unsigned();
    let seconds = i64::try_from(u128::from(took) * u128::from(left) / u128::from(done)).ok()?;
    Some(format!("about {:#} left", jiff::SignedDuration::from_secs(seconds)))
}
