//! What lets a score be good for another reason than the one that was asked about.

use ferrocyte_core::{CellStore, Labels, Leak, LeakKind, SourceError, SplitKind, Warning};
use ferrocyte_learn::evaluate::{self, Folds};

use crate::reference::Reference;

/// Looks for everything that makes a score on these folds mean less than it says; the worst first.
///
/// # Errors
/// When the cells cannot be read.
pub(crate) fn find(reference: &Reference, folds: &Folds) -> Result<Found, SourceError> {
    let mut leaks = confounded(reference);
    let by_code = |code: &str| reference.warnings.iter().find(|warning| warning.code == code);
    leaks.extend(by_code("label-is-file").map(|warning| leak(LeakKind::LabelIsFile, None, &warning.message)));
    leaks.extend(feature_is_label(reference)?);
    let copies = reference.duplicates.leakage(|cell| folds.fold_of(cell));
    leaks.extend(copies.map(|warning| leak(LeakKind::CopiesAcrossFolds, None, &warning.message)));
    let (near, looked_at) = near_copies(reference, folds)?;
    leaks.extend(near);
    leaks.extend(groups_on_both_sides(reference, folds));
    if folds.record().kind == SplitKind::StratifiedCells
        && let Some(column) = reference.donor_like.first()
    {
        let warning = evaluate::score_flatters(&column.name);
        leaks.push(leak(LeakKind::GroupOnBothSides, Some(&column.name), &warning.message));
    }
    Ok(Found { leaks, looked_at })
}

/// What undoes a score, and how far it was looked for.
pub(crate) struct Found {
    pub(crate) leaks: Vec<Leak>,
    /// Said where near copies were looked for in a sample.
    pub(crate) looked_at: Option<Warning>,
}

/// The warnings of the leaks that no other rule warns of.
pub(crate) fn warnings(leaks: &[Leak]) -> impl Iterator<Item = Warning> + '_ {
    leaks.iter().filter_map(|leak| {
        let (code, hint) = match leak.kind {
            LeakKind::Confounded => (
                "confounded",
                "only data in which several donors (batches, runs) have each label can tell what was learnt; score on such data",
            ),
            LeakKind::NearCopiesAcrossFolds => (
                "near-copies-across-folds",
                "keep copies together with --group, or leave all but one of each out of the file",
            ),
            LeakKind::FeatureIsLabel => {
                ("feature-is-label", "if it is no gene, take it out of the matrix and score again")
            }
            LeakKind::GroupOnBothSides if leak.detail.contains(ON_BOTH_SIDES) => (
                "group-on-both-sides",
                "a score on new groups needs folds by group: --group with neither --study nor --test-where",
            ),
            LeakKind::LabelIsFile | LeakKind::GroupOnBothSides | LeakKind::CopiesAcrossFolds => return None,
        };
        Some(Warning::new(code, leak.detail.clone()).with_hint(hint))
    })
}

fn leak(kind: LeakKind, column: Option<&str>, detail: &str) -> Leak {
    Leak { kind, column: column.map(str::to_owned), detail: detail.to_owned() }
}

/// The words of a leak by groups that were counted.
const ON_BOTH_SIDES: &str = "stand on both sides of a split";

/// Groups with cells that are trained on and cells that are tested, where cells are divided by something else than by
/// group and so that it can be counted.
fn groups_on_both_sides(reference: &Reference, folds: &Folds) -> Option<Leak> {
    const SHOWN: usize = 4;
    if !matches!(folds.record().kind, SplitKind::LeaveOneStudyOut | SplitKind::TestPart) {
        return None;
    }
    let given = reference.summary.group_column.as_deref().zip(reference.groups.as_ref());
    let found = || reference.donor_like.first().map(|column| (column.name.as_str(), &column.groups));
    let (column, groups) = given.or_else(found)?;
    let mut part_of_group = vec![None; groups.set().len()];
    let mut both = vec![false; groups.set().len()];
    for (cell, code) in groups.codes().enumerate() {
        let part = folds.fold_of(cell);
        both[code] |= *part_of_group[code].get_or_insert(part) != part;
    }
    let names: Vec<&String> =
        groups.set().names().iter().zip(&both).filter(|(_, both)| **both).map(|(name, _)| name).collect();
    if names.is_empty() {
        return None;
    }
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let detail = format!(
        "{} of {} values of `{column}` {ON_BOTH_SIDES} ({}{more}): the model is scored on groups that it was trained on, \
         in other cells of them",
        names.len(),
        groups.set().len(),
        shown.join(", ")
    );
    Some(leak(LeakKind::GroupOnBothSides, Some(column), &detail))
}

