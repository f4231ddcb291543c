//! Folders of photos, uploaded to the sandbox.

use std::collections::BTreeSet;
use std::path::Path;

use draft_maker_photos as photos;
use ebay::EbayClient;
use jiff::{SignedDuration, Timestamp};
use photos::{BarcodePhoto, IntakeReport, ItemPhotoUploader, ListedCopies, PhotoFolder, PhotoIntake};
use sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use store::photo_store::{HostedPhoto, PhotoStore};
use tempfile::TempDir;
use upstream::HttpClient;

use super::{marked_picture, phone_jpeg};

/// A signed-in seller with photo records and a folder of photos.
struct PhotoFixture {
    _sandbox: Sandbox,
    data: TempDir,
    folder: TempDir,
    store: PhotoStore,
    ebay: EbayClient,
}

impl PhotoFixture {
    async fn open() -> Self {
        let options = SandboxOptions { enforce_limits: false, speed: 20.0, ..SandboxOptions::default() };
        let sandbox = Sandbox::start(options).await.unwrap();
        let (data, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let store = PhotoStore::open(data.path()).await.unwrap();
        let http = HttpClient::new(&upstream::Settings::default()).unwrap();
        let ebay = EbayClient::connect(&keyset(&sandbox, data.path()), &http, data.path()).await.unwrap();
        Self { _sandbox: sandbox, data, folder, store, ebay }
    }

    /// Takes in the folder of photos.
    async fn import(&self, listed: ListedCopies) -> IntakeReport {
        let intake = PhotoIntake {
            folder: PhotoFolder::Local(self.folder.path().to_owned()),
            uploader: ItemPhotoUploader::new(self.store.clone(), &self.ebay),
            listed,
            barcode_photo: BarcodePhoto::Last,
            started_at: Timestamp::now(),
        };
        intake.import_all(|_| ()).await.unwrap()
    }

    fn write(&self, name: &str, width: u32) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, phone_jpeg(&marked_picture(width, 600), 1)).unwrap();
    }

    async fn photos(&self) -> Vec<HostedPhoto> {
        let seller = self.ebay.settings().environment_id();
        self.store.photos_for_upc(&seller, UPC.parse().unwrap()).await.unwrap()
    }

    async fn photo_names(&self) -> Vec<String> {
        self.photos().await.into_iter().map(|photo| photo.name).collect()
    }
}

const UPC: &str = "720642442524";

fn keyset(sandbox: &Sandbox, data: &Path) -> ebay::Settings {
    let given = sandbox.ebay_settings().into_iter().map(|(name, value)| {
        let key = name.strip_prefix("EBAY_").unwrap().to_ascii_lowercase();
        (key, Value::from(value))
    });
    let mut settings = Value::Object(given.collect());
    settings["credentials_dir"] = data.to_str().unwrap().into();
    settings["pictures_per_minute"] = 0.0.into();
    serde_json::from_value(settings).unwrap()
}

#[tokio::test]
async fn a_second_photo_with_the_same_name_is_a_problem() {
    let seller = PhotoFixture::open().await;
    seller.write("front/720642442524.jpg", 600);
    seller.write("later/720642442524.jpg", 700);
    seller.write("later/copy/720642442524.jpg", 600);
    for uploaded in [1, 0] {
        let report = seller.import(ListedCopies::default()).await;
        assert_eq!((report.uploaded, report.repeated.len()), (uploaded, 1), "{:?}", report.repeated);
        let [(name, why)] = report.problems.as_slice() else { panic!("{:?}", report.problems) };
        assert_eq!(name, "720642442524.jpg");
        assert!(why.contains("same file name") && why.contains("/front/: rename one"), "{why}");
        assert_eq!(report.changed.is_empty(), uploaded == 0, "the second run changes nothing");
    }
    assert_eq!(seller.photo_names().await, ["720642442524.jpg"]);
}

#[tokio::test]
async fn a_renamed_photo_that_expired_is_replaced() {
    let seller = PhotoFixture::open().await;
    seller.write("720642442524_old.jpg", 600);
    seller.import(ListedCopies::default()).await;
    let expired = Timestamp::now() - SignedDuration::from_hours(1);
    let photo = HostedPhoto { expires_at: Some(expired), ..seller.photos().await.remove(0) };
    let environment = seller.ebay.settings().environment_id();
    seller.store.save_photo(&environment, UPC.parse().unwrap(), &photo).await.unwrap();
    let folder = seller.folder.path();
    std::fs::rename(folder.join("720642442524_old.jpg"), folder.join("720642442524_new.jpg")).unwrap();
    assert_eq!(seller.import(ListedCopies::default()).await.uploaded, 1);
    assert_eq!(seller.photo_names().await, ["720642442524_new.jpg"]);
    // An earlier version left both.
    seller.store.save_photo(&environment, UPC.parse().unwrap(), &photo).await.unwrap();
    let report = seller.import(ListedCopies::default()).await;
    assert_eq!((report.uploaded, report.changed.len()), (0, 1));
    assert_eq!(seller.photo_names().await, ["720642442524_new.jpg"]);
    assert!(seller.data.path().join("photos.db").exists());
}

#[tokio::test]
async fn only_used_photos_count_as_matched_by_a_barcode() {
    let seller = PhotoFixture::open().await;
    std::fs::write(seller.folder.path().join("IMG_1.jpg"), super::series::photo_of_barcode()).unwrap();
    assert_eq!(seller.import(ListedCopies::default()).await.matched_by_barcode, 1);
    let with_several_drafts = BTreeSet::from([UPC.parse().unwrap()]);
    let report = seller.import(ListedCopies { with_several_drafts, ..ListedCopies::default() }).await;
    assert_eq!((report.matched_by_barcode, report.problems.len()), (0, 1));
}

/// A seller names the photo of a barcode that cannot be read, but not the photo after it.
#[tokio::test]
async fn a_named_photo_ends_the_series_of_the_item_before() {
    let seller = PhotoFixture::open().await;
    let barcode = super::series::photo_of_barcode();
    let [front, named, unknown] = [100, 150, 200].map(super::series::plain_photo);
    let files = [("IMG_1", barcode), ("IMG_2", front), ("602498614891", named), ("IMG_4", unknown)];
    for (second, (name, picture)) in files.iter().enumerate() {
        let photo = super::series::taken_at(picture, &format!("2024:03:18 14:30:0{second}"));
        std::fs::write(seller.folder.path().join(format!("{name}.jpg")), photo).unwrap();
    }
    let report = seller.import(ListedCopies::default()).await;
    let problems = report.problems.iter().map(|(file, _)| file.as_str()).collect::<Vec<_>>();
    assert_eq!((problems, report.uploaded), (vec!["IMG_4.jpg"], 3), "{:?}", report.problems);
    assert_eq!(seller.photo_names().await, ["IMG_2.jpg", "IMG_1.jpg"]);
}

/// An item whose only photo is refused has no photo.
#[tokio::test]
async fn only_items_with_a_usable_photo_are_counted() {
    let fixture = PhotoFixture::open().await;
    fixture.write("720642442524.jpg", 800);
    std::fs::write(fixture.folder.path().join("098787003420.jpg"), b"no picture").unwrap();
    let report = fixture.import(ListedCopies::default()).await;
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert_eq!(report.items.into_iter().collect::<Vec<_>>(), [UPC.parse().unwrap()]);
}
