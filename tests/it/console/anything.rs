//! Any keys, any sizes, any news, in any order: nothing panics, and something is drawn.

use draft_maker::console::{Browse, Entry, EntryKind, Heard, News, Page, Spot, Unsent};
use draft_maker::domain::event::{Event, Fact, Seq};
use draft_maker::domain::outcome::Status;
use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{board, console, drawn, job, watching};
use crate::journal::facts::{appraised, at, done, illustrated, matched, taken, upc};

/// What can happen to a console.
#[derive(Clone, Debug)]
enum Happening {
    Key(KeyEvent),
    Size(u16, u16),
    Watching(u32),
    News(u32),
    Listed(usize),
    Told(String),
    Pasted(String),
    /// The scanner's screen, and how it is answered.
    Scanner(bool),
}

fn keys() -> impl Strategy<Value = KeyEvent> {
    let codes = prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        "[a-zA-Z/? ]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap_or(' '))),
        Just(KeyCode::Enter),
        Just(KeyCode::Esc),
        Just(KeyCode::End),
        Just(KeyCode::PageDown),
        Just(KeyCode::Backspace),
        Just(KeyCode::Tab),
        (1_u8..9).prop_map(KeyCode::F),
    ];
    let modifiers =
        prop_oneof![4 => Just(KeyModifiers::NONE), 1 => Just(KeyModifiers::CONTROL), 1 => Just(KeyModifiers::ALT)];
    (codes, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn happenings() -> impl Strategy<Value = Happening> {
    prop_oneof![
        8 => keys().prop_map(Happening::Key),
        2 => (1_u16..220, 1_u16..70).prop_map(|(width, height)| Happening::Size(width, height)),
        1 => (0_u32..40).prop_map(Happening::Watching),
        2 => (1_u32..40).prop_map(Happening::News),
        1 => (0_usize..30).prop_map(Happening::Listed),
        1 => ".*".prop_map(Happening::Told),
        1 => "[0-9\n\\]E]{0,60}".prop_map(Happening::Pasted),
        2 => any::<bool>().prop_map(Happening::Scanner),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn nothing_makes_it_panic(happenings in proptest::collection::vec(happenings(), 1..60)) {
        let (browse, _) = Browse::here();
        let mut console = console(browse);
        let (mut width, mut height) = (80, 24);
        for happening in happenings {
            match happening {
                Happening::Key(key) => drop(console.press(key)),
                Happening::Size(w, h) => (width, height) = (w, h),
                Happening::Watching(items) => drop(console.learn(&watching(some(items)))),
                Happening::News(number) => {
                    let event = Event { seq: Seq(9), at: at("2024-03-18T14:31:00Z"), job: job(), fact: matched(number) };
                    drop(console.learn(&News::Happened { job: job(), events: vec![event] }));
                }
                Happening::Listed(count) => drop(console.learn(&listed(count))),
                Happening::Pasted(text) => drop(console.paste(&text)),
                Happening::Scanner(answers) => {
                    drop(console.press(KeyEvent::new(KeyCode::Char('S'), KeyModifiers::NONE)));
                    drop(console.paste(&format!("{}\n{}\n", upc(1), upc(2))));
                    let down = || Unsent::Down("away".to_owned());
                    let begun = if answers { Ok(job()) } else { Err(down()) };
                    drop(console.learn(&News::Scans(Heard::Joined(Ok(None)))));
                    drop(console.learn(&News::Scans(Heard::Begun(begun))));
                    let answer = if answers { Ok(()) } else { Err(Unsent::Refused("closed".to_owned())) };
                    drop(console.learn(&News::Scans(Heard::Sent { job: job(), keys: Vec::new(), answer })));
                }
                Happening::Told(words) => drop(console.learn(&News::Told(words))),
            }
            let screen = drawn(&mut console, width, height);
            prop_assert_eq!(screen.lines().count(), usize::from(height));
        }
    }
}

/// A batch with so many items, in every stage.
fn some(items: u32) -> draft_maker::domain::board::Board {
    let mut facts = vec![taken(1..=items.max(1)), Fact::ListRead];
    for number in 1..=items {
        facts.extend([matched(number), appraised(number), illustrated(number)].into_iter().take(number as usize % 4));
        facts.extend((number % 3 == 0).then(|| done(number, Status::ALL[number as usize % Status::ALL.len()])));
    }
    board(facts)
}

fn listed(count: usize) -> News {
    let entry = |number: usize| {
        let source = format!("{number}.txt");
        Entry { name: source.clone(), kind: EntryKind::List { source, size: 9, updated: None, class: String::new() } }
    };
    let page =
        Page { entries: (0..count).map(entry).collect(), next: count.is_multiple_of(2).then(|| "next".to_owned()) };
    let _ = upc(1);
    News::Listed { spot: Spot::Folder(".".into()), page: None, answer: Ok(page) }
}
