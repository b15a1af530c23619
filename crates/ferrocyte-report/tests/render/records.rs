//! Hand-made records. The cells are invented; sums and shares agree with each other.

use ferrocyte_core::{
    BackOffScores, Baseline, Choice, ClassIntervals, ClassRecord, ComparedModel, Comparison, Confusion,
    Coverage, Curve, Flow, FoldRecord, HierarchicalScores, HierarchyRecord, InputRecord, Interval,
    LabelCount, Leak, LeakKind, LevelScore, MatchedGenes, MetricIntervals, Metrics, ModelSummary, Origin,
    OutputRecord, PredictedLabel, PredictionSummary, ReliabilityBin, ResampledUnit, Resampling, RunRecord,
    ScoreDifference, SplitKind, Splits, StepTiming, Timing, TrainingRecord, Warning,
};

/// Labels that a page must survive.
pub(crate) const WEIRD: [&str; 9] = [
    "",
    " ",
    "\" onmouseover=\"alert(1)",
    "&amp; &lt;",
    "</style></script><!--",
    "<script>alert(1)</script>",
    "CD4-positive, alpha-beta, central-memory-like, interferon-stimulated, very_long_name_without_any_space_in_it",
    "http://example.org/CL_0000236",
    "تائي \u{202e} 细胞 🧬",
];

/// A record of an evaluation with everything in it.
pub(crate) fn evaluation(labels: &[String]) -> RunRecord {
    let mut record = base(Flow::Evaluate, labels);
    let confusion = confusion(labels);
    record.per_class = classes(&confusion);
    record.confusion = Some(confusion);
    judged(&mut record, &metrics(4_321, 0.928_137));
    record.leaks = vec![leak("donor")];
    record.fold_mean = Some(metrics(4_321, 0.921_944));
    record.splits = Some(Splits {
        kind: SplitKind::Groups,
        folds: 2,
        held_out_by: None,
        groups: Some(3),
        sizes: vec![2_000, 2_321],
    });
    record.folds = vec![fold(1, true), fold(2, false)];
    record.reliability = (0..15).map(bin).collect();
    record.training = Some(training());
    record
}

/// A record of an annotation with everything in it.
pub(crate) fn annotation(labels: &[String]) -> RunRecord {
    let mut record = base(Flow::Annotate, labels);
    for (role, file) in [("query", "query.h5ad"), ("model", "pbmc.ferrocyte")] {
        record.inputs.push(input(role, file));
    }
    record.coverage = Some(Coverage {
        query_genes: 14_840,
        model_genes: 14_053,
        shared_genes: 12_990,
        repeated_columns: 3,
        examples_missing: vec!["ISG15".into(), "HLA-DRA".into()],
        weight_share: Some(0.981_3),
        names_from: "feature_name".into(),
        matched: MatchedGenes { by_name: 12_980, by_previous_symbol: 10, ..MatchedGenes::default() },
    });
    let mut called: Vec<PredictedLabel> = labels
        .iter()
        .enumerate()
        .map(|(i, label)| PredictedLabel { label: label.clone(), cells: 90 + 7 * i, mean_confidence: 0.871 })
        .collect();
    called.push(PredictedLabel { label: "Unassigned".into(), cells: 7, mean_confidence: 0.0 });
    record.predictions = Some(PredictionSummary {
        labels: called,
        confidence_histogram: vec![0, 0, 9, 42, 169, 349, 411, 513, 946, 5_012],
        unanimous: Some(6_204),
        unassigned: vec![LabelCount { label: "no counts in any gene of the model".into(), cells: 7 }],
    });
    record
}

/// A record of a comparison with everything in it.
pub(crate) fn comparison(labels: &[String]) -> RunRecord {
    let mut record = evaluation(labels);
    record.flow = Flow::Compare;
    let model = |name: &str, accuracy: f64| ComparedModel {
        name: name.to_owned(),
        settings: serde_json::json!({"l2": 20.0}),
        metrics: metrics(4_321, accuracy),
        fold_mean: None,
        not_converged: usize::from(name == "mlp"),
    };
    let difference = |other: &str, difference: f64, low: f64, high: f64| ScoreDifference {
        better: "weighted".into(),
        other: other.into(),
        score: "f1_macro".into(),
        difference,
        low,
        high,
    };
    record.comparison = Some(Comparison {
        models: vec![model("weighted", 0.928_137), model("logistic:l2=5", 0.91), model("mlp", 0.905)],
        decided_by: "f1_macro".into(),
        differences: vec![
            difference("logistic:l2=5", 0.018, -0.002, 0.038),
            difference("mlp", 0.023, 0.004, 0.041),
        ],
        resampled: "groups".into(),
        resamples: 2_000,
        level: 0.95,
        winner: None,
        verdict: "no kind is clearly the best: `weighted` has the highest macro F1".into(),
    });
    record.timing = Some(Timing {
        total_secs: 12.5,
        steps: vec![StepTiming { step: "weighted".into(), secs: 2.25, peak_bytes: Some(412_000_000) }],
        threads: 2,
    });
    record
}

