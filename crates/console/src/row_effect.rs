//! Requests about the rows of a batch, and their replies.

use super::bulk_actions;
use super::effect_context::EffectContext;
use super::message::Message;
use super::row_query::RowQuery;
use super::stage_counts::StageCountRequest;
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// A request about the rows of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowEffect {
    /// Counts how many items of a batch have passed each stage.
    CountStages { job: JobId, request: StageCountRequest },
    /// Filters and sorts the rows of a batch.
    QueryRows(RowQuery),
    /// Applies an action to items of a batch.
    ApplyToItems { job: JobId, action: ItemAction, upcs: Vec<Upc> },
    /// Writes rows of a batch to a file.
    ExportRows { job: JobId, upcs: Vec<Upc>, path: std::path::PathBuf, replace: bool },
}

impl RowEffect {
    /// Performs the request. Returns the last message that results from it; `None` if there is no result.
    pub(super) async fn perform(self, context: EffectContext) -> Option<Message> {
        Some(match self {
            Self::CountStages { job, request } => Message::StagesCounted { job, counts: request.run().await? },
            Self::QueryRows(query) => Message::RowsReady(query.run().await?),
            Self::ApplyToItems { job, action, upcs } => {
                let backend = context.backend.as_ref();
                let result = bulk_actions::apply_in_chunks(backend, &job, action, &upcs, &context.messages).await;
                Message::BulkActionDone { job, action, result }
            }
            Self::ExportRows { upcs, path, replace, .. } => {
                let result = bulk_actions::export_rows(context.projection.clone(), upcs, path.clone(), replace).await;
                Message::RowsExported { path, result }
            }
        })
    }
}
