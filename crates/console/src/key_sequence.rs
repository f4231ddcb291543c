//! Joins escape sequences that arrived in pieces into keys, and recognizes the terminal's replies.
//!
//! A slow or lossy connection may deliver `ESC` and `[B`, the arrow key down, some time apart. Read separately, they
//! are the keys Esc, `[` and `B`, which would close the screen and open another one. Therefore an Esc waits briefly for
//! the rest of a sequence.
//!
//! ```text
//! Esc ──'[' or 'O' in time──> characters up to the final one ──> one key, or pasted text
//!  └──anything else, or nothing──> Esc
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Maximum time until the next character after an Esc, which the operator may also have pressed.
const ESCAPE_TIMEOUT: Duration = Duration::from_millis(50);

/// Maximum time until the next character of a sequence that no one types.
const SEQUENCE_TIMEOUT: Duration = Duration::from_millis(500);

/// Maximum characters of a sequence. A longer one is not a sequence.
const MAX_SEQUENCE_LEN: usize = 64;

/// Input from the terminal.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TerminalInput {
    /// A key, the mouse, pasted text or a resize.
    Event(Input),
    /// The reply to [`super::terminal_reply::BACKGROUND_QUERY`].
    OscReply(String),
}

/// The part of a sequence that has arrived.
#[derive(Debug, Default)]
enum Partial {
    #[default]
    Nothing,
    /// An Esc, which may start a sequence.
    Escape(KeyEvent),
    /// The characters after the Esc of a control sequence (ECMA-48, CSI or SS3).
    Control(String),
    /// Text that is being pasted; its end marker is not reported.
    Paste(String),
    /// `ESC ]`, which is also the key Alt-].
    AltBracket(KeyEvent),
    /// The characters after `ESC ]` of a reply (ECMA-48, OSC).
    Osc(String),
}

/// Joins the events of split sequences into single inputs.
#[derive(Debug)]
pub(super) struct SequenceAssembler {
    /// False if the terminal reports Esc unambiguously, so that an Esc does not have to wait.
    holds_escape: bool,
    /// True from sending a query to the terminal until its reply.
    awaits_reply: bool,
    partial: Partial,
    ready: VecDeque<TerminalInput>,
}

impl SequenceAssembler {
    pub(super) fn new(holds_escape: bool) -> Self {
        Self { holds_escape, awaits_reply: false, partial: Partial::Nothing, ready: VecDeque::new() }
    }

    /// Recognizes a reply of the terminal even if it arrives in pieces.
    pub(super) fn expect_reply(&mut self) {
        self.awaits_reply = true;
    }

    /// Returns the maximum time until the rest of a sequence.
    pub(super) fn timeout(&self) -> Duration {
        match &self.partial {
            Partial::Control(text) if text.len() > 1 => SEQUENCE_TIMEOUT,
            Partial::Paste(_) | Partial::Osc(_) => SEQUENCE_TIMEOUT,
            Partial::AltBracket(_) if self.awaits_reply => SEQUENCE_TIMEOUT,
            _ => ESCAPE_TIMEOUT,
        }
    }

    /// Returns the next complete input.
    pub(super) fn pop(&mut self) -> Option<TerminalInput> {
        self.ready.pop_front()
    }

    /// Returns true while the rest of a sequence may follow.
    pub(super) fn is_waiting(&self) -> bool {
        !matches!(self.partial, Partial::Nothing)
    }

    /// Adds an event.
    pub(super) fn push(&mut self, input: Input) {
        let input = normalize(input);
        match std::mem::take(&mut self.partial) {
            Partial::Nothing => self.begin(input),
            Partial::Escape(escape) => match plain_char(&input) {
                Some(first @ ('[' | 'O')) => self.partial = Partial::Control(first.to_string()),
                Some(']') if self.awaits_reply => {
                    self.partial = Partial::AltBracket(KeyEvent::new(KeyCode::Char(']'), KeyModifiers::ALT));
                }
                _ => {
                    self.emit(Input::Key(escape));
                    self.begin(input);
                }
            },
            Partial::Control(text) => self.continue_control(text, input),
            Partial::Paste(text) => self.continue_paste(text, input),
            Partial::AltBracket(key) => {
                if let Some(digit @ '0'..='9') = plain_char(&input) {
                    self.partial = Partial::Osc(digit.to_string());
                } else {
                    self.emit(Input::Key(key));
                    self.begin(input);
                }
            }
            Partial::Osc(text) => self.continue_osc(text, input),
        }
    }

