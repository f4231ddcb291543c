//! The review screen: what it draws, and the effects of each key.

use console::{Effect, ItemEffect, MAX_REVIEW_CASES, Message, ReviewScreen};
use domain::decision::{CandidateRef, Decision, ReviewChoice};
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::listing::{ListingField, MissingField};
use domain::matching::{MatchAspect, MatchReason, Verdict};
use domain::outcome::{ItemOutcome, Status};
use domain::provenance::Sourced;
use domain::release::Country;
use domain::review::{FieldError, PreviousDecision, ReviewCase, ReviewInput, ReviewResult};

use super::{console, drawn, job, key, press, projection_of, watching};
use testing::events::{ambiguous, done, input_item, items_added, matched, timestamp, unknown, upc};

pub(super) fn case(number: u32, messages: JobEvent) -> ReviewCase {
    let mut details = ItemDetails::new(input_item(number));
    for event in [messages, done(number, Status::NeedsReview)] {
        let JobEvent::Item { item_event: step, .. } = event else { panic!("an item's step") };
        details.apply_event(timestamp("2024-03-18T14:31:00Z"), step);
    }
    if let Some(Verdict::Ambiguous { candidates, .. }) = &mut details.verdict {
        for (candidate, country) in candidates.iter_mut().zip(["US", "Japan"]) {
            let source = candidate.release.ids[0].provider.clone();
            candidate.release.country = Some(Sourced::new(Country(country.into()), source.clone()));
            candidate.release.catalog_number = Some(Sourced::new(format!("GED-{country}"), source));
        }
    }
    ReviewCase::from_details(details, None).expect("the item is in review")
}

pub(super) fn waiting() -> Message {
    Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case(3, unknown(3)), case(2, ambiguous(2))]) }
}

#[test]
fn candidates_are_drawn_side_by_side_or_stacked() {
    let (screen, ask) = ReviewScreen::new(job());
    assert_eq!(ask, Effect::Item(ItemEffect::LoadReviewQueue(job())));
    let mut console = console(screen);
    insta::assert_snapshot!("review_asked", drawn(&mut console, 80, 8));
    console.handle_message(&waiting());
    insta::assert_snapshot!("review_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("review_120x40", drawn(&mut console, 120, 40));
    insta::assert_snapshot!("review_40x12", drawn(&mut console, 40, 12));
    press(&mut console, &["2", "e", "X", "enter"]);
    insta::assert_snapshot!("review_answered", drawn(&mut console, 80, 24));
}

/// The scores and the most important reasons fit on two lines, however many reasons there are.
#[test]
fn many_reasons_take_two_lines() {
    let mut case = case(2, ambiguous(2));
    if let Some(Verdict::Ambiguous { candidates, .. }) = &mut case.details.verdict {
        let reason = |number: u32| MatchReason {
            aspect: MatchAspect::Artist,
            weight: 1.0,
            distance: 0.0,
            description: format!("MusicBrainz and Discogs agree on number {number}"),
        };
        candidates[0].reasons = (1..=10).map(reason).collect();
    }
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case]) });
    for (width, shown) in [(80, 2), (120, 4)] {
        let screen = drawn(&mut console, width, 40);
        let why = screen.find("why 1 (87%, next 87%): MusicBrainz").unwrap_or_else(|| panic!("{screen}"));
        let lines: Vec<&str> = screen[why..].lines().take_while(|line| !line.contains("decision:")).collect();
        assert_eq!(lines.len(), 2, "{screen}");
        assert!(lines[1].contains(&format!("{} more", 10 - shown)), "{screen}");
    }
}

