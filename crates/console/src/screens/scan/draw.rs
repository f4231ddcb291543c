//! The scanner's screen as it is drawn: the newest scan in a big word, the line that is typed, counts, all scans.

use std::sync::PoisonError;

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr as _;

use super::list::Row;
use super::sign::Sign;
use super::{Batch, Scan};
use crate::pane::Look;
use domain::board::Board;
use domain::item::Item;
use domain::screen::{clean, fit};

/// From this height on the newest scan has three lines.
const TALL: u16 = 14;
/// The big word is never wider: on a wide screen an opened item stands beside it.
const BANNER: u16 = 100;
/// Cells of the word in a row of the list.
const WORD: usize = 12;
/// Cells of a barcode.
const CODE: usize = 14;
/// From this width on a row has a price.
const WIDE: u16 = 70;

pub(super) fn draw(screen: &mut Scan, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
    let board = screen.board.clone();
    let board = board.as_ref().map(|board| board.read().unwrap_or_else(PoisonError::into_inner));
    let board = board.as_deref();
    let big = if area.height >= TALL { 3 } else { 2 };
    let rows = [big, 1, 1, 1].map(Constraint::Length);
    let [banner, typed, counts, note] =
        Layout::vertical(rows).areas(Rect { height: (big + 3).min(area.height), ..area });
    let banner = Rect { width: banner.width.min(BANNER), ..banner };
    frame.render_widget(newest(screen, board, banner, look), banner);
    frame.render_widget(typing(screen), typed);
    frame.render_widget(Line::styled(counted(screen, board), look.theme.heading()), counts);
    frame.render_widget(word(screen, board, look), note);
    screen.table = Rect { y: area.y + big + 3, height: area.height.saturating_sub(big + 3), ..area };
    let table = screen.table;
    let window = screen.cursor.window(screen.list.len(), usize::from(table.height));
    let at = screen.cursor.at();
    let is_down = screen.down.is_some();
    let lines = window.filter_map(|back| {
        let row = screen.list.newest(back)?;
        let line = one(row, row.sign(board, is_down), board, table.width, look);
        Some(if back == at { line.style(look.theme.cursor()) } else { line })
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), table);
}

