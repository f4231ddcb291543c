//! The line with the progress of a job: a bar with the share of finished items, the number of items that have passed
//! each stage, and a sparkline of the throughput.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::screen::DrawContext;
use crate::stage_counts::StageCounts;
use crate::theme::Theme;
use domain::job_projection::JobProjection;

/// The bar's share of the line as a divisor, and its minimum and maximum cells.
const BAR_SHARE: u16 = 5;
const BAR_CELLS: std::ops::RangeInclusive<u16> = 8..=30;

/// Time that one bar of the sparkline covers, and the number of bars.
const SPARKLINE_STEP: SignedDuration = SignedDuration::from_secs(5);
const SPARKLINE_BARS: usize = 12;

/// Minimum number of bars in a sparkline that is cut for lack of room.
const MIN_CUT_BARS: usize = 4;

/// The bars of a sparkline, from the lowest to the highest.
const SPARKLINE_GLYPHS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Number of finished items at each step of the last minute.
#[derive(Default)]
pub(super) struct ProgressHistory(VecDeque<(Timestamp, u64)>);

impl ProgressHistory {
    /// Records the number of finished items, at most once per step.
    pub(super) fn record(&mut self, projection: &JobProjection, now: Timestamp) {
        let since_last = self.0.back().map(|(last, _)| now.duration_since(*last));
        if since_last.is_some_and(|since| since.is_negative()) {
            self.0.clear();
        }
        if since_last.is_none_or(|since| since >= SPARKLINE_STEP || since.is_negative()) {
            self.0.push_back((now, projection.counts.done));
        }
        while self.0.len() > SPARKLINE_BARS + 1 {
            self.0.pop_front();
        }
    }

    /// Returns a bar for each step; empty before the second step, and without Unicode.
    pub(super) fn draw_sparkline(&self, theme: Theme) -> String {
        // A decision reduces the number of finished items.
        let finished = self.0.iter().zip(self.0.iter().skip(1)).map(|(from, to)| to.1.saturating_sub(from.1));
        let finished = finished.collect::<Vec<_>>();
        let highest = finished.iter().copied().max().unwrap_or_default().max(1);
        let last = SPARKLINE_GLYPHS.len() as u64 - 1;
        let glyph = |count: &u64| SPARKLINE_GLYPHS[usize::try_from(count * last / highest).unwrap_or_default()];
        if theme.unicode { finished.iter().map(glyph).collect() } else { String::new() }
    }
}

/// Returns `[██████░░░░] 60%  identified 70  priced 64  cover 61  drafted 50  ▁▃▅█`, or the first parts that fit.
pub(super) fn render_progress(
    projection: &JobProjection,
    stages: Option<StageCounts>,
    sparkline: &str,
    width: u16,
    draw: DrawContext<'_>,
) -> Line<'static> {
    let counts = &projection.counts;
    let percent = (counts.done * 100).checked_div(counts.total).unwrap_or_default();
    let cells = (width / BAR_SHARE).clamp(*BAR_CELLS.start(), *BAR_CELLS.end());
    let full = usize::try_from(u64::from(cells) * percent / 100).unwrap_or_default();
    let empty = usize::from(cells).saturating_sub(full);
    let theme = draw.theme;
    let mut spans = vec![
        Span::styled(theme.glyph("█", "#").repeat(full), theme.success_style()),
        Span::styled(theme.glyph("░", ".").repeat(empty), theme.muted_style()),
        Span::styled(format!(" {percent}%"), theme.heading_style()),
    ];
    let parts = stages.map(|stages| {
        [
            ("identified", stages.identified),
            ("priced", stages.priced),
            ("cover", stages.with_cover),
            ("drafted", stages.drafted),
        ]
    });
    let parts = parts.into_iter().flatten().map(|(label, count)| format!("  {label} {count}"));
    let mut room = usize::from(width).saturating_sub(spans.iter().map(Span::width).sum());
    for text in parts {
        let Some(left) = room.checked_sub(text.width()) else { break };
        room = left;
        spans.push(Span::raw(text));
    }
    spans.extend(newest_bars(sparkline, room.saturating_sub(2)).map(|bars| Span::raw(format!("  {bars}"))));
    Line::from(spans)
}

/// Returns the newest bars of a sparkline that fit; `None` if they are too few to show a trend.
fn newest_bars(sparkline: &str, room: usize) -> Option<String> {
    let bars = sparkline.chars().count();
    let shown = bars.min(room);
    (shown > 0 && (shown == bars || shown >= MIN_CUT_BARS))
        .then(|| sparkline.chars().skip(bars.saturating_sub(shown)).collect())
}
