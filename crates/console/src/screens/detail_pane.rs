//! Pane next to a table that shows the item under the cursor. The item is loaded only after the cursor has rested on it
//! for a moment, so that scrolling does not load every item.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{ItemScreen, widgets};
use crate::backend::listing_site;
use crate::item_effect::ItemEffect;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen as _};
use domain::job_spec::JobId;
use domain::site::Site;
use domain::upc::Upc;

/// Pane with the item under the cursor of a table.
#[derive(Default)]
pub(super) struct DetailPane {
    /// True if the last frame was wide enough for the pane.
    has_room: bool,
    /// Item under the cursor.
    selected: Option<Upc>,
    /// eBay site of the job's drafts.
    site: Site,
    /// Item that was last loaded.
    item: Option<ItemScreen>,
}

impl DetailPane {
    /// Selects the item under the cursor. Returns the effect that reports when the cursor has rested on the item.
    pub(super) fn follow_cursor(&mut self, job: &JobId, upc: Option<Upc>) -> Option<Effect> {
        if !self.has_room || self.selected == upc {
            return None;
        }
        self.selected = upc;
        upc.map(|upc| Effect::Item(ItemEffect::Debounce { job: job.clone(), upc }))
    }

    /// Handles a message: loads the selected item when the cursor has rested on it, and updates the loaded item.
    pub(super) fn update(&mut self, job: &JobId, message: &Message) -> Vec<Effect> {
        if let Message::JobAttached { job: attached, result: Ok(projection) } = message
            && attached == job
        {
            self.site = listing_site(projection);
        }
        if let Message::CursorIdle { job: idle_job, upc } = message
            && idle_job == job
            && self.selected == Some(*upc)
            && !self.is_showing(*upc)
        {
            let (mut item, effect) = ItemScreen::new(job.clone(), *upc);
            item.set_site(self.site);
            self.item = Some(self.reuse_loaded(item));
            return vec![effect];
        }
        self.item.as_mut().filter(|_| self.has_room).map(|item| item.handle_message(message)).unwrap_or_default()
    }

    fn is_showing(&self, upc: Upc) -> bool {
        self.item.as_ref().is_some_and(|item| item.upc() == upc)
    }

    /// Returns `item` with the collapsed sections of the pane and, if the pane shows the same item, with its loaded
    /// data.
    pub(super) fn reuse_loaded(&self, item: ItemScreen) -> ItemScreen {
        match &self.item {
            Some(loaded) => item.with_state_from(loaded),
            None => item,
        }
    }

    /// Draws the pane if the area is wide enough. Returns the area that remains for the table.
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) -> Rect {
        let (table, pane) = widgets::split_for_details(area);
        self.has_room = pane.is_some();
        let Some(pane) = pane else { return table };
        widgets::draw_details_border(frame, pane, draw_context);
        match (&mut self.item, self.selected) {
            (Some(item), Some(upc)) if item.upc() == upc => item.draw_in(frame, pane, draw_context, false),
            (_, Some(upc)) => frame.render_widget(format!("{upc} …"), pane),
            _ => {}
        }
        table
    }
}