    /// Stops waiting for the rest of a sequence.
    pub(super) fn expire(&mut self) {
        match std::mem::take(&mut self.partial) {
            Partial::Escape(key) | Partial::AltBracket(key) => self.emit(Input::Key(key)),
            // A person does not type this fast, but a single character is more likely a key than an incomplete
            // sequence.
            Partial::Control(text) if text.len() == 1 => {
                self.emit(Input::Key(KeyCode::Esc.into()));
                self.emit_chars(&text);
            }
            Partial::Paste(text) => self.emit(Input::Paste(text)),
            Partial::Nothing | Partial::Control(_) | Partial::Osc(_) => {}
        }
    }

    fn begin(&mut self, input: Input) {
        match &input {
            Input::Key(key) if is_press(key) && key.code == KeyCode::Esc && key.modifiers.is_empty() => {
                if self.holds_escape {
                    self.partial = Partial::Escape(*key);
                } else {
                    self.emit(input);
                }
            }
            Input::Key(key)
                if is_press(key) && key.code == KeyCode::Char(']') && key.modifiers == KeyModifiers::ALT =>
            {
                self.partial = Partial::AltBracket(*key);
            }
            _ => self.emit(input),
        }
    }

    fn continue_control(&mut self, mut text: String, input: Input) {
        let Some(letter) = plain_char(&input).filter(|_| text.len() < MAX_SEQUENCE_LEN) else {
            // The sequence is incomplete; this input is something else.
            return self.begin(input);
        };
        text.push(letter);
        let is_final = text.starts_with('O') || matches!(letter, '@'..='~');
        if !is_final {
            self.partial = Partial::Control(text);
        } else if text == "[200~" {
            self.partial = Partial::Paste(String::new());
        } else {
            self.ready.extend(parse_control(&text).map(|key| TerminalInput::Event(Input::Key(key))));
        }
    }

    fn continue_paste(&mut self, mut text: String, input: Input) {
        let added = match &input {
            Input::Key(
                KeyEvent { code: KeyCode::Enter, .. }
                | KeyEvent { code: KeyCode::Char('j'), modifiers: KeyModifiers::CONTROL, .. },
            ) => Some('\n'),
            Input::Key(KeyEvent { code: KeyCode::Tab, .. }) => Some('\t'),
            input => plain_char(input),
        };
        if let Some(letter) = added {
            text.push(letter);
            self.partial = Partial::Paste(text);
        } else {
            self.emit(Input::Paste(text));
            self.begin(input);
        }
    }

    fn continue_osc(&mut self, mut text: String, input: Input) {
        let ends = matches!(
            &input,
            Input::Key(
                KeyEvent { code: KeyCode::Char('g'), modifiers: KeyModifiers::CONTROL, .. }
                    | KeyEvent { code: KeyCode::Char('\\'), modifiers: KeyModifiers::ALT, .. }
            )
        );
        match plain_char(&input).filter(|_| text.len() < MAX_SEQUENCE_LEN) {
            _ if ends => {
                self.awaits_reply = false;
                self.ready.push_back(TerminalInput::OscReply(text));
            }
            Some(letter) => {
                text.push(letter);
                self.partial = Partial::Osc(text);
            }
            None => self.begin(input),
        }
    }

    fn emit(&mut self, input: Input) {
        self.ready.push_back(TerminalInput::Event(input));
    }

    fn emit_chars(&mut self, text: &str) {
        for letter in text.chars() {
            self.emit(Input::Key(KeyCode::Char(letter).into()));
        }
    }
}

