//! The screen of one location: a bucket, a folder on this machine, or the bookmarks. Pages are loaded when the cursor
//! approaches the last loaded entry.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Text;
use ratatui::widgets::{Row, Table};

use super::browse_sort::BrowseSort;
use super::filtered_rows::FilteredRows;
use super::introduction::Introduction;
use super::widgets;
use crate::backend::{DirectoryEntry, DirectoryEntryKind, DirectoryPage, Location};
use crate::command::KeyCommand;
use crate::command_parser::ParsedCommand;
use crate::keymap::KeyContext;
use crate::location_effect::LocationEffect;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Route, Screen, Transition};
use domain::source_type::strip_gcs_scheme;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::{format_count, format_size};
use unicode_width::UnicodeWidthStr as _;

/// Distance of the cursor from the last loaded row at which the next page is loaded.
const PREFETCH_DISTANCE_ROWS: usize = 50;

/// Minimum width at which the storage class is shown.
const STORAGE_CLASS_MIN_WIDTH: u16 = 50;

/// Minimum width of the names, if the screen is that wide. They take no more than the longest one needs, so that its size
/// stands beside it.
const NAME_MIN_WIDTH: u16 = 48;

/// Widths of the columns after the name: size, age and storage class, in cells.
const OTHER_COLUMN_WIDTHS: [u16; 3] = [10, 7, 10];

/// The screen of one location.
pub struct BrowseScreen {
    location: Location,
    entries: Vec<DirectoryEntry>,
    /// Width of the longest name in cells, with the slash of a folder.
    longest_name: u16,
    next_page: Option<String>,
    is_loading: bool,
    error: Option<String>,
    /// Full address of a folder on this machine; `None` until it is listed.
    address: Option<String>,
    /// Warning about the entries of the location, for example that no project is configured.
    warning: Option<String>,
    sort_by: BrowseSort,
    rows: FilteredRows,
    /// False until the cursor is placed, when the first page is loaded.
    is_cursor_placed: bool,
    /// The entry that was selected before a reload, and its row.
    reloaded_selection: Option<(String, usize)>,
    /// Where the table was last drawn, for clicks.
    table_area: Rect,
    introduction: Introduction,
}

impl BrowseScreen {
    /// Returns the screen of a location, and the effect that loads its first page.
    pub fn for_location(location: Location) -> (Self, Effect) {
        let effect = Effect::Location(LocationEffect::ListLocation { location: location.clone(), page_token: None });
        let screen = Self {
            location,
            entries: Vec::new(),
            longest_name: 0,
            next_page: None,
            is_loading: true,
            error: None,
            address: None,
            warning: None,
            sort_by: BrowseSort::Name,
            rows: FilteredRows::default(),
            is_cursor_placed: false,
            reloaded_selection: None,
            table_area: Rect::default(),
            introduction: Introduction::default(),
        };
        (screen, effect)
    }

    /// Returns the screen of the working directory, and the effect that loads its first page.
    pub fn for_current_dir() -> (Self, Effect) {
        Self::for_location(Location::current_dir())
    }

    /// Shows the introduction even if the folder has lists.
    #[must_use]
    pub fn for_first_start(mut self) -> Self {
        self.introduction.is_first_start = true;
        self
    }

    fn selected_entry(&self) -> Option<&DirectoryEntry> {
        self.rows.selected_index().map(|index| &self.entries[index])
    }

    fn open_selected(&self) -> Transition {
        match self.selected_entry().map(|entry| &entry.kind) {
            Some(DirectoryEntryKind::Folder(location)) => Transition::Open(Route::Browse(location.clone())),
            Some(DirectoryEntryKind::File { source, .. }) => Transition::Open(Route::Start { source: source.clone() }),
            None => Transition::Stay,
        }
    }

    /// Returns the location whose bookmark is toggled: the selected one among the bookmarks, or else this location.
    fn bookmark_target(&self) -> Location {
        let selected = self.selected_entry().and_then(|entry| match &entry.kind {
            DirectoryEntryKind::Folder(location) if self.location == Location::Bookmarks => Some(location),
            _ => None,
        });
        selected.unwrap_or(&self.location).clone()
    }

