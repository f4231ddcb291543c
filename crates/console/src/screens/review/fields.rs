//! The fields of a decision in the review queue, corrections and the price, which are edited one at a time.

use super::super::review_field_input::ReviewFieldInput;
use super::super::review_input_check;
use super::ReviewScreen;
use crate::screen::Transition;
use domain::review::{DistinguishingField, ReviewCase, ReviewInput};

/// Index of the first field that corrects the release. It follows the choice and its reason.
const FIRST_CORRECTION_FIELD: usize = 2;

/// Index of the price in [`ReviewInput::FIELD_NAMES`].
const PRICE_FIELD: usize = ReviewInput::FIELD_NAMES.len() - 1;

impl ReviewScreen {
    /// Starts to correct the selected item, at the field that its listing lacks or else at the first one.
    pub(super) fn begin_correction(&mut self) -> Transition {
        let first = self.selected_case().and_then(missing_field_index).unwrap_or(FIRST_CORRECTION_FIELD);
        self.begin_field_edit(first)
    }

    pub(super) fn begin_price_edit(&mut self) -> Transition {
        self.begin_field_edit(PRICE_FIELD)
    }

    /// Saves the current field and starts to edit the next one, wrapping around after the last one. An invalid field
    /// stays open.
    pub(super) fn edit_next_field(&mut self) -> Transition {
        let Some(next) = self.field_input.as_ref().map(|input| input.field_index + 1) else { return Transition::Stay };
        if !self.save_field() {
            return Transition::Stay;
        }
        self.begin_field_edit(if next > PRICE_FIELD { FIRST_CORRECTION_FIELD } else { next })
    }

    /// Starts to edit a field. Its initial text comes from the decision, or from the chosen or best candidate.
    fn begin_field_edit(&mut self, field_index: usize) -> Transition {
        let Some(case) = self.selected_case() else { return self.report_empty_queue() };
        let mut input = self.current_input();
        let name = ReviewInput::FIELD_NAMES[field_index];
        let present = review_input_check::present_value(case, &input, name);
        let value = input.field_mut(name).filter(|value| !value.is_empty()).cloned();
        let is_present = value.is_none();
        let field = value.or_else(|| present.clone()).unwrap_or_default().into();
        let original = present.filter(|_| is_present);
        self.field_input = Some(ReviewFieldInput { upc: case.upc(), field_index, field, original, error: None });
        Transition::Stay
    }

    /// Saves the text of the field. If the text is invalid, returns false and leaves the field open.
    pub(super) fn save_field(&mut self) -> bool {
        let Some(edit) = &self.field_input else { return true };
        let (upc, name) = (edit.upc, ReviewInput::FIELD_NAMES[edit.field_index]);
        let Some(case) = self.loaded_cases().iter().find(|case| case.upc() == upc) else {
            self.field_input = None;
            self.messages.insert(upc, "was decided elsewhere in the meantime".to_owned());
            return true;
        };
        let text = edit.field.text().trim().to_owned();
        // An unchanged value is not a correction.
        let text = if edit.original.as_ref() == Some(&text) { String::new() } else { text };
        let mut input = self.input_for(case);
        if let Some(value) = input.field_mut(name) {
            text.clone_into(value);
        }
        let error = review_input_check::check_field(case, &input, name).err();
        let is_valid = error.is_none();
        if let (Some(error), Some(edit)) = (error, &mut self.field_input) {
            edit.error = Some(error);
        } else {
            self.field_input = None;
            self.messages.remove(&upc);
            self.inputs.insert(upc, input);
            self.has_warned = false;
        }
        is_valid
    }

    /// Returns the number of items with a typed price or correction that is not submitted.
    pub(super) fn unsaved_count(&self) -> usize {
        let has_typed = |case: &&ReviewCase| {
            self.inputs.get(&case.upc()).is_some_and(|input| {
                let choice = ReviewInput { choose: input.choose.clone(), ..ReviewInput::default() };
                *input != choice && *input != case.suggested_input()
            })
        };
        self.loaded_cases().iter().filter(has_typed).count()
    }
}

/// Returns the index of the first correction field that can supply what the listing lacks; `None` if nothing is missing
/// or no field can supply it.
fn missing_field_index(case: &ReviewCase) -> Option<usize> {
    if case.distinguishing_field != DistinguishingField::MissingData {
        return None;
    }
    let names = case.details.missing.iter().map(|missing| missing.field.to_string().to_lowercase());
    names
        .filter_map(|name| ReviewInput::FIELD_NAMES.iter().position(|field| *field == name))
        .find(|index| *index >= FIRST_CORRECTION_FIELD)
}
