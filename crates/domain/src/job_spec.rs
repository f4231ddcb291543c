//! A batch: its ID, its settings, and the items and rejected lines of its list.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::copy_description::CopyDescription;
use super::line_numbers::{self, LineNumbers};
use super::list_options::ListOptions;
use super::output_location::OutputLocation;
use super::seller_data::{MediaGrade, SellerData};
use super::sink::SinkKind;
use super::site::Site;
use super::source_type::SourceType;
use super::upc::Upc;

/// ID of a job, such as `batch_20240318_143022_0`: the second at which it was created (UTC), and a number that
/// distinguishes jobs of the same second.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

impl JobId {
    /// Creates the ID of job `number` (from 0) in the second of `at`.
    pub fn new(at: Timestamp, number: u32) -> Self {
        Self(format!("batch_{}_{number}", at.strftime("%Y%m%d_%H%M%S")))
    }

    /// Returns the complete ID: `batch_20240318_143022_0`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the ID without its prefix, for the names of result files: `20240318_143022_0`.
    pub fn file_stamp(&self) -> &str {
        self.0.strip_prefix("batch_").unwrap_or(&self.0)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that is not a job ID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ID of a batch looks like batch_20240318_143022_0")]
pub struct ParseJobIdError(pub String);

impl FromStr for JobId {
    type Err = ParseJobIdError;

    fn from_str(text: &str) -> Result<Self, ParseJobIdError> {
        let parts = text.strip_prefix("batch_").map(|rest| rest.split('_').collect::<Vec<_>>());
        let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        match parts.as_deref() {
            Some([day, time, number]) if digits(day, 8..=8) && digits(time, 6..=6) && digits(number, 1..=9) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(ParseJobIdError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for JobId {
    type Error = ParseJobIdError;

    fn try_from(text: String) -> Result<Self, ParseJobIdError> {
        text.parse()
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.0
    }
}

/// Settings of a batch. They are stored with the job, so that a resumed batch continues with the same settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSpec {
    /// Address of the list: `gs://bucket/object`, a local path, `-`, or [`Self::SCAN_SOURCE`].
    pub source: String,
    pub source_type: SourceType,
    /// Generation of the object, if the source has generations. A replaced object is a different list.
    #[serde(default)]
    pub generation: Option<i64>,
    /// False for `--no-drafts`: only looks up the release, price and cover.
    pub create_drafts: bool,
    /// True for `--dry-run`, every step except the last. Nothing is written outside Draft Maker.
    pub test_mode: bool,
    /// True for `--review`: every item waits for the operator's decision before its draft is created.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub review: bool,
    /// Destination of the drafts.
    #[serde(deserialize_with = "super::sink::deserialize_stored")]
    pub sink: SinkKind,
    /// eBay site for which drafts are created.
    #[serde(default, skip_serializing_if = "Site::is_default")]
    pub site: Site,
    /// Condition of items that state none.
    #[serde(default)]
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape of items that state none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_grade: Option<MediaGrade>,
    /// Grade of the sleeve, booklet or inlay of items that state none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sleeve_grade: Option<MediaGrade>,
    /// Condition note of items that state none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Box<str>>,
    /// Whether several copies of a UPC become one draft or one draft each.
    #[serde(default)]
    pub copies: Copies,
    /// Maximum number of items.
    #[serde(default)]
    pub limit: Option<u64>,
    /// Job whose items are retried. The list then contains only these items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<JobId>,
    /// Options for reading the list that override automatic detection.
    #[serde(default, skip_serializing_if = "ListOptions::is_default")]
    pub list_options: ListOptions,
    pub output: OutputLocation,
}

impl JobSpec {
    /// Source of a batch that accepts scans.
    pub const SCAN_SOURCE: &str = "scan";

    /// Returns the condition, grades and note for items that state none.
    pub fn copy_defaults(&self) -> CopyDescription {
        CopyDescription::new(self.condition, self.media_grade, self.sleeve_grade, self.note.clone())
    }

    /// Returns true if this scan session can accept scans that are started with the options `requested`: the same dry
    /// run, drafts, destination and site settings, and the same condition, grades and note unless `requested` leaves
    /// them open.
    pub fn can_take_scans_for(&self, requested: &Self) -> bool {
        fn is_met<T: PartialEq>(requested: Option<&T>, present: Option<&T>) -> bool {
            requested.is_none() || requested == present
        }
        let target = |spec: &Self| (spec.test_mode, spec.create_drafts, spec.sink, spec.site);
        target(self) == target(requested)
            && is_met(requested.condition.as_ref(), self.condition.as_ref())
            && is_met(requested.media_grade.as_ref(), self.media_grade.as_ref())
            && is_met(requested.sleeve_grade.as_ref(), self.sleeve_grade.as_ref())
            && is_met(requested.note.as_ref(), self.note.as_ref())
    }

    /// Returns this batch with scans instead of a list.
    pub fn into_scan_session(self) -> Self {
        let (source, source_type) = (Self::SCAN_SOURCE.to_owned(), SourceType::Scan);
        Self { source, source_type, generation: None, limit: None, ..self }
    }

    /// Returns true for a batch that accepts scans until its input is closed.
    pub fn is_scan_session(&self) -> bool {
        self.source_type == SourceType::Scan && self.retry_of.is_none()
    }
}

/// The fields of a job spec that a request sets. Missing fields keep the configured value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobSpecPatch {
    /// List of the batch.
    pub source: Option<JobSource>,
    pub create_drafts: Option<bool>,
    pub test_mode: Option<bool>,
    pub review: Option<bool>,
    pub sink: Option<SinkKind>,
    pub condition: Option<Condition>,
    pub media_grade: Option<MediaGrade>,
    pub sleeve_grade: Option<MediaGrade>,
    pub note: Option<Box<str>>,
    pub copies: Option<Copies>,
    /// Maximum number of items.
    pub limit: Option<u64>,
    pub list_options: Option<ListOptions>,
}

/// Address of a list, and the version that was found there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSource {
    /// `gs://bucket/object`, a local path, or `-`.
    pub address: String,
    pub source_type: SourceType,
    /// Generation of the object, if the source has generations.
    pub generation: Option<i64>,
}

impl JobSpecPatch {
    /// Applies this request to the configured settings (`base`).
    ///
    /// Each field of the request overrides the setting, except for three that protect the seller: a request can turn a
    /// dry run or a review on but not off, and drafts off but not on. A service that is configured for dry runs
    /// therefore never writes drafts, whatever a request says.
    #[must_use]
    pub fn apply_to(self, base: JobSpec) -> JobSpec {
        let source = self.source.unwrap_or(JobSource {
            address: base.source,
            source_type: base.source_type,
            generation: base.generation,
        });
        JobSpec {
            source: source.address,
            source_type: source.source_type,
            generation: source.generation,
            create_drafts: base.create_drafts && self.create_drafts.unwrap_or(true),
            test_mode: base.test_mode || self.test_mode.unwrap_or(false),
            review: base.review || self.review.unwrap_or(false),
            sink: self.sink.unwrap_or(base.sink),
            site: base.site,
            condition: self.condition.or(base.condition.filter(|_| self.media_grade.is_none())),
            media_grade: self.media_grade.or(base.media_grade.filter(|_| self.condition.is_none())),
            sleeve_grade: self.sleeve_grade.or(base.sleeve_grade),
            note: self.note.or(base.note),
            copies: self.copies.unwrap_or(base.copies),
            limit: self.limit.or(base.limit),
            retry_of: base.retry_of,
            list_options: self.list_options.unwrap_or(base.list_options),
            output: base.output,
        }
    }
}

/// How several copies of a UPC are drafted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Copies {
    /// One draft with the number of copies as its quantity.
    #[default]
    Together,
    /// One draft per copy, with the copy number in its SKU.
    Separate,
}

/// A UPC in a list, with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputItem {
    pub upc: Upc,
    /// Number of copies: the sum of the quantities of its lines. A line without a quantity counts as one copy.
    pub copies: u32,
    /// Line numbers from 1, at most `MAX_LINES`.
    #[serde(with = "line_numbers")]
    pub lines: LineNumbers,
    /// Number of leading zeros that a spreadsheet had dropped and that were restored.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub zeros_restored: u8,
    /// What the list states about the copies in addition to the barcode, from the first row of this UPC that states
    /// anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<Box<SellerData>>,
    /// Copies of this UPC that other rows describe differently. [`Self::copies`] and [`Self::lines`] include them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<CopyGroup>,
}

/// Copies of a UPC that the rows of a list describe the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyGroup {
    pub copies: u32,
    /// Line numbers from 1, at most `InputItem::MAX_LINES`.
    #[serde(with = "line_numbers")]
    pub lines: LineNumbers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<Box<SellerData>>,
}

