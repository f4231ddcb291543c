//! What an order would lead to, as the service sees it: its keys, its limits, its queue.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::JoinError;
use super::link::{Service, Wanted};
use domain::forecast::Forecast;
use domain::survey::{Amount, Survey};

/// A list of a million lines is read in seconds, over a slow line in some minutes.
const READS_WITHIN: Duration = Duration::from_mins(5);

#[derive(Serialize)]
struct Asked<'a> {
    order: &'a Wanted,
    list: Option<Amount>,
}

/// What the service answers.
#[derive(Debug, Deserialize)]
pub struct Planned {
    /// Where the service has read the list.
    pub list: Option<Survey>,
    pub forecast: Forecast,
}

impl Service {
    /// What an order would lead to. Where it is not said how much is in the list, the service reads it.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn plan(&self, wanted: &Wanted, list: Option<Amount>) -> Result<Planned, JoinError> {
        self.takes(wanted)?;
        let request = self.post("/api/batch/plan", &Asked { order: wanted, list });
        self.answered(request.timeout(READS_WITHIN)).await
    }
}
