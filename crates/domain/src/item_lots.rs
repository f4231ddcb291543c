//! The lot in which an item is sold, by its list or by an edit, and the drafts that it leaves when that changes.

use super::item_details::ItemDetails;
use super::lot::LotEdit;
use super::sku::Sku;

impl ItemDetails {
    /// Returns the lots of the item: that of the latest edit, or those that its rows name, see [`InputItem::lots`].
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

    /// Returns the SKUs of drafts of the item alone that it had before it was edited or queued again.
    pub fn earlier_own_drafts(&self) -> impl Iterator<Item = &Sku> {
        self.earlier_drafts.iter().filter(|sku| sku.upc() == Some(self.input.upc))
    }

    /// Returns the SKUs of drafts of lots with the item that it had before it was edited or queued again.
    pub fn earlier_lot_drafts(&self) -> impl Iterator<Item = &Sku> {
        self.earlier_drafts.iter().filter(|sku| sku.upc() != Some(self.input.upc))
    }
}
