//! The open item beside the table, where there is room: it follows the cursor, and what is known of the item is asked for
//! once the cursor rests, so that scrolling asks nothing.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Block, Borders};

use super::ItemScreen;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen as _};
use domain::job_spec::JobId;
use domain::upc::Upc;

/// From this width on there is room for both.
const SPLIT_MIN_WIDTH: u16 = 140;

/// The table's part and the item's, where there is room for both.
pub(super) fn split_area(area: Rect) -> (Rect, Option<Rect>) {
    if area.width < SPLIT_MIN_WIDTH {
        return (area, None);
    }
    let [table, item] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    // A column for the line between them.
    let inside = Rect { x: item.x + 2, width: item.width - 2, ..item };
    (table, Some(inside))
}

/// The pane.
#[derive(Default)]
pub(super) struct DetailPane {
    has_room: bool,
    /// What the cursor is on.
    selected: Option<Upc>,
    item: Option<ItemScreen>,
}

impl DetailPane {
    /// The cursor is on this item now; what is to be done about it.
    pub(super) fn follow_cursor(&mut self, job: &JobId, upc: Option<Upc>) -> Option<Effect> {
        if !self.has_room || self.selected == upc {
            return None;
        }
        self.selected = upc;
        upc.map(|upc| Effect::Debounce { job: job.clone(), upc })
    }

    /// Hears news, for the open item and of a cursor that rests.
    pub(super) fn update(&mut self, job: &JobId, message: &Message) -> Vec<Effect> {
        if let Message::CursorIdle { job: of, upc } = message
            && of == job
            && self.selected == Some(*upc)
            && !self.is_showing(*upc)
        {
            let (item, ask) = ItemScreen::new(job.clone(), *upc);
            self.item = Some(match &self.item {
                Some(before) => item.with_state_from(before),
                None => item,
            });
            return vec![ask];
        }
        self.item.as_mut().filter(|_| self.has_room).map(|item| item.handle_message(message)).unwrap_or_default()
    }

    fn is_showing(&self, upc: Upc) -> bool {
        self.item.as_ref().is_some_and(|item| item.upc() == upc)
    }

    /// The same item for the keys to move into, with what is known of it already.
    pub(super) fn reuse_loaded(&self, item: ItemScreen) -> ItemScreen {
        match &self.item {
            Some(open) => item.with_state_from(open),
            None => item,
        }
    }

    /// Draws it, where there is room; the table's part is returned.
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) -> Rect {
        let (table, place) = split_area(area);
        self.has_room = place.is_some();
        let Some(place) = place else { return table };
        let line = Rect { x: place.x - 2, width: 1, ..place };
        frame.render_widget(Block::new().borders(Borders::LEFT).border_style(draw_context.theme.muted_style()), line);
        match (&mut self.item, self.selected) {
            (Some(item), Some(upc)) if item.upc() == upc => item.draw_in(frame, place, draw_context, false),
            (_, Some(upc)) => frame.render_widget(format!("{upc} …"), place),
            _ => {}
        }
        table
    }
}
