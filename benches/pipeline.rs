//! Measures how close a batch comes to the upstreams' rate limits, and its cost without limits.
//!
//! ```text
//! cargo bench --bench pipeline              all parts
//! cargo bench --bench pipeline -- limits    1,000 UPCs at the documented limits, thirty times faster by default
//! cargo bench --bench pipeline -- catalog   the same with the dump of Discogs, with both dumps, and with own prices as well
//! cargo bench --bench pipeline -- free      1,000 UPCs without limits
//! cargo bench --bench pipeline -- offline   10,000 UPCs with both dumps and own prices: no requests
//! cargo bench --bench pipeline -- catalog --speed=5 --upcs=300   fewer UPCs, five times faster
//! ```
//!
//! At thirty times the speed, a request is due every 33 ms, and the timers' and the machine's delays of a millisecond or
//! two count. A lower speed shows how much of the gap to the limit is due to them.
//!
//! Requests and UPCs per minute do not depend on the machine, so `--profile dev` gives the same numbers.
//!
//! The program itself runs as a separate process, against the sandbox. The bound is the time that the busiest
//! upstream's documented limit allows for the requests that it received; the ratio is the makespan divided by the
//! bound.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at the first surprise")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use sandbox::{Sandbox, SandboxOptions};

/// Number of UPCs, unless `--upcs` states another.
const UPCS: usize = 1_000;

/// Number of 1,000 UPCs with the dump of Discogs whose release page of MusicBrainz is needed. 560 stand for releases without a
/// link to Discogs: 44 % of MusicBrainz' releases have one. 185 stand for those of the other 440 whose search result is not
/// certainly the same pressing: 18 of 43 releases of a real dump.
const PAGES: usize = 745;

/// Number of UPCs of the part without requests.
const OFFLINE_UPCS: usize = 10_000;

/// Factor by which the sandbox runs faster than real time, unless `--speed` states another.
const SPEED: f64 = 30.0;

/// Documented requests per minute of each service (from its provider's file).
const DOCUMENTED: [(&str, f64); 2] = [("musicbrainz", 60.0), ("discogs", 60.0)];

/// What a run uses in addition to the services.
#[derive(Clone, Copy, Default)]
struct Setup {
    /// True if the data dump of the simulated Discogs is imported first.
    has_discogs_dump: bool,
    /// True if the data dump of the simulated MusicBrainz is imported too.
    has_musicbrainz_dump: bool,
    /// Number of releases that MusicBrainz does not link to Discogs.
    unlinked: usize,
    /// True if prices are the seller's minimum price, and no covers are looked up at the archive.
    has_own_prices: bool,
}

fn main() {
    let part_argument = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let wants = |part: &str| part_argument.as_deref().is_none_or(|argument| argument == part);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let scale = Scale { speed: number_argument("--speed=", SPEED), upcs: number_argument("--upcs=", UPCS) };
    let limits = |name: &str, setup: Setup| runtime.block_on(at_the_limits(name, setup, scale));
    if wants("limits") {
        limits("with a token", Setup::default());
    }
    if wants("catalog") {
        let setup = Setup { has_discogs_dump: true, unlinked: PAGES * scale.upcs / 1_000, ..Setup::default() };
        limits("with a token and the dump of Discogs", setup);
        limits("with that dump and own prices", Setup { has_own_prices: true, ..setup });
        limits("with a token and both dumps", Setup { has_musicbrainz_dump: true, unlinked: 0, ..setup });
    }
    if wants("free") {
        runtime.block_on(without_limits(UPCS, Setup::default()));
    }
    if wants("offline") {
        let setup = Setup { has_discogs_dump: true, has_musicbrainz_dump: true, has_own_prices: true, unlinked: 0 };
        runtime.block_on(without_limits(OFFLINE_UPCS, setup));
    }
}

/// The size and speed of a run at the limits.
#[derive(Clone, Copy)]
struct Scale {
    speed: f64,
    upcs: usize,
}

/// Returns the number in an argument such as `--speed=5`.
fn number_argument<T: std::str::FromStr>(prefix: &str, default: T) -> T {
    let argument = std::env::args().find_map(|arg| arg.strip_prefix(prefix).map(str::to_owned));
    argument.and_then(|number| number.parse().ok()).unwrap_or(default)
}

async fn at_the_limits(name: &str, setup: Setup, Scale { speed, upcs }: Scale) {
    let sandbox = start(true, speed, (upcs, setup.unlinked)).await;
    let paces = DOCUMENTED.map(|(service, limit)| (service, limit * speed));
    let run = run(&sandbox, &paces, setup);
    println!("{upcs} UPCs {name}, at the documented limits, {speed} times faster");
    requests(&sandbox, upcs);
    let bounds = DOCUMENTED.map(|(service, limit)| {
        let requests = f64::from(u32::try_from(request_count(&sandbox, service)).unwrap_or(u32::MAX));
        (service, requests * 60.0 / (limit * speed))
    });
    let (service, bound) = bounds.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("services");
    println!("makespan             {:>8.2} s", run.took.as_secs_f64());
    println!("bound by {service:<12}{bound:>8.2} s");
    println!("makespan / bound     {:>8.3}", run.took.as_secs_f64() / bound);
    println!("UPCs a minute        {:>8.1}", to_f64(upcs) * 60.0 / (run.took.as_secs_f64() * speed));
}

