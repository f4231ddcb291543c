//! What screens ask of whoever runs the batches: each question in a task of its own, its answer as news.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use ratatui_image::picker::Picker;
use tokio::sync::{mpsc, watch};

use super::news::News;
use super::operations::{Operations, SharedBoard, Watched};
use super::pane::Action;
use super::{acts, errands};
use domain::batch::JobId;

/// A cursor that stays so long on an item rests there.
const RESTS: Duration = Duration::from_millis(150);

/// Between two words about a list that is being read: as often as the screen is drawn for news.
const BETWEEN_WORDS: Duration = Duration::from_millis(250);

/// One question.
pub(super) struct Asking {
    pub(super) operations: Arc<dyn Operations>,
    pub(super) news: mpsc::Sender<News>,
    /// How this terminal draws pictures, once it was asked.
    pub(super) picker: Option<Picker>,
    /// The board that the question needs beside what it says.
    pub(super) board: Option<SharedBoard>,
}

impl Asking {
    /// Asks, and passes the answer on. A console that has left hears nothing.
    pub(super) async fn answer(self, action: Action) {
        let news = self.news.clone();
        let answer = match action {
            Action::Watch(job) => return follow(self.operations, job, self.news).await,
            Action::Arrange(arranging) => arranging.done().await.map(News::Arranged),
            Action::Keep(kept) => kept.write().await.err().map(News::Told),
            action => self.asked(action).await,
        };
        if let Some(answer) = answer {
            let _ = news.send(answer).await;
        }
    }

    /// By subject; nothing for what the loop does itself.
    async fn asked(self, action: Action) -> Option<News> {
        let action = match self.of_lists(action).await {
            Ok(news) => return Some(news),
            Err(action) => action,
        };
        match self.of_batches(action).await {
            Ok(news) => Some(news),
            Err(action) => self.of_an_item(action).await,
        }
    }

    /// Places, lists, and what begins over one.
    async fn of_lists(&self, action: Action) -> Result<News, Action> {
        let operations = self.operations.as_ref();
        Ok(match action {
            Action::List { spot, page } => {
                let answer = operations.records().list(&spot, page.clone()).await;
                News::Listed { spot, page, answer }
            }
            Action::Find(address) => News::Found(operations.records().find(&address).await),
            Action::Bookmark(spot) => News::Told(operations.records().bookmark(&spot).await.unwrap_or_else(|why| why)),
            Action::Complete(typed) => {
                let answer = operations.records().complete(&typed).await;
                News::Completed { typed, answer }
            }
            Action::Upload { file, to, over } => News::Uploaded(operations.records().upload(&file, &to, over).await),
            Action::Preview { source } => self.read(source).await,
            Action::Forecast { wish, amount } => {
                let answer = operations.forecast(&wish, amount).await.map(Box::new);
                News::Forecast { wish, answer }
            }
            Action::Start(wish) => News::Started(operations.start(&wish).await),
            Action::Jobs => News::Jobs(operations.records().jobs().await),
            Action::Scans(ask) => News::Scans(ask.perform(operations).await),
            other => return Err(other),
        })
    }

    /// Reads a list, and tells meanwhile how far it has come.
    async fn read(&self, source: String) -> News {
        let (tell, told) = watch::channel(None);
        let hears = move |so_far| {
            tell.send_replace(Some(so_far));
        };
        let of = source.clone();
        let reading = self.operations.preview(&of, &hears);
        let mut every = tokio::time::interval(BETWEEN_WORDS);
        tokio::pin!(reading);
        loop {
            tokio::select! {
                answer = &mut reading => return News::Previewed { source, answer: answer.map(Box::new) },
                _ = every.tick() => {
                    let so_far = *told.borrow();
                    if let Some(so_far) = so_far {
                        let _ = self.news.send(News::Reading { source: source.clone(), so_far }).await;
                    }
                }
            }
        }
    }

    /// A batch as a whole, or some of its items.
    async fn of_batches(&self, action: Action) -> Result<News, Action> {
        let operations = self.operations.as_ref();
        Ok(match action {
            Action::Change { job, change } => {
                let answer = operations.change(&job, change).await;
                News::Changed { job, change, answer }
            }
            Action::Act { job, act, upcs } => {
                let answer = acts::act(operations, &job, act, &upcs, &self.news).await;
                News::Acted { job, act, answer }
            }
            Action::Export { upcs, path, replace, .. } => {
                let answer = acts::export(self.board.clone(), upcs, path.clone(), replace).await;
                News::Exported { path, answer }
            }
            Action::Past { job, moment } => {
                let answer = operations.records().past(&job, moment).await;
                News::Past { job, answer }
            }
            Action::Waiting(job) => {
                let answer = operations.records().waiting(&job).await;
                News::Waiting { job, answer }
            }
            Action::Decide { job, upc, answer } => {
                let answer = operations.decide(&job, upc, &answer).await;
                News::Decided { job, upc, answer }
            }
            other => return Err(other),
        })
    }

    async fn of_an_item(self, action: Action) -> Option<News> {
        let operations = self.operations.as_ref();
        Some(match action {
            Action::Open { job, upc } => {
                let answer = operations.records().open(&job, upc).await.map(Box::new);
                self.news.send(News::Opened { job: job.clone(), upc, answer }).await.ok()?;
                let answer = operations.records().listing(&job, upc).await;
                News::Composed { job, upc, answer }
            }
            Action::Rest { job, upc } => {
                tokio::time::sleep(RESTS).await;
                News::Rested { job, upc }
            }
            Action::Compare { job, upc } => {
                let answer = operations.compare(&job, upc).await;
                News::Compared { job, upc, answer }
            }
            Action::Picture { address, room } => {
                let answer = errands::picture(operations.records(), &address, self.picker, room).await;
                News::Pictured { address, answer }
            }
            _ => return None,
        })
    }
}

/// Joins a batch and passes on what happens in it, until it ends or the console leaves.
async fn follow(operations: Arc<dyn Operations>, job: JobId, news: mpsc::Sender<News>) {
    let Watched { board, news: mut happens, .. } = match operations.watch(&job).await {
        Ok(watched) => watched,
        Err(why) => {
            let _ = news.send(News::Watching { job, answer: Err(why) }).await;
            return;
        }
    };
    let items = board.read().unwrap_or_else(PoisonError::into_inner).items().clone();
    let _ = news.send(News::Watching { job: job.clone(), answer: Ok(board) }).await;
    // Of a board that was kept, all parts are read now: a key that looks for something must not wait for that.
    tokio::task::spawn_blocking(move || items.iter().count());
    while let Some(events) = happens.next().await {
        let told = match events {
            Ok(events) => News::Happened { job: job.clone(), events },
            Err(why) => News::Lost { job: job.clone(), why },
        };
        if news.send(told).await.is_err() {
            return;
        }
    }
}
