//! What takes its time and is done to many items: in parts, with a word after each.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::backend::{Backend, ProjectionHandle, UserMessage};
use super::message::Message;
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::job_spec::JobId;
use domain::upc::Upc;
use report::table_export::{self, TableExportError};

/// Items of one part. A retry is one job, and so one part.
const ACTION_CHUNK_SIZE: usize = 5_000;

/// Why no file was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFailure {
    pub message: UserMessage,
    /// True where there is another one of that name.
    pub already_exists: bool,
}

/// Does something to items. What was done before a part failed stays done, and is told.
pub(super) async fn apply_in_chunks(
    operations: &dyn Backend,
    job: &JobId,
    act: ItemAction,
    upcs: &[Upc],
    message: &mpsc::Sender<Message>,
) -> Result<BulkActionResult, UserMessage> {
    let part = if act == ItemAction::Retry { upcs.len().max(1) } else { ACTION_CHUNK_SIZE };
    let mut all = BulkActionResult { job: job.clone(), succeeded: Vec::new(), rejected: Vec::new() };
    for (number, upcs_of_part) in upcs.chunks(part).enumerate() {
        match operations.apply_item_action(job, act, upcs_of_part).await {
            Ok(acted) => {
                all.job = acted.job;
                all.succeeded.extend(acted.succeeded);
                all.rejected.extend(acted.rejected);
            }
            Err(why) if number == 0 => return Err(why),
            Err(why) => {
                let rest = upcs[number * part..].iter();
                all.rejected
                    .extend(rest.map(|upc| domain::bulk_action::RejectedAction { upc: *upc, why: why.clone() }));
                return Ok(all);
            }
        }
        if upcs.len() > part {
            let so_far = ((number + 1) * part).min(upcs.len());
            let _ = message
                .send(Message::Notify(format!("{} {so_far} of {} …", act.in_progress_label(), upcs.len())))
                .await;
        }
    }
    Ok(all)
}

/// Writes rows of a board to a file, and says how many.
pub(super) async fn export_rows(
    projection: Option<ProjectionHandle>,
    upcs: Vec<Upc>,
    path: PathBuf,
    replace: bool,
) -> Result<usize, ExportFailure> {
    let no = |message: String| ExportFailure { message, already_exists: false };
    let projection: Arc<_> = projection.ok_or_else(|| no("the batch is not joined yet".to_owned()))?;
    let count = upcs.len();
    let writing = tokio::task::spawn_blocking(move || {
        // A copy of the rows: a disk may be slow, and the board is wanted meanwhile.
        let items = {
            let projection = projection.read();
            upcs.iter().filter_map(|upc| projection.item(*upc).cloned()).collect::<Vec<_>>()
        };
        table_export::export_table(&path, items.iter(), replace)
    });
    match writing.await {
        Ok(Ok(())) => Ok(count),
        Ok(Err(error)) => Err(ExportFailure {
            already_exists: matches!(error, TableExportError::AlreadyExists(_)),
            message: error.to_string(),
        }),
        Err(error) => Err(no(error.to_string())),
    }
}