#[test]
fn a_digit_decides_and_shows_the_next_item() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&waiting());
    assert_eq!(press(&mut console, &["9", "enter"]), [], "there is no candidate 9, and none is selected");
    assert!(drawn(&mut console, 80, 24).contains("Choose 1 to 2, or x for none"));
    let answer = ReviewInput { choose: "2".into(), price: "12".into(), ..ReviewInput::default() };
    let sent = press(&mut console, &["$", "1", "2", "enter", "2"]);
    assert_eq!(sent, [Effect::SubmitReview { job: job(), upc: upc(2), input: Box::new(answer) }]);
    let next = drawn(&mut console, 80, 24);
    assert!(next.contains(&upc(3).to_string()) && next.contains("2 of 2"), "{next}");
    let errors = vec![FieldError { field: "price".into(), found: "12".into(), fix: "write an amount".into() }];
    console.handle_message(&Message::ReviewSubmitted {
        job: job(),
        upc: upc(2),
        result: Ok(ReviewResult::Invalid { wrong: errors }),
    });
    let first_look = drawn(&mut console, 80, 24);
    assert!(
        first_look.contains(&upc(3).to_string()) && first_look.contains("was not saved"),
        "the item stays selected: {first_look}"
    );
    press(&mut console, &["k"]);
    let refused = drawn(&mut console, 80, 24);
    assert!(
        refused.contains("write an amount") && refused.contains("price 12"),
        "the item returns with the error: {refused}"
    );
    press(&mut console, &["2"]);
    console.handle_message(&Message::ReviewSubmitted {
        job: job(),
        upc: upc(2),
        result: Ok(ReviewResult::NotWaiting { status: None }),
    });
    let left = drawn(&mut console, 80, 24);
    assert!(left.contains(&upc(3).to_string()), "{left}");
    let notice = format!("No effect: {} no longer waits for a decision (in progress).", upc(2));
    assert!(left.contains(&notice), "it was decided elsewhere: {left}");
    press(&mut console, &["k"]);
    let left = drawn(&mut console, 80, 24);
    assert!(left.contains(&upc(3).to_string()) && !left.contains(&upc(2).to_string()), "{left}");
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(Vec::new()) });
    assert!(drawn(&mut console, 80, 24).contains("Nothing to review. 1 decided."));
}

/// Returns the last line of the screen, which shows the keys.
pub(super) fn foot(console: &mut console::Console) -> String {
    drawn(console, 80, 24).lines().last().unwrap().to_owned()
}

#[test]
fn an_empty_queue_shows_whether_more_may_come_and_only_keys_that_work() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(Vec::new()) });
    assert!(drawn(&mut console, 80, 24).contains("Nothing to review."));
    for (ended, left) in [(5, "1 of 6 items is"), (1, "5 of 6 items are")] {
        let events = [items_added(1..=6), JobEvent::InputClosed, JobEvent::Started].into_iter();
        let events = events.chain((1..=ended).map(|number| done(number, Status::Exported)));
        console.handle_message(&watching(projection_of(events)));
        let text = format!("Nothing to review yet: {left} still in progress.");
        assert!(drawn(&mut console, 80, 24).contains(&text), "{text}");
    }
    for (width, height) in [(40, 12), (120, 40)] {
        let shown = drawn(&mut console, width, height).replace(['"', '\n'], " ");
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("New questions appear here."), "{words}");
    }
    let keys = foot(&mut console);
    assert!(!keys.contains("decide") && !keys.contains("price") && keys.contains("back"), "{keys}");
    for dead in ["enter", "x", "$", "e", "/", "1"] {
        let effects = press(&mut console, &[dead]);
        assert_eq!(effects, [Effect::Notify("There is no item to decide.".to_owned())], "{dead} shows the reason");
    }
    let stopped = [items_added(1..=6), JobEvent::InputClosed, JobEvent::manual_stop("asked to".into())];
    console.handle_message(&watching(projection_of(stopped)));
    assert!(drawn(&mut console, 80, 24).contains("The batch is stopped; 6 of 6 items are unfinished."));
}

#[test]
fn the_decision_is_visible_for_long_items_too() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&waiting());
    let small = drawn(&mut console, 40, 12);
    assert!(small.contains("decision: 1-2 chooses a candidate, x") && small.contains("PgDn shows more"), "{small}");
    press(&mut console, &["pgdn", "pgdn", "pgdn"]);
    let end = drawn(&mut console, 40, 12);
    assert!(end.contains("decision: 1-2") && !end.contains("shows more"), "{end}");
    press(&mut console, &["$", "9", "x", "enter"]);
    let error = drawn(&mut console, 40, 12).replace(['"', '\n'], "");
    assert!(error.contains("price: 9x") && error.contains("12.50"), "the complete reason is shown: {error}");
}

