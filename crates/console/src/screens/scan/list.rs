//! The scans of the scan screen: those typed here, and those that the job received from other screens.

use std::collections::{HashMap, VecDeque};

use super::scan_status::ScanStatus;
use crate::backend::ProjectionHandle;
use domain::job_projection::JobProjection;
use domain::scan::{
    MIN_BARCODE_DIGITS, ScanInput, ScanTerms, TermsCommand, join_terms, parse_scan_or_describe, split_terms,
};
use domain::upc::Upc;

/// Maximum number of scans in one request.
const MAX_SCANS_PER_REQUEST: usize = 100;

/// One scan.
pub(super) struct ScanRow {
    pub(super) key: String,
    /// The text as it was scanned or typed.
    pub(super) text: String,
    pub(super) barcode: Result<Upc, String>,
    /// Terms of the scan; empty for a scan from another screen.
    terms: ScanTerms,
    /// Number of copies including this scan, as this screen knew it at the time of the scan; 0 after the scan is
    /// undone.
    copies: u32,
    /// True after a scan that corrects this one.
    is_corrected: bool,
    /// True for a scan from another screen, for which this screen does not beep.
    was_alerted: bool,
}

/// All scans of the screen.
#[derive(Default)]
pub(super) struct ScanList {
    /// All scans, oldest first.
    rows: Vec<ScanRow>,
    index_by_key: HashMap<String, usize>,
    /// Scans that the job does not have yet, oldest first.
    outbox: VecDeque<ScanInput>,
    /// Terms of the next scans.
    terms: ScanTerms,
    /// Number of the job's scans that have been imported into `rows`.
    synced_count: usize,
    /// Indices of scans whose status may still change to one that beeps.
    awaiting_alert: Vec<usize>,
}

impl ScanList {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns a scan by its distance from the newest one.
    pub(super) fn nth_newest(&self, index: usize) -> Option<&ScanRow> {
        self.rows.iter().rev().nth(index)
    }

    pub(super) fn unsent_count(&self) -> usize {
        self.outbox.len()
    }

    /// Returns the number of scans that are not barcodes. They are never sent to the job.
    pub(super) fn misread_count(&self) -> usize {
        self.rows.iter().filter(|row| row.barcode.is_err() && !row.is_correction()).count()
    }

    /// Adds a scan. If it is a barcode, or corrects the last one, it is queued for sending.
    pub(super) fn add_scan(&mut self, key: String, text: String, projection: Option<&JobProjection>) {
        if let Some(command) = TermsCommand::parse_correction(&text) {
            return self.add_correction(key, text, command);
        }
        let (code, command) = split_terms(&text);
        let barcode = parse_scan_or_describe(code).map_err(|invalid| invalid.to_string());
        let (mut copies, terms) = (1, command.applied_to(self.terms.clone()));
        if let Ok(upc) = barcode {
            let in_job = projection.and_then(|projection| projection.item(upc)).map_or(0, |item| item.copies);
            copies += in_job + u32::try_from(self.unsent_count_for(upc)).unwrap_or_default();
            let code = join_terms(&upc.to_string(), &terms);
            self.outbox.push_back(ScanInput { key: key.clone(), code, line: None });
        }
        self.push_row(ScanRow { key, text, barcode, terms, copies, is_corrected: false, was_alerted: false });
    }

    fn add_correction(&mut self, key: String, text: String, command: TermsCommand) {
        // A misread barcode may be what the correction is for.
        let is_misread = |row: &ScanRow| {
            let digits = row.text.chars().filter(char::is_ascii_digit).count();
            row.barcode.is_err() && digits >= MIN_BARCODE_DIGITS
        };
        let mut newest = self.rows.iter_mut().rev();
        let last = newest.find(|row| is_misread(row) || (row.barcode.is_ok() && row.copies > 0));
        let last = last.filter(|row| row.barcode.is_ok());
        let (barcode, copies, terms) = match last {
            Some(row) => {
                row.is_corrected = true;
                (row.barcode.clone(), row.copies, command.applied_to(row.terms.clone()))
            }
            None => (Err("the scan before it is not a barcode".to_owned()), 1, ScanTerms::default()),
        };
        if barcode.is_ok() {
            self.outbox.push_back(ScanInput { key: key.clone(), code: text.clone(), line: None });
        }
        self.push_row(ScanRow { key, text, barcode, terms, copies, is_corrected: false, was_alerted: false });
    }

    /// Returns the terms of the next scans.
    pub(super) fn terms(&self) -> &ScanTerms {
        &self.terms
    }

    /// Changes the terms of the next scans. Returns false if the text is not a command.
    pub(super) fn apply_command(&mut self, text: &str) -> bool {
        self.terms.apply_command(text)
    }

