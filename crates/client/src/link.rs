//! The running service of a data directory, and what can be asked of it.

use std::path::Path;
use std::time::Duration;

use futures::stream::BoxStream;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::JoinError;
use super::events;
use api::service_file::Beacon;
use domain::batch::{Copies, JobId, Order};
use domain::comparison::Compared;
use domain::condition::Condition;
use domain::event::{Event, Seq};
use domain::forecast::UnderWay;
use domain::job::JobState;
use domain::upc::Upc;
use store::journal::Journal;

/// It is on this machine: what is not there at once does not come.
pub(super) const CONNECTS_WITHIN: Duration = Duration::from_secs(2);

/// A pause lets running items end in order, for some seconds; a bucket is looked at for as long.
const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

/// What a service is asked to run.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the API")]
pub struct Wanted {
    gcs_path: String,
    create_drafts: bool,
    test_mode: bool,
    force: bool,
    review: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sink: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copies: Option<Copies>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
}

impl From<&Order> for Wanted {
    fn from(order: &Order) -> Self {
        Self {
            gcs_path: order.source.clone(),
            create_drafts: order.create_drafts,
            test_mode: order.test_mode,
            force: false,
            review: order.review,
            condition: order.condition,
            sink: Some(order.sink.clone()),
            copies: Some(order.copies),
            limit: order.limit,
        }
    }
}

impl Wanted {
    /// The same, also where a job over the same list waits, runs or is paused.
    #[must_use]
    pub fn forced(self, force: bool) -> Self {
        Self { force, ..self }
    }
}

/// A service on this machine. Clones are the same one.
#[derive(Clone)]
pub struct Service {
    address: String,
    token: SecretString,
    client: reqwest::Client,
}

/// The part of a job's answer that says which one it is.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) job_id: JobId,
}

/// The answer to what eBay holds.
#[derive(Deserialize)]
struct Comparison {
    drafts: Vec<Compared>,
}

impl Service {
    /// The service that owns the data directory; `None` where none does.
    ///
    /// # Errors
    /// [`JoinError::Silent`] where no client can be set up.
    pub fn of(data_dir: &Path) -> Result<Option<Self>, JoinError> {
        // A killed service leaves its note behind, and its lock is free.
        if !Journal::is_owned(data_dir) {
            return Ok(None);
        }
        let Some(Beacon { address, token, .. }) = Beacon::read(data_dir) else { return Ok(None) };
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The service is no upstream: it has no rate and no circuit, and it is reached without a proxy.
        let client = reqwest::Client::builder().connect_timeout(CONNECTS_WITHIN).no_proxy().tls_certs_only([]).build();
        let client = client.map_err(|error| JoinError::Silent { address: address.clone(), why: error.to_string() })?;
        Ok(Some(Self { address, token, client }))
    }

    /// Where it answers.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Orders a batch over an object of a bucket; `key` makes the same order once, however often it is sent.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn order(&self, wanted: &Wanted, key: &str) -> Result<JobId, JoinError> {
        self.takes(wanted)?;
        let request = self.post("/api/batch/process", wanted).header("Idempotency-Key", key);
        Ok(self.answered::<Named>(request).await?.job_id)
    }

    /// It takes lists from buckets only.
    pub(super) fn takes(&self, wanted: &Wanted) -> Result<(), JoinError> {
        if wanted.gcs_path.starts_with("gs://") {
            return Ok(());
        }
        Err(JoinError::NotInABucket { address: self.address.clone(), list: wanted.gcs_path.clone() })
    }

    /// Lets a job be paused, resumed, cancelled or tried again; the job that goes on.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn wish(&self, job: &JobId, wish: &'static str) -> Result<JobId, JoinError> {
        let request = self.post(&format!("/api/batch/jobs/{job}/{wish}"), &json!({}));
        Ok(self.answered::<Named>(request).await?.job_id)
    }

    /// What eBay holds of an item's drafts, against what was sent; the service asks, since the way to eBay is its.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn compare(&self, job: &JobId, upc: Upc) -> Result<Vec<Compared>, JoinError> {
        let request = self.get(&format!("/api/batch/jobs/{job}/items/{upc}/ebay")).timeout(ANSWERS_WITHIN);
        Ok(self.answered::<Comparison>(request).await?.drafts)
    }

    /// Whether it is well, and what it says of itself.
    ///
    /// # Errors
    /// [`JoinError::Silent`] where it does not answer within `patience`.
    pub async fn health(&self, patience: Duration) -> Result<(bool, Value), JoinError> {
        let answer = self.get("/health").timeout(patience).send().await.map_err(|error| self.silent(&error))?;
        let is_well = answer.status().is_success();
        let text = answer.text().await.map_err(|error| self.silent(&error))?;
        Ok((is_well, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// What happens to a job, from an event on, for table rows; taken up again where the connection breaks.
    pub fn events(&self, job: &JobId, after: Seq) -> BoxStream<'static, Result<Vec<Event>, JoinError>> {
        events::follow(self.clone(), job.clone(), after)
    }

    pub(super) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.address)).bearer_auth(self.token.expose_secret())
    }

    pub(super) fn delete(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.delete(format!("{}{path}", self.address)).timeout(ANSWERS_WITHIN);
        request.bearer_auth(self.token.expose_secret())
    }

    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> reqwest::RequestBuilder {
        let request = self.client.post(format!("{}{path}", self.address)).timeout(ANSWERS_WITHIN);
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/json");
        // Plain data with text keys, which JSON always takes.
        request.bearer_auth(self.token.expose_secret()).body(serde_json::to_vec(body).unwrap_or_default())
    }

    pub(super) async fn answered<T: serde::de::DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<T, JoinError> {
        let answer = request.send().await.map_err(|error| self.silent(&error))?;
        let (status, text) = (answer.status(), answer.text().await.map_err(|error| self.silent(&error))?);
        if !status.is_success() {
            return Err(self.refused(status.as_u16(), &text));
        }
        serde_json::from_str(&text)
            .map_err(|error| JoinError::Unreadable { address: self.address.clone(), why: error.to_string() })
    }

    pub(super) fn refused(&self, status: u16, text: &str) -> JoinError {
        let problem = serde_json::from_str::<Value>(text).ok();
        let said = |key: &str| problem.as_ref().and_then(|problem| problem.get(key)?.as_str());
        let (address, detail) = (self.address.clone(), said("detail").unwrap_or("no reason").to_owned());
        let state = said("job_status").and_then(JobState::named);
        match (said("error"), said("job_id").and_then(|job| job.parse().ok()), state) {
            (Some("ALREADY_UNDER_WAY"), Some(job_id), Some(state)) => {
                JoinError::SameList { address, detail, under_way: UnderWay { job_id, state } }
            }
            _ => JoinError::Refused { address, status, detail },
        }
    }

    pub(super) fn silent(&self, error: &reqwest::Error) -> JoinError {
        JoinError::Silent { address: self.address.clone(), why: error.to_string() }
    }
}
