//! The format of the drafts file: eBay's draft template, version 0.0.2, for each site whose template is known.
//!
//! eBay recognizes a template by the exact text of its first lines, and rejects an upload without them as unidentified.
//! No file is written for a site whose template is unknown.

use std::collections::BTreeSet;
use std::io;

use super::row::CsvDraftRow;
use domain::listing::Categories;
use domain::site::Site;
use domain::text::BYTE_ORDER_MARK;

/// Lines before the header in English, with the template's code and the site's host.
macro_rules! english_preamble {
    ($code:literal, $host:literal) => {
        concat!(
            "#INFO,Version=0.0.2,Template= eBay-draft-listings-template_",
            $code,
            ",,,,,,,,\r\n",
            "#INFO Action and Category ID are required fields. 1) Set Action to Draft 2) Please find the category ID for your ",
            "listings here: https://pages.ebay.com/sellerinformation/news/categorychanges.html,,,,,,,,,,\r\n",
            "\"#INFO After you've successfully uploaded your draft from the Seller Hub Reports tab, complete your drafts to ",
            "active listings here: https://",
            $host,
            "/sh/lst/drafts\",,,,,,,,,,\r\n",
            "#INFO,,,,,,,,,,\r\n",
        )
    };
}

/// Lines before the header at ebay.de, whose template separates cells by semicolons.
const GERMAN_PREAMBLE: &str = concat!(
    "#INFO;Version=0.0.2;Template= eBay-draft-listings-template_DE;;;;;;;\r\n",
    "#INFO Action und Category ID sind erforderliche Felder. 1) Stellen Sie Action auf Draft ein. 2) Die Kategorie-ID für ",
    "Ihre Angebote finden Sie hier: https://pages.ebay.com/sellerinformation/news/categorychanges.html;;;;;;;;;\r\n",
    "#INFO Nachdem Sie Ihren Entwurf erfolgreich im Berichte-Tab Ihres Verkäufer-Cockpit Pro heruntergeladen haben; können ",
    "Sie die Entwürfe hier zu aktiven Angeboten vervollständigen: https://www.ebay.de/sh/lst/drafts;;;;;;;;;\r\n",
    "#INFO;;;;;;;;;;\r\n",
);

/// Description of the sink, with the host of the site.
macro_rules! sink_description {
    ($host:literal) => {
        concat!(
            "Destination: a drafts file. Upload it once in Seller Hub > Reports > Uploads; the drafts are then at https://",
            $host,
            "/sh/lst/drafts."
        )
    };
}

/// eBay's template for one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SiteTemplate {
    pub(super) site: Site,
    preamble: &'static str,
    /// First cell of the header, which names the site and the currency of the rows.
    pub(super) action_header: &'static str,
    pub(super) delimiter: u8,
    /// Describes the drafts of this sink and where the seller finds them.
    pub(super) description: &'static str,
}

/// All known templates, starting with that of the default site.
const SITE_TEMPLATES: [SiteTemplate; 4] = [
    SiteTemplate {
        site: Site::EbayUs,
        preamble: english_preamble!("US", "www.ebay.com"),
        action_header: "Action(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8)",
        delimiter: b',',
        description: sink_description!("www.ebay.com"),
    },
    SiteTemplate {
        site: Site::EbayGb,
        preamble: english_preamble!("GB", "www.ebay.co.uk"),
        action_header: "Action(SiteID=UK|Country=GB|Currency=GBP|Version=1193|CC=UTF-8)",
        delimiter: b',',
        description: sink_description!("www.ebay.co.uk"),
    },
    SiteTemplate {
        site: Site::EbayAu,
        preamble: english_preamble!("AU", "www.ebay.com.au"),
        action_header: "Action(SiteID=Australia|Country=AU|Currency=AUD|Version=1193|CC=UTF-8)",
        delimiter: b',',
        description: sink_description!("www.ebay.com.au"),
    },
    SiteTemplate {
        site: Site::EbayDe,
        preamble: GERMAN_PREAMBLE,
        action_header: "Action(SiteID=Germany|Country=DE|Currency=EUR|Version=1193|CC=UTF-8)",
        delimiter: b';',
        description: sink_description!("www.ebay.de"),
    },
];

impl SiteTemplate {
    /// The template of the default site.
    pub(super) const DEFAULT: Self = SITE_TEMPLATES[0];

    /// Returns the template of a site; `None` if it is unknown.
    pub(super) fn for_site(site: Site) -> Option<Self> {
        SITE_TEMPLATES.into_iter().find(|template| template.site == site)
    }

    /// Returns advice for a site whose template is unknown.
    pub(super) fn missing_template_hint(site: Site) -> String {
        let known = SITE_TEMPLATES.map(|template| template.site.as_str()).join(", ");
        format!(
            "Draft Maker has no template of drafts files for {site}, and eBay accepts no other file. It has templates \
             for {known}. Use --sink inventory, which needs a signed-in eBay account"
        )
    }
}

/// Columns of every file after the first one, which holds the action.
const FIXED_COLUMNS: [&str; 10] = [
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

/// Index of the SKU among all columns.
pub(super) const SKU_COLUMN: usize = 1;

/// Columns of one file: the fixed ones, and `C:NAME` for each item specific of a row.
#[derive(Clone, Debug)]
pub(super) struct TemplateColumns {
    pub(super) template: SiteTemplate,
    aspects: Vec<String>,
}

impl TemplateColumns {
    /// Returns the columns for these item specifics: known ones first, in the order of the table of categories.
    pub(super) fn with_aspects(template: SiteTemplate, present: &BTreeSet<String>) -> Self {
        let known = Categories::built_in().aspect_names().filter(|name| present.contains(*name)).map(str::to_owned);
        let mut aspects = known.collect::<Vec<_>>();
        aspects.extend(present.iter().filter(|name| !aspects.contains(name)).cloned().collect::<Vec<_>>());
        Self { template, aspects }
    }

    /// Returns the lines before the first row.
    pub(super) fn header_bytes(&self) -> io::Result<Vec<u8>> {
        let aspects = self.aspects.iter().map(|name| format!("C:{name}"));
        let fixed = std::iter::once(self.template.action_header).chain(FIXED_COLUMNS).map(str::to_owned);
        let names = self.encode_line(fixed.chain(aspects))?;
        // Without the mark a spreadsheet reads the file in the code page of the computer.
        Ok([BYTE_ORDER_MARK.as_bytes(), self.template.preamble.as_bytes(), &names].concat())
    }

    /// Returns the line of one draft.
    pub(super) fn row_bytes(&self, row: &CsvDraftRow) -> io::Result<Vec<u8>> {
        self.encode_line(row.to_cells(&self.aspects))
    }

    fn encode_line(&self, cells: impl IntoIterator<Item = String>) -> io::Result<Vec<u8>> {
        let mut builder = csv::WriterBuilder::new();
        let builder = builder.terminator(csv::Terminator::CRLF).delimiter(self.template.delimiter);
        let mut writer = builder.from_writer(Vec::new());
        writer.write_record(cells)?;
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}
