//! Why each setting of a model is what it is.

use ferrocyte_core::Choice;
use ferrocyte_learn::models::{GeneChoice, Train};
use serde_json::Value;

use crate::choices::choice;

/// A setting of a kind of model that shapes its labels, and why its default is a good one.
struct Reason {
    setting: &'static str,
    title: &'static str,
    why: &'static str,
}

/// The kind, then each of its settings, with where the value came from.
pub(crate) fn model_choices(
    trainer: &dyn Train,
    asked_for: impl Fn(&str) -> bool,
    kind_by_flag: bool,
) -> Vec<Choice> {
    let (why_this_kind, reasons) = reasons(trainer.kind());
    let settings = trainer.settings();
    let mut choices = vec![choice("model", trainer.kind(), kind_by_flag, why_this_kind)];
    for Reason { setting, title, why } in reasons {
        let value = in_words(setting, &settings[*setting]);
        choices.push(choice(title, value, asked_for(setting), why));
    }
    choices
}

/// Which genes the model may use.
pub(crate) fn genes_choice(genes: GeneChoice) -> Choice {
    let why = match genes {
        GeneChoice::All => "the penalty finds out which genes matter; a choice before it can only lose some",
        GeneChoice::HighlyVariable(_) => {
            "those that vary more than others of their mean, counted anew on the training cells of each fold"
        }
        GeneChoice::Top(_) => {
            "those with the largest weight for each label in a logistic regression on the training cells of each fold, as \
             CellTypist does"
        }
    };
    choice("genes the model may use", genes.to_string(), genes != GeneChoice::All, why)
}

fn reasons(kind: &str) -> (&'static str, &'static [Reason]) {
    match kind {
        "genebert" => (
            "asked for; a small transformer over one token per cell, where attention mixes nothing: compare its score with \
             the default model's",
            GENEBERT,
        ),
        "mlp" => (
            "asked for; fully connected layers on z-scored genes: compare its score with the default model's",
            MLP,
        ),
        "logistic" => {
            ("asked for; multinomial logistic regression over all genes, each on the same footing", LOGISTIC)
        }
        "svm" => (
            "asked for; linear support vector machines, one for each class against the rest: compare its score with the \
             default model's",
            SVM,
        ),
        "centroid" => (
            "asked for; each class is the mean of its cells on marker genes, so one cell is enough for a class: compare \
             its score with the default model's",
            CENTROID,
        ),
        "knn" => (
            "asked for; the nearest training cells vote, and are in the model file: compare its score with the default \
             model's",
            KNN,
        ),
        "ensemble" => (
            "asked for; members that err in different ways correct each other: compare its score with the default model's",
            ENSEMBLE,
        ),
        _ => (
            "logistic regression on the marker genes of each class, strong markers first: it held up best on donors, \
             conditions and studies that were not trained on, trains in seconds, and each gene's weight can be read",
            WEIGHTED,
        ),
    }
}

const WEIGHTED: &[Reason] = &[
    Reason {
        setting: "markers",
        title: "markers per class",
        why: "genes that are higher in a class than in the rest, those with the largest effect; scores are flat from 150 \
                 to 1,000, and 50 are too few",
    },
    Reason {
        setting: "exponent",
        title: "exponent of the effect",
        why: "a gene's values are multiplied by its effect to this power, so that weight goes to strong markers first",
    },
    Reason {
        setting: "intercept",
        title: "intercept",
        why: "with one, a class with weak markers takes every cell that shows little of anything",
    },
    Reason {
        setting: "views",
        title: "views of the markers",
        why: "the mean of two gains a hundredth of macro F1 on some tasks and nothing on others, for twice the time",
    },
    Reason {
        setting: "l2",
        title: "L2 penalty",
        why: "stronger than logistic regression's, which has to find the markers itself; twice or half of it moves scores \
                 by thousandths",
    },
    BALANCE_SQRT,
];

const BALANCE_SQRT: Reason = Reason {
    setting: "balance",
    title: "class weights",
    why: "references are rarely sampled as the query will be; the root lets rare classes be learnt without \
             giving up accuracy: macro F1 rose on two of four measured tasks and stayed on the others",
};

const LOGISTIC: &[Reason] = &[
    Reason {
        setting: "l2",
        title: "L2 penalty",
        why: "keeps weights small where the data does not ask for large ones; 1 is scikit-learn's default, and \
                 scores change little around it",
    },
    Reason {
        setting: "l1",
        title: "share of L1 in the penalty",
        why: "none unless asked for: every gene may have a weight; with it, few genes carry the labels",
    },
    BALANCE_SQRT,
];

