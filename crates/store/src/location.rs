//! Location of the store: a folder with SQLite files, or a PostgreSQL database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::sync::OnceCell;

use crate::outage_warnings::OutageWarnings;

/// Application name of the connections in `pg_stat_activity`.
const APPLICATION_NAME: &str = "draft-maker";

/// Schema that PostgreSQL uses by default.
const DEFAULT_SCHEMA: &str = "public";

/// Maximum bytes of an identifier in PostgreSQL (`NAMEDATALEN` - 1).
const MAX_SCHEMA_NAME_LEN: usize = 63;

/// Location of the store. The folder always exists: with PostgreSQL it holds only data that can be lost or that
/// belongs to this machine, such as uploads, logs and snapshots.
#[derive(Clone, Debug)]
pub struct StoreLocation {
    data_dir: PathBuf,
    database: Option<DatabaseUrl>,
}

impl StoreLocation {
    /// Returns the location of a store in SQLite files.
    pub fn in_folder(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), database: None }
    }

    /// Returns the location of a store in PostgreSQL, with a folder for this machine's data.
    pub fn in_database(database: DatabaseUrl, data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), database: Some(database) }
    }

    /// Returns the same store with another folder on this machine.
    #[must_use]
    pub fn with_folder(&self, data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), database: self.database.clone() }
    }

    /// Returns the folder on this machine.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Returns the database; `None` if the store is in the folder.
    pub fn database(&self) -> Option<&DatabaseUrl> {
        self.database.as_ref()
    }
}

impl From<&Path> for StoreLocation {
    fn from(data_dir: &Path) -> Self {
        Self::in_folder(data_dir)
    }
}

impl From<&PathBuf> for StoreLocation {
    fn from(data_dir: &PathBuf) -> Self {
        Self::in_folder(data_dir)
    }
}

impl From<&Self> for StoreLocation {
    fn from(location: &Self) -> Self {
        location.clone()
    }
}

/// URL of a PostgreSQL database: `postgres://user:password@host:5432/name?sslmode=verify-full`. A socket is a
/// parameter: `postgres:///name?host=/cloudsql/project:region:instance`. If the URL has no password, the file named by
/// `PGPASSFILE` is read (libpq's format). `Display` and `Debug` show neither user nor password.
#[derive(Clone)]
pub struct DatabaseUrl {
    /// The parts of the URL.
    options: Arc<PgConnectOptions>,
    url: SecretString,
    /// Schema that every connection sets; `None` for the default of the server.
    search_path: Option<String>,
    /// Connections to the tables outside the journal, shared by all parts of a process.
    table_pool: Arc<OnceCell<(PgPool, OutageWarnings)>>,
}

/// The text is not a PostgreSQL URL. The message omits the text, which may contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a PostgreSQL URL ({0}): write postgres://USER:PASSWORD@HOST:5432/DATABASE")]
pub struct InvalidDatabaseUrl(String);

/// Draft Maker does not accept this schema name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" cannot name a schema: write at most {MAX_SCHEMA_NAME_LEN} lowercase letters, digits and underscores, and do not \
     begin with a digit or pg_"
)]
pub struct InvalidSchemaName(String);

