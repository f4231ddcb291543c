//! Applies the settings `[ebay.formats]`: policies of the account and a store category for individual categories.

use std::collections::BTreeMap;

use super::account_option::{AccountOption, FULFILLMENT, PAYMENT, PolicyKind, RETURN, choose_option};
use domain::listing::Categories;
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

/// The business policies of the account.
#[derive(Clone, Debug, Default)]
pub(super) struct AccountPolicies {
    pub(super) fulfillment: Vec<AccountOption>,
    pub(super) payment: Vec<AccountOption>,
    pub(super) returns: Vec<AccountOption>,
}

/// Returns the terms of each category that has any. `found` are the policies of the account.
///
/// # Errors
/// Returns the problem and the setting to correct.
pub(super) fn choose_format_terms(
    settings: &FormatSettings,
    categories: &Categories,
    found: &AccountPolicies,
) -> Result<BTreeMap<u32, CategoryTerms>, (String, String)> {
    let formats = settings.terms();
    let mut chosen = BTreeMap::new();
    for category in categories.leaf_categories() {
        let terms = resolve_terms(formats.for_category(categories, category.id), found)?;
        if terms != CategoryTerms::default() {
            chosen.insert(category.id, terms);
        }
    }
    Ok(chosen)
}

fn resolve_terms(terms: &FormatTerms<'_>, found: &AccountPolicies) -> Result<CategoryTerms, (String, String)> {
    let choose = |kind: PolicyKind, of_kind: &[AccountOption], wanted: Option<&str>| {
        let Some(wanted) = wanted else { return Ok(None) };
        let setting = format!("correct {}", kind.setting.replace("ebay.", &format!("ebay.formats.{}_", terms.name)));
        choose_option(of_kind, Some(wanted)).map(Some).map_err(|why| (format!("{}: {why}", kind.name), setting))
    };
    let path = terms.store_category.map(store_path);
    Ok(CategoryTerms {
        fulfillment: choose(FULFILLMENT, &found.fulfillment, terms.fulfillment_policy)?,
        payment: choose(PAYMENT, &found.payment, terms.payment_policy)?,
        returns: choose(RETURN, &found.returns, terms.return_policy)?,
        store_category: path,
    })
}

/// Returns the path of a store category in eBay's format: `/Music/CDs` (Inventory API, `storeCategoryNames`).
pub(super) fn store_path(text: &str) -> String {
    let path = text.trim();
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}
