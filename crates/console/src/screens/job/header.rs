//! Lines above the table of a job: counts, throughput, remaining time, and the upstream services.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::counts::render_counts;
use crate::backend::Gauge;
use crate::screen::DrawContext;
use crate::upstream_bar;
use domain::eta_tracker::{EtaTracker, Throughput};
use domain::job_projection::JobProjection;

/// Minimum height at which the upstream services have a line.
const UPSTREAMS_MIN_HEIGHT: u16 = 9;

/// State of the lines above the table, measured since the job was attached.
#[derive(Default)]
pub(super) struct JobHeader {
    pub(super) upstreams: Vec<Gauge>,
    eta: EtaTracker,
    throughput: Throughput,
}

impl JobHeader {
    /// Returns how many lines the upstream services take on a screen of this height.
    pub(super) fn upstream_line_count(&self, height: u16) -> u16 {
        u16::from(!self.upstreams.is_empty() && height >= UPSTREAMS_MIN_HEIGHT)
    }

    /// Draws the counts, and the upstream services if they have a line. Throughput and remaining time are left out if
    /// `is_live` is false.
    pub(super) fn draw(
        &mut self,
        frame: &mut Frame<'_>,
        areas: (Rect, Rect),
        projection: &JobProjection,
        is_live: bool,
        draw_context: DrawContext<'_>,
    ) {
        let (counts, upstreams) = areas;
        let progress = if is_live { self.progress_text(projection, draw_context) } else { None };
        let (above, beside) = if upstreams.is_empty() { (progress, None) } else { (None, progress) };
        frame.render_widget(render_counts(projection, above, counts.width, draw_context), counts);
        frame.render_widget(
            upstream_bar::upstream_line(&self.upstreams, beside, draw_context.theme, upstreams.width),
            upstreams,
        );
    }

    /// Returns `42 items/min  about 12 min left: discogs, 60 a minute  `, with blanks for the text after it; `None` while
    /// nothing is known.
    fn progress_text(&mut self, projection: &JobProjection, draw: DrawContext<'_>) -> Option<String> {
        let throughput = self.throughput.items_per_minute(projection, draw.now);
        let remaining = self.eta.remaining_summary(projection, &self.upstreams, draw.now);
        let text = throughput.into_iter().chain(remaining).map(|part| part + "  ").collect::<String>();
        (!text.is_empty()).then_some(text)
    }
}
