//! An item in review.

use jiff::Timestamp;
use serde::Serialize;

use super::super::decision::{Decision, DecisionOrigin, ReviewChoice};
use super::super::item_details::ItemDetails;
use super::super::job_spec::JobId;
use super::super::listing::join_missing_fields;
use super::super::matching::{DifferenceRow, Match, Verdict, compare_candidates};
use super::super::outcome::Status;
use super::super::upc::Upc;
use super::distinguishing_field::DistinguishingField;
use super::input::ReviewInput;

/// An earlier decision about the same barcode.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviousDecision {
    pub job: JobId,
    pub at: Timestamp,
    pub decision: Decision,
}

impl PreviousDecision {
    /// Returns the job and time of the operator's decision, which this decision is or repeats.
    pub fn origin(&self) -> DecisionOrigin {
        let own = || DecisionOrigin { job: self.job.clone(), at: self.at };
        self.decision.repeats.clone().unwrap_or_else(own)
    }
}

/// An item in review, with everything that the operator needs to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewCase {
    pub details: ItemDetails,
    pub distinguishing_field: DistinguishingField,
    /// Comparison of the candidates field by field; empty if there are none.
    pub rows: Vec<DifferenceRow>,
    pub previous: Option<PreviousDecision>,
}

impl ReviewCase {
    /// Creates the review case of an item; `None` if the item is not in review.
    pub fn from_details(details: ItemDetails, earlier: Option<PreviousDecision>) -> Option<Self> {
        if details.outcome.as_ref()?.status != Status::NeedsReview {
            return None;
        }
        let rows = compare_candidates(&details.candidates_to_review());
        let look = find_distinguishing_field(&details, &rows);
        Some(Self { details, distinguishing_field: look, rows, previous: earlier })
    }

    pub fn upc(&self) -> Upc {
        self.details.input.upc
    }

    /// Returns the candidates, the best first.
    pub fn candidates(&self) -> Vec<&Match> {
        self.details.candidates_to_review()
    }

    /// Returns why the item needs review.
    pub fn review_reason(&self) -> &str {
        self.details.outcome.as_ref().and_then(|outcome| outcome.error.as_deref()).unwrap_or_default()
    }

    /// Returns the question that decides the case, such as `catalog number: GED24425 or DGCD 24425?`
    pub fn question(&self) -> String {
        let row =
            self.distinguishing_field.field_name().and_then(|field| self.rows.iter().find(|row| row.field == field));
        let Some(row) = row else {
            return match self.distinguishing_field {
                DistinguishingField::MissingData => join_missing_fields(&self.details.missing),
                DistinguishingField::Price => self.review_reason().to_owned(),
                look => look.description().to_owned(),
            };
        };
        let mut text: Vec<&str> = Vec::new();
        for value in &row.values {
            let value = value.as_deref().unwrap_or("not known");
            if !text.contains(&value) {
                text.push(value);
            }
        }
        format!("{}: {}?", row.field, text.join(" or "))
    }

    /// Formats `artist – title` of the best candidate, as far as they are known.
    pub fn display_name(&self) -> Option<String> {
        self.candidates().first().and_then(|candidate| candidate.release.display_name())
    }

    /// Returns the suggested decision: the candidate that the previous decision about this UPC chose, or empty.
    pub fn suggested_input(&self) -> ReviewInput {
        let choose = self.suggested_candidate().map(|number| number.to_string()).unwrap_or_default();
        ReviewInput { choose, ..ReviewInput::default() }
    }

    /// Returns the number (from 1) of the candidate that the previous decision about this UPC chose; `None` if there is
    /// none.
    pub fn suggested_candidate(&self) -> Option<usize> {
        match &self.previous.as_ref()?.decision.choice {
            ReviewChoice::Candidate(chosen) => chosen.index_among(&self.candidates()).map(|index| index + 1),
            ReviewChoice::Accept | ReviewChoice::Skip { .. } | ReviewChoice::Undo { .. } => None,
        }
    }
}

fn find_distinguishing_field(details: &ItemDetails, rows: &[DifferenceRow]) -> DistinguishingField {
    if !details.missing.is_empty() {
        return DistinguishingField::MissingData;
    }
    match &details.verdict {
        None | Some(Verdict::Unknown { .. }) => DistinguishingField::Unknown,
        Some(Verdict::Matched { .. }) if details.price_review_reason().is_some() => DistinguishingField::Price,
        Some(Verdict::Matched { .. }) => DistinguishingField::Draft,
        Some(Verdict::Ambiguous { candidates, .. })
            if candidates.first().is_some_and(|first| {
                let concerns = &first.release.concerns;
                concerns.iter().any(|c| c.value.always_needs_review()) || (candidates.len() < 2 && !concerns.is_empty())
            }) =>
        {
            DistinguishingField::Concern
        }
        Some(Verdict::Ambiguous { candidates, .. }) if candidates.len() < 2 => DistinguishingField::Item,
        Some(Verdict::Ambiguous { .. }) => most_distinctive_field(rows).unwrap_or(DistinguishingField::Matrix),
    }
}

/// Returns the field with the most distinct values. Of equal fields, returns the one that is easiest to check.
fn most_distinctive_field(rows: &[DifferenceRow]) -> Option<DistinguishingField> {
    let telling = rows.iter().filter(|row| row.differs && row.known > 1);
    let looks = telling
        .filter_map(|row| Some((std::cmp::Reverse(row.known), DistinguishingField::from_field_name(row.field)?)));
    looks.min().map(|(_, look)| look)
}
