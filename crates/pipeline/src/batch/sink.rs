//! Where the drafts of a job go.

use super::error::BatchError;
use crate::app_context::AppContext;
use domain::job_spec::JobSpec;
use sinks::{self, DryRunSink, PreparedSink, SinkContext};

/// The market of an order. Test mode gets the rehearsal, which owns nothing to write with.
pub(super) async fn prepare_sink(works: &AppContext, order: &JobSpec, items: u64) -> Result<PreparedSink, BatchError> {
    let sink = if order.test_mode || !order.create_drafts { DryRunSink::NAME } else { order.sink.as_str() };
    let Some(market) = sinks::SINKS.iter().find(|market| market.name == sink) else {
        let known = sinks::SINKS.iter().map(|market| market.name).collect::<Vec<_>>().join(", ");
        return Err(BatchError::UnknownSink { sink: sink.to_owned(), known });
    };
    let opening = SinkContext {
        journal: works.journal.clone(),
        job_spec: order.clone(),
        ebay: works.ebay.clone(),
        ebay_environment: works.ebay_environment_id.clone(),
        response_cache: works.response_cache.clone(),
        categories: works.policies.categories,
        item_count: items,
        max_wait: works.gateway.outage_timeout(),
    };
    Ok((market.prepare)(&opening).await?)
}