/// Columns that tell the label by themselves. Where one does so perfectly, those that do it nearly say nothing new.
fn confounded(reference: &Reference) -> Vec<Leak> {
    let label = reference.summary.label_column.as_deref().unwrap_or("the label");
    let given = reference.summary.group_column.as_deref().zip(reference.groups.as_ref());
    let study = reference.summary.study_column.as_deref().zip(reference.studies.as_ref());
    let others = reference.donor_like.iter().map(|column| (column.name.as_str(), &column.groups));
    let mut found: Vec<(&str, f64)> = (given.into_iter().chain(study).chain(others))
        .filter_map(|(name, column): (&str, &Labels)| {
            Some((name, evaluate::follows(&reference.labels, column)?.share))
        })
        .collect();
    if found.iter().any(|&(_, share)| share >= 1.0) {
        found.retain(|&(_, share)| share >= 1.0);
    }
    let sentence = |(name, share): (&str, f64)| {
        let how = if share >= 1.0 {
            "perfectly".to_owned()
        } else {
            format!("in {:.1} % of the cells", 100.0 * share)
        };
        let detail = format!(
            "every score on this is confounded: `{name}` predicts `{label}` {how}, so nothing here can tell whether a \
             model learnt `{label}` or `{name}`"
        );
        leak(LeakKind::Confounded, Some(name), &detail)
    };
    found.into_iter().map(sentence).collect()
}

/// Genes that are the label, by what they hold or by their name.
fn feature_is_label(reference: &Reference) -> Result<Option<Leak>, SourceError> {
    const SHOWN: usize = 3;
    let genes = reference.genes.names();
    let named = reference.summary.label_column.as_ref().filter(|column| genes.contains(column));
    if let Some(column) = named {
        let detail = format!(
            "a gene is called `{column}`, as the labels are: if it holds them, every score is worthless"
        );
        return Ok(Some(leak(LeakKind::FeatureIsLabel, Some(column), &detail)));
    }
    let mut telling = evaluate::telling_genes(&reference.cells, &reference.labels)?;
    if !telling.is_empty() {
        // Haemoglobin tells red cells without exception, and is a gene.
        let known = reference.gene_names.table();
        telling.retain(|found| !known.knows(&genes[found.gene]));
    }
    let Some(first) = telling.first() else { return Ok(None) };
    let told: Vec<String> = (telling.iter().take(SHOWN))
        .map(|found| format!("`{}` (`{}`)", genes[found.gene], reference.labels.set().name(found.label)))
        .collect();
    let more = telling.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let detail = format!(
        "a column of the matrix tells a label without a single exception, and no gene of that name is known: {}{more}; a \
         label that slipped into the matrix is like that",
        told.join(", ")
    );
    Ok(Some(leak(LeakKind::FeatureIsLabel, Some(&genes[first.gene]), &detail)))
}

/// Cells that are nearly the same, in different folds. Those that are exactly the same are spoken of elsewhere.
fn near_copies(reference: &Reference, folds: &Folds) -> Result<(Option<Leak>, Option<Warning>), SourceError> {
    let mut set_of = vec![None; reference.cells.n_cells()];
    for (number, set) in reference.duplicates.sets.iter().enumerate() {
        for &cell in set {
            set_of[cell] = Some(number);
        }
    }
    let exact = |one: usize, other: usize| set_of[one].is_some() && set_of[one] == set_of[other];
    let found = evaluate::near_copies(&reference.cells)?;
    let looked_at = found.sample.map(|n| {
        let message = format!(
            "near copies of cells were looked for among {n} of {} cells, drawn at random: comparing all would take more memory              than a laptop has",
            reference.cells.n_cells()
        );
        Warning::note("near-copies-sample", message)
    });
    let across = (found.pairs.iter())
        .filter(|&&(one, other)| folds.fold_of(one) != folds.fold_of(other) && !exact(one, other))
        .count();
    let leak = (across > 0).then(|| {
        let times = crate::hint::times(across);
        let detail = format!(
            "cells that share nine tenths of their genes stand on both sides of a split, {times}: if they are one cell \
             counted again, the model is scored on cells that it was trained on"
        );
        leak(LeakKind::NearCopiesAcrossFolds, None, &detail)
    });
    Ok((leak, looked_at))
}