/// A record of a training with everything in it.
pub(crate) fn training_run(labels: &[String]) -> RunRecord {
    let mut record = base(Flow::Train, labels);
    record.training = Some(training());
    judged(&mut record, &metrics(4_321, 0.931_2));
    record.splits = Some(Splits {
        kind: SplitKind::StratifiedCells,
        folds: 5,
        held_out_by: None,
        groups: None,
        sizes: vec![865; 5],
    });
    record
}

/// `n` labels.
pub(crate) fn labels(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("T cell, kind {i:02}")).collect()
}

/// The labels that a page must survive.
pub(crate) fn weird_labels() -> Vec<String> {
    WEIRD.map(String::from).to_vec()
}

/// A record of every kind that the tests look at, with a name for messages.
pub(crate) fn all() -> Vec<(String, RunRecord)> {
    let mut records = Vec::new();
    for flow in [Flow::Train, Flow::Evaluate, Flow::Annotate, Flow::Compare] {
        records.push((format!("minimal {}", flow.name()), RunRecord::new(flow, "0.1.0", 0)));
    }
    for (name, labels) in [
        ("1", labels(1)),
        ("2", labels(2)),
        ("13", labels(13)),
        ("60", labels(60)),
        ("weird", weird_labels()),
    ] {
        records.push((format!("evaluation of {name} labels"), evaluation(&labels)));
        records.push((format!("annotation of {name} labels"), annotation(&labels)));
        records.push((format!("training of {name} labels"), training_run(&labels)));
        records.push((format!("comparison on {name} labels"), comparison(&labels)));
    }
    records
}

fn base(flow: Flow, labels: &[String]) -> RunRecord {
    let mut record = RunRecord::new(flow, "0.1.0", 20_240);
    record.inputs.push(input("reference", "kang.h5ad"));
    for (origin, setting) in [
        (Origin::Default, "normalisation"),
        (Origin::Flag, "folds"),
        (Origin::Detected, "scale of the values"),
    ] {
        record.choices.push(Choice {
            setting: setting.into(),
            value: "as `it` should be".into(),
            origin,
            reason: "because 7 of 9 agree".into(),
        });
    }
    record.data.cells_in_files = 5_000;
    record.data.cells_used = 4_321;
    record.data.genes = 14_053;
    record.data.non_zeros = 9_787_436;
    record.data.label_column = Some("cell_type".into());
    record.data.group_column = Some("donor".into());
    record.data.labels = labels
        .iter()
        .enumerate()
        .map(|(i, label)| LabelCount { label: label.clone(), cells: 3 + 100 * i })
        .collect();
    record.data.groups =
        ["101", "1015", "<b>"].map(|name| LabelCount { label: name.into(), cells: 1_440 }).to_vec();
    record.model = Some(ModelSummary {
        kind: "logistic".into(),
        genes: 14_053,
        labels: labels.to_vec(),
        training_cells: 4_321,
    });
    record.warnings = vec![
        Warning::note("small-class", "a note on `pDC`: 8 cells"),
        Warning::new("score-flatters", "a grave warning").with_hint("use `--group donor`"),
    ];
    record.outputs.push(OutputRecord { role: "report".into(), file: "report.html".into() });
    record.timing = Some(Timing {
        total_secs: 8.416,
        steps: vec![StepTiming { step: "read `kang.h5ad`".into(), secs: 0.613, peak_bytes: None }],
        threads: 2,
    });
    record
}

fn input(role: &str, file: &str) -> InputRecord {
    InputRecord {
        role: role.into(),
        file: file.into(),
        format: "h5ad".into(),
        sha256: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".into(),
        bytes: 21_334_012,
        reading: "`X` holds counts of 5,000 cells".into(),
    }
}

fn confusion(labels: &[String]) -> Confusion {
    let n = labels.len();
    let counts = (0..n)
        .map(|row| {
            let mut counts = vec![0; n];
            counts[row] = 4 + 97 * row as u64;
            counts[(row * 7 + 1) % n] += row as u64 % 5;
            counts[(row + 1) % n] += 2;
            counts
        })
        .collect();
    Confusion { labels: labels.to_vec(), counts }
}

fn classes(confusion: &Confusion) -> Vec<ClassRecord> {
    let ratio = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    (0..confusion.labels.len())
        .map(|i| {
            let hits = confusion.counts[i][i];
            let support: u64 = confusion.counts[i].iter().sum();
            let predicted: u64 = confusion.counts.iter().map(|row| row[i]).sum();
            ClassRecord {
                label: confusion.labels[i].clone(),
                support: support as usize,
                predicted: predicted as usize,
                precision: ratio(hits, predicted),
                recall: ratio(hits, support),
                f1: ratio(2 * hits, support + predicted),
                roc_auc: (i % 7 != 3).then_some(0.991_2),
                average_precision: (i % 7 != 3).then_some(0.943_8),
                intervals: None,
            }
        })
        .collect()
}