async fn without_limits(upcs: usize, setup: Setup) {
    let sandbox = start(false, 1.0, (upcs, 0)).await;
    let run = run(&sandbox, &DOCUMENTED.map(|(service, _)| (service, 0.0)), setup);
    println!("{upcs} UPCs without limits");
    requests(&sandbox, upcs);
    println!("UPCs per second      {:>8.0}", to_f64(upcs) / run.took.as_secs_f64());
    println!("CPU per UPC          {:>8.2} ms", run.cpu.as_secs_f64() * 1_000.0 / to_f64(upcs));
}

async fn start(enforce_limits: bool, speed: f64, (synthetic_releases, unlinked_releases): (usize, usize)) -> Sandbox {
    let options =
        SandboxOptions { enforce_limits, speed, synthetic_releases, unlinked_releases, ..SandboxOptions::default() };
    Sandbox::start(options).await.expect("the sandbox")
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

struct RunFigures {
    took: Duration,
    /// User and kernel time of the whole process.
    cpu: Duration,
}

/// Runs the program over the sandbox's synthetic releases, with this rate limit for each service (0: none).
fn run(sandbox: &Sandbox, paces: &[(&str, f64)], setup: Setup) -> RunFigures {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("upcs.txt");
    let mut file = std::fs::File::create(&list).expect("the list");
    for upc in shuffled(sandbox.synthetic_upcs()) {
        writeln!(file, "{upc}").expect("a line");
    }
    let catalog = sandbox.catalog();
    let dumps =
        [(setup.has_discogs_dump, catalog.discogs_dump()), (setup.has_musicbrainz_dump, catalog.musicbrainz_dump())];
    for (_, content) in dumps.into_iter().filter(|(is_imported, _)| *is_imported) {
        let dump = folder.path().join("dump");
        std::fs::write(&dump, content).expect("the dump");
        let mut import = program(sandbox, paces, folder.path(), setup);
        let status = import.args(["catalog", "import", "--date", "2026-10-01"]).arg(&dump).status();
        assert!(status.expect("the program").success(), "the import failed");
    }
    let before = cpu_of_children();
    let start = Instant::now();
    let status = program(sandbox, paces, folder.path(), setup).arg("run").arg(&list).status().expect("the program");
    let took = start.elapsed();
    assert!(matches!(status.code(), Some(0 | 3)), "the run failed: {status}");
    RunFigures { took, cpu: cpu_of_children().saturating_sub(before) }
}

/// Returns the UPCs in an arbitrary order, the same in each run. The sandbox has the releases without a link first, so
/// that `MusicBrainz` would limit the first part of the list and Discogs the rest; a seller's box has them anywhere.
fn shuffled(upcs: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    let mut upcs = upcs.into_iter().map(|upc| upc.to_string()).collect::<Vec<_>>();
    upcs.sort_by_cached_key(|upc| {
        let mut hasher = DefaultHasher::new();
        upc.hash(&mut hasher);
        hasher.finish()
    });
    upcs
}

fn program(sandbox: &Sandbox, paces: &[(&str, f64)], folder: &Path, setup: Setup) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    program.env_clear().envs(sandbox.settings()).env("HOME", folder).current_dir(folder);
    program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "bench").env("DRAFT_MAKER__LISTING__CONDITION", "good");
    program.env("DRAFT_MAKER__PROVIDERS__COVERARTARCHIVE__REQUESTS_PER_MINUTE", "0");
    if setup.has_own_prices {
        program.env("DRAFT_MAKER__PRICING__DISCOGS", "false").env("DRAFT_MAKER__PRICING__FLOOR", "4.99");
    }
    if setup.has_own_prices && !setup.has_musicbrainz_dump {
        program.env("DRAFT_MAKER__PROVIDERS__COVERARTARCHIVE__ON", "false");
    }
    for (service, pace) in paces {
        let name = format!("DRAFT_MAKER__PROVIDERS__{}__REQUESTS_PER_MINUTE", service.to_uppercase());
        program.env(name, pace.to_string());
    }
    program.args(["--quiet"]).stdin(Stdio::null()).stdout(Stdio::null());
    program
}

fn requests(sandbox: &Sandbox, upcs: usize) {
    for (service, count) in sandbox.request_counts() {
        if count.requests > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
            let each = count.requests as f64 / to_f64(upcs);
            println!("{service:<20} {each:>8.3} requests a UPC, {} refused", count.refused);
        }
    }
}

fn request_count(sandbox: &Sandbox, service: &str) -> u64 {
    sandbox.request_counts().into_iter().find(|(name, _)| *name == service).map_or(0, |(_, count)| count.requests)
}

fn cpu_of_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel counts");
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
}
