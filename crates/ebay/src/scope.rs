//! What a token may be used for.

use serde::{Deserialize, Serialize};

/// A scope of eBay's OAuth. The addresses are names: they are the same in eBay's sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Public data: Browse, Taxonomy, Metadata.
    Public,
    /// Inventory items, offers, locations, pictures.
    Inventory,
    /// The business policies, for reading.
    Account,
    /// Drafts of the Listing API; only for accounts that eBay has approved.
    ItemDraft,
    /// Sold prices; only for applications that eBay has approved.
    SoldPrices,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Public, Self::Inventory, Self::Account, Self::ItemDraft, Self::SoldPrices];

    /// As eBay names it.
    pub const fn scope_uri(self) -> &'static str {
        match self {
            Self::Public => "https://api.ebay.com/oauth/api_scope",
            Self::Inventory => "https://api.ebay.com/oauth/api_scope/sell.inventory",
            Self::Account => "https://api.ebay.com/oauth/api_scope/sell.account.readonly",
            Self::ItemDraft => "https://api.ebay.com/oauth/api_scope/sell.item.draft",
            Self::SoldPrices => "https://api.ebay.com/oauth/api_scope/buy.marketplace.insights",
        }
    }

    /// What it allows, for people.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Public => "read public data",
            Self::Inventory => "make, change and delete inventory items and offers that are not live",
            Self::Account => "read the business policies",
            Self::ItemDraft => "make listing drafts (Listing API)",
            Self::SoldPrices => "read sold prices (Marketplace Insights)",
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The application, for public data.
    Application,
    /// The application, for sold prices.
    SoldPrices,
    /// The seller who gave his consent.
    Seller,
}

impl TokenKind {
    /// What an application's token is asked for; a seller's has what the consent gave.
    pub(super) const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Application => &[Scope::Public],
            Self::SoldPrices => &[Scope::Public, Scope::SoldPrices],
            Self::Seller => &[],
        }
    }
}

/// Scopes as a token request names them.
pub(super) fn scope_list(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.scope_uri()).collect::<Vec<_>>().join(" ")
}
