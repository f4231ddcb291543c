//! An edit of one or many items: the fields that the operator sets, and the summary of the results.

use std::fmt::Write as _;

use super::backend::{Backend, UserMessage};
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::review::{FieldError, ReviewInput, ReviewResult};
use domain::terminal_text::strip_terminal_controls;
use domain::upc::Upc;

/// The same change to several items of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemEdit {
    pub job: JobId,
    /// The items, each with its status at the time of the edit.
    pub items: Vec<(Upc, Option<Status>)>,
    /// The fields to set. Empty fields are not changed.
    pub input: Box<ReviewInput>,
    /// True if photos of the items were saved with this edit. It is sent without delay, because it updates the drafts.
    pub has_new_photos: bool,
}

impl ItemEdit {
    /// Returns the input for each item: a decision if the item is in review, or else an edit of its draft.
    pub(super) fn to_answers(&self) -> Vec<(Upc, ReviewInput)> {
        let answer = |(upc, status): &(Upc, Option<Status>)| {
            (*upc, ReviewInput { edit: *status != Some(Status::NeedsReview), ..(*self.input).clone() })
        };
        self.items.iter().map(answer).collect()
    }

    /// Describes the set fields: `condition very_good, price 12.00`.
    pub(super) fn describe_changes(&self) -> String {
        describe_input(&self.input)
    }

    /// Returns the UPC of a single item, or the number of items.
    pub(super) fn describe_items(&self) -> String {
        match &self.items[..] {
            [(upc, _)] => upc.to_string(),
            items => format!("{} items", items.len()),
        }
    }

    /// Returns the edit of the items whose photos were saved; `None` if there are none.
    pub(super) fn for_saved_photos(mut self, upcs: &[Upc]) -> Option<Self> {
        self.items.retain(|(upc, _)| upcs.contains(upc));
        self.has_new_photos = true;
        (!self.items.is_empty()).then_some(self)
    }

    /// Adds new photos to the drafts of the items that were not edited; an edit would have done so. Adds to the result
    /// why photos are not in their draft.
    pub(super) async fn add_photos_of_rejected(
        &self,
        backend: &dyn Backend,
        result: &mut Result<BulkActionResult, UserMessage>,
    ) {
        let upcs = match result {
            Ok(summary) => summary.rejected.iter().map(|rejected| rejected.upc).collect::<Vec<_>>(),
            Err(_) => self.items.iter().map(|(upc, _)| *upc).collect(),
        };
        if upcs.is_empty() {
            return;
        }
        let redrafted = backend.apply_item_action(&self.job, ItemAction::Redraft, &upcs).await;
        match (result, redrafted) {
            (Ok(summary), Ok(redrafted)) => {
                for without in redrafted.rejected {
                    let entry = summary.rejected.iter_mut().find(|rejected| rejected.upc == without.upc);
                    let Some(entry) = entry else { continue };
                    let _ = write!(entry.why, "; the photos are not in the draft yet: {}", without.why);
                }
            }
            (Ok(summary), Err(why)) => {
                for entry in &mut summary.rejected {
                    let _ = write!(entry.why, "; the photos are not in the draft yet: {why}");
                }
            }
            (Err(error), _) => error.push_str("; the photos may not be in the drafts yet"),
        }
    }

    /// Returns which items were edited, and why the others were not.
    pub(super) fn summarize_results(&self, results: &[ReviewResult]) -> BulkActionResult {
        let mut summary = BulkActionResult { job: self.job.clone(), succeeded: Vec::new(), rejected: Vec::new() };
        for ((upc, _), result) in self.items.iter().zip(results) {
            match rejection_reason(result) {
                None => summary.succeeded.push(*upc),
                Some(why) => summary.rejected.push(RejectedAction { upc: *upc, why }),
            }
        }
        summary
    }
}

/// Describes the set fields of a decision or an edit: `choose 2, price 12.50`.
pub(super) fn describe_input(input: &ReviewInput) -> String {
    let mut copy = input.clone();
    let fields = ReviewInput::FIELD_NAMES.into_iter().filter_map(|name| {
        let value = copy.field_mut(name)?.trim().to_owned();
        (!value.is_empty()).then(|| format!("{} {value}", field_label(name)))
    });
    let cleared = input.clear.iter().map(|name| format!("{} reset", field_label(name)));
    strip_terminal_controls(&fields.chain(cleared).collect::<Vec<_>>().join(", ")).into_owned()
}

/// Returns the name of a field for the screen.
pub(super) fn field_label(name: &str) -> String {
    if name == "listing_title" { "title".to_owned() } else { name.replace('_', " ") }
}

/// Returns why an item was not decided or edited; `None` if it was.
pub(super) fn rejection_reason(result: &ReviewResult) -> Option<String> {
    Some(match result {
        ReviewResult::Decided { .. } => return None,
        ReviewResult::Unanswered => "no field was changed".to_owned(),
        ReviewResult::NotWaiting { status: None } => "the item is in progress: edit it when it has finished".to_owned(),
        ReviewResult::NotWaiting { status: Some(status) } => format!("the item has no draft to edit: {status}"),
        ReviewResult::DraftDeleted { sku } => format!("its draft {sku} {}", ReviewResult::DRAFT_DELETED),
        ReviewResult::UnknownItem => "the item is not in this batch".to_owned(),
        ReviewResult::Invalid { wrong } if wrong.iter().any(|error| error.field == "choose") => {
            "several pressings match: choose one in review first".to_owned()
        }
        ReviewResult::Invalid { wrong } => wrong.iter().map(describe_field_error).collect::<Vec<_>>().join("; "),
    })
}

/// Describes the error in a field, using the field's name on the screen.
pub(super) fn describe_field_error(error: &FieldError) -> String {
    let label = field_label(&error.field);
    if error.found.is_empty() {
        return format!("{label}: {}", error.fix);
    }
    format!("{label} {:?}: {}", error.found, error.fix)
}
