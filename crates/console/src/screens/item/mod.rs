//! One item in full: which release and who says so, why it and no other, its price and on what grounds, its cover, the
//! listing as its buyer reads it, its draft, its history. A part each, in a file of its own.

mod cover;
mod ebay_comparison;
mod history;
mod html_to_text;
mod hyperlinks;
mod listing;
mod match_reasons;
mod outcome;
mod page;
mod price;
mod release;

use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::Style;
use ratatui::widgets::Clear;

use self::ebay_comparison::EbayComparison;
use self::page::{DetailRow, ItemPage, ItemSection, RenderedLine};
use super::detail_pane;
use super::image_viewer::ImageViewer;
use crate::backend::ListingPreview;
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::event::JobEvent;
use domain::item_details::ItemDetails;
use domain::job_spec::JobId;
use domain::terminal_text::escape_json_controls;
use domain::upc::Upc;

/// An opened item.
pub struct ItemScreen {
    job: JobId,
    upc: Upc,
    /// `None` until it is there.
    details: Option<Result<Box<ItemDetails>, String>>,
    listing: Option<Result<ListingPreview, String>>,
    ebay_comparison: EbayComparison,
    folded: BTreeSet<ItemSection>,
    cursor: Cursor,
    /// The page as lines of a width, until something changes.
    lines: Option<(usize, Vec<RenderedLine>)>,
    /// The room that a picture would have.
    available_size: Size,
}

impl ItemScreen {
    /// An item, and the question for all that is known of it.
    pub fn new(job: JobId, upc: Upc) -> (Self, Effect) {
        let ask = Effect::LoadItem { job: job.clone(), upc };
        let item = Self {
            job,
            upc,
            details: None,
            listing: None,
            ebay_comparison: EbayComparison::default(),
            folded: BTreeSet::new(),
            cursor: Cursor::default(),
            lines: None,
            available_size: Size::default(),
        };
        (item, ask)
    }

    /// The same with what another pane of the same item, or of the one before, knows and has folded.
    pub(super) fn with_state_from(mut self, other: &Self) -> Self {
        self.folded.clone_from(&other.folded);
        if (&self.job, self.upc) == (&other.job, other.upc) {
            self.details.clone_from(&other.details);
            self.listing.clone_from(&other.listing);
            self.ebay_comparison.clone_from(&other.ebay_comparison);
        }
        self
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
            Some(Err(why)) => {
                page.add_section(ItemSection::Outcome, vec![DetailRow::from_text(why, draw.theme.error_style())]);
                return page;
            }
            None => {
                page.add_section(
                    ItemSection::Outcome,
                    vec![DetailRow::from_text("looking it up in the journal …", Style::new())],
                );
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
                ItemSection::Listing => listing::render_rows(details, self.listing.as_ref(), draw),
                ItemSection::Draft => outcome::render_drafts(details, draw),
                ItemSection::EbayComparison => self.ebay_comparison.render_rows(draw),
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

    /// The line that the cursor is on, without what stands around its value.
    fn selected_value(&self) -> String {
        let value = self.selected_line().and_then(|line| line.value.clone());
        value.unwrap_or_else(|| self.upc.to_string())
    }

    /// All of it, as the page reads without colours and borders.
    fn plain_text(&self) -> String {
        let keymap = crate::keymap::Keymap::empty();
        let theme = crate::theme::Theme::new(false, true);
        self.build_page(DrawContext { theme, keymap: &keymap, now: jiff::Timestamp::UNIX_EPOCH, has_focus: false })
            .to_plain_text()
    }

    fn to_json(&self) -> Option<String> {
        // Plain data with text keys, which JSON always takes.
        self.loaded_details()
            .and_then(|details| serde_json::to_string_pretty(details).ok())
            .map(|json| json.lines().map(|line| escape_json_controls(line.to_owned())).collect::<Vec<_>>().join("\n"))
    }

    /// Folds the part that the cursor is in, or shows it again; the cursor goes to its heading.
    fn toggle_section(&mut self) {
        let Some(section) = self.selected_line().map(|line| line.section) else { return };
        if !self.folded.remove(&section) {
            self.folded.insert(section);
        }
        let lines = self.lines.take().map(|(_, lines)| lines).unwrap_or_default();
        self.cursor.select(lines.iter().position(|line| line.section == section).unwrap_or_default());
    }

    fn toggle_all_sections(&mut self) {
        let was_open = self.folded.is_empty();
        self.folded = if was_open { ItemSection::ALL.into_iter().collect() } else { BTreeSet::new() };
        self.lines = None;
        self.cursor.select(0);
    }

    /// To the next heading, and around.
    fn select_next_section(&mut self) {
        let Some((_, lines)) = &self.lines else { return };
        let at = self.cursor.selected();
        let is_heading = |row: &usize| lines[*row].is_heading;
        let next = (at + 1..lines.len()).find(is_heading);
        self.cursor.select(next.unwrap_or_default());
    }

    /// The cover, or the first picture that was put forward.
    fn image_url(&self) -> Option<String> {
        let artwork = self.loaded_details()?.artwork.as_ref()?;
        let first = || artwork.candidates.first().map(|judged| &judged.cover);
        let under =
            self.selected_line().filter(|line| line.section == ItemSection::Cover).and_then(|line| line.link.clone());
        under.or_else(|| artwork.chosen.as_ref().or_else(first).map(|cover| cover.url.clone()))
    }

    fn request_comparison(&mut self) -> Transition {
        self.ebay_comparison = EbayComparison::Loading;
        self.folded.remove(&ItemSection::EbayComparison);
        self.lines = None;
        Transition::Do(Effect::CompareDraft { job: self.job.clone(), upc: self.upc })
    }

    /// On a heading it folds, on an address it opens that.
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
            Some(address) => {
                let (picture, ask) = ImageViewer::new(address, self.available_size);
                Transition::Push(Box::new(picture), Some(ask))
            }
            None => Transition::Do(Effect::Notify("no picture was put forward for it".to_owned())),
        }
    }

