//! Category rules: item specifics (Taxonomy API) and conditions (Metadata API).

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::sites::SiteCategoryTree;
use super::tokens::{PUBLIC_SCOPE, TokenOwner};
use super::{call_guard, error_body};
use crate::state::SandboxState;

/// Conditions of media. [`NEW_OR_USED`] is for categories with only two conditions.
const MEDIA_CONDITIONS: &[u16] = &[1000, 2750, 4000, 5000, 6000];
const NEW_OR_USED: &[u16] = &[1000, 3000];

/// Categories of music and films, each as id, name, formats and conditions.
const CATEGORY_TABLE: [(u32, &str, &[&str], &[u16]); 7] = [
    (176_984, "CDs", &["CD", "Enhanced CD", "SACD", "Box Set"], MEDIA_CONDITIONS),
    (176_985, "Vinyl Records", &["Record", "Box Set"], NEW_OR_USED),
    (176_983, "Cassettes", &["Cassette", "Box Set"], MEDIA_CONDITIONS),
    (617, "DVDs & Blu-ray Discs", &["DVD", "Blu-ray", "HD DVD"], MEDIA_CONDITIONS),
    (309, "VHS Tapes", &["VHS"], MEDIA_CONDITIONS),
    (381, "LaserDiscs", &["LaserDisc"], MEDIA_CONDITIONS),
    (618, "Other Formats", &["8-Track Tape", "MiniDisc", "Reel to Reel Tape"], NEW_OR_USED),
];

/// Item specifics for grades, by category.
const GRADING_ASPECTS: [(u32, &[&str]); 2] =
    [(176_985, &["Record Grading", "Sleeve Grading"]), (176_984, &["CD Grading", "Inlay Condition"])];

/// Values of the item specifics for grades.
const GRADES: &[&str] = &[
    "Mint (M)",
    "Near Mint (NM or M-)",
    "Excellent (EX)",
    "Very Good Plus (VG+)",
    "Very Good (VG)",
    "Good Plus (G+)",
    "Good (G)",
    "Fair (F)",
    "Poor (P)",
];

/// Categories of films, in which the item specific for the title has another name.
const FILM_CATEGORIES: [u32; 3] = [617, 309, 381];

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    let taxonomy = "/ebay/commerce/taxonomy/v1";
    Router::new()
        .route(&format!("{taxonomy}/get_default_category_tree_id"), get(get_tree_id))
        .route(&format!("{taxonomy}/category_tree/{{tree}}/get_item_aspects_for_category"), get(get_aspects))
        .route("/ebay/sell/metadata/v1/marketplace/{site}/get_item_condition_policies", get(get_condition_policies))
}

type CategoryQueryParams = HashMap<String, String>;

async fn get_tree_id(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(params): Query<CategoryQueryParams>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "taxonomy", TokenOwner::Application, PUBLIC_SCOPE)?;
    match params.get("marketplace_id").and_then(|site| SiteCategoryTree::for_site(site)) {
        Some(tree) => Ok(Json(json!({"categoryTreeId": tree.id, "categoryTreeVersion": tree.version})).into_response()),
        None => Err(taxonomy_error(62002, "The specified marketplace ID is not valid.")),
    }
}

fn taxonomy_error(id: u64, message: &str) -> Response {
    error_body::error_response(StatusCode::BAD_REQUEST, &error_body::error_json(id, "API_TAXONOMY", message, &[]))
}

async fn get_aspects(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(tree): Path<String>,
    Query(params): Query<CategoryQueryParams>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "taxonomy", TokenOwner::Application, PUBLIC_SCOPE)?;
    let tree =
        SiteCategoryTree::for_id(&tree).ok_or_else(|| taxonomy_error(62004, "The category tree ID was not found."))?;
    let id = params.get("category_id").and_then(|id| id.parse::<u32>().ok());
    let Some((_, _, formats, _)) = CATEGORY_TABLE.iter().find(|(known, ..)| Some(*known) == id) else {
        return Err(taxonomy_error(62005, "The category ID does not belong to the specified category tree."));
    };
    let closed = |name, required, values: &[&'static str]| {
        let values = values.iter().map(|value| tree.localized(value)).collect::<Vec<_>>();
        aspect_json(tree.localized(name), required, false, &values)
    };
    let free = |name, required: bool, many: bool| aspect_json(tree.localized(name), required, many, &[]);
    let is_film = id.is_some_and(|id| FILM_CATEGORIES.contains(&id));
    let aspects = [
        free("Artist", !is_film, false),
        free(if is_film { "Movie/TV Title" } else { "Release Title" }, true, false),
        closed("Format", true, formats),
        closed("Type", false, &["Album", "EP", "Single", "Maxi Single", "Compilation", "Mini-Album"]),
        free("Genre", false, true),
        free("Style", false, true),
        free("Record Label", false, true),
        free("Release Year", false, false),
        free("Catalog Number", false, false),
        closed("Record Size", false, &["7\"", "10\"", "12\""]),
    ];
    let grading = GRADING_ASPECTS.iter().filter(|(category, _)| Some(*category) == id);
    let grading = grading.flat_map(|(_, names)| *names).map(|name| closed(name, false, GRADES));
    let aspects = aspects.into_iter().chain(grading).collect::<Vec<_>>();
    Ok(Json(json!({ "aspects": aspects })).into_response())
}

fn aspect_json(name: &str, required: bool, many: bool, values: &[&str]) -> Value {
    json!({
        "localizedAspectName": name,
        "aspectConstraint": {
            "aspectDataType": "STRING",
            "itemToAspectCardinality": if many { "MULTI" } else { "SINGLE" },
            "aspectMode": if values.is_empty() { "FREE_TEXT" } else { "SELECTION_ONLY" },
            "aspectRequired": required,
            "aspectUsage": "RECOMMENDED",
            "aspectEnabledForVariations": false,
            "aspectApplicableTo": ["PRODUCT"],
            "aspectMaxLength": 65,
        },
        "aspectValues": values.iter().map(|value| json!({"localizedValue": value})).collect::<Vec<_>>(),
    })
}

async fn get_condition_policies(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(site): Path<String>,
    Query(params): Query<CategoryQueryParams>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "metadata", TokenOwner::Application, PUBLIC_SCOPE)?;
    let tree = SiteCategoryTree::for_site(&site)
        .ok_or_else(|| taxonomy_error(62002, "The specified marketplace ID is not valid."))?;
    let filter = params.get("filter").and_then(|filter| filter.strip_prefix("categoryIds:{")?.strip_suffix('}'));
    let Some(filter) = filter else { return Err(taxonomy_error(62006, "The filter is not valid.")) };
    let wanted = filter.split('|').filter_map(|id| id.trim().parse::<u32>().ok()).collect::<Vec<_>>();
    let policies = CATEGORY_TABLE.iter().filter(|(id, ..)| wanted.contains(id)).map(|(id, _, _, conditions)| {
        let conditions = if tree.has_fine_conditions(*id) { *conditions } else { NEW_OR_USED };
        json!({
            "categoryTreeId": tree.id,
            "categoryId": id.to_string(),
            "itemConditionRequired": true,
            "itemConditions": conditions.iter().map(|id| json!({"conditionId": id.to_string()})).collect::<Vec<_>>(),
        })
    });
    Ok(Json(json!({ "itemConditionPolicies": policies.collect::<Vec<_>>() })).into_response())
}
