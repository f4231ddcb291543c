//! Lists and reads the files of a folder on this computer or in Google Cloud Storage.

use std::fmt;
use std::path::{Path, PathBuf};

use domain::source_type::strip_gcs_scheme;
use input::gcs::{self, BucketFolder, GcsClient, GcsError, InvalidBucketFolder, ObjectName, ParseGcsNameError};
use tokio::io::AsyncReadExt as _;

/// Maximum size of a file, in bytes. A typical phone photo has a tenth of it.
const MAX_FILE_BYTES: u64 = 60_000_000;

/// Folder from which photos are read.
pub enum PhotoFolder {
    Local(PathBuf),
    Gcs { client: Box<GcsClient>, folder: BucketFolder },
}

/// A file in a photo folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PhotoFile {
    /// Name without the folder.
    pub name: String,
    /// Local path, or object name in the bucket.
    location: String,
    size: u64,
}

/// Why files could not be listed or read.
#[derive(Debug, thiserror::Error)]
pub enum PhotoFolderError {
    #[error("cannot read {location}: {}; check the path", files::describe_io_error(error))]
    File { location: String, error: std::io::Error },
    #[error("gs://: {0}")]
    Gcs(#[from] GcsError),
    #[error("{0}, or the path of a folder")]
    Address(#[from] InvalidBucketFolder),
    #[error("{name}: {why}")]
    ObjectName { name: String, why: ParseGcsNameError },
    #[error("an error in Draft Maker; the log has the details")]
    Panicked,
    #[error("it is larger than {} MB, the limit for a photo", MAX_FILE_BYTES / 1_000_000)]
    TooLarge,
}

impl PhotoFile {
    /// Creates a file from its path on this computer.
    pub fn new(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Self { name, location: path.to_owned(), size: 0 }
    }

    /// Returns the folder of the file, as a path or as an object name prefix.
    pub fn folder(&self) -> &str {
        self.location.strip_suffix(&self.name).unwrap_or_default()
    }
}

/// Formats the address of the folder.
impl fmt::Display for PhotoFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(folder) => {
                let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
                write!(f, "{}", absolute.display())
            }
            Self::Gcs { folder, .. } => write!(f, "{folder}"),
        }
    }
}

impl PhotoFolder {
    /// Opens a folder: `gs://bucket/folder` or a local path.
    ///
    /// # Errors
    /// Returns [`PhotoFolderError`] if the address or the credentials are invalid.
    pub async fn open(address: &str, settings: &gcs::Settings) -> Result<Self, PhotoFolderError> {
        if strip_gcs_scheme(address).is_none() {
            return Ok(Self::Local(PathBuf::from(address)));
        }
        let folder = address.parse()?;
        Ok(Self::Gcs { client: Box::new(GcsClient::connect(settings).await?), folder })
    }

    /// Returns the files of the folder and its subfolders, sorted by name.
    ///
    /// # Errors
    /// Returns [`PhotoFolderError`] if the files cannot be listed.
    pub async fn list_files(&self) -> Result<Vec<PhotoFile>, PhotoFolderError> {
        let mut files = match self {
            Self::Local(folder) => {
                let folder = folder.clone();
                let listing = tokio::task::spawn_blocking(move || list_local_files(&folder)).await;
                listing.map_err(|_| PhotoFolderError::Panicked)??
            }
            Self::Gcs { client, folder } => list_objects(client, folder).await?,
        };
        files.sort();
        Ok(files)
    }

    /// Returns the content of a file.
    ///
    /// # Errors
    /// Returns [`PhotoFolderError`] if the file cannot be read or is larger than any photo.
    pub async fn read_file(&self, file: &PhotoFile) -> Result<Vec<u8>, PhotoFolderError> {
        if file.size > MAX_FILE_BYTES {
            return Err(PhotoFolderError::TooLarge);
        }
        let (client, folder) = match self {
            Self::Local(_) => return read_local_file(&file.location).await,
            Self::Gcs { client, folder } => (client, folder),
        };
        let invalid = |why| PhotoFolderError::ObjectName { name: file.location.clone(), why };
        let object: ObjectName = file.location.parse().map_err(invalid)?;
        let mut reader = client.open_object(folder.bucket(), &object, None).await?;
        let mut content = Vec::new();
        while let Some(chunk) = reader.next_chunk().await? {
            content.extend_from_slice(&chunk);
            if content.len() as u64 > MAX_FILE_BYTES {
                return Err(PhotoFolderError::TooLarge);
            }
        }
        Ok(content)
    }
}

/// Reads at most one byte more than a photo can have: the file may have grown since it was listed.
async fn read_local_file(location: &str) -> Result<Vec<u8>, PhotoFolderError> {
    let failed = |error| PhotoFolderError::File { location: location.to_owned(), error };
    let file = tokio::fs::File::open(location).await.map_err(failed)?;
    let mut content = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content).await.map_err(failed)?;
    if content.len() as u64 > MAX_FILE_BYTES { Err(PhotoFolderError::TooLarge) } else { Ok(content) }
}

fn list_local_files(folder: &Path) -> Result<Vec<PhotoFile>, PhotoFolderError> {
    let failed = |path: &Path, error| PhotoFolderError::File { location: path.display().to_string(), error };
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // Does not follow symbolic links, which may form a cycle.
            let kind = entry.file_type().map_err(|error| failed(&path, error))?;
            if kind.is_dir() && !name.starts_with('.') {
                folders.push(path);
            } else if kind.is_file() {
                let size = entry.metadata().map_or(0, |data| data.len());
                files.push(PhotoFile { name, location: path.to_string_lossy().into_owned(), size });
            }
        }
    }
    Ok(files)
}

async fn list_objects(client: &GcsClient, folder: &BucketFolder) -> Result<Vec<PhotoFile>, PhotoFolderError> {
    let found = client.list_all_objects(folder.bucket(), folder.prefix(), "").await?;
    let files = found.objects.into_iter().filter(|object| !object.name.ends_with('/')).map(|object| PhotoFile {
        name: object.name.rsplit('/').next().unwrap_or_default().to_owned(),
        size: object.size,
        location: object.name,
    });
    Ok(files.collect())
}