/// A big word on the whole width, and below it what it is about.
fn newest(screen: &Scan, board: Option<&Board>, area: Rect, look: Look<'_>) -> Paragraph<'static> {
    let Some(row) = screen.list.newest(0) else {
        let lines = vec![Line::styled(spread("READY", area.width), look.theme.cursor()), Line::raw("scan a barcode")];
        return Paragraph::new(lines).alignment(Alignment::Center);
    };
    let sign = row.sign(board, screen.down.is_some());
    let words = format!("{} {}", sign.symbol(look.theme), sign.word());
    let head = Line::styled(spread(&words, area.width), sign.style(look.theme).patch(look.theme.cursor()));
    let about = about(row, sign, board);
    let lines = if area.height > 2 {
        vec![head, Line::styled(code(row), look.theme.heading()), Line::raw(within(about, area.width))]
    } else {
        vec![head, Line::raw(within(format!("{}  {about}", code(row)), area.width))]
    };
    Paragraph::new(lines).alignment(Alignment::Center)
}

/// Letters apart, as wide as there is room: a word that is read from an arm's length.
fn spread(words: &str, width: u16) -> String {
    let letters = words.chars().flat_map(|c| [c, ' ']).collect::<String>();
    format!("{:^width$}", letters.trim_end(), width = usize::from(width))
}

/// Cut with a mark where it is too long for the width.
fn within(text: String, width: u16) -> String {
    if text.width() > usize::from(width) { fit(&text, usize::from(width)) } else { text }
}

fn code(row: &Row) -> String {
    row.read.as_ref().map_or_else(|_| clean(&row.text).chars().take(40).collect(), ToString::to_string)
}

/// `Nirvana – Nevermind · CD · 12.99 USD`, or the reason why not.
fn about(row: &Row, sign: Sign, board: Option<&Board>) -> String {
    let upc = match &row.read {
        Ok(upc) => *upc,
        Err(why) => return clean(why).into_owned(),
    };
    let Some(item) = board.and_then(|board| board.item(upc)) else {
        return if sign == Sign::Kept { "kept here until the batch can have it".to_owned() } else { String::new() };
    };
    let unknown = (sign != Sign::TakenBack && item.score.is_none() && item.status.is_some()).then(|| reason(item));
    let price = item.price.map(|price| price.to_string());
    let format = item.format.as_deref().map(|format| clean(format).into_owned());
    let name = Some(name(item)).filter(|name| !name.is_empty());
    let review = matches!(sign, Sign::Review | Sign::Failed).then(|| reason(item));
    let draft = board.is_some_and(|board| board.is_outdated(item)).then(|| "its draft gets one more copy".to_owned());
    let parts = [name, format, price, unknown, review, draft].into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

fn reason(item: &Item) -> String {
    item.error.as_deref().map(|error| clean(error).into_owned()).unwrap_or_default()
}

fn name(item: &Item) -> String {
    let known = [item.artist.as_deref(), item.title.as_deref()];
    clean(&known.into_iter().flatten().collect::<Vec<_>>().join(" – ")).into_owned()
}

fn typing(screen: &Scan) -> Line<'static> {
    Line::raw(format!("> {}_", clean(&screen.typed)))
}

/// `12 scans · 10 UPCs · 8 good · 1 unknown · 2 to review · 2 repeated · 1 no barcode`
fn counted(screen: &Scan, board: Option<&Board>) -> String {
    let items = board.into_iter().flat_map(|board| board.items().iter()).filter(|item| item.copies > 0);
    let (mut upcs, mut copies, mut good, mut unknown, mut review, mut failed) = (0, 0, 0, 0, 0, 0);
    for item in items {
        upcs += 1;
        copies += item.copies;
        match Sign::of(item) {
            Sign::Good => good += 1,
            Sign::Unknown => unknown += 1,
            Sign::Review => review += 1,
            Sign::Failed => failed += 1,
            _ => {}
        }
    }
    let unsent = u32::try_from(screen.list.unsent()).unwrap_or(u32::MAX);
    let misread = u32::try_from(screen.list.misread()).unwrap_or(u32::MAX);
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
fn word(screen: &Scan, board: Option<&Board>, look: Look<'_>) -> Line<'static> {
    match (&screen.down, &screen.told) {
        (_, Some(told)) => Line::styled(clean(told).into_owned(), look.theme.doubtful()),
        (Some(why), None) => {
            let words = format!("nobody answers; scans are kept here and sent later ({})", clean(why));
            Line::styled(words, look.theme.bad())
        }
        (None, None) if screen.batch == Batch::Asked => Line::raw("asking whether a batch takes scans …"),
        (None, None) => {
            stands_still(board).map_or_else(|| Line::raw(""), |why| Line::styled(why, look.theme.doubtful()))
        }
    }
}

/// Why nothing is looked up although scans are taken.
fn stands_still(board: Option<&Board>) -> Option<String> {
    let board = board.filter(|board| !board.state.is_live())?;
    Some(format!("the batch is {}: scans are taken, and looked up once it goes on", board.state))
}

fn one(row: &Row, sign: Sign, board: Option<&Board>, width: u16, look: Look<'_>) -> Line<'static> {
    let item = row.read.as_ref().ok().and_then(|upc| board?.item(*upc));
    let price = item.and_then(|item| item.price).map(|price| price.to_string()).unwrap_or_default();
    let price = if width >= WIDE { format!("{price:>12} ") } else { String::new() };
    let taken = 2 + WORD + 1 + CODE + price.len();
    let name = match &row.read {
        Err(why) => clean(why).into_owned(),
        Ok(_) => item.map(name).filter(|name| !name.is_empty()).or_else(|| item.map(reason)).unwrap_or_default(),
    };
    Line::from(vec![
        Span::styled(format!("{} ", sign.symbol(look.theme)), sign.style(look.theme)),
        Span::styled(fit(&sign.word(), WORD), sign.style(look.theme)),
        Span::styled(format!(" {}", fit(&code(row), CODE)), Style::new()),
        Span::raw(price),
        Span::raw(fit(&name, usize::from(width).saturating_sub(taken))),
    ])
}
