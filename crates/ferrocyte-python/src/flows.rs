//! One function per flow: keyword arguments in, JSON out. Python turns the JSON into a `dict`.
#![allow(clippy::needless_pass_by_value)] // arguments come out of Python objects, owned

use std::path::PathBuf;

use ferrocyte::{
    AdaptOptions, AnnotateOptions, ByteSize, CompareOptions, Condition, ConvertOptions, EvaluateOptions,
    ExplainOptions, Filter, GeneChoice, HierarchyOptions, InputFile, InspectOptions, LabelNoiseOptions,
    MemoryOptions, ModelOptions, ReferenceOptions, ScoringOptions, Shard, Silent, TrainOptions,
};
use pyo3::prelude::*;

use crate::data_arguments::DataArguments;
use crate::errors::to_python;
use crate::open_arguments::OpenArguments;

/// Keyword arguments that say which cells are the reference.
#[derive(FromPyObject)]
pub(crate) struct ReferenceArguments {
    #[pyo3(item)]
    data: DataArguments,
    #[pyo3(item)]
    label: Option<String>,
    #[pyo3(item)]
    group: Option<String>,
    #[pyo3(item)]
    study: Option<String>,
    #[pyo3(item)]
    test_where: Vec<String>,
    #[pyo3(item)]
    unit: Vec<String>,
    #[pyo3(item)]
    cell_types: Option<String>,
    #[pyo3(item)]
    levels: Vec<String>,
    #[pyo3(item)]
    ontology: Option<PathBuf>,
    #[pyo3(item)]
    ontology_ids: Option<String>,
    #[pyo3(item)]
    drop_copies: bool,
    #[pyo3(item)]
    downsample: Option<usize>,
    #[pyo3(item)]
    max_per_class: Option<usize>,
    #[pyo3(item)]
    memory: Option<String>,
    #[pyo3(item)]
    cache: Option<PathBuf>,
}

/// Keyword arguments that say which model, and how it is scored.
#[derive(FromPyObject)]
pub(crate) struct ModelArguments {
    #[pyo3(item)]
    model: Option<String>,
    #[pyo3(item)]
    l2: Option<f64>,
    #[pyo3(item)]
    l1: Option<f64>,
    #[pyo3(item)]
    gap: Option<f64>,
    #[pyo3(item)]
    c: Option<f64>,
    #[pyo3(item)]
    balance: Option<String>,
    #[pyo3(item)]
    max_iterations: Option<u32>,
    #[pyo3(item)]
    model_genes: Option<String>,
    #[pyo3(item)]
    folds: Option<usize>,
    #[pyo3(item)]
    leave_one_out: bool,
    #[pyo3(item)]
    unknown: bool,
    #[pyo3(item)]
    coverage: Option<f64>,
}

impl ReferenceArguments {
    fn options(self) -> PyResult<ReferenceOptions> {
        let tested: Result<Vec<Condition>, _> = self.test_where.iter().map(|text| text.parse()).collect();
        let most = self.memory.as_deref().map(str::parse::<ByteSize>).transpose();
        Ok(ReferenceOptions {
            data: self.data.options()?,
            label: self.label,
            group: self.group,
            study: self.study,
            unit: self.unit,
            cell_types: self.cell_types,
            test_where: Filter(tested.map_err(|error| to_python(&error))?),
            hierarchy: HierarchyOptions {
                levels: self.levels,
                ontology: self.ontology,
                ontology_ids: self.ontology_ids,
            },
            drop_copies: self.drop_copies,
            downsample: self.downsample,
            max_per_class: self.max_per_class,
            memory: MemoryOptions { most: most.map_err(|error| to_python(&error))?, cache: self.cache },
        })
    }
}

impl ModelArguments {
    fn options(self) -> PyResult<(ModelOptions, ScoringOptions)> {
        let model = named_model(self.model.as_deref().unwrap_or(ferrocyte::DEFAULT_MODEL))?
            .with("l2", self.l2)
            .with("l1", self.l1)
            .with("gap", self.gap)
            .with("c", self.c)
            .with("balance", self.balance)
            .with("max_iterations", self.max_iterations)
            .on_genes(gene_choice(self.model_genes.as_deref())?);
        Ok((
            model,
            ScoringOptions {
                folds: self.folds,
                leave_one_out: self.leave_one_out,
                unknown: self.unknown,
                coverage: self.coverage,
            },
        ))
    }
}

fn gene_choice(text: Option<&str>) -> PyResult<GeneChoice> {
    text.map_or(Ok(GeneChoice::All), str::parse).map_err(|error| to_python(&error))
}

/// A kind of model with settings, as in `logistic:l2=5`.
fn named_model(text: &str) -> PyResult<ModelOptions> {
    text.parse::<ModelOptions>().map_err(|error| to_python(&error))
}

/// Scores a kind of model; returns the run record as JSON.
#[pyfunction]
pub(crate) fn evaluate(
    py: Python<'_>,
    reference: ReferenceArguments,
    model: ModelArguments,
    label_noise: bool,
    permutations: Option<usize>,
    report: Option<PathBuf>,
    seed: u64,
) -> PyResult<String> {
    let (model, scoring) = model.options()?;
    let label_noise = label_noise.then(LabelNoiseOptions::default);
    let reference = reference.options()?;
    let options = EvaluateOptions { reference, model, scoring, label_noise, permutations, seed };
    py.detach(|| {
        let record = ferrocyte::evaluate(&options, &Silent).map_err(|error| to_python(&error))?;
        finish(&record, report)
    })
}

