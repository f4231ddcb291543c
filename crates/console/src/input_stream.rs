//! The stream of input from the terminal, in which split escape sequences are joined again.

use std::io;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use ratatui::crossterm::event::{Event, EventStream};
use tokio::time::{Instant, timeout_at};

use super::key_sequence::{SequenceAssembler, TerminalInput};

/// Maximum time that the console waits for an outstanding reply when it exits.
const REPLY_WAIT_AT_EXIT: Duration = Duration::from_millis(200);

/// The stream of keys, pasted text, resizes and replies of the terminal.
pub(super) struct InputStream<E = EventStream> {
    events: E,
    assembler: SequenceAssembler,
    /// Time at which the stream stops waiting for the rest of a sequence.
    deadline: Instant,
    /// Time until which replies of the terminal are accepted. Later ones are dropped.
    replies_until: Instant,
}

impl InputStream {
    /// Creates the stream. `holds_escape` is false if the terminal reports Esc unambiguously.
    pub(super) fn new(holds_escape: bool) -> Self {
        Self::from_events(EventStream::new(), holds_escape)
    }
}

impl<E: Stream<Item = io::Result<Event>> + Unpin> InputStream<E> {
    fn from_events(events: E, holds_escape: bool) -> Self {
        let now = Instant::now();
        Self { events, assembler: SequenceAssembler::new(holds_escape), deadline: now, replies_until: now }
    }

    /// Accepts replies of the terminal for this time.
    pub(super) fn expect_reply(&mut self, within: Duration) {
        self.assembler.expect_reply();
        self.replies_until = Instant::now() + within;
    }

    /// Returns the next input; `None` if the terminal is closed. Cancel-safe.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be read.
    pub(super) async fn next(&mut self) -> Option<io::Result<TerminalInput>> {
        loop {
            match self.assembler.pop() {
                Some(TerminalInput::OscReply(_)) if Instant::now() > self.replies_until => continue,
                Some(input) => {
                    if matches!(input, TerminalInput::OscReply(_)) {
                        self.replies_until = Instant::now();
                    }
                    return Some(Ok(input));
                }
                None => {}
            }
            let deadline = self.deadline;
            tokio::select! {
                biased;
                event = self.events.next() => match event {
                    Some(Ok(event)) => {
                        self.assembler.push(event);
                        self.deadline = Instant::now() + self.assembler.timeout();
                    }
                    Some(Err(error)) => return Some(Err(error)),
                    None => return None,
                },
                () = tokio::time::sleep_until(deadline), if self.assembler.is_waiting() => self.assembler.expire(),
            }
        }
    }

    /// Waits briefly for a reply of the terminal that has not arrived yet, before the console exits. Otherwise the shell
    /// would read it as typed text.
    pub(super) async fn drain_reply(&mut self) {
        let until = self.replies_until.min(Instant::now() + REPLY_WAIT_AT_EXIT);
        while self.replies_until > Instant::now() && matches!(timeout_at(until, self.next()).await, Ok(Some(Ok(_)))) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    fn keys(text: &str) -> Vec<Event> {
        text.chars().map(|letter| Event::Key(KeyCode::Char(letter).into())).collect()
    }

    fn reply() -> Vec<Event> {
        let alt = |letter| Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::ALT));
        [vec![alt(']')], keys("11;rgb:0/0/0"), vec![alt('\\')]].concat()
    }

    /// Drains these events, and returns the next key. More events never arrive.
    async fn key_after_drain(events: Vec<Event>, is_expected: bool) -> Option<TerminalInput> {
        let events = futures::stream::iter(events.into_iter().map(Ok)).chain(futures::stream::pending());
        let mut stream = InputStream::from_events(events, true);
        if is_expected {
            stream.expect_reply(Duration::from_hours(1));
        }
        stream.drain_reply().await;
        stream.next().await.and_then(Result::ok)
    }

    #[tokio::test]
    async fn an_outstanding_reply_is_read_before_the_exit() {
        let key = |letter: char| Some(TerminalInput::Event(Event::Key(KeyCode::Char(letter).into())));
        assert_eq!(key_after_drain([keys("a"), reply(), keys("b")].concat(), true).await, key('b'));
        assert_eq!(key_after_drain(keys("a"), false).await, key('a'), "nothing is expected");
    }
}
