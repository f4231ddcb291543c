//! What stands over the table: counts, throughput, the time that is left, and the upstreams.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::counts::counted;
use crate::gauges;
use crate::operations::Gauge;
use crate::pane::Look;
use domain::board::Board;
use domain::outlook::{Outlook, Throughput};

/// From this height on, the upstreams have a line.
const ROOM_FOR_GAUGES: u16 = 9;

/// The run since it is watched.
#[derive(Default)]
pub(super) struct Head {
    pub(super) gauges: Vec<Gauge>,
    left: Outlook,
    throughput: Throughput,
}

impl Head {
    /// The lines that the upstreams take where there are so many.
    pub(super) fn lines(&self, height: u16) -> u16 {
        u16::from(!self.gauges.is_empty() && height >= ROOM_FOR_GAUGES)
    }

    /// Draws the counts, and the upstreams where they have a line. `is_now` is false of a moment that is looked back at.
    pub(super) fn draw(
        &mut self,
        frame: &mut Frame<'_>,
        areas: (Rect, Rect),
        board: &Board,
        is_now: bool,
        look: Look<'_>,
    ) {
        let (counts, upstreams) = areas;
        let words = if is_now { self.words(board, look) } else { None };
        let (above, beside) = if upstreams.is_empty() { (words, None) } else { (None, words) };
        frame.render_widget(counted(board, above, counts.width, look), counts);
        frame.render_widget(gauges::line(&self.gauges, beside, look.theme, upstreams.width), upstreams);
    }

    /// `42 items/min  about 12 min left: discogs, 60 a minute  `; what stands beside it keeps its distance.
    fn words(&mut self, board: &Board, look: Look<'_>) -> Option<String> {
        let pace = self.throughput.words(board, look.now);
        let left = self.left.left(board, &self.gauges, look.now);
        let words = pace.into_iter().chain(left).map(|words| words + "  ").collect::<String>();
        (!words.is_empty()).then_some(words)
    }
}
