//! The lines above the table of a job. While the job runs, they show counts, progress by stage, throughput, remaining
//! time, and the upstream services. After its end, they show its files and what to do next.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::widgets;
use super::counts::render_counts;
use super::progress_line::{ProgressHistory, render_progress};
use crate::backend::{ProjectionHandle, UpstreamStatus};
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::screen::DrawContext;
use crate::stage_counts::{StageCountRequest, StageCounts};
use crate::upstream_bar;
use domain::eta_tracker::{EtaTracker, Throughput};
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::result_file::is_drafts_file;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::upc::Upc;

/// Minimum height of the screen for one line after the counts, and for two lines.
const ONE_LINE_MIN_HEIGHT: u16 = 9;
const TWO_LINES_MIN_HEIGHT: u16 = 16;

/// Text in place of the throughput while the service does not answer.
const CONNECTION_LOST: &str = "The service does not answer: this is the last known state.";

/// State of the lines above the table, measured since the job was attached.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own; all combinations occur")]
pub(super) struct JobHeader {
    pub(super) upstreams: Vec<UpstreamStatus>,
    /// The existing files of the job; `None` until the job has ended and they are listed.
    pub(super) output_files: Option<Vec<PathBuf>>,
    eta: EtaTracker,
    throughput: Throughput,
    history: ProgressHistory,
    stage_counts: Option<StageCounts>,
    /// True if events have arrived since the stages were counted.
    is_stale: bool,
    is_counting: bool,
    /// True while the service does not answer.
    is_connection_lost: bool,
    /// True if the files were requested after the job ended.
    has_listed_files: bool,
}

impl JobHeader {
    /// Returns the number of lines after the counts on a screen of this height.
    pub(super) fn line_count(height: u16) -> u16 {
        match height {
            TWO_LINES_MIN_HEIGHT.. => 2,
            ONE_LINE_MIN_HEIGHT.. => 1,
            _ => 0,
        }
    }

    pub(super) fn mark_stale(&mut self) {
        self.is_stale = true;
    }

    /// Returns the request to count the stages; `None` if the counts are current or being computed.
    pub(super) fn take_count_request(&mut self, projection: &ProjectionHandle) -> Option<StageCountRequest> {
        let is_refresh = self.stage_counts.is_some();
        if self.is_counting || (is_refresh && !self.is_stale) {
            return None;
        }
        (self.is_counting, self.is_stale) = (true, false);
        Some(StageCountRequest { projection: projection.clone(), is_refresh })
    }

    pub(super) fn set_stage_counts(&mut self, counts: StageCounts) {
        (self.stage_counts, self.is_counting) = (Some(counts), false);
    }

    /// Records whether the service answers. While it does not, the state of the upstream services is unknown.
    pub(super) fn set_connection_lost(&mut self, is_lost: bool) {
        self.is_connection_lost = is_lost;
        if is_lost {
            self.upstreams.clear();
        }
    }

    /// Returns the items that services are being asked about; none in a replay or if the job is not running.
    pub(super) fn asked_upcs(&self, projection: &JobProjection, is_live: bool) -> HashSet<Upc> {
        let is_running = is_live && projection.state == JobState::Running;
        let upstreams = self.upstreams.iter().filter(|_| is_running);
        upstreams.flat_map(|upstream| upstream.asked_upcs.iter().copied()).collect()
    }

    /// Returns true once after each end of the job.
    pub(super) fn should_list_files(&mut self, is_over: bool) -> bool {
        let should_list = is_over && !self.has_listed_files;
        self.has_listed_files = is_over;
        should_list
    }

    /// Draws the counts into the first area and the other lines into the second area.
    pub(super) fn draw(
        &mut self,
        frame: &mut Frame<'_>,
        (counts, below): (Rect, Rect),
        projection: &JobProjection,
        is_live: bool,
        draw: DrawContext<'_>,
    ) {
        let progress = match (is_live, self.is_connection_lost && projection.state.is_active()) {
            (true, true) => Some(CONNECTION_LOST.to_owned()),
            (true, false) => self.progress_text(projection, draw),
            (false, _) => None,
        };
        let (above, beside) = if below.is_empty() { (progress, None) } else { (None, progress) };
        let line = render_counts(projection, above, counts.width, draw);
        frame.render_widget(widgets::fit_line(line, counts.width), counts);
        let lines = if projection.state.has_ended() {
            self.next_steps(projection, below.width, draw)
        } else {
            self.progress_lines(projection, beside, below, draw)
        };
        for (line, y) in lines.into_iter().zip(below.y..below.bottom()) {
            frame.render_widget(widgets::fit_line(line, below.width), Rect { y, height: 1, ..below });
        }
    }

