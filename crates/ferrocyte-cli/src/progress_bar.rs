//! A bar for anything over a second, silent when standard error is not a terminal.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ferrocyte::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A step that ends sooner is never drawn.
const PATIENCE: Duration = Duration::from_secs(1);

/// Draws steps on standard error.
pub(crate) struct TerminalProgress {
    enabled: bool,
    step: Mutex<Option<Step>>,
}

struct Step {
    bar: ProgressBar,
    began: Instant,
    shown: bool,
}

impl TerminalProgress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { enabled: !quiet && std::io::stderr().is_terminal(), step: Mutex::new(None) }
    }

    fn with_step(&self, act: impl FnOnce(&mut Step)) {
        // A bar that panicked elsewhere must not stop the run.
        let mut step = self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(step) = step.as_mut() {
            act(step);
        }
    }
}

impl Progress for TerminalProgress {
    fn begin(&self, name: &str, total: u64) {
        if !self.enabled {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(
            "{prefix:<24} {bar:28} {percent:>3} % {elapsed:>4}, {eta} left {msg}",
        )
        .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_prefix(name.to_owned());
        let step = Step { bar, began: Instant::now(), shown: false };
        *self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(step);
    }

    fn advance(&self, units: u64) {
        self.with_step(|step| {
            step.bar.inc(units);
            if !step.shown && step.began.elapsed() >= PATIENCE {
                step.bar.set_draw_target(ProgressDrawTarget::stderr());
                step.shown = true;
            }
        });
    }

    fn note(&self, text: &str) {
        self.with_step(|step| step.bar.set_message(text.to_owned()));
    }

    fn finish(&self) {
        self.with_step(|step| step.bar.finish_and_clear());
    }
}
