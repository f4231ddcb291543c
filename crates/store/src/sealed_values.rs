//! Secrets in the store's database, encrypted with a key that is kept outside it, so that a copy of the database
//! reveals nothing.
//!
//! Each value is sealed with ChaCha20-Poly1305 (RFC 8439) under a new random nonce and is bound to its name: a value
//! that is moved to another row cannot be decrypted.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use crate::journal::TablePool;
use crate::location::DatabaseUrl;
use crate::statement::arguments;
use crate::store_database::StoreDatabaseError;

/// Base64 as written by `openssl rand -base64 32`; the trailing `=` is optional.
const KEY_ENCODING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const KEY_BYTES: usize = 32;

const UPSERT_SQL: &str = "
    INSERT INTO secrets (name, sealed) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed";

/// The key that seals values. Clones share it.
#[derive(Clone)]
pub struct EncryptionKey {
    key: Arc<LessSafeKey>,
}

/// The text is not a key. The message omits the text, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key: it must be {KEY_BYTES} bytes in base64. `openssl rand -base64 {KEY_BYTES}` makes one")]
pub struct InvalidEncryptionKey;

impl EncryptionKey {
    /// Parses a key.
    ///
    /// # Errors
    /// Returns [`InvalidEncryptionKey`] if the text is not 32 bytes in base64.
    pub fn parse(text: &SecretString) -> Result<Self, InvalidEncryptionKey> {
        let bytes = KEY_ENCODING.decode(text.expose_secret().trim()).map_err(|_| InvalidEncryptionKey)?;
        let bytes = SecretSlice::from(bytes);
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes.expose_secret()).map_err(|_| InvalidEncryptionKey)?;
        Ok(Self { key: Arc::new(LessSafeKey::new(key)) })
    }

    /// Encrypts a value under a name. Returns the nonce and the ciphertext in base64.
    fn seal(&self, name: &str, value: &[u8]) -> Result<String, SealedValueError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| SealedValueError::Random)?;
        let mut sealed = value.to_vec();
        let bound = Aad::from(name.as_bytes());
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
            .map_err(|_| SealedValueError::Random)?;
        sealed.splice(..0, nonce);
        Ok(STANDARD_NO_PAD.encode(sealed))
    }

    /// Decrypts the output of [`Self::seal`] for the same name.
    fn open(&self, name: &str, sealed: &str) -> Result<SecretSlice<u8>, SealedValueError> {
        let wrong_key = || SealedValueError::WrongKey { name: name.to_owned() };
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| wrong_key())?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(wrong_key)?;
        let (nonce, mut ciphertext) = (Nonce::assume_unique_for_key(*nonce), ciphertext.to_vec());
        let opened = self.key.open_in_place(nonce, Aad::from(name.as_bytes()), &mut ciphertext);
        Ok(SecretSlice::from(opened.map_err(|_| wrong_key())?.to_vec()))
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey")
    }
}

/// A sealed value could not be read, written or decrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedValueError {
    #[error(transparent)]
    Database(#[from] StoreDatabaseError),
    #[error(
        "{name} in the database was stored with another DRAFT_MAKER_ENCRYPTION_KEY: set the key with which it was stored, \
         or store it again"
    )]
    WrongKey { name: String },
    #[error("the system has no random numbers")]
    Random,
}

/// A value in its encrypted form. Each write uses a new nonce, so two equal values come from the same write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue(String);

/// The sealed values of a database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct SealedValues {
    tables: TablePool,
    key: EncryptionKey,
}

impl SealedValues {
    /// Connects to a database that holds sealed values.
    ///
    /// # Errors
    /// Returns [`SealedValueError::Database`] if the database cannot be reached.
    pub async fn open(database: &DatabaseUrl, key: EncryptionKey) -> Result<Self, SealedValueError> {
        Ok(Self { tables: TablePool::open(database).await.map_err(StoreDatabaseError::from)?, key })
    }

    /// Returns the encrypted value stored under a name; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`SealedValueError::Database`] if the value cannot be read.
    pub async fn find(&self, name: &str) -> Result<Option<SealedValue>, SealedValueError> {
        let select = "SELECT sealed FROM secrets WHERE name = $1";
        let rows = self.tables.fetch_all(&select.into(), &arguments![name]).await;
        let rows: Vec<(String,)> = rows.map_err(StoreDatabaseError::from)?;
        Ok(rows.into_iter().next().map(|(sealed,)| SealedValue(sealed)))
    }

    /// Decrypts a value.
    ///
    /// # Errors
    /// Returns [`SealedValueError::WrongKey`] if the value was stored with another key or under another name.
    pub fn open_value(&self, name: &str, value: &SealedValue) -> Result<SecretSlice<u8>, SealedValueError> {
        self.key.open(name, &value.0)
    }

    /// Encrypts and stores a value, and returns its encrypted form.
    ///
    /// # Errors
    /// Returns [`SealedValueError::Database`] if the value cannot be written.
    pub async fn store(&self, name: &str, value: &[u8]) -> Result<SealedValue, SealedValueError> {
        let sealed = self.key.seal(name, value)?;
        let stored = self.tables.execute(&UPSERT_SQL.into(), &arguments![name, &sealed]).await;
        stored.map_err(StoreDatabaseError::from)?;
        Ok(SealedValue(sealed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> EncryptionKey {
        EncryptionKey::parse(&STANDARD_NO_PAD.encode([byte; KEY_BYTES]).into()).expect("a key")
    }

    #[test]
    fn a_value_opens_only_with_its_key_and_name() {
        let sealed = key(1).seal("a", b"secret").expect("sealed");
        assert_eq!(key(1).open("a", &sealed).expect("opens").expose_secret(), b"secret");
        let wrong = SealedValueError::WrongKey { name: "a".to_owned() };
        assert_eq!(key(2).open("a", &sealed).map(drop), Err(wrong.clone()));
        assert!(key(1).open("b", &sealed).is_err(), "moved to another row");
        let mut changed = STANDARD_NO_PAD.decode(&sealed).expect("base64");
        *changed.last_mut().expect("a byte") ^= 1;
        assert_eq!(key(1).open("a", &STANDARD_NO_PAD.encode(changed)).map(drop), Err(wrong.clone()));
        for damaged in ["", "AAAA", "not base64!"] {
            assert_eq!(key(1).open("a", damaged).map(drop), Err(wrong.clone()), "{damaged}");
        }
        assert_ne!(key(1).seal("a", b"secret").expect("sealed"), sealed, "a new nonce each time");
    }

    #[test]
    fn a_key_is_32_bytes_with_or_without_padding() {
        let text = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
        for right in [text, text.trim_end_matches('='), &format!(" {text}\n")] {
            assert!(EncryptionKey::parse(&right.to_owned().into()).is_ok(), "{right}");
        }
        for wrong in ["", "short", "c2hvcnQ=", &format!("{text}AAAA"), "password password password password"] {
            let error = EncryptionKey::parse(&wrong.to_owned().into()).map(drop).expect_err(wrong);
            assert!(error.to_string().contains("openssl rand -base64 32"), "{error}");
        }
    }
}
