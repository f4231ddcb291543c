//! A batch that takes scans while it runs: begun, scanned into, taken back from, closed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{Named, NamedScan};
use super::batch::Sink;
use super::body::{Body, MaybeBody};
use super::front::Front;
use super::job::JobView;
use super::key::Key;
use super::problem::Problem;
use domain::batch::{Copies, Order};
use domain::condition::Condition;
use domain::scan::Scan;
use pipeline::scans::{Landing, ScanError};

/// Scans of one request.
const MOST: usize = 200;
/// Characters of a key and of a code.
const LONGEST: usize = 128;

/// What is done with what will be scanned.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ScanOrder)]
pub(super) struct Wanted {
    /// False finds facts, price and cover, and makes no drafts; left out, as it is set.
    create_drafts: Option<bool>,
    /// True rehearses: everything but the last step; nothing outside is written.
    #[schema(default = false)]
    test_mode: bool,
    /// The condition of all items; left out, the one that is set.
    condition: Option<Condition>,
    /// Where drafts go; left out, the one that is set.
    sink: Option<Sink>,
    /// Whether copies of one UPC are one draft or several.
    copies: Option<Copies>,
}

impl Wanted {
    /// The order, over what the settings say. A service that is set to rehearse writes nothing, whatever is asked.
    fn order(&self, standard: Order) -> Order {
        Order {
            create_drafts: standard.create_drafts && self.create_drafts.unwrap_or(true),
            test_mode: standard.test_mode || self.test_mode,
            sink: self.sink.map_or_else(|| standard.sink.clone(), |sink| sink.key().to_owned()),
            condition: self.condition.or(standard.condition),
            copies: self.copies.unwrap_or(standard.copies),
            ..standard.over_scans()
        }
    }
}

