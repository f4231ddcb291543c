//! The paths of uploaded lists: `uploads/2cf24dba5fb0a30e26e83b2ac5b9e29e/box-15.csv`, one folder per content, named by its
//! SHA-256.

use std::path::Path;

/// Folder of the lists in the data directory.
pub const UPLOADS_DIR: &str = "uploads";

/// Number of digest bytes in a folder name.
pub const DIGEST_BYTES: usize = 16;

/// Separator of the addresses of several lists: the ASCII record separator, and a space for readability.
pub const SOURCE_SEPARATOR: &str = "\u{1e} ";

/// Returns the file name of the list if this is the path of an uploaded list in any machine's data directory.
pub fn uploaded_list_name(path: &Path) -> Option<&str> {
    let folder = path.parent()?;
    let digest = folder.file_name()?.to_str()?;
    let is_digest = digest.len() == 2 * DIGEST_BYTES && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_upload = is_digest && folder.parent()?.file_name()? == UPLOADS_DIR;
    path.file_name()?.to_str().filter(|_| is_upload)
}

/// Returns whether one of the lists of a source was sent to the service, which deletes it when its batch has ended.
pub fn is_uploaded_source(source: &str) -> bool {
    source.split(SOURCE_SEPARATOR).any(|address| uploaded_list_name(Path::new(address)).is_some())
}

/// Returns the names that the user gave the lists of a source, and which of them were sent to the service. An uploaded
/// list is stored in a data folder, which may be on another machine if the store is in a database.
pub fn display_source(source: &str) -> String {
    join_names(source, |name| format!("{name} (sent to the service)"))
}

/// Returns the names that the user gave the lists of a source, for a narrow column.
pub fn source_names(source: &str) -> String {
    join_names(source, str::to_owned)
}

fn join_names(source: &str, display_uploaded: impl Fn(&str) -> String) -> String {
    let names = source
        .split(SOURCE_SEPARATOR)
        .map(|address| uploaded_list_name(Path::new(address)).map_or_else(|| address.to_owned(), &display_uploaded));
    names.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e";

    #[test]
    fn an_uploaded_list_is_recognized_in_any_data_directory() {
        let name = |path: &str| uploaded_list_name(Path::new(path)).map(str::to_owned);
        assert!(name(&format!("/app/output/.draft-maker/uploads/{DIGEST}/box-15.csv")).is_some());
        for other in ["uploads/box-15.csv", "/home/me/uploads/2024/box-15.csv", &format!("/lists/{DIGEST}/box-15.csv")]
        {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn a_source_is_shown_as_the_user_named_it() {
        let uploaded = format!("/data/uploads/{DIGEST}/box-15.csv");
        assert_eq!(display_source(&uploaded), "box-15.csv (sent to the service)");
        assert_eq!(display_source("gs://shop/a.txt"), "gs://shop/a.txt");
        let several = format!("{uploaded}{SOURCE_SEPARATOR}b.txt");
        assert!(is_uploaded_source(&several) && !is_uploaded_source("a.txt\u{1e} b.txt"));
        assert_eq!(display_source(&several), "box-15.csv (sent to the service) b.txt");
        assert_eq!(source_names(&several), "box-15.csv b.txt");
    }
}
