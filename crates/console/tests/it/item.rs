//! The item screen: its sections in each state and at common sizes, copying and opening values, and the pane next to
//! the table.

use std::sync::Arc;

use console::{Console, Effect, ItemEffect, ItemScreen, JobScreen, Keymap, Message, Theme};
use domain::condition::Condition;
use domain::draft_diff::{DiffKind, DraftDiff, FieldDiff};
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::job_spec::{CopyGroup, InputItem, JobSpec};
use domain::listing::{ListingField, MissingField};
use domain::matching::{Match, MatchReason, Verdict};
use domain::money::Money;
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::pricing::{Confidence, ExcludedSample, MatchBasis, PriceEstimate, Sample, SampleKind};
use domain::provenance::{Alternative, Sourced};
use domain::sink::SinkKind;
use domain::site::Site;
use domain::sku::Sku;
use pipeline::{ListingPreview, Policies, preview_listing};
use ratatui::Terminal;

use super::{console, drawn, job, key, now, press, projection_of, watching};
use testing::events::{
    DISCOGS, MUSICBRAINZ, ambiguous, cover_chosen, described_item, done, input_item, item_event, items_added, job_spec,
    match_of, matched, price_event, timestamp, unknown, upc,
};

fn item_details(number: u32, events: impl IntoIterator<Item = JobEvent>) -> ItemDetails {
    let mut details = ItemDetails::new(input_item(number));
    for (second, event) in (0..).zip(events) {
        let JobEvent::Item { item_event: step, .. } = event else { panic!("only steps of the item") };
        details
            .apply_event(timestamp("2024-03-18T14:30:30Z") + jiff::SignedDuration::from_millis(second * 1_420), step);
    }
    details
}

fn sample(kind: SampleKind, amount: &str, wording: &str) -> Sample {
    Sample {
        provider: DISCOGS,
        kind,
        price: Money::parse(amount, "USD").unwrap(),
        basis: MatchBasis::default(),
        condition: Some(Condition::Good),
        wording: wording.into(),
        offers: None,
        observed_at: timestamp("2024-03-18T14:30:20Z"),
    }
}

/// Returns a price with many comps of all kinds, one of them excluded.
fn priced() -> JobEvent {
    let sold = ["6.00", "7.50", "7.90", "8.20", "8.20", "9.00", "12.00"];
    let asked = ["9.00", "9.50", "9.99", "14.00", "24.00"];
    let mut samples = sold.map(|amount| sample(SampleKind::Sold, amount, "a sale")).to_vec();
    samples.extend(asked.map(|amount| sample(SampleKind::Asked, amount, "an offer")));
    samples.push(sample(SampleKind::Suggested, "10.10", "suggested"));
    let far =
        ExcludedSample { sample: sample(SampleKind::Asked, "250.00", "an offer"), why: "far from the others".into() };
    let price_estimate = PriceEstimate {
        price: Some(Money::parse("8.20", "USD").unwrap()),
        confidence: Confidence::High,
        rule: "the median of 7 sales".into(),
        band: None,
        doubts: Vec::new(),
        samples,
        excluded: vec![far],
    };
    item_event(1, ItemEvent::Priced { price_estimate, group_prices: Vec::new(), unavailable_providers: Vec::new() })
}

fn reason(aspect: &str, distance: f32, message: &str) -> MatchReason {
    MatchReason { aspect: aspect.into(), weight: 2.0, distance, description: message.into() }
}

/// Returns a match that its catalog number decided. Another provider has another title.
fn decided() -> JobEvent {
    let mut best = match_of("Leonard Cohen", "The Future", 1);
    let title = best.release.title.as_mut().unwrap();
    title.alternatives.push(Alternative { value: "The Future (Remaster)".into(), source: DISCOGS });
    best.release.catalog_number =
        Some(Sourced { agreed: vec![DISCOGS], ..Sourced::new("CK 53226".to_owned(), MUSICBRAINZ) });
    best.score = 0.97;
    best.reasons = vec![reason("catalog number", 0.0, "CK 53226 at both"), reason("date", 0.6, "1992 or 1993")];
    let mut next = match_of("Leonard Cohen", "The Future", 1);
    next.score = 0.81;
    next.reasons = vec![reason("catalog number", 1.0, "472498 2"), reason("date", 0.0, "1992 at both")];
    identified(best, Some(next))
}

