//! A set of the numbers of releases: one bit each for Discogs, which numbers them from 1 and has 20 million, and a hash table for
//! MusicBrainz, whose identifiers are random.

use std::collections::HashSet;

/// Largest number that takes one bit. Discogs is at 36 million.
pub(crate) const MAX_DENSE_ID: u64 = 1_000_000_000;

/// A set of numbers.
#[derive(Debug, Default)]
pub(crate) struct IdSet {
    /// A bit for each number up to [`MAX_DENSE_ID`].
    words: Vec<u64>,
    dense_count: u64,
    /// The larger numbers.
    sparse: HashSet<u64>,
}

impl IdSet {
    /// Adds a number. Returns false if it was in the set.
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

    /// Returns the count of numbers.
    pub(crate) fn len(&self) -> u64 {
        self.dense_count + self.sparse.len() as u64
    }
}

/// Returns the word and the bit of a number up to [`MAX_DENSE_ID`].
fn dense_position(id: u64) -> Option<(usize, u64)> {
    let word = usize::try_from(id / 64).ok().filter(|_| id <= MAX_DENSE_ID)?;
    Some((word, 1 << (id % 64)))
}
