//! The lines at the foot of a screen: messages, key hints, and lines that do not fit.

use console::{Console, JobScreen, Message};

use super::screens::mixed_events;
use super::{console, job, picture, projection_of, watching};

/// A line that does not fit ends with a mark, in a terminal of any width.
#[test]
fn cut_lines_end_in_a_mark() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(mixed_events())));
    let line = |console: &mut Console, (width, height), number: usize| {
        let screen = picture(console, width, height);
        screen.lines().nth(number).unwrap_or_default().to_owned()
    };
    let counts = line(&mut console, (120, 24), 1);
    let footer = line(&mut console, (120, 24), 22);
    for width in 20..=80 {
        let narrow = [line(&mut console, (width, 24), 1), line(&mut console, (width, 24), 22)];
        let is_complete = narrow[0] == counts || narrow[0].contains("skipped") || narrow[0].ends_with("line");
        assert!(is_complete || narrow[0].ends_with('…'), "{width}: {}", narrow[0]);
        let is_complete = narrow[1] == footer || narrow[1].ends_with("exported");
        assert!(is_complete || narrow[1].ends_with('…'), "{width}: {}", narrow[1]);
    }
    assert!(line(&mut console, (20, 24), 22).ends_with('…'));
}

/// A message has its own lines above the keys. A terminal that is too low for that shows the message instead.
#[test]
fn a_message_does_not_hide_the_keys() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(mixed_events())));
    let foot = |console: &mut Console, width, height| {
        let screen = picture(console, width, height);
        screen.lines().rev().take(3).map(str::to_owned).collect::<Vec<_>>()
    };
    let keys = foot(&mut console, 80, 24)[0].clone();
    console.handle_message(&Message::ConnectionChanged { lost_since: None });
    let lines = foot(&mut console, 80, 24);
    assert_eq!((lines[0].as_str(), lines[1].as_str()), (keys.as_str(), "Connected to the service again."));
    assert!(lines[2].starts_with("1/6 by list"), "{lines:?}");
    assert!(foot(&mut console, 80, 7)[0].starts_with("Connected to the service again."));
    console.handle_message(&Message::Notify("word ".repeat(26)));
    let lines = foot(&mut console, 80, 24);
    assert_eq!((lines[0].as_str(), lines[1].len() + lines[2].len()), (keys.as_str(), 26 * 5 - 2), "{lines:?}");
    console.handle_message(&Message::Notify("word ".repeat(100)));
    let lines = foot(&mut console, 80, 24);
    assert!(lines[0] == keys && lines[1].ends_with("…  E log") && lines[2].ends_with("word"), "{lines:?}");
}