/// Why further copies of an item are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedCopies {
    #[error("its barcode already has {} different descriptions: put its other copies in another list", InputItem::MAX_GROUPS + 1)]
    TooManyGroups,
    #[error(
        "it would get the same internal code as another release: add or complete its catalog number, or add its barcode"
    )]
    OtherRelease,
}

impl InputItem {
    /// Maximum number of stored line numbers, which limits the size of a UPC with thousands of lines. `copies` counts
    /// all lines.
    pub(crate) const MAX_LINES: usize = 100;

    /// Maximum number of groups of differing copies in a list.
    pub(crate) const MAX_GROUPS: usize = 100;

    /// Returns true if a row of the item states a condition or a media grade.
    pub fn states_condition(&self) -> bool {
        let differing = self.differing.iter().filter_map(|group| group.seller.as_deref());
        let mut rows = self.seller.as_deref().into_iter().chain(differing);
        rows.any(|row| row.condition.is_some() || row.media_grade.is_some())
    }

    /// Merges the same UPC in another part of the list. Returns true if its copies match known descriptions, and the
    /// copies that were refused.
    pub fn merge(&mut self, more: Self) -> (bool, Vec<(CopyGroup, RefusedCopies)>) {
        self.zeros_restored = self.zeros_restored.max(more.zeros_restored);
        let of_differing = more.differing.iter().map(|group| group.copies).fold(0, u32::saturating_add);
        let own = CopyGroup {
            copies: more.copies.saturating_sub(of_differing),
            lines: more.lines.iter().copied().filter(|line| !more.is_of_differing(*line)).collect(),
            seller: more.seller,
        };
        let (mut is_known, mut refused) = (true, Vec::new());
        for group in std::iter::once(own).chain(more.differing) {
            match self.check_copies(&group) {
                Ok(()) => is_known &= self.add_copies(group),
                Err(why) => refused.push((group, why)),
            }
        }
        (is_known, refused)
    }

