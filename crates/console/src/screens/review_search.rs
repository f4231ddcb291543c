//! The search in the review queue: the text that the operator types, and whether the result is pending.

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::item_effect::ItemEffect;
use crate::screen::{DrawContext, Effect};
use crate::text_field::TextField;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// The search for one item.
#[derive(Default)]
pub(super) struct ReviewSearch {
    /// The text while the operator types it; `None` at other times.
    field: Option<TextField>,
    /// The item whose search was sent and has no result yet.
    running: Option<Upc>,
}

impl ReviewSearch {
    /// Lets the next keys edit the text.
    pub(super) fn start_typing(&mut self) {
        self.field = Some(TextField::default());
    }

    pub(super) const fn is_typing(&self) -> bool {
        self.field.is_some()
    }

    /// Returns what Enter and Esc do while the operator types; `None` at other times.
    pub(super) fn input_hint(&self) -> Option<&'static str> {
        self.field.as_ref().map(|_| "Enter searches  Esc closes")
    }

    /// Returns true while the search for this item is running, after which its candidates may change.
    pub(super) fn is_running_for(&self, upc: Upc) -> bool {
        self.running == Some(upc)
    }

    /// Handles a key while the operator types. Returns the search to start on Enter.
    pub(super) fn handle_key(&mut self, key: KeyEvent, job: &JobId, upc: Option<Upc>) -> Option<Effect> {
        let field = self.field.as_mut()?;
        match key.code {
            KeyCode::Esc => self.field = None,
            KeyCode::Enter => {
                let text = field.text().trim().to_owned();
                self.field = None;
                let upc = upc.filter(|_| !text.is_empty())?;
                self.running = Some(upc);
                return Some(Effect::Item(ItemEffect::SearchForItem { job: job.clone(), upc, text }));
            }
            _ => {
                field.handle_key(key);
            }
        }
        None
    }

    /// Inserts pasted text. Returns false if no text is being typed.
    pub(super) fn handle_paste(&mut self, text: &str) -> bool {
        let Some(field) = &mut self.field else { return false };
        field.paste(text);
        true
    }

    /// Ends a search. Returns what is wrong with the result, for the card; `None` if it found something.
    pub(super) fn finish(&mut self, upc: Upc, text: &str, result: &Result<Option<usize>, String>) -> Option<String> {
        self.running.take_if(|running| *running == upc);
        match result {
            Ok(Some(_)) => None,
            Ok(None) => Some(format!("nothing new was found for \"{text}\"")),
            Err(error) => Some(error.clone()),
        }
    }

    /// Draws the text while the operator types it.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
        if let Some(field) = &self.field {
            let prompt = "search (catalog number, artist and title, or barcode): ";
            field.draw_between(frame, area, prompt, Line::default(), draw.theme.key_style(), draw);
        }
    }
}