    fn open_link(&self) -> Transition {
        match self.selected_line().and_then(|line| line.link.clone()) {
            Some(link) => Transition::Do(Effect::OpenUrl(link)),
            None => Transition::Do(Effect::Notify("no address on this line".to_owned())),
        }
    }

    /// Draws it into a part of the screen; `in_hand` says that the keys are its.
    pub(super) fn draw_in(&mut self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>, in_hand: bool) {
        let width = usize::from(area.width);
        if self.lines.as_ref().is_none_or(|(drawn, _)| *drawn != width) {
            let lines = self.build_page(draw).render_lines(width, &self.folded, draw);
            self.lines = Some((width, lines));
        }
        let Some((_, lines)) = &self.lines else { return };
        let window = self.cursor.visible_range(lines.len(), usize::from(area.height));
        let at = self.cursor.selected();
        for (row, place) in window.zip(area.rows()) {
            frame.render_widget(&lines[row].line, place);
            if in_hand && row == at {
                frame.buffer_mut().set_style(place, draw.theme.cursor_style());
            }
            if let Some(link) = lines[row].link.as_deref().filter(|_| draw.theme.hyperlinks) {
                hyperlinks::write_osc8(frame.buffer_mut(), place, &lines[row].line, link);
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

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Copy => return Transition::Do(Effect::CopyText(self.selected_value())),
            KeyCommand::CopyAll => return Transition::Do(Effect::CopyText(self.plain_text())),
            KeyCommand::CopyJson => {
                return self.to_json().map_or(Transition::Stay, |json| Transition::Do(Effect::CopyText(json)));
            }
            KeyCommand::Refresh => return Transition::Do(Effect::LoadItem { job: self.job.clone(), upc: self.upc }),
            KeyCommand::Open => return self.open_selected(),
            KeyCommand::OpenInBrowser => return self.open_link(),
            KeyCommand::ViewImage => return self.show_image(),
            KeyCommand::CompareDraft => return self.request_comparison(),
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
            Message::ItemLoaded { job, upc, result: answer } if *job == self.job && *upc == self.upc => {
                self.details = Some(answer.clone());
            }
            Message::ListingLoaded { job, upc, result: answer } if *job == self.job && *upc == self.upc => {
                self.listing = Some(answer.clone());
            }
            Message::DraftCompared { job, upc, result: answer } if *job == self.job && *upc == self.upc => {
                self.ebay_comparison = EbayComparison::Loaded(answer.clone());
            }
            // Something happened to it: it is looked at again.
            Message::JobEvents { job, events } if *job == self.job => {
                let ours =
                    events.iter().any(|event| matches!(&event.payload, JobEvent::Item { upc, .. } if *upc == self.upc));
                return ours.then(|| Effect::LoadItem { job: self.job.clone(), upc: self.upc }).into_iter().collect();
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

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        self.available_size = area.as_size();
        let place = detail_pane::split_area(area).1.unwrap_or(area);
        frame.render_widget(Clear, place);
        self.draw_in(frame, place, draw_context, true);
    }
}
