//! gRPC by hand: one message in, one message out, framed as the protocol says (a byte for compression, four for the
//! length), the status in the trailers. No generated server: three calls need none.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use futures::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use prost::Message;

use super::super::server::World;
use super::buckets::{self, NotThere};
use super::messages::{
    Bucket, GetObjectRequest, ListBucketsResponse, ListObjectsRequest, ListObjectsResponse, Object, Time,
};

/// gRPC's status codes (grpc.io, "Status codes and their use in gRPC").
const NOT_FOUND: u8 = 5;
const INVALID_ARGUMENT: u8 = 3;

/// What the service lists where no size is asked for.
const PAGE: usize = 1_000;

pub(super) async fn list_objects(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let Some(request) = message::<ListObjectsRequest>(&body) else { return refusal(INVALID_ARGUMENT, "unreadable") };
    let bucket = id(&request.parent);
    let size = usize::try_from(request.page_size).ok().filter(|size| *size > 0).unwrap_or(PAGE);
    let page = world.buckets.page(bucket, &request.prefix, &request.delimiter, size, &request.page_token);
    match page {
        None => refusal(NOT_FOUND, "The specified bucket does not exist."),
        Some(page) => answer(&ListObjectsResponse {
            objects: page.objects.iter().map(|object| resource(bucket, object)).collect(),
            prefixes: page.prefixes,
            next_page_token: page.next,
        }),
    }
}

pub(super) async fn get_object(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let Some(request) = message::<GetObjectRequest>(&body) else { return refusal(INVALID_ARGUMENT, "unreadable") };
    let bucket = id(&request.bucket);
    match world.buckets.get(bucket, &request.object, Some(request.generation)) {
        Err(NotThere::Bucket) => refusal(NOT_FOUND, "The specified bucket does not exist."),
        Err(NotThere::Object) => refusal(NOT_FOUND, "No such object."),
        Ok(object) => answer(&resource(bucket, &object)),
    }
}

pub(super) async fn list_buckets(State(world): State<Arc<World>>) -> Response {
    let named = |id: String| Bucket { name: format!("projects/_/buckets/{id}"), bucket_id: id };
    let buckets = world.buckets.names().into_iter().map(named).collect();
    answer(&ListBucketsResponse { buckets, next_page_token: String::new() })
}

fn resource(bucket: &str, object: &buckets::Object) -> Object {
    Object {
        name: object.name.clone(),
        bucket: format!("projects/_/buckets/{bucket}"),
        generation: object.generation,
        storage_class: "STANDARD".to_owned(),
        size: i64::try_from(object.content.len()).unwrap_or(i64::MAX),
        update_time: Some(Time { seconds: object.updated.as_second(), nanos: object.updated.subsec_nanosecond() }),
    }
}

fn id(resource: &str) -> &str {
    resource.rsplit('/').next().unwrap_or(resource)
}

fn message<T: Message + Default>(body: &Bytes) -> Option<T> {
    T::decode(body.get(5..)?).ok()
}

fn answer(message: &impl Message) -> Response {
    let encoded = message.encode_to_vec();
    let length = u32::try_from(encoded.len()).unwrap_or(u32::MAX);
    let mut frame = vec![0];
    frame.extend(length.to_be_bytes());
    frame.extend(encoded);
    respond(Some(frame.into()), 0, "")
}

fn refusal(status: u8, words: &str) -> Response {
    respond(None, status, words)
}

fn respond(message: Option<Bytes>, status: u8, words: &str) -> Response {
    let mut closing = HeaderMap::new();
    closing.insert("grpc-status", HeaderValue::from(u16::from(status)));
    closing.insert("grpc-message", HeaderValue::from_str(words).unwrap_or_else(|_| HeaderValue::from_static("")));
    let frames = message.map(Frame::data).into_iter().chain([Frame::trailers(closing)]).map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::new(StreamBody::new(stream::iter(frames))));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}
