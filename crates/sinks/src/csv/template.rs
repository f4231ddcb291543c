//! The format of the file: eBay's template `eBay-draft-listings-template_US`, version 0.0.2.

use std::collections::BTreeSet;
use std::io;

use super::row::CsvDraftRow;
use domain::listing::Categories;

/// The lines before the header. eBay recognizes its template by exactly these bytes, and refuses an upload without them as
/// unidentified.
const PREAMBLE: &str = concat!(
    "#INFO,Version=0.0.2,Template= eBay-draft-listings-template_US,,,,,,,,\r\n",
    "#INFO Action and Category ID are required fields. 1) Set Action to Draft 2) Please find the category ID for your ",
    "listings here: https://pages.ebay.com/sellerinformation/news/categorychanges.html,,,,,,,,,,\r\n",
    "\"#INFO After you've successfully uploaded your draft from the Seller Hub Reports tab, complete your drafts to ",
    "active listings here: https://www.ebay.com/sh/lst/drafts\",,,,,,,,,,\r\n",
    "#INFO,,,,,,,,,,\r\n",
);

/// The first cell of the header, which names the marketplace and the currency of the rows.
pub(super) const ACTION_HEADER: &str = "Action(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8)";

/// The currency in [`ACTION_HEADER`].
pub(super) const TEMPLATE_CURRENCY: iso_currency::Currency = iso_currency::Currency::USD;

/// The columns that every file has.
const FIXED_COLUMNS: [&str; 11] = [
    ACTION_HEADER,
    "Custom label (SKU)",
    "Category ID",
    "Title",
    "UPC",
    "Price",
    "Quantity",
    "Item photo URL",
    "Condition ID",
    "Description",
    "Format",
];

/// Index of the SKU in [`FIXED_COLUMNS`].
pub(super) const SKU_COLUMN: usize = 1;

/// UTF-8 byte order mark. Without it a spreadsheet reads the file in the code page of the computer.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The columns of one file: the fixed ones, and `C:NAME` for each item specific that a row has.
#[derive(Clone, Debug, Default)]
pub(super) struct TemplateColumns {
    aspects: Vec<String>,
}

impl TemplateColumns {
    /// Returns the columns for these item specifics: first the known ones, in the order of the table of categories.
    pub(super) fn with_aspects(present: &BTreeSet<String>) -> Self {
        let known = Categories::built_in().aspect_names().filter(|name| present.contains(*name)).map(str::to_owned);
        let mut aspects = known.collect::<Vec<_>>();
        aspects.extend(present.iter().filter(|name| !aspects.contains(name)).cloned().collect::<Vec<_>>());
        Self { aspects }
    }

    /// Returns everything before the first row.
    pub(super) fn header_bytes(&self) -> io::Result<Vec<u8>> {
        let aspects = self.aspects.iter().map(|name| format!("C:{name}"));
        let names = encode_line(FIXED_COLUMNS.iter().map(|column| (*column).to_owned()).chain(aspects))?;
        Ok([BYTE_ORDER_MARK, PREAMBLE.as_bytes(), &names].concat())
    }

    /// Returns the line of one draft.
    pub(super) fn row_bytes(&self, row: &CsvDraftRow) -> io::Result<Vec<u8>> {
        encode_line(row.to_cells(&self.aspects))
    }
}

fn encode_line(cells: impl IntoIterator<Item = String>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells)?;
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