fn is_press(key: &KeyEvent) -> bool {
    key.kind == KeyEventKind::Press
}

/// Returns the character that a key types; `None` for other keys.
fn plain_char(input: &Input) -> Option<char> {
    match input {
        Input::Key(key) if is_press(key) && KeyModifiers::SHIFT.contains(key.modifiers) => match key.code {
            KeyCode::Char(letter) => Some(letter),
            _ => None,
        },
        _ => None,
    }
}

/// Maps keys that only terminals with the kitty keyboard protocol distinguish to their usual meaning: Ctrl-[ is Esc,
/// Ctrl-I is Tab and Ctrl-M is Enter.
fn normalize(input: Input) -> Input {
    let Input::Key(key) = &input else { return input };
    let code = match (key.code, key.modifiers) {
        (KeyCode::Char('['), KeyModifiers::CONTROL) => KeyCode::Esc,
        (KeyCode::Char('i'), KeyModifiers::CONTROL) => KeyCode::Tab,
        (KeyCode::Char('m'), KeyModifiers::CONTROL) => KeyCode::Enter,
        _ => return input,
    };
    Input::Key(KeyEvent { code, modifiers: KeyModifiers::NONE, ..*key })
}

/// Parses a control sequence without its ESC: `[B`, `[1;5A`, `[3~`, `[97;5u`, `OP`. `None` if it is not a key.
fn parse_control(text: &str) -> Option<KeyEvent> {
    let last = text.chars().last()?;
    let parameters = &text[1..text.len() - last.len_utf8()];
    let mut numbers = parameters.split(';').map(|number| number.split(':').next().and_then(|code| code.parse().ok()));
    let first: Option<u32> = numbers.next().flatten();
    let modifiers = numbers.next().flatten().map_or(KeyModifiers::NONE, modifiers_from_parameter);
    let code = match last {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'H' => KeyCode::Home,
        'F' => KeyCode::End,
        'Z' => KeyCode::BackTab,
        'P'..='S' => KeyCode::F(u8::try_from(u32::from(last) - u32::from('P')).ok()? + 1),
        '~' => code_from_number(first?)?,
        'u' => code_from_codepoint(first?)?,
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers))
}

/// Returns the modifiers of a parameter (xterm control sequences, `modifyCursorKeys`), which is 1 plus the sum of 1 for
/// Shift, 2 for Alt and 4 for Ctrl.
fn modifiers_from_parameter(parameter: u32) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    let flags = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)];
    flags.into_iter().filter(|(bit, _)| bits & bit != 0).fold(KeyModifiers::NONE, |all, (_, flag)| all | flag)
}

/// Returns the key of a VT220 function key: `ESC [ 5 ~`.
fn code_from_number(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(u8::try_from(number - 10).ok()?),
        17..=21 => KeyCode::F(u8::try_from(number - 11).ok()?),
        23 | 24 => KeyCode::F(u8::try_from(number - 12).ok()?),
        _ => return None,
    })
}

