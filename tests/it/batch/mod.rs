//! Whole batches: the program as a process of its own, against the sandbox over real HTTP.

mod again;
mod counted;
mod demo;
pub(crate) mod ebay;
mod faults;
mod in_postgres;
mod input;
mod killed;
mod one_at_a_time;
mod own_listings;
mod results;
mod review;
mod scanned;
mod secrets;
pub(crate) mod shop;
mod stopped;
mod unbarcoded;
mod watched;
