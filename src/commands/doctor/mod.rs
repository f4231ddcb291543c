//! Is everything set up? One screen; each line that fails says what to do.
//!
//! ```text
//! settings ─ credentials ─┐
//! storage  ─ upstreams ───┼─ all asked at once, with a deadline ──> lines ──> text or JSON, exit code
//! eBay ─ data ─ terminal ─┘
//! ```

mod data;
mod ebay;
mod settings;
mod storage;
mod terminal;
mod upstreams;

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::{print, wiring};
use crate::cli::DoctorArgs;
use crate::config::{Batch, Config};
use crate::headless::{UNFINISHED, clean};
use sinks::ebay::Check;
use upstream::Http;

/// What is not there by then is told as such: the operator waits for the whole screen.
const DEADLINE: Duration = Duration::from_secs(10);

/// How well one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    /// Nothing is wrong, and more would be possible.
    Note,
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
struct Line {
    part: &'static str,
    name: String,
    state: State,
    found: String,
    /// What to do; `null` where all is well.
    fix: Option<String>,
}

impl Line {
    fn ok(part: &'static str, name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { part, name: name.into(), state: State::Ok, found: found.into(), fix: None }
    }

    fn note(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Note, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    fn fail(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Fail, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    /// The same where nothing depends on it: no failure of the whole.
    fn no_failure(self) -> Self {
        let state = if self.state == State::Fail { State::Note } else { self.state };
        Self { state, ..self }
    }

    fn of(part: &'static str, check: Check) -> Self {
        let state = if check.fix.is_some() { State::Fail } else { State::Ok };
        Self { part, name: check.name, state, found: check.found, fix: check.fix }
    }
}

/// What the parts look at.
struct Patient<'a> {
    config: &'a Config,
    batch: Batch,
    /// The ways out with short patience, or why there are none.
    ways: Result<wiring::Outward, String>,
    /// Why eBay cannot be asked, where a keyset is set.
    ebay_trouble: Option<String>,
}

pub(super) async fn doctor(config: &Config, args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let bucket = storage::wanted(config, args.bucket.as_deref())?;
    let batch = config.section::<Batch>("batch")?;
    // Looked at first: the parts below may make the folder.
    let data = data::lines(&batch).await;
    let patient = patient(config, batch).await;
    let (storage, upstreams, ebay) =
        tokio::join!(storage::lines(config, bucket), upstreams::lines(&patient), ebay::lines(&patient));
    let mut lines = settings::lines(config)?;
    for part in [storage, upstreams, ebay, data, vec![terminal::line(config)?]] {
        lines.extend(part);
    }
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&lines)?))?;
    } else {
        print(&text(&lines))?;
    }
    let failed = lines.iter().any(|line| line.state == State::Fail);
    Ok(ExitCode::from(if failed { UNFINISHED } else { 0 }))
}

/// The ways out, with the patience of somebody who waits before a screen.
async fn patient(config: &Config, batch: Batch) -> Patient<'_> {
    let http = || {
        let mut http = config.section::<upstream::Settings>("http")?;
        http.attempt_timeout = http.attempt_timeout.min(Duration::from_secs(4));
        (http.total_timeout, http.retries) = (DEADLINE.mul_f64(0.8), 1);
        (http.backoff_from, http.backoff_to) = (Duration::from_millis(200), Duration::from_millis(200));
        anyhow::Ok(Http::new(&http)?)
    };
    let mut patient = Patient { config, batch, ways: Err(String::new()), ebay_trouble: None };
    match http() {
        Ok(http) => {
            let ebay = ebay::connect(config, &http, &patient.batch.data_dir).await;
            let (ebay, trouble) = ebay.map_or_else(|error| (None, Some(format!("{error:#}"))), |ebay| (ebay, None));
            (patient.ways, patient.ebay_trouble) = (Ok(wiring::Outward { http, ebay }), trouble);
        }
        Err(error) => patient.ways = Err(format!("{error:#}")),
    }
    patient
}

fn text(lines: &[Line]) -> String {
    let (mut out, mut part) = (Vec::new(), "");
    for line in lines {
        if line.part != part {
            part = line.part;
            out.push(part.to_owned());
        }
        let sign = match line.state {
            State::Ok => "ok",
            State::Note => "-",
            State::Fail => "FAIL",
        };
        out.push(format!("  {sign:<5} {:<24} {}", line.name, clean(&line.found)));
        out.extend(line.fix.iter().map(|fix| format!("        {:<24} -> {}", "", clean(fix))));
    }
    out.join("\n") + "\n"
}
