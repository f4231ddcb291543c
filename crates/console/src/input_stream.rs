//! The stream of input from the terminal, in which split escape sequences are joined again.

use std::io;
use std::time::Duration;

use futures::StreamExt as _;
use ratatui::crossterm::event::EventStream;
use tokio::time::Instant;

use super::key_sequence::{SequenceAssembler, TerminalInput};

/// The stream of keys, pasted text, resizes and replies of the terminal.
pub(super) struct InputStream {
    events: EventStream,
    assembler: SequenceAssembler,
    /// Time at which the stream stops waiting for the rest of a sequence.
    deadline: Instant,
    /// Time until which replies of the terminal are accepted. Later ones are dropped.
    replies_until: Instant,
}

impl InputStream {
    /// Creates the stream. `holds_escape` is false if the terminal reports Esc unambiguously.
    pub(super) fn new(holds_escape: bool) -> Self {
        let (events, assembler) = (EventStream::new(), SequenceAssembler::new(holds_escape));
        let now = Instant::now();
        Self { events, assembler, deadline: now, replies_until: now }
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
                Some(input) => return Some(Ok(input)),
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
}
