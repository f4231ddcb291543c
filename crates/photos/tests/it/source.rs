//! Photo files on this computer.

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
