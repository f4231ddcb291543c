//! The condition and grade that a price is for, and how a sample's compare with them.

use std::cmp::Ordering;

use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::seller_data::MediaGrade;
use super::estimate::{Sample, SampleKind};

/// The condition that the seller states for an item, and its media grade, which some sources price more precisely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GradedCondition {
    pub condition: Option<Condition>,
    pub grade: Option<MediaGrade>,
}

impl GradedCondition {
    /// Returns how the condition of a sample compares with this one: `Greater` is worse. `None` if one of them is not known.
    /// Two grades are compared as grades, since several of them can share one condition.
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
