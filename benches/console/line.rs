//! Measurements with a batch: keys at two thousand events per second, traffic on the connection, a million items.

use std::time::{Duration, Instant};

use crate::feed::Feed;
use crate::figures::{milliseconds, spread};
use crate::measures::time_of_a_key;
use crate::pty::BenchSession;
use testing::events::upc;

const MILLION: u32 = 1_000_000;
const SOME: u32 = 10_000;
const LISTEN_TIME: Duration = Duration::from_secs(15);

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Opens a console that has joined the batch and shows it.
fn watching(feed: &Feed) -> BenchSession {
    let mut session = BenchSession::console(feed.home.path(), &["console", feed.job.as_str()]);
    let first = upc(0).to_string();
    session.until(|screen| screen.contains(&first));
    session
}

/// Goes to the last row, which proves that everything has been read.
fn go_to_the_last(session: &mut BenchSession, items: u32) {
    let last = upc(items - 1).to_string();
    while !session.shown().contains(&last) {
        session.press("G");
        session.settle(Duration::from_millis(300));
    }
    session.press("g");
    session.settle(Duration::from_secs(1));
}

pub(crate) fn busy() {
    let runtime = runtime();
    let feed = runtime.block_on(async {
        let feed = Feed::with_items(MILLION).await;
        feed.serve().await;
        feed
    });
    let mut session = watching(&feed);
    go_to_the_last(&mut session, MILLION);
    let began = Instant::now();
    let (times, written) = std::thread::scope(|scope| {
        let writing = scope.spawn(|| runtime.block_on(feed.trickle(0, 2_000, Duration::from_secs(20))));
        session.settle(Duration::from_millis(500));
        let mut times = Vec::new();
        while began.elapsed() < Duration::from_secs(18) {
            // A redraw for an event may come just before; the response to the key is the next redraw.
            session.settle(Duration::from_millis(3));
            times.push(time_of_a_key(&mut session, if times.len() / 30 % 2 == 0 { "j" } else { "k" }));
        }
        (times, writing.join().expect("written"))
    });
    println!("key to paint, {} events a second  {}", written / 20, spread(times));
    println!("  resident memory                 {:.1} MB", session.kilobytes("VmRSS") as f64 / 1024.0);
}

pub(crate) fn trickle() {
    let runtime = runtime();
    for (what, keys) in [("as it opens", ""), ("following", "F")] {
        let feed = runtime.block_on(async {
            let feed = Feed::with_items(SOME).await;
            feed.serve().await;
            feed
        });
        let mut session = watching(&feed);
        session.press(keys);
        session.settle(Duration::from_secs(1));
        let (drawings, bytes) = std::thread::scope(|scope| {
            // Each item changes twice.
            scope.spawn(|| runtime.block_on(feed.trickle(0, 100, LISTEN_TIME)));
            session.listen(LISTEN_TIME)
        });
        let seconds = LISTEN_TIME.as_secs_f64();
        println!(
            "50 items a second, {what:<13}  {:.2} KB/s in {:.1} drawings/s",
            bytes as f64 / 1000.0 / seconds,
            drawings as f64 / seconds
        );
    }
}

pub(crate) fn million() {
    let runtime = runtime();
    let (home, job) = runtime.block_on(async {
        let feed = Feed::with_items(MILLION).await;
        feed.end(0..MILLION).await;
        feed.finish().await
    });
    for run in ["first", "second", "third"] {
        let mut session = BenchSession::console(home.path(), &["console", job.as_str()]);
        let first = upc(0).to_string();
        let opened = session.until(|screen| screen.contains(&first)) - session.began;
        session.press("G");
        let last = upc(MILLION - 1).to_string();
        let there = session.until(|screen| screen.contains(&last)) - session.began;
        println!(
            "1,000,000 items, the {run} time    first row {:.0} ms, last row {:.0} ms after exec, {:.1} MB",
            milliseconds(opened),
            milliseconds(there),
            session.kilobytes("VmRSS") as f64 / 1024.0
        );
        session.press("q");
        session.child.wait().expect("an end");
    }
    step_through(&mut BenchSession::console(home.path(), &["console", job.as_str()]));
}

/// Returns the event number and the number of events from the line below the table.
fn event(screen: &str) -> Option<(u64, u64)> {
    let message = screen.split_once("event ")?.1;
    let number = |digits: &str| digits.parse::<u64>().ok();
    let plain = message.split_once(", ").map_or(message, |(numbers, _)| numbers).replace(',', "");
    let (at, of) = plain.split_once(" of ")?;
    Some((number(at)?, number(of)?))
}

/// Steps back and forth through all events of a batch.
fn step_through(session: &mut BenchSession) {
    let first = upc(0).to_string();
    session.until(|screen| screen.contains(&first));
    let mut go = |what: &str, keys: &str, is_there: fn(u64, u64) -> bool| {
        let began = Instant::now();
        session.press(keys);
        let there = session.until(|screen| event(screen).is_some_and(|(at, of)| is_there(at, of))) - began;
        println!("  its past, {what:<22}  {:.0} ms", milliseconds(there));
    };
    go("begun", "t", |at, of| at == of);
    go("to the first event", "g", |at, _| at == 1);
    go("to the newest", "G", |at, of| at == of);
    go("a hundred back", "[", |at, of| at + 100 == of);
    go("another hundred", "[", |at, of| at + 200 == of);
    go("and forth", "]", |at, of| at + 100 == of);
    println!("  resident memory                 {:.1} MB", session.kilobytes("VmRSS") as f64 / 1024.0);
}
