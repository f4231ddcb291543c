//! The scans of a batch, folded from its events: which there were, how many copies each made, which were taken back.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::super::upc::Upc;

/// One scan on its way into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanInput {
    /// What tells it from every other scan of the batch: sent twice, it counts once.
    pub key: String,
    /// As the scanner typed it.
    pub code: String,
}

/// One scan that landed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanRecord {
    pub key: Box<str>,
    /// `None` for what is no barcode.
    pub upc: Option<Upc>,
    /// The copies that there were with it: more than one is a repeat.
    pub copies: u32,
    #[serde(rename = "is_taken_back")]
    pub is_retracted: bool,
}

/// All scans of a batch, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScanLog {
    #[serde(rename = "landed")]
    records: Vec<ScanRecord>,
    by_key: HashMap<Box<str>, usize>,
    /// The copies that the draft of an item is made for, where one has been announced.
    #[serde(rename = "drafted")]
    drafted_copies: HashMap<Upc, u32>,
}

impl ScanLog {
    /// All of them, the oldest first; one keeps its place.
    pub fn records(&self) -> &[ScanRecord] {
        &self.records
    }

    /// The scan of this key.
    pub fn find_by_key(&self, key: &str) -> Option<&ScanRecord> {
        self.by_key.get(key).map(|at| &self.records[*at])
    }

    /// The newest that holds a barcode and was not taken back.
    pub fn last_active(&self) -> Option<&ScanRecord> {
        self.records.iter().rev().find(|scan| scan.upc.is_some() && !scan.is_retracted)
    }

    /// The copies that the draft of an item is made for.
    pub fn drafted_copies(&self, upc: Upc) -> Option<u32> {
        self.drafted_copies.get(&upc).copied()
    }

    pub(crate) fn record_scan(&mut self, key: &str, upc: Option<Upc>, copies: u32) {
        if !self.by_key.contains_key(key) {
            self.by_key.insert(key.into(), self.records.len());
            self.records.push(ScanRecord { key: key.into(), upc, copies, is_retracted: false });
        }
    }

    pub(crate) fn retract_scan(&mut self, key: &str) {
        if let Some(at) = self.by_key.get(key) {
            self.records[*at].is_retracted = true;
        }
    }

    pub(crate) fn record_draft(&mut self, upc: Upc, copies: u32) {
        if !self.records.is_empty() {
            self.drafted_copies.insert(upc, copies);
        }
    }
}
