//! Dialog that edits one item or all marked items: title, price, condition, grades, quantity, note, lot and photos. For
//! one item, the fields contain the current values; for several items, empty fields are not changed. Ctrl-R resets a
//! field to the value that the list states or Draft Maker composes.

use std::num::NonZeroU32;

use iso_currency::Currency;
use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr as _;

use super::widgets;
use crate::backend::{ListingPreview, ProjectionHandle};
use crate::command::KeyCommand;
use crate::item_edit::{ItemEdit, describe_field_error, field_label};
use crate::item_effect::ItemEffect;
use crate::item_photos::PhotoChange;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::text_field::TextField;
use domain::copy_description::CopyDescription;
use domain::display_text::utf16_len;
use domain::item_details::ItemDetails;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::Listing;
use domain::money::Money;
use domain::review::ReviewInput;
use domain::seller_data::MediaGrade;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::upc::Upc;

/// Maximum width of the dialog in cells.
const DIALOG_WIDTH: u16 = 100;

/// Width of the column with the names of the fields, in cells.
const LABEL_WIDTH: u16 = 14;

/// Lines below the fields: an empty one, and two for the hint or the error.
const NOTE_LINES: u16 = 3;

/// The fields by their names in [`ReviewInput`], each with a hint. The title can be set for a single item only.
const FIELDS: [(&str, &str); 10] = [
    ("listing_title", "The whole title of the listing, at most 80 characters."),
    ("price", "The price of one copy, for example 12.50."),
    ("condition", "new, like_new, very_good, good or acceptable."),
    ("media_grade", "The disc, record or tape: M, NM, EX, VG+, VG, G+, G, F or P."),
    ("sleeve_grade", "The sleeve, booklet or inlay: M, NM, EX, VG+, VG, G+, G, F or P."),
    ("quantity", "The number of copies."),
    ("note", "What buyers should know about the condition."),
    ("parts", "What is present or missing: obi, booklet, case. For example: obi, no booklet."),
    ("lot", "Items with the same lot name are sold as one listing. none: the item is sold alone."),
    (
        PHOTOS_FIELD,
        "Your photos in order, with commas between them: photo names, or paths of files or folders to upload. none \
         removes all.",
    ),
];

/// The field with the seller's own photos, which are saved and uploaded immediately.
const PHOTOS_FIELD: &str = "photos";

/// Hint of the photos field for several items.
const ADDED_PHOTOS_HINT: &str = "Paths of files or folders to add to the photos of each item. none removes all.";

/// One field of the dialog.
struct EditField {
    name: &'static str,
    hint: &'static str,
    field: TextField,
    /// Current value of a single item; empty if it has none or if several items are edited.
    original: String,
    /// True if the operator has cleared the field. If several items are edited, an empty field does not show this.
    is_cleared: bool,
    /// Range of the current values of several items: `5.00 to 25.00`.
    range: String,
}

/// The dialog that edits items.
pub(super) struct EditDialog {
    job: JobId,
    upcs: Vec<Upc>,
    fields: Vec<EditField>,
    selected: usize,
    error: Option<String>,
    /// True while the photos are being saved. The other fields of an item are saved with its photos.
    is_saving_photos: bool,
    /// The items that are still to be saved, if the photos of others have been.
    unsaved_upcs: Vec<Upc>,
    projection: Option<ProjectionHandle>,
}

impl EditField {
    fn new((name, hint): (&'static str, &'static str)) -> Self {
        Self {
            name,
            hint,
            field: TextField::default(),
            original: String::new(),
            is_cleared: false,
            range: String::new(),
        }
    }

    fn is_changed(&self) -> bool {
        self.field.text().trim() != self.original || self.is_cleared
    }

    /// Clears the field, or restores its current value. Photos are only restored: nothing else brings removed ones back.
    fn toggle_cleared(&mut self) {
        self.is_cleared = !self.is_cleared && self.name != PHOTOS_FIELD;
        let text = if self.is_cleared { String::new() } else { self.original.clone() };
        self.field.set_text(text);
    }

    /// Sets the current value, unless the operator has already typed something.
    fn set_original(&mut self, value: String) {
        if !self.is_changed() {
            self.field.set_text(value.clone());
        }
        self.original = value;
    }

