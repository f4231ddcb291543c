//! Which seller's drafts these are, for the ledger. EBay names nobody to a program with these rights, but business
//! policies belong to one account alone, and each of their numbers to one policy: whoever has one that was seen before
//! is the same seller, also after a new sign-in. The consent's mark is a name too, which needs no call.

use super::account::{self, FULFILLMENT, PAYMENT, RETURN};
use ebay::Ebay;
use store::journal::{Journal, Seller};

/// The seller who is signed in; eBay is asked where this consent was never met. Unknown where nobody is signed in, or
/// where the account has no policies.
pub async fn seller(ebay: &Ebay, journal: &Journal) -> Seller {
    let place = ebay.settings().place();
    if !ebay.tokens().has_consent() {
        return Seller::unknown(place);
    }
    match journal.ledger_account_named(&place, &mark(ebay)).await {
        Ok(Some(account)) => return Seller { ebay: place, account: Some(account) },
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the seller's number cannot be read"),
    }
    let mut policies = Vec::new();
    for kind in [FULFILLMENT, PAYMENT, RETURN] {
        match account::policies(ebay, kind).await {
            Ok(found) => policies.extend(found.iter().map(|policy| kind.named(policy))),
            Err(error) => tracing::warn!(%error, "a seller's policies cannot be read, so he may not be known again"),
        }
    }
    known_by(ebay, journal, policies).await
}

/// The seller who has these policies and is signed in; what is new of him is kept.
pub(super) async fn known_by(ebay: &Ebay, journal: &Journal, policies: Vec<String>) -> Seller {
    let place = ebay.settings().place();
    if policies.is_empty() {
        return Seller::unknown(place);
    }
    let names = [vec![mark(ebay)], policies].concat();
    match journal.ledger_account(&place, names).await {
        Ok(account) => Seller { ebay: place, account: Some(account) },
        Err(error) => {
            tracing::warn!(%error, "the seller's number cannot be kept");
            Seller::unknown(place)
        }
    }
}

fn mark(ebay: &Ebay) -> String {
    format!("consent {}", ebay.tokens().seller())
}
