//! Lists in a bucket or a folder: folders first, pages as one comes to their end, narrowed while one types.

use std::path::Path;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Text;
use ratatui::widgets::{Row, Table};

use super::filter_input::FilterInput;
use super::{LocationPrompt, StartScreen, widgets};
use crate::backend::{DirectoryEntry, DirectoryEntryKind, DirectoryPage, Location};
use crate::command::KeyCommand;
use crate::command_parser::ParsedCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::terminal_text::strip_terminal_controls;

/// So close to the end of what is there the next page is asked for.
const PREFETCH_DISTANCE_ROWS: usize = 50;

/// Below this width the storage class has no room.
const STORAGE_CLASS_MIN_WIDTH: u16 = 50;

/// What the rows are sorted by; folders stand first always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BrowseSort {
    Name,
    Size,
    Age,
}

/// One spot.
pub struct BrowseScreen {
    location: Location,
    entries: Vec<DirectoryEntry>,
    /// Places in `entries` that are shown, in their order.
    visible: Vec<usize>,
    next_page: Option<String>,
    is_loading: bool,
    error: Option<String>,
    note: Option<String>,
    cursor: Cursor,
    sort_by: BrowseSort,
    reverse: bool,
    filter: FilterInput,
}

impl BrowseScreen {
    /// A spot, and the question that fills it.
    pub fn for_location(location: Location) -> (Self, Effect) {
        let ask = Effect::ListLocation { location: location.clone(), page_token: None };
        let browse = Self {
            location,
            entries: Vec::new(),
            visible: Vec::new(),
            next_page: None,
            is_loading: true,
            error: None,
            note: None,
            cursor: Cursor::default(),
            sort_by: BrowseSort::Name,
            reverse: false,
            filter: FilterInput::default(),
        };
        (browse, ask)
    }

    /// The folder that the program was started in.
    pub fn for_current_dir() -> (Self, Effect) {
        Self::for_location(Location::Folder(".".into()))
    }

    fn selected_entry(&self) -> Option<&DirectoryEntry> {
        self.visible.get(self.cursor.selected()).map(|at| &self.entries[*at])
    }

    fn open_selected(&self) -> Transition {
        match self.selected_entry().map(|entry| &entry.kind) {
            Some(DirectoryEntryKind::Folder(location)) => {
                let (browse, ask) = Self::for_location(location.clone());
                Transition::Push(Box::new(browse), Some(ask))
            }
            Some(DirectoryEntryKind::File { source, .. }) => {
                let (start, ask) = StartScreen::for_source(source.clone());
                Transition::Push(Box::new(start), Some(ask))
            }
            None => Transition::Stay,
        }
    }

    /// The folder under the cursor among the places, where a bookmark is taken away; else where one is.
    fn bookmark_target(&self) -> Location {
        let under_cursor = self.selected_entry().and_then(|entry| match &entry.kind {
            DirectoryEntryKind::Folder(location) if self.location == Location::Bookmarks => Some(location),
            _ => None,
        });
        under_cursor.unwrap_or(&self.location).clone()
    }

    /// Only what is on this machine can be uploaded.
    fn upload_selected(&self) -> Transition {
        match self.selected_entry().map(|entry| &entry.kind) {
            Some(DirectoryEntryKind::File { source, .. }) if !source.starts_with("gs://") => {
                Transition::Push(Box::new(LocationPrompt::for_upload(source.clone())), None)
            }
            _ => Transition::Stay,
        }
    }

    fn append_page(&mut self, page: &DirectoryPage) {
        self.entries.extend(page.entries.iter().cloned());
        self.next_page.clone_from(&page.next_page_token);
        self.note.clone_from(&page.warning);
        self.refresh_rows();
    }

    /// Which rows are shown and in which order. Where nothing is filtered and the order is the bucket's own, that is
    /// the order in which they came.
    fn refresh_rows(&mut self) {
        let wanted = self.filter.text().to_lowercase();
        let entries = &self.entries;
        let fits = |at: &usize| wanted.is_empty() || entries[*at].name.to_lowercase().contains(&wanted);
        let mut shown = (0..entries.len()).filter(fits).collect::<Vec<_>>();
        let key = |at: &usize| match (&entries[*at].kind, self.sort_by) {
            (DirectoryEntryKind::File { size, .. }, BrowseSort::Size) => (true, size.cast_signed()),
            (DirectoryEntryKind::File { updated, .. }, BrowseSort::Age) => {
                (true, -updated.map_or(0, jiff::Timestamp::as_second))
            }
            (DirectoryEntryKind::File { .. }, BrowseSort::Name) => (true, 0),
            (DirectoryEntryKind::Folder(_), _) => (false, 0),
        };
        shown.sort_by_key(key);
        if self.reverse {
            shown.reverse();
        }
        self.visible = shown;
    }

    /// The next page, where the cursor comes near the end of what is there.
    fn load_next_page(&mut self) -> Transition {
        if self.is_loading || self.cursor.selected() + PREFETCH_DISTANCE_ROWS < self.visible.len() {
            return Transition::Stay;
        }
        match &self.next_page {
            Some(page) => {
                self.is_loading = true;
                Transition::Do(Effect::ListLocation { location: self.location.clone(), page_token: Some(page.clone()) })
            }
            None => Transition::Stay,
        }
    }

    fn reload_entries(&mut self) -> Transition {
        let (mut anew, ask) = Self::for_location(self.location.clone());
        (anew.sort_by, anew.reverse, anew.filter) = (self.sort_by, self.reverse, self.filter.clone());
        anew.cursor = self.cursor.clone();
        *self = anew;
        Transition::Do(ask)
    }

