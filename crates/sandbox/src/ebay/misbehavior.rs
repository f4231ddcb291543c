//! Behavior of eBay that sellers and developers have reported but eBay's documents do not mention.

use std::collections::HashMap;

/// A behavior that lasts until it is replaced.
#[derive(Clone, Debug, PartialEq)]
pub enum EbayMisbehavior {
    /// Every inventory call that names the SKU fails as a whole.
    FailingSku {
        sku: String,
        /// Part of the names of the affected calls: `bulk_create_or_replace`, `offer by sku`; empty for all calls.
        call: &'static str,
        failure: EbayFailure,
    },
    /// Every bulk call that writes something of the SKU is refused as a whole with this status and an HTML page, like a
    /// firewall that blocks a word.
    BlockedSku { sku: String, status: u16 },
    /// Every bulk call that names the SKU gets this status and body, as from a gateway that fails at a word. With
    /// status 503, the response has `Retry-After`.
    OddResponse {
        sku: String,
        /// Part of the name of the affected call: `bulk_get`, `bulk_create_offer`.
        call: &'static str,
        status: u16,
        body: &'static str,
    },
    /// eBay does not find a new item in the first attempts to create an offer for it (25702).
    OfferLag { attempts: u64 },
    /// Reads do not show an item or offer in the first attempts after each write.
    ReadLag { attempts: u64 },
    /// The first reads of the offers of a SKU get this status and body.
    OddOffers { attempts: u64, status: u16, body: &'static str },
    /// The connection breaks during the first reads of the offers of a SKU.
    BrokenOffers { attempts: u64 },
    /// Creating an offer that exists is refused with 25002, without the id of the existing offer.
    BareExistsError,
    /// Every call for the seller is refused with 403 and 1100, as for another account or a consent without the scope.
    NoPermission {
        /// Part of the name of the affected API: `inventory`, `account`; empty for all APIs.
        api: &'static str,
    },
    /// Every call is refused with 401 and 1001, even with a new token.
    TokenNotAccepted {
        /// Part of the name of the affected API: `inventory`, `taxonomy`; empty for all APIs.
        api: &'static str,
    },
    /// A request for the offers of a SKU returns the offers of every SKU.
    MixedUpOffers,
    /// Every update of an offer finds that the seller has just deleted the offer.
    OfferGoneAtUpdate,
    /// A request without `Accept-Language` is refused (25709).
    AcceptLanguageRequired,
    /// The list of the seller's items never ends: each page is full of new items, and the total grows.
    EndlessItems,
    /// Like [`Self::EndlessItems`], but no page states a total.
    EndlessItemsWithoutTotal,
    /// Tokens have this lifetime in seconds instead of the documented one.
    TokenLifetime(i64),
    /// A refresh token is refused with this error code.
    RefreshRefused(&'static str),
}

/// How a call fails as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EbayFailure {
    /// With status 500 and this eBay error id.
    SystemError(u64),
    /// With status 500 and the page of a gateway.
    GatewayError,
    /// With status 503 and `Retry-After`.
    Unavailable,
    /// With status 200 and the beginning of a JSON document.
    Truncated,
    /// The connection ends before the body of the response.
    Disconnected,
    /// The body of the response never arrives.
    Hang,
}

/// The active behaviors, and the number of calls that they counted, by kind of call and SKU.
#[derive(Default)]
pub(super) struct Misbehaviors {
    pub(super) active: Vec<EbayMisbehavior>,
    pub(super) attempts: HashMap<String, u64>,
    /// Number of calls that failed because of the SKUs that they name.
    pub(super) failed_calls: u64,
}
