//! One request on the wire and what came back: a reply, a way on, or a failure.

use std::time::SystemTime;

use jiff::Timestamp;
use reqwest::header::{HeaderValue, LOCATION};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::retry::{Failure, retry_after};
use super::{HttpError, Read, Reply, body, redirect, words};

/// What is the same for all exchanges of a request.
pub(super) struct Terms<'a> {
    pub(super) client: &'a reqwest::Client,
    pub(super) read: Read,
    pub(super) largest_body: usize,
    pub(super) refusals: &'static [u16],
    pub(super) secrets: &'a [(&'static str, SecretString)],
}

/// A reply, or the `Location` it sends us on to.
pub(super) enum Answer {
    Reply(Reply),
    SendsOn(Option<String>),
}

impl Terms<'_> {
    /// Asks `url`; the secrets go along only where `with_secrets`.
    pub(super) async fn exchange(&self, url: &Url, with_secrets: bool) -> Result<Answer, Failure> {
        let mut request = self.client.get(url.clone());
        for (name, secret) in self.secrets.iter().filter(|_| with_secrets) {
            request = request.header(*name, sensitive(secret)?);
        }
        let response = request.send().await.map_err(|error| HttpError::of_wire(&error))?;
        let status = response.status().as_u16();
        if redirect::sends_on(status) {
            let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            // Read to its end, a connection can be used again.
            body::error_page(response).await;
            return Ok(Answer::SendsOn(location));
        }
        if status >= 500 || status == 429 || self.refusals.contains(&status) {
            return Err(self.failure(response).await);
        }
        self.reply(response, url).await
    }

    async fn reply(&self, response: reqwest::Response, url: &Url) -> Result<Answer, Failure> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (body, truncated) = body::read(response, self.read, self.largest_body).await?;
        Ok(Answer::Reply(Reply { status, url: url.clone(), headers, body, truncated }))
    }

    async fn failure(&self, response: reqwest::Response) -> Failure {
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), SystemTime::now());
        let said = words::of(&body::error_page(response).await);
        let words = self.secrets.iter().fold(said, |said, (_, secret)| words::without(&said, secret.expose_secret()));
        let again = retry_after.and_then(|wait| Timestamp::now().checked_add(wait).ok());
        let refused = status == 429 || self.refusals.contains(&status);
        Failure { error: HttpError::Status { status, words, again }, retry_after, refused }
    }
}

/// Marked as sensitive, a value shows in no debug output of the layers below.
fn sensitive(secret: &SecretString) -> Result<HeaderValue, HttpError> {
    let mut value = HeaderValue::from_str(secret.expose_secret().trim()).map_err(|_| HttpError::Client {
        words: "a key holds characters that no header can; copy it again".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}
