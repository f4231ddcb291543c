//! Errors of the service and their messages for the operator.

use input::Settings;
use input::gcs::{self, ConnectionFailure, GcsError};
use input::{InputList, ListError};

use super::bucket::{Bucket, Fault};
use super::read::read_test_list;

async fn refusal(settings: &Settings) -> GcsError {
    match read_test_list(settings).await.map(|list: InputList| list.items).unwrap_err().error {
        ListError::Gcs(error) => error,
        other => panic!("{other}"),
    }
}

/// Status and body of an answer, and the beginning of the error message.
const REFUSALS: &[(u16, &str, &str)] = &[
    (
        404,
        "No such object: a-bucket/lists/upcs.txt",
        "the object does not exist: check its name with `gcloud storage ls gs://a-bucket`",
    ),
    (401, "Anonymous caller does not have storage.objects.get access", "with access\ncaused by: Anonymous caller"),
    (403, "<html><b>Access</b>\u{7} denied</html>", "it is not public: set intake.gcs.anonymous"),
    (403, "<html><b>Access</b>\u{7} denied</html>", "\ncaused by: Access denied"),
    (400, "maxResults must be < 100 and > 0", "\ncaused by: maxResults must be < 100 and > 0"),
    (400, "This is wrong", "Google Cloud Storage rejected the request with status 400: asking again does not help"),
    (412, "Conditions did not hold", "a condition of the request or a policy"),
    (
        400,
        r#"{"error":{"code":400,"message":"The target object is encrypted by a customer-supplied encryption key.","errors":[{"reason":"resourceIsEncryptedWithCustomerEncryptionKey"}]}}"#,
        "the object is encrypted with a key of its owner",
    ),
    (
        403,
        r#"{"error":{"code":403,"message":"The billing account is closed.","errors":[{"reason":"accountDisabled"}]}}"#,
        "the billing account of the project is closed",
    ),
    (
        403,
        r#"{"error":{"code":403,"message":"Any words.","errors":[{"reason":"accountDisabled"}]}}"#,
        "the billing account of the project is closed: open it in the Google Cloud console\ncaused by: Any words.",
    ),
    (
        400,
        r#"{"error":{"code":400,"message":"Any words.","errors":[{"reason":"userProjectMissing"}]}}"#,
        "\ncaused by: Any words.",
    ),
    (
        400,
        r#"{"error":{"code":400,"message":"Any words.","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"USER_PROJECT_MISSING","domain":"storage.googleapis.com"}]}}"#,
        "readers of this bucket pay",
    ),
    // The text alone must not decide.
    (400, "Not encrypted, no billing account.", "Google Cloud Storage rejected the request with status 400"),
    (403, "Open a billing account.", "it is not public"),
];

#[tokio::test]
async fn errors_say_what_to_do() {
    for &(status, body, expected) in REFUSALS {
        let bucket = Bucket::with("").next(Fault::Status(status, body));
        let text = refusal(&bucket.open().await).await.to_string();
        assert!(text.contains(expected), "{status}: {text}");
        assert_eq!(bucket.inside().asked.len(), 1, "{status} is not retried");
    }
    let messages = refusal(&Bucket::default().open().await).await;
    assert_eq!(messages, GcsError::ObjectNotFound { bucket: "a-bucket".into() });
}

#[tokio::test]
async fn a_paying_project_is_sent_only_if_required() {
    for accepted_payer in [None, Some("a-project")] {
        let bucket = Bucket::with("720642442524\n");
        bucket.inside().accepted_payer = accepted_payer;
        let mut settings = bucket.open().await;
        settings.gcs.project = Some("a-project".into());
        assert_eq!(read_test_list(&settings).await.unwrap().items.len(), 1);
        assert_eq!(bucket.inside().payers.is_empty(), accepted_payer.is_none());
    }
}

#[tokio::test]
async fn temporary_errors_are_retried() {
    let once = Bucket::with("720642442524\n").next(Fault::Status(503, "busy")).next(Fault::Silence);
    assert_eq!(read_test_list(&once.open().await).await.unwrap().items.len(), 1);
    assert!(once.inside().asked.len() >= 3, "{:?}", once.inside().asked);
}

#[tokio::test]
async fn retries_of_permanent_errors_end() {
    let bucket = Bucket::with("").next(Fault::Silence).next(Fault::Silence).next(Fault::Silence);
    let mut settings = bucket.open().await;
    (settings.gcs.attempt_timeout_s, settings.gcs.total_timeout_s) = (1, 2);
    assert_eq!(refusal(&settings).await, GcsError::Timeout { seconds: 2 });
}

#[tokio::test]
async fn an_unreachable_service_is_reported() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gcs = gcs::Settings { emulator_host: Some(gone.to_string()), ..gcs::Settings::default() };
    let messages = refusal(&Settings { gcs, ..Settings::default() }).await;
    assert_eq!(messages, GcsError::Unreachable { reason: ConnectionFailure::Refused });
}

#[tokio::test]
async fn a_missing_bucket_and_a_missing_object_are_different_errors() {
    let settings = Bucket::with("").open().await;
    let source = "gs://no-such-bucket/upcs.txt".parse().unwrap();
    let error = input::read_list(&source, &settings).await.unwrap_err().error;
    assert!(matches!(error, ListError::Gcs(GcsError::BucketNotFound)), "{error}");
    // The text may name an object in a bucket that does not exist; a listing shows whether the bucket exists.
    let fault = Fault::Status(404, "Object a-bucket/lists/upcs.txt does not exist");
    let error = refusal(&Bucket::with("").next(fault).open().await).await;
    assert!(matches!(error, GcsError::ObjectNotFound { .. }), "{error}");
}

/// The service's message may contain the characters that separate the parts of an error message.
#[test]
fn the_fix_is_not_parsed_from_the_message() {
    let error = GcsError::BillingClosed { message: "no (such): account): gone".into() };
    assert_eq!(error.problem(), "the billing account of the project is closed");
    assert_eq!(error.fix().as_deref(), Some("open it in the Google Cloud console"));
    let lines = format!("{}: {}\ncaused by: no (such): account): gone", error.problem(), error.fix().unwrap());
    assert_eq!(error.to_string(), lines);
    assert_eq!(GcsError::AlreadyExists.fix(), None);
}
