//! Draws the scan screen: the newest scan as a banner, the input, the counts, and a list of all scans.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr as _;

use super::super::widgets;
use super::list::ScanRow;
use super::scan_status::ScanStatus;
use super::{ScanJobState, ScanScreen};
use crate::screen::DrawContext;
use crate::text_field::TextField;
use domain::item::Item;
use domain::job_projection::JobProjection;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;

/// Minimum height at which the banner has three lines instead of two, and destination and condition are always shown.
const TALL_BANNER_MIN_HEIGHT: u16 = 14;
/// Width of the status of a scan in the list.
const STATUS_COLUMN_WIDTH: usize = 14;
/// Width of a barcode in the list.
const BARCODE_COLUMN_WIDTH: usize = 14;
/// Minimum width at which the list shows prices.
const PRICE_MIN_WIDTH: usize = 70;

/// Maximum width of the grades of a scan in cells.
const MAX_GRADE_WIDTH: usize = 18;

impl ScanScreen {
    /// Draws the whole screen.
    pub(super) fn draw_scans(&mut self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
        let projection = self.projection.clone();
        let projection = projection.as_ref().map(|projection| projection.read());
        let projection = projection.as_deref();
        let banner_height = if area.height >= TALL_BANNER_MIN_HEIGHT { 3 } else { 2 };
        let shows_settings = area.height >= TALL_BANNER_MIN_HEIGHT || !self.list.terms().is_empty();
        let settings_height = u16::from(shows_settings);
        let counts = count_scans(self, projection);
        let summary = if area.height >= TALL_BANNER_MIN_HEIGHT {
            join_counts(&counts, area.width)
        } else {
            vec![truncate_to_width(counts.join(" · "), area.width)]
        };
        let counts_height = u16::try_from(summary.len()).unwrap_or(1);
        let head_height = banner_height + settings_height + counts_height + 2;
        let head = Rect { height: head_height.min(area.height), ..area };
        let heights = [banner_height, 1, settings_height, counts_height, 1].map(Constraint::Length);
        let [banner, typed, settings, counts, note] = Layout::vertical(heights).areas(head);
        frame.render_widget(render_banner(self, projection, banner, draw), banner);
        draw_input(self, frame, typed, draw);
        let line = render_settings(self, projection, settings.width, draw);
        frame.render_widget(widgets::fit_line(line, settings.width), settings);
        frame.render_widget(Text::from_iter(summary).style(draw.theme.heading_style()), counts);
        let (message, style) = describe_message(self, projection, draw);
        frame.render_widget(Line::styled(truncate_to_width(message, note.width), style), note);
        let table = Rect { y: area.y + head_height, height: area.height.saturating_sub(head_height), ..area };
        self.table_area = table;
        let range = self.cursor.visible_range(self.list.len(), usize::from(table.height));
        let is_held = self.holds_scans();
        let grade_width = range.clone().filter_map(|index| Some(self.list.nth_newest(index)?.grade().width())).max();
        let grade_width = grade_width.unwrap_or_default().min(MAX_GRADE_WIDTH);
        let lines = range.filter_map(|index| {
            let row = self.list.nth_newest(index)?;
            let widths = (usize::from(table.width), grade_width);
            let line = render_row(row, row.status(projection, is_held), projection, widths, draw);
            Some(if index == self.cursor.selected() { line.style(draw.theme.cursor_style()) } else { line })
        });
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), table);
    }
}

/// Returns the banner: the status of the newest scan in spaced letters, with the barcode and the release below it.
fn render_banner(
    screen: &ScanScreen,
    projection: Option<&JobProjection>,
    area: Rect,
    draw: DrawContext<'_>,
) -> Paragraph<'static> {
    let Some(row) = screen.list.nth_newest(0) else {
        let lines = vec![
            Line::styled(spread_letters("READY", area.width), draw.theme.cursor_style()),
            Line::raw("scan a barcode"),
        ];
        return Paragraph::new(lines).alignment(Alignment::Center);
    };
    let status = row.status(projection, screen.holds_scans());
    let label = format!("{} {}", status.symbol(draw.theme), status.label());
    let style = status.style(draw.theme).patch(draw.theme.cursor_style());
    let head = Line::styled(spread_letters(&label, area.width), style);
    let description = describe_row(row, status, projection);
    let lines = if area.height > 2 {
        vec![
            head,
            Line::styled(barcode_text(row), draw.theme.heading_style()),
            Line::raw(truncate_to_width(description, area.width)),
        ]
    } else {
        vec![head, Line::raw(truncate_to_width(format!("{}  {description}", barcode_text(row)), area.width))]
    };
    Paragraph::new(lines).alignment(Alignment::Center)
}