fn identified(found: Match, next: Option<Match>) -> JobEvent {
    let verdict = Verdict::Matched { best_match: Box::new(found), runner_up: next.map(Box::new) };
    item_event(1, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() })
}

fn drafted(sink: SinkKind) -> JobEvent {
    let draft = Draft {
        sku: Sku::for_upc(upc(1)),
        title: "Leonard Cohen – The Future CD 1992".into(),
        sink,
        offer_id: Some("8209815010".into()),
        url: None,
        price: None,
    };
    item_event(1, ItemEvent::Finished { outcome: ItemOutcome::succeeded(Status::Drafted, Some(draft)) })
}

/// Returns a console whose screen shows the item and its listing.
pub(super) fn opened(details: &ItemDetails) -> Console {
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let mut console = console(screen);
    load_item(&mut console, details);
    console
}

pub(super) fn load_item(console: &mut Console, details: &ItemDetails) {
    let spec = JobSpec { condition: Some(Condition::Good), ..job_spec() };
    let listing = preview_listing(&Policies::default(), &spec, details, Vec::new());
    console.handle_message(&Message::ItemLoaded {
        job: job(),
        upc: details.input.upc,
        result: Ok(Box::new(details.clone())),
    });
    console.handle_message(&Message::ListingLoaded { job: job(), upc: details.input.upc, result: Ok(listing) });
}

pub(super) fn item_with_everything() -> ItemDetails {
    item_details(1, [decided(), priced(), cover_chosen(1), drafted(SinkKind::Inventory)])
}

#[test]
fn a_drafted_item_at_all_sizes() {
    let mut console = opened(&item_with_everything());
    for (width, height) in [(80, 24), (120, 40), (200, 50), (40, 12)] {
        insta::assert_snapshot!(format!("opened_drafted_{width}x{height}"), drawn(&mut console, width, height));
    }
    // The whole item from top to bottom.
    insta::assert_snapshot!("opened_drafted_whole", drawn(&mut console, 100, 110));
}

#[test]
fn the_item_screen_in_each_state() {
    let state = |name: &str, details: ItemDetails| {
        let mut console = opened(&details);
        at_each_size(name, &mut console);
    };
    state("ambiguous", item_details(1, [for_first_item(ambiguous(1)), done(1, Status::NeedsReview)]));
    state("unknown", item_details(1, [unknown(1), done(1, Status::NeedsReview)]));
    let message = "inventory: eBay refuses it: The title is too long (25718); \u{1b}]0;gone\u{7} mend it";
    let failed = item_event(1, ItemEvent::Finished { outcome: ItemOutcome::failed(message.into()) });
    state("failed", item_details(1, [decided(), priced(), cover_chosen(1), failed]));
    let none = PriceEstimate {
        price: None,
        confidence: Confidence::None,
        rule: "no samples, and no floor price is set".into(),
        band: None,
        doubts: Vec::new(),
        samples: Vec::new(),
        excluded: Vec::new(),
    };
    let unpriced = item_event(
        1,
        ItemEvent::Priced {
            price_estimate: none,
            group_prices: Vec::new(),
            unavailable_providers: vec!["discogs: 503".into()],
        },
    );
    let missing = vec![MissingField::new(ListingField::Price, "no samples", "price it by hand")];
    let lacking = item_event(1, ItemEvent::MissingData { missing });
    state("lacking", item_details(1, [decided(), unpriced, cover_chosen(1), lacking, done(1, Status::NeedsReview)]));
    let mut console = console(ItemScreen::new(job(), upc(1)).0);
    at_each_size("loading", &mut console);
    console.handle_message(&Message::ItemLoaded {
        job: job(),
        upc: upc(1),
        result: Err("the journal cannot be read".into()),
    });
    assert!(drawn(&mut console, 80, 24).contains("the journal cannot be read"));
    at_each_size("unreadable", &mut console);
}

fn at_each_size(name: &str, console: &mut Console) {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        insta::assert_snapshot!(format!("opened_{name}_{width}x{height}"), drawn(console, width, height));
    }
}

/// Returns an event of another item as an event of the first item.
fn for_first_item(event: JobEvent) -> JobEvent {
    let JobEvent::Item { item_event: step, .. } = event else { panic!("a step") };
    item_event(1, step)
}

