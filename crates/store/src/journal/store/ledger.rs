//! The ledger's statements. A line whose seller is not known (account 0) counts for every seller of its eBay, and becomes
//! the first one's who meets it.

use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::super::error::JournalError;
use super::super::ledger::{Claim, Claimed, OtherRoute};
use super::super::seller::Seller;
use super::pen::Pen;
use super::rows::{from_json, parse, to_json};
use domain::event::Seq;
use domain::sku::Sku;

impl Pen {
    pub(in crate::journal) async fn claim(&mut self, claim: &Claim) -> Result<Claimed, JournalError> {
        self.begin().await?;
        if let Some(other) = self.other_route(claim).await? {
            return Ok(Claimed::Elsewhere(other));
        }
        if let Some(claimed) = self.claimed(claim).await? {
            return Ok(claimed);
        }
        query(
            "INSERT INTO ledger (ebay, account, sink, sku, job, upc, at, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(&claim.seller.ebay)
        .bind(claim.seller.number())
        .bind(&claim.sink)
        .bind(claim.sku.as_str())
        .bind(claim.job.as_str())
        .bind(claim.upc.to_string())
        .bind(claim.at.to_string())
        .bind(to_json(&claim.row)?)
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        Ok(Claimed::New)
    }

    async fn other_route(&mut self, claim: &Claim) -> Result<Option<OtherRoute>, JournalError> {
        // By the item and not by the SKU: its copies are sold out of one box.
        let row: Option<(String, String, String)> = query_as(
            "SELECT sku, sink, job FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND upc = ?3 AND sink <> ?4
             ORDER BY number LIMIT 1",
        )
        .bind(&claim.seller.ebay)
        .bind(claim.seller.number())
        .bind(claim.upc.to_string())
        .bind(&claim.sink)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        let Some((sku, sink, job)) = row else { return Ok(None) };
        let sku = from_json(&to_json(&sku)?, Seq::default())?;
        Ok(Some(OtherRoute { sku, sink, job: parse(&job, Seq::default())? }))
    }

    pub(in crate::journal) async fn amend(
        &mut self,
        seller: &Seller,
        sink: &str,
        rows: &[(Sku, Value)],
    ) -> Result<(), JournalError> {
        self.begin().await?;
        for (sku, row) in rows {
            query(
                "UPDATE ledger SET row = ?5
                 WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sink = ?3 AND sku = ?4",
            )
            .bind(&seller.ebay)
            .bind(seller.number())
            .bind(sink)
            .bind(sku.as_str())
            .bind(to_json(row)?)
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        }
        Ok(())
    }

    pub(in crate::journal) async fn strike(&mut self, seller: &Seller, sku: &Sku) -> Result<bool, JournalError> {
        self.begin().await?;
        let struck = query("DELETE FROM ledger WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sku = ?3")
            .bind(&seller.ebay)
            .bind(seller.number())
            .bind(sku.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(struck.rows_affected() > 0)
    }

    /// Whose it is already; the seller's own line before one that is nobody's yet.
    async fn claimed(&mut self, claim: &Claim) -> Result<Option<Claimed>, JournalError> {
        let found: Option<(i64, String, String, String)> = query_as(
            "SELECT number, job, at, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sink = ?3 AND sku = ?4
             ORDER BY account = ?2 DESC, number LIMIT 1",
        )
        .bind(&claim.seller.ebay)
        .bind(claim.seller.number())
        .bind(&claim.sink)
        .bind(claim.sku.as_str())
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        let Some((number, job, at, row)) = found else { return Ok(None) };
        query("UPDATE ledger SET account = ?2 WHERE number = ?1 AND account = 0 AND ?2 <> 0")
            .bind(number)
            .bind(claim.seller.number())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        let row = from_json(&row, Seq::default())?;
        if job == claim.job.as_str() {
            return Ok(Some(Claimed::Ours(row)));
        }
        Ok(Some(Claimed::Theirs { job: parse(&job, Seq::default())?, at: parse(&at, Seq::default())?, row }))
    }

    pub(in crate::journal) async fn account(&mut self, ebay: &str, names: &[String]) -> Result<u64, JournalError> {
        self.begin().await?;
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
        .map_err(|error| self.sql(&error))?;
        query("INSERT INTO sellers (ebay, name, account) SELECT ?1, value, ?3 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING")
            .bind(ebay)
            .bind(&names)
            .bind(account)
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(account.cast_unsigned())
    }
}
