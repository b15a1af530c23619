//! Which kind of model, with which settings.

use std::fmt;
use std::str::FromStr;

use ferrocyte_core::Choice;
use ferrocyte_learn::models::{GeneChoice, ModelKind, OnChosenGenes, SettingsError, Train, UnknownModelKind};
use serde_json::{Map, Value};

use crate::device::{Device, DeviceError, trainer_on_gpu};
use crate::model_choices::{genes_choice, model_choices};

/// The kind of model that is trained when none is named.
pub const DEFAULT_MODEL: &str = "weighted";

/// Kind of model and the settings that somebody asked for, by the names that the kind has for them; the others have their
/// default.
///
/// # Examples
/// ```
/// use ferrocyte::ModelOptions;
///
/// let options = ModelOptions::of("genebert").with("epochs", Some(3)).with("dropout", None::<f64>);
/// assert_eq!(options.settings["epochs"], 3);
/// ```
#[derive(Debug, Clone)]
pub struct ModelOptions {
    /// Kind of model: `weighted`.
    pub kind: String,
    /// Settings by name: `l2`.
    pub settings: Map<String, Value>,
    /// Which genes the model may use, chosen on its training cells.
    pub genes: GeneChoice,
    /// What computes its training.
    pub device: Device,
}

impl Default for ModelOptions {
    fn default() -> Self {
        Self::of(DEFAULT_MODEL)
    }
}

/// As [`FromStr`] reads it: the kind, and the settings that somebody asked for.
impl fmt::Display for ModelOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        for (name, value) in &self.settings {
            match value {
                Value::String(text) => write!(f, ":{name}={text}")?,
                other => write!(f, ":{name}={other}")?,
            }
        }
        Ok(())
    }
}

/// A kind and settings, as in `logistic:l2=5:balance=none`. Whether there is such a kind, and whether it has these
/// settings, is checked where it is trained.
impl FromStr for ModelOptions {
    type Err = ModelOptionsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let mut options = Self::of(parts.next().unwrap_or_default().trim());
        for part in parts {
            let wrong = || ModelOptionsError::Text { text: text.to_owned(), part: part.to_owned() };
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            // What is no number and no truth value is a word.
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
            options.settings.insert(name.trim().replace('-', "_"), value);
        }
        Ok(options)
    }
}

