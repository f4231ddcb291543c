//! One item in full: which release and who says so, why it and no other, its price and on what grounds, its cover, the
//! listing as its buyer reads it, its draft, its history. A part each, in a file of its own.

mod cover;
mod ending;
mod held;
mod history;
mod hyperlinks;
mod listing;
mod page;
mod plain;
mod price;
mod release;
mod why;

use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::Style;
use ratatui::widgets::Clear;

use self::held::Held;
use self::page::{Drawn, Page, Row, Section};
use super::beside;
use super::picture::Picture;
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::news::News;
use crate::operations::Composed;
use crate::pane::{Action, Look, Pane, Reaction};
use domain::batch::JobId;
use domain::dossier::Dossier;
use domain::event::Fact;
use domain::screen::clean_json;
use domain::upc::Upc;

/// An opened item.
pub struct Item {
    job: JobId,
    upc: Upc,
    /// `None` until it is there.
    dossier: Option<Result<Box<Dossier>, String>>,
    composed: Option<Result<Composed, String>>,
    held: Held,
    folded: BTreeSet<Section>,
    cursor: Cursor,
    /// The page as lines of a width, until something changes.
    lines: Option<(usize, Vec<Drawn>)>,
    /// The room that a picture would have.
    room: Size,
}

impl Item {
    /// An item, and the question for all that is known of it.
    pub fn of(job: JobId, upc: Upc) -> (Self, Action) {
        let ask = Action::Open { job: job.clone(), upc };
        let item = Self {
            job,
            upc,
            dossier: None,
            composed: None,
            held: Held::default(),
            folded: BTreeSet::new(),
            cursor: Cursor::default(),
            lines: None,
            room: Size::default(),
        };
        (item, ask)
    }

    /// The same with what another pane of the same item, or of the one before, knows and has folded.
    pub(super) fn like(mut self, other: &Self) -> Self {
        self.folded.clone_from(&other.folded);
        if (&self.job, self.upc) == (&other.job, other.upc) {
            self.dossier.clone_from(&other.dossier);
            self.composed.clone_from(&other.composed);
            self.held.clone_from(&other.held);
        }
        self
    }

    pub(super) fn upc(&self) -> Upc {
        self.upc
    }

    fn known(&self) -> Option<&Dossier> {
        self.dossier.as_ref()?.as_deref().ok()
    }

    fn page(&self, look: Look<'_>) -> Page {
        let mut page = Page::default();
        let dossier = match &self.dossier {
            Some(Ok(dossier)) => dossier,
            Some(Err(why)) => {
                page.add(Section::Ending, vec![Row::text(why, look.theme.bad())]);
                return page;
            }
            None => {
                page.add(Section::Ending, vec![Row::text("looking it up in the journal …", Style::new())]);
                return page;
            }
        };
        let verdict = dossier.verdict.as_ref();
        for section in Section::ALL {
            let rows = match section {
                Section::Ending => ending::rows(dossier, look),
                Section::Release => release::rows(verdict, look),
                Section::Why => why::rows(verdict, look),
                Section::Price => price::rows(dossier.appraisal.as_ref(), look),
                Section::Cover => cover::rows(dossier.artwork.as_ref(), look),
                Section::Listing => listing::rows(dossier, self.composed.as_ref(), look),
                Section::Draft => ending::drafts(dossier, look),
                Section::Held => self.held.rows(look),
                Section::History => history::rows(dossier, look),
            };
            page.add(section, rows);
        }
        page
    }

    fn count(&self) -> usize {
        self.lines.as_ref().map_or(0, |(_, lines)| lines.len())
    }

    fn current(&self) -> Option<&Drawn> {
        self.lines.as_ref()?.1.get(self.cursor.at())
    }

    /// The line that the cursor is on, without what stands around its value.
    fn copied(&self) -> String {
        let value = self.current().and_then(|line| line.value.clone());
        value.unwrap_or_else(|| self.upc.to_string())
    }

    /// All of it, as the page reads without colours and borders.
    fn text(&self) -> String {
        let keymap = crate::keymap::Keymap::none();
        let theme = crate::theme::Theme::new(false, true);
        self.page(Look { theme, keymap: &keymap, now: jiff::Timestamp::UNIX_EPOCH }).text()
    }

    fn json(&self) -> Option<String> {
        // Plain data with text keys, which JSON always takes.
        self.known()
            .and_then(|dossier| serde_json::to_string_pretty(dossier).ok())
            .map(|json| json.lines().map(|line| clean_json(line.to_owned())).collect::<Vec<_>>().join("\n"))
    }

    /// Folds the part that the cursor is in, or shows it again; the cursor goes to its heading.
    fn fold(&mut self) {
        let Some(section) = self.current().map(|line| line.section) else { return };
        if !self.folded.remove(&section) {
            self.folded.insert(section);
        }
        let lines = self.lines.take().map(|(_, lines)| lines).unwrap_or_default();
        self.cursor.go(lines.iter().position(|line| line.section == section).unwrap_or_default());
    }

    fn fold_all(&mut self) {
        let was_open = self.folded.is_empty();
        self.folded = if was_open { Section::ALL.into_iter().collect() } else { BTreeSet::new() };
        self.lines = None;
        self.cursor.go(0);
    }

