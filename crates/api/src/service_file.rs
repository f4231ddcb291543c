//! The file by which programs on this machine find the service that owns a data directory: its address and a token,
//! readable by its user alone.
//!
//! The service removes the file at an orderly end. A killed service leaves it behind, so readers first check
//! `Journal::is_locked`: without the lock, no service is running.

use std::io;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

const SERVICE_FILE_NAME: &str = "service.json";

/// A running service, as recorded in the data directory.
#[derive(Clone, Debug)]
pub struct ServiceInfo {
    /// Address on this machine: `http://127.0.0.1:8080`.
    pub address: String,
    /// Token for clients on this machine; each start creates a new one.
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
    /// Writes the file into the data directory, atomically.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be written.
    pub fn write_to(&self, data_dir: &Path) -> io::Result<()> {
        let json = ServiceInfoJson {
            address: self.address.clone(),
            token: self.token.expose_secret().to_owned(),
            pid: self.pid,
            version: self.version.clone(),
        };
        files::write_atomic_private(&data_dir.join(SERVICE_FILE_NAME), &serde_json::to_vec(&json)?)
    }

    /// Returns the service recorded in a data directory; `None` if there is no readable file.
    pub fn read_from(data_dir: &Path) -> Option<Self> {
        let json = std::fs::read(data_dir.join(SERVICE_FILE_NAME)).ok()?;
        let ServiceInfoJson { address, token, pid, version } = serde_json::from_slice(&json).ok()?;
        Some(Self { address, token: token.into(), pid, version })
    }

    /// Removes the file from the data directory. A missing file is not an error.
    pub fn remove_from(data_dir: &Path) {
        if let Err(error) = std::fs::remove_file(data_dir.join(SERVICE_FILE_NAME))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the service's own note stays in the data directory");
        }
    }
}
