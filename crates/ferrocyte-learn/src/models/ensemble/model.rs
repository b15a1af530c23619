//! Several models as one.

use std::borrow::Cow;

use ferrocyte_core::{
    ArrayData, Block, Calibration, LabelSet, LogNorm, ModelHeader, NamedArray, NamedArrays, Scores,
    Vocabulary,
};

use super::params::{Ensemble, EnsembleParams};
use crate::calibrate;
use crate::models::classifier::{Classifier, PredictError, check_block};
use crate::models::kind::SettingsError;
use crate::models::label_weights::LabelWeights;
use crate::models::load::{LoadError, load};

/// Name of the array with the genes of a member, after the member's own name and a point.
const GENES: &str = "genes";

/// Name of the array with the temperature of a member, in the same way.
const TEMPERATURE: &str = "calibration.temperature";

/// What a temperature can be in a file.
const TEMPERATURES: std::ops::RangeInclusive<f64> = 1e-3..=1e3;

/// Fitted models of several kinds; a cell's probabilities are the mean of theirs.
pub struct EnsembleModel {
    params: EnsembleParams,
    genes: Vocabulary,
    members: Vec<Member>, // two or more, all of the same labels
}

/// A model on some of the genes.
struct Member {
    model: Box<dyn Classifier>,
    genes: Vec<u32>, // positions among those of the ensemble, increasing
    calibration: Calibration,
}

impl EnsembleModel {
    /// `members`, each with its temperature, were trained on cells with the columns `genes`, all on the same.
    pub(super) fn new(
        params: EnsembleParams,
        genes: &Vocabulary,
        members: Vec<(Box<dyn Classifier>, f64)>,
    ) -> Self {
        let used = |name: &&str| members.iter().any(|(member, _)| member.genes().find(name).is_some());
        let genes = Vocabulary::of_distinct(genes.names().iter().map(String::as_str).filter(used));
        let members = members
            .into_iter()
            .map(|(model, temperature)| {
                let names = model.genes().names().iter();
                let genes = names.filter_map(|name| genes.find(name)).map(|gene| gene.0).collect();
                Member { model, genes, calibration: Calibration::Temperature { temperature } }
            })
            .collect();
        Self { params, genes, members }
    }

    /// The arrays of a member have its name and a point before their own.
    pub(in crate::models) fn from_arrays(
        genes: Vocabulary,
        header: &ModelHeader,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        let params: EnsembleParams =
            serde_json::from_value(header.settings.clone()).map_err(SettingsError::Json)?;
        let params = params.check()?.params;
        let mut members = Vec::new();
        for kind in &params.models {
            let positions = member_genes(kind, genes.len(), arrays)?;
            let names = positions.iter().map(|&gene| genes.names()[gene as usize].clone());
            let header = ModelHeader {
                kind: kind.clone(),
                settings: params.settings.get(kind).cloned().unwrap_or_default(),
                genes: names.collect(),
                other_gene_names: vec![],
                ..header.clone()
            };
            let prefix = format!("{kind}.");
            let own = arrays.iter().filter_map(|array| {
                let name =
                    array.name.strip_prefix(&prefix).filter(|name| ![GENES, TEMPERATURE].contains(name))?;
                let name = name.to_owned();
                Some(NamedArray { name, ..array.clone() })
            });
            let model = load(&header, &NamedArrays::new(own.collect())?)?;
            let calibration = member_calibration(kind, arrays)?;
            members.push(Member { model, genes: positions, calibration });
        }
        Ok(Self { params, genes, members })
    }

    /// The members, in the order of the settings.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &dyn Classifier> {
        self.members.iter().map(|member| member.model.as_ref())
    }

    /// The mean of the members' probabilities; each member's own are shown to `look`, in the order of the members.
    fn mean_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
        mut look: impl FnMut(&Scores),
    ) -> Result<(), PredictError> {
        check_block(block, &self.genes)?;
        probabilities.reset(block.n_cells(), self.labels().len());
        let mut of_member = Scores::default();
        let share = 1.0 / self.members.len() as f64;
        for member in &self.members {
            member.probabilities_into(block, &mut of_member)?;
            look(&of_member);
            for (sum, probability) in probabilities.as_mut_slice().iter_mut().zip(of_member.as_slice()) {
                // A sum of rounded shares may pass 1 by its last digit.
                *sum = (*sum + share * probability).min(1.0);
            }
        }
        Ok(())
    }
}

/// Positions of a member's genes: whole, increasing, below the number of genes.
fn member_genes(kind: &str, n_genes: usize, arrays: &NamedArrays) -> Result<Vec<u32>, LoadError> {
    let array = format!("{kind}.{GENES}");
    let found = arrays.iter().find(|found| found.name == array);
    let length = found.map_or(0, |found| found.data.len());
    let values = arrays.f32(&array, &[length])?;
    let mut least = 0.0;
    for (position, &value) in values.iter().enumerate() {
        if value.fract() != 0.0 || value < least || value as usize >= n_genes {
            return Err(LoadError::Value {
                array,
                position,
                found: f64::from(value),
                expected: format!("a whole number from {least} to {}", n_genes.saturating_sub(1)),
            });
        }
        least = value + 1.0;
    }
    Ok(values.iter().map(|&value| value as u32).collect())
}

