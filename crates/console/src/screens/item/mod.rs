//! The screen of one item: its release with the source of each field, the reasons for the match, price, cover, listing,
//! draft and history. Each section of the page has its own file.

mod cover;
mod ebay_comparison;
mod history;
mod html_to_text;
mod hyperlinks;
mod listing;
mod match_reasons;
mod outcome;
mod page;
mod photos;
mod price;
mod release;

use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::Style;

use self::ebay_comparison::EbayComparison;
use self::page::{DetailRow, ItemPage, ItemSection, RenderedLine};
use super::edit_dialog::EditDialog;
use super::image_viewer::ImageViewer;
use super::widgets;
use crate::backend::ListingPreview;
use crate::backend::{ProjectionHandle, listing_site};
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::item_effect::ItemEffect;
use crate::item_photos::ItemPhoto;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::event::JobEvent;
use domain::item_details::ItemDetails;
use domain::job_spec::JobId;
use domain::site::Site;
use domain::terminal_text::escape_json_controls;
use domain::upc::Upc;

/// The screen of one item, which is also shown in the detail pane next to a table.
pub struct ItemScreen {
    job: JobId,
    upc: Upc,
    /// eBay site of the job's drafts.
    site: Site,
    /// The details of the item; `None` until they are loaded.
    details: Option<Result<Box<ItemDetails>, String>>,
    listing: Option<Result<ListingPreview, String>>,
    /// The seller's own photos; `None` until they are loaded.
    photos: Option<Result<Vec<ItemPhoto>, String>>,
    ebay_comparison: EbayComparison,
    folded: BTreeSet<ItemSection>,
    cursor: Cursor,
    /// Cached lines of the page and the width to which they were wrapped; `None` until the page is first drawn.
    lines: Option<(usize, Vec<RenderedLine>)>,
    /// True after a change, until the lines are rendered again. Until then, keys act on the lines that are shown.
    is_stale: bool,
    /// Size of the area for an image.
    available_size: Size,
}

impl ItemScreen {
    /// Returns the screen of an item, and the effect that loads the item.
    pub fn new(job: JobId, upc: Upc) -> (Self, Effect) {
        let effect = Effect::Item(ItemEffect::LoadItem { job: job.clone(), upc });
        let screen = Self {
            job,
            upc,
            site: Site::default(),
            details: None,
            listing: None,
            photos: None,
            ebay_comparison: EbayComparison::default(),
            folded: BTreeSet::new(),
            cursor: Cursor::default(),
            lines: None,
            is_stale: false,
            available_size: Size::default(),
        };
        (screen, effect)
    }

    /// Copies the collapsed sections of another screen and, if it shows the same item, its loaded data.
    pub(super) fn with_state_from(mut self, other: &Self) -> Self {
        self.folded.clone_from(&other.folded);
        if (&self.job, self.upc) == (&other.job, other.upc) {
            self.details.clone_from(&other.details);
            self.listing.clone_from(&other.listing);
            self.photos.clone_from(&other.photos);
            self.ebay_comparison.clone_from(&other.ebay_comparison);
        }
        self
    }

    /// Sets the eBay site whose pages are linked.
    pub(super) fn set_site(&mut self, site: Site) {
        if self.site != site {
            self.site = site;
            self.is_stale = true;
        }
    }

    pub(super) fn upc(&self) -> Upc {
        self.upc
    }

    fn loaded_details(&self) -> Option<&ItemDetails> {
        self.details.as_ref()?.as_deref().ok()
    }

    fn build_page(&self, draw: DrawContext<'_>) -> ItemPage {
        let mut page = ItemPage::default();
        let details = match &self.details {
            Some(Ok(details)) => details,
            Some(Err(error)) => {
                page.add_section(ItemSection::Outcome, vec![DetailRow::from_text(error, draw.theme.error_style())]);
                return page;
            }
            None => {
                page.add_section(ItemSection::Outcome, vec![DetailRow::from_text("loading the item …", Style::new())]);
                return page;
            }
        };
        let verdict = details.verdict.as_ref();
        for section in ItemSection::ALL {
            let rows = match section {
                ItemSection::Outcome => outcome::render_rows(details, draw),
                ItemSection::Release => release::render_rows(verdict, draw),
                ItemSection::MatchReasons => match_reasons::render_rows(verdict, draw),
                ItemSection::Price => price::render_rows(details.price_estimate.as_ref(), draw),
                ItemSection::Cover => cover::render_rows(details.artwork.as_ref(), draw),
                ItemSection::Photos => photos::render_rows(self.photos.as_ref(), draw),
                ItemSection::Listing => listing::render_rows(details, self.listing.as_ref(), draw),
                ItemSection::Draft => outcome::render_drafts(details, self.site, draw),
                ItemSection::EbayComparison => self.ebay_comparison.render_rows(self.site, draw),
                ItemSection::History => history::render_rows(details, draw),
            };
            page.add_section(section, rows);
        }
        page
    }