    /// Returns the text after the value: the length of a title, and the previous value.
    fn suffix(&self) -> String {
        let length = match (self.name, self.field.text()) {
            ("listing_title", title) => format!("{} of {}", utf16_len(title.trim()), Listing::MAX_TITLE_UNITS),
            _ => String::new(),
        };
        if self.is_changed() && self.field.text().trim().is_empty() {
            return match self.name {
                "lot" => "as in the list",
                PHOTOS_FIELD => "all removed",
                _ => "reset",
            }
            .to_owned();
        }
        let before = match (self.is_changed(), self.original.as_str(), self.range.as_str()) {
            (_, "", range) if !range.is_empty() => format!("now {range}"),
            // With the previous title, there would be no room for the new one.
            (true, original, _) if !original.is_empty() && self.name != "listing_title" => format!("was {original}"),
            _ => String::new(),
        };
        [length, before].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
    }

    /// Returns true for a title that is longer than eBay allows.
    fn is_too_long(&self) -> bool {
        self.name == "listing_title" && utf16_len(self.field.text().trim()) > Listing::MAX_TITLE_UNITS
    }
}

impl EditDialog {
    /// Returns the transition that opens the dialog for these items.
    pub(super) fn open(job: JobId, upcs: Vec<Upc>) -> Transition {
        let load = match upcs[..] {
            [upc] => Some(Effect::Item(ItemEffect::LoadItem { job: job.clone(), upc })),
            _ => None,
        };
        let fields = FIELDS.into_iter().filter(|(name, _)| upcs.len() == 1 || *name != "listing_title");
        let fields = fields.map(|(name, hint)| match name {
            PHOTOS_FIELD if upcs.len() > 1 => EditField::new((name, ADDED_PHOTOS_HINT)),
            _ => EditField::new((name, hint)),
        });
        let (fields, unsaved_upcs) = (fields.collect(), upcs.clone());
        let (selected, error, is_saving_photos, projection) = (0, None, false, None);
        let dialog = Self { job, upcs, fields, selected, error, is_saving_photos, unsaved_upcs, projection };
        Transition::Push(Box::new(dialog), load)
    }

    fn with_projection<T>(&self, read: impl FnOnce(&JobProjection) -> T) -> Option<T> {
        self.projection.as_ref().map(|projection| read(&projection.read()))
    }

    /// Shows the current values of a single item.
    fn show_details(&mut self, details: &ItemDetails) {
        let defaults = self.with_projection(|projection| projection.spec.as_ref().map(JobSpec::copy_defaults));
        let copy = details.stated_copy(&defaults.flatten().unwrap_or_default());
        let price = details.price_estimate.as_ref().and_then(|estimate| estimate.price);
        self.set_copy_originals(&copy);
        self.set_original_of("price", price.map(Money::amount).unwrap_or_default());
        self.set_original_of("lot", details.lot_name().unwrap_or_default());
        let quantity = details.listing_edits.quantity.map_or(details.input.copies, NonZeroU32::get);
        self.set_original_of("quantity", quantity.to_string());
        self.set_original_of("listing_title", details.listing_edits.title.clone().unwrap_or_default());
    }

    fn set_copy_originals(&mut self, copy: &CopyDescription) {
        let grade = |grade: Option<MediaGrade>| grade.map(|grade| grade.as_str().to_owned());
        self.set_original_of(
            "condition",
            copy.effective_condition().map(|condition| condition.to_string()).unwrap_or_default(),
        );
        self.set_original_of("media_grade", grade(copy.media_grade).unwrap_or_default());
        self.set_original_of("sleeve_grade", grade(copy.sleeve_grade).unwrap_or_default());
        self.set_original_of("note", copy.clean_note().unwrap_or_default());
        self.set_original_of("parts", copy.parts.to_string());
    }

