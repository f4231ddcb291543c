//! The scans of this screen: those that were typed here, and those that the batch had before.

use std::collections::{HashMap, VecDeque};

use super::scan_status::ScanStatus;
use crate::backend::ProjectionHandle;
use domain::job_projection::JobProjection;
use domain::scan::{ScanInput, parse_barcode};
use domain::upc::Upc;

/// Scans of one request.
const MAX_SCANS_PER_REQUEST: usize = 100;

/// One scan.
pub(super) struct ScanRow {
    pub(super) key: String,
    /// As it was typed.
    pub(super) text: String,
    pub(super) barcode: Result<Upc, String>,
    /// The copies that there were with it, as far as this screen could know.
    copies: u32,
    /// What is said of it was heard already.
    was_alerted: bool,
}

/// All of them.
#[derive(Default)]
pub(super) struct ScanList {
    /// The oldest first.
    rows: Vec<ScanRow>,
    index_by_key: HashMap<String, usize>,
    /// Those that the batch does not have yet, the oldest first.
    outbox: VecDeque<ScanInput>,
    /// Scans of the board that are in `rows`.
    synced_count: usize,
    /// Those that may still have something to be heard.
    awaiting_alert: Vec<usize>,
}

impl ScanList {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The scan so many places from the newest.
    pub(super) fn nth_newest(&self, back: usize) -> Option<&ScanRow> {
        self.rows.iter().rev().nth(back)
    }

    pub(super) fn unsent_count(&self) -> usize {
        self.outbox.len()
    }

    /// What was no barcode, and so is only here.
    pub(super) fn misread_count(&self) -> usize {
        self.rows.iter().filter(|row| row.barcode.is_err()).count()
    }

    /// Takes what was typed; what is no barcode stays here.
    pub(super) fn add_scan(&mut self, key: String, text: String, projection: Option<&JobProjection>) {
        let read = parse_barcode(&text).map_err(|why| why.to_string());
        let mut copies = 1;
        if let Ok(upc) = read {
            let record = projection.and_then(|projection| projection.item(upc)).map_or(0, |item| item.copies);
            copies += record + u32::try_from(self.unsent_count_for(upc)).unwrap_or_default();
            self.outbox.push_back(ScanInput { key: key.clone(), code: upc.to_string() });
        }
        self.push_row(ScanRow { key, text, barcode: read, copies, was_alerted: false });
    }

    fn unsent_count_for(&self, upc: Upc) -> usize {
        let code = upc.to_string();
        self.outbox.iter().filter(|scan| scan.code == code).count()
    }

    fn push_row(&mut self, row: ScanRow) {
        if !row.was_alerted {
            self.awaiting_alert.push(self.rows.len());
        }
        self.index_by_key.insert(row.key.clone(), self.rows.len());
        self.rows.push(row);
    }

    /// The scans to send next.
    pub(super) fn next_unsent(&self) -> Vec<ScanInput> {
        self.outbox.iter().take(MAX_SCANS_PER_REQUEST).cloned().collect()
    }

    /// These are in the batch.
    pub(super) fn mark_sent(&mut self, keys: &[String]) {
        self.outbox.retain(|scan| !keys.contains(&scan.key));
    }

    /// Takes out one that was not sent yet.
    pub(super) fn remove_unsent(&mut self, key: &str) -> bool {
        let before = self.outbox.len();
        self.outbox.retain(|scan| scan.key != key);
        let was_here = self.outbox.len() < before;
        if was_here && let Some(at) = self.index_by_key.get(key) {
            self.rows[*at].copies = 0;
        }
        was_here
    }

    /// The batch is another one: only what it does not have yet stays.
    pub(super) fn reset_for_new_job(&mut self) {
        let stored = std::mem::take(&mut self.outbox);
        *self = Self::default();
        for scan in stored {
            self.add_scan(scan.key, scan.code, None);
        }
    }

    /// Scans of the batch that were made elsewhere, or before this screen.
    pub(super) fn import_scans(&mut self, projection: &ProjectionHandle) {
        let projection = projection.read();
        for scan in projection.scans.records().iter().skip(self.synced_count) {
            if let Some(upc) = scan.upc.filter(|_| !self.index_by_key.contains_key(&*scan.key)) {
                let (key, text, copies) = (scan.key.to_string(), upc.to_string(), scan.copies);
                self.push_row(ScanRow { key, text, barcode: Ok(upc), copies, was_alerted: true });
            }
        }
        self.synced_count = projection.scans.records().len();
    }

    /// How many have something to be heard that was not heard before.
    pub(super) fn take_alerts(&mut self, projection: Option<&JobProjection>) -> usize {
        let mut rings = 0;
        let mut silent = std::mem::take(&mut self.awaiting_alert);
        silent.retain(|at| {
            let sign = self.rows[*at].status(projection, false);
            rings += usize::from(sign.needs_alert());
            matches!(sign, ScanStatus::Pending | ScanStatus::Paused | ScanStatus::Queued)
        });
        self.awaiting_alert = silent;
        rings
    }
}

impl ScanRow {
    /// What it is now.
    pub(super) fn status(&self, projection: Option<&JobProjection>, is_down: bool) -> ScanStatus {
        let Ok(upc) = self.barcode else { return ScanStatus::NotABarcode };
        let record = projection.and_then(|projection| projection.scans.find_by_key(&self.key));
        let copies = record.map_or(self.copies, |record| record.copies);
        match (record, projection.and_then(|projection| projection.item(upc))) {
            _ if copies == 0 || record.is_some_and(|record| record.is_retracted) => ScanStatus::Undone,
            (None, _) if is_down => ScanStatus::Queued,
            _ if copies > 1 => ScanStatus::Duplicate(copies),
            (None, _) | (_, None) => ScanStatus::Pending,
            (Some(_), Some(item)) => ScanStatus::for_item(item),
        }
    }

    /// True where it can be taken back.
    pub(super) fn can_undo(&self, projection: Option<&JobProjection>) -> bool {
        let is_taken_back = projection
            .and_then(|projection| projection.scans.find_by_key(&self.key))
            .is_some_and(|scan| scan.is_retracted);
        self.barcode.is_ok() && self.copies > 0 && !is_taken_back
    }
}
