//! Reads a list in a bucket at one generation.

use std::sync::Arc;
use std::time::Duration;

use domain::source_type::SourceType;
use input::gcs::{GcsClient, GcsError};
use input::{InputList, IntakeError, ListError, Settings, Source, read_generation, read_list};

use parking_lot::Mutex;

use super::bucket::{Bucket, Fault};

pub(super) async fn read_test_list(settings: &Settings) -> Result<InputList, IntakeError> {
    read_list(&"gs://a-bucket/lists/upcs.txt".parse().unwrap(), settings).await
}

#[tokio::test]
async fn a_list_is_read_and_its_generation_recorded() {
    let bucket = Bucket::with("UPC,Qty\n720642442524,2\n098787003420,x\n");
    let settings = bucket.open().await;
    let list = read_test_list(&settings).await.unwrap();
    assert_eq!((list.generation, list.source_type, list.size, list.line_count), (Some(7), SourceType::Gcs, 38, 3));
    assert_eq!((list.items.len(), list.rejected[0].line), (1, 3));
    let inside = bucket.inside();
    assert_eq!(inside.asked, [r#"a-bucket/lists/upcs.txt {"alt": "media"} whole"#]);
    assert!(!inside.authorized, "an emulator gets no token");
}

/// The only blocking thread is busy, so the list must wait for it instead of being parsed on the runtime's thread.
#[test]
fn a_list_is_not_parsed_on_the_thread_of_the_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let settings = Bucket::with("720642442524\n098787003420\n").open().await;
        let (release, released) = std::sync::mpsc::sync_channel::<()>(1);
        let order = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&order);
        let busy = tokio::task::spawn_blocking(move || {
            released.recv().ok();
            noted.lock().push("the thread is free");
        });
        let read = async {
            let list = read_test_list(&settings).await.unwrap();
            order.lock().push("the list is read");
            list
        };
        // Enough time for a wrong implementation to finish; a correct one waits in any case.
        let release = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            release.send(()).unwrap();
        };
        let (list, ()) = tokio::join!(read, release);
        busy.await.unwrap();
        assert_eq!(*order.lock(), ["the thread is free", "the list is read"]);
        assert_eq!(list.items.len(), 2);
    });
}

#[tokio::test]
async fn the_address_of_the_emulator_may_have_a_scheme() {
    let mut settings = Bucket::with("720642442524\n").open().await;
    settings.gcs.emulator_host = settings.gcs.emulator_host.map(|host| format!("http://{host}/"));
    assert_eq!(read_test_list(&settings).await.unwrap().items.len(), 1);
    for bad in ["ftp://localhost:1", "http://", "http://localhost:1/storage", "local host"] {
        settings.gcs.emulator_host = Some(bad.to_owned());
        let error = read_test_list(&settings).await.unwrap_err();
        assert!(matches!(error.error, ListError::Gcs(GcsError::InvalidEmulatorAddress { .. })), "{error}");
    }
}

