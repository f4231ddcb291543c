//! Copies whole tables from a PostgreSQL database and into an empty one.

use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{BoxStream, StreamExt as _};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, query, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::super::store_table::{ColumnType, CopiedRow, EVENTS, StoreCell, StoreCopy, StoreTable};
use super::connection::{classify_error, connect, migrate};
use super::owner::{self, Ownership};
use super::stored_event::derived_columns;
use crate::location::DatabaseUrl;
use crate::uploaded_lists;

const COPY_EVENTS_SQL: &str = "
    INSERT INTO events (seq, at, job, upc, outline, kind, status, decided, fact, row_fact)
    SELECT seq, at, job, upc, outline <> 0, kind, status, decided, fact, row_fact
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],
        $9::boolean[], $10::text[]) AS new (seq, at, job, upc, outline, fact, kind, status, decided, row_fact)";

/// Sets the sequences to follow the copied numbers, and the head to the newest position.
const FINISH_SQL: &str = "
    UPDATE head SET seq = (SELECT coalesce(max(seq), 0) FROM events);
    SELECT setval(pg_get_serial_sequence('jobs', 'number'), coalesce(max(number), 0) + 1, false) FROM jobs;
    SELECT setval(pg_get_serial_sequence('ledger', 'number'), coalesce(max(number), 0) + 1, false) FROM ledger;
    SELECT setval(pg_get_serial_sequence('removals', 'number'), coalesce(max(number), 0) + 1, false) FROM removals;
    COMMIT";

/// A database whose tables are all read or all written. No other process works in it at the same time.
pub(in crate::journal) struct PostgresCopy {
    connection: PgConnection,
    database: DatabaseUrl,
}

/// The values of one column.
enum ColumnValues {
    Text(Vec<Option<String>>),
    Integer(Vec<Option<i64>>),
}

impl PostgresCopy {
    /// Acquires ownership of a database and begins a transaction.
    pub(in crate::journal) async fn open_source(database: &DatabaseUrl) -> Result<Self, JournalError> {
        let mut connection = connect(database).await?;
        migrate(database, &mut connection).await?;
        Ownership::acquire(database, &mut connection).await?;
        let mut copy = Self { connection, database: database.clone() };
        copy.execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
        Ok(copy)
    }

    /// Acquires ownership of an empty database and begins a transaction.
    ///
    /// # Errors
    /// Returns [`JournalError::NotEmpty`] if the database has batches or ledger entries.
    pub(in crate::journal) async fn open_target(database: &DatabaseUrl) -> Result<Self, JournalError> {
        let mut copy = Self::open_source(database).await?;
        let is_used = query_scalar("SELECT EXISTS (SELECT 1 FROM jobs) OR EXISTS (SELECT 1 FROM ledger)");
        let is_used: bool = is_used.fetch_one(&mut copy.connection).await.map_err(|error| copy.sql_error(&error))?;
        if is_used {
            return Err(JournalError::NotEmpty { store: database.to_string() });
        }
        Ok(copy)
    }

    fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        classify_error(&self.database, error)
    }

    async fn execute(&mut self, statements: &'static str) -> Result<(), JournalError> {
        let executed = raw_sql(statements).execute(&mut self.connection).await.map(drop);
        executed.map_err(|error| self.sql_error(&error))
    }

    async fn insert_rows(&mut self, table: &StoreTable, rows: Vec<CopiedRow>) -> Result<(), JournalError> {
        if table.name == EVENTS.name {
            return self.insert_events(rows).await;
        }
        let arrays = (1..).zip(table.columns).map(|(number, (_, column))| match column {
            ColumnType::Text => format!("${number}::text[]"),
            ColumnType::Integer => format!("${number}::bigint[]"),
        });
        let (names, arrays) = (table.column_list(), arrays.collect::<Vec<_>>().join(", "));
        // An earlier attempt may have left rows in a table outside the journal.
        let statement =
            format!("INSERT INTO {} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING", table.name);
        let mut insert = query(AssertSqlSafe(statement));
        for column in to_columns(table, rows) {
            insert = match column {
                ColumnValues::Text(texts) => insert.bind(texts),
                ColumnValues::Integer(numbers) => insert.bind(numbers),
            };
        }
        let inserted = insert.execute(&mut self.connection).await.map(drop);
        inserted.map_err(|error| self.sql_error(&error))
    }

    /// Inserts events, including the columns that SQLite does not have.
    async fn insert_events(&mut self, rows: Vec<CopiedRow>) -> Result<(), JournalError> {
        let facts = rows.iter().map(|row| match row.last() {
            Some(StoreCell::Text(Some(fact))) => derived_columns(fact),
            _ => derived_columns(""),
        });
        let derived: Vec<_> = facts.collect();
        let mut insert = query(COPY_EVENTS_SQL);
        for column in to_columns(&EVENTS, rows) {
            insert = match column {
                ColumnValues::Text(texts) => insert.bind(texts),
                ColumnValues::Integer(numbers) => insert.bind(numbers),
            };
        }
        let (mut kinds, mut statuses, mut decided, mut row_facts) = (vec![], vec![], vec![], vec![]);
        for event in derived {
            kinds.push(event.kind);
            statuses.push(event.status);
            decided.push(event.decided);
            row_facts.push(event.row_fact);
        }
        let insert = insert.bind(kinds).bind(statuses).bind(decided).bind(row_facts);
        let inserted = insert.execute(&mut self.connection).await.map(drop);
        inserted.map_err(|error| self.sql_error(&error))
    }

    /// Inserts the stored copy of an uploaded list.
    pub(in crate::journal) async fn insert_list(&mut self, path: &str, content: &[u8]) -> Result<(), JournalError> {
        let insert = query(uploaded_lists::UPSERT_SQL).bind(path).bind(content);
        let inserted = insert.execute(&mut self.connection).await.map(drop);
        inserted.map_err(|error| self.sql_error(&error))
    }

    /// Returns the paths of the stored copies of uploaded lists.
    pub(in crate::journal) async fn list_paths(&mut self) -> Result<Vec<String>, JournalError> {
        let paths = query_scalar("SELECT path FROM uploads ORDER BY path").fetch_all(&mut self.connection).await;
        paths.map_err(|error| self.sql_error(&error))
    }

    /// Returns the stored copy of the uploaded list at a path.
    pub(in crate::journal) async fn read_list(&mut self, path: &str) -> Result<Vec<u8>, JournalError> {
        let content = query_scalar(uploaded_lists::SELECT_SQL).bind(path).fetch_one(&mut self.connection).await;
        content.map_err(|error| self.sql_error(&error))
    }

    /// Commits the transaction of a target.
    pub(in crate::journal) async fn commit(mut self) -> Result<(), JournalError> {
        self.execute(FINISH_SQL).await?;
        self.close().await
    }

    /// Rolls back an open transaction and releases ownership.
    pub(in crate::journal) async fn close(mut self) -> Result<(), JournalError> {
        raw_sql("ROLLBACK").execute(&mut self.connection).await.ok();
        owner::release(&self.database, &mut self.connection).await;
        let database = self.database;
        self.connection.close().await.map_err(|error| classify_error(&database, &error))
    }
}

impl StoreCopy for PostgresCopy {
    fn rows<'copy>(&'copy mut self, table: &StoreTable) -> BoxStream<'copy, Result<CopiedRow, JournalError>> {
        let columns = table.columns.iter().map(|(name, column)| match column {
            // Booleans are integers in a copy.
            ColumnType::Integer if *name == "outline" => "outline::int::bigint AS outline".to_owned(),
            ColumnType::Text | ColumnType::Integer => (*name).to_owned(),
        });
        let columns = columns.collect::<Vec<_>>().join(", ");
        let statement = format!("SELECT {columns} FROM {} ORDER BY {}", table.name, table.order);
        let (columns, database) = (table.columns, &self.database);
        let rows = query(AssertSqlSafe(statement)).fetch(&mut self.connection);
        rows.map(move |row| {
            let cells = row.and_then(|row| columns.iter().map(|column| StoreCell::from_row(&row, *column)).collect());
            cells.map_err(|error| classify_error(database, &error))
        })
        .boxed()
    }

    fn insert<'copy>(
        &'copy mut self,
        table: &'copy StoreTable,
        rows: Vec<CopiedRow>,
    ) -> BoxFuture<'copy, Result<(), JournalError>> {
        self.insert_rows(table, rows).boxed()
    }
}

fn to_columns(table: &StoreTable, rows: Vec<CopiedRow>) -> Vec<ColumnValues> {
    let empty = |(_, column): &(&str, ColumnType)| match column {
        ColumnType::Text => ColumnValues::Text(Vec::new()),
        ColumnType::Integer => ColumnValues::Integer(Vec::new()),
    };
    let mut columns: Vec<ColumnValues> = table.columns.iter().map(empty).collect();
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            match (column, cell) {
                (ColumnValues::Text(texts), StoreCell::Text(text)) => texts.push(text),
                (ColumnValues::Integer(numbers), StoreCell::Integer(number)) => numbers.push(number),
                (ColumnValues::Text(texts), StoreCell::Integer(number)) => {
                    texts.push(number.map(|number| number.to_string()));
                }
                (ColumnValues::Integer(numbers), StoreCell::Text(_)) => numbers.push(Some(0)),
            }
        }
    }
    columns
}
