//! Where the drafts of a job go.

use super::error::BatchError;
use crate::app_context::AppContext;
use domain::job_spec::JobSpec;
use sinks::{self, DryRunSink, PreparedSink, SinkContext};

/// The market of an order. Test mode gets the rehearsal, which owns nothing to write with.
pub(super) async fn prepare_sink(context: &AppContext, spec: &JobSpec, items: u64) -> Result<PreparedSink, BatchError> {
    let sink = if spec.test_mode || !spec.create_drafts { DryRunSink::NAME } else { spec.sink.as_str() };
    let Some(market) = sinks::SINKS.iter().find(|market| market.name == sink) else {
        let known = sinks::SINKS.iter().map(|market| market.name).collect::<Vec<_>>().join(", ");
        return Err(BatchError::UnknownSink { sink: sink.to_owned(), known });
    };
    let opening = SinkContext {
        journal: context.journal.clone(),
        job_spec: spec.clone(),
        ebay: context.ebay.clone(),
        ebay_environment: context.ebay_environment_id.clone(),
        response_cache: context.response_cache.clone(),
        categories: context.policies.categories,
        item_count: items,
        max_wait: context.gateway.outage_timeout(),
    };
    Ok((market.prepare)(&opening).await?)
}
