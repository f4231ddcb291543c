//! Brings the seller's own photos from a folder into drafts.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use image::{Rgb, RgbImage};
use nix::sys::signal::Signal;

use super::{assert_only_unpublished_offers, entry, shop, sku};
use crate::batch::shop::{Shop, send_signal, wait_for_exit};

/// Writes a single-color photo named `UPC + rest` into the folder.
pub(super) fn photo(shop: &Shop, place: usize, rest: &str, color: u8) -> PathBuf {
    let folder = shop.home.path().join("photos");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{}{rest}", shop.sandbox.synthetic_upcs()[place]));
    RgbImage::from_pixel(640, 480, Rgb([color, 100, 200])).save(&path).unwrap();
    path
}

pub(super) fn images(shop: &Shop, place: usize) -> Vec<String> {
    let item = shop.sandbox.ebay_state().items[&sku(shop, place)].clone();
    let images = item["product"]["imageUrls"].as_array().cloned().unwrap_or_default();
    images.iter().map(|image| image.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_added_to_existing_and_new_drafts() {
    let shop = shop(3).await;
    let upcs = shop.sandbox.synthetic_upcs();
    let stock = ("DRAFT_MAKER__LISTING__STOCK_PHOTOS", "new");
    let list = shop.list(format!("{}\n{}\n", upcs[0], upcs[1]));
    let ran = shop.seller(&[list]).env(stock.0, stock.1).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(entry(&shop, 0)["note"].as_str().unwrap().contains("needs a photo"), "{}", entry(&shop, 0));
    photo(&shop, 0, "_2.png", 2);
    photo(&shop, 0, ".jpg", 1);
    photo(&shop, 2, ".jpg", 3);
    std::fs::write(shop.home.path().join("photos/holiday.heic"), b"\0\0\0\x18ftypheic").unwrap();

    let ran = shop.seller(&["photos", "photos"]).env(stock.0, stock.1).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout).into_owned(), String::from_utf8_lossy(&ran.stderr));
    assert_eq!(ran.status.code(), Some(1), "{out}{err}");
    assert!(
        out.contains("3 photos uploaded, 0 already at eBay, for 2 items.\n1 draft will be updated with them."),
        "{out}{err}"
    );
    assert!(out.contains("holiday.heic: it is a HEIC picture"), "{out}");
    assert!(format!("{out}{err}").contains("changed: pictures added"), "{out}{err}");
    assert_eq!(images(&shop, 0).len(), 2, "{:?}", images(&shop, 0));
    assert!(images(&shop, 1).is_empty());
    let first = entry(&shop, 0);
    assert!(!first["note"].as_str().unwrap_or_default().contains("needs a photo"), "{first}");
    assert_only_unpublished_offers(&shop, 2);

    // A new draft has its photo from the start, and the photos of the first item are not uploaded again.
    let list = shop.list(super::super::shop::lines(&upcs));
    assert!(shop.seller(&[list]).env(stock.0, stock.1).output().unwrap().status.success());
    assert_eq!(images(&shop, 2).len(), 1);
    assert_eq!(entry(&shop, 0)["status"], "already_drafted", "{}", entry(&shop, 0));
    std::fs::remove_file(shop.home.path().join("photos/holiday.heic")).unwrap();
    let ran = shop.seller(&["photos", "photos"]).env(stock.0, stock.1).output().unwrap();
    assert!(String::from_utf8_lossy(&ran.stdout).starts_with("0 photos uploaded, 3 already at eBay"));
    let books = shop.sandbox.ebay_state();
    assert_eq!(books.uploaded_files.len(), 3);
    assert!(books.uploaded_files.values().all(|times| *times == 1), "{:?}", books.uploaded_files);
    assert_only_unpublished_offers(&shop, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_the_seller_changed_at_ebay_is_preserved() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let own = serde_json::json!({"product": {"imageUrls": ["https://i.ebayimg.example/own.jpg"]}});
    shop.sandbox.seller_edits_item(&sku(&shop, 0), &own);
    photo(&shop, 0, ".jpg", 1);
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(images(&shop, 0), ["https://i.ebayimg.example/own.jpg"]);
    assert!(entry(&shop, 0)["note"].as_str().unwrap().contains("was edited on eBay"), "{}", entry(&shop, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_photo_is_uploaded_twice_after_a_kill() {
    let shop = shop(12).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    for place in 0..12 {
        photo(&shop, place, ".jpg", u8::try_from(place * 20).unwrap());
    }
    let uploads = |shop: &Shop| shop.sandbox.ebay_state().uploaded_files.values().sum::<u64>();
    let mut child = shop.seller(&["photos", "photos"]).spawn().unwrap();
    while uploads(&shop) < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    send_signal(&child, Signal::SIGKILL);
    wait_for_exit(&mut child).await;
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let books = shop.sandbox.ebay_state();
    assert_eq!(books.uploaded_files.len(), 12);
    // Up to three uploads were in progress when the program was killed; eBay has the photos, but the responses were
    // lost.
    assert!(uploads(&shop) <= 15, "{:?}", books.uploaded_files);
    for place in 0..12 {
        let images = images(&shop, place);
        assert_eq!(images.len(), 2, "the photo, then the cover: {images:?}");
    }
    assert_only_unpublished_offers(&shop, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_reach_the_drafts_although_the_program_was_killed_before() {
    let shop = shop(3).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    for place in 0..3 {
        photo(&shop, place, ".jpg", u8::try_from(place * 20).unwrap());
    }
    let mut child = shop.seller(&["photos", "photos"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut first_line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first_line).unwrap();
    assert!(first_line.starts_with("3 photos uploaded"), "{first_line}");
    send_signal(&child, Signal::SIGKILL);
    wait_for_exit(&mut child).await;
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for place in 0..3 {
        assert_eq!(images(&shop, place).len(), 2, "the photo, then the cover: {}{}", ran.out, ran.err);
    }
    let again = shop.sell(&["photos", "photos"]);
    assert!(again.out.starts_with("0 photos uploaded, 3 already at eBay"), "{}", again.out);
    assert_only_unpublished_offers(&shop, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_reach_the_draft_of_their_copy() {
    let shop = shop(1).await;
    let upc = shop.sandbox.synthetic_upcs()[0];
    let list = shop.list(format!("UPC,Media Condition,SKU\n{upc},VG+,K-1\n{upc},G,K-2\n"));
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let folder = shop.home.path().join("photos");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, color) in [("K-1.jpg", 1), ("K-2.jpg", 60), ("K-2_2.jpg", 120)] {
        RgbImage::from_pixel(640, 480, Rgb([color, 100, 200])).save(folder.join(name)).unwrap();
    }
    // A barcode in a photo does not tell which of the copies it shows.
    photo_of_barcode(&shop, 0, "Z_0001.jpg");
    let ran = shop.sell(&["photos", "photos"]);
    assert!(ran.out.contains("3 photos uploaded, 0 already at eBay, for 1 item."), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Z_0001.jpg: the copies of") && ran.out.contains("several drafts"), "{}", ran.out);
    let books = shop.sandbox.ebay_state();
    let image_counts = books.items.values().map(|item| item["product"]["imageUrls"].as_array().unwrap().len());
    assert_eq!(image_counts.collect::<Vec<_>>(), [2, 3], "the photos of each copy, then the cover");

    RgbImage::from_pixel(640, 480, Rgb([9, 9, 9])).save(folder.join(format!("DM{}C3.jpg", upc.ean13()))).unwrap();
    let third = shop.sell(&["photos", "photos"]);
    let unused = format!("named for draft 3: the item has DM{0} or DM{0}C2; rename the file", upc.ean13());
    assert!(third.code == Some(1) && third.out.contains(&unused), "{}{}", third.out, third.err);

    let upc = upc.to_string();
    for (wanted, left) in [(&["K-2_2.jpg"][..], [2, 2]), (&["none"], [1, 1])] {
        let edited = shop.sell(&[&["edit", &upc, "--photos"][..], wanted].concat());
        assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
        let books = shop.sandbox.ebay_state();
        let image_counts = books.items.values().map(|item| item["product"]["imageUrls"].as_array().unwrap().len());
        assert_eq!(image_counts.collect::<Vec<_>>(), left, "{wanted:?}: {}", edited.out);
    }
}

/// Like copies share a draft, and the SKU of each of them finds it.
#[tokio::test(flavor = "multi_thread")]
async fn every_sku_of_like_copies_finds_their_draft() {
    let shop = shop(1).await;
    let upc = shop.sandbox.synthetic_upcs()[0];
    let list = shop.list(format!("UPC,Media Condition,SKU\n{upc},VG+,K-1\n{upc},VG+,K-2\n"));
    assert_eq!(shop.sell(&[list]).code, Some(0));
    assert_eq!(entry(&shop, 0)["seller"]["own_sku"], "K-1, K-2", "{}", entry(&shop, 0));
    let report: serde_json::Value = serde_json::from_str(&shop.run(&["report", "--json"]).out).unwrap();
    assert_eq!((&report[0]["own_sku"], &report[0]["copies"]), (&"K-1, K-2".into(), &2.into()), "{report}");
    let folder = shop.home.path().join("photos");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, color) in [("K-1.jpg", 1), ("k-2_2.jpg", 60)] {
        RgbImage::from_pixel(640, 480, Rgb([color, 100, 200])).save(folder.join(name)).unwrap();
    }
    let ran = shop.sell(&["photos", "photos"]);
    assert!(ran.out.contains("2 photos uploaded, 0 already at eBay, for 1 item."), "{}{}", ran.out, ran.err);
    assert_eq!((ran.code, images(&shop, 0).len()), (Some(0), 3), "both photos and the cover");
    assert_only_unpublished_offers(&shop, 1);
}

/// Writes a photo of a barcode, `IMG_0001.jpg`.
fn photo_of_barcode(shop: &Shop, place: usize, name: &str) {
    let code = shop.sandbox.synthetic_upcs()[place].ean13();
    let bars = barcoders::sym::ean13::EAN13::new(code).unwrap().encode();
    let is_bar = |x: u32| (x / 4).checked_sub(30).is_some_and(|at| bars.get(at as usize) == Some(&1));
    let picture =
        RgbImage::from_fn(640, 480, |x, y| Rgb([if is_bar(x) && (150..330).contains(&y) { 10 } else { 240 }; 3]));
    picture.save(shop.home.path().join("photos").join(name)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_without_names_are_matched_by_the_barcode_that_begins_their_series() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    std::fs::create_dir_all(shop.home.path().join("photos")).unwrap();
    let plain = |name: &str, color: u8| {
        let path = shop.home.path().join("photos").join(name);
        RgbImage::from_pixel(640, 480, Rgb([color, 100, 200])).save(path).unwrap();
    };
    plain("IMG_0001.jpg", 1);
    photo_of_barcode(&shop, 1, "IMG_0002.jpg");
    plain("IMG_0003.jpg", 3);
    plain("IMG_0004.jpg", 4);
    photo_of_barcode(&shop, 0, "IMG_0005.jpg");
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("4 photos uploaded, 0 already at eBay, for 2 items."), "{}", ran.out);
    assert!(ran.out.contains("4 photos matched by the barcode in a photo."), "{}", ran.out);
    assert!(ran.out.contains("IMG_0001.jpg: no photo before it shows a barcode"), "{}", ran.out);
    // The covers of the synthetic releases come after the photos.
    assert_eq!((images(&shop, 0).len(), images(&shop, 1).len()), (2, 4));
    std::fs::remove_file(shop.home.path().join("photos/IMG_0001.jpg")).unwrap();
    let again = shop.sell(&["photos", "photos"]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    assert!(again.out.starts_with("0 photos uploaded, 4 already at eBay"), "{}", again.out);
    // The photo of the barcode leaves the draft and returns, without another upload.
    for (choice, count) in [("leave-out", 3), ("last", 4)] {
        let ran = shop.sell(&["photos", "photos", "--barcode-photo", choice]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert_eq!((images(&shop, 0).len(), images(&shop, 1).len()), (2, count), "{choice}: {}", ran.out);
    }
    assert!(shop.sandbox.ebay_state().uploaded_files.values().all(|times| *times == 1));
    assert_only_unpublished_offers(&shop, 2);
}

/// A picture under two barcodes may have a wrong name. The upload of a folder is undone as a whole.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_a_folder_names_equal_pictures_and_is_undone() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let before = [images(&shop, 0), images(&shop, 1)];
    photo(&shop, 0, ".jpg", 1);
    photo(&shop, 1, ".jpg", 1);
    let run = |arguments: &[&str]| {
        let ran = shop.sell(arguments);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        ran.out
    };
    let out = run(&["photos", "photos"]);
    let upcs = shop.sandbox.synthetic_upcs();
    assert!(out.contains(&format!("{}.jpg: it is also a photo of {}", upcs[0], upcs[1])), "{out}");
    let with_photos = [images(&shop, 0), images(&shop, 1)];
    assert_ne!(with_photos, before);
    assert!(run(&["undo"]).contains("The photos of 2 items are as before; 2 drafts are updated."));
    assert_eq!([images(&shop, 0), images(&shop, 1)], before);
    run(&["photos", "photos"]);
    assert_eq!([images(&shop, 0), images(&shop, 1)], with_photos, "the folder can be added again");
    let uploads = shop.sandbox.ebay_state().uploaded_files;
    assert!(uploads.values().all(|times| *times == 1), "also equal pictures at the same time: {uploads:?}");
}

/// Photos can wait for a list, so an undo does not need a draft.
#[tokio::test(flavor = "multi_thread")]
async fn photos_of_an_item_without_a_draft_are_undone() {
    let shop = shop(1).await;
    photo(&shop, 0, ".jpg", 1);
    assert_eq!(shop.sell(&["photos", "photos"]).code, Some(0));
    let ran = shop.sell(&["undo"]);
    let out = "The photos of 1 item are as before; 0 drafts are updated.";
    assert!(ran.code == Some(0) && ran.out.contains(out), "{}{}", ran.out, ran.err);
    let ran = shop.sell(&["undo"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
}

/// A failure of eBay is no mistake in the command; a picture that cannot be used is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_ebay_is_no_mistake_of_an_edit_of_photos() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let file = |name: &str| shop.home.path().join(name).to_str().unwrap().to_owned();
    RgbImage::from_pixel(640, 480, Rgb([9, 9, 9])).save(file("sleeve.jpg")).unwrap();
    let settings = shop.sandbox.ebay_settings();
    let (_, media) = settings.iter().find(|(name, _)| *name == "EBAY_MEDIA_BASE_URL").unwrap();
    let no_media = format!("{media}/nowhere");
    let mut edit = shop.seller(&["edit", &upc, "--photos", &file("sleeve.jpg")]);
    let edited = edit.env("EBAY_MEDIA_BASE_URL", no_media).output().unwrap();
    let text = String::from_utf8_lossy(&edited.stderr);
    assert!(edited.status.code() == Some(1) && text.contains("sleeve.jpg"), "{text}");
    std::fs::write(file("damaged.jpg"), "no picture").unwrap();
    let edited = shop.sell(&["edit", &upc, "--photos", &file("sleeve.jpg"), &file("damaged.jpg")]);
    assert!(edited.code == Some(2) && edited.err.contains("added before: sleeve.jpg"), "{}", edited.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_of_a_draft_are_ordered_removed_and_added_by_an_edit() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    for (rest, color) in [(".jpg", 1), ("_2.jpg", 2), ("_3.jpg", 3)] {
        photo(&shop, 0, rest, color);
    }
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    // The cover comes after the seller's own photos.
    let own_images = || {
        let mut images = images(&shop, 0);
        images.pop();
        images
    };
    let [first, second, third]: [String; 3] = own_images().try_into().unwrap();
    let name = |rest: &str| format!("{upc}{rest}");
    let edit = |photos: &[&str]| {
        let edited = shop.sell(&[&["edit", &upc, "--photos"][..], photos].concat());
        assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
        edited.out
    };
    let text = edit(&[&name("_3.jpg"), &name(".jpg")]);
    assert!(text.contains(&format!("photos    {upc}_3.jpg, {upc}.jpg")), "{text}");
    assert_eq!(own_images(), [third.clone(), first.clone()]);
    // Removed photos do not return with the same folder and the same list.
    assert_eq!(shop.sell(&["photos", "photos"]).code, Some(0));
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    assert_eq!(own_images(), [third.clone(), first.clone()]);

    // A file from another folder is inserted, and a removed photo returns without another upload.
    let sleeve = shop.home.path().join("sleeve.jpg");
    RgbImage::from_pixel(640, 480, Rgb([9, 9, 9])).save(&sleeve).unwrap();
    edit(&[&name("_2.jpg"), sleeve.to_str().unwrap(), &name(".jpg")]);
    let shown = own_images();
    assert_eq!((shown.len(), &shown[0], &shown[2]), (3, &second, &first));
    let uploads = shop.sandbox.ebay_state().uploaded_files;
    assert!(uploads.len() == 4 && uploads.values().all(|times| *times == 1), "{uploads:?}");
    // A new photo in the folder is added after the arranged ones.
    photo(&shop, 0, "_4.jpg", 4);
    assert_eq!(shop.sell(&["photos", "photos"]).code, Some(0));
    assert_eq!(own_images()[..3], shown);
    assert_eq!(own_images().len(), 4);

    let unknown = shop.sell(&["edit", &upc, "--photos", "nowhere.jpg"]);
    assert!(unknown.code == Some(2) && unknown.err.contains(&name("_2.jpg")), "{}{}", unknown.out, unknown.err);
    edit(&["none"]);
    assert!(!images(&shop, 0).contains(&first), "{:?}", images(&shop, 0));
    assert_only_unpublished_offers(&shop, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_edit_uploads_no_photo() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let path = photo(&shop, 0, ".jpg", 1);
    let rejected = shop.sell(&["edit", &upc, "--photos", path.to_str().unwrap(), "--price", "abc"]);
    assert!(rejected.code == Some(2) && rejected.err.contains("abc"), "{}{}", rejected.out, rejected.err);
    assert_eq!((shop.sandbox.ebay_state().uploaded_files.len(), images(&shop, 0).len()), (0, 1));
    assert_eq!(shop.sell(&["photos", "photos"]).code, Some(0));
    assert_eq!(images(&shop, 0).len(), 2, "the photo, then the cover");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_used_once_under_its_present_name() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let [first, _, third] =
        [(".jpg", 1), ("_2.jpg", 1), ("_3.jpg", 3)].map(|(rest, color)| photo(&shop, 0, rest, color));
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let repeated = format!("_2.jpg: it is the same picture as {}", first.file_name().unwrap().to_str().unwrap());
    assert!(ran.out.contains(&repeated), "{}", ran.out);
    assert!(ran.out.starts_with("2 photos uploaded"), "{}", ran.out);
    let own = || images(&shop, 0)[..images(&shop, 0).len() - 1].to_vec();
    let [front, back]: [String; 2] = own().try_into().unwrap();
    // Renamed files change the order, and no picture appears twice.
    let renamed = |from: &PathBuf, rest: &str| {
        let upc = shop.sandbox.synthetic_upcs()[0];
        std::fs::rename(from, from.with_file_name(format!("{upc}{rest}"))).unwrap();
    };
    renamed(&first, "_5.jpg");
    std::fs::remove_file(shop.home.path().join("photos").join(format!("{}_2.jpg", shop.sandbox.synthetic_upcs()[0])))
        .unwrap();
    renamed(&third, "_4.jpg");
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(own(), [back, front], "{}{}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_photos_is_reported() {
    let shop = shop(1).await;
    std::fs::create_dir_all(shop.home.path().join("photos")).unwrap();
    let ran = shop.sell(&["photos", "photos"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("The folder has no JPEG or PNG file"), "{}", ran.out);
}

/// An undo restores the arrangement before, together with the price of the same edit.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_photos_is_undone() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    for (rest, color) in [(".jpg", 1), ("_2.jpg", 2), ("_3.jpg", 3)] {
        photo(&shop, 0, rest, color);
    }
    let run = |arguments: &[&str]| {
        let ran = shop.sell(arguments);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        ran.out
    };
    run(&["photos", "photos"]);
    let price = || shop.sandbox.ebay_state().offers_for_sku(&sku(&shop, 0))[0]["pricingSummary"]["price"].clone();
    let state = || (images(&shop, 0), price());
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let name = |rest: &str| format!("{upc}{rest}");
    let first = state();
    run(&["edit", &upc, "--photos", &name("_3.jpg"), &name(".jpg")]);
    let second = state();
    run(&["edit", &upc, "--photos", &name("_2.jpg"), "--price", "31.00"]);
    assert_eq!((state().0.len(), &price()["value"]), (2, &"31.00".into()), "the photo and the cover");
    run(&["edit", &upc, "--photos", "none"]);
    assert!(run(&["undo"]).contains(&format!("photos    {}", name("_2.jpg"))));
    assert_eq!((state().0.len(), &price()["value"]), (2, &"31.00".into()));
    run(&["undo"]);
    assert_eq!(state(), second);
    run(&["undo", &upc]);
    assert_eq!(state(), first);
}

/// Drafts on eBay need photos before they can be listed, so the summary says how to add them until each has one.
#[tokio::test(flavor = "multi_thread")]
async fn a_summary_suggests_photos_until_each_draft_has_one() {
    let shop = shop(2).await;
    let list = shop.list(super::super::shop::lines(&shop.sandbox.synthetic_upcs()));
    let hint = "To add your own photos to the drafts:\n  draft-maker photos FOLDER\n";
    let dry_run = shop.sell(&[list, "--dry-run"]);
    assert!(!dry_run.out.contains("photos FOLDER"), "{}", dry_run.out);
    let drafted = shop.sell(&[list]);
    assert!(drafted.out.contains(hint), "{}{}", drafted.out, drafted.err);
    photo(&shop, 0, ".jpg", 1);
    shop.sell(&["photos", "photos"]);
    assert!(shop.sell(&["status"]).out.contains(hint), "the second draft has none");
    photo(&shop, 1, ".jpg", 2);
    shop.sell(&["photos", "photos"]);
    let complete = shop.sell(&["status"]);
    assert!(complete.out.contains("drafted") && !complete.out.contains("photos FOLDER"), "{}", complete.out);
}
