//! Location and grades of an item's copies, as a table row shows them.
//!
//! ```text
//! decisions about the item > rows of the list, or scans
//! ```

use std::sync::Arc;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::clearable_field::ClearableField;
use super::condition::Condition;
use super::copy_description::CopyDescription;
use super::decision::Decision;
use super::job_spec::InputItem;
use super::seller_data::{MediaGrade, SellerData};

/// Text between the different values of an item's copies.
const VALUE_SEPARATOR: &str = ", ";

/// Location and grades of an item's copies. Items with the same terms share them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyTerms {
    /// What the list states about each group of copies, or what was stated about each scan.
    stated: Vec<StatedCopy>,
    /// Grades of all decisions up to each decision that was not undone, from the first decision about a grade.
    decided: Vec<CopyGrades>,
}

/// What is stated about copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StatedCopy {
    /// Line of the scan; 0 for the rows of a list, which do not change.
    line: u32,
    location: Option<CompactString>,
    grades: CopyGrades,
}

/// Condition and grades of copies. `None` means not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct CopyGrades {
    condition: Option<Condition>,
    media: Option<MediaGrade>,
    sleeve: Option<MediaGrade>,
}

/// Terms as an item holds them; `None` if nothing is stated.
pub(crate) type SharedTerms = Option<Arc<CopyTerms>>;

impl CopyTerms {
    /// Returns the terms of an item of a list. Uses those of the previous item if they are equal.
    pub(crate) fn for_listed(listed: &InputItem, previous: Option<&SharedTerms>) -> SharedTerms {
        let differing = listed.differing.iter().filter_map(|group| group.seller.as_deref());
        let mut stated: Vec<StatedCopy> = Vec::new();
        for copy in listed.seller.as_deref().into_iter().chain(differing).filter_map(|data| StatedCopy::new(0, data)) {
            if !stated.contains(&copy) {
                stated.push(copy);
            }
        }
        let terms = Self { stated, decided: Vec::new() }.into_shared();
        previous.filter(|known| **known == terms).cloned().unwrap_or(terms)
    }

    /// Applies a scan of the item. `copies` is the number of copies including this scan.
    pub(crate) fn apply_scan(terms: &mut SharedTerms, seller: Option<&SellerData>, copies: u32, line: u32) {
        let copy = seller.and_then(|data| StatedCopy::new(line, data));
        Self::change(terms, |terms| {
            // A corrected scan has the line of the scan that it replaces.
            terms.stated.retain(|known| copies > 1 && known.line != line);
            let has_room = terms.stated.len() < InputItem::MAX_GROUPS;
            terms.stated.extend(copy.filter(|_| has_room));
        });
    }

    /// Removes the copy of a scan that was undone.
    pub(crate) fn retract_scan(terms: &mut SharedTerms, line: u32) {
        Self::change(terms, |terms| terms.stated.retain(|known| known.line != line));
    }

    /// Applies a decision about the item.
    pub(crate) fn apply_decision(terms: &mut SharedTerms, decision: &Decision) {
        let later = CopyGrades::from(&decision.corrections.copy_description());
        let is_first = terms.as_ref().is_none_or(|terms| terms.decided.is_empty());
        let clears = |field: &ClearableField| CopyGrades::has_field(*field);
        let states_grades = later != CopyGrades::default() || decision.cleared.iter().any(clears);
        if is_first && (decision.is_undo() || !states_grades) {
            return;
        }
        Self::change(terms, |terms| {
            if decision.is_undo() {
                terms.decided.pop();
            } else {
                let mut grades = terms.decided.last().copied().unwrap_or_default();
                decision.cleared.iter().for_each(|field| grades.clear_field(*field));
                terms.decided.push(grades.corrected_by(later));
            }
        });
    }

    /// Returns the terms before any decision.
    pub(crate) fn without_decisions(terms: Option<&Arc<Self>>) -> SharedTerms {
        let mut listed = terms.cloned();
        if listed.as_ref().is_some_and(|terms| !terms.decided.is_empty()) {
            Self::change(&mut listed, |terms| terms.decided.clear());
        }
        listed
    }

    fn change(terms: &mut SharedTerms, change: impl FnOnce(&mut Self)) {
        let mut changed = terms.as_deref().cloned().unwrap_or_default();
        change(&mut changed);
        *terms = changed.into_shared();
    }

