//! The screens of the console. Each file contains the state, keys and drawing of one screen or of a part that screens
//! share.

mod browse;
mod browse_sort;
mod bulk_failures;
mod column_picker;
mod confirm;
mod detail_pane;
mod edit_dialog;
mod export;
mod filter_input;
mod filtered_rows;
mod help;
mod image_viewer;
mod introduction;
mod item;
mod job;
mod job_list;
mod location_prompt;
mod message_log;
mod replay;
mod review;
mod review_card;
mod review_field_input;
mod review_input_check;
mod review_search;
mod same_decision;
mod scan;
mod selection;
mod start;
mod submitted_decisions;
mod typed_digits;
pub(crate) mod widgets;

use crate::job_effect::JobEffect;
use crate::screen::{Effect, Route, Screen};

pub use browse::BrowseScreen;
pub(crate) use bulk_failures::BulkFailures;
pub(crate) use column_picker::ColumnPicker;
pub(crate) use confirm::ConfirmDialog;
pub(crate) use help::HelpScreen;
pub use image_viewer::ImageViewer;
pub use item::ItemScreen;
pub use job::JobScreen;
pub use job_list::JobListScreen;
pub use location_prompt::LocationPrompt;
pub use message_log::MessageLog;
pub use review::ReviewScreen;
pub use scan::ScanScreen;
pub use start::StartScreen;

/// Creates the screen of a route, and the effect that loads its content.
pub(crate) fn open_route(route: Route) -> (Box<dyn Screen>, Option<Effect>) {
    fn box_screen((screen, effect): (impl Screen + 'static, Effect)) -> (Box<dyn Screen>, Option<Effect>) {
        (Box::new(screen), Some(effect))
    }
    match route {
        Route::Browse(location) => box_screen(BrowseScreen::for_location(location)),
        Route::AddressPrompt => (Box::new(LocationPrompt::for_browsing()), None),
        Route::UploadPrompt { file } => (Box::new(LocationPrompt::for_upload(file)), None),
        Route::Start { source } => box_screen(StartScreen::for_source(source)),
        Route::JobList => box_screen((JobListScreen::default(), Effect::Job(JobEffect::ListJobs))),
        Route::Job(job) => box_screen((JobScreen::new(job.clone()), Effect::Job(JobEffect::AttachJob(job)))),
        Route::Item { job, upc } => box_screen(ItemScreen::new(job, upc)),
        Route::Review(job) => box_screen(ReviewScreen::new(job)),
    }
}