    /// To the next heading, and around.
    fn next_part(&mut self) {
        let Some((_, lines)) = &self.lines else { return };
        let at = self.cursor.at();
        let is_heading = |row: &usize| lines[*row].is_heading;
        let next = (at + 1..lines.len()).find(is_heading);
        self.cursor.go(next.unwrap_or_default());
    }

    /// The cover, or the first picture that was put forward.
    fn picture(&self) -> Option<String> {
        let artwork = self.known()?.artwork.as_ref()?;
        let first = || artwork.candidates.first().map(|judged| &judged.cover);
        let under = self.current().filter(|line| line.section == Section::Cover).and_then(|line| line.link.clone());
        under.or_else(|| artwork.chosen.as_ref().or_else(first).map(|cover| cover.url.clone()))
    }

    fn compare(&mut self) -> Reaction {
        self.held = Held::Asked;
        self.folded.remove(&Section::Held);
        self.lines = None;
        Reaction::Do(Action::Compare { job: self.job.clone(), upc: self.upc })
    }

    /// On a heading it folds, on an address it opens that.
    fn open(&mut self) -> Reaction {
        match self.current() {
            Some(line) if line.is_heading => {
                self.fold();
                Reaction::Nothing
            }
            Some(Drawn { link: Some(link), .. }) => Reaction::Do(Action::Visit(link.clone())),
            _ => Reaction::Nothing,
        }
    }

    fn show_picture(&self) -> Reaction {
        match self.picture() {
            Some(address) => {
                let (picture, ask) = Picture::of(address, self.room);
                Reaction::Enter(Box::new(picture), Some(ask))
            }
            None => Reaction::Do(Action::Say("no picture was put forward for it".to_owned())),
        }
    }

    fn visit(&self) -> Reaction {
        match self.current().and_then(|line| line.link.clone()) {
            Some(link) => Reaction::Do(Action::Visit(link)),
            None => Reaction::Do(Action::Say("no address on this line".to_owned())),
        }
    }

    /// Draws it into a part of the screen; `in_hand` says that the keys are its.
    pub(super) fn draw_in(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>, in_hand: bool) {
        let width = usize::from(area.width);
        if self.lines.as_ref().is_none_or(|(drawn, _)| *drawn != width) {
            let lines = self.page(look).drawn(width, &self.folded, look);
            self.lines = Some((width, lines));
        }
        let Some((_, lines)) = &self.lines else { return };
        let window = self.cursor.window(lines.len(), usize::from(area.height));
        let at = self.cursor.at();
        for (row, place) in window.zip(area.rows()) {
            frame.render_widget(&lines[row].line, place);
            if in_hand && row == at {
                frame.buffer_mut().set_style(place, look.theme.cursor());
            }
            if let Some(link) = lines[row].link.as_deref().filter(|_| look.theme.links) {
                hyperlinks::lay(frame.buffer_mut(), place, &lines[row].line, link);
            }
        }
    }
}

impl Pane for Item {
    fn place(&self) -> Place {
        Place::Item
    }

    fn title(&self) -> String {
        self.upc.to_string()
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Copy => return Reaction::Do(Action::Copy(self.copied())),
            Command::CopyAll => return Reaction::Do(Action::Copy(self.text())),
            Command::CopyJson => return self.json().map_or(Reaction::Nothing, |json| Reaction::Do(Action::Copy(json))),
            Command::Reload => return Reaction::Do(Action::Open { job: self.job.clone(), upc: self.upc }),
            Command::Open => return self.open(),
            Command::Visit => return self.visit(),
            Command::Picture => return self.show_picture(),
            Command::Compare => return self.compare(),
            Command::Fold => self.fold(),
            Command::FoldAll => self.fold_all(),
            Command::NextPart => self.next_part(),
            _ => {
                let count = self.count();
                return if self.cursor.obey(command, count) { Reaction::Nothing } else { Reaction::Unknown };
            }
        }
        Reaction::Nothing
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Opened { job, upc, answer } if *job == self.job && *upc == self.upc => {
                self.dossier = Some(answer.clone());
            }
            News::Composed { job, upc, answer } if *job == self.job && *upc == self.upc => {
                self.composed = Some(answer.clone());
            }
            News::Compared { job, upc, answer } if *job == self.job && *upc == self.upc => {
                self.held = Held::Answered(answer.clone());
            }
            // Something happened to it: it is looked at again.
            News::Happened { job, events } if *job == self.job => {
                let ours = events.iter().any(|event| matches!(&event.fact, Fact::Item { upc, .. } if *upc == self.upc));
                return ours.then(|| Action::Open { job: self.job.clone(), upc: self.upc }).into_iter().collect();
            }
            _ => return Vec::new(),
        }
        self.lines = None;
        Vec::new()
    }

    /// Where there is room, the table beside it stays.
    fn is_overlay(&self) -> bool {
        true
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        self.room = area.as_size();
        let place = beside::places(area).1.unwrap_or(area);
        frame.render_widget(Clear, place);
        self.draw_in(frame, place, look, true);
    }
}
