//! The way in which a terminal shows pictures. It is asked once, when a picture is first wanted, and has a moment for its
//! answer; one that keeps silent gets half blocks, where nothing in the environment names one that can do more.

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui_image::FontSize;
use ratatui_image::picker::cap_parser::{Parser, QueryStdioOptions, Response};
use ratatui_image::picker::{Picker, ProtocolType};

/// How long the terminal has for all of its answer: a slow line of ssh around the world and back. Only one that keeps
/// silent takes so long; what came later would be taken for keys.
const REPLY_TIMEOUT: Duration = Duration::from_secs(1);

/// Pixels of a cell, at most: the largest letters of a screen of many pixels.
const MAX_CELL_PIXELS: u16 = 256;

/// Cells where the terminal does not say how large they are: one to two, as with most fonts.
const DEFAULT_CELL_SIZE: FontSize = FontSize::new(10, 20);

/// Which terminal it is (xterm's control sequences, XTVERSION), and how it answers: `ESC P > | kitty(0.38.1) ESC \`.
const XTVERSION_QUERY: &str = "\x1b[>q";
const XTVERSION_REPLY_DELIMITERS: (&str, &str) = ("\x1bP>|", "\x1b\\");

/// The last that it answers (ECMA-48, a device status report).
const STATUS_REPORT_REPLY: &str = "\x1b[0n";

/// Half blocks, which every terminal shows.
pub fn half_block_picker() -> Picker {
    Picker::halfblocks()
}

/// Asks the terminal which way it shows pictures, and how large its cells are. Nobody else may read from it meanwhile;
/// keys that are pressed just then are lost.
pub(super) fn detect_picker() -> Picker {
    let in_tmux = Picker::halfblocks().tmux_detected();
    let TerminalReply { name, responses: answers } =
        TerminalReply::parse_reply(&read_reply(in_tmux).unwrap_or_default());
    let messages = answers.iter().find_map(|answer| match answer {
        Response::CellSize(Some((width, height))) => valid_cell_size(*width, *height),
        _ => None,
    });
    let cell = messages.or_else(cell_size_from_ioctl);
    #[expect(deprecated, reason = "the way that asks by itself leaves a thread that reads the next key")]
    let mut picker = Picker::from_fontsize(cell.unwrap_or(DEFAULT_CELL_SIZE));
    if let Some(way) = choose_protocol(&name, &answers, picker.protocol_type()) {
        picker.set_protocol_type(way);
    }
    if cell.is_none() {
        // Without the size of a cell nobody can say how many a picture takes.
        picker.set_protocol_type(ProtocolType::Halfblocks);
    }
    picker
}

/// A cell of so many pixels, where that can be: a picture is made as large as all the cells that it takes.
fn valid_cell_size(width: u16, height: u16) -> Option<FontSize> {
    let can_be = |pixels| (1..=MAX_CELL_PIXELS).contains(&pixels);
    (can_be(width) && can_be(height)).then(|| FontSize::new(width, height))
}

/// What a terminal answered.
struct TerminalReply {
    /// Empty where it does not say, and in tmux, which would give its own.
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

/// The way of this terminal; `guessed` is what the environment told. A picture in kitty's way is placed by letters that
/// stand for it, which kitty knows since 0.28, and `WezTerm` and Konsole do not, though they say that they can do the rest.
fn choose_protocol(name: &str, answers: &[Response], guessed: ProtocolType) -> Option<ProtocolType> {
    if name.starts_with("WezTerm") || name.starts_with("iTerm2") {
        return Some(ProtocolType::Iterm2);
    }
    if name.starts_with("Konsole") {
        return None;
    }
    if answers.contains(&Response::Kitty) && !is_old_kitty(name) {
        return Some(ProtocolType::Kitty);
    }
    (guessed == ProtocolType::Halfblocks && answers.contains(&Response::Sixel)).then_some(ProtocolType::Sixel)
}

fn is_old_kitty(name: &str) -> bool {
    let version = name.strip_prefix("kitty(").and_then(|rest| rest.split_once(')')).map(|(version, _)| version);
    let mut numbers =
        version.into_iter().flat_map(|version| version.split('.')).map_while(|number| number.parse().ok());
    let (major, minor): (Option<u32>, Option<u32>) = (numbers.next(), numbers.next());
    (major, minor) < (Some(0), Some(28)) && major.is_some()
}

/// What the terminal says until it has said that it is done, or time is up.
fn read_reply(in_tmux: bool) -> io::Result<String> {
    let options = QueryStdioOptions { timeout: REPLY_TIMEOUT, ..QueryStdioOptions::default() };
    let who = if in_tmux { "" } else { XTVERSION_QUERY };
    let mut out = io::stdout().lock();
    out.write_all(format!("{who}{}", Parser::query(in_tmux, options)).as_bytes())?;
    out.flush()?;
    let (began, mut received) = (Instant::now(), String::new());
    let stdin = io::stdin();
    loop {
        let left = REPLY_TIMEOUT.saturating_sub(began.elapsed());
        let wait = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let mut waiting = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        if left.is_zero() || poll(&mut waiting, wait)? == 0 {
            return Ok(received);
        }
        let mut bytes = [0; 256];
        let read = nix::unistd::read(stdin.as_fd(), &mut bytes)?;
        received.extend(bytes[..read].iter().map(|byte| char::from(*byte)));
        if read == 0 || received.contains(STATUS_REPORT_REPLY) {
            return Ok(received);
        }
    }
}

fn cell_size_from_ioctl() -> Option<FontSize> {
    let size = ratatui::crossterm::terminal::window_size().ok()?;
    valid_cell_size(size.width.checked_div(size.columns)?, size.height.checked_div(size.rows)?)
}
