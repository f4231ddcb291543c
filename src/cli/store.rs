//! Commands about the stored data.

use clap::{Args, Subcommand};

#[derive(Args, Clone, Debug)]
pub struct StoreArgs {
    /// What to do [default: show the sizes]
    #[command(subcommand)]
    pub command: Option<StoreCommand>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum StoreCommand {
    /// Check the journal of all batches for damages; changes nothing
    Check,
    /// Repair a damaged journal: keep a copy, and save what can be read
    Repair,
}
