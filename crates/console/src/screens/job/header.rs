//! What stands over the table: counts, throughput, the time that is left, and the upstreams.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::counts::render_counts;
use crate::backend::Gauge;
use crate::screen::DrawContext;
use crate::upstream_bar;
use domain::eta_tracker::{EtaTracker, Throughput};
use domain::job_projection::JobProjection;

/// From this height on, the upstreams have a line.
const UPSTREAMS_MIN_HEIGHT: u16 = 9;

/// The run since it is watched.
#[derive(Default)]
pub(super) struct JobHeader {
    pub(super) upstreams: Vec<Gauge>,
    eta: EtaTracker,
    throughput: Throughput,
}

impl JobHeader {
    /// The lines that the upstreams take where there are so many.
    pub(super) fn upstream_line_count(&self, height: u16) -> u16 {
        u16::from(!self.upstreams.is_empty() && height >= UPSTREAMS_MIN_HEIGHT)
    }

    /// Draws the counts, and the upstreams where they have a line. `is_now` is false of a moment that is looked back at.
    pub(super) fn draw(
        &mut self,
        frame: &mut Frame<'_>,
        areas: (Rect, Rect),
        board: &JobProjection,
        is_now: bool,
        look: DrawContext<'_>,
    ) {
        let (counts, upstreams) = areas;
        let words = if is_now { self.progress_text(board, look) } else { None };
        let (above, beside) = if upstreams.is_empty() { (words, None) } else { (None, words) };
        frame.render_widget(render_counts(board, above, counts.width, look), counts);
        frame.render_widget(
            upstream_bar::upstream_line(&self.upstreams, beside, look.theme, upstreams.width),
            upstreams,
        );
    }

    /// `42 items/min  about 12 min left: discogs, 60 a minute  `; what stands beside it keeps its distance.
    fn progress_text(&mut self, board: &JobProjection, look: DrawContext<'_>) -> Option<String> {
        let pace = self.throughput.items_per_minute(board, look.now);
        let left = self.eta.remaining_summary(board, &self.upstreams, look.now);
        let words = pace.into_iter().chain(left).map(|words| words + "  ").collect::<String>();
        (!words.is_empty()).then_some(words)
    }
}
