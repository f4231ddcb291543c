//! Counts the bytes that are written to the terminal, so that a large frame can delay the next one. The writers can be
//! muted, so that nothing is written after the terminal is restored.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A count of written bytes, shared by all clones.
#[derive(Clone, Default)]
pub(super) struct ByteCounter(Arc<ByteCounterState>);

#[derive(Default)]
struct ByteCounterState {
    bytes: AtomicUsize,
    is_muted: AtomicBool,
}

impl ByteCounter {
    /// Returns the bytes written since the last call.
    pub(super) fn take_bytes(&self) -> usize {
        self.0.bytes.swap(0, Ordering::Relaxed)
    }

    /// Mutes or unmutes the writers. A muted writer discards its input and never fails: `ratatui` writes when its
    /// terminal is dropped, and panics if it cannot report that this write failed.
    pub(super) fn set_muted(&self, is_muted: bool) {
        self.0.is_muted.store(is_muted, Ordering::Relaxed);
    }

    fn is_muted(&self) -> bool {
        self.0.is_muted.load(Ordering::Relaxed)
    }

    /// Returns a writer that counts its bytes here.
    pub(super) fn wrap_writer<W: Write>(&self, inner: W) -> CountingWriter<W> {
        CountingWriter { inner, counter: self.clone() }
    }
}

/// A writer that counts its bytes.
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
