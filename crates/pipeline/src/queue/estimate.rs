//! What an order would lead to, if it were given now. Nothing is written, and nobody outside is asked.

use jiff::Timestamp;

use super::JobQueue;
use super::error::QueueError;
use domain::batch_estimate::{BatchEstimate, BatchPlan, ConflictingJob, QueuePosition, Quota, TimeEstimate};
use domain::job_spec::{JobId, JobSpec};
use domain::list_preview::Workload;
use domain::sink::SinkKind;
use sinks::SinkFactory;

impl JobQueue {
    /// The forecast of a batch over so much.
    ///
    /// # Errors
    /// [`QueueError::Journal`] where the jobs that are under way cannot be read.
    pub async fn estimate_batch(&self, spec: &JobSpec, amount: Workload) -> Result<BatchEstimate, QueueError> {
        let context = self.context();
        let amount = apply_limit(amount, spec.limit);
        let (turn, others) = self.queue_position().await?;
        let plan = BatchPlan::from_spec(spec);
        let sink = if plan.writes_drafts() { spec.sink } else { SinkKind::DryRun };
        let market = SinkFactory::for_kind(sink);
        let lacks = market.missing_setup(context.ebay.as_ref());
        let under_way = self.find_active_job(|other| other.source == spec.source).await?;
        Ok(BatchEstimate {
            items: amount.items,
            drafts: plan.max_drafts(amount),
            sink_description: market.description.to_owned(),
            providers: context.providers.clone(),
            price_rule: context.policies.pricing.summary(spec.condition),
            time_estimate: TimeEstimate::for_items(
                Timestamp::now(),
                amount.items,
                others,
                &context.upstream_statuses(),
            ),
            quotas: self.batch_quotas(market, plan.max_drafts(amount), amount.items).await,
            queue_position: turn,
            conflicting_job: under_way.map(|(job_id, state)| ConflictingJob { job_id, state }),
            blockers: lacks.into_iter().map(str::to_owned).collect(),
            advice: context.advice.clone(),
            plan,
        })
    }

    async fn batch_quotas(&self, market: &SinkFactory, drafts: u64, items: u64) -> Vec<Quota> {
        let context = self.context();
        let mut quotas = context.gateway.required_quotas(items).await;
        if let Some(ebay) = &context.ebay {
            quotas.extend(ebay.remaining_quotas(&(market.estimate_calls)(drafts)).await);
        }
        quotas
    }

    /// When the turn of a new job comes, and how many items share the limits with it until it has ended.
    async fn queue_position(&self) -> Result<(QueuePosition, u64), QueueError> {
        let (running, waiting) = self.inner.run_queue.running_and_waiting();
        let items = self.remaining_items(&running).await? + self.remaining_items(&waiting).await?;
        let begins_at_once = waiting.is_empty() && running.len() < self.inner.max_running_jobs;
        let place = if begins_at_once { 0 } else { waiting.len() as u64 + 1 };
        let items_before = if begins_at_once { 0 } else { items };
        Ok((QueuePosition { position: place, running: running.len() as u64, items_ahead: items_before }, items))
    }

    /// Items that have not ended, as far as their lists are read.
    async fn remaining_items(&self, jobs: &[JobId]) -> Result<u64, QueueError> {
        let mut left = 0;
        for job in jobs {
            let counts = self.context().journal.job_summary(job).await?.counts;
            left += (counts.total - counts.done).saturating_sub(counts.paused);
        }
        Ok(left)
    }
}

/// Of a list that is not taken whole, the copies are not known; each item has one at least.
fn apply_limit(amount: Workload, limit: Option<u64>) -> Workload {
    match limit {
        Some(limit) if limit < amount.items => Workload { items: limit, copies: limit },
        _ => amount,
    }
}
