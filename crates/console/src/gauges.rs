//! The upstreams as small gauges: a name, how much of its limit is used, who waits, until when it is left alone. The
//! words say all of it; the bar and the colours say it once more.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::operations::Gauge;
use super::theme::Theme;
use domain::screen::clean;

/// Cells of a bar.
const CELLS: u8 = 5;

/// One line of `width` cells: how fast the run is and how long it still takes (`left`), then those that hold others up
/// first, and as many as have room.
pub(super) fn line(gauges: &[Gauge], left: Option<String>, theme: Theme, width: u16) -> Line<'static> {
    let mut shown = gauges.iter().filter(|gauge| is_asked(gauge)).collect::<Vec<_>>();
    shown.sort_by_key(|gauge| (gauge.quiet_until.is_none(), std::cmp::Reverse(gauge.waiting)));
    let mut taken = left.as_deref().map_or(0, UnicodeWidthStr::width);
    let mut spans = left.map(|left| Span::styled(left, theme.heading())).into_iter().collect::<Vec<_>>();
    for (number, gauge) in shown.iter().enumerate() {
        let text = words(gauge, theme);
        let more = format!("+{}", shown.len() - number);
        if taken + text.width() + more.width() > usize::from(width) {
            spans.push(Span::styled(more, theme.faint()));
            break;
        }
        taken += text.width() + 2;
        let style = match gauge.quiet_until {
            Some(_) if gauge.is_sick => theme.bad(),
            Some(_) => theme.doubtful(),
            None => theme.faint(),
        };
        spans.push(Span::styled(text, style));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

fn is_asked(gauge: &Gauge) -> bool {
    gauge.requests > 0 || gauge.waiting > 0 || gauge.quiet_until.is_some()
}

/// `discogs [███▏ ] 70% 12 waiting`, `musicbrainz sick until 14:03:11`
fn words(gauge: &Gauge, theme: Theme) -> String {
    let name = clean(&gauge.name);
    if let Some(until) = gauge.quiet_until {
        let why = if gauge.is_sick { "sick" } else { "quiet" };
        return format!("{name} {why} until {}", until.strftime("%H:%M:%S"));
    }
    let waiting = if gauge.waiting > 0 { format!(" {} wait", gauge.waiting) } else { String::new() };
    match gauge.used() {
        Some(used) => format!("{name} {} {used}%{waiting}", bar(used, theme)),
        None => format!("{name} {}/min{waiting}", gauge.last_minute),
    }
}

/// `[###  ]`
fn bar(used: u8, theme: Theme) -> String {
    let full = usize::from((u16::from(used) * u16::from(CELLS)).div_ceil(100).min(u16::from(CELLS)));
    let (sign, none) = (theme.pick("█", "#"), theme.pick("░", "."));
    format!("[{}{}]", sign.repeat(full), none.repeat(usize::from(CELLS) - full))
}
