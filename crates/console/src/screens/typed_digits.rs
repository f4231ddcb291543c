//! Digits typed in review. The operator types one digit to choose a candidate. A scanner types the digits of a barcode
//! without a pause, and they must not decide anything.

/// Digits typed without a pause between them.
#[derive(Default)]
pub(super) struct TypedDigits {
    text: String,
    /// Number of the latest digit, so that only the pause after it counts.
    sequence: u64,
}

/// The digits typed before the pause.
pub(super) enum FinishedDigits {
    None,
    /// The number of a candidate, from 1.
    Choice(usize),
    Barcode(String),
}

impl TypedDigits {
    /// Adds a digit, and returns its number.
    pub(super) fn push(&mut self, digit: char) -> u64 {
        self.text.push(digit);
        self.sequence += 1;
        self.sequence
    }

    pub(super) fn is_typing(&self) -> bool {
        !self.text.is_empty()
    }

    /// Returns true if no digit was typed after this one.
    pub(super) fn is_latest(&self, sequence: u64) -> bool {
        self.sequence == sequence
    }

    /// Returns the typed digits and clears them.
    pub(super) fn take(&mut self) -> FinishedDigits {
        let text = std::mem::take(&mut self.text);
        match text.parse() {
            Err(_) => FinishedDigits::None,
            Ok(number) if text.len() == 1 => FinishedDigits::Choice(number),
            Ok(_) => FinishedDigits::Barcode(text),
        }
    }
}
