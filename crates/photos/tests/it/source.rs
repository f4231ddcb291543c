//! Photo files on this computer.

use input::gcs;

use super::photos::{PhotoFile, PhotoFolder, PhotoFolderError};

#[tokio::test]
async fn a_file_named_by_path_is_read_up_to_the_limit_for_a_photo() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.jpg");
    let file = std::fs::File::create(&path).unwrap();
    let photo = PhotoFile::new(path.to_str().unwrap());
    let photos = PhotoFolder::Local(folder.path().to_owned());
    file.set_len(60_000_000).unwrap();
    assert_eq!(photos.read_file(&photo).await.unwrap().len(), 60_000_000);
    file.set_len(60_000_001).unwrap();
    let error = photos.read_file(&photo).await.unwrap_err();
    assert!(matches!(error, PhotoFolderError::TooLarge), "{error}");
    assert_eq!(error.to_string(), "it is larger than 60 MB, the limit for a photo");
}

#[tokio::test]
async fn an_address_of_a_bucket_is_no_local_folder() {
    for address in ["gs://No", "GS://No/box"] {
        let Err(error) = PhotoFolder::open(address, &gcs::Settings::default()).await else { panic!("{address}") };
        assert!(matches!(error, PhotoFolderError::Address(_)), "{error}");
        let text = error.to_string();
        assert!(
            text.starts_with(address) && text.ends_with("write gs://bucket/folder, or the path of a folder"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_folder_of_a_bucket_has_no_photos_of_its_neighbors() {
    let sandbox = sandbox::Sandbox::start(sandbox::SandboxOptions::default()).await.unwrap();
    for name in ["box1/", "box1/a.jpg", "box1/disc/b.jpg", "box10/c.jpg", "box1.jpg"] {
        sandbox.put_object("my-shop", name, b"photo");
    }
    let settings = gcs::Settings { emulator_host: Some(sandbox.address().to_string()), ..gcs::Settings::default() };
    for (address, names) in [
        ("gs://my-shop/box1", vec!["a.jpg", "b.jpg"]),
        ("GS://my-shop/box1/", vec!["a.jpg", "b.jpg"]),
        ("gs://my-shop", vec!["a.jpg", "b.jpg", "box1.jpg", "c.jpg"]),
    ] {
        let folder = PhotoFolder::open(address, &settings).await.unwrap();
        let files = folder.list_files().await.unwrap();
        assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), names, "{address}");
        assert_eq!(folder.read_file(&files[0]).await.unwrap(), b"photo");
    }
}
