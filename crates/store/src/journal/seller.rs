//! For whom a draft is: which eBay, and whose account there. Drafts of one are nothing to another.
//!
//! EBay does not tell a program who signed in, and each consent has another token. So an account is known again by
//! what belongs to it alone (its business policies), and gets a number of our own.

use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::writer::Task;

/// Whose lines of the ledger are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seller {
    /// Which eBay: `production`, `sandbox`, or an imitation with its address.
    pub ebay: String,
    /// The account there, see [`Journal::ledger_account`]. `None` where it is not known: then every line of that eBay
    /// counts, since a second draft would be sold twice; and such a line is the first seller's who meets it.
    pub account: Option<u64>,
}

impl Seller {
    /// Somebody at this eBay: nobody is signed in, or nothing tells who it is.
    pub fn unknown(ebay: impl Into<String>) -> Self {
        Self { ebay: ebay.into(), account: None }
    }

    /// As the store has it; accounts count from 1.
    pub(super) fn number(&self) -> i64 {
        self.account.unwrap_or_default().cast_signed()
    }
}

impl Journal {
    /// The account at `ebay` that any of these names belong to, or a new one; all of them are its names from now on.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn ledger_account(&self, ebay: &str, names: Vec<String>) -> Result<u64, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Task::Account { ebay: ebay.to_owned(), names, reply }, answer).await
    }

    /// The account at `ebay` that has this name; `None` where it was never met.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_account_named(&self, ebay: &str, name: &str) -> Result<Option<u64>, JournalError> {
        self.store().account(ebay, name).await
    }
}
