//! Does today suffice? A batch that cannot finish today says so before its first item.

use super::allowance::Used;
use super::api::{Api, Ebay};
use domain::forecast::Quota;

impl Ebay {
    /// A sentence for each API whose calls of today are fewer than so many items need.
    pub async fn foresee(&self, items: u64, needs: &[(Api, u64)]) -> Vec<String> {
        let mut remarks = Vec::new();
        for (api, need) in needs {
            match self.used(*api).await {
                Ok(used) if used.left() < *need => remarks.push(too_few(&used, *need, items)),
                Ok(_) => {}
                Err(error) => remarks.push(error.to_string()),
            }
        }
        remarks
    }

    /// Today's calls of each API, by our own count: nobody is asked. An API whose count cannot be read is left out.
    pub async fn quotas(&self, needs: &[(Api, u64)]) -> Vec<Quota> {
        let mut quotas = Vec::new();
        for (api, need) in needs {
            match self.used(*api).await {
                Ok(used) => quotas.push(Quota {
                    api: api.key().to_owned(),
                    need: *need,
                    left: used.left(),
                    daily: used.daily,
                    until: used.until,
                }),
                Err(error) => tracing::warn!(%error, "today's calls are not known"),
            }
        }
        quotas
    }
}

fn too_few(used: &Used, need: u64, items: u64) -> String {
    format!(
        "This batch cannot finish today: its {items} items need about {need} calls of eBay's {} API, and {} of {} are left \
         until {}. The rest waits until then and goes on by itself.",
        used.api,
        used.left(),
        used.daily,
        used.until.strftime("%Y-%m-%d %H:%M UTC"),
    )
}