#[tokio::test]
async fn an_object_replaced_during_the_read_is_read_at_its_old_generation() {
    let bucket = Bucket::with("720642442524\n098787003420\n").next(Fault::HalfThenReplaced { stored: true });
    let settings = bucket.open().await;
    let list = read_test_list(&settings).await.unwrap();
    assert_eq!((list.items.len(), list.rejected_count, list.generation), (2, 0, Some(7)));
    assert_eq!(bucket.inside().asked[1], r#"a-bucket/lists/upcs.txt {"alt": "media", "generation": "7"} bytes=13-25"#);
}

#[tokio::test]
async fn an_object_replaced_during_the_read_without_versioning_is_an_error() {
    let settings =
        Bucket::with("720642442524\n098787003420\n").next(Fault::HalfThenReplaced { stored: false }).open().await;
    let error = read_test_list(&settings).await.unwrap_err();
    assert!(matches!(error.error, ListError::Gcs(GcsError::GenerationGone { generation: 7 })), "{error}");
}

#[tokio::test]
async fn a_resumed_job_reads_the_generation_it_started_with() {
    let bucket = Bucket::with("720642442524\n");
    bucket.inside().objects.get_mut("lists/upcs.txt").unwrap().insert(8, "098787003420\n".into());
    let settings = bucket.open().await;
    let source = "gs://a-bucket/lists/upcs.txt".parse().unwrap();
    let list = read_generation(&source, Some(7), &settings).await.unwrap();
    assert_eq!((list.items[0].upc.to_string().as_str(), list.generation), ("720642442524", Some(7)));
    let error = read_generation(&source, Some(6), &settings).await.unwrap_err();
    assert!(matches!(error.error, ListError::Gcs(GcsError::GenerationGone { generation: 6 })), "{error}");
}

#[tokio::test]
async fn an_object_of_five_gigabytes_is_rejected_by_its_size() {
    let settings = Bucket::with("720642442524\n").next(Fault::Size(5_000_000_000)).open().await;
    let error = read_test_list(&settings).await.unwrap_err();
    assert!(matches!(error.error, ListError::TooLarge { size: 5_000_000_000, .. }), "{error}");
}

#[tokio::test]
async fn a_new_object_is_written_and_never_overwritten() {
    let bucket = Bucket::default();
    let settings = bucket.open().await;
    let client = GcsClient::connect(&settings.gcs).await.unwrap();
    let (name, object) = ("a-bucket".parse().unwrap(), "out/results.json".parse().unwrap());
    assert_eq!(client.create_object(&name, &object, "{}\n".into()).await, Ok(1));
    assert_eq!(client.create_object(&name, &object, "[]\n".into()).await, Err(GcsError::AlreadyExists));
    let inside = bucket.inside();
    assert_eq!(inside.asked, [r#"write out/results.json Some("0")"#; 2]);
    assert!(String::from_utf8_lossy(&inside.objects["out/results.json"][&1]).contains("{}\n"));
}

#[tokio::test]
async fn a_stalled_or_interrupted_read_is_resumed() {
    let text = "720642442524\n098787003420\n";
    for (fault, second) in [(Fault::HalfThenSilence, "bytes=13-"), (Fault::HalfOfCompressed, "whole")] {
        let bucket = Bucket::with(text).next(fault.clone());
        let list = read_test_list(&bucket.open().await).await.unwrap();
        assert_eq!((list.items.len(), list.rejected_count), (2, 0), "{fault:?}");
        let asked = bucket.inside().asked.clone();
        assert!(asked[1].contains(second) && asked[1].contains(r#""generation": "7""#), "{asked:?}");
    }
}

#[tokio::test]
async fn a_read_that_breaks_off_again_and_again_is_resumed_as_long_as_bytes_arrive() {
    const BREAKS: usize = 24;
    let bucket = Bucket::with("720642442524\n".repeat(BREAKS + 1));
    bucket.inside().faults.extend(std::iter::repeat_n(Fault::BrokenAfter(13), BREAKS));
    let list = read_test_list(&bucket.open().await).await.unwrap();
    assert_eq!((list.items[0].copies as usize, list.rejected_count), (BREAKS + 1, 0));
    let final_request = bucket.inside().asked.last().cloned().unwrap();
    assert!(
        final_request.contains(r#""generation": "7""#) && final_request.contains(&format!("bytes={}-", 13 * BREAKS)),
        "{final_request}"
    );
    let idle = Bucket::with("720642442524\n".repeat(2)).next(Fault::BrokenAfter(13));
    idle.inside().faults.extend(std::iter::repeat_n(Fault::BrokenAfter(0), BREAKS));
    let error = read_test_list(&idle.open().await).await.unwrap_err();
    assert!(matches!(error.error, ListError::Gcs(GcsError::Unreachable { .. })), "{error}");
}

#[tokio::test]
async fn damaged_bytes_are_read_again_and_then_reported() {
    let once = Bucket::with("720642442524\n").next(Fault::Damaged);
    assert_eq!(read_test_list(&once.open().await).await.unwrap().items.len(), 1);
    let twice = Bucket::with("720642442524\n").next(Fault::Damaged).next(Fault::Damaged);
    let error = read_test_list(&twice.open().await).await.unwrap_err();
    assert!(matches!(error.error, ListError::Gcs(GcsError::Damaged)), "{error}");
    assert!(error.to_string().contains("did not match their checksum"), "{error}");
}

#[tokio::test]
async fn several_objects_are_read_as_one_list() {
    let bucket = Bucket::default();
    let contents = [
        ("box-1.txt", "720642442524\nx\n"),
        ("box-2.txt", "098787003420\n720642442524\n"),
        ("other.txt", "075596111324\n"),
    ];
    for (name, content) in contents.map(|(name, content)| (format!("in/{name}"), content)) {
        bucket.inside().objects.entry(name).or_default().insert(3, content.into());
    }
    bucket.inside().objects.entry("in/old/box-3.txt".into()).or_default().insert(3, "720642460726\n".into());
    let settings = bucket.open().await;
    let read = async |address: &str| read_list(&address.parse().unwrap(), &settings).await;
    let list = read("gs://a-bucket/in/box-*.txt").await.unwrap();
    let items: Vec<_> =
        list.items.iter().map(|item| (item.upc.to_string(), item.copies, item.lines.to_vec())).collect();
    assert_eq!(items, [("720642442524".to_owned(), 2, vec![1, 4]), ("098787003420".to_owned(), 1, vec![3])]);
    assert!(list.rejected[0].reason.starts_with("gs://a-bucket/in/box-1.txt, line 2: "), "{:?}", list.rejected);
    let files: Vec<_> = list.reading.files.iter().map(|file| (file.name.as_str(), file.first_line)).collect();
    assert_eq!(files, [("gs://a-bucket/in/box-1.txt", 1), ("gs://a-bucket/in/box-2.txt", 3)]);
    let folder = read("gs://a-bucket/in/").await.unwrap();
    assert_eq!((folder.items.len(), folder.reading.notices), (3, vec!["1 folder in it is not read".to_owned()]));
    let addresses = ["gs://a-bucket/in/box-1.txt".to_owned(), "gs://a-bucket/in/other.txt".to_owned()];
    let both = read(&Source::join_addresses(&addresses)).await.unwrap();
    assert_eq!((both.items.len(), both.source_type), (2, SourceType::Gcs));
    let error = read("gs://a-bucket/in/crate-*.txt").await.unwrap_err();
    assert!(matches!(error.error, ListError::NoMatch), "{error}");
}
