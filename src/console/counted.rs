//! What goes over the line, counted: a drawing that says much must not be followed by the next one at once.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that went over the line. Clones are the same count.
#[derive(Clone, Default)]
pub(super) struct Count(Arc<AtomicUsize>);

impl Count {
    /// Bytes since it was asked last.
    pub(super) fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
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
        let written = self.inner.write(bytes)?;
        self.count.0.fetch_add(written, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