impl DatabaseUrl {
    /// Parses a URL without connecting.
    ///
    /// # Errors
    /// Returns [`InvalidDatabaseUrl`] if the scheme is different, a part is malformed or the database name is missing.
    pub fn parse(url: &SecretString) -> Result<Self, InvalidDatabaseUrl> {
        let text = url.expose_secret();
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(InvalidDatabaseUrl("it does not begin with postgres://".to_owned()));
        }
        let options = PgConnectOptions::from_str(text).map_err(|error| InvalidDatabaseUrl(error.to_string()))?;
        if options.get_database().is_none() {
            return Err(InvalidDatabaseUrl("it names no database".to_owned()));
        }
        Ok(Self { options: Arc::new(options), url: url.clone(), search_path: None, table_pool: Arc::default() })
    }

    /// Returns the same database with all tables in one schema, so that several sellers can share the database. Every
    /// connection sets the schema as its `search_path`. Does not connect.
    ///
    /// # Errors
    /// Returns [`InvalidSchemaName`] if PostgreSQL reserves the name or requires quotes for it.
    pub fn in_schema(self, name: &str) -> Result<Self, InvalidSchemaName> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && !name.starts_with("pg_");
        if !begins_well || name.len() > MAX_SCHEMA_NAME_LEN || !name.chars().all(is_plain) {
            return Err(InvalidSchemaName(name.to_owned()));
        }
        Ok(Self { search_path: Some(name.to_owned()), table_pool: Arc::default(), ..self })
    }

    /// Returns the schema of the tables; `None` for PostgreSQL's default, usually `public`.
    pub fn schema(&self) -> Option<&str> {
        self.search_path.as_deref().filter(|name| *name != DEFAULT_SCHEMA)
    }

    /// Returns the options of a new connection, with the password that the password file has now.
    pub(crate) fn options(&self) -> PgConnectOptions {
        let options = PgConnectOptions::from_str(self.url.expose_secret());
        let options = options.unwrap_or_else(|_| (*self.options).clone());
        let options = options.application_name(APPLICATION_NAME).disable_statement_logging();
        match &self.search_path {
            Some(name) => options.options([("search_path", name)]),
            None => options,
        }
    }

    /// Returns whether the server is reached over a Unix socket.
    pub(crate) fn uses_socket(&self) -> bool {
        self.options.get_socket().is_some()
    }

    pub(crate) fn table_pool(&self) -> &OnceCell<(PgPool, OutageWarnings)> {
        &self.table_pool
    }

    /// Returns the URL with the password.
    pub fn secret(&self) -> &SecretString {
        &self.url
    }
}

/// Shows host or socket, database name, and the schema if one is set.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.options.get_database().unwrap_or_default();
        match self.options.get_socket() {
            Some(socket) => write!(f, "postgres:///{name}?host={}", socket.display())?,
            None => write!(f, "postgres://{}:{}/{name}", self.options.get_host(), self.options.get_port())?,
        }
        self.schema().iter().try_for_each(|schema| write!(f, " (schema {schema})"))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
        DatabaseUrl::parse(&SecretString::from(url))
    }

    #[test]
    fn a_url_is_shown_without_user_and_password() {
        let url = parse("postgres://anna:s3cret@db.example:6432/drafts?sslmode=verify-full").expect("a URL");
        assert_eq!(url.to_string(), "postgres://db.example:6432/drafts");
        assert_eq!(format!("{url:?}"), "postgres://db.example:6432/drafts");
        let socket = parse("postgresql://anna:s3cret@/drafts?host=/cloudsql/project:region:instance");
        let socket = socket.or_else(|_| parse("postgresql:///drafts?user=anna&password=s3cret&host=/cloudsql/p:r:i"));
        assert!(socket.expect("a URL").to_string().starts_with("postgres:///drafts?host=/cloudsql/"));
    }

    #[test]
    fn a_schema_has_a_plain_name() {
        let url = || parse("postgres://anna:s3cret@db.example/drafts").expect("a URL");
        let seller = url().in_schema("seller_a").expect("a name");
        assert_eq!(
            (seller.schema(), seller.to_string().ends_with("/drafts (schema seller_a)")),
            (Some("seller_a"), true)
        );
        assert_eq!(url().in_schema("public").expect("a name").schema(), None);
        for wrong in ["", "Seller", "a-b", "a b", "1a", "pg_seller", "a\"; drop schema public", "ä", &"a".repeat(64)] {
            assert!(url().in_schema(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_the_text() {
        for wrong in
            ["mysql://anna:s3cret@host/db", "postgres://anna:s3cret@host:port/db", "postgres://anna:s3cret@host"]
        {
            let error = parse(wrong).expect_err(wrong).to_string();
            assert!(!error.contains("s3cret") && error.contains("postgres://USER"), "{error}");
        }
    }
}
