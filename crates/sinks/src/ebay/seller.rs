//! Which seller's drafts these are, for the ledger. EBay names nobody to a program with these rights, but business
//! policies belong to one account alone, and each of their numbers to one policy: whoever has one that was seen before
//! is the same seller, also after a new sign-in. The consent's mark is a name too, which needs no call.

use super::account::{self, FULFILLMENT, PAYMENT, RETURN};
use ebay::EbayClient;
use store::journal::{Journal, SellerAccount};

/// The seller who is signed in; eBay is asked where this consent was never met. Unknown where nobody is signed in, or
/// where the account has no policies.
pub async fn identify_seller(ebay: &EbayClient, journal: &Journal) -> SellerAccount {
    let place = ebay.settings().environment_id();
    if !ebay.tokens().has_consent() {
        return SellerAccount::anonymous(place);
    }
    match journal.find_seller_account(&place, &consent_key(ebay)).await {
        Ok(Some(account)) => return SellerAccount { environment_id: place, account_id: Some(account) },
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the seller's number cannot be read"),
    }
    let mut policies = Vec::new();
    for kind in [FULFILLMENT, PAYMENT, RETURN] {
        match account::fetch_policies(ebay, kind).await {
            Ok(found) => policies.extend(found.iter().map(|policy| kind.label_for(policy))),
            Err(error) => tracing::warn!(%error, "a seller's policies cannot be read, so he may not be known again"),
        }
    }
    seller_for_policies(ebay, journal, policies).await
}

/// The seller who has these policies and is signed in; what is new of him is kept.
pub(super) async fn seller_for_policies(ebay: &EbayClient, journal: &Journal, policies: Vec<String>) -> SellerAccount {
    let place = ebay.settings().environment_id();
    if policies.is_empty() {
        return SellerAccount::anonymous(place);
    }
    let names = [vec![consent_key(ebay)], policies].concat();
    match journal.resolve_seller_account(&place, names).await {
        Ok(account) => SellerAccount { environment_id: place, account_id: Some(account) },
        Err(error) => {
            tracing::warn!(%error, "the seller's number cannot be kept");
            SellerAccount::anonymous(place)
        }
    }
}

fn consent_key(ebay: &EbayClient) -> String {
    format!("consent {}", ebay.tokens().consent_fingerprint())
}
