//! Behavior of eBay that sellers and developers have reported and that eBay's documents do not promise.

use std::collections::HashMap;

/// A behavior that lasts until it is taken away.
#[derive(Clone, Debug, PartialEq)]
pub enum EbayMisbehavior {
    /// Every inventory call of these kinds that names the SKU fails as a whole with status 500.
    FailingSku {
        sku: String,
        /// Parts of the names of the calls: `bulk_create_or_replace`, `offer by sku`, or empty for all.
        call: &'static str,
        /// eBay's error id; `None` for the page of a gateway.
        error: Option<u64>,
    },
    /// Every bulk call that writes something of the SKU is refused as a whole with this status and an HTML page, as a firewall does that
    /// dislikes a word.
    BlockedSku { sku: String, status: u16 },
    /// Every bulk call that names the SKU is answered with this status and body, as a gateway does that stumbles over one word; with
    /// `Retry-After` if the status is 503.
    OddAnswer {
        sku: String,
        /// Part of the name of the call: `bulk_get`, `bulk_create_offer`.
        call: &'static str,
        status: u16,
        body: &'static str,
    },
    /// eBay does not know a new item in the first attempts to create an offer for it (25702).
    OfferLag { attempts: u64 },
    /// Reads do not show an item or offer in the first attempts after each write.
    ReadLag { attempts: u64 },
    /// The first reads of the offers of an item that is shown have this status and body.
    OddOffers { attempts: u64, status: u16, body: &'static str },
    /// An offer that exists is refused with 25002 and without its id.
    BareExistsError,
    /// Every call of the seller is refused with 403 and 1100: another account, or a consent without the scope.
    NoPermission {
        /// Part of the name of the API: `inventory`, `account`, or empty for all.
        api: &'static str,
    },
    /// Every call is refused with 401 and 1001, also with a token that was issued just before.
    TokenNotAccepted {
        /// Part of the name of the API: `inventory`, `taxonomy`, or empty for all.
        api: &'static str,
    },
    /// The offers of a SKU are answered with those of every SKU.
    MixedUpOffers,
    /// Every update of an offer finds that the seller has just deleted it.
    OfferGoneAtUpdate,
    /// A request without `Accept-Language` is refused (25709).
    AcceptLanguageRequired,
    /// The list of the seller's items never ends: each page is full of new items, and the total grows.
    EndlessItems,
    /// The same, and no page names a total.
    EndlessItemsWithoutTotal,
    /// Each token has this lifetime in seconds, whatever eBay documents.
    TokenLifetime(i64),
    /// A refresh token is refused with this code of the token service.
    RefreshRefused(&'static str),
}

/// The behaviors in force, and how often each SKU was affected.
#[derive(Default)]
pub(super) struct Misbehaviors {
    pub(super) active: Vec<EbayMisbehavior>,
    pub(super) attempts: HashMap<String, u64>,
}