#[test]
fn hostile_and_unusual_names() {
    let names = [
        ("long", "Very long words without an end ".repeat(12)),
        ("unbroken", "x".repeat(300)),
        ("rtl", "شعبان عبد الرحيم – אריק איינשטיין".to_owned()),
        ("cjk", "椎名林檎 と長い名前のバンドの長い名前のアルバム、無罪モラトリアム".repeat(2)),
        ("hostile", "\u{1b}[2J\u{202e}evil\u{9b}31m\u{7}\u{1b}]52;c;eA==\u{7}".to_owned()),
    ];
    for (name, title) in names {
        let mut best = match_of("Artist", &title, 1);
        best.reasons = vec![reason("title", 0.0, &title)];
        let mut console = opened(&item_details(1, [identified(best, None), price_event(1), cover_chosen(1)]));
        for (width, height) in [(80, 24), (120, 40), (40, 12)] {
            let screen = drawn(&mut console, width, height);
            assert!(!screen.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{screen:?}");
            insta::assert_snapshot!(format!("opened_{name}_{width}x{height}"), screen);
        }
    }
}

#[test]
fn the_value_under_the_cursor_is_copied_without_decoration() {
    let mut console = opened(&item_with_everything());
    let screen = drawn(&mut console, 80, 24);
    let line_of = |text: &str| screen.lines().position(|line| line.contains(text)).unwrap();
    assert_eq!(press(&mut console, &["y"]), [Effect::CopyText(upc(1).to_string())]);
    // The first line of the screen is its header.
    let steps = line_of("catalog no.") - 1;
    assert_eq!(press(&mut console, &vec!["down"; steps]), []);
    assert_eq!(press(&mut console, &["y"]), [Effect::CopyText("CK 53226".into())]);
    let [Effect::CopyText(text)] = &press(&mut console, &["Y"])[..] else { panic!("text") };
    assert!(text.contains("\nprice\n") && text.contains("the median of 7 sales") && !text.contains('│'), "{text}");
    let json = press(&mut console, &["ctrl-y"]);
    let [Effect::CopyText(json)] = &json[..] else { panic!("{json:?}") };
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["appraisal"]["price"]["minor"], 820);
    assert_eq!(json["steps"][0]["step"], "identified");
}

#[test]
fn sections_fold_and_addresses_open() {
    let mut console = opened(&item_with_everything());
    drawn(&mut console, 80, 24);
    press(&mut console, &["tab", " "]);
    let screen = drawn(&mut console, 80, 24);
    assert!(screen.contains("▸ release") && !screen.contains("catalog no."), "{screen}");
    press(&mut console, &["Z"]);
    drawn(&mut console, 80, 24);
    press(&mut console, &["Z"]);
    let shut = drawn(&mut console, 80, 24);
    assert!(shut.contains("▸ history") && shut.contains("▸ price"), "{shut}");
    press(&mut console, &["Z"]);
    let screen = drawn(&mut console, 80, 120);
    let cover = screen.lines().position(|line| line.contains("address      https://covers.example/1.jpg")).unwrap();
    press(&mut console, &vec!["down"; cover - 1]);
    assert_eq!(press(&mut console, &["o"]), [Effect::OpenUrl("https://covers.example/1.jpg".into())]);
    let [Effect::Item(ItemEffect::LoadImage { url: address, .. })] = &press(&mut console, &["i"])[..] else {
        panic!("a picture")
    };
    assert_eq!(address, "https://covers.example/1.jpg");
}

#[test]
fn addresses_are_links_if_the_terminal_supports_them() {
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let theme = Theme::plain();
    let with = |links: bool, screen: ItemScreen| {
        let keymap = Keymap::new(None).unwrap();
        let mut console = Console::new("it".into(), keymap, theme.with_hyperlinks(links), Box::new(screen), true);
        load_item(&mut console, &item_with_everything());
        drawn(&mut console, 100, 110)
    };
    let plain = with(false, screen);
    assert!(!plain.contains('\u{1b}'));
    let linked = with(true, ItemScreen::new(job(), upc(1)).0);
    let link = "\u{1b}]8;;https://covers.example/1.jpg\u{1b}\\https://covers.example/1.jpg\u{1b}]8;;\u{1b}\\";
    assert!(linked.contains(link), "{linked:?}");
}

