//! The lot in which an item is sold, and the drafts that the item leaves when its lot changes.

use super::item_details::ItemDetails;
use super::lot::LotEdit;
use super::sku::Sku;

impl ItemDetails {
    /// Returns the lots of the item: from the latest edit, or else from its rows, see `InputItem::lots`.
    pub fn lots(&self) -> Vec<Option<String>> {
        match &self.listing_edits.lot {
            Some(LotEdit::In(name)) => vec![Some(name.to_string())],
            Some(LotEdit::Alone) => vec![None],
            None => self.input.lots(),
        }
    }

    /// Returns the name of the lot in which the item is sold; `None` if it is sold alone.
    pub fn lot_name(&self) -> Option<String> {
        self.lots().into_iter().flatten().next()
    }

    /// Returns the SKUs of earlier drafts of this item alone, from before it was edited or requeued.
    pub fn earlier_own_drafts(&self) -> impl Iterator<Item = &Sku> {
        self.earlier_drafts.iter().filter(|sku| sku.upc() == Some(self.input.upc))
    }

    /// Returns the SKUs of earlier lot drafts that included this item, from before it was edited or requeued.
    pub fn earlier_lot_drafts(&self) -> impl Iterator<Item = &Sku> {
        self.earlier_drafts.iter().filter(|sku| sku.upc() != Some(self.input.upc))
    }
}
