//! Prints the events of a job until it ends.

use futures::{Stream, StreamExt, pin_mut};
use parking_lot::RwLock;
use tokio::runtime::Handle;
use tokio::sync::oneshot::{self, error::RecvError};
use tokio_util::sync::CancellationToken;

use super::printer::Printer;
use super::progress_bar::TICK_INTERVAL;
use domain::event::EventEnvelope;
use domain::job_projection::JobProjection;

/// Shown after the first Ctrl-C.
const STOPPING_MESSAGE: &str =
    "Stopping. Running items have a few seconds to finish. Press Ctrl-C again to end at once.";

/// Why following a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowEnd {
    /// An event ended the work: completed, stopped, paused, canceled or failed.
    JobEnded,
    /// The event stream ended.
    StreamClosed,
}

/// Runs a future that prints on a thread of its own, and returns its result: a terminal that takes no output (Ctrl-S, a
/// pager, a hung ssh session) then delays no item.
///
/// The program can end before the future does.
///
/// # Errors
/// Returns [`RecvError`] if the future panicked.
pub fn print_on_thread<T: Send + 'static>(
    printing: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = Result<T, RecvError>> {
    let (sender, receiver) = oneshot::channel();
    let runtime = Handle::current();
    std::thread::spawn(move || {
        // Nobody waits for the result any more if the send fails.
        let _ = sender.send(runtime.block_on(printing));
    });
    receiver
}

/// Prints events until one ends the job. The stream must start after the events of earlier runs, because an old stop
/// would end the loop.
///
/// # Errors
/// Returns the error of the stream unchanged.
pub async fn follow_job<E>(
    messages: impl Stream<Item = Result<Vec<EventEnvelope>, E>>,
    projection: &RwLock<JobProjection>,
    printer: &mut Printer,
    stop: &CancellationToken,
) -> Result<FollowEnd, E> {
    follow_job_until(messages, projection, printer, stop, |event| event.payload.ends_work()).await
}

/// Prints events until one for which `ends` is true.
///
/// # Errors
/// Returns the error of the stream unchanged.
pub async fn follow_job_until<E>(
    messages: impl Stream<Item = Result<Vec<EventEnvelope>, E>>,
    projection: &RwLock<JobProjection>,
    printer: &mut Printer,
    stop: &CancellationToken,
    ends: impl Fn(&EventEnvelope) -> bool,
) -> Result<FollowEnd, E> {
    pin_mut!(messages);
    printer.start_bar(projection);
    let (mut is_stopping, mut clock) = (false, tokio::time::interval(TICK_INTERVAL));
    loop {
        let events = tokio::select! {
            events = messages.next() => events,
            _ = clock.tick() => {
                printer.update_eta(projection);
                continue;
            }
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                printer.print_note(STOPPING_MESSAGE);
                continue;
            }
        };
        let Some(events) = events.transpose()? else { return Ok(FollowEnd::StreamClosed) };
        printer.print_events(&events, projection);
        if events.iter().any(&ends) {
            return Ok(FollowEnd::JobEnded);
        }
    }
}
