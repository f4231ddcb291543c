//! Detects how the terminal shows images. The terminal is asked once, before the first image, and must reply within a
//! time limit. Without a reply, the console uses half blocks, unless the environment names a terminal that supports
//! more.

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui_image::FontSize;
use ratatui_image::picker::cap_parser::{Parser, QueryStdioOptions, Response};
use ratatui_image::picker::{Picker, ProtocolType};

/// Time limit for the terminal's reply, which is enough for a slow ssh connection around the world. A later reply would
/// be read as keys.
const REPLY_TIMEOUT: Duration = Duration::from_secs(1);

/// Maximum plausible width and height of a cell in pixels, for the largest font on a high-resolution screen.
const MAX_CELL_PIXELS: u16 = 256;

/// Size of a cell in pixels if the terminal does not report it. The ratio is one to two, as with most fonts.
const DEFAULT_CELL_SIZE: FontSize = FontSize::new(10, 20);

/// Query for the terminal's name (xterm control sequences, XTVERSION). The reply is `ESC P > | kitty(0.38.1) ESC \`.
const XTVERSION_QUERY: &str = "\x1b[>q";
const XTVERSION_REPLY_DELIMITERS: (&str, &str) = ("\x1bP>|", "\x1b\\");

/// Last part of the terminal's reply (ECMA-48, device status report).
const STATUS_REPORT_REPLY: &str = "\x1b[0n";

/// Returns the picker for half blocks, which every terminal can show.
pub fn half_block_picker() -> Picker {
    Picker::halfblocks()
}

/// Asks the terminal how it shows images and how large its cells are. Nothing else may read from the terminal during
/// this call; keys pressed in that time are lost.
pub(super) fn detect_picker() -> Picker {
    let in_tmux = Picker::halfblocks().tmux_detected();
    let TerminalReply { name, responses } = TerminalReply::parse_reply(&read_reply(in_tmux).unwrap_or_default());
    let reported = responses.iter().find_map(|response| match response {
        Response::CellSize(Some((width, height))) => valid_cell_size(*width, *height),
        _ => None,
    });
    let cell = reported.or_else(cell_size_from_ioctl);
    #[expect(deprecated, reason = "the picker that asks the terminal leaves a thread that reads the next key")]
    let mut picker = Picker::from_fontsize(cell.unwrap_or(DEFAULT_CELL_SIZE));
    if let Some(protocol) = choose_protocol(&name, &responses, picker.protocol_type()) {
        picker.set_protocol_type(protocol);
    }
    if cell.is_none() {
        // Without the size of a cell, the number of cells of an image cannot be computed.
        picker.set_protocol_type(ProtocolType::Halfblocks);
    }
    picker
}

/// Returns the size of a cell if it is plausible. It determines how many pixels an image has.
fn valid_cell_size(width: u16, height: u16) -> Option<FontSize> {
    let is_plausible = |pixels| (1..=MAX_CELL_PIXELS).contains(&pixels);
    (is_plausible(width) && is_plausible(height)).then(|| FontSize::new(width, height))
}

/// The terminal's reply to all queries.
struct TerminalReply {
    /// Name of the terminal; empty if it is not reported, and in tmux, which would report its own name.
    name: String,
    responses: Vec<Response>,
}

impl TerminalReply {
    fn parse_reply(received: &str) -> Self {
        let (begins, ends) = XTVERSION_REPLY_DELIMITERS;
        let named = received.split_once(begins).and_then(|(before, rest)| Some((before, rest.split_once(ends)?)));
        let (name, rest) = match named {
            Some((before, (name, after))) => (name.to_owned(), format!("{before}{after}")),
            None => (String::new(), received.to_owned()),
        };
        let mut parser = Parser::new();
        Self { name, responses: rest.chars().flat_map(|letter| parser.push(letter)).collect() }
    }
}

