//! What goes over the line, counted: a drawing that says much must not be followed by the next one at once. Once the
//! terminal is given back, nothing goes there any more.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes that went over the line. Clones are the same count.
#[derive(Clone, Default)]
pub(super) struct ByteCounter(Arc<ByteCounterState>);

#[derive(Default)]
struct ByteCounterState {
    bytes: AtomicUsize,
    is_muted: AtomicBool,
}

impl ByteCounter {
    /// Bytes since it was asked last.
    pub(super) fn take_bytes(&self) -> usize {
        self.0.bytes.swap(0, Ordering::Relaxed)
    }

    /// From now on what is written goes nowhere, and no writing fails; or it goes over the line again. `ratatui` says a last
    /// word when its terminal is dropped, and panics where nobody can read that it could not.
    pub(super) fn set_muted(&self, is_silent: bool) {
        self.0.is_muted.store(is_silent, Ordering::Relaxed);
    }

    fn is_muted(&self) -> bool {
        self.0.is_muted.load(Ordering::Relaxed)
    }

    /// A writer whose bytes are counted here.
    pub(super) fn wrap_writer<W: Write>(&self, inner: W) -> CountingWriter<W> {
        CountingWriter { inner, counter: self.clone() }
    }
}

/// A writer that counts.
pub(super) struct CountingWriter<W> {
    inner: W,
    counter: ByteCounter,
}

impl<W: Write> Write for CountingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.counter.is_muted() {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes)?;
        self.counter.0.bytes.fetch_add(written, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.counter.is_muted() { Ok(()) } else { self.inner.flush() }
    }
}
