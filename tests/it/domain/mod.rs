//! The nouns: what is a UPC, an amount, a date, and what may happen to an item.

mod brake;
mod dates;
mod forecast;
mod items;
mod jobs;
mod money;
mod names;
mod progress;
mod scans;
mod throughput;
mod upc;
