//! Creates the inventory location that every offer refers to. eBay has no page for it, only this call.

use serde_json::json;

use super::account::fetch_locations;
use ebay::{Api, EbayClient, EbayError, TokenKind};
use upstream::UpstreamRequest;

/// Key of a location that Draft Maker creates (`merchantLocationKey`, at most 36 characters). It cannot be changed later.
const LOCATION_KEY: &str = "main";

/// An inventory location that drafts can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsableLocation {
    /// The `merchantLocationKey`, for the setting `ebay.location`.
    pub key: String,
    pub name: String,
    /// False if the account had a location already.
    pub is_new: bool,
}

/// Returns a location that drafts can use. Creates one at this address only if the account has none.
///
/// `country` is an ISO 3166 alpha-2 code. With a country, eBay derives the city from the postal code (Inventory API,
/// `createInventoryLocation`).
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer or rejects the address.
pub async fn ensure_location(ebay: &EbayClient, country: &str, postal_code: &str) -> Result<UsableLocation, EbayError> {
    let found = fetch_locations(ebay).await?.into_iter().find(|location| location.unusable.is_none());
    if let Some(location) = found {
        return Ok(UsableLocation { key: location.id, name: location.name, is_new: false });
    }
    let body = json!({
        "name": LOCATION_KEY,
        "location": {"address": {"country": country, "postalCode": postal_code}},
        "locationTypes": ["WAREHOUSE"],
        "merchantLocationStatus": "ENABLED",
    });
    let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "location", LOCATION_KEY]).post().json(&body);
    ebay.call_api(TokenKind::Seller, Api::Inventory, request.not_idempotent()).await?;
    Ok(UsableLocation { key: LOCATION_KEY.to_owned(), name: LOCATION_KEY.to_owned(), is_new: true })
}
