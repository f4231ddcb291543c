//! One item that waits for a person.

use jiff::Timestamp;
use serde::Serialize;

use super::super::batch::JobId;
use super::super::decision::{Choice, Decision};
use super::super::dossier::Dossier;
use super::super::matching::{Match, Row, Verdict, side_by_side};
use super::super::outcome::Status;
use super::super::upc::Upc;
use super::look::Look;

/// What was decided about the same barcode before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Earlier {
    pub job: JobId,
    pub at: Timestamp,
    pub decision: Decision,
}

/// An item that waits, with all that is needed to decide about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub dossier: Dossier,
    pub look: Look,
    /// The candidates field by field; empty where there are none.
    pub rows: Vec<Row>,
    pub earlier: Option<Earlier>,
}

impl Case {
    /// The case of an item; `None` where it waits for nobody.
    pub fn of(dossier: Dossier, earlier: Option<Earlier>) -> Option<Self> {
        if dossier.outcome.as_ref()?.status != Status::NeedsReview {
            return None;
        }
        let rows = side_by_side(&candidates(&dossier));
        let look = look(&dossier, &rows);
        Some(Self { dossier, look, rows, earlier })
    }

    pub fn upc(&self) -> Upc {
        self.dossier.listed.upc
    }

    /// Those between which there is to choose, the best first.
    pub fn candidates(&self) -> Vec<&Match> {
        candidates(&self.dossier)
    }

    /// Why it waits, as the run said.
    pub fn why(&self) -> &str {
        self.dossier.outcome.as_ref().and_then(|outcome| outcome.error.as_deref()).unwrap_or_default()
    }

    /// The one fact that decides it: `catalog number: GED24425 or DGCD 24425?`
    pub fn fact(&self) -> String {
        let row = self.look.field().and_then(|field| self.rows.iter().find(|row| row.field == field));
        let Some(row) = row else {
            return match self.look {
                Look::Gap => self.lacks(),
                look => look.words().to_owned(),
            };
        };
        let mut said: Vec<&str> = Vec::new();
        for value in &row.values {
            let value = value.as_deref().unwrap_or("not known");
            if !said.contains(&value) {
                said.push(value);
            }
        }
        format!("{}: {}?", row.field, said.join(" or "))
    }

    fn lacks(&self) -> String {
        self.dossier.missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    /// The number, from 1, of the candidate that an earlier decision about this barcode means.
    pub fn offered(&self) -> Option<usize> {
        match &self.earlier.as_ref()?.decision.choice {
            Choice::Pressing(chosen) => chosen.among(&self.candidates()).map(|place| place + 1),
            Choice::GoOn | Choice::Nothing { .. } => None,
        }
    }
}

fn candidates(dossier: &Dossier) -> Vec<&Match> {
    dossier.asked().map(Verdict::candidates).unwrap_or_default()
}

fn look(dossier: &Dossier, rows: &[Row]) -> Look {
    if !dossier.missing.is_empty() {
        return Look::Gap;
    }
    match &dossier.verdict {
        None | Some(Verdict::Unknown { .. }) => Look::Unknown,
        Some(Verdict::Matched { .. }) => Look::Draft,
        Some(Verdict::Ambiguous { candidates, .. }) if candidates.len() < 2 => Look::Item,
        Some(Verdict::Ambiguous { .. }) => most_telling(rows).unwrap_or(Look::Matrix),
    }
}

/// The field with the most different values, and of equals the quickest to see.
fn most_telling(rows: &[Row]) -> Option<Look> {
    let telling = rows.iter().filter(|row| row.differs && row.known > 1);
    let looks = telling.filter_map(|row| Some((std::cmp::Reverse(row.known), Look::at(row.field)?)));
    looks.min().map(|(_, look)| look)
}
