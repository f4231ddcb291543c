//! OAuth scopes and the kinds of tokens.

use serde::{Deserialize, Serialize};

/// OAuth scope of eBay. Its URI is only a name, and is the same in eBay's sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Public data: Browse, Taxonomy, Metadata.
    Public,
    /// Inventory items, offers, locations and images.
    Inventory,
    /// Business policies, read-only.
    Account,
    /// Drafts of the Listing API. eBay must approve the account.
    ItemDraft,
    /// Sold prices. eBay must approve the application.
    SoldPrices,
}

impl Scope {
    /// Returns the URI of the scope.
    pub(crate) const fn scope_uri(self) -> &'static str {
        match self {
            Self::Public => "https://api.ebay.com/oauth/api_scope",
            Self::Inventory => "https://api.ebay.com/oauth/api_scope/sell.inventory",
            Self::Account => "https://api.ebay.com/oauth/api_scope/sell.account.readonly",
            Self::ItemDraft => "https://api.ebay.com/oauth/api_scope/sell.item.draft",
            Self::SoldPrices => "https://api.ebay.com/oauth/api_scope/buy.marketplace.insights",
        }
    }

    /// Returns what the scope permits, as a text for the operator.
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

/// Kind of access token: who is authorized, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The application, for public data.
    Application,
    /// The application, for sold prices.
    SoldPrices,
    /// The seller who has signed in.
    Seller,
}

impl TokenKind {
    /// Returns the scopes to request for an application token. A seller token has the scopes of the consent instead.
    pub(super) const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Application => &[Scope::Public],
            Self::SoldPrices => &[Scope::Public, Scope::SoldPrices],
            Self::Seller => &[],
        }
    }
}

/// Formats scopes for a token request: separated by spaces (RFC 6749, 3.3).
pub(super) fn scope_list(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.scope_uri()).collect::<Vec<_>>().join(" ")
}
