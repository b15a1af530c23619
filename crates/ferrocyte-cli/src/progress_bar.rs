//! A bar for anything over a second, silent when standard error is not a terminal.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ferrocyte::Progress;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A step that ends sooner is never drawn.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the clock on the bar moves when nothing else does.
const TICK: Duration = Duration::from_millis(250);

/// Draws steps on standard error.
pub(crate) struct TerminalProgress {
    enabled: bool,
    bar: Arc<Mutex<Option<ProgressBar>>>,
}

impl TerminalProgress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { enabled: !quiet && std::io::stderr().is_terminal(), bar: Arc::default() }
    }

    fn bar(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        lock(&self.bar)
    }
}

/// A bar that panicked elsewhere must not stop the run.
fn lock(bar: &Mutex<Option<ProgressBar>>) -> MutexGuard<'_, Option<ProgressBar>> {
    bar.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing, until there is something to judge by.
fn time_left(state: &ProgressState, text: &mut dyn std::fmt::Write) {
    if state.pos() > 0 {
        // A text that cannot be drawn is not the end of a run.
        let _ = write!(text, ", {:#} left", HumanDuration(state.eta()));
    }
}

impl Progress for TerminalProgress {
    fn begin(&self, name: &str, total: u64) {
        if !self.enabled {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template("{prefix:<18} {bar:28} {percent:>3} %  {elapsed}{left}  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.with_key("left", time_left));
        bar.set_prefix(name.to_owned());
        *self.bar() = Some(bar.clone());
        // Another thread, because a long step may not report anything for many seconds.
        let current = Arc::clone(&self.bar);
        std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            let _no_other_step_begins = lock(&current);
            if !bar.is_finished() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
            }
        });
    }

    fn advance(&self, units: u64) {
        if let Some(bar) = self.bar().as_ref() {
            bar.inc(units);
        }
    }

    fn note(&self, text: &str) {
        if let Some(bar) = self.bar().as_ref() {
            bar.set_message(text.to_owned());
        }
    }

    fn finish(&self) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for TerminalProgress {
    /// An error ends a step without finishing it; its message must not stand beside a bar.
    fn drop(&mut self) {
        self.finish();
    }
}
