//! A job of the service, folded here from its events: the same fold as everywhere, so the picture is the same.

use parking_lot::RwLock;
use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};

use super::api_client::ServiceClient;
use super::error::ClientError;
use domain::event::EventEnvelope;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// A job from its first event on.
pub struct RemoteJob {
    /// What is, as far as the events have been read.
    pub projection: Arc<RwLock<JobProjection>>,
    /// Each of them is on the board when it is handed over.
    pub events: BoxStream<'static, Result<Vec<EventEnvelope>, ClientError>>,
}

impl ServiceClient {
    /// Watches a job from its first event on.
    pub fn watch_job(&self, job: &JobId) -> RemoteJob {
        self.watch_from(JobProjection::new(job.clone()))
    }

    /// Watches the job of a board, from the event on with which the board ends.
    pub fn watch_from(&self, projection: JobProjection) -> RemoteJob {
        let (job, upto) = (projection.job.clone(), projection.position);
        let projection = Arc::new(RwLock::new(projection));
        let (folded, address) = (projection.clone(), self.address().to_owned());
        let messages = self.stream_job_events(&job, upto).and_then(move |events| {
            let done = apply_events(&folded, &events, &address);
            std::future::ready(done.map(|()| events))
        });
        RemoteJob { projection, events: messages.boxed() }
    }
}

fn apply_events(
    projection: &RwLock<JobProjection>,
    events: &[EventEnvelope],
    address: &str,
) -> Result<(), ClientError> {
    let mut projection = projection.write();
    let unreadable = |why: String| ClientError::InvalidResponse { address: address.to_owned(), why };
    events.iter().try_for_each(|event| projection.apply_event(event)).map_err(|error| unreadable(error.to_string()))
}