/// Settings that no model can be trained with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelOptionsError {
    /// No model has this name.
    #[error(transparent)]
    Kind(#[from] UnknownModelKind),
    /// Words that are no setting.
    #[error("`{text}`: expected a kind of model and settings, as in `logistic:l2=5`, found `{part}`")]
    Text {
        /// All words.
        text: String,
        /// Those that are no setting.
        part: String,
    },
    /// The kind of model has no such setting.
    #[error("a model of kind `{kind}` has no setting `{name}`; it has {}", known.join(", "))]
    Unknown {
        /// The kind of model.
        kind: ModelKind,
        /// The setting.
        name: String,
        /// The settings it has.
        known: Vec<String>,
    },
    /// A setting is not what it can be.
    #[error("`{name}` of a model of kind `{kind}` cannot be {value}")]
    Value {
        /// The kind of model.
        kind: ModelKind,
        /// The setting.
        name: String,
        /// What it was to be.
        value: Value,
        /// What it can be.
        #[source]
        source: serde_json::Error,
    },
    /// A setting is out of range.
    #[error(transparent)]
    Setting(#[from] SettingsError),
    /// It cannot be trained where it was to be.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl ModelOptions {
    /// A kind of model with its default settings.
    pub fn of(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), settings: Map::new(), genes: GeneChoice::All, device: Device::Cpu }
    }

    /// With a setting, where there is a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.settings.insert(name.to_owned(), value.into());
        }
        self
    }

    /// With a choice of genes.
    #[must_use]
    pub fn on_genes(mut self, genes: GeneChoice) -> Self {
        self.genes = genes;
        self
    }

    /// Trained on a device.
    #[must_use]
    pub fn on_device(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    /// The trainer with these settings, checked.
    pub(crate) fn trainer(&self) -> Result<Box<dyn Train>, ModelOptionsError> {
        let kind: ModelKind = self.kind.parse()?;
        let default = kind.default_settings();
        if let Some(name) = self.settings.keys().find(|name| default.get(name.as_str()).is_none()) {
            let known =
                default.as_object().map(|known| known.keys().map(|name| format!("`{name}`")).collect());
            let known = known.unwrap_or_default();
            return Err(ModelOptionsError::Unknown { kind, name: name.clone(), known });
        }
        let trainer =
            kind.trainer(Value::Object(self.settings.clone())).map_err(|error| self.named(kind, error))?;
        let trainer = match self.device {
            Device::Cpu => trainer,
            Device::Gpu => trainer_on_gpu(kind, trainer.settings())?,
        };
        Ok(match self.genes {
            GeneChoice::All => trainer,
            choice => Box::new(OnChosenGenes::new(choice, trainer)),
        })
    }

    /// The error, with the name of the setting that cannot be read.
    fn named(&self, kind: ModelKind, error: SettingsError) -> ModelOptionsError {
        let unreadable = self.settings.iter().find_map(|(name, value)| {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            match kind.trainer(Value::Object(alone)) {
                Err(SettingsError::Json(source)) => {
                    Some(ModelOptionsError::Value { kind, name: name.clone(), value: value.clone(), source })
                }
                _ => None,
            }
        });
        unreadable.unwrap_or(ModelOptionsError::Setting(error))
    }

    /// The choices in words.
    pub(crate) fn choices(&self, trainer: &dyn Train) -> Vec<Choice> {
        let mut choices =
            model_choices(trainer, |setting| self.settings.contains_key(setting), self.kind != DEFAULT_MODEL);
        choices.push(genes_choice(self.genes));
        choices.extend(self.device.choice());
        choices
    }
}

/// Kinds that learn from cells part by part, with their default settings.
pub(crate) fn streaming_kinds() -> Vec<&'static str> {
    let can_stream =
        |kind: &&ModelKind| kind.trainer(kind.default_settings()).is_ok_and(|trainer| trainer.can_stream());
    ModelKind::ALL.iter().filter(can_stream).map(|kind| kind.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let error = |options: ModelOptions| options.trainer().err().unwrap().to_string();
        assert!(error(ModelOptions::of("magic")).contains("`magic`"));
        assert!(error(ModelOptions::default().with("l2", Some(-1.0))).contains("`l2`"));
        assert!(error(ModelOptions::of("genebert").with("heads", Some(3))).contains("`heads`"));
        assert!(ModelOptions::default().trainer().is_ok());
    }

    #[test]
    fn a_setting_that_cannot_be_read_is_named() {
        let error = ModelOptions::default().with("balance", Some("some")).trainer().err().unwrap();
        assert_eq!(error.to_string(), "`balance` of a model of kind `weighted` cannot be \"some\"");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("expected one of `none`, `sqrt`, `full`"), "{cause}");
    }

    #[test]
    fn a_kind_with_settings_is_written_as_it_is_read() {
        let options: ModelOptions = "logistic:l2=5:balance=none:max-iterations=7".parse().unwrap();
        assert_eq!(options.settings["l2"], 5);
        assert_eq!(options.to_string(), "logistic:balance=none:l2=5:max_iterations=7");
        assert!(options.trainer().is_ok());
        let error = "logistic:l2".parse::<ModelOptions>().unwrap_err().to_string();
        assert!(error.contains("found `l2`"), "{error}");
    }

    #[test]
    fn a_setting_of_another_kind_is_refused_by_name() {
        let error = ModelOptions::default().with("epochs", Some(3)).trainer().err().unwrap().to_string();
        assert!(
            error.starts_with("a model of kind `weighted` has no setting `epochs`; it has `balance`"),
            "{error}"
        );
        let error = ModelOptions::of("genebert").with("l2", Some(1.0)).trainer().err().unwrap().to_string();
        assert!(error.starts_with("a model of kind `genebert` has no setting `l2`"), "{error}");
    }
}
