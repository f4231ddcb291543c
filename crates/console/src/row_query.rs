//! Rows chosen out of a board and put in order. Of a million items that takes as long as many drawings, so it is done in
//! a task; what the rows are ordered by is copied first, for whoever writes to the board must not wait for a sort.

use std::time::Duration;

use compact_str::CompactString;

use super::backend::ProjectionHandle;
use super::table_view::{ItemColumn, RowCriteria, duration_secs};
use domain::item::Item;
use domain::item_list::ItemList;
use domain::job_projection::JobProjection;
use domain::upc::Upc;

/// Between two choices of the same rows, where only news have come.
const REFRESH_DELAY: Duration = Duration::from_secs(2);

/// What is to be chosen.
#[derive(Clone, Debug)]
pub struct RowQuery {
    pub(super) projection: ProjectionHandle,
    pub(super) criteria: RowCriteria,
    /// True where the rows of the same choice are shown already.
    pub(super) is_refresh: bool,
}

/// Two of the same board and choice.
impl PartialEq for RowQuery {
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.projection, &other.projection) && self.criteria == other.criteria
    }
}

impl Eq for RowQuery {}

/// What was chosen: places on the board, in their order.
#[derive(Debug)]
pub struct RowQueryResult {
    pub(super) projection: ProjectionHandle,
    pub(super) criteria: RowCriteria,
    pub(super) rows: Vec<u32>,
}

/// What an item is sorted by; two of one column are alike, and what is not known stands at the end.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Number(i64),
    Text(CompactString),
    /// Those with a number at the market before those whose SKU is all there is.
    Draft(bool, Option<CompactString>, Upc),
    Unknown,
}

impl RowQuery {
    /// Chooses in a thread of its own, a moment later where the rows of the same choice are shown already. `None` where
    /// the program ends.
    pub async fn run(self) -> Option<RowQueryResult> {
        if self.is_refresh {
            tokio::time::sleep(REFRESH_DELAY).await;
        }
        tokio::task::spawn_blocking(move || {
            let Self { projection, criteria: choice, .. } = self;
            let rows = sort_rows(matching_rows(&projection, &choice), &choice);
            RowQueryResult { projection, criteria: choice, rows }
        })
        .await
        .ok()
    }
}

/// The rows of a board that is held; `None` where they are the board's own.
pub(super) fn query_rows(projection: &JobProjection, choice: &RowCriteria) -> Option<Vec<u32>> {
    (!choice.is_default())
        .then(|| sort_rows(RowMatcher::new(choice).select_matching(projection.items().iter(), 0).collect(), choice))
}

fn matching_rows(projection: &ProjectionHandle, choice: &RowCriteria) -> Vec<(SortKey, u32)> {
    let (chooser, mut all, mut from) = (RowMatcher::new(choice), Vec::new(), 0);
    loop {
        // Items stay where they are, and new ones come behind them.
        let projection = projection.read();
        let upto = projection.items().len().min(from + ItemList::CHUNK_LEN);
        if from == upto {
            return all;
        }
        all.extend(chooser.select_matching(projection.items().iter_from(from).take(upto - from), from));
        from = upto;
    }
}

fn sort_rows(mut chosen: Vec<(SortKey, u32)>, choice: &RowCriteria) -> Vec<u32> {
    if choice.sort_column != ItemColumn::ListOrder {
        // By the place where the keys are equal, so that it is the same each time.
        chosen.sort_unstable();
    }
    let mut rows = chosen.into_iter().map(|(_, place)| place).collect::<Vec<_>>();
    if choice.descending {
        rows.reverse();
    }
    rows
}

struct RowMatcher<'a> {
    criteria: &'a RowCriteria,
    lowercase_filter: String,
}

impl<'a> RowMatcher<'a> {
    fn new(criteria: &'a RowCriteria) -> Self {
        Self { criteria, lowercase_filter: criteria.filter.to_lowercase() }
    }

    /// Those of these items that fit, of which the first has that place on the board.
    fn select_matching<'b>(
        &self,
        items: impl Iterator<Item = &'b Item>,
        from: usize,
    ) -> impl Iterator<Item = (SortKey, u32)> {
        let places = u32::try_from(from).unwrap_or(u32::MAX)..;
        places
            .zip(items)
            .filter(|(_, item)| self.matches_criteria(item))
            .map(|(place, item)| (sort_key(self.criteria.sort_column, item), place))
    }

    fn matches_criteria(&self, item: &Item) -> bool {
        let is_wanted = self.criteria.status.is_none_or(|status| item.status == Some(status));
        is_wanted && (self.lowercase_filter.is_empty() || self.contains_text(item))
    }

    fn contains_text(&self, item: &Item) -> bool {
        let texts = [item.artist.as_deref(), item.title.as_deref(), item.format.as_deref(), item.error.as_deref()];
        item.upc.to_string().contains(&self.lowercase_filter)
            || texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&self.lowercase_filter))
    }
}

fn sort_key(by: ItemColumn, item: &Item) -> SortKey {
    fn number_key(number: Option<impl Into<i64>>) -> SortKey {
        number.map_or(SortKey::Unknown, |number| SortKey::Number(number.into()))
    }
    fn text_key(text: Option<&str>) -> SortKey {
        text.map_or(SortKey::Unknown, |text| SortKey::Text(text.into()))
    }
    match by {
        ItemColumn::ListOrder => SortKey::Unknown,
        ItemColumn::State => number_key(item.status.map(|status| status as u8)),
        // Of the two steps that come in any order, those that are done.
        ItemColumn::Progress => {
            number_key(Some(item.stage as u8 * 4 + u8::from(item.has_price) + u8::from(item.has_cover)))
        }
        ItemColumn::Upc => number_key(i64::try_from(item.upc.number()).ok()),
        ItemColumn::Copies => number_key(Some(item.copies)),
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
        ItemColumn::Ended => number_key(item.ended_at.map(std::num::NonZeroU32::get)),
        ItemColumn::Duration => number_key(duration_secs(item)),
        ItemColumn::Error => text_key(item.error.as_deref()),
    }
}