const SVM: &[Reason] = &[
    Reason {
        setting: "c",
        title: "C",
        why: "how much a cell on the wrong side counts beside the width of the margin, for cells of a mean square length \
                 of 1; scikit-learn's default",
    },
    BALANCE_SQRT,
];

const CENTROID: &[Reason] = &[
    Reason {
        setting: "markers",
        title: "markers per class",
        why: "genes that are higher in a class than in the rest, those with the largest effect; more of them let what all \
                 cells have in common decide",
    },
    Reason {
        setting: "correlation",
        title: "correlation",
        why: "ranks stay the same where another technology stretches the values; on donors and studies that were not \
                 trained on they did better than the values themselves",
    },
    Reason {
        setting: "temperature",
        title: "temperature",
        why: "what correlations are multiplied by before they become probabilities: the one that fits training cells \
                 that were held out of their profile",
    },
];

const KNN: &[Reason] = &[
    Reason {
        setting: "neighbours",
        title: "neighbours",
        why: "a few are enough for a vote, and rare classes have few",
    },
    Reason {
        setting: "components",
        title: "principal components",
        why: "noise is spread over all directions, and what tells classes apart is in the first ones",
    },
    Reason {
        setting: "variable_genes",
        title: "genes of the principal components",
        why: "those that vary most among the training cells; the others add noise to distances",
    },
];

const ENSEMBLE: &[Reason] = &[
    Reason {
        setting: "models",
        title: "members",
        why: "trained on the same cells, each with its own settings; a cell's probabilities are the mean of theirs",
    },
    Reason {
        setting: "calibrate",
        title: "members calibrated",
        why: "a temperature for each, found on a fifth of the training cells held out of it: a member that is too sure would \
              speak for all",
    },
];

const SCALING: &str =
    "mean and standard deviation are taken over the cells trained on alone, without those set aside";

const EPOCHS: Reason = Reason {
    setting: "epochs",
    title: "epochs",
    why: "of all epochs the one is kept that did best on the cells set aside",
};
const BATCH: Reason = Reason {
    setting: "batch_size",
    title: "batch size",
    why: "cells of one step, as in the original work on GeneBERT; larger ones take fewer steps per epoch",
};
const RATE: Reason = Reason {
    setting: "learning_rate",
    title: "learning rate",
    why: "size of a step of AdamW, as in the original work on GeneBERT",
};
const ASIDE: Reason =
    Reason { setting: "validation", title: "share of cells set aside to find the best epoch", why: SCALING };
const BALANCE: Reason = Reason {
    setting: "balance",
    title: "class weights",
    why: "as in the original work, every cell counts the same unless said otherwise",
};

const GENEBERT: &[Reason] = &[
    EPOCHS,
    BATCH,
    RATE,
    ASIDE,
    Reason {
        setting: "tokens",
        title: "tokens per cell",
        why: "one, as in the original work: attention then mixes nothing; with more, genes that vary together share one",
    },
    Reason { setting: "dim", title: "width of a token", why: "as in the original work" },
    Reason { setting: "layers", title: "encoder layers", why: "as in the original work" },
    Reason {
        setting: "dropout",
        title: "dropout",
        why: "numbers left out at random keep a network from learning cells by heart",
    },
    BALANCE,
];

const MLP: &[Reason] = &[
    EPOCHS,
    BATCH,
    RATE,
    ASIDE,
    Reason {
        setting: "hidden",
        title: "width of the first hidden layer",
        why: "as wide as the token of GeneBERT",
    },
    Reason {
        setting: "dropout",
        title: "dropout",
        why: "numbers left out at random keep a network from learning cells by heart",
    },
    BALANCE,
];

/// The value of a setting for people.
fn in_words(setting: &str, value: &Value) -> String {
    match (setting, value.as_str()) {
        ("balance", Some("none")) => "none: every cell counts the same".to_owned(),
        ("balance", Some("sqrt")) => {
            "sqrt: a cell counts by one over the root of its class's size".to_owned()
        }
        ("balance", Some("full")) => "full: every class counts the same".to_owned(),
        ("intercept", Some("zero")) => "zero: a class has no score beside what its genes give".to_owned(),
        ("correlation", Some("spearman")) => "spearman: of ranks".to_owned(),
        ("correlation", Some("pearson")) => "pearson: of log-normalised values".to_owned(),
        ("temperature", _) if value.as_f64() == Some(0.0) => "fitted".to_owned(),
        ("models", _) => {
            let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            names.collect::<Vec<_>>().join(", ")
        }
        ("intercept", Some("free")) => "free: fitted for each class".to_owned(),
        (_, Some(text)) => text.to_owned(),
        // As Rust writes it, without a point after whole numbers.
        _ => value.as_f64().map_or_else(|| value.to_string(), |number| number.to_string()),
    }
}
