//! What is asked before a batch, in each of its states.

use console::{Action, Console, News, NotStarted, Start, Wish};
use domain::batch::{BadLine, Copies};
use domain::condition::Condition;
use domain::forecast::{Asked, Forecast, Plan, Quota, Time, Turn, UnderWay};
use domain::job::JobState;
use domain::survey::{Amount, DraftedBefore, SoFar, Survey};

use super::{console, drawn, job, press};
use testing::events::{at, upc};

const SOURCE: &str = "upcs.txt";

/// A list as one is scanned.
pub(super) fn survey() -> Survey {
    Survey {
        items: 83,
        repeats: 3,
        refused: 1,
        first_refused: vec![BadLine { line: 7, text: "n/a".into(), reason: "no digits in it".into() }],
        first: (1..=6).map(upc).collect(),
        drafted_before: 12,
        last_drafted: vec![DraftedBefore { upc: upc(2), at: at("2024-03-16T14:30:22Z"), job_id: job() }],
    }
}

fn asked(name: &str, identifies: bool, has_key: Option<bool>) -> Asked {
    let lacks = (has_key == Some(false)).then(|| "prices by condition".to_owned());
    Asked { name: name.into(), identifies, has_key, lacks }
}

/// What a batch over it would do, by usual settings.
pub(super) fn forecast() -> Forecast {
    Forecast {
        items: 83,
        drafts: 83,
        plan: Plan {
            sink: "csv".into(),
            create_drafts: true,
            test_mode: false,
            review: false,
            condition: Some(Condition::VeryGood),
            copies: Copies::Together,
        },
        about: "A file of drafts: upload it once in Seller Hub > Reports > Uploads.".into(),
        asked: vec![
            asked("musicbrainz", true, None),
            asked("discogs", true, Some(true)),
            asked("coverartarchive", false, None),
        ],
        price_rule: "in USD, 95% of the samples, never below 4.99 USD".into(),
        time: Some(Time { seconds: 249, seconds_with_others: 249, slowest: "discogs".into(), per_minute: 60.0 }),
        quotas: Vec::new(),
        turn: Turn::default(),
        under_way: None,
        to_do: Vec::new(),
        advice: Vec::new(),
    }
}

/// The dialog over a list that was read, with this forecast.
fn foreseen(forecast: Forecast) -> Console {
    let (screen, ask) = Start::over(SOURCE.into());
    assert_eq!(ask, Action::Preview { source: SOURCE.into() });
    let mut console = console(screen);
    let wanted = console.learn(&News::Previewed { source: SOURCE.into(), answer: Ok(Box::new(survey())) });
    let wish = Wish::over(SOURCE.into());
    assert_eq!(wanted, [Action::Forecast { wish: wish.clone(), amount: Amount { items: 83, copies: 86 } }]);
    console.learn(&News::Forecast { wish, answer: Ok(Box::new(forecast)) });
    console
}

fn at_each_size(name: &str, console: &mut Console) {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn(console, width, height));
    }
}

#[test]
fn while_the_list_is_read() {
    let (screen, _) = Start::over(SOURCE.into());
    let mut console = console(screen);
    assert!(drawn(&mut console, 80, 24).contains("reading the list …"));
    assert_eq!(press(&mut console, &["enter"]), [], "not before the list was read");
    let so_far = SoFar::Read { bytes: 6_100_000, of: Some(14_000_000), lines: 435_000 };
    console.learn(&News::Reading { source: SOURCE.into(), so_far });
    at_each_size("reading", &mut console);
    let so_far = SoFar::LookedUp { items: 340_000, of: 1_000_000 };
    console.learn(&News::Reading { source: SOURCE.into(), so_far });
    assert!(drawn(&mut console, 80, 24).contains("34%, 340000 of 1000000 items"));
    assert_eq!(press(&mut console, &["esc"]), [Action::StopReading(SOURCE.into())]);
    console.learn(&News::Previewed { source: SOURCE.into(), answer: Ok(Box::new(survey())) });
    assert!(drawn(&mut console, 80, 24).contains("r reads it again"), "what comes too late is not taken");
    assert_eq!(press(&mut console, &["r"]), [Action::Preview { source: SOURCE.into() }]);
}

#[test]
fn ready_into_a_file() {
    at_each_size("ready", &mut foreseen(forecast()));
}

#[test]
fn without_keys() {
    let asked = vec![asked("musicbrainz", true, None), asked("discogs", true, Some(false))];
    let advice = vec!["Without DISCOGS_PERSONAL_ACCESS_TOKEN, discogs lacks search by barcode.".into()];
    at_each_size("no_keys", &mut foreseen(Forecast { asked, advice, ..forecast() }));
}