    /// Checks whether the rows of a list with these copies can be added.
    ///
    /// # Errors
    /// Returns the reason why the rows must be rejected: otherwise the copies would be sold as something else.
    pub fn check_copies(&self, group: &CopyGroup) -> Result<(), RefusedCopies> {
        if self.is_other_release(group.seller.as_deref()) {
            return Err(RefusedCopies::OtherRelease);
        }
        let is_full = self.differing.len() >= Self::MAX_GROUPS;
        if is_full && self.find_group(group).is_none() { Err(RefusedCopies::TooManyGroups) } else { Ok(()) }
    }

    /// Adds copies of more rows or of a scan. Returns true if they match the description of the first copies.
    pub fn add_copies(&mut self, group: CopyGroup) -> bool {
        self.copies = self.copies.saturating_add(group.copies);
        add_lines(&mut self.lines, &group.lines);
        match self.find_group(&group) {
            Some(0) => {
                merge_seller_data(&mut self.seller, group.seller);
                return true;
            }
            Some(at) => {
                let known = &mut self.differing[at - 1];
                known.copies = known.copies.saturating_add(group.copies);
                add_lines(&mut known.lines, &group.lines);
                merge_seller_data(&mut known.seller, group.seller);
            }
            None => self.differing.push(group),
        }
        false
    }

