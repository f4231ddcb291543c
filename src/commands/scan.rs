//! Scans from standard input, a barcode a line: each is looked up as it comes, and the batch ends with the input.

use std::io::{BufRead as _, BufReader};
use std::process::ExitCode;

use tokio::sync::mpsc;

use super::batch::{self as one_batch, View};
use super::{begin_log, join, order};
use crate::cli::ScanArgs;
use crate::config::Config;
use crate::headless::{self, Paper};
use client::Service;
use domain::batch::{JobId, Order};
use domain::scan::Scan;
use pipeline::batch::{self, Stop, Wish};
use pipeline::scans::{Desk, ScanError};

/// Scans that are handed over together; whoever is slow to take them lets more gather.
const TOGETHER: usize = 100;

/// Lines that wait.
const WAITING: usize = 1_000;

/// At the service that owns the data directory, or in this process.
pub(super) async fn scan(config: &Config, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let order = order(config, Order::SCANS.to_owned(), None)?.over_scans();
    match join::service(config)? {
        Some(service) => at_service(&service, &order, args, quiet).await,
        None => here(config, order, args, quiet).await,
    }
}

async fn here(config: &Config, order: Order, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let stop = Stop::by(headless::watch_signals()?);
    batch::output_folder(&order)?;
    begin_log(config, &args.shown, quiet)?;
    let works = one_batch::open(config).await?;
    let from = *works.journal.bell().borrow();
    let begun = Box::pin(batch::begin_scans(&works, order, &stop)).await?;
    let (desk, job, limit, asked) = (Desk::new(works.journal.clone()), begun.job.clone(), args.way.limit, stop.clone());
    let feeding = tokio::spawn(async move {
        let fed = feed(&desk, &job, limit).await;
        // What cannot be written down must not be waited for.
        fed.inspect_err(|_| asked.ask(Wish::Stop))
    });
    let code = one_batch::go(&works, &begun, &View { shown: &args.shown, quiet, from }, &stop).await?;
    // After a stop the input may still be open, and nobody reads it.
    if feeding.is_finished() {
        feeding.await??;
    }
    Ok(code)
}

async fn feed(desk: &Desk, job: &JobId, limit: Option<u64>) -> Result<(), ScanError> {
    let mut lines = lines(limit);
    let mut some = Vec::new();
    while lines.recv_many(&mut some, TOGETHER).await > 0 {
        desk.add(job, &some).await?;
        some.clear();
    }
    desk.close(job).await.map(drop)
}

async fn at_service(service: &Service, order: &Order, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let key = format!("scan-{:032x}", rand::random::<u128>());
    let job = service.begin_scans(order, &key).await?;
    let mut paper = Paper::new(args.shown.as_shown(quiet));
    if !quiet {
        paper.remark(&format!("{job} runs in the service at {}.", service.address()));
    }
    let watched = service.watch(&job);
    let feed = async {
        let mut lines = lines(args.way.limit);
        let mut some = Vec::new();
        while lines.recv_many(&mut some, TOGETHER).await > 0 {
            service.scan(&job, &some).await?;
            some.clear();
        }
        service.close_scans(&job).await?;
        anyhow::Ok(())
    };
    let show = join::show(watched.news, &watched.board, paper, |event| event.fact.ends_work());
    tokio::pin!(feed, show);
    tokio::select! {
        code = &mut show => code,
        given = &mut feed => {
            given?;
            show.await
        }
    }
}

/// The lines of standard input that hold something, as they come.
fn lines(limit: Option<u64>) -> mpsc::Receiver<Scan> {
    let (give, lines) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let most = limit.unwrap_or(u64::MAX);
        let mut input = BufReader::new(std::io::stdin());
        let (mut line, mut number) = (Vec::new(), 0);
        while number < most && matches!(input.read_until(b'\n', &mut line), Ok(1..)) {
            let code = String::from_utf8_lossy(&line).trim().chars().take(LONGEST).collect::<String>();
            line.clear();
            if code.is_empty() || code.starts_with('#') {
                continue;
            }
            number += 1;
            if give.blocking_send(Scan { key: format!("line-{number}"), code }).is_err() {
                return;
            }
        }
    });
    lines
}

/// Characters of a line; a barcode has fourteen, and a service takes no more.
const LONGEST: usize = 128;
