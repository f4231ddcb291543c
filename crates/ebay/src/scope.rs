//! OAuth scopes and the kinds of tokens.

use serde::{Deserialize, Serialize};

/// A scope of eBay's OAuth. Its URI is a name and the same in eBay's sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Public data: Browse, Taxonomy, Metadata.
    Public,
    /// Inventory items, offers, locations, pictures.
    Inventory,
    /// The business policies, for reading.
    Account,
    /// Drafts of the Listing API; eBay must approve the account.
    ItemDraft,
    /// Sold prices; eBay must approve the application.
    SoldPrices,
}

impl Scope {
    /// Returns eBay's name of the scope.
    pub const fn scope_uri(self) -> &'static str {
        match self {
            Self::Public => "https://api.ebay.com/oauth/api_scope",
            Self::Inventory => "https://api.ebay.com/oauth/api_scope/sell.inventory",
            Self::Account => "https://api.ebay.com/oauth/api_scope/sell.account.readonly",
            Self::ItemDraft => "https://api.ebay.com/oauth/api_scope/sell.item.draft",
            Self::SoldPrices => "https://api.ebay.com/oauth/api_scope/buy.marketplace.insights",
        }
    }

    /// Returns what the scope allows, for the operator.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Public => "read public data",
            Self::Inventory => "create, change and delete inventory items and unpublished offers",
            Self::Account => "read the business policies",
            Self::ItemDraft => "create listing drafts (Listing API)",
            Self::SoldPrices => "read sold prices (Marketplace Insights)",
        }
    }
}

/// The party for which a call is authorized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The application, for public data.
    Application,
    /// The application, for sold prices.
    SoldPrices,
    /// The seller who has given consent.
    Seller,
}

impl TokenKind {
    /// Returns the scopes that an application token is requested with. A seller token has those of the consent.
    pub(super) const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Application => &[Scope::Public],
            Self::SoldPrices => &[Scope::Public, Scope::SoldPrices],
            Self::Seller => &[],
        }
    }
}

/// Formats scopes as a token request takes them: separated by spaces (RFC 6749, 3.3).
pub(super) fn scope_list(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.scope_uri()).collect::<Vec<_>>().join(" ")
}
