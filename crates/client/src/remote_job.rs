//! The state of a job in the service, rebuilt from its event stream.

use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use parking_lot::RwLock;

use super::client::ServiceClient;
use super::error::ClientError;
use super::events;
use domain::event::EventEnvelope;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// A job in the service that is followed until it ends.
pub struct RemoteJob {
    /// The state of the job after the events read so far.
    pub projection: Arc<RwLock<JobProjection>>,
    /// The events in order. Each event is already applied to the projection when the stream yields it.
    pub events: BoxStream<'static, Result<Vec<EventEnvelope>, ClientError>>,
}

impl ServiceClient {
    /// Follows a job from its first event.
    pub fn watch_job(&self, job: &JobId) -> RemoteJob {
        self.watch_from(JobProjection::new(job.clone()))
    }

    /// Follows the job of a projection from the projection's position.
    pub fn watch_from(&self, projection: JobProjection) -> RemoteJob {
        let (job, after) = (projection.job.clone(), projection.position);
        let projection = Arc::new(RwLock::new(projection));
        let (shared, client) = (projection.clone(), self.clone());
        let events = events::follow_job_events(self.clone(), job, after).and_then(move |events| {
            let applied = apply_events(&shared, &events, &client);
            std::future::ready(applied.map(|()| events))
        });
        RemoteJob { projection, events: events.boxed() }
    }
}

fn apply_events(
    projection: &RwLock<JobProjection>,
    events: &[EventEnvelope],
    client: &ServiceClient,
) -> Result<(), ClientError> {
    let mut projection = projection.write();
    events.iter().try_for_each(|event| projection.apply_event(event)).map_err(|error| client.invalid_response(&error))
}