    /// Returns the progress by stage, if there is room for it, and the throughput with the upstream services.
    fn progress_lines(
        &mut self,
        projection: &JobProjection,
        throughput: Option<String>,
        area: Rect,
        draw: DrawContext<'_>,
    ) -> Vec<Line<'static>> {
        self.history.record(projection, draw.now);
        let resume = resume_hint(projection, draw).map(|(key, text)| format!("{key}{text}"));
        let upstreams = upstream_bar::upstream_line(&self.upstreams, throughput.or(resume), draw.theme, area.width);
        if area.height < 2 {
            return vec![upstreams];
        }
        let sparkline = self.history.draw_sparkline(draw.theme);
        vec![render_progress(projection, self.stage_counts, &sparkline, area.width, draw), upstreams]
    }

    /// Returns what to do next, and where the files are.
    fn next_steps(&self, projection: &JobProjection, width: u16, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let room = usize::from(width);
        let files = self.output_files.as_deref().unwrap_or_default();
        let (drafts, reports) = files.iter().partition::<Vec<_>, _>(|path| is_drafts_file(path));
        let step = |command, verb: &str, status| {
            let count = projection.counts.for_status(status);
            let key = draw.keymap.effective_key(KeyContext::Watch, command).filter(|_| count > 0)?;
            Some((key.label(draw.theme), format!(" {verb} {count}   ")))
        };
        let review = step(KeyCommand::Review, "reviews", Status::NeedsReview);
        let retry = step(KeyCommand::Retry, "retries", Status::Failed);
        let mut first = Vec::new();
        for (key, text) in resume_hint(projection, draw).into_iter().chain(review).chain(retry) {
            first.extend([Span::styled(key, draw.theme.key_style()), Span::raw(text)]);
        }
        let used = first.iter().map(Span::width).sum::<usize>();
        if !drafts.is_empty() {
            let text = fit_to_width(&upload_hint(&drafts), room.saturating_sub(used));
            first.push(Span::styled(text, draw.theme.heading_style()));
        }
        let second = match (&self.output_files, &projection.spec) {
            (Some(files), Some(spec)) if files.is_empty() && !spec.output.as_str().is_empty() => {
                describe_missing_files(Path::new(spec.output.as_str()))
            }
            _ if reports.is_empty() => String::new(),
            _ => format!("Results: {}", join_paths(&reports)),
        };
        vec![Line::from(first), Line::raw(fit_to_width(&second, room))]
    }

    /// Returns `42 items/min  about 12 min left: Discogs, 60 a minute  `, with spaces before the text that follows.
    /// `None` if nothing is known.
    fn progress_text(&mut self, projection: &JobProjection, draw: DrawContext<'_>) -> Option<String> {
        let throughput = self.throughput.items_per_minute(projection, draw.now);
        let remaining = self.eta.remaining_summary(projection, &self.upstreams, draw.now);
        let text = throughput.into_iter().chain(remaining).map(|part| part + "  ").collect::<String>();
        (!text.is_empty()).then_some(text)
    }
}

/// Returns the key that resumes a stopped batch, and its label; `None` if the batch cannot be resumed.
fn resume_hint(projection: &JobProjection, draw: DrawContext<'_>) -> Option<(String, String)> {
    let key = draw.keymap.effective_key(KeyContext::Watch, KeyCommand::Resume)?;
    projection.state.can_resume().then(|| (key.label(draw.theme), " resumes the batch   ".to_owned()))
}

/// Returns the paths separated by commas, without control characters.
fn join_paths(paths: &[&PathBuf]) -> String {
    let shown = paths.iter().map(|path| strip_terminal_controls(&path.display().to_string()).into_owned());
    shown.collect::<Vec<_>>().join(", ")
}

/// Returns what to do with the drafts files, each of which is uploaded once. Several files are described by the common
/// start of their names.
fn upload_hint(drafts: &[&PathBuf]) -> String {
    if let [file] = drafts {
        return format!("Upload in Seller Hub: {}", join_paths(&[file]));
    }
    let names = drafts.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>();
    let first = names.first().map(AsRef::as_ref).unwrap_or_default();
    let is_common = |length: &usize| names.iter().all(|name| name.starts_with(&first[..*length]));
    let lengths = first.char_indices().map(|(at, _)| at);
    let common = lengths.take_while(is_common).last().unwrap_or_default();
    let common = strip_terminal_controls(first[..common].trim_end_matches('.'));
    format!("Upload {} files in Seller Hub, each once: {common}*.csv", drafts.len())
}

/// Returns where the missing files of a batch should be. Batches of earlier versions have a relative path from the
/// folder in which they were started.
fn describe_missing_files(folder: &Path) -> String {
    let shown = strip_terminal_controls(&folder.display().to_string()).into_owned();
    if folder.is_absolute() || folder.starts_with("gs:") {
        format!("Files: none in {shown}")
    } else {
        format!("Files: in the folder {shown} where the batch was started")
    }
}