    fn set_original_of(&mut self, name: &str, value: String) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.set_original(value);
        }
    }

    /// Shows the ranges of the prices and quantities if there are several items.
    fn show_ranges(&mut self) {
        let upcs = &self.upcs;
        let values = |projection: &JobProjection| {
            let items = || upcs.iter().filter_map(|upc| projection.item(*upc));
            let lowest = items().filter_map(|item| item.price).min_by_key(|price| price.minor);
            let highest = items().filter_map(|item| item.price).max_by_key(|price| price.minor);
            let prices = [lowest, highest].map(|price| price.map(Money::amount));
            let copies = [items().map(|item| item.copies).min(), items().map(|item| item.copies).max()];
            (prices, copies.map(|copies| copies.map(|copies| copies.to_string())))
        };
        let Some((prices, copies)) = self.with_projection(values).filter(|_| self.upcs.len() > 1) else { return };
        for (name, values) in [("price", prices), ("quantity", copies)] {
            let range = match values {
                [Some(lowest), Some(highest)] if lowest != highest => format!("{lowest} to {highest}"),
                [lowest, _] => lowest.unwrap_or_default(),
            };
            if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
                field.range = range;
            }
        }
    }

    fn select_next(&mut self) {
        self.selected = (self.selected + 1) % self.fields.len();
    }

    fn select_previous(&mut self) {
        self.selected = self.selected.checked_sub(1).unwrap_or(self.fields.len() - 1);
    }

    fn listing_currency(&self) -> Currency {
        let site = self.with_projection(|projection| projection.spec.as_ref().map(|spec| spec.site));
        site.flatten().unwrap_or_default().currency()
    }

    /// Returns the fields that the operator changed, except the photos.
    fn changed_input(&self) -> ReviewInput {
        let mut input = ReviewInput::default();
        for field in self.fields.iter().filter(|field| field.is_changed() && field.name != PHOTOS_FIELD) {
            if field.field.text().trim().is_empty() {
                input.clear.push(field.name.to_owned());
            } else if let Some(value) = input.field_mut(field.name) {
                field.field.text().trim().clone_into(value);
            }
        }
        input
    }

    /// Returns the operator's change to the photos; `None` if they are unchanged.
    fn photo_change(&self) -> Option<PhotoChange> {
        let field = self.fields.iter().find(|field| field.name == PHOTOS_FIELD && field.is_changed())?;
        Some(PhotoChange::parse(field.field.text(), self.upcs.len() > 1))
    }

    /// Edits the items, or shows the first error in the fields.
    fn submit(&mut self) -> Transition {
        let (input, photo_change) = (self.changed_input(), self.photo_change());
        if input.is_empty() && photo_change.is_none() {
            self.error = Some("Nothing was changed. Press Esc to close.".to_owned());
            return Transition::Stay;
        }
        if let Some(error) = input.field_errors(self.listing_currency()).first() {
            self.selected = self.fields.iter().position(|field| field.name == error.field).unwrap_or(self.selected);
            self.error = Some(describe_field_error(error));
            return Transition::Stay;
        }
        if let Some(change) = photo_change {
            (self.is_saving_photos, self.error) = (true, None);
            let (job, upcs, edit) = (self.job.clone(), self.unsaved_upcs.clone(), self.to_edit());
            return Transition::Do(Effect::Item(ItemEffect::ChangePhotos { job, upcs, change, edit }));
        }
        Transition::PopThen(self.to_edit().map(Effect::EditItems).into_iter().collect())
    }

    /// Returns the edit of all changed fields except the photos; `None` if there are none.
    fn to_edit(&self) -> Option<ItemEdit> {
        let input = self.changed_input();
        let status =
            |upc: &Upc| self.with_projection(|projection| projection.item(*upc).and_then(|item| item.status)).flatten();
        let items = self.unsaved_upcs.iter().map(|upc| (*upc, status(upc))).collect();
        let edit = ItemEdit { job: self.job.clone(), items, input: Box::new(input), has_new_photos: false };
        (!edit.input.is_empty()).then_some(edit)
    }

    /// Shows in the field why photos were not saved.
    fn show_photo_error(&mut self, remaining: &[Upc], text: &str) {
        self.is_saving_photos = false;
        self.unsaved_upcs = remaining.to_vec();
        self.selected = self.fields.iter().position(|field| field.name == PHOTOS_FIELD).unwrap_or(self.selected);
        self.error = Some(text.to_owned());
    }

    fn draw_field(&self, frame: &mut Frame<'_>, area: Rect, index: usize, draw: DrawContext<'_>) {
        let field = &self.fields[index];
        let is_selected = index == self.selected;
        let label = fit_to_width(&field_label(field.name), usize::from(LABEL_WIDTH));
        let suffix = field.suffix();
        let suffix = fit_to_width(&suffix, suffix.width().min(usize::from(area.width / 3)));
        let suffix_width = u16::try_from(suffix.width()).unwrap_or_default();
        let widths = [Constraint::Length(LABEL_WIDTH), Constraint::Fill(1), Constraint::Length(suffix_width)];
        let [label_area, value_area, suffix_area] = Layout::horizontal(widths).spacing(1).areas(area);
        let label_style = if is_selected { draw.theme.heading_style() } else { draw.theme.muted_style() };
        frame.render_widget(Line::styled(label, label_style), label_area);
        let value_style = if field.is_changed() { draw.theme.key_style() } else { Style::new() };
        if is_selected {
            field.field.draw(frame, value_area, value_style, draw);
        } else {
            let value = fit_to_width(&strip_terminal_controls(field.field.text()), usize::from(value_area.width));
            frame.render_widget(Span::styled(value, value_style), value_area);
        }
        let suffix_style = if field.is_too_long() { draw.theme.error_style() } else { draw.theme.muted_style() };
        frame.render_widget(Span::styled(suffix, suffix_style), suffix_area);
    }
}

