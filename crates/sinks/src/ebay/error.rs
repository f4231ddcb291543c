//! Converts errors of eBay calls to errors of the `inventory` sink.

use super::super::draft_sink::SinkError;
use domain::sink::SinkKind;
use ebay::EbayError;

/// Name of the sink in settings, results and the ledger.
pub(super) const INVENTORY_SINK: &str = SinkKind::Inventory.as_str();

/// Returns the error of a listing whose state on eBay is unknown.
#[expect(clippy::needless_pass_by_value, reason = "callers pass errors to `map_err`")]
pub(super) fn indeterminate_error(why: impl ToString) -> SinkError {
    SinkError::Indeterminate { sink: INVENTORY_SINK, why: why.to_string() }
}

/// Returns [`SinkError::Unavailable`] for an error that affects every listing, otherwise [`SinkError::Indeterminate`].
pub(super) fn sink_error(error: &EbayError) -> SinkError {
    if error.is_terminal() {
        return SinkError::Unavailable { sink: INVENTORY_SINK, why: error.to_string(), until: error.retry_at() };
    }
    indeterminate_error(format!("{error}; running the list again is safe"))
}
