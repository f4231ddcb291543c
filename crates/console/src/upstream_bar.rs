//! The upstreams as small gauges: a name, how much of its limit is used, who waits, until when it is left alone. The
//! words say all of it; the bar and the colours say it once more.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::backend::Gauge;
use super::theme::Theme;
use domain::terminal_text::strip_terminal_controls;

/// Cells of a bar.
const BAR_CELLS: u8 = 5;

/// One line of `width` cells: how fast the run is and how long it still takes (`left`), then those that hold others up
/// first, and as many as have room.
pub(super) fn upstream_line(gauges: &[Gauge], left: Option<String>, theme: Theme, width: u16) -> Line<'static> {
    let mut shown = gauges.iter().filter(|gauge| is_active(gauge)).collect::<Vec<_>>();
    shown.sort_by_key(|gauge| (gauge.paused_until.is_none(), std::cmp::Reverse(gauge.waiting)));
    let mut taken = left.as_deref().map_or(0, UnicodeWidthStr::width);
    let mut spans = left.map(|left| Span::styled(left, theme.heading_style())).into_iter().collect::<Vec<_>>();
    for (number, gauge) in shown.iter().enumerate() {
        let text = status_text(gauge, theme);
        let more = format!("+{}", shown.len() - number);
        if taken + text.width() + more.width() > usize::from(width) {
            spans.push(Span::styled(more, theme.muted_style()));
            break;
        }
        taken += text.width() + 2;
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

fn is_active(gauge: &Gauge) -> bool {
    gauge.requests > 0 || gauge.waiting > 0 || gauge.paused_until.is_some()
}

/// `discogs [███▏ ] 70% 12 waiting`, `musicbrainz sick until 14:03:11`
fn status_text(gauge: &Gauge, theme: Theme) -> String {
    let name = strip_terminal_controls(&gauge.name);
    if let Some(until) = gauge.paused_until {
        let why = if gauge.circuit_open { "sick" } else { "quiet" };
        return format!("{name} {why} until {}", until.strftime("%H:%M:%S"));
    }
    let waiting = if gauge.waiting > 0 { format!(" {} wait", gauge.waiting) } else { String::new() };
    match gauge.used_percent() {
        Some(used) => format!("{name} {} {used}%{waiting}", usage_bar(used, theme)),
        None => format!("{name} {}/min{waiting}", gauge.requests_last_minute),
    }
}

/// `[###  ]`
fn usage_bar(used: u8, theme: Theme) -> String {
    let full = usize::from((u16::from(used) * u16::from(BAR_CELLS)).div_ceil(100).min(u16::from(BAR_CELLS)));
    let (sign, none) = (theme.glyph("█", "#"), theme.glyph("░", "."));
    format!("[{}{}]", sign.repeat(full), none.repeat(usize::from(BAR_CELLS) - full))
}
