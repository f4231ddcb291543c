//! Copies of uploaded lists in the database of the store, for a machine that takes over batches whose lists the machine
//! before has received. Without a database there are none: the lists are on the disk of the only machine.

use std::collections::BTreeSet;

use crate::journal::TablePool;
use crate::location::DatabaseUrl;
use crate::statement::arguments;
use crate::store_database::StoreDatabaseError;

const UPSERT_SQL: &str = "
    INSERT INTO uploads (path, content) VALUES ($1, $2)
    ON CONFLICT (path) DO UPDATE SET content = excluded.content";

/// The copies in a database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct UploadedLists {
    tables: TablePool,
}

impl UploadedLists {
    /// Connects to a database.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if it cannot be reached.
    pub async fn open(database: &DatabaseUrl) -> Result<Self, StoreDatabaseError> {
        Ok(Self { tables: TablePool::open(database).await? })
    }

    /// Stores a copy of the list at a path. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if it cannot be written.
    pub async fn store(&self, path: &str, content: Vec<u8>) -> Result<(), StoreDatabaseError> {
        self.tables.execute(&UPSERT_SQL.into(), &arguments![path, content]).await?;
        Ok(())
    }

    /// Returns the content of the list at a path.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if it cannot be read.
    pub async fn find(&self, path: &str) -> Result<Option<Vec<u8>>, StoreDatabaseError> {
        let select = "SELECT content FROM uploads WHERE path = $1";
        let rows: Vec<(Vec<u8>,)> = self.tables.fetch_all(&select.into(), &arguments![path]).await?;
        Ok(rows.into_iter().next().map(|(content,)| content))
    }

    /// Deletes all copies but those of `paths`.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if they cannot be deleted.
    pub async fn keep_only(&self, paths: &BTreeSet<String>) -> Result<(), StoreDatabaseError> {
        let paths: Vec<String> = paths.iter().cloned().collect();
        self.tables.execute(&"DELETE FROM uploads WHERE NOT path = ANY($1)".into(), &arguments![paths]).await?;
        Ok(())
    }
}
