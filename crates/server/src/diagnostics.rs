//! Checks of this machine that `/health` and `draft-maker doctor` share. Each caller words its own advice.

use std::io;
use std::path::Path;

/// Free bytes below which you should make room on the disk.
pub const LOW_DISK_BYTES: u64 = 1 << 30;

/// Free bytes below which a batch cannot be expected to finish.
pub(crate) const CRITICAL_DISK_BYTES: u64 = 64 << 20;

/// Returns the free bytes of the disk that contains a folder, or will contain it.
///
/// # Errors
/// Returns the error of the system if the disk cannot be read.
pub fn free_disk_bytes(folder: &Path) -> io::Result<u64> {
    let disk = nix::sys::statvfs::statvfs(nearest_existing(folder))?;
    Ok(disk.blocks_available().saturating_mul(disk.fragment_size()))
}

/// Describes the free space: `1073 MB free for /data`.
pub fn describe_free_space(bytes: u64, folder: &Path) -> String {
    format!("{} MB free for {}", bytes / 1_000_000, folder.display())
}

/// Checks that files can be written to a folder, or to its nearest existing parent. Leaves no files behind.
///
/// # Errors
/// Returns the error of the system if no file can be created.
pub fn check_writable(folder: &Path) -> io::Result<()> {
    files::check_folder_writable(nearest_existing(folder))
}

/// Returns the folder, or the nearest of its parents that exists.
pub fn nearest_existing(folder: &Path) -> &Path {
    folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_is_judged_by_its_parent() {
        let root = tempfile::tempdir().unwrap();
        let missing = root.path().join("a/b");
        assert_eq!(nearest_existing(&missing), root.path());
        check_writable(&missing).unwrap();
        assert!(!missing.exists(), "nothing is created");
        // Other programs change the number meanwhile.
        free_disk_bytes(&missing).unwrap();
    }

    #[test]
    fn a_folder_below_a_file_is_not_writable() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("file"), "").unwrap();
        check_writable(&root.path().join("file/folder")).unwrap_err();
    }
}
