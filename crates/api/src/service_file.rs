//! The service file: the address and token by which clients on this machine find the service of a data folder. Only
//! its user can read the file.
//!
//! The service removes the file at an orderly shutdown, but a killed service leaves it behind. Readers therefore check
//! `Journal::is_locked` first: no service is running unless the lock is held.

use std::io;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

const SERVICE_FILE_NAME: &str = "service.json";

/// Connection details of a running service.
#[derive(Clone, Debug)]
pub struct ServiceInfo {
    /// Loopback address, such as `http://127.0.0.1:8080`.
    pub address: String,
    /// Token for clients on this machine. Every start creates a new token.
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

    /// Returns the service recorded in `data_dir`; `None` if the file is missing or invalid.
    pub fn read_from(data_dir: &Path) -> Option<Self> {
        let json = std::fs::read(data_dir.join(SERVICE_FILE_NAME)).ok()?;
        let ServiceInfoJson { address, token, pid, version } = serde_json::from_slice(&json).ok()?;
        Some(Self { address, token: token.into(), pid, version })
    }

    /// Removes the file from `data_dir`. A missing file is not an error.
    pub fn remove_from(data_dir: &Path) {
        if let Err(error) = std::fs::remove_file(data_dir.join(SERVICE_FILE_NAME))
            && error.kind() != io::ErrorKind::NotFound
        {
            let error = files::describe_io_error(&error);
            tracing::warn!(error, "cannot remove service.json from the data folder");
        }
    }
}
