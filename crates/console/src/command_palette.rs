//! The palette above the command line: the commands that match the typed text, each with its keys and description.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, BorderType, Paragraph, Row, Table};
use unicode_width::UnicodeWidthStr as _;

use super::command_parser::{CompletionContext, SYNTAX};
use super::keymap::describe_command;
use super::screen::DrawContext;
use super::screens::widgets;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;

/// Maximum number of visible commands.
const MAX_ROWS: u16 = 12;

/// Maximum width of the column with the keys, in cells.
const MAX_KEYS_WIDTH: u16 = 16;

/// A command of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PaletteEntry {
    /// The displayed text, such as `sort COLUMN`.
    usage: &'static str,
    /// The text that a selection writes to the command line, such as `sort`.
    pub(super) name: &'static str,
    pub(super) takes_argument: bool,
    /// The keys that run the command, separated by spaces.
    keys: String,
    description: &'static str,
}

/// Returns the commands of a screen that match the typed text, best match first; all of them if nothing is typed.
pub(super) fn palette_entries(typed: &str, context: &CompletionContext<'_>) -> Vec<PaletteEntry> {
    let bound = context.keymap.commands_in(context.key_context).into_iter().map(|(command, keys)| {
        let spec = command.spec();
        let keys = keys.iter().map(|key| key.label(context.theme)).collect::<Vec<_>>().join(" ");
        let description = describe_command(context.key_context, command);
        PaletteEntry { usage: spec.name, name: spec.name, takes_argument: false, keys, description }
    });
    let here = SYNTAX.iter().filter(|syntax| syntax.works_in(context.key_context));
    let with_argument = here.map(|syntax| PaletteEntry {
        usage: syntax.usage,
        name: syntax.name,
        takes_argument: true,
        keys: String::new(),
        description: syntax.description,
    });
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut scored = bound
        .chain(with_argument)
        .filter_map(|entry| Some((entry_score(&entry, &pattern, &mut matcher)?, entry)))
        .collect::<Vec<_>>();
    scored.sort_by(|(one, _), (other, _)| other.cmp(one));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

/// Returns how well a command matches, first by its name, then by its description; `None` if neither matches.
fn entry_score(entry: &PaletteEntry, pattern: &Pattern, matcher: &mut Matcher) -> Option<(bool, u32)> {
    let mut buffer = Vec::new();
    let by_name = pattern.score(Utf32Str::new(entry.name, &mut buffer), matcher).map(|score| (true, score));
    by_name.or_else(|| {
        let score = pattern.score(Utf32Str::new(entry.description, &mut buffer), matcher)?;
        Some((false, score))
    })
}

/// Draws the reason why a line was not run at the foot of `area`. Returns the area above it.
pub(super) fn draw_rejection(frame: &mut Frame<'_>, area: Rect, reason: &str, draw: DrawContext<'_>) -> Rect {
    let lines = widgets::wrap_text(&strip_terminal_controls(reason), usize::from(area.width.saturating_sub(2)));
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let popup = Rect { y: area.bottom() - height, height, ..area };
    let border = if draw.theme.unicode { BorderType::Rounded } else { BorderType::Plain };
    let block = Block::bordered().border_type(border);
    let text = lines.into_iter().map(Line::raw).collect::<Text<'_>>().style(draw.theme.warning_style());
    widgets::clear_area(frame, popup);
    frame.render_widget(Paragraph::new(text).block(block), popup);
    Rect { height: area.height - height, ..area }
}

/// Draws the palette at the foot of `area`, with the selected entry in view.
pub(super) fn draw_palette(
    frame: &mut Frame<'_>,
    area: Rect,
    entries: &[PaletteEntry],
    selected: Option<usize>,
    draw: DrawContext<'_>,
) {
    let rows = u16::try_from(entries.len()).unwrap_or(u16::MAX).min(MAX_ROWS).min(area.height.saturating_sub(2));
    if rows == 0 {
        return;
    }
    let height = rows + 2;
    let popup = Rect { y: area.bottom() - height, height, ..area };
    let rows = usize::from(rows);
    let first = selected.map_or(0, |selected| (selected + 1).saturating_sub(rows));
    let widest = |text: fn(&PaletteEntry) -> &str| entries.iter().map(|entry| text(entry).width()).max().unwrap_or(0);
    let usage_width = u16::try_from(widest(|entry| entry.usage) + 1).unwrap_or(u16::MAX);
    let keys_width = u16::try_from(widest(|entry| &entry.keys)).unwrap_or(u16::MAX).min(MAX_KEYS_WIDTH);
    let theme = draw.theme;
    // Two borders, and a space between the columns.
    let description_width = usize::from(area.width.saturating_sub(usage_width + keys_width + 4));
    let shown = entries.iter().enumerate().skip(first).take(rows).map(|(index, entry)| {
        let row = Row::new([
            Span::raw(format!(":{}", entry.usage)),
            Span::styled(entry.keys.as_str(), theme.key_style()),
            Span::raw(fit_to_width(entry.description, description_width)),
        ]);
        row.style(if Some(index) == selected { theme.cursor_style() } else { Style::new() })
    });
    let count = format_count(entries.len(), "command", "commands");
    let border = if theme.unicode { BorderType::Rounded } else { BorderType::Plain };
    let block = Block::bordered().border_type(border).title(format!(" {count} "));
    let widths = [Constraint::Length(usage_width), Constraint::Length(keys_width), Constraint::Fill(1)];
    widgets::clear_area(frame, popup);
    frame.render_widget(Table::new(shown, widths).block(block), popup);
}
