//! A set of release ids: one bit each, because a dump has 20 million of them.

/// Largest id that is taken. Discogs is at 36 million.
pub(crate) const MAX_RELEASE_ID: u64 = 1_000_000_000;

/// A set of ids up to [`MAX_RELEASE_ID`].
#[derive(Debug, Default)]
pub(crate) struct IdSet {
    words: Vec<u64>,
    count: u64,
}

impl IdSet {
    /// Adds an id. Returns false if it was in the set, or is too large.
    pub(crate) fn insert(&mut self, id: u64) -> bool {
        let Some((word, bit)) = position(id) else { return false };
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.count += u64::from(is_new);
        is_new
    }

    /// Removes an id. Returns true if it was in the set.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let Some((word, bit)) = position(id) else { return false };
        let Some(bits) = self.words.get_mut(word).filter(|bits| **bits & bit != 0) else { return false };
        *bits &= !bit;
        self.count -= 1;
        true
    }

    /// Returns the number of ids.
    pub(crate) const fn len(&self) -> u64 {
        self.count
    }
}

fn position(id: u64) -> Option<(usize, u64)> {
    let word = usize::try_from(id / 64).ok().filter(|_| id <= MAX_RELEASE_ID)?;
    Some((word, 1 << (id % 64)))
}
