//! Lists in a bucket or a folder: folders first, pages as one comes to their end, narrowed while one types.

use std::path::Path;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Text;
use ratatui::widgets::{Row, Table};

use super::filter::Filter;
use super::{Address, Start, parts};
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::news::News;
use crate::operations::{Entry, EntryKind, Page, Spot};
use crate::pane::{Action, Look, Pane, Reaction};
use crate::say::Said;
use domain::screen::clean;

/// So close to the end of what is there the next page is asked for.
const NEAR_THE_END: usize = 50;

/// Below this width the storage class has no room.
const NARROW: u16 = 50;

/// What the rows are sorted by; folders stand first always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Name,
    Size,
    Age,
}

/// One spot.
pub struct Browse {
    spot: Spot,
    entries: Vec<Entry>,
    /// Places in `entries` that are shown, in their order.
    shown: Vec<usize>,
    next: Option<String>,
    asking: bool,
    trouble: Option<String>,
    note: Option<String>,
    cursor: Cursor,
    by: By,
    reverse: bool,
    filter: Filter,
}

impl Browse {
    /// A spot, and the question that fills it.
    pub fn at(spot: Spot) -> (Self, Action) {
        let ask = Action::List { spot: spot.clone(), page: None };
        let browse = Self {
            spot,
            entries: Vec::new(),
            shown: Vec::new(),
            next: None,
            asking: true,
            trouble: None,
            note: None,
            cursor: Cursor::default(),
            by: By::Name,
            reverse: false,
            filter: Filter::default(),
        };
        (browse, ask)
    }

    /// The folder that the program was started in.
    pub fn here() -> (Self, Action) {
        Self::at(Spot::Folder(".".into()))
    }

    fn current(&self) -> Option<&Entry> {
        self.shown.get(self.cursor.at()).map(|at| &self.entries[*at])
    }

    fn open(&self) -> Reaction {
        match self.current().map(|entry| &entry.kind) {
            Some(EntryKind::Folder(spot)) => {
                let (browse, ask) = Self::at(spot.clone());
                Reaction::Enter(Box::new(browse), Some(ask))
            }
            Some(EntryKind::List { source, .. }) => {
                let (start, ask) = Start::over(source.clone());
                Reaction::Enter(Box::new(start), Some(ask))
            }
            None => Reaction::Nothing,
        }
    }

    /// The folder under the cursor among the places, where a bookmark is taken away; else where one is.
    fn marked_spot(&self) -> Spot {
        let under_cursor = self.current().and_then(|entry| match &entry.kind {
            EntryKind::Folder(spot) if self.spot == Spot::Places => Some(spot),
            _ => None,
        });
        under_cursor.unwrap_or(&self.spot).clone()
    }

    /// Only what is on this machine can be uploaded.
    fn upload(&self) -> Reaction {
        match self.current().map(|entry| &entry.kind) {
            Some(EntryKind::List { source, .. }) if !source.starts_with("gs://") => {
                Reaction::Enter(Box::new(Address::to_upload(source.clone())), None)
            }
            _ => Reaction::Nothing,
        }
    }

    fn take(&mut self, page: &Page) {
        self.entries.extend(page.entries.iter().cloned());
        self.next.clone_from(&page.next);
        self.note.clone_from(&page.note);
        self.arrange();
    }

    /// Which rows are shown and in which order. Where nothing is filtered and the order is the bucket's own, that is
    /// the order in which they came.
    fn arrange(&mut self) {
        let wanted = self.filter.text().to_lowercase();
        let entries = &self.entries;
        let fits = |at: &usize| wanted.is_empty() || entries[*at].name.to_lowercase().contains(&wanted);
        let mut shown = (0..entries.len()).filter(fits).collect::<Vec<_>>();
        let key = |at: &usize| match (&entries[*at].kind, self.by) {
            (EntryKind::List { size, .. }, By::Size) => (true, size.cast_signed()),
            (EntryKind::List { updated, .. }, By::Age) => (true, -updated.map_or(0, jiff::Timestamp::as_second)),
            (EntryKind::List { .. }, By::Name) => (true, 0),
            (EntryKind::Folder(_), _) => (false, 0),
        };
        shown.sort_by_key(key);
        if self.reverse {
            shown.reverse();
        }
        self.shown = shown;
    }

    /// The next page, where the cursor comes near the end of what is there.
    fn more(&mut self) -> Reaction {
        if self.asking || self.cursor.at() + NEAR_THE_END < self.shown.len() {
            return Reaction::Nothing;
        }
        match &self.next {
            Some(page) => {
                self.asking = true;
                Reaction::Do(Action::List { spot: self.spot.clone(), page: Some(page.clone()) })
            }
            None => Reaction::Nothing,
        }
    }

    fn reload(&mut self) -> Reaction {
        let (mut anew, ask) = Self::at(self.spot.clone());
        (anew.by, anew.reverse, anew.filter) = (self.by, self.reverse, self.filter.clone());
        anew.cursor = self.cursor.clone();
        *self = anew;
        Reaction::Do(ask)
    }

