//! Which model, with which settings.

use clap::ValueEnum;
use ferrocyte::{Device, ModelOptions};

/// Kind of model and its settings. A setting that the kind does not have is refused by the library, by name.
#[derive(Debug, clap::Args)]
pub(crate) struct ModelSettingsArgs {
    /// Kind of model: weighted, logistic, svm, centroid, knn, genebert, mlp, ensemble; `auto` compares
    /// and chooses (train, evaluate). Settings can stand behind the name, as in `genebert:epochs=20`
    #[arg(long, value_name = "NAME", default_value = ferrocyte::DEFAULT_MODEL)]
    model: ModelOptions,
    /// Strength of the penalty (scikit-learn's 1/C) [default: 20, of logistic 1]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    l2: Option<f64>,
    /// logistic: share of L1 in the penalty (scikit-learn's `l1_ratio`); above 0, few genes get a weight [default: 0]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    l1: Option<f64>,
    /// svm, and logistic with --l1: duality gap at which training is done, as a share of the objective [default: 0.0001]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    gap: Option<f64>,
    /// svm: how much a cell on the wrong side counts beside the width of the margin (scikit-learn's C) [default: 1]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    c: Option<f64>,
    /// Weight of the cells by class [default: sqrt, of networks none; `--balance` alone: full]
    #[arg(long, value_name = "HOW", num_args = 0..=1, default_missing_value = "full")]
    balance: Option<BalanceArg>,
    /// Stop the optimiser after N steps, converged or not
    #[arg(long, value_name = "N")]
    max_iterations: Option<u32>,
    #[command(flatten)]
    markers: MarkerArgs,
    #[command(flatten)]
    profiles: ProfileArgs,
    #[command(flatten)]
    neighbours: NeighbourArgs,
    /// Kinds of models whose mean is taken, each with its default settings [default: weighted,centroid,knn]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Ensembles (--model ensemble)")]
    models: Option<Vec<String>>,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Settings of models on marker genes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Markers (--model weighted or centroid)")]
struct MarkerArgs {
    /// Marker genes kept for each class, those with the largest effect [default: 1000, of centroid 50]
    #[arg(long, value_name = "N")]
    markers: Option<u32>,
    /// Values of a gene are multiplied by its effect to this power; 0: by nothing [default: 0.5]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    exponent: Option<f64>,
    /// Cells that must have a gene for it to be a marker [default: 3, of centroid 1]
    #[arg(long, value_name = "N")]
    min_cells: Option<u32>,
    /// Whether classes have a score of their own, beside what their genes give [default: zero]
    #[arg(long, value_name = "HOW")]
    intercept: Option<InterceptArg>,
    /// Models that are averaged, 1 or 2: the second keeps fewer markers and trusts the strongest more [default: 1]
    #[arg(long, value_name = "N")]
    views: Option<u32>,
}

/// Settings of correlation with class profiles, beside the number of markers.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Profiles (--model centroid)")]
struct ProfileArgs {
    /// How a cell is compared with the mean of a class [default: spearman]
    #[arg(long, value_name = "HOW")]
    correlation: Option<CorrelationArg>,
    /// What correlations are multiplied by before they become probabilities [default: 0, fitted]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    temperature: Option<f64>,
}

/// Settings of nearest neighbours.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Neighbours (--model knn)")]
struct NeighbourArgs {
    /// Nearest training cells that vote [default: 15]
    #[arg(long, value_name = "N")]
    neighbours: Option<u32>,
    /// Principal components in which distances are measured [default: 50]
    #[arg(long, value_name = "N")]
    components: Option<u32>,
    /// Genes of the principal components, those that vary most [default: 2000]
    #[arg(long, value_name = "N")]
    variable_genes: Option<u32>,
}

/// Settings of networks.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Networks (--model genebert or mlp)")]
struct NetworkArgs {
    /// Times that every training cell is seen [default: 10]
    #[arg(long, value_name = "N")]
    epochs: Option<u32>,
    /// Cells of one step [default: 32]
    #[arg(long, value_name = "N")]
    batch_size: Option<u32>,
    /// Size of a step [default: 0.0001]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    learning_rate: Option<f64>,
    /// Share of a weight that goes in a step, times the learning rate [default: 0.01]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    weight_decay: Option<f64>,
    /// Share of numbers that is left out at random in training [default: 0.2]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    dropout: Option<f64>,
    /// Stop after N epochs in a row that are no better on the cells set aside [default: 0, never]
    #[arg(long, value_name = "N")]
    patience: Option<u32>,
    /// Share of the training cells that is set aside to find the best epoch [default: 0.2]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    validation: Option<f64>,
    /// How the learning rate changes [default: constant]
    #[arg(long, value_name = "HOW")]
    schedule: Option<ScheduleArg>,
    /// Epochs in which the learning rate rises to its full size [default: 0]
    #[arg(long, value_name = "N")]
    warm_up: Option<u32>,
    /// Share of the truth that is spread over all labels [default: 0]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    label_smoothing: Option<f64>,
    /// genebert: width of a token; a multiple of --heads [default: 128]
    #[arg(long, value_name = "N")]
    dim: Option<u32>,
    /// genebert: encoder layers [default: 2]
    #[arg(long, value_name = "N")]
    layers: Option<u32>,
    /// genebert: heads of attention [default: 4]
    #[arg(long, value_name = "N")]
    heads: Option<u32>,
    /// genebert: tokens per cell, among which the genes are divided [default: 1]
    #[arg(long, value_name = "N")]
    tokens: Option<u32>,
    /// genebert: what computes the training [default: cpu]
    #[arg(long, value_name = "DEVICE")]
    device: Option<DeviceArg>,
    /// mlp: width of the first hidden layer [default: 128]
    #[arg(long, value_name = "N")]
    hidden: Option<u32>,
    /// mlp: width of the second hidden layer; 0 for none [default: 0]
    #[arg(long, value_name = "N")]
    hidden2: Option<u32>,
    /// mlp: normalisation after each hidden layer [default: layer]
    #[arg(long, value_name = "HOW")]
    norm: Option<NormArg>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BalanceArg {
    /// Every cell counts the same
    None,
    /// A cell counts by one over the square root of the size of its class
    Sqrt,
    /// Every class counts the same
    Full,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum InterceptArg {
    /// One that is fitted
    Free,
    /// None: a cell that shows no marker belongs to no class in particular
    Zero,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CorrelationArg {
    /// Of log-normalised values
    Pearson,
    /// Of ranks
    Spearman,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScheduleArg {
    /// It stays as it is
    Constant,
    /// It falls to zero along half a cosine
    Cosine,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum NormArg {
    /// None
    None,
    /// Mean 0 and variance 1 over the numbers of each cell
    Layer,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DeviceArg {
    /// The processor: the same bytes on every machine
    Cpu,
    /// A GPU, where the program was built with `--features gpu`: another rounding
    Gpu,
}

impl ModelSettingsArgs {
    pub(crate) fn options(self) -> ModelOptions {
        let Self {
            model,
            l2,
            l1,
            gap,
            c,
            balance,
            max_iterations,
            markers,
            profiles,
            neighbours,
            models,
            network,
        } = self;
        let MarkerArgs { markers, exponent, min_cells, intercept, views } = markers;
        let ProfileArgs { correlation, temperature } = profiles;
        let NeighbourArgs { neighbours, components, variable_genes } = neighbours;
        let NetworkArgs {
            epochs,
            batch_size,
            learning_rate,
            weight_decay,
            dropout,
            patience,
            validation,
            schedule,
            warm_up,
            label_smoothing,
            dim,
            layers,
            heads,
            tokens,
            device,
            hidden,
            hidden2,
            norm,
        } = network;
        model
            .with("l2", l2)
            .with("l1", l1)
            .with("gap", gap)
            .with("c", c)
            .with("balance", balance.as_ref().map(name))
            .with("max_iterations", max_iterations)
            .with("markers", markers)
            .with("exponent", exponent)
            .with("min_cells", min_cells)
            .with("intercept", intercept.as_ref().map(name))
            .with("views", views)
            .with("correlation", correlation.as_ref().map(name))
            .with("temperature", temperature)
            .with("neighbours", neighbours)
            .with("components", components)
            .with("variable_genes", variable_genes)
            .with("models", models)
            .with("epochs", epochs)
            .with("batch_size", batch_size)
            .with("learning_rate", learning_rate)
            .with("weight_decay", weight_decay)
            .with("dropout", dropout)
            .with("patience", patience)
            .with("validation", validation)
            .with("schedule", schedule.as_ref().map(name))
            .with("warm_up", warm_up)
            .with("label_smoothing", label_smoothing)
            .with("dim", dim)
            .with("layers", layers)
            .with("heads", heads)
            .with("tokens", tokens)
            .with("hidden", hidden)
            .with("hidden2", hidden2)
            .with("norm", norm.as_ref().map(name))
            .on_device(match device {
                Some(DeviceArg::Gpu) => Device::Gpu,
                Some(DeviceArg::Cpu) | None => Device::Cpu,
            })
    }
}

/// The word as it is typed and as the settings have it.
fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