/// Puts scores into a record, with intervals and baselines.
fn judged(record: &mut RunRecord, plain: &Metrics) {
    record.metrics_plain = Some(*plain);
    record.metrics = Some(intervals(plain));
    record.resampling = Some(Resampling {
        unit: ResampledUnit::Groups,
        column: Some("donor".into()),
        units: 8,
        resamples: 1_000,
        level: 0.95,
    });
    record.hierarchy = Some(hierarchy());
    record.baselines = [("majority class", 0.31), ("stratified random", 0.18), ("nearest centroid", 0.88)]
        .map(|(name, accuracy)| Baseline { name: name.into(), metrics: intervals(&metrics(4_321, accuracy)) })
        .into();
    for class in &mut record.per_class {
        class.intervals = Some(ClassIntervals {
            precision: around(class.precision),
            recall: around(class.recall),
            f1: around(class.f1),
        });
    }
}

fn around(value: f64) -> Interval {
    Interval { value, low: value - 0.021, high: value + 0.013 }
}

fn intervals(plain: &Metrics) -> MetricIntervals {
    MetricIntervals {
        accuracy: around(plain.accuracy),
        balanced_accuracy: around(plain.balanced_accuracy),
        f1_macro: around(plain.f1_macro),
        f1_weighted: around(plain.f1_weighted),
        mcc: plain.mcc.map(around),
        kappa: plain.kappa.map(around),
        log_loss: plain.log_loss.map(around),
        brier: plain.brier.map(around),
        ece: plain.ece.map(around),
        roc_auc_macro: plain.roc_auc_macro.map(around),
        roc_auc_micro: plain.roc_auc_micro.map(around),
        average_precision_macro: plain.average_precision_macro.map(around),
        average_precision_micro: plain.average_precision_micro.map(around),
    }
}

/// A leak that does not undo the score.
fn leak(column: &str) -> Leak {
    Leak {
        kind: LeakKind::GroupOnBothSides,
        column: Some(column.into()),
        detail: format!("cells of one `{column}` stand on both sides of each split"),
    }
}

fn metrics(cells: usize, accuracy: f64) -> Metrics {
    Metrics {
        cells,
        accuracy,
        balanced_accuracy: accuracy - 0.061,
        f1_macro: accuracy - 0.034_2,
        f1_weighted: accuracy - 0.002,
        mcc: Some(-0.031_7),
        kappa: Some(accuracy - 0.015),
        log_loss: Some(0.203_4),
        brier: Some(0.109_1),
        ece: Some(0.012_7),
        roc_auc_macro: Some(0.996_3),
        roc_auc_micro: None,
        average_precision_macro: Some(0.958_4),
        average_precision_micro: Some(0.980_1),
    }
}

fn hierarchy() -> HierarchyRecord {
    let scores = |f1: f64| HierarchicalScores { precision: f1 + 0.013, recall: f1 - 0.012, f1 };
    HierarchyRecord {
        source: "columns coarse > <fine>".into(),
        names: 17,
        flat: scores(0.947),
        threshold: 0.7,
        backed_off: vec![BackOffScores {
            threshold: 0.7,
            backed_off: 0.121,
            without_name: 0.034,
            right: 0.973,
            labelled: 0.845,
            labels_right: 0.981,
            scores: scores(0.951),
        }],
        levels: vec![LevelScore { level: "<fine>".into(), names: 11, accuracy: 0.917, f1_macro: 0.683 }],
    }
}

fn fold(fold: usize, converged: bool) -> FoldRecord {
    FoldRecord {
        fold,
        training_cells: 2_321,
        test_cells: 2_000,
        held_out_groups: vec!["101".into(), "<b>".into()],
        labels_not_in_training: if converged { vec![] } else { vec!["Mk".into()] },
        chosen: (!converged).then(|| "<weighted>".into()),
        converged,
        iterations: 143,
        metrics: metrics(2_000, 0.9 + 0.011 * fold as f64),
    }
}

fn bin(i: usize) -> ReliabilityBin {
    let cells = if i < 3 { 0 } else { i * i * 11 };
    let middle = (i as f64 + 0.5) / 15.0;
    ReliabilityBin {
        low: i as f64 / 15.0,
        high: (i + 1) as f64 / 15.0,
        cells,
        mean_confidence: if cells == 0 { 0.0 } else { middle },
        accuracy: if cells == 0 { 0.0 } else { middle * 0.97 },
    }
}

fn training() -> TrainingRecord {
    let curve =
        |name: &str, step: &str, values: Vec<f64>| Curve { name: name.into(), step: step.into(), values };
    TrainingRecord {
        converged: true,
        iterations: 143,
        stopped: "the gradient norm fell below 1e-4".into(),
        curves: vec![
            curve("objective", "iteration", (0..40).map(|i| 0.21 + 2.4 / f64::from(1 + i)).collect()),
            curve("gradient norm", "iteration", (0..40).map(|i| 1.0 / f64::from(1 + i * i * i)).collect()),
            curve("training loss", "epoch", vec![1.5, 0.9, 0.7]),
            curve("validation loss", "epoch", vec![1.6, 1.1, 1.0]),
            curve("validation accuracy", "epoch", vec![0.5]),
            curve("nothing", "epoch", vec![]),
        ],
    }
}
