//! Photos of an item that are sent to the service, and how they get into its draft.

use base64::Engine as _;
use image::{ImageFormat, Rgb, RgbImage};
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Digest as _;
use std::io::Cursor;

use super::test_server::{ApiResponse, TestServer, send_request};
use super::uploads::form;
use crate::batch::shop::Shop;

/// Starts a service of a signed-in seller with a batch of this many drafts. Returns its job.
async fn server_with_drafts(count: usize) -> (TestServer, String) {
    let shop = Shop::with_synthetic(count).await;
    let command = shop.seller(&[]);
    let server = TestServer::start(shop, command).await;
    let list = server.put_synthetic("boxes/1.txt");
    let job = server.post("/api/batch/process", &json!({"gcs_path": list, "sink": "inventory"})).await.job();
    server.until(&job, "completed").await;
    (server, job)
}

fn jpeg(color: u8) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    RgbImage::from_pixel(640, 480, Rgb([color, 90, 200])).write_to(&mut file, ImageFormat::Jpeg).unwrap();
    file.into_inner()
}

fn path(server: &TestServer, job: &str, place: usize) -> String {
    format!("/api/batch/jobs/{job}/items/{}/photos", server.shop.sandbox.synthetic_upcs()[place])
}

async fn send(server: &TestServer, path: &str, photos: &[(&str, &[u8])]) -> ApiResponse {
    let parts = photos.iter().map(|(name, content)| ("photo", Some(*name), *content)).collect::<Vec<_>>();
    let (content_type, body) = form(&parts);
    send_request(server.request(Method::POST, path).header("content-type", content_type).body(body)).await
}

/// Returns the pictures of the draft on eBay.
fn images(server: &TestServer, place: usize) -> Vec<Value> {
    let sandbox = &server.shop.sandbox;
    let sku = format!("DM{}", sandbox.synthetic_upcs()[place].ean13());
    sandbox.ebay_state().items[&sku]["product"]["imageUrls"].as_array().cloned().unwrap_or_default()
}

