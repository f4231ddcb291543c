//! A small simulated bucket on loopback: reads and uploads of the JSON API, with faults on demand.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream::{self, StreamExt as _};
use input::{Settings, gcs};
use serde_json::{Value, json};

use super::listing;

/// The objects of the bucket, the planned faults, and the requests so far.
#[derive(Default)]
pub(super) struct BucketState {
    /// Generations of each object, by name.
    pub(super) objects: BTreeMap<String, BTreeMap<i64, Bytes>>,
    /// One fault per request, until none are left.
    pub(super) faults: VecDeque<Fault>,
    /// Path, query and range of each request.
    pub(super) asked: Vec<String>,
    pub(super) authorized: bool,
    /// Projects named as payers.
    pub(super) payers: Vec<String>,
    /// The only project that may pay for requests, if readers pay.
    pub(super) accepted_payer: Option<&'static str>,
    /// One fault per listing, and the query of each listing.
    pub(super) listing_faults: VecDeque<Fault>,
    pub(super) listed: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Fault {
    Status(u16, &'static str),
    /// Never responds.
    Silence,
    /// Sends half of the object and disconnects. Then the object is replaced, and its old generation is kept if
    /// `stored`.
    HalfThenReplaced {
        stored: bool,
    },
    /// Sends half of the object and then stalls.
    HalfThenSilence,
    /// Sends half of an object that is stored compressed, and then breaks the connection.
    HalfOfCompressed,
    /// Sends this number of the requested bytes and then breaks the connection.
    BrokenAfter(usize),
    /// Sends a wrong checksum.
    Damaged,
    /// Announces this object size.
    Size(u64),
}

#[derive(Clone, Default)]
pub(super) struct Bucket(Arc<Mutex<BucketState>>);

impl Bucket {
    /// Creates a bucket with `lists/upcs.txt` at generation 7.
    pub(super) fn with(content: impl Into<Bytes>) -> Self {
        let bucket = Self::default();
        bucket.inside().objects.entry("lists/upcs.txt".into()).or_default().insert(7, content.into());
        bucket
    }

    pub(super) fn inside(&self) -> MutexGuard<'_, BucketState> {
        self.0.lock()
    }

    pub(super) fn next(self, fault: Fault) -> Self {
        self.inside().faults.push_back(fault);
        self
    }

    /// Serves the bucket and returns settings for it. One attempt may take two seconds, all attempts together one
    /// minute.
    pub(super) async fn open(&self) -> Settings {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let routes = Router::new()
            .route("/storage/v1/b/{bucket}/o/{object}", get(read))
            .route("/upload/storage/v1/b/{bucket}/o", post(write))
            .route("/storage/v1/b/{bucket}/o", get(listing::list_objects))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let gcs = gcs::Settings {
            emulator_host: Some(address),
            attempt_timeout_s: 2,
            total_timeout_s: 60,
            ..gcs::Settings::default()
        };
        Settings { gcs, ..Settings::default() }
    }
}

const UNPAID: &str = "Bucket is a requester pays bucket but no user project provided.";

fn payer(headers: &HeaderMap) -> Option<String> {
    headers.get("x-goog-user-project").map(|project| project.to_str().unwrap().to_owned())
}

/// Rejects a request that names no project, or another project than the accepted payer. Records the named project.
pub(super) fn unpaid_answer(bucket: &Bucket, headers: &HeaderMap) -> Option<Response> {
    let named = payer(headers);
    let mut inside = bucket.inside();
    inside.payers.extend(named.clone());
    let accepted = inside.accepted_payer?;
    match named.as_deref() {
        Some(project) if project == accepted => None,
        Some(_) => Some(error_answer(400, "userProjectInvalid", "User project specified in the request is invalid.")),
        None => Some(error_answer(400, "userProjectMissing", UNPAID)),
    }
}

pub(super) fn error_answer(status: u16, reason: &str, message: &str) -> Response {
    let errors = json!([{"reason": reason, "message": message}]);
    let body = Json(json!({"error": {"code": status, "message": message, "errors": errors}}));
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// Returns an object in the JSON of the service, in which 64-bit numbers are texts.
pub(super) fn object_json(name: &str, generation: i64, size: usize) -> Value {
    json!({
        "name": name,
        "generation": generation.to_string(),
        "size": size.to_string(),
        "storageClass": "STANDARD",
        "updated": "2023-11-14T22:13:20.000Z",
    })
}

async fn read(
    State(bucket): State<Bucket>,
    Path((name, object)): Path<(String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if query.get("alt").is_none_or(|alt| alt != "media") {
        return unpaid_answer(&bucket, &headers).unwrap_or_else(|| Json(object_json(&object, 7, 0)).into_response());
    }
    let range = headers.get("range").map(|range| range.to_str().unwrap().to_owned());
    let fault = {
        let mut inside = bucket.inside();
        inside.authorized |= headers.contains_key("authorization");
        inside.asked.push(format!("{name}/{object} {query:?} {}", range.as_deref().unwrap_or("whole")));
        if inside.accepted_payer.is_some_and(|accepted| payer(&headers).as_deref() != Some(accepted)) {
            None
        } else {
            inside.faults.pop_front()
        }
    };
    // The rejection of a download is plain text.
    if unpaid_answer(&bucket, &headers).is_some() {
        return (StatusCode::BAD_REQUEST, UNPAID).into_response();
    }
    let generation = query.get("generation").map(|g| g.parse::<i64>().unwrap());
    let found = bucket.inside().objects.get(&object).and_then(|stored| match generation {
        Some(generation) => stored.get_key_value(&generation).map(|(g, c)| (*g, c.clone())),
        None => stored.last_key_value().map(|(g, c)| (*g, c.clone())),
    });
    match (fault, found) {
        (Some(Fault::Status(status, message)), _) => (StatusCode::from_u16(status).unwrap(), message).into_response(),
        (Some(Fault::Silence), _) => std::future::pending().await,
        (_, None) => (StatusCode::NOT_FOUND, format!("No such object: {name}/{object}")).into_response(),
        (fault, Some((generation, content))) => {
            send(&bucket, &object, generation, content, range.as_deref(), fault.as_ref())
        }
    }
}

fn send(
    bucket: &Bucket,
    object: &str,
    generation: i64,
    content: Bytes,
    range: Option<&str>,
    fault: Option<&Fault>,
) -> Response {
    let size = content.len();
    let reported_size = if let Some(Fault::Size(messages)) = fault { *messages } else { size as u64 };
    let answer = Response::builder()
        .header("x-goog-generation", generation)
        .header("x-goog-stored-content-length", reported_size)
        .header("content-length", size);
    let answer = match fault {
        Some(Fault::Damaged) => answer.header("x-goog-hash", "crc32c=AAAAAA=="),
        Some(Fault::HalfOfCompressed) => {
            let answer = answer.header("x-goog-stored-content-encoding", "gzip");
            answer.header("x-guploader-response-body-transformations", "gunzipped")
        }
        _ => answer,
    };
    let half = content.slice(..size / 2);
    let body = match fault {
        Some(Fault::HalfThenReplaced { stored: is_stored }) => {
            let replaced = if *is_stored { BTreeMap::from([(generation, content)]) } else { BTreeMap::new() };
            let mut inside = bucket.inside();
            let generations = inside.objects.entry(object.to_owned()).insert_entry(replaced).into_mut();
            generations.insert(generation + 1, Bytes::from_static(b"another list altogether\n"));
            broken_after(half)
        }
        Some(Fault::HalfThenSilence) => silent_after(half),
        Some(Fault::HalfOfCompressed) => broken_after(half),
        _ => match range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) {
            Some((from, _)) => return remaining_bytes(generation, &content, from.parse().unwrap(), fault),
            None => body_with(fault, content),
        },
    };
    answer.body(body).unwrap()
}

fn body_with(fault: Option<&Fault>, content: Bytes) -> Body {
    match fault {
        Some(Fault::BrokenAfter(bytes)) => broken_after(content.slice(..*bytes)),
        _ => Body::from(content),
    }
}

fn remaining_bytes(generation: i64, content: &Bytes, from: usize, fault: Option<&Fault>) -> Response {
    let size = content.len();
    Response::builder()
        .status(206)
        .header("x-goog-generation", generation)
        .header("content-range", format!("bytes {from}-{}/{size}", size - 1))
        .body(body_with(fault, content.slice(from..)))
        .unwrap()
}

fn broken_after(half: Bytes) -> Body {
    let broken = async {
        // The first half must be delivered before the connection breaks.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::Error::other("the cable was pulled"))
    };
    Body::from_stream(stream::iter([Ok(half)]).chain(stream::once(broken)))
}

fn silent_after(half: Bytes) -> Body {
    Body::from_stream(stream::iter([Ok::<_, std::io::Error>(half)]).chain(stream::pending()))
}

/// Handles a multipart upload that replaces the given generation; 0 means that the object must not exist.
async fn write(State(bucket): State<Bucket>, Query(query): Query<BTreeMap<String, String>>, body: Bytes) -> Response {
    let (object, condition) = (query["name"].clone(), query.get("ifGenerationMatch").cloned());
    let mut inside = bucket.inside();
    inside.asked.push(format!("write {object} {condition:?}"));
    let newest =
        inside.objects.get(&object).and_then(|stored| stored.last_key_value()).map_or(0, |(newest, _)| *newest);
    if condition.is_some_and(|condition| condition != newest.to_string()) {
        return (StatusCode::PRECONDITION_FAILED, "At least one of the pre-conditions you specified did not hold.")
            .into_response();
    }
    inside.objects.entry(object.clone()).or_default().insert(newest + 1, body);
    let generation = (newest + 1).to_string();
    Json(json!({"name": object, "bucket": "a-bucket", "generation": generation, "size": "3"})).into_response()
}
