//! The edges of the screen: the keys that count here, and the upstreams.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::keymap::{Keymap, Place};
use super::operations::Gauge;
use super::theme::Theme;

/// The keys of a place, as many as have room, in the order of the table of commands.
pub(super) fn keys(keymap: &Keymap, place: Place, theme: Theme, width: u16) -> Line<'static> {
    let (mut spans, mut taken) = (Vec::new(), 0);
    for (command, keys) in keymap.at(place) {
        let short = command.meaning().short;
        let Some(key) = keys.first().filter(|_| !short.is_empty()) else { continue };
        let key = key.to_string();
        let cells = key.width() + short.width() + 3;
        if taken + cells > usize::from(width) {
            continue;
        }
        taken += cells;
        spans.push(Span::styled(key, theme.key()));
        spans.push(Span::raw(format!(" {short}  ")));
    }
    Line::from(spans)
}

/// Upstreams that are at work or are left alone, the busiest first, and who runs the batches.
pub(super) fn gauges(gauges: &[Gauge], runner: &str, most: usize) -> String {
    let mut busy = gauges.iter().filter(|gauge| gauge.waiting > 0 || gauge.quiet_until.is_some()).collect::<Vec<_>>();
    busy.sort_by_key(|gauge| std::cmp::Reverse(gauge.waiting));
    let mut text = String::new();
    for gauge in busy {
        let part = match gauge.quiet_until {
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
