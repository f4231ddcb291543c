//! The API token that Draft Maker creates if other machines can reach the service and the settings have no token.
//!
//! The token is stored in the data folder, readable only by its owner, so that clients can keep using it after a
//! restart.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rand::Rng as _;
use rand::distr::Alphanumeric;
use secrecy::{ExposeSecret as _, SecretString};

const TOKEN_FILE: &str = "api-token";

/// Number of characters of a token, which have 190 bits of entropy.
const TOKEN_LEN: usize = 32;

/// Mode of a file that only its owner can read and write.
const PRIVATE_MODE: u32 = 0o600;

/// The API token of a data directory.
#[derive(Debug)]
pub struct ApiToken {
    pub token: SecretString,
    pub path: PathBuf,
    /// True if this call created the token.
    pub is_new: bool,
}

/// Returns a new random token.
pub(super) fn random_token() -> SecretString {
    rand::rng().sample_iter(Alphanumeric).take(TOKEN_LEN).map(char::from).collect::<String>().into()
}

/// Returns the token of a data directory; `None` if it has no token or the file is damaged.
///
/// # Errors
/// Returns the error of the system if the file cannot be read.
pub fn read_api_token(data_dir: &Path) -> io::Result<Option<SecretString>> {
    match std::fs::read_to_string(data_dir.join(TOKEN_FILE)) {
        Ok(text) => Ok(parse_token(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // A file that is not UTF-8 does not contain a token.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the token of a data directory, and creates one if there is none or the file is damaged. Only the process
/// that owns the directory may call this.
///
/// # Errors
/// Returns the error of the system if the file cannot be read or written.
pub fn ensure_api_token(data_dir: &Path) -> io::Result<ApiToken> {
    let path = data_dir.join(TOKEN_FILE);
    if let Some(token) = read_api_token(data_dir)? {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(PRIVATE_MODE))?;
        return Ok(ApiToken { token, path, is_new: false });
    }
    let token = random_token();
    files::write_atomic_private(&path, format!("{}\n", token.expose_secret()).as_bytes())?;
    Ok(ApiToken { token, path, is_new: true })
}

fn parse_token(text: &str) -> Option<SecretString> {
    let text = text.trim();
    let is_token = text.len() >= TOKEN_LEN && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_token.then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_token_is_made_once_and_only_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read_api_token(dir.path()).unwrap().is_none());
        let first = ensure_api_token(dir.path()).unwrap();
        assert!(first.is_new && first.token.expose_secret().len() == TOKEN_LEN);
        assert_eq!(mode(&first.path), 0o600);
        std::fs::set_permissions(&first.path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let second = ensure_api_token(dir.path()).unwrap();
        assert!(!second.is_new && second.token.expose_secret() == first.token.expose_secret());
        assert_eq!(mode(&first.path), 0o600);
    }

    #[test]
    fn a_damaged_file_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        for damaged in [&b""[..], b"short", b"with blanks between the words of it", &[0xff; 40]] {
            std::fs::write(dir.path().join(TOKEN_FILE), damaged).unwrap();
            assert!(ensure_api_token(dir.path()).unwrap().is_new, "{damaged:?}");
        }
    }
}
