//! The rows of a table: which items of a projection are shown, and in which order. Without a filter and sort order, the
//! rows are all items and nothing is stored. The rows of a long list are queried in a task, see [`super::row_query`].

use super::backend::ProjectionHandle;
use super::row_query::{self, RowCriteria, RowQuery, RowQueryResult};
use domain::item::Item;
use domain::job_projection::JobProjection;

/// Maximum number of items for which the rows are queried immediately, between a key and its frame.
const MAX_SYNC_ROWS: usize = 20_000;

/// The rows of a table, and their criteria.
#[derive(Debug, Default)]
pub(super) struct TableView {
    pub(super) criteria: RowCriteria,
    /// Item indexes; `None` if the rows are all items in the order of the list.
    rows: Option<Vec<u32>>,
    /// True if events arrived or the criteria changed since the last query.
    is_stale: bool,
    /// Criteria of the last query that ran in a task.
    queried_criteria: Option<RowCriteria>,
    /// True while a query runs in a task.
    is_pending: bool,
}

impl TableView {
    /// Marks the rows as stale, so that the next frame queries them again.
    pub(super) fn mark_stale(&mut self) {
        self.is_stale = true;
    }

    /// Returns true while the shown rows have other criteria.
    pub(super) fn is_pending(&self) -> bool {
        self.is_pending && !self.criteria.is_default() && self.queried_criteria.as_ref() != Some(&self.criteria)
    }

    /// Queries the rows again if they are stale.
    pub(super) fn refresh_if_stale(&mut self, projection: &JobProjection) {
        if self.is_stale {
            self.refresh_rows(projection);
        }
    }

    /// Queries the rows of a short list. The rows of a long list stay until a task has queried them.
    pub(super) fn refresh_rows(&mut self, projection: &JobProjection) {
        self.is_stale = !self.criteria.is_default() && projection.items().len() > MAX_SYNC_ROWS;
        if !self.is_stale {
            self.rows = row_query::query_rows(projection, &self.criteria);
        }
    }

    /// Returns the query to run in a task. Returns `None` if the rows are current, a query is running, or the list is
    /// short, so that the next frame queries the rows.
    pub(super) fn take_pending_query(&mut self, projection: &ProjectionHandle) -> Option<RowQuery> {
        if !self.is_stale || self.is_pending || self.criteria.is_default() {
            return None;
        }
        if projection.read().items().len() <= MAX_SYNC_ROWS {
            return None;
        }
        self.is_pending = true;
        let is_refresh = self.queried_criteria.as_ref() == Some(&self.criteria);
        Some(RowQuery { projection: projection.clone(), criteria: self.criteria.clone(), is_refresh })
    }

    /// Returns true if the result has the same criteria as the shown rows.
    pub(super) fn is_refreshed_by(&self, result: &RowQueryResult) -> bool {
        self.queried_criteria.as_ref() == Some(&result.criteria)
    }

    /// Shows the result of a query, unless the criteria or the projection have changed in the meantime.
    pub(super) fn apply_result(&mut self, result: &RowQueryResult, projection: Option<&ProjectionHandle>) {
        self.is_pending = false;
        if self.criteria == result.criteria
            && projection.is_some_and(|projection| std::sync::Arc::ptr_eq(projection, &result.projection))
        {
            self.rows = Some(result.rows.clone());
            self.queried_criteria = Some(result.criteria.clone());
            self.is_stale = false;
        }
    }

    /// Returns the number of rows.
    pub(super) fn row_count(&self, projection: &JobProjection) -> usize {
        self.rows.as_ref().map_or(projection.items().len(), Vec::len)
    }

    /// Returns the item index of a row; `usize::MAX` if there is no such row.
    pub(super) fn item_index(&self, row: usize) -> usize {
        self.rows.as_ref().map_or(row, |rows| rows.get(row).map_or(usize::MAX, |index| *index as usize))
    }

    /// Returns the row of an item index; `None` if the item is not shown.
    pub(super) fn row_of_item(&self, item_index: usize) -> Option<usize> {
        match &self.rows {
            None => Some(item_index),
            Some(rows) => rows.iter().position(|index| *index as usize == item_index),
        }
    }

    /// Returns the item of a row.
    pub(super) fn item_at<'a>(&self, projection: &'a JobProjection, row: usize) -> Option<&'a Item> {
        projection.items().get(self.item_index(row))
    }
}
