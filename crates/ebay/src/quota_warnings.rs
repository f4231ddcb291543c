//! Does today suffice? A batch that cannot finish today says so before its first item.

use super::api::{Api, EbayClient};
use super::quota::QuotaUsage;
use domain::batch_estimate::Quota;

impl EbayClient {
    /// A sentence for each API whose calls of today are fewer than so many items need.
    pub async fn quota_warnings(&self, items: u64, needs: &[(Api, u64)]) -> Vec<String> {
        let mut remarks = Vec::new();
        for (api, need) in needs {
            match self.quota_usage(*api).await {
                Ok(used) if used.remaining() < *need => remarks.push(quota_warning(&used, *need, items)),
                Ok(_) => {}
                Err(error) => remarks.push(error.to_string()),
            }
        }
        remarks
    }

    /// Today's calls of each API, by our own count: nobody is asked. An API whose count cannot be read is left out.
    pub async fn remaining_quotas(&self, needs: &[(Api, u64)]) -> Vec<Quota> {
        let mut quotas = Vec::new();
        for (api, need) in needs {
            match self.quota_usage(*api).await {
                Ok(used) => quotas.push(Quota {
                    api: api.key().to_owned(),
                    required: *need,
                    remaining: used.remaining(),
                    daily_limit: used.daily,
                    resets_at: used.until,
                }),
                Err(error) => tracing::warn!(%error, "today's calls are not known"),
            }
        }
        quotas
    }
}

fn quota_warning(used: &QuotaUsage, need: u64, items: u64) -> String {
    format!(
        "This batch cannot finish today: its {items} items need about {need} calls of eBay's {} API, and {} of {} are left \
         until {}. The rest waits until then and goes on by itself.",
        used.api,
        used.remaining(),
        used.daily,
        used.until.strftime("%Y-%m-%d %H:%M UTC"),
    )
}
