//! What an order would lead to, if it were given now. Nothing is written, and nobody outside is asked.

use jiff::Timestamp;

use super::Queue;
use super::error::QueueError;
use domain::batch::{JobId, Order};
use domain::forecast::{Forecast, Plan, Quota, Time, Turn, UnderWay};
use domain::survey::Amount;
use sinks::{Registration, Rehearsal};

impl Queue {
    /// The forecast of a batch over so much.
    ///
    /// # Errors
    /// [`QueueError::Journal`] where the jobs that are under way cannot be read.
    pub async fn forecast(&self, order: &Order, amount: Amount) -> Result<Forecast, QueueError> {
        let works = self.works();
        let amount = limited(amount, order.limit);
        let (turn, others) = self.turn().await?;
        let plan = Plan::of(order);
        let sink = if plan.writes_drafts() { order.sink.as_str() } else { Rehearsal::SINK };
        let market = Registration::named(sink);
        let lacks = market.and_then(|market| market.lacks(works.ebay.as_ref()));
        let under_way = self.one_over(|other| other.source == order.source).await?;
        Ok(Forecast {
            items: amount.items,
            drafts: plan.drafts(amount),
            about: market.map(|market| market.about.to_owned()).unwrap_or_default(),
            asked: works.asked.clone(),
            price_rule: works.rules.pricing.in_words(order.condition),
            time: Time::at(Timestamp::now(), amount.items, others, &works.upstreams()),
            quotas: self.quotas(market, plan.drafts(amount), amount.items).await,
            turn,
            under_way: under_way.map(|(job_id, state)| UnderWay { job_id, state }),
            to_do: lacks.into_iter().map(str::to_owned).collect(),
            advice: works.advice.clone(),
            plan,
        })
    }

    async fn quotas(&self, market: Option<&Registration>, drafts: u64, items: u64) -> Vec<Quota> {
        let works = self.works();
        let mut quotas = works.gatherer.quotas(items).await;
        if let (Some(market), Some(ebay)) = (market, &works.ebay) {
            quotas.extend(ebay.quotas(&(market.calls)(drafts)).await);
        }
        quotas
    }

    /// When the turn of a new job comes, and how many items share the limits with it until it has ended.
    async fn turn(&self) -> Result<(Turn, u64), QueueError> {
        let (running, waiting) = self.inner.line.standing();
        let items = self.left(&running).await? + self.left(&waiting).await?;
        let begins_at_once = waiting.is_empty() && running.len() < self.inner.at_once;
        let place = if begins_at_once { 0 } else { waiting.len() as u64 + 1 };
        let items_before = if begins_at_once { 0 } else { items };
        Ok((Turn { place, running: running.len() as u64, items_before }, items))
    }

    /// Items that have not ended, as far as their lists are read.
    async fn left(&self, jobs: &[JobId]) -> Result<u64, QueueError> {
        let mut left = 0;
        for job in jobs {
            let counts = self.works().journal.job(job).await?.counts;
            left += (counts.total - counts.done).saturating_sub(counts.held);
        }
        Ok(left)
    }
}

/// Of a list that is not taken whole, the copies are not known; each item has one at least.
fn limited(amount: Amount, limit: Option<u64>) -> Amount {
    match limit {
        Some(limit) if limit < amount.items => Amount { items: limit, copies: limit },
        _ => amount,
    }
}