/// Centers a text in `width` cells with a space between its letters, so that it is readable from a distance.
fn spread_letters(text: &str, width: u16) -> String {
    let letters = text.chars().flat_map(|c| [c, ' ']).collect::<String>();
    format!("{:^width$}", letters.trim_end(), width = usize::from(width))
}

/// Truncates a text, with a mark at its end, if it is wider than `width` cells.
fn truncate_to_width(text: String, width: u16) -> String {
    if text.width() > usize::from(width) { fit_to_width(&text, usize::from(width)) } else { text }
}

fn barcode_text(row: &ScanRow) -> String {
    row.barcode
        .as_ref()
        .map_or_else(|_| strip_terminal_controls(&row.text).chars().take(40).collect(), ToString::to_string)
}

/// Describes a scan: `Nirvana – Nevermind · CD · 12.99 USD`, or why it has no draft.
fn describe_row(row: &ScanRow, status: ScanStatus, projection: Option<&JobProjection>) -> String {
    let upc = match &row.barcode {
        Ok(upc) => *upc,
        Err(why) => return strip_terminal_controls(why).into_owned(),
    };
    let Some(item) = projection.and_then(|projection| projection.item(upc)) else {
        let is_queued = status == ScanStatus::Queued;
        return if is_queued { "saved; will be sent to the batch".to_owned() } else { String::new() };
    };
    let is_unknown = status != ScanStatus::Undone && item.score.is_none() && item.status.is_some();
    let needs_attention = matches!(status, ScanStatus::Review | ScanStatus::Failed);
    let needs_update = projection.is_some_and(|projection| projection.needs_quantity_update(item));
    let is_corrected = projection.is_some_and(|projection| projection.scans.is_corrected(upc));
    let parts = [
        Some(release_name(item)),
        item.format.as_deref().map(|format| strip_terminal_controls(format).into_owned()),
        item.price.map(|price| price.to_string()),
        is_unknown.then(|| error_text(item)),
        needs_attention.then(|| error_text(item)),
        needs_update.then(|| "the quantity of its draft increases by one".to_owned()),
        is_corrected.then(|| "its draft will be corrected".to_owned()),
    ];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn error_text(item: &Item) -> String {
    item.error.as_deref().map(|error| strip_terminal_controls(error).into_owned()).unwrap_or_default()
}

fn release_name(item: &Item) -> String {
    item.display_name().map(|name| strip_terminal_controls(&name).into_owned()).unwrap_or_default()
}

/// Draws the text that is being typed, with the terminal's cursor at its end. If the text is too long, its end is
/// shown.
fn draw_input(screen: &ScanScreen, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
    let mut field = TextField::default();
    field.set_text(strip_terminal_controls(&screen.typed_text));
    field.draw_between(frame, area, "> ", Line::default(), Style::new(), draw);
}

/// Counts the scans: `12 scans`, `10 UPCs`, `8 good`, `1 unknown`, `2 to review`, `2 duplicates`, `1 not a barcode`.
fn count_scans(screen: &ScanScreen, projection: Option<&JobProjection>) -> Vec<String> {
    let items = projection.into_iter().flat_map(|projection| projection.items().iter()).filter(|item| item.copies > 0);
    let (mut upcs, mut copies, mut good, mut unknown, mut review, mut failed) = (0, 0, 0, 0, 0, 0);
    for item in items {
        upcs += 1;
        copies += item.copies;
        match ScanStatus::for_item(item) {
            ScanStatus::Good => good += 1,
            ScanStatus::Unknown => unknown += 1,
            ScanStatus::Review => review += 1,
            ScanStatus::Failed => failed += 1,
            _ => {}
        }
    }
    let unsent = u32::try_from(screen.list.unsent_count()).unwrap_or(u32::MAX);
    let misread = u32::try_from(screen.list.misread_count()).unwrap_or(u32::MAX);
    let parts = [
        (upcs, "UPCs"),
        (good, "good"),
        (unknown, "unknown"),
        (review, "to review"),
        (failed, "failed"),
        (copies - upcs, "duplicates"),
        (misread, "not a barcode"),
        (unsent, "queued"),
    ];
    let counts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, label)| {
        let label = match (count, label) {
            (1, "UPCs") => "UPC",
            (1, "duplicates") => "duplicate",
            _ => label,
        };
        format!("{count} {label}")
    });
    std::iter::once(format_count(copies + unsent, "scan", "scans")).chain(counts).collect()
}

/// Joins counts with ` · ` to lines of at most `width` cells. Returns at least one line.
fn join_counts(counts: &[String], width: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    for count in counts {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(count),
            Some(line) if line.width() + 3 + count.width() <= usize::from(width) => {
                line.push_str(" · ");
                line.push_str(count);
            }
            _ => lines.push(count.clone()),
        }
    }
    lines
}