    fn note(&self) -> String {
        match (&self.trouble, self.asking, &self.next) {
            (Some(why), ..) => clean(why).into_owned(),
            (None, false, None) if self.note.is_some() => clean(self.note.as_deref().unwrap_or_default()).into_owned(),
            (None, true, _) if self.entries.is_empty() => format!("looking into {} …", clean(&self.spot.to_string())),
            (None, true, _) => format!("{} so far …", self.shown.len()),
            (None, false, Some(_)) => format!("{} (more below)", self.shown.len()),
            (None, false, None) if self.shown.is_empty() => "nothing here".to_owned(),
            (None, false, None) => self.shown.len().to_string(),
        }
    }

    fn row(&self, at: usize, look: Look<'_>) -> Row<'static> {
        let entry = &self.entries[self.shown[at]];
        let style = if at == self.cursor.at() { look.theme.cursor() } else { Style::new() };
        let name = clean(&entry.name).into_owned();
        match &entry.kind {
            EntryKind::Folder(_) => Row::new([format!("{name}/"), String::new(), String::new(), String::new()]),
            EntryKind::List { size, updated, class, .. } => {
                Row::new([name, format!("{:>10}", parts::size(*size)), parts::age(*updated, look.now), class.clone()])
            }
        }
        .style(style)
    }
}

impl Pane for Browse {
    fn place(&self) -> Place {
        Place::Browse
    }

    fn title(&self) -> String {
        match &self.spot {
            Spot::Folder(path) if path == Path::new(".") => "this folder".to_owned(),
            spot => clean(&spot.to_string()).into_owned(),
        }
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Open | Command::Start => self.open(),
            Command::Filter => {
                self.filter.begin();
                Reaction::Nothing
            }
            Command::Sort => {
                self.by = match self.by {
                    By::Name => By::Size,
                    By::Size => By::Age,
                    By::Age => By::Name,
                };
                self.arrange();
                Reaction::Nothing
            }
            Command::Reverse => {
                self.reverse = !self.reverse;
                self.arrange();
                Reaction::Nothing
            }
            Command::Reload => self.reload(),
            Command::Address => Reaction::Enter(Box::new(Address::to_look_at()), None),
            Command::Bookmark => Reaction::Do(Action::Bookmark(self.marked_spot())),
            Command::Upload => self.upload(),
            Command::Copy => match self.current().map(|entry| &entry.kind) {
                Some(EntryKind::List { source, .. }) => Reaction::Do(Action::Copy(source.clone())),
                Some(EntryKind::Folder(spot)) => Reaction::Do(Action::Copy(spot.to_string())),
                None => Reaction::Nothing,
            },
            _ if self.cursor.obey(command, self.shown.len()) => self.more(),
            _ => Reaction::Unknown,
        }
    }

    fn sorts(&self) -> Vec<&'static str> {
        vec!["name", "size", "age"]
    }

    fn hear(&mut self, said: &Said) -> Reaction {
        match said {
            Said::Sort { by, backwards } => {
                let by = match by.as_str() {
                    "size" => By::Size,
                    "age" => By::Age,
                    _ => By::Name,
                };
                (self.by, self.reverse) = (by, *backwards);
            }
            Said::Filter(text) => self.filter.set(text),
            Said::Row(row) => {
                self.cursor.go(row.saturating_sub(1));
                return self.more();
            }
            _ => return Reaction::Unknown,
        }
        self.arrange();
        Reaction::Nothing
    }

    fn typing(&self) -> Option<&'static str> {
        self.filter.typing()
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        if !self.filter.typed(key) {
            return None;
        }
        self.arrange();
        Some(Reaction::Nothing)
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        if let News::Listed { spot, answer, .. } = news
            && *spot == self.spot
        {
            self.asking = false;
            match answer {
                Ok(page) => self.take(page),
                Err(why) => self.trouble = Some(why.clone()),
            }
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let note = if self.filter.is_typing() || !self.filter.text().is_empty() {
            format!("/{}{}  {}", clean(self.filter.text()), if self.filter.is_typing() { "▏" } else { "" }, self.note())
        } else {
            self.note()
        };
        // What is wrong, and what to do about it, is read to its end.
        let note = parts::wrapped(&note, usize::from(area.width));
        let tall = u16::try_from(note.len()).unwrap_or(u16::MAX).clamp(1, (area.height / 2).max(1));
        let [list, below] = Layout::vertical([Constraint::Min(1), Constraint::Length(tall)]).areas(area);
        let window = self.cursor.window(self.shown.len(), usize::from(list.height));
        let rows = window.map(|at| self.row(at, look));
        let widths = [Constraint::Min(16), Constraint::Length(10), Constraint::Length(7), Constraint::Length(10)];
        // The storage class is the first to go where it is narrow.
        let widths = if list.width < NARROW { &widths[..3] } else { &widths[..] };
        frame.render_widget(Table::new(rows, widths.iter().copied()), list);
        let note = note.iter().map(String::as_str).collect::<Text<'_>>();
        frame.render_widget(note.style(look.theme.faint()), below);
    }
}
