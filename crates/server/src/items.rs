//! Items of a job: the rows of its table, and one in full.

use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, Named, NamedItem};
use super::front::Front;
use super::jobs::limit;
use super::problem::Problem;
use domain::comparison::Compared;
use domain::dossier::Dossier;
use domain::event::Event;
use domain::item::{Item, Stage};
use domain::listing::Listing;
use domain::outcome::Status;
use pipeline::{CompareError, Composed, compare, composed};

/// Rows of one answer where nobody says, and at most.
const FEW: u32 = 100;
const MOST: u32 = 1_000;

/// The places that a list can have.
const LONGEST: u32 = 2_000_000;

/// Which items.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those that ended so.
    #[serde(default)]
    #[param(inline, value_type = Option<Status>)]
    status: Option<String>,
    /// Those after this place in the list: `next` of the page before.
    #[serde(default)]
    #[param(minimum = 0, maximum = 2_000_000)]
    after: Option<u32>,
    /// So many at most.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// A page of items, in the order of the list.
#[derive(Serialize, ToSchema)]
#[schema(as = Items)]
pub(super) struct ItemList {
    /// Items of the job, of every status.
    total: u64,
    items: Vec<ItemRow>,
    /// What to ask the next page with; `null` on the last.
    next: Option<u32>,
}

/// One item, as a row of a table shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = Item)]
pub(super) struct ItemRow {
    /// In the list, from 1.
    place: u32,
    upc: String,
    copies: u32,
    stage: Stage,
    /// Set aside by the operator, until it is let go.
    held: bool,
    artist: Option<String>,
    title: Option<String>,
    format: Option<String>,
    /// A decimal string, `9.99`.
    price: Option<String>,
    /// ISO 4217.
    currency: Option<String>,
    /// How well the release matches, in hundredths.
    score: Option<u8>,
    /// How it ended; `null` before.
    status: Option<Status>,
    error: Option<String>,
}

impl ItemRow {
    fn new(place: u32, item: &Item) -> Self {
        Self {
            place,
            upc: item.upc.to_string(),
            copies: item.copies,
            stage: item.stage,
            held: item.held,
            artist: item.artist.clone().map(Into::into),
            title: item.title.clone().map(Into::into),
            format: item.format.clone().map(Into::into),
            price: item.price.map(domain::money::Money::amount),
            currency: item.price.map(|price| price.currency.code().to_owned()),
            score: item.score,
            status: item.status,
            error: item.error.clone().map(Into::into),
        }
    }
}

/// The items of a job
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items", tag = "items",
    params(("job_id" = String, Path, description = "As in `job_id`"), Which),
    responses(
        (status = 200, description = "A page of items", body = ItemList),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 422, description = "No such status, or no such number", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn list(
    State(front): State<Arc<Front>>,
    Named(job): Named,
    Asked(which): Asked<Which>,
) -> Result<Json<ItemList>, Problem> {
    let limit = limit(which.limit, FEW, MOST)?;
    let wanted = which.status.as_deref().map(status).transpose()?;
    let board = front.journal().board(&job).await?;
    let board = board.read().unwrap_or_else(PoisonError::into_inner);
    let after = passed_over(which.after)?;
    let rest = (after + 1..).zip(board.items().from(after as usize));
    let mut fitting = rest.filter(|(_, item)| wanted.is_none_or(|wanted| item.status == Some(wanted)));
    let items: Vec<_> = fitting.by_ref().take(limit).map(|(place, item)| ItemRow::new(place, item)).collect();
    let next = fitting.next().and_then(|_| items.last().map(|last| last.place));
    Ok(Json(ItemList { total: board.counts.total, items, next }))
}

/// How many places of a list are passed over.
pub(super) fn passed_over(after: Option<u32>) -> Result<u32, Problem> {
    match after.unwrap_or(0) {
        after @ 0..=LONGEST => Ok(after),
        after => Err(Problem::invalid(format!("after is {after}; no list is longer than {LONGEST}"))),
    }
}

fn status(name: &str) -> Result<Status, Problem> {
    let known = || Status::ALL.map(Status::key).join(", ");
    let status = Status::ALL.into_iter().find(|status| status.key() == name);
    status.ok_or_else(|| Problem::invalid(format!("status is {name:?}; there are {}", known())))
}

/// One item in full.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemInFull)]
pub(super) struct InFull {
    /// All that is known of it: its lines, the releases put forward with their reasons, samples of prices, pictures,
    /// what is missing, how it ended.
    #[schema(value_type = Object)]
    dossier: Dossier,
    /// The listing as its buyer would read it, composed of what is known now; `null` where something is missing.
    #[schema(value_type = Option<Object>)]
    listing: Option<Listing>,
    /// What happened to it, the oldest first.
    #[schema(value_type = Vec<Object>)]
    history: Vec<Event>,
}

/// One item in full
///
/// All that is known of it, and what happened to it.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items/{upc}", tag = "items",
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "The item", body = InFull),
        (status = 404, description = "There is no such job, or it has no such item", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn one(
    State(front): State<Arc<Front>>,
    NamedItem(job, upc): NamedItem,
) -> Result<Json<InFull>, Problem> {
    let order = front.journal().job(&job).await?.order;
    let mut dossiers = front.journal().dossiers(&job, &[upc]).await?;
    let not_there = || Problem::not_found("UNKNOWN_ITEM", format!("{upc} is not in the list of {job}"));
    let dossier = dossiers.pop().ok_or_else(not_there)?;
    let listing = order.map(|order| composed(&front.works().rules, &order, &dossier));
    let listing = match listing {
        Some(Composed::Listing(listing)) => Some(*listing),
        _ => None,
    };
    Ok(Json(InFull { dossier, listing, history: front.journal().history(&job, upc).await? }))
}

/// What eBay holds of an item's drafts.
#[derive(Serialize, ToSchema)]
pub(super) struct Comparison {
    /// One, or one for each copy.
    drafts: Vec<Compared>,
}

/// What eBay holds of an item's drafts, against what was sent
///
/// EBay is asked anew each time, which counts in the day's calls; nothing is written.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items/{upc}/ebay", tag = "items",
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "Field by field", body = Comparison),
        (status = 404, description = "There is no such job, item or draft", body = Problem),
        (status = 424, description = "EBay does not answer, or refuses; in its own words", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn at_ebay(
    State(front): State<Arc<Front>>,
    NamedItem(job, upc): NamedItem,
) -> Result<Json<Comparison>, Problem> {
    let works = front.works();
    works.journal.job(&job).await?;
    let drafts = compare(&works.journal, works.ebay.as_ref(), &works.rules, &job, upc).await?;
    Ok(Json(Comparison { drafts }))
}

impl From<CompareError> for Problem {
    fn from(error: CompareError) -> Self {
        let words = error.to_string();
        match error {
            CompareError::NotListed(..) => Self::not_found("UNKNOWN_ITEM", words),
            CompareError::NoDraft(_) => Self::not_found("NO_DRAFT", words),
            CompareError::NoKeyset | CompareError::Ebay(_) => Self::new(StatusCode::FAILED_DEPENDENCY, "EBAY", words),
            CompareError::Journal(error) => error.into(),
        }
    }
}
