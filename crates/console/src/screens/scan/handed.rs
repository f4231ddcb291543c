//! Between the screen and its batch: what is handed over, taken back, saved and closed, and what is heard of it.

use std::sync::PoisonError;

use super::save::Save;
use super::{Batch, Scan};
use crate::pane::{Action, Reaction};
use crate::scanning::{Ask, Heard, Unsent};
use domain::batch::JobId;
use domain::item::Item;
use domain::scan::barcode;

impl Scan {
    /// What has to be asked now that there is something to send.
    fn send(&mut self) -> Option<Action> {
        let scans = self.list.next();
        if self.is_sending || scans.is_empty() {
            return None;
        }
        let again = self.down.is_some();
        let ask = match &self.batch {
            Batch::Asked | Batch::Beginning => return None,
            Batch::Nobody => {
                self.batch = Batch::Beginning;
                Ask::Begin { key: format!("{}-batch-{}", self.name, self.batches), again }
            }
            Batch::Open(job) => {
                self.is_sending = true;
                Ask::Send { job: job.clone(), scans, again }
            }
        };
        Some(Action::Scans(ask))
    }

    /// The bell for what was not heard before, then what there is to ask.
    pub(super) fn actions(&mut self) -> Vec<Action> {
        let board = self.board.clone();
        let board = board.as_ref().map(|board| board.read().unwrap_or_else(PoisonError::into_inner));
        let ring = (self.list.ring(board.as_deref()) > 0).then_some(Action::Ring);
        drop(board);
        ring.into_iter().chain(self.send()).collect()
    }

    /// The newest scan that still stands is taken back.
    pub(super) fn take_back(&mut self) -> Reaction {
        let newest = (0..self.list.len()).filter_map(|back| self.list.newest(back));
        let found = self.with(|board| newest.into_iter().find(|row| row.stands(board)).map(|row| row.key.clone()));
        let Some(key) = found else {
            self.told = Some("there is no scan to take back".to_owned());
            return Reaction::Nothing;
        };
        // While it is on its way, nobody knows yet where it is.
        if !self.is_sending && self.list.take_out(&key) {
            self.told = Some("taken back".to_owned());
            return Reaction::Nothing;
        }
        match &self.batch {
            Batch::Open(job) => Reaction::Do(Action::Scans(Ask::TakeBack { job: job.clone(), key })),
            _ => Reaction::Nothing,
        }
    }

    /// The list as a file that a batch can run over: a UPC a line, and the copies where there are several.
    fn as_list(&self) -> String {
        let line = |item: &Item| match item.copies {
            1 => format!("{}\n", item.upc),
            copies => format!("{},{copies}\n", item.upc),
        };
        self.with(|board| {
            let items = board.into_iter().flat_map(|board| board.items().iter());
            items.filter(|item| item.copies > 0).map(line).collect()
        })
    }

    pub(super) fn save(&mut self) -> Reaction {
        let text = self.as_list();
        if text.is_empty() || self.list.unsent() > 0 {
            self.told = Some("nothing is saved: the batch does not have the scans yet".to_owned());
            return Reaction::Nothing;
        }
        let stamp = match &self.batch {
            Batch::Open(job) => job.stamp().to_owned(),
            _ => String::new(),
        };
        Reaction::Enter(Box::new(Save::of(text, format!("scans_{stamp}.txt"))), None)
    }

    pub(super) fn close(&mut self) -> Reaction {
        match &self.batch {
            Batch::Open(job) if self.list.unsent() == 0 => Reaction::Do(Action::Scans(Ask::Close { job: job.clone() })),
            Batch::Open(_) | Batch::Beginning => {
                self.told = Some("not closed: the batch does not have all scans yet".to_owned());
                Reaction::Nothing
            }
            Batch::Asked | Batch::Nobody => {
                self.told = Some("there is nothing to close: no scan was made".to_owned());
                Reaction::Nothing
            }
        }
    }

    fn joined(&mut self, job: JobId) -> Vec<Action> {
        self.batch = Batch::Open(job.clone());
        self.board = None;
        let mut wanted = vec![Action::Watch(job)];
        wanted.extend(self.send());
        wanted
    }

    pub(super) fn hear(&mut self, heard: &Heard) -> Vec<Action> {
        match heard {
            Heard::Joined(answer) if self.batch == Batch::Asked => {
                self.batch = Batch::Nobody;
                match answer {
                    Ok(Some(job)) => return self.joined(job.clone()),
                    Ok(None) => {}
                    Err(why) => self.told = Some(why.clone()),
                }
            }
            Heard::Begun(answer) if self.batch == Batch::Beginning => match answer {
                Ok(job) => {
                    self.batches += 1;
                    self.down = None;
                    return self.joined(job.clone());
                }
                Err(Unsent::Down(why) | Unsent::Refused(why)) => {
                    (self.batch, self.down) = (Batch::Nobody, Some(why.clone()));
                }
            },
            Heard::Sent { job, keys, answer } if self.batch == Batch::Open(job.clone()) => {
                self.is_sending = false;
                self.hear_sent(keys, answer);
            }
            Heard::TakenBack(Ok(words) | Err(words)) => self.told = Some(words.clone()),
            Heard::Closed { answer: Err(why), .. } => self.told = Some(why.clone()),
            Heard::Saved(Ok(to)) => self.told = Some(format!("saved as {to}")),
            Heard::Saved(Err(why)) => self.told = Some(format!("not saved: {why}")),
            Heard::Silence { after } if *after == self.strokes && barcode(&self.typed).is_ok() => {
                let text = std::mem::take(&mut self.typed);
                self.scan(text);
            }
            Heard::Waited { job } if self.batch == Batch::Open(job.clone()) => return vec![Action::Watch(job.clone())],
            _ => {}
        }
        self.actions()
    }

    fn hear_sent(&mut self, keys: &[String], answer: &Result<(), Unsent>) {
        match answer {
            Ok(()) => {
                self.list.sent(keys);
                self.down = None;
            }
            Err(Unsent::Down(why)) => self.down = Some(why.clone()),
            Err(Unsent::Refused(why)) => {
                self.told = Some(format!("a new batch begins: {why}"));
                (self.batch, self.board) = (Batch::Nobody, None);
                self.list.begin_anew();
            }
        }
    }
}
