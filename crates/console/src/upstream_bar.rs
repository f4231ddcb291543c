//! The upstream services as text: for each its name, the used share of its rate limit, the number of waiting requests,
//! and until when it is paused. The text is complete; bars and colors only repeat it.

use std::cmp::Reverse;

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::backend::UpstreamStatus;
use super::theme::Theme;
use domain::provider::display_name_of;
use domain::terminal_text::strip_terminal_controls;
use domain::text::count::format_count;

/// Number of cells of a bar, without its brackets.
const BAR_CELLS: u8 = 5;

/// Returns one line of `width` cells: `progress` (throughput and remaining time), then as many active services as fit,
/// the bottleneck first.
pub(super) fn upstream_line(
    gauges: &[UpstreamStatus],
    progress: Option<String>,
    theme: Theme,
    width: u16,
) -> Line<'static> {
    let mut shown = gauges.iter().filter(|gauge| is_active(gauge)).collect::<Vec<_>>();
    shown.sort_by_key(|gauge| (gauge.paused_until.is_none(), Reverse(gauge.waiting)));
    let mut used_cells = progress.as_deref().map_or(0, UnicodeWidthStr::width);
    let mut spans = progress.map(|text| Span::styled(text, theme.heading_style())).into_iter().collect::<Vec<_>>();
    for (index, gauge) in shown.iter().enumerate() {
        let text = status_text(gauge, theme);
        let hidden = format_count(shown.len() - index, "more service", "more services");
        let is_last = index + 1 == shown.len();
        let reserved = if is_last { 0 } else { hidden.width() + 2 };
        if used_cells + text.width() + reserved > usize::from(width) {
            if used_cells + hidden.width() <= usize::from(width) {
                spans.push(Span::styled(hidden, theme.muted_style()));
            }
            break;
        }
        used_cells += text.width() + 2;
        let style = match gauge.paused_until {
            Some(_) if gauge.circuit_open => theme.error_style(),
            Some(_) => theme.warning_style(),
            None => theme.muted_style(),
        };
        spans.push(Span::styled(text, style));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

/// Returns the services that are paused or have waiting requests, the one with the most first, followed by
/// `backend_name`, in at most `width` cells.
pub(super) fn upstream_summary(gauges: &[UpstreamStatus], backend_name: &str, width: usize) -> String {
    let mut busy = gauges.iter().filter(|gauge| is_busy(gauge)).collect::<Vec<_>>();
    busy.sort_by_key(|gauge| Reverse(gauge.waiting));
    let mut text = String::new();
    for gauge in busy {
        let part = match gauge.paused_until {
            Some(until) => format!("{} paused until {} · ", shown_name(gauge), until.strftime("%H:%M:%S")),
            None => format!("{} {} waiting · ", shown_name(gauge), gauge.waiting),
        };
        if text.width() + part.width() + backend_name.width() > width {
            break;
        }
        text += &part;
    }
    text + backend_name
}

fn is_busy(gauge: &UpstreamStatus) -> bool {
    gauge.waiting > 0 || gauge.paused_until.is_some()
}

fn is_active(gauge: &UpstreamStatus) -> bool {
    gauge.requests > 0 || is_busy(gauge)
}

/// Returns the name as the service writes it, such as `Discogs`.
fn shown_name(gauge: &UpstreamStatus) -> String {
    strip_terminal_controls(&display_name_of(&gauge.name)).into_owned()
}

/// Describes a service: `Discogs [███▏ ] 70% of limit, 12 waiting` or `MusicBrainz unavailable until 14:03:11`.
fn status_text(gauge: &UpstreamStatus, theme: Theme) -> String {
    let name = shown_name(gauge);
    if let Some(until) = gauge.paused_until {
        let reason = if gauge.circuit_open { "unavailable" } else { "paused" };
        return format!("{name} {reason} until {}", until.strftime("%H:%M:%S"));
    }
    let waiting = if gauge.waiting > 0 { format!(", {} waiting", gauge.waiting) } else { String::new() };
    match gauge.used_percent() {
        Some(used_percent) => format!("{name} {} {used_percent}% of limit{waiting}", usage_bar(used_percent, theme)),
        None => format!("{name} {} per minute{waiting}", gauge.requests_last_minute),
    }
}

/// Returns a bar such as `[###  ]`. It is only empty at 0 % and only full at 100 %.
fn usage_bar(used_percent: u8, theme: Theme) -> String {
    let rounded = (u16::from(used_percent) * u16::from(BAR_CELLS) + 50) / 100;
    let full = usize::from(match used_percent {
        0 => 0,
        1..100 => rounded.clamp(1, u16::from(BAR_CELLS) - 1),
        100.. => u16::from(BAR_CELLS),
    });
    let (full_cell, empty_cell) = (theme.glyph("█", "#"), theme.glyph("░", "."));
    format!("[{}{}]", full_cell.repeat(full), empty_cell.repeat(usize::from(BAR_CELLS) - full))
}
