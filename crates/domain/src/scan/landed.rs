//! The scans of a batch, folded from its events: which there were, how many copies each made, which were taken back.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::super::upc::Upc;

/// One scan on its way into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// What tells it from every other scan of the batch: sent twice, it counts once.
    pub key: String,
    /// As the scanner typed it.
    pub code: String,
}

/// One scan that landed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    pub key: Box<str>,
    /// `None` for what is no barcode.
    pub upc: Option<Upc>,
    /// The copies that there were with it: more than one is a repeat.
    pub copies: u32,
    pub is_taken_back: bool,
}

/// All scans of a batch, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scans {
    landed: Vec<Landed>,
    by_key: HashMap<Box<str>, usize>,
    /// The copies that the draft of an item is made for, where one has been announced.
    drafted: HashMap<Upc, u32>,
}

impl Scans {
    /// All of them, the oldest first; one keeps its place.
    pub fn all(&self) -> &[Landed] {
        &self.landed
    }

    /// The scan of this key.
    pub fn of(&self, key: &str) -> Option<&Landed> {
        self.by_key.get(key).map(|at| &self.landed[*at])
    }

    /// The newest that holds a barcode and was not taken back.
    pub fn last(&self) -> Option<&Landed> {
        self.landed.iter().rev().find(|scan| scan.upc.is_some() && !scan.is_taken_back)
    }

    /// The copies that the draft of an item is made for.
    pub fn drafted(&self, upc: Upc) -> Option<u32> {
        self.drafted.get(&upc).copied()
    }

    pub(crate) fn land(&mut self, key: &str, upc: Option<Upc>, copies: u32) {
        if !self.by_key.contains_key(key) {
            self.by_key.insert(key.into(), self.landed.len());
            self.landed.push(Landed { key: key.into(), upc, copies, is_taken_back: false });
        }
    }

    pub(crate) fn take_back(&mut self, key: &str) {
        if let Some(at) = self.by_key.get(key) {
            self.landed[*at].is_taken_back = true;
        }
    }

    pub(crate) fn draft(&mut self, upc: Upc, copies: u32) {
        if !self.landed.is_empty() {
            self.drafted.insert(upc, copies);
        }
    }
}
