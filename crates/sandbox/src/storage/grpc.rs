//! Minimal gRPC: one message in, one message out, framed by the protocol (one byte for compression, four for the length), the
//! status in the trailers. Three calls do not justify a generated server.

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

use super::super::state::SandboxState;
use super::buckets::{self, StorageNotFound};
use super::json::{PAYER_HEADER, UNPAID};
use super::messages::{
    BucketMessage, GetObjectRequest, ListBucketsResponse, ListObjectsRequest, ListObjectsResponse, ObjectMessage,
    TimestampMessage,
};

/// gRPC's status codes (grpc.io, "Status codes and their use in gRPC").
const STATUS_NOT_FOUND: u8 = 5;
const STATUS_INVALID_ARGUMENT: u8 = 3;

/// Page size if none is requested.
const DEFAULT_PAGE_SIZE: usize = 1_000;

pub(super) async fn list_objects(State(world): State<Arc<SandboxState>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(request) = decode_message::<ListObjectsRequest>(&body) else {
        return error_response(STATUS_INVALID_ARGUMENT, "unreadable");
    };
    let bucket = resource_id(&request.parent);
    if world.buckets.requires_payer(bucket) && !headers.contains_key(PAYER_HEADER) {
        return error_response(STATUS_INVALID_ARGUMENT, UNPAID);
    }
    let size = usize::try_from(request.page_size).ok().filter(|size| *size > 0).unwrap_or(DEFAULT_PAGE_SIZE);
    let page = world.buckets.list_page(bucket, &request.prefix, &request.delimiter, size, &request.page_token);
    match page {
        None => error_response(STATUS_NOT_FOUND, "The specified bucket does not exist."),
        Some(page) => message_response(&ListObjectsResponse {
            objects: page.objects.iter().map(|object| object_message(bucket, object)).collect(),
            prefixes: page.prefixes,
            next_page_token: page.next_token,
        }),
    }
}

pub(super) async fn get_object(State(world): State<Arc<SandboxState>>, body: Bytes) -> Response {
    let Some(request) = decode_message::<GetObjectRequest>(&body) else {
        return error_response(STATUS_INVALID_ARGUMENT, "unreadable");
    };
    let bucket = resource_id(&request.bucket);
    match world.buckets.get_object(bucket, &request.object, Some(request.generation)) {
        Err(StorageNotFound::Bucket) => error_response(STATUS_NOT_FOUND, "The specified bucket does not exist."),
        Err(StorageNotFound::Object) => error_response(STATUS_NOT_FOUND, "No such object."),
        Ok(object) => message_response(&object_message(bucket, &object)),
    }
}

pub(super) async fn list_buckets(State(world): State<Arc<SandboxState>>) -> Response {
    let named = |id: String| BucketMessage { name: format!("projects/_/buckets/{id}"), bucket_id: id };
    let buckets = world.buckets.bucket_names().into_iter().map(named).collect();
    message_response(&ListBucketsResponse { buckets, next_page_token: String::new() })
}

fn object_message(bucket: &str, object: &buckets::StoredObject) -> ObjectMessage {
    ObjectMessage {
        name: object.name.clone(),
        bucket: format!("projects/_/buckets/{bucket}"),
        generation: object.generation,
        storage_class: "STANDARD".to_owned(),
        size: i64::try_from(object.content.len()).unwrap_or(i64::MAX),
        update_time: Some(TimestampMessage {
            seconds: object.updated.as_second(),
            nanos: object.updated.subsec_nanosecond(),
        }),
    }
}

fn resource_id(resource: &str) -> &str {
    resource.rsplit('/').next().unwrap_or(resource)
}

fn decode_message<T: Message + Default>(body: &Bytes) -> Option<T> {
    T::decode(body.get(5..)?).ok()
}

fn message_response(message: &impl Message) -> Response {
    let encoded = message.encode_to_vec();
    let length = u32::try_from(encoded.len()).unwrap_or(u32::MAX);
    let mut frame = vec![0];
    frame.extend(length.to_be_bytes());
    frame.extend(encoded);
    framed_response(Some(frame.into()), 0, "")
}

fn error_response(status: u8, message: &str) -> Response {
    framed_response(None, status, message)
}

fn framed_response(message: Option<Bytes>, status: u8, text: &str) -> Response {
    let mut closing = HeaderMap::new();
    closing.insert("grpc-status", HeaderValue::from(u16::from(status)));
    closing.insert("grpc-message", HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("")));
    let frames = message.map(Frame::data).into_iter().chain([Frame::trailers(closing)]).map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::new(StreamBody::new(stream::iter(frames))));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}
