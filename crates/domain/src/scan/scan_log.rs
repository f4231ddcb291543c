//! Projection of the scans of a batch: each scan, the number of copies after it, and whether it was undone.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::super::upc::Upc;

/// A scan to add to a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanInput {
    /// Idempotency key within the batch. A scan that is sent twice counts once.
    pub key: String,
    /// Code as the scanner sent it.
    pub code: String,
    /// Line of the input that contains the scan, from 1; `None` if it is the number of the scan.
    pub line: Option<u32>,
}

/// A recorded scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanRecord {
    pub key: Box<str>,
    /// `None` if the scan is not a barcode.
    pub upc: Option<Upc>,
    /// Number of copies of the UPC, including this scan. More than one means a repeated scan.
    pub copies: u32,
    /// Line of the scan in the input, from 1; `None` in the data of earlier versions, where it is the number of the
    /// scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(rename = "is_taken_back")]
    pub is_retracted: bool,
}

/// All scans of a batch, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScanLog {
    #[serde(rename = "landed")]
    records: Vec<ScanRecord>,
    by_key: HashMap<Box<str>, usize>,
    /// Number of copies in the draft of an item, by UPC.
    #[serde(rename = "drafted")]
    drafted_copies: HashMap<Upc, u32>,
    /// Items whose terms were corrected since they were last processed.
    #[serde(default, skip_serializing_if = "HashSet::is_empty")]
    corrected: HashSet<Upc>,
}

impl ScanLog {
    /// Returns all scans, oldest first. The position of a scan never changes.
    pub fn records(&self) -> &[ScanRecord] {
        &self.records
    }

    /// Returns the scan with this key.
    pub fn find_by_key(&self, key: &str) -> Option<&ScanRecord> {
        self.by_key.get(key).map(|at| &self.records[*at])
    }

    /// Returns the newest scan that is a barcode and was not undone.
    pub fn last_active(&self) -> Option<&ScanRecord> {
        self.records.iter().rev().find(|scan| scan.upc.is_some() && !scan.is_retracted)
    }

    /// Returns the number of copies in the draft of an item; `None` if it has none.
    pub fn drafted_copies(&self, upc: Upc) -> Option<u32> {
        self.drafted_copies.get(&upc).copied()
    }

    /// Returns true for an item whose terms were corrected since it was last processed.
    pub fn is_corrected(&self, upc: Upc) -> bool {
        self.corrected.contains(&upc)
    }

    /// Marks the last scan, which was of this UPC, as replaced by a corrected one.
    pub(crate) fn replace_last(&mut self, upc: Upc) {
        let last = self.records.iter_mut().rev().find(|scan| scan.upc == Some(upc) && !scan.is_retracted);
        if let Some(last) = last {
            last.is_retracted = true;
        }
        self.corrected.insert(upc);
    }

    pub(crate) fn clear_corrected(&mut self, upc: Upc) {
        self.corrected.remove(&upc);
    }

    pub(crate) fn record_scan(&mut self, key: &str, (upc, line): (Option<Upc>, u32), copies: u32) {
        if !self.by_key.contains_key(key) {
            self.by_key.insert(key.into(), self.records.len());
            self.records.push(ScanRecord { key: key.into(), upc, copies, line: Some(line), is_retracted: false });
        }
    }

    /// Returns the line of the scan with this key, from 1.
    pub fn line_of(&self, key: &str) -> Option<u32> {
        let at = *self.by_key.get(key)?;
        self.records[at].line.or_else(|| u32::try_from(at + 1).ok())
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
