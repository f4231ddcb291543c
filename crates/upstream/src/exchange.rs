//! One request on the wire and what came back: a reply, a way on, or a failure.

use std::time::SystemTime;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::request::{Body, Request};
use super::retry::{Failure, retry_after};
use super::{HostRules, HttpError, Reply, body, redirect, words};

/// What is the same for all exchanges of a request.
pub(super) struct Terms<'a> {
    pub(super) client: &'a reqwest::Client,
    pub(super) request: &'a Request,
    pub(super) largest_body: usize,
    pub(super) rules: &'a HostRules,
}

/// A reply, or the `Location` it sends us on to.
pub(super) enum Answer {
    Reply(Reply),
    SendsOn(Option<String>),
}

impl Terms<'_> {
    /// Asks `url`; the secrets go along only where `with_secrets`.
    pub(super) async fn exchange(&self, url: &Url, with_secrets: bool) -> Result<Answer, Failure> {
        let response = self.on_the_wire(url, with_secrets)?.send().await.map_err(|error| HttpError::of_wire(&error))?;
        let status = response.status().as_u16();
        if redirect::sends_on(status) {
            let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            // Read to its end, a connection can be used again.
            body::error_page(response).await;
            return Ok(Answer::SendsOn(location));
        }
        if status >= 500 || self.is_refusal(status) {
            return self.failure(response, url).await;
        }
        self.reply(response, url).await
    }

    fn on_the_wire(&self, url: &Url, with_secrets: bool) -> Result<reqwest::RequestBuilder, HttpError> {
        let mut wire = self.client.request(self.request.method.clone(), url.clone());
        for (name, value) in &self.request.headers {
            wire = wire.header(*name, value);
        }
        if !with_secrets {
            return Ok(wire);
        }
        for (name, secret) in &self.request.secrets {
            wire = wire.header(*name, sensitive(secret)?);
        }
        Ok(match &self.request.body {
            None => wire,
            Some(Body::Json(json)) => wire.header(CONTENT_TYPE, "application/json").body(json.clone()),
            Some(Body::Form(form)) => {
                wire.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.expose_secret().to_owned())
            }
        })
    }

    fn is_refusal(&self, status: u16) -> bool {
        status == 429 || self.rules.refusals.contains(&status)
    }

    async fn reply(&self, response: reqwest::Response, url: &Url) -> Result<Answer, Failure> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (body, truncated) = body::read(response, self.request.read, self.largest_body).await?;
        Ok(Answer::Reply(Reply { status, url: url.clone(), headers, body, truncated }))
    }

    async fn failure(&self, response: reqwest::Response, url: &Url) -> Result<Answer, Failure> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let retry_after = retry_after(&headers, SystemTime::now());
        let body = body::error_page(response).await;
        if self.rules.spent.is_some_and(|spent| spent(status, &body)) {
            return Ok(Answer::Reply(Reply { status, url: url.clone(), headers, body, truncated: false }));
        }
        let secrets = self.request.secrets.iter();
        let words = secrets.fold(words::of(&body), |said, (_, secret)| words::without(&said, secret.expose_secret()));
        let again = retry_after.and_then(|wait| Timestamp::now().checked_add(wait).ok());
        let refused = self.is_refusal(status);
        Err(Failure { error: HttpError::Status { status, words, again }, retry_after, refused })
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
