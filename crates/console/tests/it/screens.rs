//! Screens as they are drawn, each in its states, at the sizes that people have.

use console::{Action, JobLine};
use console::{Browse, Entry, EntryKind, Gauge, Item, Jobs, News, Page, Spot, Watch};
use domain::dossier::Dossier;
use domain::event::{Fact, Step};
use domain::job::JobState;
use domain::outcome::Status;

use super::{board, console, drawn, job, now, press, watching};
use testing::events::{
    ambiguous, appraised, at, done, illustrated, item, listed, matched, refused, taken, unknown, upc,
};

fn motley() -> Vec<Fact> {
    vec![
        taken(1..=6),
        refused(9),
        Fact::ListRead,
        matched(1),
        appraised(1),
        illustrated(1),
        done(1, Status::Exported),
        ambiguous(2),
        done(2, Status::NeedsReview),
        unknown(3),
        done(3, Status::Failed),
        matched(4),
        appraised(4),
    ]
}

#[test]
fn a_batch_that_runs() {
    let mut console = console(Watch::of(job()));
    insta::assert_snapshot!("watch_joining", drawn(&mut console, 80, 24));
    console.learn(&watching(board(motley())));
    console.learn(&News::Gauges(vec![Gauge { name: "discogs".into(), requests: 7, waiting: 3, ..Gauge::default() }]));
    insta::assert_snapshot!("watch_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("watch_120x40", drawn(&mut console, 120, 40));
    insta::assert_snapshot!("watch_40x12", drawn(&mut console, 40, 12));
}

#[test]
fn rows_are_narrowed_and_sorted() {
    let mut console = console(Watch::of(job()));
    console.learn(&watching(board(motley())));
    press(&mut console, &["f", "f", "f", "f", "f"]);
    let reviews = drawn(&mut console, 80, 12);
    assert!(reviews.contains("720640000023") && !reviews.contains("720640000016"), "{reviews}");
    press(&mut console, &["f", "f", "f", "/", "0", "0", "3", "0"]);
    let found = drawn(&mut console, 80, 12);
    assert!(found.contains("720640000030") && !found.contains("720640000016") && found.contains("1 of 6"), "{found}");
    press(&mut console, &["esc", "o", "o", "O"]);
    let sorted = drawn(&mut console, 80, 12);
    assert!(sorted.contains("by state backwards"), "{sorted}");
    let place = |text: &str| sorted.find(text).unwrap();
    assert!(place("720640000030") < place("720640000016"), "failed before exported: {sorted}");
}

#[test]
fn problems_are_found_and_items_opened() {
    let mut console = console(Watch::of(job()));
    console.learn(&watching(board(motley())));
    assert_eq!(press(&mut console, &["n", "n", "enter"]), [Action::Open { job: job(), upc: upc(3) }]);
    press(&mut console, &["esc", "N"]);
    assert_eq!(press(&mut console, &["enter"]), [Action::Open { job: job(), upc: upc(2) }]);
}

#[test]
fn an_item_in_full() {
    let (screen, _) = Item::of(job(), upc(1));
    let mut console = console(screen);
    insta::assert_snapshot!("item_asked", drawn(&mut console, 80, 24));
    let mut dossier = Dossier::new(listed(1));
    for fact in [matched(1), appraised(1), illustrated(1), done(1, Status::Exported)] {
        let Fact::Item { step, .. } = fact else { unreachable!() };
        dossier.learn(at("2024-03-18T14:30:30Z"), step);
    }
    console.learn(&News::Opened { job: job(), upc: upc(1), answer: Ok(Box::new(dossier)) });
    insta::assert_snapshot!("item_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("item_40x12", drawn(&mut console, 40, 12));
}

#[test]
fn several_pressings_side_by_side() {
    let (screen, _) = Item::of(job(), upc(2));
    let mut console = console(screen);
    let mut dossier = Dossier::new(listed(2));
    for fact in [ambiguous(2), done(2, Status::NeedsReview)] {
        let Fact::Item { step, .. } = fact else { unreachable!() };
        dossier.learn(at("2024-03-18T14:30:30Z"), step);
    }
    console.learn(&News::Opened { job: job(), upc: upc(2), answer: Ok(Box::new(dossier)) });
    insta::assert_snapshot!("item_undecided", drawn(&mut console, 80, 24));
}

/// Text of others never becomes a command to the terminal, and wide characters keep the columns in line.
#[test]
fn hostile_and_wide_names() {
    let mut facts = vec![taken(1..=2), Fact::ListRead];
    for (number, artist) in
        [(1, "\u{1b}[2J\u{202e}evil\u{9b}31m"), (2, "椎名林檎 と長い名前のバンドの長い名前のアルバム")]
    {
        let Fact::Item { step: Step::Identified { mut verdict, without }, upc } = matched(number) else {
            unreachable!()
        };
        if let domain::matching::Verdict::Matched { found, .. } = &mut verdict {
            let fact = found.release.title.as_mut().unwrap();
            artist.clone_into(&mut fact.value);
        }
        facts.push(Fact::Item { upc, step: Step::Identified { verdict, without } });
    }
    let mut console = console(Watch::of(job()));
    console.learn(&watching(board(facts)));
    let screen = drawn(&mut console, 80, 8);
    assert!(!screen.chars().any(|c| c.is_control() && c != '\n'), "{screen:?}");
    assert!(!screen.contains('\u{202e}'), "{screen:?}");
    insta::assert_snapshot!("watch_hostile", screen);
}

fn spot() -> Spot {
    Spot::Bucket { bucket: "draft-maker-bucket".into(), prefix: "2026/".into() }
}

fn list(name: &str, size: u64) -> Entry {
    let source = format!("gs://draft-maker-bucket/2026/{name}");
    let updated = Some(at("2024-03-18T12:30:22Z"));
    Entry { name: name.into(), kind: EntryKind::List { source, size, updated, class: "STANDARD".into() } }
}

#[test]
fn a_bucket_comes_page_by_page() {
    let (screen, ask) = Browse::at(spot());
    assert_eq!(ask, Action::List { spot: spot(), page: None });
    let mut console = console(screen);
    insta::assert_snapshot!("browse_asked", drawn(&mut console, 80, 10));
    let folder = Entry { name: "march".into(), kind: EntryKind::Folder(spot()) };
    let entries = vec![folder, list("box-1.txt", 1_312), list("box-2.csv", 48_211_000)];
    let answer = Ok(Page { entries, next: Some("more".into()), note: None });
    console.learn(&News::Listed { spot: spot(), page: None, answer });
    insta::assert_snapshot!("browse_80x10", drawn(&mut console, 80, 10));
    // Near the end of what is there, the next page is asked for, once.
    assert_eq!(press(&mut console, &["down"]), [Action::List { spot: spot(), page: Some("more".into()) }]);
    assert_eq!(press(&mut console, &["down"]), []);
    let answer = Ok(Page { entries: vec![list("box-3.txt", 12)], next: None, note: None });
    console.learn(&News::Listed { spot: spot(), page: Some("more".into()), answer });
    press(&mut console, &["/", "3"]);
    let found = drawn(&mut console, 80, 10);
    assert!(found.contains("box-3.txt") && !found.contains("box-1.txt"), "{found}");
    let source = "gs://draft-maker-bucket/2026/box-3.txt".to_owned();
    assert_eq!(press(&mut console, &["enter", "enter"]), [Action::Preview { source }]);
}

#[test]
fn a_bucket_that_cannot_be_read_says_why() {
    let (screen, _) = Browse::at(spot());
    let mut console = console(screen);
    let answer = Err("403: the account lacks roles/storage.objectViewer".to_owned());
    console.learn(&News::Listed { spot: spot(), page: None, answer });
    assert!(drawn(&mut console, 80, 10).contains("roles/storage.objectViewer"));
}

#[test]
fn the_list_of_batches() {
    let mut console = console(Jobs::default());
    let line = |number: u64, state| JobLine {
        job: format!("batch_20240318_143022_{number}").parse().unwrap(),
        source: "gs://draft-maker-bucket/upcs.txt".into(),
        state,
        started_at: Some(at("2024-03-18T13:30:22Z")),
        ended_at: None,
        total: 83,
        done: number,
        successful: number,
    };
    console.learn(&News::Jobs(Ok(vec![line(1, JobState::Running), line(0, JobState::Completed)])));
    insta::assert_snapshot!("jobs_80x8", drawn(&mut console, 80, 8));
    assert_eq!(press(&mut console, &["down", "enter"]).len(), 1);
}

#[test]
fn leaving_asks_only_where_something_would_stop() {
    let mut running = console(Watch::of(job()));
    running.learn(&watching(board(motley())));
    assert_eq!(press(&mut running, &["q"]), []);
    assert!(drawn(&mut running, 80, 24).contains("draft-maker resume"));
    assert_eq!(press(&mut running, &["y"]), [Action::Leave]);

    let mut ended = console(Watch::of(job()));
    ended.learn(&watching(board([
        taken(1..=1),
        Fact::ListRead,
        unknown(1),
        done(1, Status::NeedsReview),
        Fact::Finished,
    ])));
    assert_eq!(press(&mut ended, &["q"]), [Action::Leave]);
    assert!(now() > at("2024-03-18T14:30:22Z"));
}

#[test]
fn help_shows_the_keys_of_where_one_is() {
    let mut console = console(Watch::of(job()));
    press(&mut console, &["?"]);
    let help = drawn(&mut console, 80, 40);
    assert!(help.contains("the next item that failed") && help.contains("pause the marked items"), "{help}");
    press(&mut console, &["?", "J", "?"]);
    assert!(!drawn(&mut console, 80, 40).contains("the next item that failed"));
}

#[test]
fn trouble_is_said_where_it_happens_and_kept() {
    let mut console = console(Watch::of(job()));
    console.learn(&News::Told("the bucket does not answer\u{7}".into()));
    assert!(drawn(&mut console, 80, 24).contains("the bucket does not answer"));
    press(&mut console, &["down"]);
    assert!(!drawn(&mut console, 80, 24).contains("the bucket does not answer"));
    press(&mut console, &["E"]);
    assert!(drawn(&mut console, 80, 24).contains("the bucket does not answer"));
}

#[test]
fn marked_upcs_are_copied_together() {
    let mut console = console(Watch::of(job()));
    console.learn(&watching(board(motley())));
    assert_eq!(press(&mut console, &["y"]), [Action::Copy(upc(1).to_string())]);
    let both = format!("{}\n{}", upc(1), upc(2));
    assert_eq!(press(&mut console, &[" ", " ", "y"]), [Action::Copy(both)]);
    let _ = item(1, Step::Lacking { missing: Vec::new() });
}
