//! A set of release numbers. Uses a bit set for Discogs, whose numbers start at 1 and reach 36 million for 20 million
//! releases, and a hash set for MusicBrainz, whose identifiers are random.

use std::collections::HashSet;

/// Largest number that is stored in the bit set. Discogs' numbers reach 36 million.
pub(crate) const MAX_DENSE_ID: u64 = 1_000_000_000;

/// A set of release numbers.
#[derive(Debug, Default)]
pub(crate) struct IdSet {
    /// One bit for each number up to [`MAX_DENSE_ID`].
    words: Vec<u64>,
    dense_count: u64,
    /// Numbers above [`MAX_DENSE_ID`].
    sparse: HashSet<u64>,
}

impl IdSet {
    /// Adds a number. Returns false if it was already in the set.
    pub(crate) fn insert(&mut self, id: u64) -> bool {
        let Some((word, bit)) = dense_position(id) else { return self.sparse.insert(id) };
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.dense_count += u64::from(is_new);
        is_new
    }

    /// Removes a number. Returns true if it was in the set.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let Some((word, bit)) = dense_position(id) else { return self.sparse.remove(&id) };
        let Some(bits) = self.words.get_mut(word).filter(|bits| **bits & bit != 0) else { return false };
        *bits &= !bit;
        self.dense_count -= 1;
        true
    }

    /// Returns the size of the set.
    pub(crate) fn len(&self) -> u64 {
        self.dense_count + self.sparse.len() as u64
    }
}

/// Returns the word index and the bit mask of a number up to [`MAX_DENSE_ID`]; `None` above it.
fn dense_position(id: u64) -> Option<(usize, u64)> {
    let word = usize::try_from(id / 64).ok().filter(|_| id <= MAX_DENSE_ID)?;
    Some((word, 1 << (id % 64)))
}