    /// Uploads the selected list if it is a file on this machine.
    fn upload_selected(&self) -> Transition {
        match self.selected_entry().map(|entry| &entry.kind) {
            Some(DirectoryEntryKind::File { source, .. }) if strip_gcs_scheme(source).is_none() => {
                Transition::Open(Route::UploadPrompt { file: source.clone() })
            }
            _ => Transition::Stay,
        }
    }

    /// Handles the answer to a request for a page. The first page replaces all entries, because the list may have been
    /// requested again in the meantime. Of the further pages, only the one that is awaited is appended.
    fn handle_page(&mut self, page_token: Option<&str>, result: &Result<DirectoryPage, String>) {
        if page_token.is_some() && !(self.is_loading && page_token == self.next_page.as_deref()) {
            return;
        }
        self.is_loading = false;
        self.error = result.as_ref().err().cloned();
        if let Ok(page) = result {
            if page_token.is_none() {
                self.entries.clear();
                self.longest_name = 0;
            }
            self.append_page(page);
        }
    }

    fn append_page(&mut self, page: &DirectoryPage) {
        let longest = page.entries.iter().map(|entry| entry.name.width() + 1).max().unwrap_or_default();
        self.longest_name = self.longest_name.max(u16::try_from(longest).unwrap_or(u16::MAX));
        self.entries.extend(page.entries.iter().cloned());
        self.next_page.clone_from(&page.next_page_token);
        self.warning.clone_from(&page.warning);
        self.address.clone_from(&page.address);
        self.refresh_rows();
        if !std::mem::replace(&mut self.is_cursor_placed, true) {
            self.select_first_list();
        }
        if let Some((name, row)) = self.reloaded_selection.take() {
            let is_same = |row: &usize| self.rows.index_at(*row).is_some_and(|index| self.entries[index].name == name);
            self.rows.cursor.select((0..self.rows.len()).find(is_same).unwrap_or(row));
        }
    }

    /// Selects the first list, so that `Enter` starts a batch instead of leaving the folder. Folders come before lists.
    fn select_first_list(&mut self) {
        let is_list = |row: &usize| self.rows.index_at(*row).is_some_and(|index| may_be_list(&self.entries[index]));
        if let Some(row) = (0..self.rows.len()).find(is_list) {
            self.rows.cursor.select(row);
        }
    }

    fn refresh_rows(&mut self) {
        let sort_by = self.sort_by;
        let compare = |one: &DirectoryEntry, other: &DirectoryEntry| sort_by.compare_entries(one, other);
        self.rows.refresh(&self.entries, |entry| entry.name.clone(), compare);
    }

    /// Loads the next page if the cursor is close to the last loaded row.
    fn load_next_page(&mut self) -> Transition {
        if self.is_loading || self.rows.cursor.selected() + PREFETCH_DISTANCE_ROWS < self.rows.len() {
            return Transition::Stay;
        }
        match &self.next_page {
            Some(page) => {
                self.is_loading = true;
                Transition::Do(Effect::Location(LocationEffect::ListLocation {
                    location: self.location.clone(),
                    page_token: Some(page.clone()),
                }))
            }
            None => Transition::Stay,
        }
    }

    fn reload_entries(&mut self) -> Transition {
        let selected = self.selected_entry().map(|entry| (entry.name.clone(), self.rows.cursor.selected()));
        let reloaded_selection = selected.or_else(|| self.reloaded_selection.take());
        let (screen, effect) = Self::for_location(self.location.clone());
        let mut rows = std::mem::take(&mut self.rows);
        rows.refresh(&screen.entries, |entry| entry.name.clone(), |_, _| Ordering::Equal);
        let mut introduction = std::mem::take(&mut self.introduction);
        introduction.mark_stale();
        *self =
            Self { sort_by: self.sort_by, rows, is_cursor_placed: true, reloaded_selection, introduction, ..screen };
        Transition::Do(effect)
    }

    fn footer_text(&self) -> String {
        let count = format_count(self.rows.len(), "entry", "entries");
        match (&self.error, self.is_loading, &self.next_page) {
            (Some(why), ..) => strip_terminal_controls(why).into_owned(),
            (None, false, None) if self.warning.is_some() => {
                strip_terminal_controls(self.warning.as_deref().unwrap_or_default()).into_owned()
            }
            (None, true, _) if self.entries.is_empty() => {
                format!("loading {} …", strip_terminal_controls(&self.location.to_string()))
            }
            (None, true, _) => format!("{count} so far …"),
            (None, false, Some(_)) => format!("{count} (more below)"),
            (None, false, None) if self.rows.is_empty() => "empty".to_owned(),
            (None, false, None) => match &self.address {
                Some(address) => format!("{count} in {}", strip_terminal_controls(address)),
                None => count,
            },
        }
    }