/// Judges kinds of models beside each other; returns the run record as JSON.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "one per keyword of the Python function")]
pub(crate) fn compare(
    py: Python<'_>,
    reference: ReferenceArguments,
    models: Vec<String>,
    model_genes: Option<String>,
    folds: Option<usize>,
    leave_one_out: bool,
    report: Option<PathBuf>,
    seed: u64,
) -> PyResult<String> {
    let genes = gene_choice(model_genes.as_deref())?;
    let models: PyResult<Vec<ModelOptions>> =
        models.iter().map(|text| Ok(named_model(text)?.on_genes(genes))).collect();
    let options = CompareOptions {
        reference: reference.options()?,
        models: models?,
        scoring: ScoringOptions { folds, leave_one_out, ..ScoringOptions::default() },
        seed,
    };
    py.detach(|| {
        let record = ferrocyte::compare(&options, &Silent).map_err(|error| to_python(&error))?;
        finish(&record, report)
    })
}

/// Trains a model and writes it; returns the run record as JSON.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "one per keyword of the Python function")]
pub(crate) fn train(
    py: Python<'_>,
    reference: ReferenceArguments,
    model: ModelArguments,
    output: PathBuf,
    score: bool,
    sketch: Option<usize>,
    report: Option<PathBuf>,
    seed: u64,
) -> PyResult<String> {
    let (model, scoring) = model.options()?;
    let scoring = score.then_some(scoring);
    let options =
        TrainOptions { reference: reference.options()?, model, scoring, seed, sketch, output, resume: false };
    py.detach(|| {
        let record = ferrocyte::train(&options, &Silent).map_err(|error| to_python(&error))?;
        finish(&record, report)
    })
}

/// Keyword arguments that say which cells a model was trained on, to adapt it to a query.
#[derive(FromPyObject)]
pub(crate) struct AdaptArguments {
    #[pyo3(item)]
    files: Vec<(PathBuf, Option<String>)>,
    #[pyo3(item)]
    r#where: Vec<String>,
}

impl AdaptArguments {
    fn options(self) -> PyResult<AdaptOptions> {
        let conditions: Result<Vec<Condition>, _> = self.r#where.iter().map(|text| text.parse()).collect();
        Ok(AdaptOptions {
            reference: self.files.into_iter().map(|(path, label)| InputFile { path, label }).collect(),
            filter: Filter(conditions.map_err(|error| to_python(&error))?),
        })
    }
}

/// Labels the cells of a query and writes them; returns the run record as JSON.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "one per keyword of the Python function")]
pub(crate) fn annotate(
    py: Python<'_>,
    query: DataArguments,
    model: PathBuf,
    outputs: Vec<PathBuf>,
    prefix: String,
    truth: Option<String>,
    min_coverage: Option<f64>,
    explain: bool,
    explain_by: Option<String>,
    back_off: Option<f64>,
    reject_unknown: Option<f64>,
    coverage: Option<f64>,
    coverage_in_groups: bool,
    shard: Option<String>,
    adapt: Option<AdaptArguments>,
    memory: Option<String>,
    report: Option<PathBuf>,
) -> PyResult<String> {
    let memory = memory.as_deref().map(str::parse::<ByteSize>).transpose();
    let memory = memory.map_err(|error| to_python(&error))?;
    let adapt = adapt.map(AdaptArguments::options).transpose()?;
    let query = query.options()?;
    let shard = shard.map(|shard| shard.parse::<Shard>().map_err(|error| to_python(&error))).transpose()?;
    let explain = (explain || explain_by.is_some()).then_some(ExplainOptions { by: explain_by });
    let options = AnnotateOptions {
        query,
        model,
        outputs,
        prefix,
        truth,
        min_coverage,
        reject_unknown,
        coverage,
        coverage_in_groups,
        back_off,
        adapt,
        explain,
        memory,
        shard,
    };
    py.detach(|| {
        let record = ferrocyte::annotate(&options, &Silent).map_err(|error| to_python(&error))?;
        finish(&record, report)
    })
}

/// Writes cells in another form; returns what was read and written as JSON.
#[pyfunction]
pub(crate) fn convert(
    py: Python<'_>,
    files: Vec<PathBuf>,
    output: PathBuf,
    layer: Option<String>,
    open: OpenArguments,
) -> PyResult<String> {
    let options = ConvertOptions { files, layer, open: open.options()?, output };
    let conversion =
        py.detach(|| ferrocyte::convert(&options, &Silent)).map_err(|error| to_python(&error))?;
    serde_json::to_string(&conversion).map_err(|error| to_python(&error))
}

/// Looks at a file; returns what is in it as JSON.
#[pyfunction]
pub(crate) fn inspect(
    py: Python<'_>,
    file: PathBuf,
    model: Option<PathBuf>,
    layer: Option<String>,
    open: OpenArguments,
) -> PyResult<String> {
    let open = open.options()?;
    let inspection = py
        .detach(|| ferrocyte::inspect(&InspectOptions { file, model, layer, open }))
        .map_err(|error| to_python(&error))?;
    serde_json::to_string(&inspection).map_err(|error| to_python(&error))
}

/// The header of a model file as JSON.
#[pyfunction]
pub(crate) fn show_model(py: Python<'_>, file: PathBuf) -> PyResult<String> {
    let header = py.detach(|| ferrocyte::show_model(&file)).map_err(|error| to_python(&error))?;
    serde_json::to_string(&header).map_err(|error| to_python(&error))
}

fn finish(record: &ferrocyte::RunRecord, report: Option<PathBuf>) -> PyResult<String> {
    if let Some(path) = report {
        ferrocyte::write_report(record, &path).map_err(|error| to_python(&error))?;
    }
    Ok(ferrocyte::record_json(record))
}
