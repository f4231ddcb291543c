//! Condition and grade for which a price is wanted, and their comparison with those of a sample.

use std::cmp::Ordering;

use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::seller_data::MediaGrade;
use super::estimate::{Sample, SampleKind};

/// Condition that the seller states for an item, and its media grade, for which some sources have more precise prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GradedCondition {
    pub condition: Option<Condition>,
    pub grade: Option<MediaGrade>,
}

impl GradedCondition {
    /// Compares the condition of a sample with this one: `Greater` is worse. `None` if either is unknown. Grades are
    /// compared directly if both are known, because several grades share a condition.
    pub(super) fn compare(self, sample: &Sample) -> Option<Ordering> {
        let grade = MediaGrade::from_text(&sample.wording).filter(|_| sample.kind == SampleKind::Suggested);
        let is_unopened = self.condition == Some(Condition::New);
        match (grade, self.grade.filter(|_| !is_unopened)) {
            (Some(of_sample), Some(stated)) => Some(of_sample.cmp(&stated)),
            _ => Some(sample.condition?.cmp(&self.condition?)),
        }
    }
}

impl From<Option<Condition>> for GradedCondition {
    fn from(condition: Option<Condition>) -> Self {
        Self { condition, grade: None }
    }
}

impl From<Condition> for GradedCondition {
    fn from(condition: Condition) -> Self {
        Some(condition).into()
    }
}

impl From<&CopyDescription> for GradedCondition {
    fn from(copy: &CopyDescription) -> Self {
        Self { condition: copy.effective_condition(), grade: copy.media_grade }
    }
}