/// Returns the key of a code point in the kitty keyboard protocol: `ESC [ 27 u`.
fn code_from_codepoint(number: u32) -> Option<KeyCode> {
    Some(match number {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        _ => KeyCode::Char(char::from_u32(number)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<Input> {
        text.chars().map(|letter| Input::Key(KeyCode::Char(letter).into())).collect()
    }

    fn escape() -> Input {
        Input::Key(KeyCode::Esc.into())
    }

    /// Returns the input that results from these events and a pause.
    fn assembled(inputs: impl IntoIterator<Item = Input>) -> Vec<TerminalInput> {
        let mut assembler = SequenceAssembler::new(true);
        inputs.into_iter().for_each(|input| assembler.push(input));
        assembler.expire();
        std::iter::from_fn(|| assembler.pop()).collect()
    }

    fn keys(code: KeyCode, modifiers: KeyModifiers) -> Vec<TerminalInput> {
        vec![TerminalInput::Event(Input::Key(KeyEvent::new(code, modifiers)))]
    }

    #[test]
    fn split_sequences_are_one_key() {
        let none = KeyModifiers::NONE;
        for (text, code, modifiers) in [
            ("[B", KeyCode::Down, none),
            ("[A", KeyCode::Up, none),
            ("OP", KeyCode::F(1), none),
            ("OB", KeyCode::Down, none),
            ("[1;5C", KeyCode::Right, KeyModifiers::CONTROL),
            ("[1;2D", KeyCode::Left, KeyModifiers::SHIFT),
            ("[5~", KeyCode::PageUp, none),
            ("[6;3~", KeyCode::PageDown, KeyModifiers::ALT),
            ("[15~", KeyCode::F(5), none),
            ("[19~", KeyCode::F(8), none),
            ("[24~", KeyCode::F(12), none),
            ("[Z", KeyCode::BackTab, none),
            ("[27u", KeyCode::Esc, none),
            ("[108;5u", KeyCode::Char('l'), KeyModifiers::CONTROL),
        ] {
            let inputs = [escape()].into_iter().chain(chars(text));
            assert_eq!(assembled(inputs), keys(code, modifiers), "{text}");
        }
    }

    #[test]
    fn mouse_reports_and_unknown_sequences_are_no_keys() {
        for text in ["[<0;3;5M", "[<0;3;5m", "[I", "[?62;4c", "[99~", "[12"] {
            assert_eq!(assembled([escape()].into_iter().chain(chars(text))), [], "{text}");
        }
    }

    #[test]
    fn an_escape_alone_or_before_another_key_stays_one() {
        assert_eq!(assembled([escape()]), keys(KeyCode::Esc, KeyModifiers::NONE));
        let both = assembled([escape(), Input::Key(KeyCode::Char('j').into())]);
        assert_eq!(both.len(), 2);
        assert_eq!(both[..1], keys(KeyCode::Esc, KeyModifiers::NONE));
        let twice = assembled([escape(), escape()].into_iter().chain(chars("[B")));
        let expected = [keys(KeyCode::Esc, KeyModifiers::NONE), keys(KeyCode::Down, KeyModifiers::NONE)].concat();
        assert_eq!(twice, expected);
        let bracket = assembled([escape()].into_iter().chain(chars("[")));
        assert_eq!(bracket.len(), 2, "Esc and a bracket");
    }

    #[test]
    fn text_pasted_after_a_split_marker_runs_no_keys() {
        let enter = Input::Key(KeyCode::Enter.into());
        let inputs = [escape()].into_iter().chain(chars("[200~gs://q")).chain([enter]).chain(chars("X"));
        assert_eq!(assembled(inputs), [TerminalInput::Event(Input::Paste("gs://q\nX".to_owned()))]);
    }

    #[test]
    fn a_reply_of_the_terminal_is_no_key() {
        let alt = |letter| Input::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::ALT));
        let bell = Input::Key(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL));
        for end in [alt('\\'), bell] {
            let inputs = [alt(']')].into_iter().chain(chars("11;rgb:ffff/ffff/ffff")).chain([end]);
            assert_eq!(assembled(inputs), [TerminalInput::OscReply("11;rgb:ffff/ffff/ffff".to_owned())]);
        }
        assert_eq!(assembled([alt(']')]), keys(KeyCode::Char(']'), KeyModifiers::ALT));
        let mut assembler = SequenceAssembler::new(true);
        assembler.expect_reply();
        let split = [escape()].into_iter().chain(chars("]11;rgb:0/0/0")).chain([alt('\\')]);
        split.for_each(|input| assembler.push(input));
        assert_eq!(assembler.pop(), Some(TerminalInput::OscReply("11;rgb:0/0/0".to_owned())), "also if it is split");
    }

    #[test]
    fn keys_that_only_kitty_tells_apart_mean_the_same() {
        let control = |letter| Input::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
        for (letter, code) in [('[', KeyCode::Esc), ('i', KeyCode::Tab), ('m', KeyCode::Enter)] {
            assert_eq!(assembled([control(letter)]), keys(code, KeyModifiers::NONE));
        }
    }
}