    fn into_shared(self) -> SharedTerms {
        (!self.stated.is_empty() || !self.decided.is_empty()).then(|| Arc::new(self))
    }

    /// Returns the location of the copies, such as `Box 14`, or all of them: `Box 1, Box 7`.
    pub fn location(&self) -> Option<String> {
        join_distinct(self.stated.iter().filter_map(|copy| copy.location.as_deref().map(str::to_owned)))
    }

    /// Returns the grades of media and sleeve, such as `VG+/VG`, or the condition if no grade is stated; those of all
    /// copies: `VG+/VG, G`.
    pub fn grade(&self) -> Option<String> {
        join_distinct(self.grades().filter_map(CopyGrades::display))
    }

    /// Returns a number that orders items by the grade of their first graded copies, the best first.
    pub fn grade_rank(&self) -> Option<u16> {
        self.grades().find_map(CopyGrades::rank)
    }

    fn grades(&self) -> impl Iterator<Item = CopyGrades> {
        let decided = self.decided.last().copied().unwrap_or_default();
        let only_decided = self.stated.is_empty().then_some(CopyGrades::default());
        let stated = self.stated.iter().map(|copy| copy.grades).chain(only_decided);
        stated.map(move |grades| grades.corrected_by(decided))
    }
}

/// Joins the different texts; `None` if there is none.
fn join_distinct(texts: impl Iterator<Item = String>) -> Option<String> {
    let mut distinct: Vec<String> = Vec::new();
    for text in texts {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    (!distinct.is_empty()).then(|| distinct.join(VALUE_SEPARATOR))
}

impl StatedCopy {
    fn new(line: u32, data: &SellerData) -> Option<Self> {
        let grades = CopyGrades::from(&CopyDescription::from(data));
        let is_stated = data.location().is_some() || grades != CopyGrades::default();
        is_stated.then(|| Self { line, location: data.location().map(Into::into), grades })
    }
}

impl From<&CopyDescription> for CopyGrades {
    fn from(copy: &CopyDescription) -> Self {
        Self { condition: copy.condition, media: copy.media_grade, sleeve: copy.sleeve_grade }
    }
}

impl CopyGrades {
    const fn has_field(field: ClearableField) -> bool {
        matches!(field, ClearableField::Condition | ClearableField::MediaGrade | ClearableField::SleeveGrade)
    }

    fn clear_field(&mut self, field: ClearableField) {
        match field {
            ClearableField::Condition => self.condition = None,
            ClearableField::MediaGrade => self.media = None,
            ClearableField::SleeveGrade => self.sleeve = None,
            _ => {}
        }
    }

    fn corrected_by(self, later: Self) -> Self {
        let described = |grades: Self| CopyDescription::new(grades.condition, grades.media, grades.sleeve, None);
        Self::from(&described(self).corrected_by(&described(later)))
    }

    fn display(self) -> Option<String> {
        let condition = || self.condition.map(|condition| condition.as_str().replace('_', " "));
        match (self.media, self.sleeve) {
            _ if self.condition == Some(Condition::New) => condition(),
            (Some(media), Some(sleeve)) => Some(format!("{}/{}", media.as_str(), sleeve.as_str())),
            (Some(media), None) => Some(media.as_str().to_owned()),
            (None, Some(sleeve)) => {
                let media = condition().unwrap_or_else(|| "?".to_owned());
                Some(format!("{media}/{}", sleeve.as_str()))
            }
            (None, None) => condition(),
        }
    }

    /// Orders by the condition, then the grade of the media, then that of the sleeve.
    fn rank(self) -> Option<u16> {
        if self == Self::default() {
            return None;
        }
        let of_grade = |grade: Option<MediaGrade>| grade.map_or(MediaGrade::ALL.len(), |grade| grade as usize);
        let condition = self.condition.or(self.media.map(MediaGrade::to_condition));
        let condition = condition.map_or(Condition::ALL.len(), |condition| condition as usize);
        let digits = [condition, of_grade(self.media), of_grade(self.sleeve)];
        u16::try_from(digits.into_iter().fold(0, |rank, digit| rank * 10 + digit)).ok()
    }
}
