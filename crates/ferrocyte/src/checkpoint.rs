//! Trainings that go on after a break.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ferrocyte_core::{RunRecord, Warning};
use ferrocyte_io::bundle::{
    Checkpoint, ModelFileError, read_checkpoint, remove_checkpoint, write_checkpoint,
};
use ferrocyte_learn::models::{CheckpointError, Checkpoints, Train, TrainingState};
use serde_json::{Value, json};

/// Why a training cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// This kind of model is trained in one go.
    #[error("a model of kind `{kind}` is trained in one go: leave out --resume")]
    OneGo {
        /// The kind.
        kind: String,
    },
    /// Nothing was kept.
    #[error("there is no `{}` to go on from: leave out --resume to begin", path.display())]
    Nothing {
        /// The file.
        path: PathBuf,
    },
    /// What was kept cannot be read.
    #[error("what was kept of the training cannot be used: leave out --resume to begin anew")]
    Read(#[from] ModelFileError),
    /// What was kept is another training.
    #[error(
        "`{}` is of a training with another {what}: give the same files and settings, or leave out --resume to begin anew",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: String,
    },
}

/// Keeps the state of a training beside the model that is to be written, after each epoch.
pub(crate) struct FileCheckpoints {
    path: PathBuf,
    training: Value,
    resume: Option<TrainingState>,
    keeps: bool,
}

impl FileCheckpoints {
    /// Looks for what was kept, where that is asked for. `record` holds inputs and choices, of the reference and of the model.
    pub(crate) fn open(
        output: &Path,
        trainer: &dyn Train,
        record: &mut RunRecord,
        resume: bool,
    ) -> Result<Self, ResumeError> {
        let mut path = OsString::from(output);
        path.push(".checkpoint");
        let path = PathBuf::from(path);
        let training = identity(trainer, record);
        let keeps = trainer.can_resume();
        if !resume {
            if keeps && path.exists() {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let message = format!("`{file}`, of a training that was broken off, is replaced");
                record.warnings.push(
                    Warning::note("checkpoint-replaced", message)
                        .with_hint("stop now, and add --resume to go on from it"),
                );
            }
            return Ok(Self { path, training, resume: None, keeps });
        }
        if !keeps {
            return Err(ResumeError::OneGo { kind: trainer.kind().to_owned() });
        }
        if !path.exists() {
            return Err(ResumeError::Nothing { path });
        }
        let Checkpoint { training: found, log, arrays } = read_checkpoint(&path)?;
        if let Some(what) = difference(&training, &found) {
            return Err(ResumeError::Other { path, what });
        }
        Ok(Self { path, training, resume: Some(TrainingState { log, arrays }), keeps })
    }

    /// The training is over, and the model is written.
    pub(crate) fn finish(self) {
        if self.keeps {
            // The model is there; what is left over is replaced by the next training.
            let _ = remove_checkpoint(&self.path);
        }
    }
}

impl Checkpoints for FileCheckpoints {
    fn resume(&mut self) -> Option<TrainingState> {
        self.resume.take()
    }

    fn save(&mut self, state: &TrainingState) -> Result<(), CheckpointError> {
        Ok(write_checkpoint(&self.path, &self.training, &state.log, &state.arrays)?)
    }
}

/// Everything that decides the weights.
fn identity(trainer: &dyn Train, record: &RunRecord) -> Value {
    let files: Vec<&str> = record.inputs.iter().map(|input| input.sha256.as_str()).collect();
    let choices: Vec<_> = record.choices.iter().map(|choice| json!([choice.setting, choice.value])).collect();
    json!({
        "version of Ferrocyte": record.ferrocyte_version,
        "seed": record.seed,
        "kind of model": trainer.kind(),
        "settings": trainer.settings(),
        "files": files,
        "choices": choices,
        "data": record.data,
    })
}

/// The first part in which two trainings differ.
fn difference(expected: &Value, found: &Value) -> Option<String> {
    if expected == found {
        return None;
    }
    let parts = expected.as_object()?;
    let part = parts.iter().find(|(part, value)| found.get(part.as_str()) != Some(value));
    Some(part.map_or_else(|| "description".to_owned(), |(part, _)| part.clone()))
}