impl Screen for EditDialog {
    fn key_context(&self) -> KeyContext {
        KeyContext::Dialog
    }

    fn title(&self) -> String {
        "edit".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn use_projections(&mut self, projections: &[ProjectionHandle]) {
        self.projection = projections.iter().rev().find(|projection| projection.read().job == self.job).cloned();
        self.show_ranges();
    }

    fn handle_command(&mut self, _: KeyCommand) -> Transition {
        Transition::Stay
    }

    fn input_hint(&self) -> Option<&'static str> {
        Some(if self.is_saving_photos {
            "Esc closes; the photos and other fields are still saved"
        } else {
            "Enter saves  Esc cancels  Tab next field  Ctrl-R resets a field"
        })
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        match key.code {
            KeyCode::Esc => return Some(Transition::Pop),
            _ if self.is_saving_photos => {}
            KeyCode::Enter => return Some(self.submit()),
            KeyCode::Tab | KeyCode::Down => self.select_next(),
            KeyCode::BackTab | KeyCode::Up => self.select_previous(),
            KeyCode::Char('r') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                self.fields[self.selected].toggle_cleared();
                self.error = None;
            }
            _ => {
                self.fields[self.selected].field.handle_key(key);
                self.fields[self.selected].is_cleared = false;
                self.error = None;
            }
        }
        Some(Transition::Stay)
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        if self.is_saving_photos {
            return Some(Transition::Stay);
        }
        self.fields[self.selected].field.paste(text);
        self.fields[self.selected].is_cleared = false;
        self.error = None;
        Some(Transition::Stay)
    }

    fn should_close(&self, message: &Message) -> bool {
        self.is_saving_photos
            && matches!(message, Message::PhotosChanged { job, remaining, .. } if *job == self.job && remaining.is_empty())
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        let is_own = |job: &JobId, upc: Upc| *job == self.job && self.upcs == [upc];
        match message {
            Message::JobAttached { job, result: Ok(projection) } if *job == self.job => {
                self.projection = Some(projection.clone());
                self.show_ranges();
            }
            Message::ItemLoaded { job, upc, result: Ok(details) } if is_own(job, *upc) => self.show_details(details),
            Message::PhotosChanged { job, remaining, text, .. }
                if *job == self.job && self.is_saving_photos && !remaining.is_empty() =>
            {
                self.show_photo_error(remaining, text);
            }
            Message::PhotosListed { upc, result: Ok(photos) } if self.upcs == [*upc] => {
                let names = photos.iter().map(|photo| photo.name.as_str()).collect::<Vec<_>>();
                self.set_original_of(PHOTOS_FIELD, names.join(", "));
            }
            Message::ListingLoaded { job, upc, result: Ok(ListingPreview::Ready(listing)) } if is_own(job, *upc) => {
                self.set_original_of("listing_title", listing.title().to_owned());
                self.set_original_of("price", listing.price().amount());
                self.set_original_of("quantity", listing.quantity().to_string());
            }
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let title = match self.upcs[..] {
            [upc] => format!("Edit {upc}"),
            _ => format!("Edit {} marked items", self.upcs.len()),
        };
        let field_lines = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        let height = field_lines.saturating_add(NOTE_LINES + 2);
        let inside = widgets::draw_dialog(frame, area, &title, (DIALOG_WIDTH, height), draw_context);
        let note_lines = NOTE_LINES.min(inside.height.saturating_sub(1));
        let heights = [Constraint::Fill(1), Constraint::Length(note_lines)];
        let [fields, note_area] = Layout::vertical(heights).areas(inside);
        let visible = usize::from(fields.height);
        let first = (self.selected + 1).saturating_sub(visible);
        for (row_area, index) in fields.rows().zip(first..self.fields.len()) {
            self.draw_field(frame, row_area, index, draw_context);
        }
        let hint = self.fields[self.selected].hint;
        let (note, style) = match &self.error {
            Some(error) => (error.clone(), draw_context.theme.error_style()),
            None if self.is_saving_photos => ("Saving the photos …".to_owned(), draw_context.theme.key_style()),
            None if self.upcs.len() > 1 => {
                (format!("{hint} Empty fields are not changed."), draw_context.theme.muted_style())
            }
            None => (hint.to_owned(), draw_context.theme.muted_style()),
        };
        let lines = widgets::wrap_text(&strip_terminal_controls(&note), usize::from(note_area.width));
        let blank = std::iter::once(Line::raw("")).filter(|_| note_area.height == NOTE_LINES);
        let text = blank.chain(lines.into_iter().map(Line::raw)).collect::<Text<'_>>();
        frame.render_widget(text.style(style), note_area);
    }
}
