//! The screens: each one's state, keys and drawing in a file of its own.

mod browse;
mod bulk_failures;
mod column_picker;
mod completion;
mod confirm;
mod detail_pane;
mod export;
mod filter_input;
mod help;
mod image_viewer;
mod item;
mod job;
mod job_list;
mod location_prompt;
mod message_log;
mod replay;
mod review;
mod review_card;
mod scan;
mod selection;
mod start;
mod widgets;

pub use browse::BrowseScreen;
pub(crate) use bulk_failures::BulkFailures;
pub use column_picker::ColumnPicker;
pub use confirm::ConfirmDialog;
pub use help::HelpScreen;
pub use image_viewer::ImageViewer;
pub use item::ItemScreen;
pub use job::JobScreen;
pub use job_list::JobListScreen;
pub use location_prompt::LocationPrompt;
pub use message_log::MessageLog;
pub use review::ReviewScreen;
pub use scan::ScanScreen;
pub use start::StartScreen;
