//! How many items end in a minute.

use domain::batch::JobId;
use domain::board::Board;
use domain::event::{Event, Fact, Seq};
use domain::outcome::Status;
use domain::outlook::Throughput;
use jiff::{SignedDuration, Timestamp};

use testing::events::{at, done, order, taken};

fn after(seconds: i64) -> Timestamp {
    at("2026-01-02T03:04:05Z") + SignedDuration::from_secs(seconds)
}

fn happen(board: &mut Board, fact: Fact) {
    board.apply(&Event { seq: Seq(1), at: after(0), job: board.job.clone(), fact }).unwrap();
}

#[test]
fn it_is_that_of_the_last_minute() {
    let mut board = Board::new(JobId::new(after(0), 0));
    happen(&mut board, Fact::Ordered { order: order() });
    happen(&mut board, taken(0..500));
    let mut throughput = Throughput::default();
    assert_eq!(throughput.words(&board, after(0)), None, "nothing was seen yet");
    let mut said = Vec::new();
    for second in 1..=180 {
        // Two items a second for a minute, then one, then none.
        let ended = [2, 1, 0][(second - 1) / 60];
        (0..ended).for_each(|_| {
            let next = u32::try_from(board.counts.done).unwrap();
            happen(&mut board, done(next, Status::Exported));
        });
        said.push(throughput.words(&board, after(i64::try_from(second).unwrap())));
    }
    assert_eq!(said[3], None, "four seconds tell nothing");
    let of = |second: usize| said[second - 1].as_deref();
    assert_eq!(
        [of(5), of(60), of(90), of(120), of(180)].map(Option::unwrap),
        ["120 items/min", "120 items/min", "90 items/min", "60 items/min", "0 items/min"]
    );
    assert_eq!(throughput.words(&board, after(900)), None, "nobody has looked for long");
    assert_eq!(throughput.words(&board, after(20)), None, "the clock was set back");
    assert_eq!(throughput.words(&board, after(30)).as_deref(), Some("0 items/min"));
    happen(&mut board, Fact::Paused { why: "asked to".into() });
    assert_eq!(throughput.words(&board, after(181)), None, "it rests");
    happen(&mut board, Fact::Resumed);
    assert_eq!(throughput.words(&board, after(600)), None, "it begins anew, and the rest does not count");
    happen(&mut board, done(499, Status::Failed));
    assert_eq!(throughput.words(&board, after(610)).as_deref(), Some("6 items/min"));
}
