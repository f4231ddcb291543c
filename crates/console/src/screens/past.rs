//! Back and forth through the events of a batch: where one is, and where one wants to be. Nothing waits here: the board
//! of that moment is folded elsewhere, and what is pressed meanwhile adds up.

use ratatui::text::{Line, Span};

use crate::command::Command;
use crate::operations::{Moment, SharedBoard, Then};
use crate::pane::Look;
use domain::batch::JobId;
use domain::event::{Event, Fact, Step};
use domain::screen::clean;

/// Events that a long step goes.
const LONG: i64 = 100;

/// Seconds that a step in time goes.
const MINUTE: i64 = 60;

/// One who looks back.
#[derive(Default)]
pub(super) struct Past {
    then: Option<Then>,
    /// What is being fetched.
    asked: Option<Moment>,
    /// What is wanted after that.
    next: Option<Moment>,
    trouble: Option<String>,
}

impl Past {
    /// Begins with what is now.
    pub(super) fn begin() -> (Self, Moment) {
        (Self { asked: Some(Moment::Now), ..Self::default() }, Moment::Now)
    }

    /// The board of that moment.
    pub(super) fn board(&self) -> Option<&SharedBoard> {
        self.then.as_ref().map(|then| &then.board)
    }

    /// The number of the event that is wanted last.
    fn heading_for(&self) -> (u64, u64) {
        let (at, of) = self.then.as_ref().map_or((0, 0), |then| (then.at, then.of));
        match self.next.or(self.asked) {
            Some(Moment::Event(number)) => (number, of),
            Some(Moment::Now) => (of, of),
            Some(Moment::Seconds { .. }) | None => (at, of),
        }
    }

    /// Moves along the tape, where the command does; false for any other. What is to be fetched then is told by
    /// [`Self::fetch`].
    pub(super) fn obey(&mut self, command: Command) -> bool {
        let (at, of) = self.heading_for();
        let by = |step: i64| Moment::Event(at.saturating_add_signed(step).clamp(1, of.max(1)));
        let wanted = match command {
            Command::Earlier => by(-1),
            Command::Later => by(1),
            Command::MuchEarlier => by(-LONG),
            Command::MuchLater => by(LONG),
            Command::MinuteEarlier => Moment::Seconds { from: at, by: -MINUTE },
            Command::MinuteLater => Moment::Seconds { from: at, by: MINUTE },
            Command::Begin => Moment::Event(1),
            Command::Newest => Moment::Now,
            _ => return false,
        };
        self.next = Some(wanted);
        true
    }

    /// What is to be fetched now; nothing while an answer is on its way.
    pub(super) fn fetch(&mut self) -> Option<Moment> {
        if self.asked.is_none() {
            self.asked = self.next.take();
            return self.asked;
        }
        None
    }

    /// Takes in what was fetched; what is wanted next.
    pub(super) fn learn(&mut self, answer: &Result<Then, String>) -> Option<Moment> {
        match answer {
            Ok(then) => (self.then, self.trouble) = (Some(then.clone()), None),
            Err(why) => self.trouble = Some(why.clone()),
        }
        self.asked = self.next.take();
        self.asked
    }

    /// `PAST  event 1,204 of 8,400, 14:03:11, 0724… identified`
    pub(super) fn line(&self, look: Look<'_>) -> Line<'static> {
        let mut spans = vec![Span::styled("PAST ", look.theme.cursor()), Span::raw(" ")];
        if let Some(Then { at, of, event, .. }) = &self.then {
            let time = event.at.strftime("%H:%M:%S");
            spans.push(Span::styled(
                format!("event {} of {}, {time}, {}", number(*at), number(*of), told(event)),
                look.theme.doubtful(),
            ));
        }
        if let Some(why) = &self.trouble {
            spans.push(Span::styled(format!("  {}", clean(why)), look.theme.bad()));
        } else if self.asked.is_some() {
            spans.push(Span::styled("  …", look.theme.faint()));
        }
        Line::from(spans)
    }
}

/// What is to be fetched.
pub(super) fn ask(job: &JobId, moment: Moment) -> crate::pane::Action {
    crate::pane::Action::Past { job: job.clone(), moment }
}

/// `720642442524 identified`
fn told(event: &Event) -> String {
    match &event.fact {
        Fact::Item { upc, step } => format!("{upc} {}", step_words(step)),
        Fact::Ordered { .. } => "ordered".to_owned(),
        Fact::Taken { items } => format!("{} items of the list", items.len()),
        Fact::Refused { lines } => format!("{} lines not taken", lines.len()),
        Fact::FurtherRefused { lines } => format!("{lines} more lines not taken"),
        Fact::Scanned { upc: Some(upc), .. } => format!("{upc} scanned"),
        Fact::Scanned { upc: None, .. } => "a scan that is no barcode".to_owned(),
        Fact::TakenBack { upc, .. } => format!("{upc} taken back"),
        Fact::ListRead => "the list is read".to_owned(),
        Fact::Queued => "waits for its turn".to_owned(),
        Fact::Started => "begins".to_owned(),
        Fact::Resumed => "goes on".to_owned(),
        Fact::Parked { items, .. } => format!("{items} items wait"),
        Fact::Stopped { .. } => "stopped".to_owned(),
        Fact::Paused { .. } => "paused".to_owned(),
        Fact::Cancelled { .. } => "cancelled".to_owned(),
        Fact::Finished => "finished".to_owned(),
        Fact::Broke { .. } => "broke off".to_owned(),
    }
}

fn step_words(step: &Step) -> String {
    match step {
        Step::Identified { .. } => "identified".to_owned(),
        Step::Appraised { .. } => "priced".to_owned(),
        Step::Illustrated { .. } => "cover looked for".to_owned(),
        Step::Lacking { .. } => "something is missing".to_owned(),
        Step::Drafting { .. } => "its draft is on its way".to_owned(),
        Step::Held => "paused".to_owned(),
        Step::Released => "let go".to_owned(),
        Step::Decided { .. } => "a person has decided".to_owned(),
        Step::Again => "begins again".to_owned(),
        Step::Done { outcome } => outcome.status.to_string(),
    }
}

/// `1,204`
fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
