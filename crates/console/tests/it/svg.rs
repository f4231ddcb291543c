//! Draws terminal screens as SVG. Each run of equal cells has its own position and length, so that columns stay aligned
//! in any font, even after wide characters. Converters from ANSI sequences do not guarantee that.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// Width and height of a cell, and the margin around the screen, in pixels.
const CELL: (usize, usize) = (9, 18);
const MARGIN: usize = 12;
const BACKGROUND: &str = "#161b22";
const FOREGROUND: &str = "#d7dde4";

/// Seconds for which each frame of an animation is shown.
const FRAME_SECONDS: f64 = 1.5;

/// Draws one screen, or an animation of several screens of one size that ends with the last screen and repeats. Viewers
/// without animations show the last screen.
pub(super) fn svg(screens: &[Buffer]) -> String {
    let area = screens[0].area;
    let width = usize::from(area.width) * CELL.0 + 2 * MARGIN;
    let height = usize::from(area.height) * CELL.1 + 2 * MARGIN;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
         {height}\" font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace\" \
         font-size=\"15\" xml:space=\"preserve\">\n"
    );
    let (last, before) = screens.split_last().unwrap();
    if !before.is_empty() {
        text += &animation_style(screens.len());
    }
    write_frame(&mut text, last, "");
    for (number, screen) in before.iter().enumerate() {
        write_frame(&mut text, screen, &format!(" class=\"frame\" style=\"animation-delay:{:.1}s\"", delay(number)));
    }
    text + "</svg>\n"
}

#[expect(clippy::cast_precision_loss, reason = "an animation has few frames")]
fn delay(number: usize) -> f64 {
    number as f64 * FRAME_SECONDS
}

/// The last frame is shown twice as long as the others.
fn animation_style(frames: usize) -> String {
    let (total, share) = (delay(frames + 1), 100.0 / delay(frames + 1) * FRAME_SECONDS);
    format!(
        "<style>.frame{{visibility:hidden;animation:show {total:.1}s step-end infinite}}@keyframes \
         show{{0%{{visibility:visible}}{share:.2}%{{visibility:hidden}}}}</style>\n"
    )
}

fn write_frame(text: &mut String, screen: &Buffer, attributes: &str) {
    let _ = writeln!(text, "<g{attributes}><rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>");
    let width = usize::from(screen.area.width);
    for (row, cells) in screen.content().chunks(width).enumerate() {
        let mut column = 0;
        while column < width {
            let (run, length) = next_run(&cells[column..]);
            write_run(text, &cells[column], &run, (column, row, length));
            column += length;
        }
    }
    *text += "</g>\n";
}

/// Returns the text of the cells that look like the first one, and their number. A wide character is a separate run.
fn next_run(cells: &[Cell]) -> (String, usize) {
    let first = &cells[0];
    if first.symbol().width() > 1 {
        return (first.symbol().to_owned(), first.symbol().width().min(cells.len()));
    }
    let same = |cell: &&Cell| {
        (cell.fg, cell.bg, cell.modifier) == (first.fg, first.bg, first.modifier) && cell.symbol().width() <= 1
    };
    let run: Vec<_> = cells.iter().take_while(same).collect();
    (run.iter().map(|cell| cell.symbol()).collect(), run.len())
}

fn write_run(text: &mut String, cell: &Cell, run: &str, (column, row, length): (usize, usize, usize)) {
    let reversed = cell.modifier.contains(Modifier::REVERSED);
    let (front, back) = (color(cell.fg, FOREGROUND), color(cell.bg, BACKGROUND));
    let (front, back) = if reversed { (back, front) } else { (front, back) };
    let (x, y, width) = (MARGIN + column * CELL.0, MARGIN + row * CELL.1, length * CELL.0);
    if back != BACKGROUND {
        let _ = writeln!(text, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{back}\"/>", CELL.1);
    }
    if run.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::DIM, " opacity=\"0.65\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
    ] {
        style += if cell.modifier.contains(modifier) { attribute } else { "" };
    }
    let escaped = run.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        text,
        "<text x=\"{x}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{front}\"{style}>{}</text>",
        y + CELL.1 - 5,
        escaped.trim_end_matches('\0')
    );
}

/// Returns the color of a cell, with the sixteen colors of a dark terminal.
fn color(color: Color, default: &'static str) -> &'static str {
    match color {
        Color::Black => "#0d1117",
        Color::Red | Color::LightRed => "#ff7b72",
        Color::Green | Color::LightGreen => "#56d364",
        Color::Yellow | Color::LightYellow => "#e3b341",
        Color::Blue | Color::LightBlue => "#79c0ff",
        Color::Magenta | Color::LightMagenta => "#d2a8ff",
        Color::Cyan | Color::LightCyan => "#56d4dd",
        Color::Gray => "#b1bac4",
        Color::DarkGray => "#6e7681",
        Color::White => "#f0f6fc",
        _ => default,
    }
}
