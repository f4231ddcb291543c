//! What can be chosen before a batch, a row each.

use ratatui::text::Line;

use super::StartScreen;
use crate::backend::StartOptions;
use crate::screen::DrawContext;
use domain::batch_estimate::BatchEstimate;
use domain::condition::Condition;
use domain::job_spec::Copies;
use domain::sink::SinkKind;

/// Rows.
pub(super) const OPTION_COUNT: usize = 6;

/// The next value of a row; what is known of the batch says where one stands.
pub(super) fn cycle_option(options: &mut StartOptions, row: usize, known: Option<&BatchEstimate>) {
    let plan = known.map(|known| &known.plan);
    match row {
        0 => {
            let now = options.sink.or(plan.map(|plan| plan.sink));
            let at = now.and_then(|now| SinkKind::SELECTABLE.iter().position(|sink| *sink == now));
            let next = at.map_or(0, |at| (at + 1) % SinkKind::SELECTABLE.len());
            options.sink = Some(SinkKind::SELECTABLE[next]);
        }
        1 => {
            let now = options.copies.or(plan.map(|plan| plan.copies)).unwrap_or_default();
            options.copies = Some(if now == Copies::Together { Copies::Separate } else { Copies::Together });
        }
        2 => {
            let all = Condition::ALL;
            let next = options.condition.map_or(0, |now| all.iter().position(|c| *c == now).map_or(0, |at| at + 1));
            options.condition = all.get(next).copied();
        }
        3 => options.test_mode = !options.test_mode,
        4 => options.create_drafts = !options.create_drafts,
        _ => options.review_all = !options.review_all,
    }
}

impl StartScreen {
    /// The rows; while it is asked what to do about another batch over the same list, those of that question.
    pub(super) fn render_options(&self, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let (rows, at) = match &self.duplicate_job {
            Some((under_way, joins)) => {
                let sign = |on: bool| if on { draw.theme.glyph("▸", ">") } else { " " };
                let join = format!("{} join {}", sign(*joins), under_way.job_id);
                let anew = format!("{} start another one anyway", sign(!*joins));
                (vec![join, anew], usize::from(!*joins))
            }
            None => (self.option_rows(), self.selected),
        };
        let styled = |(place, row): (usize, String)| {
            if place == at { Line::styled(row, draw.theme.cursor_style()) } else { Line::raw(row) }
        };
        rows.into_iter().enumerate().map(styled).collect()
    }

    fn option_rows(&self) -> Vec<String> {
        let (options, plan) = (&self.options, self.loaded_estimate().map(|known| &known.plan));
        let as_set = |text: Option<String>| text.map_or("as set".to_owned(), |text| format!("{text} (as set)"));
        let sink = options.sink.map_or_else(|| as_set(plan.map(|plan| plan.sink.to_string())), |sink| sink.to_string());
        let copies = |copies: Copies| match copies {
            Copies::Together => "one draft for all".to_owned(),
            Copies::Separate => "a draft for each".to_owned(),
        };
        let of_copies = options.copies.map_or_else(|| as_set(plan.map(|plan| copies(plan.copies))), copies);
        let set = plan.map(|plan| plan.condition.map_or("none".to_owned(), |condition| condition.to_string()));
        let condition = options.condition.map_or_else(|| as_set(set), |condition| condition.to_string());
        let by = |wished: bool, is: Option<bool>| match is {
            Some(is) if is != wished => format!("[{}] (as set)", if is { "x" } else { " " }),
            _ => format!("[{}]", if wished { "x" } else { " " }),
        };
        vec![
            format!("    drafts go to: {sink}"),
            format!("    copies: {of_copies}"),
            format!("    condition: {condition}"),
            format!(
                "{} rehearse: everything but the last step",
                by(options.test_mode, plan.map(|plan| plan.test_mode))
            ),
            format!("{} make drafts", by(options.create_drafts, plan.map(|plan| plan.create_drafts))),
            format!(
                "{} review: every item waits for you before its draft",
                by(options.review_all, plan.map(|plan| plan.review))
            ),
        ]
    }
}
