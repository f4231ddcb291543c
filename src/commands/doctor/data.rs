//! The data directory, the folder for results, and the disk below them.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::Line;
use crate::config::Batch;
use api::service_file::Beacon;
use store::journal::Journal;

const PART: &str = "data";

/// Below this it is time to look.
const LITTLE: u64 = 1 << 30;

const DISK: &str = "disk";
const MORE_SPACE: &str = "free some space, or set DRAFT_MAKER_DATA_DIR to another disk";

pub(super) async fn lines(batch: &Batch) -> Vec<Line> {
    let dir = batch.data_dir.as_path();
    let mut lines = vec![folder("data directory", dir, "DRAFT_MAKER_DATA_DIR")];
    if dir.is_dir() {
        lines.push(owner(dir));
        lines.push(journal(dir).await);
    }
    lines.push(folder("results", &batch.output, "OUTPUT_DIR"));
    lines.push(disk(dir));
    lines
}

/// Whether a folder can be written. Nothing stays behind, and a missing one is not made.
fn folder(name: &str, dir: &Path, variable: &str) -> Line {
    let shown = dir.display();
    let there = if dir.exists() { dir } else { nearest(dir) };
    let fix = format!("make {} writable for this user, or set {variable}", there.display());
    match tempfile::tempfile_in(there) {
        Ok(_) if dir.exists() => {
            let owner = std::fs::metadata(dir).map_or_else(|_| String::new(), |of| format!(", of user {}", of.uid()));
            Line::ok(PART, name, format!("{shown}: can be written{owner}"))
        }
        Ok(_) => Line::ok(PART, name, format!("{shown}: is made when it is needed")),
        Err(error) => Line::fail(PART, name, format!("{shown}: cannot be written ({error})"), fix),
    }
}

/// The folder that is there, of those above.
fn nearest(dir: &Path) -> &Path {
    dir.ancestors().skip(1).find(|above| above.exists()).unwrap_or(Path::new("."))
}

fn owner(dir: &Path) -> Line {
    let name = "owner";
    match (Journal::is_owned(dir), Beacon::read(dir)) {
        (false, _) => Line::ok(PART, name, "free: a command works by itself"),
        (true, Some(service)) => {
            let found = format!("the service at {} (process {}); commands join it", service.address, service.pid);
            Line::ok(PART, name, found)
        }
        (true, None) => Line::ok(PART, name, "a batch of another process; a second one has to wait for its end"),
    }
}

async fn journal(dir: &Path) -> Line {
    let name = "journal";
    let opened = async { Journal::read_only(dir).await?.jobs().await };
    match opened.await {
        Ok(jobs) => Line::ok(PART, name, format!("opens; {} jobs", jobs.len())),
        Err(error) => {
            let fix = "make it readable for this user; a damaged one is put back from a backup";
            Line::fail(PART, name, error.to_string(), fix)
        }
    }
}

fn disk(dir: &Path) -> Line {
    let there = if dir.exists() { dir } else { nearest(dir) };
    match nix::sys::statvfs::statvfs(there) {
        Ok(disk) => free(disk.blocks_available().saturating_mul(disk.fragment_size()), dir),
        Err(error) => Line::fail(PART, DISK, error.to_string(), MORE_SPACE),
    }
}

/// So many bytes are free.
fn free(bytes: u64, dir: &Path) -> Line {
    let found = format!("{} MB free for {}", bytes / 1_000_000, dir.display());
    if bytes < LITTLE { Line::fail(PART, DISK, found, MORE_SPACE) } else { Line::ok(PART, DISK, found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::State;

    #[test]
    fn a_disk_that_is_nearly_full_fails_and_says_what_to_do() {
        let line = free(LITTLE - 1, Path::new("data"));
        assert_eq!((line.state, line.found.as_str()), (State::Fail, "1073 MB free for data"));
        assert!(line.fix.is_some_and(|fix| fix.contains("DRAFT_MAKER_DATA_DIR")));
        assert_eq!(free(LITTLE, Path::new("data")).state, State::Ok);
    }
}