fn uploads(server: &TestServer) -> u64 {
    server.shop.sandbox.ebay_state().uploaded_files.values().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_uploaded_once_and_put_into_the_draft() {
    let (server, job) = server_with_drafts(2).await;
    let path = path(&server, &job, 0);
    assert_eq!(server.get(&path).await.is(200)["photos"], json!([]));
    let (front, back) = (jpeg(20), jpeg(60));
    let sent = send(&server, &path, &[("../front.jpg", &front), ("back.jpg", &back)]).await.is(200);
    assert_eq!((&sent["uploaded"], &sent["already_uploaded"]), (&json!(2), &json!(0)), "{sent}");
    assert_eq!((&sent["updates_draft"], &sent["not_updated"]), (&json!(true), &Value::Null), "{sent}");
    server.until(&job, "completed").await;
    let pictures = images(&server, 0);
    assert_eq!(pictures[..2], [sent["photos"][0]["url"].clone(), sent["photos"][1]["url"].clone()]);
    let listed = server.get(&path).await.is(200);
    assert_eq!((&listed["photos"][0]["name"], &listed["photos"][1]["name"]), (&json!("front.jpg"), &json!("back.jpg")));

    // Repeating the request uploads and changes nothing; an additional photo is added after the others.
    let again = send(&server, &path, &[("front.jpg", &front), ("back.jpg", &back)]).await.is(200);
    assert_eq!((&again["already_uploaded"], &again["updates_draft"]), (&json!(2), &json!(false)), "{again}");
    assert_eq!(images(&server, 0), pictures);
    let disc = send(&server, &path, &[("disc.jpg", &jpeg(100))]).await.is(200);
    assert_eq!((&disc["uploaded"], &disc["photos"][2]["name"]), (&json!(1), &json!("disc.jpg")), "{disc}");
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0)[2], disc["photos"][2]["url"]);
    assert_eq!(uploads(&server), 3);
    let state = server.shop.sandbox.ebay_state();
    assert!(state.offers.iter().all(|offer| offer["status"] == "UNPUBLISHED"));
    assert_eq!(state.violations, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_photos_are_named_and_the_others_are_taken() {
    let (server, job) = server_with_drafts(1).await;
    let path = path(&server, &job, 0);
    let heic: &[u8] = b"\0\0\0\x18ftypheic and more";
    let sent = send(&server, &path, &[("front.jpg", &jpeg(1)), ("back.heic", heic), ("notes.txt", b"text")]).await;
    let sent = sent.is(207);
    assert_eq!(sent["uploaded"], 1, "{sent}");
    assert_eq!((&sent["failed"][0]["name"], &sent["failed"][1]["name"]), (&json!("back.heic"), &json!("notes.txt")));
    assert!(sent["failed"][0]["error"].as_str().unwrap().contains("HEIC"), "{sent}");
    server.until(&job, "completed").await;

    let same = send(&server, &path, &[("again.jpg", &jpeg(1))]).await.is(207);
    assert!(same["failed"][0]["error"].as_str().unwrap().contains("same picture as front.jpg"), "{same}");

    let many = (0..24).map(|number| (format!("{number}.jpg"), jpeg(number * 10 + 10))).collect::<Vec<_>>();
    let many = many.iter().map(|(name, content)| (name.as_str(), &content[..])).collect::<Vec<_>>();
    let full = send(&server, &path, &many).await.is(207);
    assert_eq!(full["photos"].as_array().unwrap().len(), 24, "{full}");
    assert!(full["failed"][0]["error"].as_str().unwrap().contains("at most 24 photos"), "{full}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_are_rejected_before_an_upload() {
    let (server, job) = server_with_drafts(1).await;
    let path = path(&server, &job, 0);
    let photo = jpeg(1);
    let one: &[(&str, &[u8])] = &[("a.jpg", &photo)];
    assert_eq!(send(&server, &path, &[]).await.is(422)["error"], "INVALID");
    let twice = send(&server, &path, &[("a.jpg", &photo), ("b/a.jpg", &photo)]).await.is(422);
    assert!(twice["detail"].as_str().unwrap().contains("a.jpg"), "{twice}");
    let many = vec![("a.jpg", &photo[..]); 25];
    assert!(send(&server, &path, &many).await.is(422)["detail"].as_str().unwrap().contains("24"));
    for query in ["copy=0", "copy=x", "place=1"] {
        assert_eq!(send(&server, &format!("{path}?{query}"), one).await.is(422)["error"], "INVALID", "{query}");
    }
    let (content_type, body) = form(&[("note", None, b"scuffs")]);
    let request = server.request(Method::POST, &path).header("content-type", content_type).body(body);
    assert!(send_request(request).await.is(422)["detail"].as_str().unwrap().contains("note"));
    assert_eq!(server.post(&path, &json!({})).await.is(415)["error"], "NOT_JSON_TYPE");
    let (content_type, mut body) = form(&[("photo", Some("a.jpg"), &photo)]);
    body.truncate(body.len() - 40);
    let cut = server.request(Method::POST, &path).header("content-type", content_type).body(body);
    assert_eq!(send_request(cut).await.is(400)["error"], "UNREADABLE");
    let large = vec![0; api::photos::MAX_PHOTO_BYTES + 1];
    assert_eq!(send(&server, &path, &[("large.jpg", &large)]).await.is(413)["error"], "TOO_LARGE");
    let other = path.replace(&server.shop.sandbox.synthetic_upcs()[0].to_string(), "720642462928");
    assert_eq!(send(&server, &other, one).await.is(404)["error"], "UNKNOWN_ITEM");
    assert_eq!(server.get(&other).await.is(404)["error"], "UNKNOWN_ITEM");
    assert_eq!(uploads(&server), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_need_a_sign_in_and_wait_for_a_draft() {
    let server = TestServer::open().await;
    let job = server.create_job("gs://draft-maker-bucket/boxes/1.txt").await;
    server.until(&job, "completed").await;
    let path = format!("/api/batch/jobs/{job}/items/720642462928/photos");
    let refused = send(&server, &path, &[("a.jpg", &jpeg(1))]).await.is(424);
    assert!(refused["detail"].as_str().unwrap().contains("EBAY_APP_ID"), "{refused}");

    let shop = Shop::with_synthetic(1).await;
    let command = shop.seller(&[]);
    let server = TestServer::start(shop, command).await;
    let list = server.put_synthetic("boxes/1.txt");
    let dry_run = server.post("/api/batch/process", &json!({"gcs_path": list, "test_mode": true})).await.job();
    server.until(&dry_run, "completed").await;
    let sent = send(&server, &super::photos::path(&server, &dry_run, 0), &[("a.jpg", &jpeg(1))]).await.is(200);
    assert_eq!(sent["updates_draft"], false, "{sent}");
    assert!(sent["not_updated"].as_str().unwrap().contains("no draft"), "{sent}");
    let job = server.post("/api/batch/process", &json!({"gcs_path": list, "sink": "inventory"})).await.job();
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0)[0], sent["photos"][0]["url"]);
}

/// The service is killed between uploads; repeating the request uploads what is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_a_kill_broke_off_can_be_sent_again() {
    let (mut server, job) = server_with_drafts(1).await;
    let path = path(&server, &job, 0);
    let photos = (0..12).map(|number| (format!("{number:02}.jpg"), jpeg(number * 20))).collect::<Vec<_>>();
    let photos = photos.iter().map(|(name, content)| (name.as_str(), &content[..])).collect::<Vec<_>>();
    let (content_type, body) = form(&photos.iter().map(|(n, c)| ("photo", Some(*n), *c)).collect::<Vec<_>>());
    let request = server.request(Method::POST, &path).header("content-type", content_type).body(body);
    let broken = tokio::spawn(request.send());
    while uploads(&server) < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;
    assert!(broken.await.unwrap().is_err(), "no response came");
    let command = server.shop.seller(&[]);
    server.restart_with(command).await;
    let sent = send(&server, &path, &photos).await.is(200);
    assert_eq!(sent["photos"].as_array().unwrap().len(), 12, "{sent}");
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0).len(), 13, "the photos, then the cover");
    // The response to one upload may have been lost.
    assert!(uploads(&server) <= 13, "{}", uploads(&server));
}

