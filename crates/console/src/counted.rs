//! What goes over the line, counted: a drawing that says much must not be followed by the next one at once. Once the
//! terminal is given back, nothing goes there any more.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes that went over the line. Clones are the same count.
#[derive(Clone, Default)]
pub(super) struct Count(Arc<Line>);

#[derive(Default)]
struct Line {
    bytes: AtomicUsize,
    is_silent: AtomicBool,
}

impl Count {
    /// Bytes since it was asked last.
    pub(super) fn take(&self) -> usize {
        self.0.bytes.swap(0, Ordering::Relaxed)
    }

    /// From now on what is written goes nowhere, and no writing fails; or it goes over the line again. `ratatui` says a last
    /// word when its terminal is dropped, and panics where nobody can read that it could not.
    pub(super) fn silence(&self, is_silent: bool) {
        self.0.is_silent.store(is_silent, Ordering::Relaxed);
    }

    fn is_silent(&self) -> bool {
        self.0.is_silent.load(Ordering::Relaxed)
    }

    /// A writer whose bytes are counted here.
    pub(super) fn over<W: Write>(&self, inner: W) -> Counted<W> {
        Counted { inner, count: self.clone() }
    }
}

/// A writer that counts.
pub(super) struct Counted<W> {
    inner: W,
    count: Count,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.count.is_silent() {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes)?;
        self.count.0.bytes.fetch_add(written, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.count.is_silent() { Ok(()) } else { self.inner.flush() }
    }
}