/// Links change neither the visible text nor its position.
#[test]
fn links_do_not_affect_the_columns() {
    let shown = |links: bool| {
        let keymap = Keymap::new(None).unwrap();
        let theme = Theme::plain().with_hyperlinks(links);
        let mut console = Console::new("it".into(), keymap, theme, Box::new(ItemScreen::new(job(), upc(1)).0), true);
        load_item(&mut console, &item_with_everything());
        let bytes = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let backend = ratatui::backend::CrosstermBackend::new(TestTerminalOutput(bytes.clone()));
        let fixed = ratatui::Viewport::Fixed(ratatui::layout::Rect::new(0, 0, 100, 110));
        let mut terminal = Terminal::with_options(backend, ratatui::TerminalOptions { viewport: fixed }).unwrap();
        terminal.draw(|frame| console.draw(frame, now())).unwrap();
        let mut screen = vt100::Parser::new(110.try_into().unwrap(), 100.try_into().unwrap(), 0);
        screen.process(&bytes.lock());
        screen.screen().contents()
    };
    let plain = shown(false);
    assert!(plain.contains("covers.example/1.jpg"), "{plain}");
    assert_eq!(plain, shown(true));
}

#[derive(Clone)]
struct TestTerminalOutput(Arc<parking_lot::Mutex<Vec<u8>>>);

impl std::io::Write for TestTerminalOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn compared() -> DraftDiff {
    let field = |name: &str, ours: Option<&str>, theirs: Option<&str>, is| FieldDiff {
        name: name.into(),
        sent: ours.map(str::to_owned),
        remote: theirs.map(str::to_owned),
        kind: is,
    };
    DraftDiff {
        sku: Sku::for_upc(upc(1)).to_string(),
        state: "UNPUBLISHED".into(),
        offer_id: Some("8209815010".into()),
        listing_id: None,
        compared_at: timestamp("2024-03-18T14:30:50Z"),
        fields: vec![
            field("title", Some("The Future"), Some("The Future"), DiffKind::Same),
            field("price", Some("8.2"), Some("12.50"), DiffKind::EditedRemotely),
            field("conditionDescription", None, Some("A hairline\u{7}"), DiffKind::EditedRemotely),
        ],
    }
}

#[test]
fn values_at_ebay_are_shown_beside_those_that_were_sent() {
    let mut console = opened(&item_with_everything());
    drawn(&mut console, 80, 24);
    assert_eq!(press(&mut console, &["="]), [Effect::Item(ItemEffect::CompareDraft { job: job(), upc: upc(1) })]);
    assert!(drawn(&mut console, 80, 110).contains("asking eBay …"));
    console.handle_message(&Message::DraftCompared { job: job(), upc: upc(1), result: Ok(vec![compared()]) });
    press(&mut console, &["Z"]);
    drawn(&mut console, 80, 24);
    press(&mut console, &["end", "k", " "]);
    insta::assert_snapshot!("opened_compared", drawn(&mut console, 80, 24));
    console.handle_message(&Message::DraftCompared {
        job: job(),
        upc: upc(1),
        result: Err("eBay: the day's calls are used up".into()),
    });
    assert!(drawn(&mut console, 80, 24).contains("used up"));
}

/// A draft of eBay Germany is not found at eBay.com.
#[test]
fn links_lead_to_the_site_of_the_batch() {
    let mut projection = projection_of([items_added(1..=1)]);
    projection.spec = Some(JobSpec { site: Site::EbayDe, ..job_spec() });
    let mut console = opened(&item_with_everything());
    console.handle_message(&watching(projection));
    let live = DraftDiff { listing_id: Some("110551991192".into()), ..compared() };
    console.handle_message(&Message::DraftCompared { job: job(), upc: upc(1), result: Ok(vec![live]) });
    let shown = drawn(&mut console, 80, 110);
    assert!(shown.contains("https://www.ebay.de/itm/110551991192"), "{shown}");
    load_item(&mut console, &item_details(1, [decided(), priced(), cover_chosen(1), drafted(SinkKind::Csv)]));
    let shown = drawn(&mut console, 80, 110);
    assert!(shown.contains("https://www.ebay.de/sh/lst/drafts"), "{shown}");
}

