//! Pool of PostgreSQL connections. New connections read the password file again, because the passwords of cloud
//! databases (IAM) last only an hour.

use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::location::DatabaseUrl;

/// A pool of connections. Clones share the connections.
#[derive(Clone, Debug)]
pub(crate) struct DatabasePool {
    pool: PgPool,
    database: DatabaseUrl,
}

impl DatabasePool {
    /// Creates a pool that connects on first use.
    pub(crate) fn new(database: &DatabaseUrl, options: PgPoolOptions) -> Self {
        Self::from_shared(database, options.connect_lazy_with(database.options()))
    }

    /// Returns a handle to a pool of this database that other handles use as well.
    pub(crate) fn from_shared(database: &DatabaseUrl, pool: PgPool) -> Self {
        Self { pool, database: database.clone() }
    }

    /// Returns the connections. Those that are opened from now on use the current content of the password file.
    pub(crate) fn connections(&self) -> &PgPool {
        self.pool.set_connect_options(self.database.options());
        &self.pool
    }

    pub(crate) fn database(&self) -> &DatabaseUrl {
        &self.database
    }
}