    fn render_row(&self, row: usize, name_room: u16, draw: DrawContext<'_>) -> Option<Row<'static>> {
        let entry = &self.entries[self.rows.index_at(row)?];
        let style = if row == self.rows.cursor.selected() { draw.theme.cursor_style() } else { Style::new() };
        let is_folder = matches!(entry.kind, DirectoryEntryKind::Folder(_));
        let name = format!("{}{}", strip_terminal_controls(&entry.name), if is_folder { "/" } else { "" });
        let name = fit_to_width(&name, usize::from(name_room));
        let cells = match &entry.kind {
            DirectoryEntryKind::Folder(_) => Row::new([name, String::new(), String::new(), String::new()]),
            DirectoryEntryKind::File { size, updated, storage_class: class, .. } => Row::new([
                name,
                // For a recent object, neither the size nor the time is known.
                if *size == 0 && updated.is_none() { String::new() } else { format!("{:>10}", format_size(*size)) },
                format!("{:>6}", widgets::format_age(*updated, draw.now)),
                class.clone(),
            ]),
        };
        Some(cells.style(style))
    }
}

impl BrowseScreen {
    /// Returns true for a folder on this machine that has no lists, and for the first folder that the console ever
    /// shows.
    fn shows_introduction(&self) -> bool {
        let is_listed = !self.is_loading && self.error.is_none();
        let is_folder = matches!(self.location, Location::Folder(_));
        is_folder && is_listed && (self.introduction.is_first_start || !self.has_lists())
    }

