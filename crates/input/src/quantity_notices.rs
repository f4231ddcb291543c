//! Notices about numbers that may be quantities and are not used as such.

use domain::list_options::ListOptions;
use domain::seller_data::ItemField;

use super::sample::SampleTable;
use super::text::{excerpt, is_empty};
use super::text_quantity::quantity_after;

/// Returns notices about numbers outside of quantity columns that may be quantities. `is_free` tells whether a column is
/// not used.
pub(super) fn quantity_notices(
    table: &SampleTable,
    options: &ListOptions,
    quantity_columns: &[usize],
    item_columns: &[(ItemField, usize)],
    is_free: &impl Fn(&usize) -> bool,
) -> Vec<String> {
    if options.quantity_column.is_some() {
        return Vec::new();
    }
    let titles = item_columns.iter().filter(|(field, _)| *field == ItemField::Title && quantity_columns.is_empty());
    let title = titles.filter_map(|(_, at)| title_notice(table, *at));
    number_notices(table, is_free).into_iter().chain(title).collect()
}

/// Returns notices about columns of a table without names that may be quantities but are not used as such.
fn number_notices(table: &SampleTable, is_free: &impl Fn(&usize) -> bool) -> Vec<String> {
    if table.header.is_some() {
        return Vec::new();
    }
    let is_count = |at: &usize| table.columns[*at].holds_small_integers() || states_quantities(table, *at);
    let numbers = (0..table.columns.len()).filter(is_free).filter(is_count);
    let numbers: Vec<String> = numbers.map(|at| (at + 1).to_string()).collect();
    match numbers.as_slice() {
        [] => Vec::new(),
        [first, ..] => vec![format!(
            "column {} holds numbers and has no name, so they are not quantities (to use them as quantities: \
             --quantity-column {first})",
            numbers.join(" and ")
        )],
    }
}

/// Returns whether most fields of a column are quantities with a word or a sign: `2 pcs`, `x2`, `qty=2`.
fn states_quantities(table: &SampleTable, at: usize) -> bool {
    let fields = table.body().iter().filter_map(|row| row.fields.get(at)).filter(|text| !is_empty(text));
    let (stated, others): (Vec<_>, Vec<_>) = fields.partition(|text| quantity_after(text) != Ok(None));
    stated.len() > others.len()
}

/// Returns a notice about titles that state a number of copies, in a table without quantities: `Nevermind x2`.
fn title_notice(table: &SampleTable, at: usize) -> Option<String> {
    let states_copies = |text: &&String| matches!(quantity_after(text), Ok(Some(copies)) if copies > 1);
    let title = table.body().iter().filter_map(|row| row.fields.get(at)).find(states_copies)?;
    let name = excerpt(table.names().get(at)?);
    Some(format!(
        "texts of {name:?}, such as {:?}, state quantities, which are not used: put them in a column",
        excerpt(title)
    ))
}
