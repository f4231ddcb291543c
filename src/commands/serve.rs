//! The service: the queue and its HTTP API, until it is stopped.

use std::process::ExitCode;
use std::sync::Arc;

use super::{Usage, print, wiring};
use crate::config::{Batch, Config};
use crate::headless;
use domain::batch::Order;
use pipeline::queue::Queue;
use server::{Front, Listening, Settings, Standards};

/// Each reader of events holds a connection, and each connection is an open file. Many systems allow 1,024 until a
/// program asks for what it may have.
fn open_more_files() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised =
        getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most));
    if let Err(error) = raised {
        tracing::warn!(%error, "no more files may be opened than usual");
    }
}

pub(super) async fn serve(config: &Config) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    open_more_files();
    let settings = config.section::<Settings>("server")?;
    settings.check().map_err(|error| Usage(error.to_string()))?;
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    let standard = super::order(config, String::new(), None)?;
    let works = wiring::works(config).await?;
    let journal = works.journal.clone();
    let jobs_at_once = settings.jobs_at_once;
    let listening = Listening::open(settings).await?;
    let queue = Queue::open(works, jobs_at_once).await?;
    print(&format!("Draft Maker serves at {0}; {0}/docs shows how. Ctrl-C ends it.\n", listening.address()))?;
    let front = Front::new(queue, standards(config.clone(), standard), data_dir);
    let served = listening.serve(front, &stop).await;
    journal.close().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

/// The settings of now: a seller may sign in while the service runs.
fn standards(config: Config, at_start: Order) -> Standards {
    Arc::new(move || super::order(&config, String::new(), None).unwrap_or_else(|_| at_start.clone()))
}