    fn has_lists(&self) -> bool {
        self.entries.iter().any(may_be_list)
    }
}

/// Extensions of photos, which often lie beside a list.
const PICTURE_EXTENSIONS: [&str; 8] = ["jpg", "jpeg", "png", "heic", "heif", "gif", "webp", "svg"];

/// Returns true for a file that is not a picture.
fn may_be_list(entry: &DirectoryEntry) -> bool {
    let extension = Path::new(&entry.name).extension().and_then(OsStr::to_str).unwrap_or_default();
    matches!(entry.kind, DirectoryEntryKind::File { .. })
        && !PICTURE_EXTENSIONS.iter().any(|picture| picture.eq_ignore_ascii_case(extension))
}

impl Screen for BrowseScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Browse
    }

    fn route(&self) -> Option<Route> {
        Some(Route::Browse(self.location.clone()))
    }

    fn title(&self) -> String {
        match &self.location {
            location if *location == Location::current_dir() => "this folder".to_owned(),
            location => {
                let address = self.address.clone().unwrap_or_else(|| location.to_string());
                strip_terminal_controls(&address).into_owned()
            }
        }
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Open | KeyCommand::Start => self.open_selected(),
            KeyCommand::Filter => {
                self.rows.filter.start_typing();
                Transition::Stay
            }
            KeyCommand::Sort => {
                self.sort_by = self.sort_by.next();
                self.refresh_rows();
                Transition::Stay
            }
            KeyCommand::Reverse => {
                self.rows.descending = !self.rows.descending;
                self.refresh_rows();
                Transition::Stay
            }
            KeyCommand::Refresh => self.reload_entries(),
            KeyCommand::GoToAddress => Transition::Open(Route::AddressPrompt),
            KeyCommand::ToggleBookmark => {
                Transition::Do(Effect::Location(LocationEffect::ToggleBookmark(self.bookmark_target())))
            }
            KeyCommand::Upload => self.upload_selected(),
            KeyCommand::Copy => match self.selected_entry().map(|entry| &entry.kind) {
                Some(DirectoryEntryKind::File { source, .. }) => Transition::Do(Effect::CopyText(source.clone())),
                Some(DirectoryEntryKind::Folder(location)) => Transition::Do(Effect::CopyText(location.to_string())),
                None => Transition::Stay,
            },
            _ if self.rows.move_cursor(command) => self.load_next_page(),
            _ => Transition::Ignored,
        }
    }

    fn sort_columns(&self) -> Vec<&'static str> {
        vec!["name", "size", "age"]
    }

    fn handle_line(&mut self, parsed: &ParsedCommand) -> Transition {
        match parsed {
            ParsedCommand::Sort { column, descending } => {
                self.sort_by = match column.as_str() {
                    "size" => BrowseSort::Size,
                    "age" => BrowseSort::Age,
                    _ => BrowseSort::Name,
                };
                self.rows.descending = *descending;
            }
            ParsedCommand::Filter(text) => self.rows.filter.set_text(text),
            ParsedCommand::GoToRow(row) => {
                self.rows.cursor.select(row.saturating_sub(1));
                return self.load_next_page();
            }
            _ => return Transition::Ignored,
        }
        self.refresh_rows();
        Transition::Stay
    }

    fn handle_click(&mut self, at: Position) -> Transition {
        let Some(line) = at.y.checked_sub(self.table_area.y) else { return Transition::Stay };
        let Some(line) = line.checked_sub(1) else { return self.handle_command(KeyCommand::Sort) };
        match self.rows.cursor.select_line(usize::from(line), self.rows.len()) {
            Some(true) => self.open_selected(),
            _ => Transition::Stay,
        }
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.rows.filter.input_hint()
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        self.rows.filter.handle_key(key).then(|| {
            self.refresh_rows();
            Transition::Stay
        })
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        self.rows.filter.handle_paste(text).then(|| {
            self.refresh_rows();
            Transition::Stay
        })
    }

    fn pending_effects(&mut self) -> Vec<Effect> {
        let is_shown = self.shows_introduction();
        self.introduction.take_request(is_shown).into_iter().collect()
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::SetupDescribed(facts) = message {
            self.introduction.set_setup(facts);
        }
        if let Message::LocationListed { location, page_token, result } = message
            && *location == self.location
        {
            self.handle_page(page_token.as_deref(), result);
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let style = match (&self.error, &self.warning) {
            (Some(_), _) => draw_context.theme.error_style(),
            (None, Some(_)) => draw_context.theme.warning_style(),
            (None, None) => draw_context.theme.muted_style(),
        };
        // An error is shown in full because it says what to do.
        let footer = format!("{}{}", self.rows.filter.label(), self.footer_text());
        let footer = widgets::wrap_text(&footer, usize::from(area.width));
        let is_typing = self.rows.filter.is_typing();
        let lines = if is_typing { 1 } else { u16::try_from(footer.len()).unwrap_or(u16::MAX) };
        let lines = lines.clamp(1, (area.height / 2).max(1));
        let [list, below] = Layout::vertical([Constraint::Min(1), Constraint::Length(lines)]).areas(area);
        let list = if self.shows_introduction() {
            self.introduction.draw(frame, list, (self.rows.len(), self.has_lists()), draw_context)
        } else {
            list
        };
        self.table_area = list;
        let range = self.rows.visible_range(list.height.saturating_sub(1));
        let has_class = list.width >= STORAGE_CLASS_MIN_WIDTH && !matches!(self.location, Location::Folder(_));
        let other_columns = if has_class { &OTHER_COLUMN_WIDTHS[..] } else { &OTHER_COLUMN_WIDTHS[..2] };
        let name_room = list.width.saturating_sub(other_columns.iter().map(|width| width + 1).sum());
        let name_room = name_room.min(self.longest_name.max(NAME_MIN_WIDTH));
        let rows = range.filter_map(|row| self.render_row(row, name_room, draw_context));
        let widths = std::iter::once(&name_room).chain(other_columns).map(|width| Constraint::Length(*width));
        let headings = ["name", "      size", "   age", "class"].into_iter().take(other_columns.len() + 1);
        let headings = Row::new(headings).style(draw_context.theme.heading_style());
        frame.render_widget(Table::new(rows, widths).header(headings), list);
        widgets::set_row_cursor(frame, list, 1, &self.rows.cursor, (self.rows.len(), draw_context));
        if is_typing {
            self.rows.filter.draw_before(frame, below, &self.footer_text(), style, draw_context);
        } else {
            let footer = footer.iter().map(String::as_str).collect::<Text<'_>>();
            frame.render_widget(footer.style(style), below);
        }
    }
}
