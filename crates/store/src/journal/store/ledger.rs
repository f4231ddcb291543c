//! The ledger's statements. A line whose seller is not known (account 0) counts for every seller of its eBay, and becomes
//! the first one's who meets it.

use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::super::error::JournalError;
use super::super::ledger::{Claim, ClaimResult, SinkConflict};
use super::super::seller_account::SellerAccount;
use super::codec::{from_json, parse_column, to_json};
use super::write_connection::WriteConnection;
use domain::event::Seq;
use domain::sku::Sku;

impl WriteConnection {
    pub(in crate::journal) async fn claim_entry(&mut self, claim: &Claim) -> Result<ClaimResult, JournalError> {
        self.begin_transaction().await?;
        if let Some(other) = self.find_sink_conflict(claim).await? {
            return Ok(ClaimResult::OtherSink(other));
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

    async fn find_sink_conflict(&mut self, claim: &Claim) -> Result<Option<SinkConflict>, JournalError> {
        // By the item and not by the SKU: its copies are sold out of one box.
        let row: Option<(String, String, String)> = query_as(
            "SELECT sku, sink, job FROM ledger
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
        let Some((sku, sink, job)) = row else { return Ok(None) };
        let sku = from_json(&to_json(&sku)?, Seq::default())?;
        Ok(Some(SinkConflict { sku, sink, job: parse_column(&job, Seq::default())? }))
    }

    pub(in crate::journal) async fn update_entries(
        &mut self,
        seller: &SellerAccount,
        sink: &str,
        rows: &[(Sku, Value)],
    ) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        for (sku, row) in rows {
            query(
                "UPDATE ledger SET row = ?5
                 WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sink = ?3 AND sku = ?4",
            )
            .bind(&seller.environment_id)
            .bind(seller.db_id())
            .bind(sink)
            .bind(sku.as_str())
            .bind(to_json(row)?)
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
        let struck = query("DELETE FROM ledger WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sku = ?3")
            .bind(&seller.environment_id)
            .bind(seller.db_id())
            .bind(sku.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(struck.rows_affected() > 0)
    }

    /// Whose it is already; the seller's own line before one that is nobody's yet.
    async fn find_existing_claim(&mut self, claim: &Claim) -> Result<Option<ClaimResult>, JournalError> {
        let found: Option<(i64, String, String, String)> = query_as(
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
        let Some((number, job, at, row)) = found else { return Ok(None) };
        query("UPDATE ledger SET account = ?2 WHERE number = ?1 AND account = 0 AND ?2 <> 0")
            .bind(number)
            .bind(claim.seller.db_id())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        let row = from_json(&row, Seq::default())?;
        if job == claim.job.as_str() {
            return Ok(Some(ClaimResult::OwnedByThisJob(row)));
        }
        Ok(Some(ClaimResult::OwnedByOtherJob {
            job: parse_column(&job, Seq::default())?,
            at: parse_column(&at, Seq::default())?,
            row,
        }))
    }

    pub(in crate::journal) async fn resolve_account(
        &mut self,
        ebay: &str,
        names: &[String],
    ) -> Result<u64, JournalError> {
        self.begin_transaction().await?;
        let names = to_json(&names)?;
        let account: i64 = query_scalar(
            "SELECT coalesce(
                 (SELECT min(account) FROM sellers WHERE ebay = ?1 AND name IN (SELECT value FROM json_each(?2))),
                 (SELECT max(account) + 1 FROM sellers),
                 1)",
        )
        .bind(ebay)
        .bind(&names)
        .fetch_one(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        query("INSERT INTO sellers (ebay, name, account) SELECT ?1, value, ?3 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING")
            .bind(ebay)
            .bind(&names)
            .bind(account)
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(account.cast_unsigned())
    }
}