#[test]
fn a_correction_starts_at_the_missing_field() {
    let missing = |field, why: &str, fix: &str| MissingField::new(field, why, fix);
    for (field, prompt, key) in [
        (ListingField::Condition, "condition: ", "e"),
        (ListingField::Format, "format: ", "e"),
        (ListingField::Price, "price: ", "e"),
        (ListingField::Package, "artist: ", "e"),
        (ListingField::Condition, "price: ", "$"),
    ] {
        let missing = vec![missing(field, "nobody knows it", "set it in review")];
        let JobEvent::Item { item_event: identified, .. } = matched(1) else { panic!("an item's step") };
        let JobEvent::Item { item_event: ended, .. } = done(1, Status::NeedsReview) else { panic!("an item's step") };
        let mut details = ItemDetails::new(input_item(1));
        for event in [identified, ItemEvent::MissingData { missing }, ended] {
            details.apply_event(timestamp("2024-03-18T14:31:00Z"), event);
        }
        let waiting = ReviewCase::from_details(details, None).expect("the item is in review");
        let (screen, _) = ReviewScreen::new(job());
        let mut console = console(screen);
        console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![waiting]) });
        let shown = drawn(&mut console, 80, 24);
        assert!(shown.contains("e corrects its fields") && shown.contains("$ sets the price"), "{shown}");
        press(&mut console, &[key]);
        assert!(drawn(&mut console, 80, 24).contains(prompt), "{}", drawn(&mut console, 80, 24));
    }
}

#[test]
fn an_invalid_value_stays_in_its_field_with_the_reason() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&waiting());
    press(&mut console, &["$", "9", ".", "9", "x", "9", "enter"]);
    let refused = drawn(&mut console, 80, 24);
    assert!(refused.contains("price: 9.9x9") && refused.contains("write an amount above 0"), "{refused}");
    press(&mut console, &["esc", "$", "9", ".", "9", "9", "enter"]);
    assert!(drawn(&mut console, 80, 24).contains("decision: price 9.99"));
}

#[test]
fn the_last_decision_can_be_undone() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&waiting());
    press(&mut console, &["2"]);
    assert_eq!(press(&mut console, &["u"]), [Effect::UndoReview { job: job(), upc: upc(2) }]);
    console.handle_message(&Message::ReviewUndone { job: job(), upc: upc(2), was_sent: false });
    let again = drawn(&mut console, 80, 24);
    assert!(again.contains(&upc(2).to_string()) && again.contains("1 of 2"), "{again}");
}

/// Returns a queue of items with two candidates each.
fn ambiguous_queue(count: u32) -> Message {
    Message::ReviewQueueLoaded {
        job: job(),
        result: Ok((1..=count).map(|number| case(number, ambiguous(number))).collect()),
    }
}

#[test]
fn a_hundred_items_take_at_most_three_keys_each() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&ambiguous_queue(100));
    let (mut keys, mut decided) = (0, 0);
    while !drawn(&mut console, 80, 24).contains("Nothing to review") {
        // For every tenth item, none of the candidates is right.
        let typed: &[&str] = if keys % 10 == 9 { &["x"] } else { &["1"] };
        keys += typed.len();
        for effect in press(&mut console, typed) {
            let Effect::SubmitReview { upc, .. } = effect else { continue };
            decided += 1;
            console.handle_message(&Message::ReviewSubmitted {
                job: job(),
                upc,
                result: Ok(ReviewResult::NotWaiting { status: None }),
            });
        }
        assert!(keys <= 300, "{decided} of 100 after {keys} keys");
    }
    assert_eq!(decided, 100);
}

#[test]
fn all_items_of_the_same_kind_are_decided_like_the_last_one() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    // The US release is the second candidate of the last item, and the first candidate of the others.
    let mut queue = (1..=4).map(|number| case(number, ambiguous(number))).collect::<Vec<_>>();
    let mut details = queue[0].details.clone();
    if let Some(Verdict::Ambiguous { candidates, .. }) = &mut details.verdict {
        candidates.reverse();
    }
    queue[0] = ReviewCase::from_details(details, None).expect("the item is in review");
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(queue) });
    press(&mut console, &["2", "A"]);
    let question = drawn(&mut console, 80, 24);
    assert!(question.contains("to 3 more with the same reason") && question.contains("GED-US?"), "{question}");
    assert_eq!(
        press(&mut console, &["enter", "y", "enter"]),
        [],
        "the action cannot be undone, so its confirmation is typed"
    );
    press(&mut console, &["esc", "A"]);
    let effects = press(&mut console, &["y", "e", "s", "enter"]);
    let upcs = effects.iter().map(|effect| match effect {
        Effect::SubmitReview { upc, input, .. } if input.choose == "1" => *upc,
        other => panic!("{other:?}"),
    });
    assert_eq!(upcs.collect::<Vec<_>>(), [upc(2), upc(3), upc(4)], "by the value, not by the number");
}

