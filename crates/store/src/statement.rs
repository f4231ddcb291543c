//! SQL statements for SQLite and PostgreSQL, with their arguments and rows.

use std::borrow::Cow;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryAs};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, FromRow, Postgres, SqlSafeStr, SqlStr, Sqlite};

/// A row that both databases can return: a tuple of texts, integers and byte arrays.
pub(crate) trait StoreRow:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}

impl<R> StoreRow for R where R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

/// An argument of a statement.
#[derive(Clone, Debug)]
pub(crate) enum Argument<'a> {
    Text(Option<Cow<'a, str>>),
    Integer(Option<i64>),
    /// A list for `= ANY($1)`.
    Texts(Vec<String>),
    Bytes(Vec<u8>),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl From<String> for Argument<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl From<i64> for Argument<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<Option<i64>> for Argument<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Integer(number)
    }
}

impl From<Vec<u8>> for Argument<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<String>> for Argument<'_> {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

/// Creates an array of [`Argument`] from values of different types.
macro_rules! arguments {
    ($($value:expr),* $(,)?) => { [$($crate::statement::Argument::from($value)),*] };
}
pub(crate) use arguments;

/// An SQL statement. The arguments are `$1`, `$2` and so on, which SQLite also accepts.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    sqlite: SqlStr,
    postgres: SqlStr,
}

impl Statement {
    /// Creates a statement with different SQL for each database.
    pub(crate) fn for_each(sqlite: impl SqlSafeStr, postgres: impl SqlSafeStr) -> Self {
        Self { sqlite: sqlite.into_sql_str(), postgres: postgres.into_sql_str() }
    }

    /// Creates a statement with the same SQL for both databases.
    pub(crate) fn for_both(text: impl SqlSafeStr) -> Self {
        let text = text.into_sql_str();
        Self::for_each(text.clone(), text)
    }

    /// Prepares the statement for SQLite.
    ///
    /// # Errors
    /// Returns [`sqlx::Error::Encode`] if an argument cannot be encoded.
    pub(crate) fn sqlite_query(
        &self,
        arguments: &[Argument<'_>],
    ) -> Result<Query<'static, Sqlite, SqliteArguments>, sqlx::Error> {
        Ok(sqlx::query_with(self.sqlite.clone(), sqlite_arguments(arguments)?))
    }

    /// Prepares the statement for SQLite, with a type for its rows.
    ///
    /// # Errors
    /// Returns [`sqlx::Error::Encode`] if an argument cannot be encoded.
    pub(crate) fn sqlite_rows<R: StoreRow>(
        &self,
        arguments: &[Argument<'_>],
    ) -> Result<QueryAs<'static, Sqlite, R, SqliteArguments>, sqlx::Error> {
        Ok(sqlx::query_as_with(self.sqlite.clone(), sqlite_arguments(arguments)?))
    }

    /// Prepares the statement for PostgreSQL.
    ///
    /// # Errors
    /// Returns [`sqlx::Error::Encode`] if an argument cannot be encoded.
    pub(crate) fn postgres_query(
        &self,
        arguments: &[Argument<'_>],
    ) -> Result<Query<'static, Postgres, PgArguments>, sqlx::Error> {
        Ok(sqlx::query_with(self.postgres.clone(), postgres_arguments(arguments)?))
    }

    /// Prepares the statement for PostgreSQL, with a type for its rows.
    ///
    /// # Errors
    /// Returns [`sqlx::Error::Encode`] if an argument cannot be encoded.
    pub(crate) fn postgres_rows<R: StoreRow>(
        &self,
        arguments: &[Argument<'_>],
    ) -> Result<QueryAs<'static, Postgres, R, PgArguments>, sqlx::Error> {
        Ok(sqlx::query_as_with(self.postgres.clone(), postgres_arguments(arguments)?))
    }
}

/// Converts SQL that both databases understand. SQLite has no arrays: lists are passed as JSON, and `= ANY($1)`
/// becomes `IN (SELECT value FROM json_each($1))`.
impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        if !text.contains("= ANY($") {
            return Self::for_each(text, text);
        }
        // `= ANY($1)` ends with one parenthesis, its replacement with two.
        let mut parts = text.split("= ANY($");
        let mut sqlite = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (number, rest) = part.split_once(')').unwrap_or((part, ""));
            sqlite.extend(["IN (SELECT value FROM json_each($", number, "))", rest]);
        }
        Self::for_each(AssertSqlSafe(sqlite), text)
    }
}

fn sqlite_arguments(arguments: &[Argument<'_>]) -> Result<SqliteArguments, sqlx::Error> {
    let mut encoded = SqliteArguments::default();
    for argument in arguments {
        let added = match argument {
            Argument::Text(text) => encoded.add(text.as_deref()),
            Argument::Integer(number) => encoded.add(number),
            Argument::Texts(texts) => encoded.add(serde_json::Value::from(texts.clone()).to_string()),
            Argument::Bytes(bytes) => encoded.add(bytes.clone()),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(encoded)
}

fn postgres_arguments(arguments: &[Argument<'_>]) -> Result<PgArguments, sqlx::Error> {
    let mut encoded = PgArguments::default();
    for argument in arguments {
        let added = match argument {
            Argument::Text(text) => encoded.add(text.as_deref()),
            Argument::Integer(number) => encoded.add(number),
            Argument::Texts(texts) => encoded.add(texts),
            Argument::Bytes(bytes) => encoded.add(bytes.as_slice()),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_json_for_sqlite() {
        let statement = Statement::from("SELECT a FROM b WHERE c = $1 AND d = ANY($2) ORDER BY d = ANY($2)");
        let list = "IN (SELECT value FROM json_each($2))";
        assert_eq!(statement.sqlite.as_str(), format!("SELECT a FROM b WHERE c = $1 AND d {list} ORDER BY d {list}"));
        assert!(statement.postgres.as_str().ends_with("d = ANY($2)"));
    }
}
