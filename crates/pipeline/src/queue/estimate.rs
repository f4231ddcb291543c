//! Estimates a batch before it is submitted. Writes nothing and sends no requests to providers.

use jiff::Timestamp;

use super::run_queue::OtherJobs;
use super::{JobQueue, QueueError};
use domain::batch_estimate::{BatchEstimate, BatchPlan, ConflictingJob, QueuePosition, Quota, TimeEstimate};
use domain::job_spec::{JobId, JobSpec};
use domain::list_preview::Workload;
use domain::sink::SinkKind;
use domain::upstream_status::UpstreamStatus;
use sinks::SinkFactory;

impl JobQueue {
    /// Estimates a batch with the settings `spec` for a list of the size `amount`.
    ///
    /// # Errors
    /// Returns [`QueueError::Journal`] if the unfinished jobs cannot be read.
    pub async fn estimate_batch(&self, spec: &JobSpec, amount: Workload) -> Result<BatchEstimate, QueueError> {
        let context = self.context();
        let amount = apply_limit(amount, spec.limit);
        let (queue_position, other_items) = self.queue_position().await?;
        let plan = BatchPlan::from_spec(spec);
        let sink = if plan.writes_drafts() { spec.sink } else { SinkKind::DryRun };
        let sink = SinkFactory::for_kind(sink);
        let missing_setup = sink.missing_setup(context.ebay.as_ref());
        let missing_condition = sink.missing_condition(spec, amount.states_condition, context.ebay.as_ref());
        let dry_run_warning = SinkFactory::dry_run_warning(spec, amount.states_condition, context.ebay.as_ref());
        let conflicting_job = self.find_active_job(|other| other.source == spec.source).await?;
        Ok(BatchEstimate {
            items: amount.items,
            drafts: plan.max_drafts(amount),
            sink_description: sink.description.to_owned(),
            providers: context.providers.clone(),
            price_rule: context.policies.pricing.summary(spec.condition),
            time_estimate: TimeEstimate::for_items(
                Timestamp::now(),
                amount,
                other_items,
                &context.upstream_statuses_for(spec.condition),
            ),
            quotas: self.batch_quotas(sink, plan.max_drafts(amount), amount.items).await,
            queue_position,
            conflicting_job: conflicting_job.map(|(job_id, state)| ConflictingJob { job_id, state }),
            blockers: missing_setup.into_iter().chain(missing_condition).map(str::to_owned).collect(),
            advice: dry_run_warning.into_iter().chain(context.advice.clone()).collect(),
            plan,
        })
    }

    /// Checks that the batch or its list states a condition, if each draft needs one.
    ///
    /// # Errors
    /// Returns [`QueueError::Unready`] with the fix to suggest if every draft of the batch would be rejected.
    pub fn check_condition(&self, spec: &JobSpec, items_state_condition: bool) -> Result<(), QueueError> {
        let (sink, ebay) = (SinkFactory::for_kind(spec.sink), self.context().ebay.as_ref());
        let missing = sink.missing_condition(spec, items_state_condition, ebay);
        match missing.filter(|_| BatchPlan::from_spec(spec).writes_drafts()) {
            Some(missing) => Err(QueueError::Unready(format!("condition: {missing}"))),
            None => Ok(()),
        }
    }

    /// Returns true if the batch states no condition and its list has to.
    pub fn needs_condition_of_list(&self, spec: &JobSpec) -> bool {
        let items_state_condition = false;
        self.check_condition(spec, items_state_condition).is_err()
    }

    /// Checks that the eBay account that the destination of a batch needs is set up.
    ///
    /// # Errors
    /// Returns [`QueueError::Unready`] with what to do if no draft of the batch can be created.
    pub fn check_account(&self, spec: &JobSpec) -> Result<(), QueueError> {
        let missing = SinkFactory::for_kind(spec.sink).missing_account(self.context().ebay.as_ref());
        match missing.filter(|_| BatchPlan::from_spec(spec).writes_drafts()) {
            Some(missing) => Err(QueueError::Unready(format!("sink: {} needs an eBay account: {missing}", spec.sink))),
            None => Ok(()),
        }
    }

    /// Returns the status of every service, with the requests that an item of the running batch probably needs.
    pub async fn upstream_statuses(&self) -> Vec<UpstreamStatus> {
        let context = self.context();
        let running = self.inner.run_queue.other_jobs().running;
        let spec = match running.first() {
            Some(job) => context.journal.job_summary(job).await.ok().and_then(|summary| summary.spec),
            None => None,
        };
        context.upstream_statuses_for(spec.map_or(context.policies.listing.condition, |spec| spec.condition))
    }

    async fn batch_quotas(&self, sink: &SinkFactory, drafts: u64, items: u64) -> Vec<Quota> {
        let context = self.context();
        let mut quotas = context.gateway.required_quotas(items).await;
        if let Some(ebay) = &context.ebay {
            quotas.extend(ebay.remaining_quotas(&(sink.estimate_calls)(drafts)).await);
        }
        quotas
    }

    /// Returns the queue position of a new job, and the number of unfinished items of other jobs, which share the rate
    /// limits. No batch waits for a scan session.
    async fn queue_position(&self) -> Result<(QueuePosition, u64), QueueError> {
        let OtherJobs { running, scans, waiting } = self.inner.run_queue.other_jobs();
        let items = self.remaining_items(&running).await? + self.remaining_items(&waiting).await?;
        let starts_at_once = waiting.is_empty() && running.len() < self.inner.limits.running.max(1);
        let position = if starts_at_once { 0 } else { waiting.len() as u64 + 1 };
        let items_ahead = if starts_at_once { 0 } else { items };
        let position = QueuePosition { position, running: running.len() as u64, items_ahead };
        Ok((position, items + self.remaining_items(&scans).await?))
    }

    /// Counts the unfinished items of jobs. Paused items and lists that have not been read yet do not count.
    async fn remaining_items(&self, jobs: &[JobId]) -> Result<u64, QueueError> {
        let mut remaining = 0;
        for job in jobs {
            let counts = self.context().journal.job_summary(job).await?.counts;
            remaining += (counts.total - counts.done).saturating_sub(counts.paused);
        }
        Ok(remaining)
    }
}

/// Limits the workload to the batch's limit. The number of copies in a part of a list is unknown, so the result is the
/// maximum: each item left out has at least one copy.
fn apply_limit(amount: Workload, limit: Option<u64>) -> Workload {
    match limit {
        Some(limit) if limit < amount.items => {
            let copies = amount.copies.saturating_sub(amount.items - limit).max(limit);
            Workload { items: limit, copies, ..amount }
        }
        _ => amount,
    }
}
