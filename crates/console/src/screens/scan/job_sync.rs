//! Synchronizes the scan screen with its job: sends, undoes and saves scans, closes the job, and handles the replies.

use super::save::SaveScansPrompt;
use super::{ScanJobState, ScanScreen};
use crate::backend::{ScanSendError, UserMessage};
use crate::job_effect::JobEffect;
use crate::scan_session::{ScanEffect, ScanReply};
use crate::screen::{Effect, Transition};
use domain::item::Item;
use domain::job_spec::JobId;
use domain::scan::parse_scan;

impl ScanScreen {
    /// Returns the effect that sends the next scans or creates the job for them; `None` if there are no unsent scans or
    /// a request is in progress.
    fn send_effect(&mut self) -> Option<Effect> {
        let scans = self.list.next_unsent();
        if self.is_sending || scans.is_empty() {
            return None;
        }
        let is_retry = self.offline_reason.is_some();
        let effect = match &self.job_state {
            ScanJobState::Joining | ScanJobState::Creating => return None,
            ScanJobState::NoJob => {
                self.job_state = ScanJobState::Creating;
                self.rejection = None;
                ScanEffect::CreateJob { key: format!("{}-batch-{}", self.session_id, self.created_jobs), is_retry }
            }
            ScanJobState::Open(job) => {
                self.is_sending = true;
                ScanEffect::SendScans { job: job.clone(), scans, is_retry }
            }
        };
        Some(Effect::Scan(effect))
    }

    /// Returns the beep for scans with new problems, and the effect that sends scans.
    pub(super) fn collect_effects(&mut self) -> Vec<Effect> {
        let projection = self.projection.clone();
        let projection = projection.as_ref().map(|projection| projection.read());
        let beep = (self.list.take_alerts(projection.as_deref()) > 0).then_some(Effect::Beep);
        drop(projection);
        beep.into_iter().chain(self.send_effect()).collect()
    }

    /// Undoes the newest scan that is not undone yet.
    pub(super) fn undo_scan(&mut self) -> Transition {
        let newest_first = (0..self.list.len()).filter_map(|index| self.list.nth_newest(index));
        let found = self.with_projection(|projection| {
            newest_first.into_iter().find(|row| row.can_undo(projection)).map(|row| row.key.clone())
        });
        let Some(key) = found else {
            self.message = Some("there is no scan to undo".to_owned());
            return Transition::Stay;
        };
        // While scans are being sent, the job may already have this one.
        if !self.is_sending && self.list.remove_unsent(&key) {
            self.message = Some("undone".to_owned());
            return Transition::Stay;
        }
        match &self.job_state {
            ScanJobState::Open(job) => Transition::Do(Effect::Scan(ScanEffect::UndoScan { job: job.clone(), key })),
            _ => Transition::Stay,
        }
    }

    /// Returns the scans as a list file: one UPC per line, followed by a comma and the quantity if it is not 1.
    fn to_list_text(&self) -> String {
        let line = |item: &Item| match item.copies {
            1 => format!("{}\n", item.upc),
            copies => format!("{},{copies}\n", item.upc),
        };
        self.with_projection(|projection| {
            let items = projection.into_iter().flat_map(|projection| projection.items().iter());
            items.filter(|item| item.copies > 0).map(line).collect()
        })
    }

    /// Opens the prompt that saves the scans as a list, unless the job does not have all scans yet.
    pub(super) fn open_save_prompt(&mut self) -> Transition {
        let text = self.to_list_text();
        if text.is_empty() || self.list.unsent_count() > 0 {
            self.message = Some("not saved: the scans are not in the batch yet".to_owned());
            return Transition::Stay;
        }
        let stamp = match &self.job_state {
            ScanJobState::Open(job) => job.file_stamp().to_owned(),
            _ => String::new(),
        };
        Transition::Push(Box::new(SaveScansPrompt::new(text, format!("scans_{stamp}.txt"))), None)
    }

