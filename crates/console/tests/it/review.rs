//! The review screen: what is drawn, and what a key sends.

use console::{Effect, Message, ReviewScreen};
use domain::event::JobEvent;
use domain::item_details::ItemDetails;
use domain::matching::Verdict;
use domain::outcome::Status;
use domain::provenance::Sourced;
use domain::release::Country;
use domain::review::{FieldError, ReviewCase, ReviewInput, ReviewResult};

use super::{console, drawn, job, press};
use testing::events::{ambiguous, at, done, listed, unknown, upc};

pub(super) fn case(number: u32, messages: JobEvent) -> ReviewCase {
    let mut details = ItemDetails::new(listed(number));
    for event in [messages, done(number, Status::NeedsReview)] {
        let JobEvent::Item { item_event: step, .. } = event else { panic!("an item's step") };
        details.apply_event(at("2024-03-18T14:31:00Z"), step);
    }
    if let Some(Verdict::Ambiguous { candidates, .. }) = &mut details.verdict {
        for (candidate, country) in candidates.iter_mut().zip(["US", "Japan"]) {
            let source = candidate.release.ids[0].provider.clone();
            candidate.release.country = Some(Sourced::new(Country(country.into()), source.clone()));
            candidate.release.catalog_number = Some(Sourced::new(format!("GED-{country}"), source));
        }
    }
    ReviewCase::from_details(details, None).expect("it waits")
}

pub(super) fn waiting() -> Message {
    Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case(3, unknown(3)), case(2, ambiguous(2))]) }
}

#[test]
fn what_waits_is_drawn_side_by_side_and_one_under_another() {
    let (screen, ask) = ReviewScreen::new(job());
    assert_eq!(ask, Effect::LoadReviewQueue(job()));
    let mut console = console(screen);
    insta::assert_snapshot!("review_asked", drawn(&mut console, 80, 8));
    console.handle_message(&waiting());
    insta::assert_snapshot!("review_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("review_120x40", drawn(&mut console, 120, 40));
    insta::assert_snapshot!("review_40x12", drawn(&mut console, 40, 12));
    press(&mut console, &["2", "e", "X", "enter"]);
    insta::assert_snapshot!("review_answered", drawn(&mut console, 80, 24));
}

#[test]
fn a_digit_and_enter_decide_and_the_next_one_comes() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&waiting());
    press(&mut console, &["9"]);
    let answer = ReviewInput { choose: "2".into(), price: "12".into(), ..ReviewInput::default() };
    let sent = press(&mut console, &["2", "$", "1", "2", "enter", "enter"]);
    assert_eq!(sent, [Effect::SubmitReview { job: job(), upc: upc(2), input: Box::new(answer) }]);
    assert!(drawn(&mut console, 80, 24).contains(&upc(3).to_string()), "the next one");
    let errors = vec![FieldError { field: "price".into(), found: "12".into(), fix: "write an amount".into() }];
    console.handle_message(&Message::ReviewSubmitted {
        job: job(),
        upc: upc(2),
        result: Ok(ReviewResult::Invalid { wrong: errors }),
    });
    press(&mut console, &["k"]);
    let screen = drawn(&mut console, 80, 24);
    assert!(screen.contains("write an amount"), "{screen}");
    console.handle_message(&Message::ReviewSubmitted {
        job: job(),
        upc: upc(2),
        result: Ok(ReviewResult::NotWaiting { status: None }),
    });
    let left = drawn(&mut console, 80, 24);
    assert!(left.contains(&upc(3).to_string()) && !left.contains(&upc(2).to_string()), "{left}");
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(Vec::new()) });
    assert!(drawn(&mut console, 80, 24).contains("nothing waits"));
}
