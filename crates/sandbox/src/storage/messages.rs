//! The fields of `google.storage.v2` that the client reads and writes; the tags are those of its protocol file.

use prost::Message;

#[derive(Clone, PartialEq, Message)]
pub(super) struct ListObjectsRequest {
    /// `projects/_/buckets/NAME`
    #[prost(string, tag = "1")]
    pub(super) parent: String,
    #[prost(int32, tag = "2")]
    pub(super) page_size: i32,
    #[prost(string, tag = "3")]
    pub(super) page_token: String,
    #[prost(string, tag = "4")]
    pub(super) delimiter: String,
    #[prost(string, tag = "6")]
    pub(super) prefix: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ListObjectsResponse {
    #[prost(message, repeated, tag = "1")]
    pub(super) objects: Vec<ObjectMessage>,
    #[prost(string, repeated, tag = "2")]
    pub(super) prefixes: Vec<String>,
    #[prost(string, tag = "3")]
    pub(super) next_page_token: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct GetObjectRequest {
    /// `projects/_/buckets/NAME`
    #[prost(string, tag = "1")]
    pub(super) bucket: String,
    #[prost(string, tag = "2")]
    pub(super) object: String,
    #[prost(int64, tag = "3")]
    pub(super) generation: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ObjectMessage {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    /// `projects/_/buckets/NAME`
    #[prost(string, tag = "2")]
    pub(super) bucket: String,
    #[prost(int64, tag = "3")]
    pub(super) generation: i64,
    #[prost(string, tag = "5")]
    pub(super) storage_class: String,
    #[prost(int64, tag = "6")]
    pub(super) size: i64,
    #[prost(message, optional, tag = "17")]
    pub(super) update_time: Option<TimestampMessage>,
}

/// `google.protobuf.Timestamp`
#[derive(Clone, PartialEq, Message)]
pub(super) struct TimestampMessage {
    #[prost(int64, tag = "1")]
    pub(super) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(super) nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ListBucketsResponse {
    #[prost(message, repeated, tag = "1")]
    pub(super) buckets: Vec<BucketMessage>,
    #[prost(string, tag = "2")]
    pub(super) next_page_token: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct BucketMessage {
    /// `projects/_/buckets/NAME`
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) bucket_id: String,
}
