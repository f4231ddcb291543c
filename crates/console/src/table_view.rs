//! Which items of a board are shown and in which order. Without filter and sort that is the list itself, and nothing is
//! counted or kept, however long it is. Of a long list the rows are chosen in a task, see [`super::arranging`].

use super::backend::ProjectionHandle;
use super::row_query::{self, RowQuery, RowQueryResult};
use domain::item::Item;
use domain::job_projection::JobProjection;
use domain::outcome::Status;

/// Up to so many items the rows are chosen between a key and its drawing.
const MAX_SYNC_ROWS: usize = 20_000;

/// What can be shown in a column, and sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemColumn {
    /// As the list has them.
    #[default]
    ListOrder,
    State,
    Progress,
    Upc,
    Copies,
    Artist,
    Title,
    Format,
    Price,
    Score,
    Confidence,
    Draft,
    Ended,
    Duration,
    Error,
}

/// What the operator wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowCriteria {
    /// Text that an item holds somewhere.
    pub filter: String,
    pub status: Option<Status>,
    pub sort_column: ItemColumn,
    pub descending: bool,
}

impl RowCriteria {
    /// True for the list as it is.
    pub(super) fn is_default(&self) -> bool {
        self.filter.is_empty() && self.status.is_none() && self.sort_column == ItemColumn::ListOrder && !self.descending
    }
}

/// The choice, and what it comes to.
#[derive(Debug, Default)]
pub(super) struct TableView {
    pub(super) criteria: RowCriteria,
    /// Places on the board; `None` where the rows are the board's own.
    rows: Option<Vec<u32>>,
    /// True where something has happened since the rows were chosen.
    is_stale: bool,
    /// The choice that the rows were last made for, where that took a task.
    queried_criteria: Option<RowCriteria>,
    is_pending: bool,
}

impl TableView {
    /// Something has happened: the next drawing chooses anew, and no event does.
    pub(super) fn mark_stale(&mut self) {
        self.is_stale = true;
    }

    /// True while other rows are wanted than are shown.
    pub(super) fn is_pending(&self) -> bool {
        self.is_pending && !self.criteria.is_default() && self.queried_criteria.as_ref() != Some(&self.criteria)
    }

    /// Chooses the rows where something has happened.
    pub(super) fn refresh_if_stale(&mut self, projection: &JobProjection) {
        if self.is_stale {
            self.refresh_rows(projection);
        }
    }

    /// Chooses the rows, where that is done in a moment; else they stay until a task has chosen them.
    pub(super) fn refresh_rows(&mut self, projection: &JobProjection) {
        self.is_stale = !self.criteria.is_default() && projection.items().len() > MAX_SYNC_ROWS;
        if !self.is_stale {
            self.rows = row_query::query_rows(projection, &self.criteria);
        }
    }

    /// The task that the view waits for, where none is under way.
    pub(super) fn take_pending_query(&mut self, projection: &ProjectionHandle) -> Option<RowQuery> {
        if !self.is_stale || self.is_pending || self.criteria.is_default() {
            return None;
        }
        self.is_pending = true;
        let is_again = self.queried_criteria.as_ref() == Some(&self.criteria);
        Some(RowQuery { projection: projection.clone(), criteria: self.criteria.clone(), is_refresh: is_again })
    }

    /// Takes over what a task has chosen; what was wanted before something else is not shown.
    pub(super) fn apply_result(&mut self, arranged: &RowQueryResult, projection: Option<&ProjectionHandle>) {
        self.is_pending = false;
        if self.criteria == arranged.criteria
            && projection.is_some_and(|projection| std::sync::Arc::ptr_eq(projection, &arranged.projection))
        {
            self.rows = Some(arranged.rows.clone());
            self.queried_criteria = Some(arranged.criteria.clone());
            self.is_stale = false;
        }
    }

    /// How many rows there are.
    pub(super) fn row_count(&self, projection: &JobProjection) -> usize {
        self.rows.as_ref().map_or(projection.items().len(), Vec::len)
    }

    /// The place on the board of a row.
    pub(super) fn item_index(&self, row: usize) -> usize {
        self.rows.as_ref().map_or(row, |rows| rows.get(row).map_or(usize::MAX, |at| *at as usize))
    }

    /// The row of a place on the board; `None` where it is not shown.
    pub(super) fn row_of_item(&self, place: usize) -> Option<usize> {
        match &self.rows {
            None => Some(place),
            Some(rows) => rows.iter().position(|at| *at as usize == place),
        }
    }

    /// The item of a row.
    pub(super) fn item_at<'a>(&self, projection: &'a JobProjection, row: usize) -> Option<&'a Item> {
        projection.items().get(self.item_index(row))
    }
}

/// Seconds from the first answer to the end state.
pub(super) fn duration_secs(item: &Item) -> Option<u32> {
    Some(item.ended_at?.get().saturating_sub(item.started_at?.get()))
}
