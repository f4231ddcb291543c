//! What a failed call to eBay means for the listings that it was for, in the sink `inventory`.

use super::super::draft_sink::SinkError;
use domain::sink::SinkKind;
use ebay::EbayError;

/// The sink's name in settings, results and the ledger.
pub(super) const INVENTORY_SINK: &str = SinkKind::Inventory.as_str();

/// Returns the error of a listing of which it is not known on eBay.
#[expect(clippy::needless_pass_by_value, reason = "callers pass errors to `map_err`")]
pub(super) fn indeterminate_error(why: impl ToString) -> SinkError {
    SinkError::Indeterminate { sink: INVENTORY_SINK, why: why.to_string() }
}

/// Returns [`SinkError::Unavailable`] for an error that every listing would meet, and else
/// [`SinkError::Indeterminate`].
pub(super) fn sink_error(error: &EbayError) -> SinkError {
    if error.is_terminal() {
        return SinkError::Unavailable { sink: INVENTORY_SINK, why: error.to_string(), until: error.retry_at() };
    }
    indeterminate_error(format!("{error}; running the list again is safe"))
}
