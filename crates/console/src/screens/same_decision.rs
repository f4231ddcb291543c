//! Applies one decision to all items that wait for the same reason.

use super::confirm::ConfirmDialog;
use super::review_input_check;
use crate::item_edit::describe_input;
use crate::screen::{Effect, Transition};
use domain::job_spec::JobId;
use domain::review::{ReviewCase, ReviewInput};

/// Asks whether to apply the last decision to all `cases` that wait for the same reason.
pub(super) fn ask_about_same(
    job: &JobId,
    last: Option<&(ReviewCase, ReviewInput)>,
    cases: &[ReviewCase],
) -> Transition {
    let Some((last, input)) = last else {
        return Transition::Do(Effect::Notify(
            "Decide one item first; then A applies the decision to similar items.".to_owned(),
        ));
    };
    let (input, rest) = split_input(input);
    let same = cases.iter().filter_map(|case| Some((case.upc(), decision_like(last, &input, case)?)));
    let same = same.collect::<Vec<_>>();
    let reason = last.distinguishing_field.description();
    if same.is_empty() {
        return Transition::Do(Effect::Notify(format!("No other item has the same question: {reason}.")));
    }
    let left_out = Some(describe_input(&rest)).filter(|text| !text.is_empty());
    let left_out = left_out.map(|text| format!(" Not applied: {text}.")).unwrap_or_default();
    let question = format!(
        "Apply the last decision to {} more with the same reason ({reason}): {}?{left_out} You can undo them one at a \
         time.",
        same.len(),
        describe_like(last, &input)
    );
    let submit = |(upc, input)| Effect::SubmitReview { job: job.clone(), upc, input: Box::new(input) };
    let effects = same.into_iter().map(submit).collect();
    Transition::Push(Box::new(ConfirmDialog::answered_by_typing("decide all", question, effects)), None)
}

/// Returns the corresponding decision about another item; `None` if it waits for another reason or cannot be decided
/// this way. Candidate numbers differ between items, so the decision chooses the only candidate with the same value.
fn decision_like(last: &ReviewCase, input: &ReviewInput, case: &ReviewCase) -> Option<ReviewInput> {
    if case.distinguishing_field != last.distinguishing_field {
        return None;
    }
    let mut input = input.clone();
    if let Ok(number) = input.choose.parse::<usize>() {
        let value = chosen_value(last, number)?;
        let mut same = (1..=case.candidates().len()).filter(|at| chosen_value(case, *at) == Some(value));
        input.choose = same.next().filter(|_| same.next().is_none())?.to_string();
    }
    review_input_check::check_input(case, &input).is_ok().then_some(input)
}

/// Splits a decision into the part that also applies to similar items, and the rest. A price or a correction beside a
/// choice belongs to its item only; without a choice, the typed fields are the decision.
fn split_input(input: &ReviewInput) -> (ReviewInput, ReviewInput) {
    if input.choose.trim().is_empty() {
        return (input.clone(), ReviewInput::default());
    }
    let shared = ReviewInput { choose: input.choose.clone(), why: input.why.clone(), ..ReviewInput::default() };
    (shared, ReviewInput { choose: String::new(), why: String::new(), ..input.clone() })
}

/// Returns a candidate's value of the field to check. `number` counts from 1.
fn chosen_value(case: &ReviewCase, number: usize) -> Option<&str> {
    let name = case.distinguishing_field.field_name()?;
    let row = case.rows.iter().find(|row| row.field == name)?;
    row.values.get(number.checked_sub(1)?)?.as_deref()
}

/// Describes the candidates that are chosen, or the decision if it does not choose a candidate.
fn describe_like(last: &ReviewCase, input: &ReviewInput) -> String {
    let value = input.choose.parse().ok().and_then(|number| chosen_value(last, number));
    value
        .zip(last.distinguishing_field.field_name())
        .map_or_else(|| describe_input(input), |(value, field)| format!("the candidate whose {field} is {value}"))
}