/// Chooses the protocol for a terminal; `None` keeps `guessed`, which comes from the environment. The kitty protocol
/// places images with Unicode placeholders. kitty supports them since 0.28; `WezTerm` and Konsole do not, although they
/// support the rest of the protocol.
fn choose_protocol(name: &str, responses: &[Response], guessed: ProtocolType) -> Option<ProtocolType> {
    if name.starts_with("WezTerm") || name.starts_with("iTerm2") {
        return Some(ProtocolType::Iterm2);
    }
    if name.starts_with("Konsole") {
        return None;
    }
    if responses.contains(&Response::Kitty) && !is_old_kitty(name) {
        return Some(ProtocolType::Kitty);
    }
    (guessed == ProtocolType::Halfblocks && responses.contains(&Response::Sixel)).then_some(ProtocolType::Sixel)
}

fn is_old_kitty(name: &str) -> bool {
    let version = name.strip_prefix("kitty(").and_then(|rest| rest.split_once(')')).map(|(version, _)| version);
    let mut numbers =
        version.into_iter().flat_map(|version| version.split('.')).map_while(|number| number.parse().ok());
    let (major, minor): (Option<u32>, Option<u32>) = (numbers.next(), numbers.next());
    (major, minor) < (Some(0), Some(28)) && major.is_some()
}

/// Reads the terminal's reply until its last part has arrived or the time is up.
fn read_reply(in_tmux: bool) -> io::Result<String> {
    let options = QueryStdioOptions { timeout: REPLY_TIMEOUT, ..QueryStdioOptions::default() };
    let version_query = if in_tmux { "" } else { XTVERSION_QUERY };
    let mut out = io::stdout().lock();
    out.write_all(format!("{version_query}{}", Parser::query(in_tmux, options)).as_bytes())?;
    out.flush()?;
    let (start, stdin) = (Instant::now(), io::stdin());
    let wait = |time| poll(&mut [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)], time);
    let received = collect_reply(&|| start.elapsed(), wait, |bytes| nix::unistd::read(stdin.as_fd(), bytes))?;
    Ok(received)
}

/// Collects the reply. `wait` waits for bytes and returns 0 if none arrived, `read` reads them. A signal, such as that
/// of a change of the window's size, interrupts both: the rest of the reply would otherwise be read as keys.
fn collect_reply(
    elapsed: &dyn Fn() -> Duration,
    mut wait: impl FnMut(PollTimeout) -> nix::Result<i32>,
    mut read: impl FnMut(&mut [u8]) -> nix::Result<usize>,
) -> nix::Result<String> {
    let mut received = String::new();
    loop {
        let remaining_time = REPLY_TIMEOUT.saturating_sub(elapsed());
        if remaining_time.is_zero() {
            return Ok(received);
        }
        let mut bytes = [0; 256];
        let result = match wait(PollTimeout::try_from(remaining_time).unwrap_or(PollTimeout::ZERO)) {
            Ok(0) => return Ok(received),
            result => result.and_then(|_| read(&mut bytes)),
        };
        let count = match result {
            Err(Errno::EINTR) => continue,
            result => result?,
        };
        received.extend(bytes[..count].iter().map(|byte| char::from(*byte)));
        if count == 0 || received.contains(STATUS_REPORT_REPLY) {
            return Ok(received);
        }
    }
}

fn cell_size_from_ioctl() -> Option<FontSize> {
    let size = ratatui::crossterm::terminal::window_size().ok()?;
    valid_cell_size(size.width.checked_div(size.columns)?, size.height.checked_div(size.rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_does_not_end_the_reply() {
        let mut waits = vec![Ok(1), Err(Errno::EINTR), Ok(1), Err(Errno::EINTR)];
        let mut parts = vec![Ok("0n"), Err(Errno::EINTR), Ok("\x1b[")];
        waits.insert(0, Ok(1));
        let reply = collect_reply(
            &|| Duration::ZERO,
            |_| waits.pop().unwrap_or(Ok(0)),
            |bytes| {
                let part: &str = parts.pop().unwrap_or(Ok(""))?;
                bytes[..part.len()].copy_from_slice(part.as_bytes());
                Ok(part.len())
            },
        );
        assert_eq!(reply.as_deref(), Ok(STATUS_REPORT_REPLY));
    }
}
