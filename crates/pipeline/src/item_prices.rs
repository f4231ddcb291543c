//! Prices the copies of an item: the price set by the seller, the price in the list, or an estimate for the condition.

use futures::future::join_all;

use super::item_error::ItemError;
use super::item_pipeline::{ItemPipeline, WithGaps, provider_failures};
use domain::draft_group::DraftGroup;
use domain::event::ItemEvent;
use domain::item_details::ItemDetails;
use domain::matching::Match;
use domain::pricing::{GradedCondition, GroupPrice, PriceEstimate};
use domain::provider::ProviderFailure;
use providers::ProviderError;

impl ItemPipeline {
    /// Returns the price of each group of copies, and records new prices.
    ///
    /// # Errors
    /// Returns [`ItemError::Deferred`] if a guide that could improve the price waits for its quota.
    pub(super) async fn estimate_prices(
        &self,
        item: &ItemDetails,
        best_match: &Match,
        groups: &[DraftGroup],
    ) -> Result<WithGaps<Vec<PriceEstimate>>, ItemError> {
        let recorded = groups.iter().map(|group| item.group_price(group.index).cloned()).collect::<Option<Vec<_>>>();
        if let Some(value) = recorded {
            return Ok(WithGaps { value, unavailable_providers: Vec::new() });
        }
        let estimates = join_all(groups.iter().map(|group| self.estimate_group_price(item, best_match, group))).await;
        let (mut value, mut unavailable_providers) = (Vec::new(), Vec::<ProviderFailure>::new());
        for (price_estimate, errors) in estimates {
            // A recorded price is final, so no price is recorded while a guide that could improve it waits for its
            // quota.
            if let Some(exhausted) = self.gateway.pending_better_price(&price_estimate, &errors) {
                return Err(ItemError::Deferred { until: exhausted.exhausted_until(), why: exhausted.to_string() });
            }
            // All groups use the same providers, so each error is listed once.
            for failure in provider_failures(&errors) {
                if !unavailable_providers.contains(&failure) {
                    unavailable_providers.push(failure);
                }
            }
            value.push(price_estimate);
        }
        // A copy scanned after the first estimate gets its own estimate from cached responses.
        if let Some(price_estimate) = value.first().filter(|_| item.price_estimate.is_none()).cloned() {
            let further = groups.iter().zip(&value).skip(1);
            let group_prices = further
                .map(|(group, price)| GroupPrice { index: group.index, price_estimate: price.clone() })
                .collect::<Vec<_>>();
            let unavailable_providers = unavailable_providers.clone();
            let step = ItemEvent::Priced { price_estimate, group_prices, unavailable_providers };
            self.enqueue_event(item.input.upc, step).await?;
        }
        Ok(WithGaps { value, unavailable_providers })
    }

    async fn estimate_group_price(
        &self,
        item: &ItemDetails,
        best_match: &Match,
        group: &DraftGroup,
    ) -> (PriceEstimate, Vec<ProviderError>) {
        if let Some(recorded) = item.group_price(group.index) {
            return (recorded.clone(), Vec::new());
        }
        let (stated, rules) = (GradedCondition::from(&group.copy), &self.policies.pricing);
        match self.seller_price(item, group) {
            Some(price_estimate) if item.is_price_reviewed => (price_estimate, Vec::new()),
            Some(listed) => self.gateway.check_sale_blocks(listed, best_match, rules).await,
            None => self.gateway.estimate_price(best_match, stated, rules).await,
        }
    }

    /// Returns the price from the seller's decision or list; `None` if there is none.
    fn seller_price(&self, item: &ItemDetails, group: &DraftGroup) -> Option<PriceEstimate> {
        if let Some(price) = item.decided_price {
            return Some(PriceEstimate::from_seller_price(price));
        }
        let (listed, rules) = (group.listed_price.as_ref()?, &self.policies.pricing);
        Some(match listed.to_money(rules.currency) {
            Some(price) => PriceEstimate::from_listed_price(price, group.copy.effective_condition(), rules),
            None => PriceEstimate::from_unreadable_listed_price(listed, rules.currency),
        })
    }
}
