//! Overwrites an object only at the generation that was seen.

use input::gcs::{BucketName, GcsClient, GcsError, ObjectName};

use super::bucket::{Bucket, Fault};

#[tokio::test]
async fn only_the_generation_that_was_seen_is_overwritten() {
    let bucket = Bucket::with("075596111324\n");
    let settings = bucket.open().await;
    let client = GcsClient::connect(&settings.gcs).await.unwrap();
    let name: BucketName = "a-bucket".parse().unwrap();
    let (object, near): (ObjectName, ObjectName) = ("lists/upcs.txt".parse().unwrap(), "lists/upcs".parse().unwrap());
    let seen = client.find_object(&name, &object).await.unwrap().expect("the object exists");
    assert_eq!((seen.generation, seen.size), (7, 13));
    bucket.inside().listing_faults.push_back(Fault::Status(200, r#"{"nextPageToken": "lists/a"}"#));
    let behind_empty_page = client.find_object(&name, &object).await.unwrap();
    assert_eq!(behind_empty_page.map(|found| found.generation), Some(7));
    assert_eq!(client.find_object(&name, &near).await, Ok(None), "a longer name is another object");
    assert_eq!(
        client.replace_object(&name, &object, "1\n".into(), 6).await,
        Err(GcsError::GenerationGone { generation: 6 })
    );
    assert_eq!(client.replace_object(&name, &object, "2\n".into(), 7).await, Ok(8));
    assert_eq!(
        client.replace_object(&name, &object, "3\n".into(), 7).await,
        Err(GcsError::GenerationGone { generation: 7 })
    );
    assert_eq!(
        client.replace_object(&name, &near, "4\n".into(), 7).await,
        Err(GcsError::GenerationGone { generation: 7 })
    );
    assert_eq!(bucket.inside().objects["lists/upcs.txt"].keys().copied().collect::<Vec<_>>(), [7, 8]);
}
