//! Back and forth through the events of a batch.

use std::sync::{Arc, RwLock};

use console::{Action, Moment, News, Then, Watch};
use domain::event::{Event, Fact, Seq};
use domain::outcome::Status;

use super::{board, console, drawn, job, press, watching};
use testing::events::{at, done, matched, taken, upc};

fn facts() -> Vec<Fact> {
    vec![taken(1..=3), Fact::ListRead, matched(1), done(1, Status::Exported), matched(2)]
}

fn then(number: u64, of: u64) -> Then {
    let board = board(facts().into_iter().take(usize::try_from(number).unwrap() - 1));
    let event = Event { seq: Seq(number), at: at("2024-03-18T14:03:11Z"), job: job(), fact: matched(1) };
    Then { at: number, of, event, board: Arc::new(RwLock::new(board)) }
}

fn ask(moment: Moment) -> Vec<Action> {
    vec![Action::Past { job: job(), moment }]
}

#[test]
fn the_screen_says_that_it_is_the_past_and_which_event() {
    let mut console = console(Watch::of(job()));
    console.learn(&watching(board(facts())));
    assert_eq!(press(&mut console, &["t"]), ask(Moment::Now));
    insta::assert_snapshot!("past_asked_80x24", drawn(&mut console, 80, 24));
    console.learn(&News::Past { job: job(), answer: Ok(then(6, 6)) });
    assert_eq!(press(&mut console, &["left"]), ask(Moment::Event(5)));
    // Pressed while it is fetched: they add up, and are one look-up.
    assert_eq!(press(&mut console, &["left", "h"]), []);
    assert_eq!(console.learn(&News::Past { job: job(), answer: Ok(then(5, 6)) }), ask(Moment::Event(3)));
    console.learn(&News::Past { job: job(), answer: Ok(then(4, 8_400)) });
    for (name, width, height) in [("80x24", 80, 24), ("120x40", 120, 40), ("40x12", 40, 12)] {
        insta::assert_snapshot!(format!("past_{name}"), drawn(&mut console, width, height));
    }
    assert_eq!(press(&mut console, &["]"]), ask(Moment::Event(104)));
}

#[test]
fn now_comes_back_with_all_that_happened_meanwhile() {
    let mut console = console(Watch::of(job()));
    let live = Arc::new(RwLock::new(board(facts())));
    console.learn(&News::Watching { job: job(), answer: Ok(live.clone()) });
    press(&mut console, &["t"]);
    console.learn(&News::Past { job: job(), answer: Ok(then(3, 6)) });
    let event = Event { seq: Seq(7), at: at("2024-03-18T14:31:00Z"), job: job(), fact: done(2, Status::Failed) };
    live.write().unwrap().apply(&event).unwrap();
    console.learn(&News::Happened { job: job(), events: vec![event] });
    assert!(drawn(&mut console, 80, 24).contains("0/3"), "the past stays what it was");
    press(&mut console, &["t"]);
    let now = drawn(&mut console, 80, 24);
    assert!(now.contains("2/3") && !now.contains("PAST"), "{now}");
    assert_eq!(press(&mut console, &["p", "enter"]), [Action::Open { job: job(), upc: upc(1) }]);
}