/// Returns `next scans: VG+/VG · drafts: csv · very_good`: the terms of the next scans, the destination of the drafts
/// and the condition of all items.
fn render_settings(
    screen: &ScanScreen,
    projection: Option<&JobProjection>,
    width: u16,
    draw: DrawContext<'_>,
) -> Line<'static> {
    let spec = projection.and_then(|projection| projection.spec.as_ref()).or(screen.next_spec.as_deref());
    let settings = spec.map(|spec| {
        let destination = match (spec.create_drafts, spec.test_mode) {
            (false, _) => "no drafts".to_owned(),
            (true, true) => "dry run".to_owned(),
            (true, false) => format!("drafts: {}", spec.sink),
        };
        let copy = spec.copy_defaults();
        let condition = match copy.is_empty() {
            true if screen.list.terms().copy.effective_condition().is_some() => String::new(),
            true => " · no condition: type a grade such as VG+/VG".to_owned(),
            false => format!(" · {}", copy.summary()),
        };
        format!("{destination}{condition}")
    });
    let terms = screen.list.terms().summary();
    let terms = if terms.is_empty() { String::new() } else { format!("next scans: {terms} · ") };
    let room = width.saturating_sub(u16::try_from(terms.width()).unwrap_or(u16::MAX));
    Line::from(vec![
        Span::styled(terms, draw.theme.warning_style()),
        Span::styled(truncate_to_width(settings.unwrap_or_default(), room), draw.theme.muted_style()),
    ])
}

/// Returns the last message, or why scans are not being sent or looked up, with its style.
fn describe_message(screen: &ScanScreen, projection: Option<&JobProjection>, draw: DrawContext<'_>) -> (String, Style) {
    if let (Some(why), None) = (&screen.rejection, &screen.message) {
        let why = strip_terminal_controls(why);
        let message = format!("cannot start a batch: {why}. Scans are saved; the next one tries again.");
        return (message, draw.theme.error_style());
    }
    match (&screen.offline_reason, &screen.message) {
        (_, Some(text)) => (strip_terminal_controls(text).into_owned(), draw.theme.warning_style()),
        (Some(why), None) if screen.job_state == ScanJobState::Joining => {
            let why = strip_terminal_controls(why);
            (
                format!("cannot check for an open batch: scans are saved and will be sent ({why})"),
                draw.theme.error_style(),
            )
        }
        (Some(why), None) => {
            let message =
                format!("service offline: scans are saved and will be sent ({})", strip_terminal_controls(why));
            (message, draw.theme.error_style())
        }
        (None, None) if screen.job_state == ScanJobState::Joining => ("connecting …".to_owned(), Style::new()),
        (None, None) => (stalled_message(projection).unwrap_or_default(), draw.theme.warning_style()),
    }
}

/// Returns why nothing is looked up although the job accepts scans; `None` if its items are being looked up.
fn stalled_message(projection: Option<&JobProjection>) -> Option<String> {
    let projection = projection.filter(|projection| !projection.state.is_active())?;
    Some(format!("the batch is {}: scans are saved and looked up when it resumes", projection.state))
}

fn render_row(
    row: &ScanRow,
    status: ScanStatus,
    projection: Option<&JobProjection>,
    (width, grade_width): (usize, usize),
    draw: DrawContext<'_>,
) -> Line<'static> {
    let item = row.barcode.as_ref().ok().and_then(|upc| projection?.item(*upc));
    let price = item.and_then(|item| item.price).map(|price| price.to_string()).unwrap_or_default();
    let price = if width >= PRICE_MIN_WIDTH { format!("{price:>12} ") } else { String::new() };
    let grade = if grade_width > 0 { format!("{} ", fit_to_width(&row.grade(), grade_width)) } else { String::new() };
    let used = 2 + STATUS_COLUMN_WIDTH + 1 + BARCODE_COLUMN_WIDTH + grade.width() + price.len();
    let name = match &row.barcode {
        Err(why) => strip_terminal_controls(why).into_owned(),
        Ok(_) => {
            item.map(release_name).filter(|name| !name.is_empty()).or_else(|| item.map(error_text)).unwrap_or_default()
        }
    };
    Line::from(vec![
        Span::styled(format!("{} ", status.symbol(draw.theme)), status.style(draw.theme)),
        Span::styled(fit_to_width(&status.label(), STATUS_COLUMN_WIDTH), status.style(draw.theme)),
        Span::styled(format!(" {}", fit_to_width(&barcode_text(row), BARCODE_COLUMN_WIDTH)), Style::new()),
        Span::raw(grade),
        Span::raw(price),
        Span::raw(fit_to_width(&name, width.saturating_sub(used))),
    ])
}
