//! Filters and sorts the rows of a projection. For a million items this takes as long as many frames, so it runs in a
//! task. The sort keys are copied first, so that writers of the projection do not wait for the sort.

use std::time::Duration;

use compact_str::CompactString;

use super::backend::ProjectionHandle;
use super::columns::{ItemColumn, duration_secs};
use super::item_photos::PhotoCounts;
use super::row_filter::RowFilter;
use domain::item::Item;
use domain::item_list::ItemList;
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::upc::Upc;

/// Delay before the same rows are queried again because of new events.
const REFRESH_DELAY: Duration = Duration::from_secs(2);

/// Determines which rows are shown, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowCriteria {
    /// Filter of the items, see [`super::row_filter`]; empty for all items.
    pub filter: String,
    pub status: Option<Status>,
    pub sort_column: ItemColumn,
    pub descending: bool,
    /// Number of photos of each item, for the filter and the order.
    pub photos: PhotoCounts,
}

impl RowCriteria {
    /// Returns true for all items in the order of the list.
    pub(super) fn is_default(&self) -> bool {
        self.filter.is_empty() && self.status.is_none() && self.sort_column == ItemColumn::ListOrder && !self.descending
    }
}

/// A query of the rows of a projection.
#[derive(Clone, Debug)]
pub struct RowQuery {
    pub(super) projection: ProjectionHandle,
    pub(super) criteria: RowCriteria,
    /// True if rows of the same criteria are already shown, so that the query can wait.
    pub(super) is_refresh: bool,
}

/// Queries are equal if they use the same projection and have equal criteria.
impl PartialEq for RowQuery {
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.projection, &other.projection) && self.criteria == other.criteria
    }
}

impl Eq for RowQuery {}

/// The result of a query: item indexes of the projection, in the order of the rows.
#[derive(Debug)]
pub struct RowQueryResult {
    pub(super) projection: ProjectionHandle,
    pub(super) criteria: RowCriteria,
    pub(super) rows: Vec<u32>,
}

/// The sort key of an item. All items of a query have the same variant, or [`SortKey::Unknown`], which sorts last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Number(i64),
    Text(CompactString),
    /// Drafts with an eBay offer ID sort before drafts that have only a SKU.
    Draft(bool, Option<CompactString>, Upc),
    Unknown,
}

impl RowQuery {
    /// Runs the query on the blocking pool, after a delay if it is a refresh. Returns `None` if the program is exiting.
    pub async fn run(self) -> Option<RowQueryResult> {
        if self.is_refresh {
            tokio::time::sleep(REFRESH_DELAY).await;
        }
        tokio::task::spawn_blocking(move || {
            let Self { projection, criteria, .. } = self;
            let rows = sort_rows(matching_rows(&projection, &criteria), &criteria);
            RowQueryResult { projection, criteria, rows }
        })
        .await
        .ok()
    }
}

/// Queries the rows of a projection immediately. Returns `None` if the rows are all items in the order of the list.
pub(super) fn query_rows(projection: &JobProjection, criteria: &RowCriteria) -> Option<Vec<u32>> {
    (!criteria.is_default())
        .then(|| sort_rows(RowMatcher::new(criteria).select_matching(projection.items().iter(), 0).collect(), criteria))
}

fn matching_rows(projection: &ProjectionHandle, criteria: &RowCriteria) -> Vec<(SortKey, u32)> {
    let (matcher, mut matching, mut from) = (RowMatcher::new(criteria), Vec::new(), 0);
    loop {
        // The lock is released after each chunk. Items keep their index, and new ones are added at the end.
        let projection = projection.read();
        let upto = projection.items().len().min(from + ItemList::CHUNK_LEN);
        if from == upto {
            return matching;
        }
        matching.extend(matcher.select_matching(projection.items().iter_from(from).take(upto - from), from));
        from = upto;
    }
}

fn sort_rows(mut matching: Vec<(SortKey, u32)>, criteria: &RowCriteria) -> Vec<u32> {
    if criteria.sort_column != ItemColumn::ListOrder {
        // Equal keys are sorted by index, so that the order is deterministic.
        matching.sort_unstable();
    }
    if criteria.descending {
        // Items without a value stay at the end in both directions.
        let known = match criteria.sort_column {
            ItemColumn::ListOrder => matching.len(),
            _ => matching.partition_point(|(key, _)| *key != SortKey::Unknown),
        };
        matching[..known].reverse();
    }
    matching.into_iter().map(|(_, index)| index).collect()
}

struct RowMatcher<'a> {
    criteria: &'a RowCriteria,
    filter: RowFilter,
}

impl<'a> RowMatcher<'a> {
    fn new(criteria: &'a RowCriteria) -> Self {
        Self { criteria, filter: RowFilter::parse(&criteria.filter) }
    }

    /// Returns the sort key and index of the matching items. `from` is the index of the first item.
    fn select_matching<'b>(
        &self,
        items: impl Iterator<Item = &'b Item>,
        from: usize,
    ) -> impl Iterator<Item = (SortKey, u32)> {
        let indexes = u32::try_from(from).unwrap_or(u32::MAX)..;
        indexes
            .zip(items)
            .filter(|(_, item)| self.matches_criteria(item))
            .map(|(index, item)| (sort_key(self.criteria, item), index))
    }

    fn matches_criteria(&self, item: &Item) -> bool {
        let has_status = self.criteria.status.is_none_or(|status| item.status == Some(status));
        has_status && self.filter.matches(item, &self.criteria.photos)
    }
}

fn sort_key(criteria: &RowCriteria, item: &Item) -> SortKey {
    fn number_key(number: Option<impl Into<i64>>) -> SortKey {
        number.map_or(SortKey::Unknown, |number| SortKey::Number(number.into()))
    }
    fn text_key(text: Option<&str>) -> SortKey {
        text.map_or(SortKey::Unknown, |text| SortKey::Text(CompactString::from_str_to_lowercase(text)))
    }
    match criteria.sort_column {
        ItemColumn::ListOrder => SortKey::Unknown,
        ItemColumn::State => number_key(item.status.map(|status| status as u8)),
        // Price and cover arrive in any order, so both count.
        ItemColumn::Progress => {
            number_key(Some(item.stage as u8 * 4 + u8::from(item.has_price) + u8::from(item.has_cover)))
        }
        ItemColumn::Upc => number_key(i64::try_from(item.upc.number()).ok()),
        ItemColumn::Copies => number_key(Some(item.copies)),
        ItemColumn::Location => text_key(item.terms.as_ref().and_then(|terms| terms.location()).as_deref()),
        ItemColumn::Grade => number_key(item.terms.as_ref().and_then(|terms| terms.grade_rank())),
        ItemColumn::Artist => text_key(item.artist.as_deref()),
        ItemColumn::Title => text_key(item.title.as_deref()),
        ItemColumn::Format => text_key(item.format.as_deref()),
        ItemColumn::Price => number_key(item.price.map(|price| price.minor)),
        ItemColumn::Score => number_key(item.score),
        ItemColumn::Confidence => number_key(item.confidence.map(|confidence| confidence as u8)),
        ItemColumn::Draft => match item.status.filter(|status| status.is_success()) {
            Some(_) => SortKey::Draft(item.offer_id.is_none(), item.offer_id.clone(), item.upc),
            None => SortKey::Unknown,
        },
        ItemColumn::Photos => number_key(criteria.photos.count_for(item.upc)),
        ItemColumn::Ended => number_key(item.ended_at.map(std::num::NonZeroU32::get)),
        ItemColumn::Duration => number_key(duration_secs(item)),
        ItemColumn::Error => text_key(item.error.as_deref()),
    }
}