/// How sure a member may be.
fn member_calibration(kind: &str, arrays: &NamedArrays) -> Result<Calibration, LoadError> {
    let array = format!("{kind}.{TEMPERATURE}");
    let &[temperature] = arrays.f64(&array, &[1])? else { return Ok(Calibration::None) };
    if !TEMPERATURES.contains(&temperature) {
        let expected = format!("a number from {} to {}", TEMPERATURES.start(), TEMPERATURES.end());
        return Err(LoadError::Value { array, position: 0, found: temperature, expected });
    }
    Ok(Calibration::Temperature { temperature })
}

impl Member {
    fn probabilities_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<(), PredictError> {
        let cells = if self.genes.len() == block.n_genes() {
            Cow::Borrowed(block)
        } else {
            Cow::Owned(block.select_genes(&self.genes))
        };
        self.model.probabilities_into(&cells, probabilities)?;
        calibrate::apply(&self.calibration, probabilities);
        Ok(())
    }
}

impl Classifier for EnsembleModel {
    fn kind(&self) -> &'static str {
        Ensemble::KIND
    }

    fn genes(&self) -> &Vocabulary {
        &self.genes
    }

    fn labels(&self) -> &LabelSet {
        self.members[0].model.labels()
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    fn probabilities_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<(), PredictError> {
        self.mean_into(block, probabilities, |_| ())
    }

    fn probabilities_and_agreement(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<Option<Vec<f64>>, PredictError> {
        let mut opinions: Vec<usize> = Vec::with_capacity(self.members.len() * block.n_cells()); // member by member
        self.mean_into(block, probabilities, |of_member| {
            opinions.extend((0..of_member.n_cells()).map(|cell| of_member.best(cell)));
        })?;
        let agreement = |cell: usize| {
            let best = probabilities.best(cell);
            let agree =
                opinions.iter().skip(cell).step_by(block.n_cells()).filter(|&&label| label == best).count();
            agree as f64 / self.members.len() as f64
        };
        Ok(Some((0..block.n_cells()).map(agreement).collect()))
    }

    /// Whether a member can; the others take zero.
    fn lack(&mut self, typical: &[f32], found: &[bool]) -> bool {
        let mut any = false;
        for Member { model, genes, .. } in &mut self.members {
            let typical: Vec<f32> = genes.iter().map(|&gene| typical[gene as usize]).collect();
            let found: Vec<bool> = genes.iter().map(|&gene| found[gene as usize]).collect();
            any |= model.lack(&typical, &found);
        }
        any
    }

    /// The mean of the weights of the members that have some; `None` where none has.
    fn label_weights(&self) -> Option<LabelWeights> {
        let of_member = |Member { model, genes, .. }: &Member| {
            let positions = genes.iter().map(|&gene| gene as usize).collect();
            Some((positions, model.label_weights()?))
        };
        let parts: Vec<_> = self.members.iter().filter_map(of_member).collect();
        LabelWeights::mean(self.genes.len(), &parts)
    }

    /// The mean of the members' shares; a member that cannot say gives each of its genes the same.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        let mut weights = vec![0.0; self.genes.len()];
        for Member { model, genes, .. } in &self.members {
            let of_member = model.gene_weights().unwrap_or_else(|| vec![1.0; genes.len()]);
            let total: f64 = of_member.iter().sum();
            if total > 0.0 {
                for (&gene, weight) in genes.iter().zip(of_member) {
                    weights[gene as usize] += weight / total / self.members.len() as f64;
                }
            }
        }
        Some(weights)
    }

    /// The arrays of each member, with its name and a point before their own, and `NAME.genes`, `f32`: which of the genes
    /// are the member's, by position, and `NAME.calibration.temperature`, `f64`: how sure it may be.
    fn to_arrays(&self) -> NamedArrays {
        let mut arrays = Vec::new();
        for Member { model, genes, calibration } in &self.members {
            let kind = model.kind();
            if let Calibration::Temperature { temperature } = calibration {
                arrays.push(NamedArray {
                    name: format!("{kind}.{TEMPERATURE}"),
                    shape: vec![1],
                    data: ArrayData::F64(vec![*temperature]),
                });
            }
            arrays.push(NamedArray {
                name: format!("{kind}.{GENES}"),
                shape: vec![genes.len()],
                data: ArrayData::F32(genes.iter().map(|&gene| gene as f32).collect()),
            });
            let own = model.to_arrays();
            arrays.extend(
                own.iter()
                    .map(|array| NamedArray { name: format!("{kind}.{}", array.name), ..array.clone() }),
            );
        }
        NamedArrays::new(arrays).expect("names of kinds and of their arrays are distinct")
    }
}