#[test]
fn at_ebay_with_too_few_calls_left() {
    let until = at("2024-03-19T07:00:00Z");
    let quota = |api: &str, need, left, daily| Quota { api: api.into(), need, left, daily, until };
    let quotas = vec![quota("browse", 166, 41, 5_000), quota("inventory", 12, 1_999_000, 2_000_000)];
    let plan = Plan { sink: "inventory".into(), ..forecast().plan };
    at_each_size("quota", &mut foreseen(Forecast { quotas, plan, ..forecast() }));
}

#[test]
fn not_signed_in_it_looks_again_and_does_not_start() {
    let to_do = vec!["nobody is signed in at eBay: run `draft-maker auth ebay`".into()];
    let plan = Plan { sink: "inventory".into(), ..forecast().plan };
    let mut console = foreseen(Forecast { to_do, plan, ..forecast() });
    assert!(drawn(&mut console, 80, 24).contains("nobody is signed in at eBay"));
    let wish = Wish::over(SOURCE.into());
    let amount = survey().amount();
    assert_eq!(press(&mut console, &["enter"]), [Action::Forecast { wish: wish.clone(), amount }]);
    console.learn(&News::Forecast { wish: wish.clone(), answer: Ok(Box::new(forecast())) });
    assert_eq!(press(&mut console, &["enter"]), [Action::Start(wish)]);
}

#[test]
fn behind_others_in_the_queue() {
    let turn = Turn { place: 3, running: 1, items_before: 1_240 };
    let time = Time { seconds_with_others: 3_969, ..forecast().time.unwrap() };
    at_each_size("queue", &mut foreseen(Forecast { turn, time: Some(time), ..forecast() }));
}

#[test]
fn over_a_list_that_is_under_way_it_offers_to_join() {
    let under_way = UnderWay { job_id: job(), state: JobState::Running };
    let twice = || foreseen(Forecast { under_way: Some(under_way.clone()), ..forecast() });
    let mut console = twice();
    assert_eq!(press(&mut console, &["enter"]), []);
    at_each_size("under_way", &mut console);
    assert_eq!(press(&mut console, &["esc"]), []);
    assert!(drawn(&mut console, 80, 24).contains("drafts go to"), "back to the choices");
    assert_eq!(press(&mut console, &["enter", "enter"]), [Action::Watch(job())]);
    let mut console = twice();
    let forced = Wish { force: true, ..Wish::over(SOURCE.into()) };
    assert_eq!(press(&mut console, &["enter", "down", "enter"]), [Action::Start(forced)]);
}

/// Somebody was quicker between the forecast and the key.
#[test]
fn who_is_refused_for_the_same_list_is_offered_to_join_too() {
    let mut console = foreseen(forecast());
    assert_eq!(press(&mut console, &["enter"]), [Action::Start(Wish::over(SOURCE.into()))]);
    let under_way = UnderWay { job_id: job(), state: JobState::Pending };
    console.learn(&News::Started(Err(NotStarted::SameList(under_way))));
    assert!(drawn(&mut console, 80, 24).contains(&format!("join {}", job())));
    assert_eq!(press(&mut console, &["enter"]), [Action::Watch(job())]);
}

#[test]
fn what_is_chosen_is_what_is_started() {
    let mut console = foreseen(forecast());
    let [Action::Forecast { wish, .. }] = &press(&mut console, &[" "])[..] else { panic!("it is foreseen anew") };
    assert_eq!(wish.sink.as_deref(), Some("inventory"), "the one after the one that is set");
    let late = Forecast { items: 1, ..forecast() };
    console.learn(&News::Forecast { wish: Wish::over(SOURCE.into()), answer: Ok(Box::new(late)) });
    assert!(!drawn(&mut console, 80, 24).contains("1 item is"), "the answer to an older wish is not taken");
    press(&mut console, &["down", " ", "down", " ", " ", "down", " "]);
    let [Action::Start(wish)] = &press(&mut console, &["s"])[..] else { panic!("it starts") };
    assert_eq!((wish.copies, wish.condition), (Some(Copies::Separate), Some(Condition::LikeNew)));
    assert!(wish.test_mode && wish.create_drafts && !wish.review && !wish.force);
    assert_eq!(press(&mut console, &["s"]), [], "a second key starts no second batch");
    assert_eq!(console.learn(&News::Started(Ok(job()))), [Action::Watch(job())]);
}

#[test]
fn what_has_no_room_is_reached() {
    let mut console = foreseen(forecast());
    let first = drawn(&mut console, 40, 12);
    assert!(first.contains("more lines"), "{first}");
    let down = std::iter::repeat_n("pgdn", 30).collect::<Vec<_>>();
    press(&mut console, &down);
    let last = drawn(&mut console, 40, 12);
    assert!(last.contains("first: 720640000016"), "{last}");
}
