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
        projection: &JobProjection,
        is_now: bool,
        draw_context: DrawContext<'_>,
    ) {
        let (counts, upstreams) = areas;
        let message = if is_now { self.progress_text(projection, draw_context) } else { None };
        let (above, beside) = if upstreams.is_empty() { (message, None) } else { (None, message) };
        frame.render_widget(render_counts(projection, above, counts.width, draw_context), counts);
        frame.render_widget(
            upstream_bar::upstream_line(&self.upstreams, beside, draw_context.theme, upstreams.width),
            upstreams,
        );
    }

    /// `42 items/min  about 12 min left: discogs, 60 a minute  `; what stands beside it keeps its distance.
    fn progress_text(&mut self, projection: &JobProjection, draw: DrawContext<'_>) -> Option<String> {
        let pace = self.throughput.items_per_minute(projection, draw.now);
        let left = self.eta.remaining_summary(projection, &self.upstreams, draw.now);
        let message = pace.into_iter().chain(left).map(|message| message + "  ").collect::<String>();
        (!message.is_empty()).then_some(message)
    }
}