/// A price or a correction that was typed beside the choice belongs to one item.
#[test]
fn only_the_choice_is_applied_to_items_of_the_same_kind() {
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&ambiguous_queue(3));
    press(&mut console, &["$", "2", "5", "enter", "2", "A"]);
    let question = drawn(&mut console, 80, 24);
    assert!(question.contains("applied: price 25."), "{question}");
    let effects = press(&mut console, &["y", "e", "s", "enter"]);
    let choice = ReviewInput { choose: "2".into(), ..ReviewInput::default() };
    let submit = |number| Effect::SubmitReview { job: job(), upc: upc(number), input: Box::new(choice.clone()) };
    assert_eq!(effects, [submit(2), submit(3)]);
}

/// A scanner types without pauses, and its digits must not choose candidates.
#[test]
fn a_barcode_scanned_in_review_decides_nothing() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&ambiguous_queue(4));
    let code = upc(3).to_string();
    let mut scan = |code: &str| {
        let keys = code.chars().map(|digit| digit.to_string()).chain(["enter".to_owned()]);
        keys.flat_map(|name| console.handle_key(key(&name))).collect::<Vec<_>>()
    };
    let effects = scan(&code);
    assert!(
        effects.iter().all(|effect| matches!(effect, Effect::Item(ItemEffect::WaitForDigits { .. }))),
        "{effects:?}"
    );
    let stranger = scan("036000291452");
    assert!(
        stranger.iter().all(|effect| matches!(effect, Effect::Item(ItemEffect::WaitForDigits { .. }))),
        "{stranger:?}"
    );
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains(&code), "the item of the barcode is selected: {shown}");
    assert!(shown.contains("036000291452 is not one of these items"), "{shown}");
    let late = Message::DigitsPaused { job: job(), sequence: 12 };
    assert_eq!(console.handle_message(&late), [], "a pause after the scan decides nothing");
}

#[test]
fn a_price_stays_with_its_item_while_the_queue_changes() {
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&ambiguous_queue(3));
    press(&mut console, &["1", "$", "7", ".", "5"]);
    // The decision about the first item is rejected while the operator types the price of the second item.
    console.handle_message(&Message::ReviewSubmitted { job: job(), upc: upc(1), result: Err("no service".to_owned()) });
    press(&mut console, &["0", "enter"]);
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains(&upc(2).to_string()) && shown.contains("price 7.50"), "{shown}");
    press(&mut console, &["k"]);
    let first = drawn(&mut console, 80, 24);
    assert!(first.contains(&upc(1).to_string()) && !first.contains("7.50"), "{first}");
}

/// Choosing the candidate that this batch has already chosen resumes the item. One chosen in another batch is chosen
/// again.
#[test]
fn choosing_the_same_candidate_resumes_only_in_its_own_batch() {
    let other = "batch_20240319_090000_0".parse().expect("a job");
    for (decided_in, choose) in [(job(), "go"), (other, "2")] {
        let waiting = case(1, ambiguous(1));
        let chosen = CandidateRef::from_match(2, waiting.candidates()[1]);
        let decision = Decision { choice: ReviewChoice::Candidate(chosen), ..Decision::accept() };
        let mut details = waiting.details.clone();
        if decided_in == job() {
            let at = timestamp("2024-03-18T14:32:00Z");
            details.apply_event(at, ItemEvent::ReviewDecided { decision: decision.clone() });
            details.apply_event(at, ItemEvent::Finished { outcome: ItemOutcome::needs_review("a price".to_owned()) });
        }
        let previous = PreviousDecision { job: decided_in, at: timestamp("2024-03-18T14:32:00Z"), decision };
        let waiting = ReviewCase::from_details(details, Some(previous)).expect("the item is in review");
        let (screen, _) = ReviewScreen::new(job());
        let mut console = console(screen);
        console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![waiting]) });
        let sent = press(&mut console, &["2"]);
        let [Effect::SubmitReview { input, .. }] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!(input.choose, choose);
    }
}

