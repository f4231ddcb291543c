//! Actions on many items. They run in chunks with a progress notification after each chunk, or in a blocking task.

use std::path::PathBuf;

use tokio::sync::mpsc;

use super::backend::{Backend, ExportFailure, ProjectionHandle, UserMessage};
use super::message::Message;
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::job_spec::JobId;
use domain::upc::Upc;
use report::table_export::{self, TableExportError};

/// Items per request. A retry uses a single request, because each request would create a batch.
const ACTION_CHUNK_SIZE: usize = 5_000;

/// Applies an action to items. If a later chunk fails, the result contains the chunks before it, and the remaining
/// items as rejected.
///
/// # Errors
/// Returns the backend's error if the first chunk fails.
pub(super) async fn apply_in_chunks(
    backend: &dyn Backend,
    job: &JobId,
    action: ItemAction,
    upcs: &[Upc],
    messages: &mpsc::Sender<Message>,
) -> Result<BulkActionResult, UserMessage> {
    let chunk_size = if action == ItemAction::Retry { upcs.len().max(1) } else { ACTION_CHUNK_SIZE };
    let mut total = BulkActionResult { job: job.clone(), succeeded: Vec::new(), rejected: Vec::new() };
    for (index, chunk) in upcs.chunks(chunk_size).enumerate() {
        match backend.apply_item_action(job, action, chunk).await {
            Ok(result) => {
                total.job = result.job;
                total.succeeded.extend(result.succeeded);
                total.rejected.extend(result.rejected);
            }
            Err(error) if index == 0 => return Err(error),
            Err(error) => {
                let remaining = upcs[index * chunk_size..].iter();
                total.rejected.extend(remaining.map(|upc| RejectedAction { upc: *upc, why: error.clone() }));
                return Ok(total);
            }
        }
        if upcs.len() > chunk_size {
            let done = ((index + 1) * chunk_size).min(upcs.len());
            let progress = format!("{} {done} of {} …", action.in_progress_label(), upcs.len());
            let _ = messages.send(Message::Notify(progress)).await;
        }
    }
    Ok(total)
}

/// Writes rows of a projection to a file. Returns the number of rows.
///
/// # Errors
/// Returns [`ExportFailure`] if the batch is not attached yet, if the file exists and `replace` is false, or if the
/// file cannot be written.
pub(super) async fn export_rows(
    projection: Option<ProjectionHandle>,
    upcs: Vec<Upc>,
    path: PathBuf,
    replace: bool,
) -> Result<usize, ExportFailure> {
    let failure = |message: String| ExportFailure { message, already_exists: false };
    let projection = projection.ok_or_else(|| failure("the batch is still loading".to_owned()))?;
    let count = upcs.len();
    let export = tokio::task::spawn_blocking(move || {
        // The rows are copied, so that the lock is not held while a slow disk writes them.
        let items = {
            let projection = projection.read();
            upcs.iter().filter_map(|upc| projection.item(*upc).cloned()).collect::<Vec<_>>()
        };
        table_export::export_table(&path, items.iter(), replace)
    });
    match export.await {
        Ok(Ok(())) => Ok(count),
        Ok(Err(error)) => Err(ExportFailure {
            already_exists: matches!(error, TableExportError::AlreadyExists(_)),
            message: error.to_string(),
        }),
        Err(error) => Err(failure(error.to_string())),
    }
}
