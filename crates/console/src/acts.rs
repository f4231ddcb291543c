//! What takes its time and is done to many items: in parts, with a word after each.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use tokio::sync::mpsc;

use super::news::News;
use super::operations::{Operations, SharedBoard, Trouble};
use domain::act::{Act, Acted};
use domain::batch::JobId;
use domain::upc::Upc;
use report::rows::{self, RowsError};

/// Items of one part. A retry is one job, and so one part.
const PART: usize = 5_000;

/// Why no file was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoFile {
    pub words: Trouble,
    /// True where there is another one of that name.
    pub is_there: bool,
}

/// Does something to items. What was done before a part failed stays done, and is told.
pub(super) async fn act(
    operations: &dyn Operations,
    job: &JobId,
    act: Act,
    upcs: &[Upc],
    news: &mpsc::Sender<News>,
) -> Result<Acted, Trouble> {
    let part = if act == Act::Retry { upcs.len().max(1) } else { PART };
    let mut all = Acted { job: job.clone(), done: Vec::new(), refused: Vec::new() };
    for (number, upcs_of_part) in upcs.chunks(part).enumerate() {
        match operations.act(job, act, upcs_of_part).await {
            Ok(acted) => {
                all.job = acted.job;
                all.done.extend(acted.done);
                all.refused.extend(acted.refused);
            }
            Err(why) if number == 0 => return Err(why),
            Err(why) => {
                let rest = upcs[number * part..].iter();
                all.refused.extend(rest.map(|upc| domain::act::NotDone { upc: *upc, why: why.clone() }));
                return Ok(all);
            }
        }
        if upcs.len() > part {
            let so_far = ((number + 1) * part).min(upcs.len());
            let _ = news.send(News::Told(format!("{} {so_far} of {} …", act.doing(), upcs.len()))).await;
        }
    }
    Ok(all)
}

/// Writes rows of a board to a file, and says how many.
pub(super) async fn export(
    board: Option<SharedBoard>,
    upcs: Vec<Upc>,
    path: PathBuf,
    replace: bool,
) -> Result<usize, NoFile> {
    let no = |words: String| NoFile { words, is_there: false };
    let board: Arc<_> = board.ok_or_else(|| no("the batch is not joined yet".to_owned()))?;
    let count = upcs.len();
    let writing = tokio::task::spawn_blocking(move || {
        // A copy of the rows: a disk may be slow, and the board is wanted meanwhile.
        let items = {
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            upcs.iter().filter_map(|upc| board.item(*upc).cloned()).collect::<Vec<_>>()
        };
        rows::write(&path, items.iter(), replace)
    });
    match writing.await {
        Ok(Ok(())) => Ok(count),
        Ok(Err(error)) => Err(NoFile { is_there: matches!(error, RowsError::IsThere(_)), words: error.to_string() }),
        Err(error) => Err(no(error.to_string())),
    }
}