/// The pane next to the table follows the cursor when it rests. Scrolling requests nothing.
/// Returns the effects that load the item beside the table.
pub(super) fn rests(console: &mut Console) -> Vec<Effect> {
    let is_rest = |effect: &Effect| matches!(effect, Effect::Item(ItemEffect::Debounce { .. }));
    console.pending_effects().into_iter().filter(is_rest).collect()
}

#[test]
fn the_item_is_shown_beside_the_table_if_there_is_room() {
    let mut console = console(JobScreen::new(job()));
    drawn(&mut console, 200, 50);
    let rest = |number| Effect::Item(ItemEffect::Debounce { job: job(), upc: upc(number) });
    let events = [items_added(1..=6), JobEvent::InputClosed, matched(1), price_event(1), cover_chosen(1)];
    assert_eq!(console.handle_message(&watching(projection_of(events))), [Effect::Item(ItemEffect::CountPhotos)]);
    assert_eq!(rests(&mut console), [rest(1)]);
    press(&mut console, &["down", "down"]);
    assert_eq!(rests(&mut console), [rest(3)]);
    assert_eq!(console.handle_message(&Message::CursorIdle { job: job(), upc: upc(2) }), [], "the cursor has moved on");
    assert_eq!(
        console.handle_message(&Message::CursorIdle { job: job(), upc: upc(3) }),
        [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(3) })]
    );
    press(&mut console, &["g"]);
    assert_eq!(rests(&mut console), [rest(1)]);
    assert_eq!(
        console.handle_message(&Message::CursorIdle { job: job(), upc: upc(1) }),
        [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(1) })]
    );
    load_item(&mut console, &item_with_everything());
    insta::assert_snapshot!("beside_200x50", drawn(&mut console, 200, 50));
    insta::assert_snapshot!("beside_140x30", drawn(&mut console, 140, 30));
    // Enter opens the item, and loaded details are shown immediately.
    assert_eq!(press(&mut console, &["enter"]), [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(1) })]);
    let inside = drawn(&mut console, 200, 50);
    assert!(inside.contains("by list") && inside.contains("CK 53226"), "{inside}");
    assert_eq!(press(&mut console, &["y"]), [Effect::CopyText(upc(1).to_string())]);
    // If the terminal becomes narrow, the item covers the table.
    let over = drawn(&mut console, 80, 24);
    assert!(over.contains("Leonard Cohen") && !over.contains("by list"), "{over}");
    press(&mut console, &["esc"]);
    assert!(!drawn(&mut console, 80, 24).contains("CK 53226"), "no pane without enough room");
    let event = EventEnvelope { seq: Seq(9), at: now(), job: job(), payload: matched(2) };
    assert_eq!(console.handle_message(&Message::JobEvents { job: job(), events: vec![event] }), []);
}

#[test]
fn an_incomplete_listing_is_marked() {
    let details = item_details(1, [decided(), priced(), cover_chosen(1)]);
    let ListingPreview::Ready(listing) = preview_listing(&Policies::default(), &job_spec(), &details, Vec::new())
    else {
        panic!("a listing")
    };
    assert!(listing.notes().iter().any(|note| note.contains("condition")), "{:?}", listing.notes());
    let _ = key("enter");
}

/// What the list states about the copies is on the item's page, also before there is a draft.
#[test]
fn the_stated_location_and_grades_are_shown() {
    let mut item = described_item(1, "Box 14", "VG+/VG");
    let shown = |item: &InputItem| drawn(&mut opened(&ItemDetails::new(item.clone())), 120, 40);
    let alone = shown(&item);
    assert!(
        alone.contains("stated       media Very Good Plus (VG+), sleeve Very Good (VG); location Box 14"),
        "{alone}"
    );
    let seller = described_item(1, "Box 2", "sealed").seller;
    item.add_copies(CopyGroup { copies: 2, lines: vec![9].into(), seller });
    let both = shown(&item);
    assert!(
        both.contains("1 copy: media Very Good Plus") && both.contains("2 copies: condition new, media Mint (M)"),
        "{both}"
    );
}

#[test]
fn an_item_whose_scans_are_undone_says_so() {
    let item = InputItem { copies: 0, lines: Vec::new().into(), ..input_item(1) };
    let shown = drawn(&mut opened(&ItemDetails::new(item)), 80, 24);
    assert!(shown.contains("list         0 copies: its scans are undone"), "{shown}");
}
