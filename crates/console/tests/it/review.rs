//! The review screen: what is drawn, and what a key sends.

use console::{Action, News, Review};
use domain::dossier::Dossier;
use domain::event::Fact;
use domain::matching::Verdict;
use domain::outcome::Status;
use domain::release::Country;
use domain::review::{Answer, Became, Case, Wrong};
use domain::sourced::Sourced;

use super::{console, drawn, job, press};
use testing::events::{ambiguous, at, done, listed, unknown, upc};

pub(super) fn case(number: u32, told: Fact) -> Case {
    let mut dossier = Dossier::new(listed(number));
    for fact in [told, done(number, Status::NeedsReview)] {
        let Fact::Item { step, .. } = fact else { panic!("an item's step") };
        dossier.learn(at("2024-03-18T14:31:00Z"), step);
    }
    if let Some(Verdict::Ambiguous { candidates, .. }) = &mut dossier.verdict {
        for (candidate, country) in candidates.iter_mut().zip(["US", "Japan"]) {
            let source = candidate.release.ids[0].provider.clone();
            candidate.release.country = Some(Sourced::new(Country(country.into()), source.clone()));
            candidate.release.catalog_number = Some(Sourced::new(format!("GED-{country}"), source));
        }
    }
    Case::of(dossier, None).expect("it waits")
}

pub(super) fn waiting() -> News {
    News::Waiting { job: job(), answer: Ok(vec![case(3, unknown(3)), case(2, ambiguous(2))]) }
}

#[test]
fn what_waits_is_drawn_side_by_side_and_one_under_another() {
    let (screen, ask) = Review::of(job());
    assert_eq!(ask, Action::Waiting(job()));
    let mut console = console(screen);
    insta::assert_snapshot!("review_asked", drawn(&mut console, 80, 8));
    console.learn(&waiting());
    insta::assert_snapshot!("review_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("review_120x40", drawn(&mut console, 120, 40));
    insta::assert_snapshot!("review_40x12", drawn(&mut console, 40, 12));
    press(&mut console, &["2", "e", "X", "enter"]);
    insta::assert_snapshot!("review_answered", drawn(&mut console, 80, 24));
}

#[test]
fn a_digit_and_enter_decide_and_the_next_one_comes() {
    let (screen, _) = Review::of(job());
    let mut console = console(screen);
    console.learn(&waiting());
    press(&mut console, &["9"]);
    let answer = Answer { choose: "2".into(), price: "12".into(), ..Answer::default() };
    let sent = press(&mut console, &["2", "$", "1", "2", "enter", "enter"]);
    assert_eq!(sent, [Action::Decide { job: job(), upc: upc(2), answer: Box::new(answer) }]);
    assert!(drawn(&mut console, 80, 24).contains(&upc(3).to_string()), "the next one");
    let wrong = vec![Wrong { field: "price".into(), found: "12".into(), fix: "write an amount".into() }];
    console.learn(&News::Decided { job: job(), upc: upc(2), answer: Ok(Became::Wrong { wrong }) });
    press(&mut console, &["k"]);
    let screen = drawn(&mut console, 80, 24);
    assert!(screen.contains("write an amount"), "{screen}");
    console.learn(&News::Decided { job: job(), upc: upc(2), answer: Ok(Became::Already { status: None }) });
    let left = drawn(&mut console, 80, 24);
    assert!(left.contains(&upc(3).to_string()) && !left.contains(&upc(2).to_string()), "{left}");
    console.learn(&News::Waiting { job: job(), answer: Ok(Vec::new()) });
    assert!(drawn(&mut console, 80, 24).contains("nothing waits"));
}
