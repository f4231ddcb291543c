//! The statements that write the ledger. An entry without a seller account (account 0) counts for every seller of its
//! eBay environment, and is assigned to the first one that claims it.

use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::super::codec::{from_json, parse_column, parse_sku, to_json};
use super::super::error::{JournalError, JournalRow};
use super::super::model::{Claim, ClaimResult, SellerAccount, SinkConflict};
use super::write_connection::WriteConnection;
use domain::sku::Sku;

/// The accounts of `?1` that any of the names `?2` belong to.
macro_rules! accounts_of_names {
    () => {
        "(SELECT account FROM sellers WHERE ebay = ?1 AND name IN (SELECT value FROM json_each(?2)))"
    };
}

/// The least account of the names, or else a new one.
const FIND_ACCOUNT_SQL: &str = concat!(
    "SELECT coalesce((SELECT min(account) FROM ",
    accounts_of_names!(),
    "), (SELECT max(account) + 1 FROM sellers), 1)"
);

/// Names that belong to several accounts show that these are one seller. Of two entries for one SKU, the first counts.
const MERGE_ENTRIES_SQL: [&str; 3] = [
    concat!(
        "DELETE FROM ledger WHERE ebay = ?1 AND account IN ",
        accounts_of_names!(),
        " AND ?3 IS NOT NULL AND number NOT IN (SELECT min(number) FROM ledger WHERE ebay = ?1 AND account IN ",
        accounts_of_names!(),
        " GROUP BY sink, sku)"
    ),
    concat!("UPDATE ledger SET account = ?3 WHERE ebay = ?1 AND account <> ?3 AND account IN ", accounts_of_names!()),
    concat!("UPDATE sellers SET account = ?3 WHERE ebay = ?1 AND account <> ?3 AND account IN ", accounts_of_names!()),
];

const INSERT_NAMES_SQL: &str = "INSERT INTO sellers (ebay, name, account)
     SELECT ?1, value, ?3 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING";

impl WriteConnection {
    pub(in crate::journal) async fn claim_entry(&mut self, claim: &Claim) -> Result<ClaimResult, JournalError> {
        self.begin_transaction().await?;
        if let Some(conflict) = self.find_sink_conflict(claim).await? {
            return Ok(ClaimResult::OtherSink(conflict));
        }
        if let Some(claim_result) = self.find_existing_claim(claim).await? {
            return Ok(claim_result);
        }
        query(
            "INSERT INTO ledger (ebay, account, sink, sku, job, upc, at, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(&claim.seller.environment_id)
        .bind(claim.seller.db_id())
        .bind(&claim.sink)
        .bind(claim.sku.as_str())
        .bind(claim.job.as_str())
        .bind(claim.upc.to_string())
        .bind(claim.at.to_string())
        .bind(to_json(&claim.payload)?)
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        Ok(ClaimResult::Acquired)
    }

    /// Returns the draft of the item in another sink. The item is found by its UPC and not by its SKU: all its copies
    /// lie in one box.
    async fn find_sink_conflict(&mut self, claim: &Claim) -> Result<Option<SinkConflict>, JournalError> {
        let row: Option<(i64, String, String, String)> = query_as(
            "SELECT number, sku, sink, job FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND upc = ?3 AND sink <> ?4
             ORDER BY number LIMIT 1",
        )
        .bind(&claim.seller.environment_id)
        .bind(claim.seller.db_id())
        .bind(claim.upc.to_string())
        .bind(&claim.sink)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        let Some((number, sku, sink, job)) = row else { return Ok(None) };
        let row = JournalRow::LedgerEntry(number.cast_unsigned());
        Ok(Some(SinkConflict { sku: parse_sku(sku, row)?, sink, job: parse_column(&job, row)? }))
    }

    /// Returns the owner of a claimed SKU. The seller's own entry comes before one without an account.
    async fn find_existing_claim(&mut self, claim: &Claim) -> Result<Option<ClaimResult>, JournalError> {
        let row: Option<(i64, String, String, String)> = query_as(
            "SELECT number, job, at, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sink = ?3 AND sku = ?4
             ORDER BY account = ?2 DESC, number LIMIT 1",
        )
        .bind(&claim.seller.environment_id)
        .bind(claim.seller.db_id())
        .bind(&claim.sink)
        .bind(claim.sku.as_str())
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        let Some((number, job, at, payload)) = row else { return Ok(None) };
        // Decoded before anything is written: an entry that cannot be read fails this claim alone.
        let row = JournalRow::LedgerEntry(number.cast_unsigned());
        let payload = from_json(&payload, row)?;
        let owner = if job == claim.job.as_str() {
            ClaimResult::OwnedByThisJob(payload)
        } else {
            ClaimResult::OwnedByOtherJob { job: parse_column(&job, row)?, at: parse_column(&at, row)?, row: payload }
        };
        query("UPDATE ledger SET account = ?2 WHERE number = ?1 AND account = 0 AND ?2 <> 0")
            .bind(number)
            .bind(claim.seller.db_id())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(Some(owner))
    }

    pub(in crate::journal) async fn update_entries(
        &mut self,
        seller: &SellerAccount,
        sink: &str,
        entries: &[(Sku, Value)],
    ) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        for (sku, payload) in entries {
            query(
                "UPDATE ledger SET row = ?5
                 WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sink = ?3 AND sku = ?4",
            )
            .bind(&seller.environment_id)
            .bind(seller.db_id())
            .bind(sink)
            .bind(sku.as_str())
            .bind(to_json(payload)?)
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        }
        Ok(())
    }

    pub(in crate::journal) async fn delete_entry(
        &mut self,
        seller: &SellerAccount,
        sku: &Sku,
    ) -> Result<bool, JournalError> {
        self.begin_transaction().await?;
        let deleted = query("DELETE FROM ledger WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sku = ?3")
            .bind(&seller.environment_id)
            .bind(seller.db_id())
            .bind(sku.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Returns the account that any of the names belongs to, or a new one, and assigns all names to it. If they belong
    /// to several accounts, these are merged into the one with the least number.
    pub(in crate::journal) async fn resolve_account(
        &mut self,
        environment_id: &str,
        names: &[String],
    ) -> Result<u64, JournalError> {
        self.begin_transaction().await?;
        let names = to_json(&names)?;
        let account: i64 = query_scalar(FIND_ACCOUNT_SQL)
            .bind(environment_id)
            .bind(&names)
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        for statement in MERGE_ENTRIES_SQL.into_iter().chain([INSERT_NAMES_SQL]) {
            query(statement)
                .bind(environment_id)
                .bind(&names)
                .bind(account)
                .execute(&mut self.connection)
                .await
                .map_err(|error| self.sql_error(&error))?;
        }
        Ok(account.cast_unsigned())
    }
}
