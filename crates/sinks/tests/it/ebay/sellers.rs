//! Two sellers in one data folder: neither sees the drafts of the other, and a new sign-in does not create a new
//! seller.

use std::time::Duration;

use ebay::EbayClient;
use serde_json::json;
use sinks::ebay::identify_seller;
use upstream::HttpClient;

use super::{SellerFixture, keyset, listing, unwrap_created, unwrap_unchanged};

impl SellerFixture {
    /// Returns the fixture after a new sign-in whose token ends with `ending`.
    async fn signed_in_again(self, ending: &str) -> Self {
        let mut settings = keyset(&self.sandbox, &self.data, Some(0.0), &serde_json::json!({}));
        let token = self.sandbox.ebay_settings().into_iter().find(|(name, _)| *name == "EBAY_REFRESH_TOKEN").unwrap().1;
        settings.refresh_token = Some(format!("{token}{ending}").into());
        let quick = upstream::Settings { attempt_timeout: Duration::from_secs(5), ..upstream::Settings::default() };
        let ebay = EbayClient::connect(&settings, &HttpClient::new(&quick).unwrap(), self.data.path()).await.unwrap();
        Self { ebay, ..self }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_seller_sees_no_entries_of_another() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.open_sink("csv", 0).await.create_draft(&listing(1200)).await);
    let first = identify_seller(&fixture.ebay, &fixture.journal).await;
    assert!(first.account_id.is_some() && first.environment_id.starts_with("sandbox"), "{first:?}");

    let fixture = fixture.signed_in_again("#2").await;
    assert_eq!(identify_seller(&fixture.ebay, &fixture.journal).await, first, "the policies identify the seller");
    unwrap_unchanged(fixture.open_sink("csv", 1).await.create_draft(&listing(1200)).await);

    fixture.sandbox.switch_account();
    let fixture = fixture.signed_in_again("#3").await;
    let second = identify_seller(&fixture.ebay, &fixture.journal).await;
    assert!(second.account_id.is_some() && second != first, "{second:?}");
    unwrap_created(fixture.open_sink("inventory", 2).await.create_draft(&listing(1200)).await);
    assert_eq!(fixture.offer()["listingPolicies"]["paymentPolicyId"], json!("61000001001"));
}

/// Without policies, nothing distinguishes sellers, so a ledger entry applies to every seller.
#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_seller_shares_entries_with_every_seller() {
    let account = sandbox::EbayAccount { has_policies: false, ..Default::default() };
    let fixture = SellerFixture::with(account).await;
    assert_eq!(identify_seller(&fixture.ebay, &fixture.journal).await.account_id, None);
    unwrap_created(fixture.open_sink("csv", 0).await.create_draft(&listing(1200)).await);
    let fixture = fixture.signed_in_again("#2").await;
    unwrap_unchanged(fixture.open_sink("csv", 1).await.create_draft(&listing(1200)).await);
}
