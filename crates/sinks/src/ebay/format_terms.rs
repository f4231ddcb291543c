//! Applies the settings `[ebay.formats]`: policies of the account and a store category for individual categories.

use std::collections::BTreeMap;

use super::account_option::{AccountOption, FULFILLMENT, PAYMENT, PolicyKind, RETURN, choose_option};
use domain::listing::Categories;
use domain::release::Carrier;
use ebay::{FormatSettings, FormatTerms};

/// Account terms for the drafts of one category. `None` means the terms of all drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CategoryTerms {
    pub(super) fulfillment: Option<AccountOption>,
    pub(super) payment: Option<AccountOption>,
    pub(super) returns: Option<AccountOption>,
    /// Path of a category in the seller's store, with its leading slash.
    pub(super) store_category: Option<String>,
}

/// Returns the terms of each category that has any. `found` are the account's fulfillment, payment and return policies.
///
/// # Errors
/// Returns the problem and the setting to correct.
pub(super) fn choose_format_terms(
    settings: &FormatSettings,
    categories: &Categories,
    found: &[Vec<AccountOption>],
) -> Result<BTreeMap<u32, CategoryTerms>, (String, String)> {
    let formats = settings.terms();
    let [.., other] = &formats;
    let carriers = [Carrier::Cd, Carrier::Vinyl, Carrier::Cassette].into_iter().zip(&formats);
    let own = carriers.filter_map(|(carrier, terms)| Some((categories.for_carrier(carrier)?.id, terms)));
    let own = own.collect::<BTreeMap<_, _>>();
    let mut chosen = BTreeMap::new();
    for category in categories.leaf_categories() {
        let terms = resolve_terms(own.get(&category.id).copied().unwrap_or(other), found)?;
        if terms != CategoryTerms::default() {
            chosen.insert(category.id, terms);
        }
    }
    Ok(chosen)
}

fn resolve_terms(terms: &FormatTerms<'_>, found: &[Vec<AccountOption>]) -> Result<CategoryTerms, (String, String)> {
    let choose = |kind: PolicyKind, index: usize| {
        let Some(wanted) = terms.policies[index] else { return Ok(None) };
        let of_kind = found.get(index).map(Vec::as_slice).unwrap_or_default();
        let setting = format!("correct {}", kind.setting.replace("ebay.", &format!("ebay.formats.{}_", terms.name)));
        choose_option(of_kind, Some(wanted)).map(Some).map_err(|why| (format!("{}: {why}", kind.name), setting))
    };
    let path = terms.store_category.map(store_path);
    Ok(CategoryTerms {
        fulfillment: choose(FULFILLMENT, 0)?,
        payment: choose(PAYMENT, 1)?,
        returns: choose(RETURN, 2)?,
        store_category: path,
    })
}

/// Returns the path of a store category in eBay's format: `/Music/CDs` (Inventory API, `storeCategoryNames`).
pub(super) fn store_path(text: &str) -> String {
    let path = text.trim();
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}