/// Begin a batch that is scanned
///
/// It runs beside the others and waits for nobody. It takes scans until it is closed, also over a restart.
#[utoipa::path(
    post, path = "/api/batch/scan", tag = "scan", request_body = Option<Wanted>,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses(
        (status = 200, description = "The job", body = JobView),
        (status = 400, description = "No JSON", body = Problem),
        (status = 408, description = "The body did not come in time", body = Problem),
        (status = 413, description = "The body is too large", body = Problem),
        (status = 415, description = "The body is not sent as JSON", body = Problem),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn begin(
    State(front): State<Arc<Front>>,
    key: Key,
    MaybeBody(wanted): MaybeBody<Wanted>,
) -> Result<Json<JobView>, Problem> {
    let request = key.of("scan", &wanted);
    let order = wanted.order((front.standards)());
    let job = front.queue.submit(order, true, request).await?.job;
    Ok(Json(front.journal().job(&job).await?.into()))
}

/// Scans in the order in which they were made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scans)]
pub(super) struct Scanned {
    #[schema(min_items = 1, max_items = 200)]
    scans: Vec<OneScan>,
}

/// One scan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scan)]
pub(super) struct OneScan {
    /// What tells it from the other scans of the job: sent again, it counts once.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-.0-~]+$", example = "till-2-0017")]
    key: String,
    /// What the scanner typed; an AIM identifier before it is known, and a UPC-E is expanded.
    #[schema(max_length = 128, example = "720642442524")]
    code: String,
}

/// What became of scans, in their order.
#[derive(Serialize, ToSchema)]
#[schema(as = ScansLanded)]
pub(super) struct Landings {
    landed: Vec<LandingView>,
}

/// What became of one scan.
#[derive(Serialize, ToSchema)]
#[schema(as = ScanLanded)]
pub(super) struct LandingView {
    key: String,
    /// `null` for what is no barcode.
    #[schema(example = "720642442524")]
    upc: Option<String>,
    /// The copies of it that there are with this scan: more than one is a repeat.
    copies: u32,
    /// Why it is no barcode.
    error: Option<String>,
}

impl From<Landing> for LandingView {
    fn from(landing: Landing) -> Self {
        let (upc, error) = match landing.read {
            Ok(upc) => (Some(upc.to_string()), None),
            Err(why) => (None, Some(why)),
        };
        Self { key: landing.key, upc, copies: landing.copies, error }
    }
}

/// Scan
///
/// One or many. Each is looked up at once; what became of it is told by the events of the job.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/scans", tag = "scan", request_body = Scanned,
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "What became of each", body = Landings),
        (status = 400, description = "No JSON", body = Problem),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 408, description = "The body did not come in time", body = Problem),
        (status = 409, description = "The job takes no scans, or no more", body = Problem),
        (status = 413, description = "The body is too large", body = Problem),
        (status = 415, description = "The body is not sent as JSON", body = Problem),
        (status = 422, description = "A field is wrong or unknown, or there are too many", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn scan(
    State(front): State<Arc<Front>>,
    Named(job): Named,
    Body(scanned): Body<Scanned>,
) -> Result<Json<Landings>, Problem> {
    if !(1..=MOST).contains(&scanned.scans.len()) {
        let words = format!("scans holds {}; it takes from 1 to {MOST}", scanned.scans.len());
        return Err(Problem::invalid(words));
    }
    let scans = scanned.scans.into_iter().map(checked).collect::<Result<Vec<_>, _>>()?;
    let landed = front.queue.scans().add(&job, &scans).await?;
    Ok(Json(Landings { landed: landed.into_iter().map(Into::into).collect() }))
}

fn checked(scan: OneScan) -> Result<Scan, Problem> {
    let OneScan { key, code } = scan;
    let is_key = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if !is_key {
        return Err(Problem::invalid("key is 1 to 128 visible ASCII characters without a slash"));
    }
    if code.chars().count() > LONGEST {
        return Err(Problem::invalid(format!("code has at most {LONGEST} characters")));
    }
    Ok(Scan { key, code })
}

/// What is left of an item after a scan of it was taken back.
#[derive(Serialize, ToSchema)]
#[schema(as = ScanTakenBack)]
pub(super) struct TakenBack {
    #[schema(example = "720642442524")]
    upc: String,
    /// Without any the item is skipped.
    copies: u32,
}

/// Take a scan back
///
/// While no draft stands for it.
#[utoipa::path(
    delete, path = "/api/batch/jobs/{job_id}/scans/{key}", tag = "scan",
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("key" = String, Path, description = "That of the scan"),
    ),
    responses(
        (status = 200, description = "What is left", body = TakenBack),
        (status = 404, description = "There is no such job or scan", body = Problem),
        (status = 409, description = "Its draft is made already, or the job is closed", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn take_back(
    State(front): State<Arc<Front>>,
    NamedScan(job, key): NamedScan,
) -> Result<Json<TakenBack>, Problem> {
    let (upc, copies) = front.queue.scans().take_back(&job, Some(&key)).await?;
    Ok(Json(TakenBack { upc: upc.to_string(), copies }))
}

/// Close the list of a job that is scanned
///
/// No scans come after this; the job ends when all of its items have. Closing twice is closing once.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/close", tag = "scan",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job", body = JobView),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 409, description = "It is a job over a list", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn close(State(front): State<Arc<Front>>, Named(job): Named) -> Result<Json<JobView>, Problem> {
    Ok(Json(front.queue.scans().close(&job).await?.into()))
}

impl From<ScanError> for Problem {
    fn from(error: ScanError) -> Self {
        let words = error.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, words.clone());
        match error {
            ScanError::NoScans(_) => conflict("NO_SCANS"),
            ScanError::Closed(_) => conflict("CLOSED"),
            ScanError::Drafted { .. } => conflict("ALREADY_DRAFTED"),
            ScanError::Busy => conflict("BUSY"),
            ScanError::NoScan(_) => Self::not_found("UNKNOWN_SCAN", words),
            ScanError::Journal(error) => error.into(),
        }
    }
}