    fn footer_text(&self) -> String {
        match (&self.error, self.is_loading, &self.next_page) {
            (Some(why), ..) => strip_terminal_controls(why).into_owned(),
            (None, false, None) if self.note.is_some() => {
                strip_terminal_controls(self.note.as_deref().unwrap_or_default()).into_owned()
            }
            (None, true, _) if self.entries.is_empty() => {
                format!("looking into {} …", strip_terminal_controls(&self.location.to_string()))
            }
            (None, true, _) => format!("{} so far …", self.visible.len()),
            (None, false, Some(_)) => format!("{} (more below)", self.visible.len()),
            (None, false, None) if self.visible.is_empty() => "nothing here".to_owned(),
            (None, false, None) => self.visible.len().to_string(),
        }
    }

    fn render_row(&self, at: usize, draw: DrawContext<'_>) -> Row<'static> {
        let entry = &self.entries[self.visible[at]];
        let style = if at == self.cursor.selected() { draw.theme.cursor_style() } else { Style::new() };
        let name = strip_terminal_controls(&entry.name).into_owned();
        match &entry.kind {
            DirectoryEntryKind::Folder(_) => {
                Row::new([format!("{name}/"), String::new(), String::new(), String::new()])
            }
            DirectoryEntryKind::File { size, updated, storage_class: class, .. } => Row::new([
                name,
                format!("{:>10}", widgets::format_size(*size)),
                widgets::format_age(*updated, draw.now),
                class.clone(),
            ]),
        }
        .style(style)
    }
}

impl Screen for BrowseScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Browse
    }

    fn title(&self) -> String {
        match &self.location {
            Location::Folder(path) if path == Path::new(".") => "this folder".to_owned(),
            location => strip_terminal_controls(&location.to_string()).into_owned(),
        }
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Open | KeyCommand::Start => self.open_selected(),
            KeyCommand::Filter => {
                self.filter.start_typing();
                Transition::Stay
            }
            KeyCommand::Sort => {
                self.sort_by = match self.sort_by {
                    BrowseSort::Name => BrowseSort::Size,
                    BrowseSort::Size => BrowseSort::Age,
                    BrowseSort::Age => BrowseSort::Name,
                };
                self.refresh_rows();
                Transition::Stay
            }
            KeyCommand::Reverse => {
                self.reverse = !self.reverse;
                self.refresh_rows();
                Transition::Stay
            }
            KeyCommand::Refresh => self.reload_entries(),
            KeyCommand::GoToAddress => Transition::Push(Box::new(LocationPrompt::for_browsing()), None),
            KeyCommand::ToggleBookmark => Transition::Do(Effect::ToggleBookmark(self.bookmark_target())),
            KeyCommand::Upload => self.upload_selected(),
            KeyCommand::Copy => match self.selected_entry().map(|entry| &entry.kind) {
                Some(DirectoryEntryKind::File { source, .. }) => Transition::Do(Effect::CopyText(source.clone())),
                Some(DirectoryEntryKind::Folder(location)) => Transition::Do(Effect::CopyText(location.to_string())),
                None => Transition::Stay,
            },
            _ if self.cursor.handle_command(command, self.visible.len()) => self.load_next_page(),
            _ => Transition::Ignored,
        }
    }

    fn sort_columns(&self) -> Vec<&'static str> {
        vec!["name", "size", "age"]
    }

    fn handle_line(&mut self, reported: &ParsedCommand) -> Transition {
        match reported {
            ParsedCommand::Sort { column: by, descending: backwards } => {
                let by = match by.as_str() {
                    "size" => BrowseSort::Size,
                    "age" => BrowseSort::Age,
                    _ => BrowseSort::Name,
                };
                (self.sort_by, self.reverse) = (by, *backwards);
            }
            ParsedCommand::Filter(text) => self.filter.set_text(text),
            ParsedCommand::GoToRow(row) => {
                self.cursor.select(row.saturating_sub(1));
                return self.load_next_page();
            }
            _ => return Transition::Ignored,
        }
        self.refresh_rows();
        Transition::Stay
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.filter.input_hint()
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        if !self.filter.handle_key(key) {
            return None;
        }
        self.refresh_rows();
        Some(Transition::Stay)
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::LocationListed { location, result: answer, .. } = message
            && *location == self.location
        {
            self.is_loading = false;
            match answer {
                Ok(page) => self.append_page(page),
                Err(why) => self.error = Some(why.clone()),
            }
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let note = if self.filter.is_typing() || !self.filter.text().is_empty() {
            format!(
                "/{}{}  {}",
                strip_terminal_controls(self.filter.text()),
                if self.filter.is_typing() { "▏" } else { "" },
                self.footer_text()
            )
        } else {
            self.footer_text()
        };
        // What is wrong, and what to do about it, is read to its end.
        let note = widgets::wrap_text(&note, usize::from(area.width));
        let tall = u16::try_from(note.len()).unwrap_or(u16::MAX).clamp(1, (area.height / 2).max(1));
        let [list, below] = Layout::vertical([Constraint::Min(1), Constraint::Length(tall)]).areas(area);
        let window = self.cursor.visible_range(self.visible.len(), usize::from(list.height));
        let rows = window.map(|at| self.render_row(at, draw_context));
        let widths = [Constraint::Min(16), Constraint::Length(10), Constraint::Length(7), Constraint::Length(10)];
        // The storage class is the first to go where it is narrow.
        let widths = if list.width < STORAGE_CLASS_MIN_WIDTH { &widths[..3] } else { &widths[..] };
        frame.render_widget(Table::new(rows, widths.iter().copied()), list);
        let note = note.iter().map(String::as_str).collect::<Text<'_>>();
        frame.render_widget(note.style(draw_context.theme.muted_style()), below);
    }
}