    fn line_count(&self) -> usize {
        self.lines.as_ref().map_or(0, |(_, lines)| lines.len())
    }

    fn selected_line(&self) -> Option<&RenderedLine> {
        self.lines.as_ref()?.1.get(self.cursor.selected())
    }

    /// Returns the value of the line under the cursor, or the UPC if the line has no value.
    fn selected_value(&self) -> String {
        let value = self.selected_line().and_then(|line| line.value.clone());
        value.unwrap_or_else(|| self.upc.to_string())
    }

    /// Returns the whole page as plain text.
    fn plain_text(&self) -> String {
        let keymap = crate::keymap::Keymap::empty();
        let theme = crate::theme::Theme::plain();
        let now = jiff::Timestamp::UNIX_EPOCH;
        self.build_page(DrawContext { theme, keymap: &keymap, now, has_focus: false }).to_plain_text()
    }

    fn to_json(&self) -> Option<String> {
        // Serializing plain data with text keys cannot fail.
        self.loaded_details()
            .and_then(|details| serde_json::to_string_pretty(details).ok())
            .map(|json| json.lines().map(|line| escape_json_controls(line.to_owned())).collect::<Vec<_>>().join("\n"))
    }

    /// Collapses or expands the section under the cursor, and moves the cursor to its heading.
    fn toggle_section(&mut self) {
        let Some(section) = self.selected_line().map(RenderedLine::section) else { return };
        if !self.folded.remove(&section) {
            self.folded.insert(section);
        }
        self.is_stale = true;
        let heading = |lines: &Vec<RenderedLine>| lines.iter().position(|line| line.section() == section);
        self.cursor.select(self.lines.as_ref().and_then(|(_, lines)| heading(lines)).unwrap_or_default());
    }

    fn toggle_all_sections(&mut self) {
        let was_open = self.folded.is_empty();
        self.folded = if was_open { ItemSection::ALL.into_iter().collect() } else { BTreeSet::new() };
        self.is_stale = true;
        self.cursor.select(0);
    }

    /// Renders the page for a width if it has changed. The cursor stays on its row.
    fn render_page(&mut self, width: usize, draw: DrawContext<'_>) {
        if self.lines.as_ref().is_some_and(|(wrapped_to, _)| *wrapped_to == width && !self.is_stale) {
            return;
        }
        let lines = self.build_page(draw).render_lines(width, &self.folded, draw);
        if let Some(position) = self.selected_line().map(|line| line.position).filter(|_| !self.cursor.follows_end()) {
            self.cursor.select(lines.partition_point(|line| line.position <= position).saturating_sub(1));
        }
        (self.lines, self.is_stale) = (Some((width, lines)), false);
    }

    /// Moves the cursor to the next heading. After the last one, it moves to the first line.
    fn select_next_section(&mut self) {
        let Some((_, lines)) = &self.lines else { return };
        let is_heading = |row: &usize| lines[*row].is_heading;
        let next = (self.cursor.selected() + 1..lines.len()).find(is_heading);
        self.cursor.select_at_top(next.unwrap_or_default());
    }

    /// Returns the image under the cursor in the sections with covers and photos. Otherwise returns the seller's first
    /// photo, the chosen cover, or the first candidate, whichever exists first.
    fn image_url(&self) -> Option<String> {
        let is_image = |line: &&RenderedLine| matches!(line.section(), ItemSection::Cover | ItemSection::Photos);
        let selected = self.selected_line().filter(is_image).and_then(|line| line.link.clone());
        let photo = || Some(self.photos.as_ref()?.as_ref().ok()?.first()?.address.clone());
        let cover = || {
            let artwork = self.loaded_details()?.artwork.as_ref()?;
            let first = || artwork.candidates.first().map(|candidate| &candidate.cover);
            artwork.chosen.as_ref().or_else(first).map(|cover| cover.url.clone())
        };
        selected.or_else(photo).or_else(cover)
    }

    fn request_comparison(&mut self) -> Transition {
        self.ebay_comparison = EbayComparison::Loading;
        self.folded.remove(&ItemSection::EbayComparison);
        self.is_stale = true;
        Transition::Do(Effect::Item(ItemEffect::CompareDraft { job: self.job.clone(), upc: self.upc }))
    }

    /// Collapses or expands the section of a heading; opens the link of any other line.
    fn open_selected(&mut self) -> Transition {
        match self.selected_line() {
            Some(line) if line.is_heading => {
                self.toggle_section();
                Transition::Stay
            }
            Some(RenderedLine { link: Some(link), .. }) => Transition::Do(Effect::OpenUrl(link.clone())),
            _ => Transition::Stay,
        }
    }

