//! A line for an event: for people where it is of interest, as JSON always.

use jiff::Timestamp;

use domain::batch::{BadLine, Order};
use domain::board::Board;
use domain::event::{Event, Fact, Step};
use domain::item::Item;
use domain::outcome::Outcome;
use domain::screen::{clean, clean_json, fit};
use domain::upc::Upc;

/// How events become lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    Text,
    Ndjson,
}

/// Refused lines of one event that are printed; all stand in the journal and are counted in the summary.
const REFUSED_SHOWN: usize = 20;
/// Cells of `artist – title`.
const NAME_WIDTH: usize = 44;

/// What is printed for `event`, without the line break at its end; `None` for what people need not see. The board
/// may be further on than the event.
pub fn line(event: &Event, board: &Board, lines: Lines) -> Option<String> {
    match lines {
        Lines::Ndjson => serde_json::to_string(event).ok().map(clean_json),
        Lines::Text => text(event, board),
    }
}

fn text(event: &Event, board: &Board) -> Option<String> {
    match &event.fact {
        Fact::Ordered { order } => Some(ordered(event, order)),
        Fact::Refused { lines } => refused(lines),
        Fact::FurtherRefused { lines } => {
            Some(format!("{lines} more lines not taken; so many are not written down one by one"))
        }
        Fact::ListRead => Some(list_read(board)),
        Fact::Resumed => Some(format!("{} goes on, {} items are left", event.job, left(board))),
        Fact::Parked { items, until, why } => Some(parked(*items, *until, why)),
        Fact::Queued => Some(format!("{} waits for its turn", event.job)),
        Fact::Started => Some(format!("{} begins", event.job)),
        Fact::Paused { why } => Some(format!("{} set aside: {}", event.job, clean(why))),
        Fact::Cancelled { why } => Some(format!("{} given up: {}", event.job, clean(why))),
        Fact::Stopped { why, .. } => Some(format!("{} stopped: {}", event.job, clean(why))),
        Fact::Broke { why } => Some(format!("{} broke off: {}", event.job, clean(why))),
        Fact::Item { upc, step: Step::Done { outcome } } => Some(done(*upc, outcome, board.item(*upc))),
        Fact::Scanned { upc: Some(upc), copies: copies @ 2.., .. } => {
            Some(format!("{upc:<13}  repeated: {copies} copies"))
        }
        Fact::TakenBack { upc, copies, .. } => Some(format!("{upc:<13}  a scan taken back: {copies} copies left")),
        Fact::Taken { .. } | Fact::Scanned { .. } | Fact::Finished | Fact::Item { .. } => None,
    }
}

fn parked(items: u64, until: Timestamp, why: &str) -> String {
    let until = until.strftime("%Y-%m-%d %H:%M UTC");
    format!("{items} items wait until {until} and go on by themselves: {}", clean(why))
}

fn ordered(event: &Event, order: &Order) -> String {
    let way = match (order.test_mode, order.create_drafts) {
        (true, _) => "a rehearsal; nothing outside is written".to_owned(),
        (false, false) => "no drafts".to_owned(),
        (false, true) => format!("drafts go to {}", clean(&order.sink)),
    };
    if order.takes_scans() {
        return format!("{} takes scans ({way})", event.job);
    }
    format!("{} reads {} ({way})", event.job, clean(&order.source))
}

fn refused(lines: &[BadLine]) -> Option<String> {
    let mut shown: Vec<_> = lines.iter().take(REFUSED_SHOWN).map(refused_line).collect();
    if lines.len() > REFUSED_SHOWN {
        shown.push(format!("and {} more lines not taken", lines.len() - REFUSED_SHOWN));
    }
    (!shown.is_empty()).then(|| shown.join("\n"))
}

/// `line 14 not taken: "abc": no digits in it`
pub fn refused_line(bad: &BadLine) -> String {
    format!("line {} not taken: \"{}\": {}", bad.line, clean(&bad.text), clean(&bad.reason))
}

fn list_read(board: &Board) -> String {
    let refused = match board.counts.refused_lines {
        0 => String::new(),
        1 => ", 1 line not taken".to_owned(),
        n => format!(", {n} lines not taken"),
    };
    format!("the list holds {} items{refused}", board.counts.total)
}

/// Items that are not in their end state.
pub fn left(board: &Board) -> u64 {
    board.counts.total - board.counts.done
}

/// `720642442524   exported         Nirvana – Nevermind      12.99 USD  why not, where it is not`
fn done(upc: Upc, outcome: &Outcome, item: Option<&Item>) -> String {
    let name = fit(&item.map(name).unwrap_or_default(), NAME_WIDTH);
    let price = item.and_then(|item| item.price).map(|price| price.to_string()).unwrap_or_default();
    let reason = outcome.words().map(clean).unwrap_or_default();
    format!("{upc:<13}  {:<15}  {name}  {price:>12}  {reason}", outcome.status).trim_end().to_owned()
}

/// The same of an item that is in its end state, from what its board shows.
pub fn row(item: &Item) -> Option<String> {
    let outcome = Outcome { error: item.error.as_deref().map(str::to_owned), ..Outcome::success(item.status?, None) };
    Some(done(item.upc, &outcome, Some(item)))
}

/// `artist – title`, as far as known.
pub fn name(item: &Item) -> String {
    let known = [item.artist.as_deref(), item.title.as_deref()];
    clean(&known.into_iter().flatten().collect::<Vec<_>>().join(" – ")).into_owned()
}
