//! Settings of ensembles.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::models::kind::{ModelKind, SettingsError};
use crate::models::param_error::ParamError;
use crate::models::train::Train;

/// Unchecked settings, as typed by a user or read from a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnsembleParams {
    /// The kinds of models, each once. In one word they are joined by `+`: `weighted+svm`.
    #[serde(deserialize_with = "kinds")]
    pub models: Vec<String>,
    /// Settings of members, by kind; those that are left out have their default. A model's own settings have all of
    /// them, so that it stays what it is when a default changes.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Whether a temperature is fitted to the probabilities of each member before they are averaged, on a fifth of the cells
    /// that the member is first trained without.
    pub calibrate: bool,
}

/// A list, or names joined by `+`.
fn kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kinds {
        List(Vec<String>),
        Word(String),
    }
    Ok(match Kinds::deserialize(deserializer)? {
        Kinds::List(names) => names,
        Kinds::Word(names) => names.split('+').map(|name| name.trim().to_owned()).collect(),
    })
}

impl Default for EnsembleParams {
    fn default() -> Self {
        let models = ["weighted", "centroid", "knn"].map(str::to_owned).into();
        Self { models, settings: BTreeMap::new(), calibrate: true }
    }
}

impl EnsembleParams {
    /// The only way to an [`Ensemble`], which holds settings known to be valid, those of all members included.
    ///
    /// # Errors
    /// Names the setting that breaks its rule, of the ensemble or of a member.
    pub fn check(self) -> Result<Ensemble, SettingsError> {
        let models = |rule, found| ParamError { name: "models", rule, found };
        let mut kinds: Vec<ModelKind> = Vec::new();
        for name in &self.models {
            let kind = name.parse().ok().filter(|kind| *kind != ModelKind::Ensemble);
            let kind = kind.ok_or_else(|| models("kinds of models that are no ensembles", name.clone()))?;
            if kinds.contains(&kind) {
                return Err(models("kinds of models, each once", self.models.join(",")).into());
            }
            kinds.push(kind);
        }
        if kinds.len() < 2 {
            return Err(models("at least two kinds of models", self.models.join(",")).into());
        }
        if let Some(name) = self.settings.keys().find(|name| !self.models.contains(name)) {
            let rule = "settings of kinds that are among `models`";
            return Err(ParamError { name: "settings", rule, found: name.clone() }.into());
        }
        let mut settings = self.settings;
        let mut members = Vec::new();
        for kind in kinds {
            let asked = settings.remove(kind.name()).unwrap_or_else(|| serde_json::json!({}));
            let trainer = kind.trainer(asked)?;
            settings.insert(kind.name().to_owned(), trainer.settings());
            members.push(trainer);
        }
        Ok(Ensemble { params: Self { models: self.models, settings, ..self }, members })
    }
}

/// Trains several kinds of models on the same cells; a cell's probabilities are the mean of theirs.
///
/// Members that err in different ways correct each other, and where they agree the answer rests on more than one
/// view: [`probabilities_and_agreement`](crate::models::Classifier::probabilities_and_agreement) says how many of them gave
/// the label.
pub struct Ensemble {
    pub(super) params: EnsembleParams,
    pub(super) members: Vec<Box<dyn Train>>,
}

impl Ensemble {
    /// Name of this kind of model.
    pub const KIND: &'static str = "ensemble";

    /// The settings, with those of all members.
    pub fn params(&self) -> &EnsembleParams {
        &self.params
    }
}

impl Default for Ensemble {
    fn default() -> Self {
        EnsembleParams::default().check().expect("the default settings keep their own rules")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let error = |models: &[&str]| {
            let models = models.iter().map(|&name| name.to_owned()).collect();
            EnsembleParams { models, ..EnsembleParams::default() }.check().err().unwrap().to_string()
        };
        assert!(error(&["weighted"]).contains("at least two kinds"));
        assert!(error(&["weighted", "oracle"]).contains("found oracle"));
        assert!(error(&["weighted", "ensemble"]).contains("found ensemble"));
        assert!(error(&["knn", "knn"]).contains("each once"));
        let with = |kind: &str, setting: &str| {
            let settings = [(kind.to_owned(), serde_json::json!({setting: 0}))].into();
            EnsembleParams { settings, ..EnsembleParams::default() }.check().err().unwrap().to_string()
        };
        assert!(with("mlp", "hidden").contains("`settings`"), "not a member");
        assert!(with("knn", "neighbours").contains("`neighbours`"));
    }

    #[test]
    fn kinds_can_be_one_word() {
        let of = |models: serde_json::Value| {
            serde_json::from_value::<EnsembleParams>(serde_json::json!({"models": models})).unwrap().models
        };
        assert_eq!(of(serde_json::json!("weighted+svm")), of(serde_json::json!(["weighted", "svm"])));
    }

    #[test]
    fn settings_of_members_are_all_written_down() {
        let ensemble = Ensemble::default();
        let settings = &ensemble.params().settings;
        assert_eq!(settings.len(), 3);
        assert_eq!(settings["knn"], ModelKind::Knn.default_settings());
        let again = ensemble.params().clone().check().unwrap();
        assert_eq!(again.params(), ensemble.params());
    }
}