/// The first load returns only part of a long queue. The rest is loaded when that part is decided.
#[test]
fn a_queue_longer_than_one_load_is_decided_to_its_end() {
    let load = Effect::Item(ItemEffect::LoadReviewQueue(job()));
    let mut console = console(ReviewScreen::new(job()).0);
    let count = u32::try_from(MAX_REVIEW_CASES).unwrap();
    console.handle_message(&ambiguous_queue(count));
    let decided = |number| Message::ReviewSubmitted {
        job: job(),
        upc: upc(number),
        result: Ok(ReviewResult::Decided { decision: Box::new(Decision::accept()) }),
    };
    for number in 1..count {
        let effects = press(&mut console, &["1"]);
        assert!(matches!(&effects[..], [Effect::SubmitReview { .. }]), "{number}: {effects:?}");
        assert_eq!(console.handle_message(&decided(number)), [], "{number}");
    }
    let effects = press(&mut console, &["1"]);
    assert!(matches!(&effects[..], [Effect::SubmitReview { .. }, more] if *more == load), "{effects:?}");
    assert!(drawn(&mut console, 80, 24).contains("loading the review queue"));
    // Undone while the next part is loading.
    console.handle_message(&Message::ReviewUndone { job: job(), upc: upc(count), was_sent: false });
    assert!(drawn(&mut console, 80, 24).contains(&format!("{count} of {count}")));
    press(&mut console, &["1"]);
    // All cases that are loaded are decided but not recorded yet.
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case(count, ambiguous(count))]) });
    assert_eq!(console.handle_message(&decided(count)), [], "the last load was not full");
    assert!(drawn(&mut console, 80, 24).contains(&format!("Nothing to review. {count} decided.")));
}

/// Nobody approves a draft without its price.
#[test]
fn the_draft_to_approve_is_described() {
    let mut case = case(1, matched(1));
    case.details.input.copies = 2;
    case.details.decided_copy.media_grade = Some("VG+".parse().unwrap());
    let (screen, _) = ReviewScreen::new(job());
    let mut console = console(screen);
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case]) });
    let page = drawn(&mut console, 80, 24);
    assert!(page.contains("draft: no price · 2 copies · ") && page.contains("VG+"), "{page}");
}

/// Typed values are not lost without a word; a decision of which only the candidate is chosen can be made again at once.
#[test]
fn leaving_with_typed_values_needs_a_second_key() {
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&waiting());
    press(&mut console, &["$", "7", ".", "5", "enter"]);
    let warned = |effects: &[Effect]| matches!(effects, [Effect::Notify(text)] if text.contains("unsaved"));
    let effects = press(&mut console, &["esc"]);
    assert!(warned(&effects), "{effects:?}");
    let effects = press(&mut console, &["esc"]);
    assert!(!warned(&effects), "{effects:?}");
    for quit in ["q", "ctrl-c"] {
        let mut console = super::console(ReviewScreen::new(job()).0);
        console.handle_message(&waiting());
        press(&mut console, &["$", "7", ".", "5", "enter"]);
        // A warning counts only for the next key.
        let effects = press(&mut console, &[quit, "down", quit]);
        assert!(warned(&effects), "{quit}: {effects:?}");
        assert_eq!(press(&mut console, &[quit]), [Effect::Quit], "{quit}");
    }
    let mut untouched = super::console(ReviewScreen::new(job()).0);
    untouched.handle_message(&waiting());
    let effects = press(&mut untouched, &["esc"]);
    assert!(!warned(&effects), "{effects:?}");
}

/// After the last decision of this screen, earlier ones and edits are undone.
#[test]
fn undo_continues_before_the_screen_was_opened() {
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&waiting());
    assert_eq!(press(&mut console, &["u"]), [Effect::UndoNewest]);
    press(&mut console, &["2"]);
    console.handle_message(&Message::ReviewUndone { job: job(), upc: upc(2), was_sent: true });
    assert_eq!(press(&mut console, &["u"]), [Effect::UndoNewest], "the recorded decision is undone already");
}