async fn arrange(server: &TestServer, path: &str, names: &[&str]) -> ApiResponse {
    send_request(server.request(Method::PUT, path).json(&json!({ "names": names }))).await
}

fn names(response: &Value) -> Vec<&str> {
    response["photos"].as_array().unwrap().iter().map(|photo| photo["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_arranged_removed_and_added_again() {
    let (server, job) = server_with_drafts(1).await;
    let path = path(&server, &job, 0);
    let (front, back, disc) = (jpeg(20), jpeg(60), jpeg(100));
    let sent = send(&server, &path, &[("front.jpg", &front), ("back.jpg", &back), ("disc 1.jpg", &disc)]).await.is(200);
    server.until(&job, "completed").await;
    let url = |place: usize| sent["photos"][place]["url"].clone();

    let arranged = arrange(&server, &path, &["disc 1.jpg", "front.jpg", "back.jpg"]).await.is(200);
    assert_eq!(
        (names(&arranged), &arranged["updates_draft"]),
        (vec!["disc 1.jpg", "front.jpg", "back.jpg"], &json!(true))
    );
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0)[..3], [url(2), url(0), url(1)]);
    let again = arrange(&server, &path, &["disc 1.jpg", "front.jpg", "back.jpg"]).await.is(200);
    assert_eq!((&again["updates_draft"], &again["not_updated"]), (&json!(false), &Value::Null), "nothing changes");

    let one = format!("{path}/disc%201.jpg");
    let left = send_request(server.request(Method::DELETE, &one)).await.is(200);
    assert_eq!((names(&left), &left["updates_draft"]), (vec!["front.jpg", "back.jpg"], &json!(true)));
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0)[..2], [url(0), url(1)]);
    assert!(!images(&server, 0).contains(&url(2)));
    assert_eq!(send_request(server.request(Method::DELETE, &one)).await.is(404)["error"], "UNKNOWN_PHOTO");

    // A photo that was removed is one of the item again when it is sent or named.
    let sent_again = send(&server, &path, &[("disc 1.jpg", &disc)]).await.is(200);
    assert_eq!((names(&sent_again), &sent_again["uploaded"]), (vec!["front.jpg", "back.jpg", "disc 1.jpg"], &json!(0)));
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0)[2], url(2));
    assert_eq!(names(&arrange(&server, &path, &[]).await.is(200)), Vec::<&str>::new());
    server.until(&job, "completed").await;
    assert!(!images(&server, 0).contains(&url(0)), "the draft has no photo of the seller's own");
    assert_eq!(names(&arrange(&server, &path, &["back.jpg"]).await.is(200)), ["back.jpg"]);
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0)[0], url(1));
    assert_eq!(uploads(&server), 3);

    assert_eq!(arrange(&server, &path, &["side.jpg"]).await.is(404)["error"], "UNKNOWN_PHOTO");
    assert_eq!(arrange(&server, &path, &["back.jpg", "back.jpg"]).await.is(422)["error"], "INVALID");
    assert_eq!(names(&server.get(&path).await.is(200)), ["back.jpg"]);
    assert_eq!(server.shop.sandbox.ebay_state().violations, Vec::<String>::new());
}

/// A photo that the phone has turned by a mark, with the place where it was taken.
fn jpeg_of_a_phone() -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPS 52.5200 N 13.4050 E");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let picture = jpeg(40);
    [&picture[..2], &[0xff, 0xe1], &length, &exif, &picture[2..]].concat()
}

/// The simulated eBay reports pictures with metadata. A listing that was edited after its draft keeps the edit and gets the photos.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_a_phone_is_upright_and_without_its_place_in_an_edited_draft() {
    let (server, job) = server_with_drafts(1).await;
    let path = path(&server, &job, 0);
    let upc = server.shop.sandbox.synthetic_upcs()[0].to_string();
    let edit = json!({ "decisions": [{ "upc": upc, "edit": true, "listing_title": "My own title" }] });
    server.post(&format!("/api/batch/jobs/{job}/decisions"), &edit).await.is(200);
    server.until(&job, "completed").await;
    let photo = jpeg_of_a_phone();
    let sent = send(&server, &path, &[("phone.jpg", &photo)]).await.is(200);
    assert_eq!((&sent["uploaded"], &sent["updates_draft"]), (&json!(1), &json!(true)), "{sent}");
    server.until(&job, "completed").await;
    assert_eq!(images(&server, 0)[0], sent["photos"][0]["url"]);
    let state = server.shop.sandbox.ebay_state();
    let item = &state.items[&format!("DM{}", server.shop.sandbox.synthetic_upcs()[0].ean13())];
    assert_eq!(item["product"]["title"], "My own title");
    assert_eq!(state.violations, Vec::<String>::new(), "no metadata is sent");
    let upright = photos::PreparedPicture::from_file(&photo).unwrap();
    assert_eq!((upright.width, upright.height), (480, 640));
    let digest = base64::engine::general_purpose::STANDARD_NO_PAD.encode(sha2::Sha256::digest(&upright.jpeg));
    assert_eq!(state.uploaded_files.keys().collect::<Vec<_>>(), [&digest]);
}
