//! The scanner's screen as it is drawn: the newest scan in a big word, the line that is typed, counts, all scans.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr as _;

use super::list::ScanRow;
use super::scan_status::ScanStatus;
use super::{ScanJobState, ScanScreen};
use crate::screen::DrawContext;
use domain::item::Item;
use domain::job_projection::JobProjection;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// From this height on the newest scan has three lines.
const TALL_BANNER_MIN_HEIGHT: u16 = 14;
/// The big word is never wider: on a wide screen an opened item stands beside it.
const MAX_BANNER_WIDTH: u16 = 100;
/// Cells of the word in a row of the list.
const STATUS_COLUMN_WIDTH: usize = 12;
/// Cells of a barcode.
const BARCODE_COLUMN_WIDTH: usize = 14;
/// From this width on a row has a price.
const PRICE_MIN_WIDTH: u16 = 70;

pub(super) fn draw_screen(screen: &mut ScanScreen, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
    let projection = screen.projection.clone();
    let projection = projection.as_ref().map(|projection| projection.read());
    let projection = projection.as_deref();
    let big = if area.height >= TALL_BANNER_MIN_HEIGHT { 3 } else { 2 };
    let rows = [big, 1, 1, 1].map(Constraint::Length);
    let [banner, typed, counts, note] =
        Layout::vertical(rows).areas(Rect { height: (big + 3).min(area.height), ..area });
    let banner = Rect { width: banner.width.min(MAX_BANNER_WIDTH), ..banner };
    frame.render_widget(render_banner(screen, projection, banner, draw), banner);
    frame.render_widget(render_input(screen), typed);
    frame.render_widget(Line::styled(summarize_counts(screen, projection), draw.theme.heading_style()), counts);
    frame.render_widget(render_message(screen, projection, draw), note);
    screen.table_area = Rect { y: area.y + big + 3, height: area.height.saturating_sub(big + 3), ..area };
    let table = screen.table_area;
    let window = screen.cursor.visible_range(screen.list.len(), usize::from(table.height));
    let at = screen.cursor.selected();
    let is_down = screen.offline_reason.is_some();
    let lines = window.filter_map(|back| {
        let row = screen.list.nth_newest(back)?;
        let line = render_row(row, row.status(projection, is_down), projection, table.width, draw);
        Some(if back == at { line.style(draw.theme.cursor_style()) } else { line })
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), table);
}

/// A big word on the whole width, and below it what it is about.
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
    let sign = row.status(projection, screen.offline_reason.is_some());
    let message = format!("{} {}", sign.symbol(draw.theme), sign.label());
    let head =
        Line::styled(spread_letters(&message, area.width), sign.style(draw.theme).patch(draw.theme.cursor_style()));
    let about = describe_row(row, sign, projection);
    let lines = if area.height > 2 {
        vec![
            head,
            Line::styled(barcode_text(row), draw.theme.heading_style()),
            Line::raw(truncate_to_width(about, area.width)),
        ]
    } else {
        vec![head, Line::raw(truncate_to_width(format!("{}  {about}", barcode_text(row)), area.width))]
    };
    Paragraph::new(lines).alignment(Alignment::Center)
}

/// Letters apart, as wide as there is room: a word that is read from an arm's length.
fn spread_letters(message: &str, width: u16) -> String {
    let letters = message.chars().flat_map(|c| [c, ' ']).collect::<String>();
    format!("{:^width$}", letters.trim_end(), width = usize::from(width))
}

/// Cut with a mark where it is too long for the width.
fn truncate_to_width(text: String, width: u16) -> String {
    if text.width() > usize::from(width) { fit_to_width(&text, usize::from(width)) } else { text }
}

fn barcode_text(row: &ScanRow) -> String {
    row.barcode
        .as_ref()
        .map_or_else(|_| strip_terminal_controls(&row.text).chars().take(40).collect(), ToString::to_string)
}

