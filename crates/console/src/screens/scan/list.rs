//! The scans of this screen: those that were typed here, and those that the batch had before.

use std::collections::{HashMap, VecDeque};
use std::sync::PoisonError;

use super::sign::Sign;
use crate::operations::SharedBoard;
use domain::board::Board;
use domain::scan::{Scan, barcode};
use domain::upc::Upc;

/// Scans of one request.
const TOGETHER: usize = 100;

/// One scan.
pub(super) struct Row {
    pub(super) key: String,
    /// As it was typed.
    pub(super) text: String,
    pub(super) read: Result<Upc, String>,
    /// The copies that there were with it, as far as this screen could know.
    copies: u32,
    /// What is said of it was heard already.
    has_rung: bool,
}

/// All of them.
#[derive(Default)]
pub(super) struct List {
    /// The oldest first.
    rows: Vec<Row>,
    place: HashMap<String, usize>,
    /// Those that the batch does not have yet, the oldest first.
    outbox: VecDeque<Scan>,
    /// Scans of the board that are in `rows`.
    seen: usize,
    /// Those that may still have something to be heard.
    silent: Vec<usize>,
}

impl List {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The scan so many places from the newest.
    pub(super) fn newest(&self, back: usize) -> Option<&Row> {
        self.rows.iter().rev().nth(back)
    }

    pub(super) fn unsent(&self) -> usize {
        self.outbox.len()
    }

    /// What was no barcode, and so is only here.
    pub(super) fn misread(&self) -> usize {
        self.rows.iter().filter(|row| row.read.is_err()).count()
    }

    /// Takes what was typed; what is no barcode stays here.
    pub(super) fn take(&mut self, key: String, text: String, board: Option<&Board>) {
        let read = barcode(&text).map_err(|why| why.to_string());
        let mut copies = 1;
        if let Ok(upc) = read {
            let landed = board.and_then(|board| board.item(upc)).map_or(0, |item| item.copies);
            copies += landed + u32::try_from(self.unsent_of(upc)).unwrap_or_default();
            self.outbox.push_back(Scan { key: key.clone(), code: upc.to_string() });
        }
        self.push(Row { key, text, read, copies, has_rung: false });
    }

    fn unsent_of(&self, upc: Upc) -> usize {
        let code = upc.to_string();
        self.outbox.iter().filter(|scan| scan.code == code).count()
    }

    fn push(&mut self, row: Row) {
        if !row.has_rung {
            self.silent.push(self.rows.len());
        }
        self.place.insert(row.key.clone(), self.rows.len());
        self.rows.push(row);
    }

    /// The scans to send next.
    pub(super) fn next(&self) -> Vec<Scan> {
        self.outbox.iter().take(TOGETHER).cloned().collect()
    }

    /// These are in the batch.
    pub(super) fn sent(&mut self, keys: &[String]) {
        self.outbox.retain(|scan| !keys.contains(&scan.key));
    }

    /// Takes out one that was not sent yet.
    pub(super) fn take_out(&mut self, key: &str) -> bool {
        let before = self.outbox.len();
        self.outbox.retain(|scan| scan.key != key);
        let was_here = self.outbox.len() < before;
        if was_here && let Some(at) = self.place.get(key) {
            self.rows[*at].copies = 0;
        }
        was_here
    }

    /// The batch is another one: only what it does not have yet stays.
    pub(super) fn begin_anew(&mut self) {
        let kept = std::mem::take(&mut self.outbox);
        *self = Self::default();
        for scan in kept {
            self.take(scan.key, scan.code, None);
        }
    }

    /// Scans of the batch that were made elsewhere, or before this screen.
    pub(super) fn learn(&mut self, board: &SharedBoard) {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        for scan in board.scans.all().iter().skip(self.seen) {
            if let Some(upc) = scan.upc.filter(|_| !self.place.contains_key(&*scan.key)) {
                let (key, text, copies) = (scan.key.to_string(), upc.to_string(), scan.copies);
                self.push(Row { key, text, read: Ok(upc), copies, has_rung: true });
            }
        }
        self.seen = board.scans.all().len();
    }

    /// How many have something to be heard that was not heard before.
    pub(super) fn ring(&mut self, board: Option<&Board>) -> usize {
        let mut rings = 0;
        let mut silent = std::mem::take(&mut self.silent);
        silent.retain(|at| {
            let sign = self.rows[*at].sign(board, false);
            rings += usize::from(sign.rings());
            matches!(sign, Sign::Looking | Sign::Held | Sign::Kept)
        });
        self.silent = silent;
        rings
    }
}

impl Row {
    /// What it is now.
    pub(super) fn sign(&self, board: Option<&Board>, is_down: bool) -> Sign {
        let Ok(upc) = self.read else { return Sign::NotABarcode };
        let landed = board.and_then(|board| board.scans.of(&self.key));
        let copies = landed.map_or(self.copies, |landed| landed.copies);
        match (landed, board.and_then(|board| board.item(upc))) {
            _ if copies == 0 || landed.is_some_and(|landed| landed.is_taken_back) => Sign::TakenBack,
            (None, _) if is_down => Sign::Kept,
            _ if copies > 1 => Sign::Repeated(copies),
            (None, _) | (_, None) => Sign::Looking,
            (Some(_), Some(item)) => Sign::of(item),
        }
    }

    /// True where it can be taken back.
    pub(super) fn stands(&self, board: Option<&Board>) -> bool {
        let is_taken_back = board.and_then(|board| board.scans.of(&self.key)).is_some_and(|scan| scan.is_taken_back);
        self.read.is_ok() && self.copies > 0 && !is_taken_back
    }
}
