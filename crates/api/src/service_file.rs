//! How those on this machine find the service that owns a data directory: its address and a token, in a file that its
//! user alone can read.
//!
//! The file is removed at an orderly end. One that a killed service left behind is told by the free lock of the
//! directory: whoever reads it asks `Journal::is_owned` first.

use std::io::{self, Write};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

const SERVICE_FILE_NAME: &str = "service.json";

/// A running service, as it stands in the data directory.
#[derive(Clone, Debug)]
pub struct ServiceInfo {
    /// Where it answers on this machine: `http://127.0.0.1:8080`.
    pub address: String,
    /// What it takes from those on this machine, new at each start.
    pub token: SecretString,
    pub pid: u32,
    pub version: String,
}

#[derive(Serialize, Deserialize)]
struct ServiceInfoJson {
    address: String,
    token: String,
    pid: u32,
    version: String,
}

impl ServiceInfo {
    /// Puts it into the data directory, whole or not at all.
    ///
    /// # Errors
    /// Where the directory cannot be written.
    pub fn write_to(&self, data_dir: &Path) -> io::Result<()> {
        let written = ServiceInfoJson {
            address: self.address.clone(),
            token: self.token.expose_secret().to_owned(),
            pid: self.pid,
            version: self.version.clone(),
        };
        // Temporary files are readable by their user alone, and a rename keeps that.
        let mut file = tempfile::Builder::new().prefix(".service_").tempfile_in(data_dir)?;
        file.write_all(&serde_json::to_vec(&written)?)?;
        file.persist(data_dir.join(SERVICE_FILE_NAME)).map_err(|error| error.error)?;
        Ok(())
    }

    /// The one that stands in a data directory; `None` where there is none that can be read.
    pub fn read_from(data_dir: &Path) -> Option<Self> {
        let text = std::fs::read(data_dir.join(SERVICE_FILE_NAME)).ok()?;
        let ServiceInfoJson { address, token, pid, version } = serde_json::from_slice(&text).ok()?;
        Some(Self { address, token: token.into(), pid, version })
    }

    /// Takes it away; one that is not there is no failure.
    pub fn remove_from(data_dir: &Path) {
        if let Err(error) = std::fs::remove_file(data_dir.join(SERVICE_FILE_NAME))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the service's own note stays in the data directory");
        }
    }
}
