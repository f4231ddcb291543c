//! The edges of the screen: the keys that count here, and the upstreams.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::backend::Gauge;
use super::keymap::{KeyContext, Keymap};
use super::theme::Theme;

/// The keys of a place, as many as have room, in the order of the table of commands.
pub(super) fn key_hints_line(keymap: &Keymap, place: KeyContext, theme: Theme, width: u16) -> Line<'static> {
    let (mut spans, mut taken) = (Vec::new(), 0);
    for (command, keys) in keymap.commands_in(place) {
        let short = command.spec().label;
        let Some(key) = keys.first().filter(|_| !short.is_empty()) else { continue };
        let key = key.to_string();
        let cells = key.width() + short.width() + 3;
        if taken + cells > usize::from(width) {
            continue;
        }
        taken += cells;
        spans.push(Span::styled(key, theme.key_style()));
        spans.push(Span::raw(format!(" {short}  ")));
    }
    Line::from(spans)
}

/// Upstreams that are at work or are left alone, the busiest first, and who runs the batches.
pub(super) fn upstream_summary(gauges: &[Gauge], runner: &str, most: usize) -> String {
    let mut busy = gauges.iter().filter(|gauge| gauge.waiting > 0 || gauge.paused_until.is_some()).collect::<Vec<_>>();
    busy.sort_by_key(|gauge| std::cmp::Reverse(gauge.waiting));
    let mut text = String::new();
    for gauge in busy {
        let part = match gauge.paused_until {
            Some(until) => format!("{} left alone until {} · ", gauge.name, until.strftime("%H:%M:%S")),
            None => format!("{} {} waiting · ", gauge.name, gauge.waiting),
        };
        if text.width() + part.width() + runner.width() > most {
            break;
        }
        text += &part;
    }
    text + runner
}
