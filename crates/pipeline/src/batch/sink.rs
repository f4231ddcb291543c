//! Where the drafts of a job go.

use super::error::BatchError;
use crate::app_context::AppContext;
use domain::job_spec::JobSpec;
use domain::sink::SinkKind;
use sinks::{PreparedSink, SinkContext, SinkFactory};

/// The market of an order. Test mode gets the rehearsal, which owns nothing to write with.
pub(super) async fn prepare_sink(context: &AppContext, spec: &JobSpec, items: u64) -> Result<PreparedSink, BatchError> {
    let kind = if spec.test_mode || !spec.create_drafts { SinkKind::DryRun } else { spec.sink };
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
    Ok((SinkFactory::for_kind(kind).prepare)(&opening).await?)
}