    /// Returns the index of the group that is described like `group`: 0 for the first row, then the differing groups.
    fn find_group(&self, group: &CopyGroup) -> Option<usize> {
        let differing = self.differing.iter().map(|known| known.seller.as_deref());
        let mut known = std::iter::once(self.seller.as_deref()).chain(differing);
        known.position(|seller| describes_same_copies(seller, group.seller.as_deref()))
    }

    /// Returns true if the list still describes the copies as `earlier` did, in any order of the rows. A price that is
    /// no longer stated is not a change.
    pub fn has_same_copies(&self, earlier: &Self) -> bool {
        if self.is_other_release(earlier.seller.as_deref()) {
            return false;
        }
        let (mut now, before) = (self.copy_groups(), earlier.copy_groups());
        let is_same = |one: &CopyGroup, other: &CopyGroup| {
            let mut seller = one.seller.as_deref().cloned().unwrap_or_default();
            seller.price = seller.price.or_else(|| other.seller.as_ref()?.price.clone());
            one.copies == other.copies && describes_same_copies(Some(&seller), other.seller.as_deref())
        };
        for group in before {
            let Some(at) = now.iter().position(|one| is_same(one, &group)) else { return false };
            now.remove(at);
        }
        now.is_empty()
    }

    /// Removes the copy on a line, which may belong to a group of differing copies. A group without copies keeps its
    /// index, because prices are recorded by index.
    pub fn remove_copy(&mut self, line: u32) {
        self.copies = self.copies.saturating_sub(1);
        self.lines.retain(|known| *known != line);
        if let Some(group) = self.differing.iter_mut().find(|group| group.lines.contains(&line)) {
            group.copies = group.copies.saturating_sub(1);
            group.lines.retain(|known| *known != line);
        }
    }

    /// Returns the groups of copies by their description in the list. The group of the first row comes first.
    pub fn copy_groups(&self) -> Vec<CopyGroup> {
        self.placed_copy_groups().map(|(_, group)| group).collect()
    }

    /// Returns the groups of [`Self::copy_groups`] with their indexes, which never change.
    pub(super) fn placed_copy_groups(&self) -> impl Iterator<Item = (usize, CopyGroup)> {
        let of_differing = self.differing.iter().map(|group| group.copies).fold(0, u32::saturating_add);
        let lines = self.lines.iter().copied().filter(|line| !self.is_of_differing(*line));
        let copies = self.copies.saturating_sub(of_differing);
        let first = CopyGroup { copies, lines: lines.collect(), seller: self.seller.clone() };
        let groups = std::iter::once(first).chain(self.differing.iter().cloned());
        groups.enumerate().filter(|(_, group)| group.copies > 0)
    }

    fn is_of_differing(&self, line: u32) -> bool {
        self.differing.iter().any(|group| group.lines.contains(&line))
    }
}

/// Adds what a further row says about like copies: where they are stored, and the seller's SKU.
fn merge_seller_data(known: &mut Option<Box<SellerData>>, more: Option<Box<SellerData>>) {
    match (known, more) {
        (Some(known), Some(more)) => known.add_like_copies(&more),
        (known @ None, more) => *known = more,
        (Some(_), None) => {}
    }
}

/// Returns true if two rows describe the same copies. A row that states nothing matches one without condition, grades,
/// price and note.
fn describes_same_copies(known: Option<&SellerData>, more: Option<&SellerData>) -> bool {
    let nothing = SellerData::default();
    known.unwrap_or(&nothing).describes_same_copies(more.unwrap_or(&nothing))
}

fn add_lines(known: &mut LineNumbers, more: &[u32]) {
    let room = InputItem::MAX_LINES.saturating_sub(known.len());
    known.extend(more.iter().copied().take(room));
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// A line that did not become an item, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RejectedLine {
    /// Line number, from 1.
    pub line: u32,
    /// First characters of the line, sanitized.
    pub text: String,
    /// Why the line was rejected.
    pub reason: String,
}