    fn unsent_count_for(&self, upc: Upc) -> usize {
        let code = upc.to_string();
        self.outbox.iter().filter(|scan| split_terms(&scan.code).0 == code).count()
    }

    fn push_row(&mut self, row: ScanRow) {
        if !row.was_alerted {
            self.awaiting_alert.push(self.rows.len());
        }
        self.index_by_key.insert(row.key.clone(), self.rows.len());
        self.rows.push(row);
    }

    /// Returns the scans for the next request.
    pub(super) fn next_unsent(&self) -> Vec<ScanInput> {
        self.outbox.iter().take(MAX_SCANS_PER_REQUEST).cloned().collect()
    }

    /// Removes scans that the job has received from the queue.
    pub(super) fn mark_sent(&mut self, keys: &[String]) {
        self.outbox.retain(|scan| !keys.contains(&scan.key));
    }

    /// Undoes a scan that has not been sent. Returns false if it has been sent.
    pub(super) fn remove_unsent(&mut self, key: &str) -> bool {
        let before = self.outbox.len();
        self.outbox.retain(|scan| scan.key != key);
        let was_unsent = self.outbox.len() < before;
        if was_unsent && let Some(index) = self.index_by_key.get(key) {
            self.rows[*index].copies = 0;
        }
        was_unsent
    }

    /// Prepares the list for another job by removing all scans except the unsent ones.
    pub(super) fn reset_for_new_job(&mut self) {
        let (unsent, terms) = (std::mem::take(&mut self.outbox), std::mem::take(&mut self.terms));
        *self = Self::default();
        for scan in unsent {
            self.add_scan(scan.key, scan.code, None);
        }
        self.terms = terms;
    }

    /// Adds the job's scans from other screens.
    pub(super) fn import_scans(&mut self, projection: &ProjectionHandle) {
        let projection = projection.read();
        for scan in projection.scans.records().iter().skip(self.synced_count) {
            if let Some(upc) = scan.upc.filter(|_| !self.index_by_key.contains_key(&*scan.key)) {
                let (key, text, copies) = (scan.key.to_string(), upc.to_string(), scan.copies);
                let (barcode, terms) = (Ok(upc), ScanTerms::default());
                self.push_row(ScanRow { key, text, barcode, terms, copies, is_corrected: false, was_alerted: true });
            }
        }
        self.synced_count = projection.scans.records().len();
    }

    /// Returns the number of scans that have reached a status that beeps since the last call. Each scan counts once.
    pub(super) fn take_alerts(&mut self, projection: Option<&JobProjection>) -> usize {
        let mut alerts = 0;
        let mut awaiting = std::mem::take(&mut self.awaiting_alert);
        awaiting.retain(|index| {
            let status = self.rows[*index].status(projection, false);
            alerts += usize::from(status.needs_alert());
            matches!(status, ScanStatus::Pending | ScanStatus::Paused | ScanStatus::Queued)
        });
        self.awaiting_alert = awaiting;
        alerts
    }
}

impl ScanRow {
    /// Returns the grades and parts of the scan: `VG+/VG no-obi`. A scan that is not a barcode has none.
    pub(super) fn grade(&self) -> String {
        if self.barcode.is_err() {
            return String::new();
        }
        ScanTerms { location: None, ..self.terms.clone() }.summary()
    }

    /// Returns the current status of the scan. `is_held` is true if scans cannot be sent to the job.
    pub(super) fn status(&self, projection: Option<&JobProjection>, is_held: bool) -> ScanStatus {
        let Ok(upc) = self.barcode else {
            return if self.is_correction() { ScanStatus::NotApplied } else { ScanStatus::NotABarcode };
        };
        let record = projection.and_then(|projection| projection.scans.find_by_key(&self.key));
        let copies = record.map_or(self.copies, |record| record.copies);
        match (record, projection.and_then(|projection| projection.item(upc))) {
            _ if self.is_corrected && record.is_some_and(|record| record.is_retracted) => ScanStatus::Corrected,
            _ if copies == 0 || record.is_some_and(|record| record.is_retracted) => ScanStatus::Undone,
            (None, _) if is_held => ScanStatus::Queued,
            _ if copies > 1 => ScanStatus::Duplicate(copies),
            (None, _) | (_, None) => ScanStatus::Pending,
            (Some(_), Some(item)) => ScanStatus::for_item(item),
        }
    }

    /// Returns true for a command that corrects the scan before it.
    fn is_correction(&self) -> bool {
        TermsCommand::parse_correction(&self.text).is_some()
    }

    /// Returns true if the scan is a barcode and is not undone.
    pub(super) fn can_undo(&self, projection: Option<&JobProjection>) -> bool {
        let is_retracted = projection
            .and_then(|projection| projection.scans.find_by_key(&self.key))
            .is_some_and(|scan| scan.is_retracted);
        self.barcode.is_ok() && self.copies > 0 && !is_retracted
    }
}