    /// Closes the job's list, unless the job does not have all scans yet.
    pub(super) fn close_list(&mut self) -> Transition {
        match &self.job_state {
            ScanJobState::Open(job) if self.list.unsent_count() == 0 => {
                Transition::Do(Effect::Scan(ScanEffect::CloseJob { job: job.clone() }))
            }
            ScanJobState::Open(_) | ScanJobState::Creating => {
                self.message = Some("not closed: some scans are not in the batch yet".to_owned());
                Transition::Stay
            }
            ScanJobState::Joining | ScanJobState::NoJob => {
                self.message = Some("nothing to close: there are no scans".to_owned());
                Transition::Stay
            }
        }
    }

    fn attach_job(&mut self, job: JobId) -> Vec<Effect> {
        self.job_state = ScanJobState::Open(job.clone());
        self.projection = None;
        let mut effects = vec![Effect::Job(JobEffect::AttachJob(job))];
        effects.extend(self.send_effect());
        effects
    }

    /// Handles the reply to an effect of this screen.
    pub(super) fn handle_reply(&mut self, reply: &ScanReply) -> Vec<Effect> {
        match reply {
            ScanReply::ActiveJobFound(result) if self.job_state == ScanJobState::Joining => {
                return self.handle_active_job(result);
            }
            ScanReply::NextJobDescribed(result) => match result {
                Ok(spec) => self.next_spec = Some(spec.clone()),
                Err(error) => self.message = Some(error.clone()),
            },
            ScanReply::JobCreated(result) if self.job_state == ScanJobState::Creating => {
                return self.handle_created(result);
            }
            ScanReply::ScansSent { job, keys, result } if self.job_state == ScanJobState::Open(job.clone()) => {
                self.is_sending = false;
                self.handle_send_result(keys, result);
            }
            ScanReply::ScanUndone(Ok(message) | Err(message)) => self.message = Some(message.clone()),
            ScanReply::JobClosed { result: Err(why), .. } => self.message = Some(why.clone()),
            ScanReply::ListSaved(Ok(to)) => self.message = Some(format!("saved as {to}")),
            ScanReply::ListSaved(Err(why)) => self.message = Some(format!("not saved: {why}")),
            ScanReply::IdleTimeout { after_key }
                if *after_key == self.keystrokes && parse_scan(&self.typed_text).is_ok() =>
            {
                let text = std::mem::take(&mut self.typed_text);
                self.record_scan(text);
            }
            _ => {}
        }
        self.collect_effects()
    }

    fn handle_active_job(&mut self, result: &Result<Option<JobId>, UserMessage>) -> Vec<Effect> {
        match result {
            Ok(Some(job)) => {
                self.offline_reason = None;
                self.attach_job(job.clone())
            }
            Ok(None) => {
                self.offline_reason = None;
                self.job_state = ScanJobState::NoJob;
                let describe = Effect::Scan(ScanEffect::DescribeNextJob);
                std::iter::once(describe).chain(self.collect_effects()).collect()
            }
            // A job may accept scans. A second one would divide the list between them.
            Err(why) => {
                self.offline_reason = Some(why.clone());
                let retry = Effect::Scan(ScanEffect::FindActiveJob { is_retry: true });
                std::iter::once(retry).chain(self.collect_effects()).collect()
            }
        }
    }

    fn handle_created(&mut self, result: &Result<JobId, ScanSendError>) -> Vec<Effect> {
        self.job_state = ScanJobState::NoJob;
        match result {
            Ok(job) => {
                self.created_jobs += 1;
                self.offline_reason = None;
                self.attach_job(job.clone())
            }
            Err(ScanSendError::Unreachable(why)) => {
                self.offline_reason = Some(why.clone());
                self.collect_effects()
            }
            // A retry would be rejected again, so the next scan makes it.
            Err(ScanSendError::Rejected(why)) => {
                (self.offline_reason, self.rejection) = (None, Some(why.clone()));
                Vec::new()
            }
        }
    }

    fn handle_send_result(&mut self, keys: &[String], result: &Result<(), ScanSendError>) {
        match result {
            Ok(()) => {
                self.list.mark_sent(keys);
                self.offline_reason = None;
            }
            Err(ScanSendError::Unreachable(why)) => self.offline_reason = Some(why.clone()),
            Err(ScanSendError::Rejected(why)) => {
                self.message = Some(format!("a new batch starts: {why}"));
                (self.job_state, self.projection) = (ScanJobState::NoJob, None);
                self.list.reset_for_new_job();
            }
        }
    }
}