/// `Nirvana – Nevermind · CD · 12.99 USD`, or the reason why not.
fn describe_row(row: &ScanRow, sign: ScanStatus, projection: Option<&JobProjection>) -> String {
    let upc = match &row.barcode {
        Ok(upc) => *upc,
        Err(why) => return strip_terminal_controls(why).into_owned(),
    };
    let Some(item) = projection.and_then(|projection| projection.item(upc)) else {
        return if sign == ScanStatus::Queued {
            "kept here until the batch can have it".to_owned()
        } else {
            String::new()
        };
    };
    let unknown =
        (sign != ScanStatus::Undone && item.score.is_none() && item.status.is_some()).then(|| error_text(item));
    let price = item.price.map(|price| price.to_string());
    let format = item.format.as_deref().map(|format| strip_terminal_controls(format).into_owned());
    let name = Some(release_name(item)).filter(|name| !name.is_empty());
    let review = matches!(sign, ScanStatus::Review | ScanStatus::Failed).then(|| error_text(item));
    let draft = projection
        .is_some_and(|projection| projection.needs_quantity_update(item))
        .then(|| "its draft gets one more copy".to_owned());
    let parts = [name, format, price, unknown, review, draft].into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

fn error_text(item: &Item) -> String {
    item.error.as_deref().map(|error| strip_terminal_controls(error).into_owned()).unwrap_or_default()
}

fn release_name(item: &Item) -> String {
    let known = [item.artist.as_deref(), item.title.as_deref()];
    strip_terminal_controls(&known.into_iter().flatten().collect::<Vec<_>>().join(" – ")).into_owned()
}

fn render_input(screen: &ScanScreen) -> Line<'static> {
    Line::raw(format!("> {}_", strip_terminal_controls(&screen.typed_text)))
}

/// `12 scans · 10 UPCs · 8 good · 1 unknown · 2 to review · 2 repeated · 1 no barcode`
fn summarize_counts(screen: &ScanScreen, projection: Option<&JobProjection>) -> String {
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
        (copies - upcs, "repeated"),
        (misread, "no barcode"),
        (unsent, "not sent yet"),
    ];
    let known = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| {
        let what = if (count, what) == (1, "UPCs") { "UPC" } else { what };
        format!(" · {count} {what}")
    });
    let scans = copies + unsent;
    format!("{scans} {}{}", if scans == 1 { "scan" } else { "scans" }, known.collect::<String>())
}

/// The last word: that nobody answers, or what was done.
fn render_message(screen: &ScanScreen, projection: Option<&JobProjection>, draw: DrawContext<'_>) -> Line<'static> {
    match (&screen.offline_reason, &screen.message) {
        (_, Some(text)) => Line::styled(strip_terminal_controls(text).into_owned(), draw.theme.warning_style()),
        (Some(why), None) => {
            let message =
                format!("nobody answers; scans are kept here and sent later ({})", strip_terminal_controls(why));
            Line::styled(message, draw.theme.error_style())
        }
        (None, None) if screen.job_state == ScanJobState::Joining => Line::raw("asking whether a batch takes scans …"),
        (None, None) => stalled_message(projection)
            .map_or_else(|| Line::raw(""), |why| Line::styled(why, draw.theme.warning_style())),
    }
}

/// Why nothing is looked up although scans are taken.
fn stalled_message(projection: Option<&JobProjection>) -> Option<String> {
    let projection = projection.filter(|projection| !projection.state.is_active())?;
    Some(format!("the batch is {}: scans are taken, and looked up once it goes on", projection.state))
}

fn render_row(
    row: &ScanRow,
    sign: ScanStatus,
    projection: Option<&JobProjection>,
    width: u16,
    draw: DrawContext<'_>,
) -> Line<'static> {
    let item = row.barcode.as_ref().ok().and_then(|upc| projection?.item(*upc));
    let price = item.and_then(|item| item.price).map(|price| price.to_string()).unwrap_or_default();
    let price = if width >= PRICE_MIN_WIDTH { format!("{price:>12} ") } else { String::new() };
    let taken = 2 + STATUS_COLUMN_WIDTH + 1 + BARCODE_COLUMN_WIDTH + price.len();
    let name = match &row.barcode {
        Err(why) => strip_terminal_controls(why).into_owned(),
        Ok(_) => {
            item.map(release_name).filter(|name| !name.is_empty()).or_else(|| item.map(error_text)).unwrap_or_default()
        }
    };
    Line::from(vec![
        Span::styled(format!("{} ", sign.symbol(draw.theme)), sign.style(draw.theme)),
        Span::styled(fit_to_width(&sign.label(), STATUS_COLUMN_WIDTH), sign.style(draw.theme)),
        Span::styled(format!(" {}", fit_to_width(&barcode_text(row), BARCODE_COLUMN_WIDTH)), Style::new()),
        Span::raw(price),
        Span::raw(fit_to_width(&name, usize::from(width).saturating_sub(taken))),
    ])
}
