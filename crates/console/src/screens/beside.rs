//! The open item beside the table, where there is room: it follows the cursor, and what is known of the item is asked for
//! once the cursor rests, so that scrolling asks nothing.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Block, Borders};

use super::Item;
use crate::news::News;
use crate::pane::{Action, Look, Pane as _};
use domain::batch::JobId;
use domain::upc::Upc;

/// From this width on there is room for both.
const ROOM: u16 = 140;

/// The table's part and the item's, where there is room for both.
pub(super) fn places(area: Rect) -> (Rect, Option<Rect>) {
    if area.width < ROOM {
        return (area, None);
    }
    let [table, item] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    // A column for the line between them.
    let inside = Rect { x: item.x + 2, width: item.width - 2, ..item };
    (table, Some(inside))
}

/// The pane.
#[derive(Default)]
pub(super) struct Beside {
    has_room: bool,
    /// What the cursor is on.
    wanted: Option<Upc>,
    open: Option<Item>,
}

impl Beside {
    /// The cursor is on this item now; what is to be done about it.
    pub(super) fn follow(&mut self, job: &JobId, upc: Option<Upc>) -> Option<Action> {
        if !self.has_room || self.wanted == upc {
            return None;
        }
        self.wanted = upc;
        upc.map(|upc| Action::Rest { job: job.clone(), upc })
    }

    /// Hears news, for the open item and of a cursor that rests.
    pub(super) fn learn(&mut self, job: &JobId, news: &News) -> Vec<Action> {
        if let News::Rested { job: of, upc } = news
            && of == job
            && self.wanted == Some(*upc)
            && !self.shows(*upc)
        {
            let (item, ask) = Item::of(job.clone(), *upc);
            self.open = Some(match &self.open {
                Some(before) => item.like(before),
                None => item,
            });
            return vec![ask];
        }
        self.open.as_mut().filter(|_| self.has_room).map(|item| item.learn(news)).unwrap_or_default()
    }

    fn shows(&self, upc: Upc) -> bool {
        self.open.as_ref().is_some_and(|item| item.upc() == upc)
    }

    /// The same item for the keys to move into, with what is known of it already.
    pub(super) fn enter(&self, item: Item) -> Item {
        match &self.open {
            Some(open) => item.like(open),
            None => item,
        }
    }

    /// Draws it, where there is room; the table's part is returned.
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) -> Rect {
        let (table, place) = places(area);
        self.has_room = place.is_some();
        let Some(place) = place else { return table };
        let line = Rect { x: place.x - 2, width: 1, ..place };
        frame.render_widget(Block::new().borders(Borders::LEFT).border_style(look.theme.faint()), line);
        match (&mut self.open, self.wanted) {
            (Some(item), Some(upc)) if item.upc() == upc => item.draw_in(frame, place, look, false),
            (_, Some(upc)) => frame.render_widget(format!("{upc} …"), place),
            _ => {}
        }
        table
    }
}
