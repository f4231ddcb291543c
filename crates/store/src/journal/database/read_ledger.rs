//! The statements that read the ledger and the sellers.

use sqlx::{query_as, query_scalar};

use super::super::codec::{decode_entry, decode_existing_draft, to_json, to_sql_integer};
use super::super::error::JournalError;
use super::super::model::{ExistingDraft, LedgerEntry, SellerAccount};
use super::read_pool::ReadPool;
use domain::job_spec::JobId;
use domain::sku::Sku;
use domain::upc::Upc;

impl ReadPool {
    /// Returns the sink that has a draft of the SKU.
    pub(in crate::journal) async fn find_sink(
        &self,
        seller: &SellerAccount,
        sku: &Sku,
    ) -> Result<Option<String>, JournalError> {
        let sink = query_scalar(
            "SELECT sink FROM ledger WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sku = ?3
             ORDER BY account = ?2 DESC, number LIMIT 1",
        );
        let sink = sink.bind(&seller.environment_id).bind(seller.db_id()).bind(sku.as_str());
        sink.fetch_optional(&self.pool).await.map_err(|error| self.sql_error(&error))
    }

    /// Returns the account with this name.
    pub(in crate::journal) async fn find_account(
        &self,
        environment_id: &str,
        name: &str,
    ) -> Result<Option<u64>, JournalError> {
        let account = query_scalar("SELECT account FROM sellers WHERE ebay = ?1 AND name = ?2");
        let account = account.bind(environment_id).bind(name);
        let account: Option<i64> = account.fetch_optional(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        Ok(account.map(i64::cast_unsigned))
    }

    /// Returns those of the SKUs that have a draft in any sink.
    pub(in crate::journal) async fn existing_drafts(
        &self,
        seller: &SellerAccount,
        skus: &[Sku],
    ) -> Result<Vec<ExistingDraft>, JournalError> {
        let rows: Vec<(i64, String, String, String, String)> = query_as(
            "SELECT number, upc, sink, job, at FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2))
                 AND sku IN (SELECT value FROM json_each(?3)) GROUP BY sku",
        )
        .bind(&seller.environment_id)
        .bind(seller.db_id())
        .bind(to_json(&skus)?)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        rows.into_iter().map(decode_existing_draft).collect()
    }

    /// Returns the entries of an item in one sink, of all its copies, in the order of their claims.
    pub(in crate::journal) async fn entries_for_upc(
        &self,
        seller: &SellerAccount,
        sink: &str,
        upc: Upc,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        let rows = query_as(
            "SELECT number, sku, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND upc = ?3 AND sink = ?4 ORDER BY number",
        );
        let rows = rows.bind(&seller.environment_id).bind(seller.db_id()).bind(upc.to_string()).bind(sink);
        let rows = rows.fetch_all(&self.pool).await;
        rows.map_err(|error| self.sql_error(&error))?.into_iter().map(decode_entry).collect()
    }

    /// Returns the entries of a job in one sink after the number `after`, at most `limit` of them.
    pub(in crate::journal) async fn entries_page(
        &self,
        seller: &SellerAccount,
        sink: &str,
        job: &JobId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        let rows = query_as(
            "SELECT number, sku, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2))
                 AND sink = ?3 AND job = ?4 AND number > ?5 ORDER BY number LIMIT ?6",
        )
        .bind(&seller.environment_id)
        .bind(seller.db_id())
        .bind(sink)
        .bind(job.as_str())
        .bind(after.cast_signed())
        .bind(to_sql_integer(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        rows.into_iter().map(decode_entry).collect()
    }
}