    fn show_image(&self) -> Transition {
        match self.image_url() {
            Some(url) => {
                let (viewer, effect) = ImageViewer::new(url, self.available_size);
                Transition::Push(Box::new(viewer), Some(effect))
            }
            None => Transition::Do(Effect::Notify("this item has no picture".to_owned())),
        }
    }

    fn open_link(&self) -> Transition {
        match self.selected_line().and_then(|line| line.link.clone()) {
            Some(link) => Transition::Do(Effect::OpenUrl(link)),
            None => Transition::Do(Effect::Notify("this line has no link".to_owned())),
        }
    }

    /// Draws the page into `area`, with a cursor if this screen receives keys.
    pub(super) fn draw_in(&mut self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>, shows_cursor: bool) {
        let width = usize::from(area.width);
        self.render_page(width, draw);
        let Some((_, lines)) = &self.lines else { return };
        let range = self.cursor.visible_range(lines.len(), usize::from(area.height));
        for (row, row_area) in range.zip(area.rows()) {
            frame.render_widget(&lines[row].line, row_area);
            if shows_cursor && row == self.cursor.selected() {
                frame.buffer_mut().set_style(row_area, draw.theme.cursor_style());
            }
            if let Some(link) = lines[row].link.as_deref().filter(|_| draw.theme.hyperlinks) {
                hyperlinks::write_osc8(frame.buffer_mut(), row_area, &lines[row].line, link);
            }
        }
    }
}

impl Screen for ItemScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Item
    }

    fn title(&self) -> String {
        self.upc.to_string()
    }

    fn use_projections(&mut self, projections: &[ProjectionHandle]) {
        if let Some(projection) = projections.iter().rfind(|projection| projection.read().job == self.job) {
            self.set_site(listing_site(projection));
        }
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Copy => return Transition::Do(Effect::CopyText(self.selected_value())),
            KeyCommand::CopyAll => return Transition::Do(Effect::CopyText(self.plain_text())),
            KeyCommand::CopyJson => {
                return self.to_json().map_or(Transition::Stay, |json| Transition::Do(Effect::CopyText(json)));
            }
            KeyCommand::Refresh => {
                return Transition::Do(Effect::Item(ItemEffect::LoadItem { job: self.job.clone(), upc: self.upc }));
            }
            KeyCommand::Open => return self.open_selected(),
            KeyCommand::OpenInBrowser => return self.open_link(),
            KeyCommand::ViewImage => return self.show_image(),
            KeyCommand::CompareDraft => return self.request_comparison(),
            KeyCommand::EditItems => return EditDialog::open(self.job.clone(), vec![self.upc]),
            KeyCommand::UndoReview => return Transition::Do(Effect::UndoNewest),
            KeyCommand::ToggleSection => self.toggle_section(),
            KeyCommand::ToggleAllSections => self.toggle_all_sections(),
            KeyCommand::NextSection => self.select_next_section(),
            _ => {
                let count = self.line_count();
                return if self.cursor.handle_command(command, count) { Transition::Stay } else { Transition::Ignored };
            }
        }
        Transition::Stay
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::ItemLoaded { job, upc, result } if *job == self.job && *upc == self.upc => {
                self.details = Some(result.clone());
            }
            Message::ListingLoaded { job, upc, result } if *job == self.job && *upc == self.upc => {
                self.listing = Some(result.clone());
            }
            Message::JobAttached { job, result: Ok(projection) } if *job == self.job => {
                self.set_site(listing_site(projection));
                return Vec::new();
            }
            Message::PhotosListed { upc, result } if *upc == self.upc => self.photos = Some(result.clone()),
            Message::DraftCompared { job, upc, result } if *job == self.job && *upc == self.upc => {
                self.ebay_comparison = EbayComparison::Loaded(result.clone());
            }
            Message::JobEvents { job, events } if *job == self.job => {
                let has_changed =
                    events.iter().any(|event| matches!(&event.payload, JobEvent::Item { upc, .. } if *upc == self.upc));
                return has_changed
                    .then(|| Effect::Item(ItemEffect::LoadItem { job: self.job.clone(), upc: self.upc }))
                    .into_iter()
                    .collect();
            }
            _ => return Vec::new(),
        }
        self.is_stale = true;
        Vec::new()
    }

    /// In a wide terminal, the table stays visible next to the item.
    fn is_overlay(&self) -> bool {
        true
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        self.available_size = area.as_size();
        let page = if let Some(details) = widgets::split_for_details(area).1 {
            widgets::draw_details_border(frame, details, draw_context);
            details
        } else {
            widgets::clear_area(frame, area);
            area
        };
        self.draw_in(frame, page, draw_context, true);
    }
}
