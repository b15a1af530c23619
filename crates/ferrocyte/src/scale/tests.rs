//! Matrices whose scale is known, made up and real.

use std::path::{Path, PathBuf};

use ferrocyte_core::{Block, GeneMap, Stored, TargetSum, Vocabulary};
use ferrocyte_io::{MatrixPath, OpenOptions};
use proptest::prelude::*;

use super::convert::{Goal, convert};
use super::evidence::tests::{evidence, stored};
use super::pick::verdict_of_all;
use super::{Amount, Evidence, Kind, Reading, Verdict, judge};

/// Counts as cells have them: Poisson, with rates that fall off from gene to gene and a depth of each cell.
pub(super) fn counts(seed: u64, n_cells: usize, n_genes: usize, highest: f64) -> Vec<Vec<f64>> {
    let mut state = seed.wrapping_mul(2) + 1;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..n_cells)
        .map(|_| {
            let depth = 0.5 + uniform();
            (0..n_genes).map(|gene| poisson(highest * depth / (gene + 1) as f64, uniform())).collect()
        })
        .collect()
}

/// The count at which the distribution reaches `u`.
fn poisson(rate: f64, u: f64) -> f64 {
    let (mut k, mut p) = (0.0, (-rate).exp());
    let mut below = p;
    while below < u && k < 500.0 {
        k += 1.0;
        p *= rate / k;
        below += p;
    }
    k
}

/// What is done to counts, last to first: a logarithm, a total per cell.
#[derive(Debug, Clone, Copy)]
struct Done {
    log: Option<f64>,
    total: Option<f64>,
}

const LOGS: [(Option<f64>, &str); 4] =
    [(None, ""), (Some(std::f64::consts::E), "log1p-"), (Some(2.0), "log2-"), (Some(10.0), "log10-")];

impl Done {
    fn to(self, counts: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let each = |cell: &Vec<f64>| {
            let sum: f64 = cell.iter().sum();
            let factor = self.total.map_or(1.0, |total| total / sum.max(1.0));
            let log = |value: f64| self.log.map_or(value, |base| value.ln_1p() / base.ln());
            cell.iter().map(|count| log(count * factor)).collect()
        };
        counts.iter().map(each).collect()
    }
}

fn verdict(cells: &[Vec<f64>]) -> Verdict {
    judge(&evidence(cells), &Vec::new)
}

/// The values a model sees.
fn converted(block: Block<Stored>, reading: Reading) -> Vec<f32> {
    let names: Vec<String> = (0..block.n_genes()).map(|gene| format!("g{gene}")).collect();
    let vocabulary = Vocabulary::new(names.clone()).unwrap();
    let map = GeneMap::by_identity(&names, &vocabulary);
    let goal = Goal { map: &map, target: TargetSum::CP10K };
    convert(block, reading, None, &goal).unwrap().cells.as_csr().2.to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever was done to counts is found out, and the model sees the values that it would see of the counts.
    #[test]
    fn every_scale_is_found_and_leads_to_the_same_values(
        seed in 0..1_000_u64,
        log in 0..LOGS.len(),
        total in prop::sample::select(vec![None, Some(1e4), Some(1e6), Some(1234.5)]),
        highest in 5.0..60.0_f64,
    ) {
        let counts = counts(seed, 60, 150, highest);
        let (base, prefix) = LOGS[log];
        let cells = Done { log: base, total }.to(&counts);
        let verdict = verdict(&cells);
        let name = match total {
            None => "counts".to_owned(),
            Some(1e4) => "10k".to_owned(),
            Some(1e6) => "cpm".to_owned(),
            Some(total) => total.to_string(),
        };
        let reading = verdict.reading();
        prop_assert_eq!(reading.map(|r| r.to_string()), Some(format!("{prefix}{name}")), "{:?}", verdict);
        let expected = converted(stored(&counts), Reading::COUNTS);
        let found = converted(stored(&cells), reading.unwrap());
        for (found, expected) in found.iter().zip(&expected) {
            // An f32 knows a logarithm of base 10 to 2e-7 of it; times ln 10 and its inverse that is 1e-5 at most.
            prop_assert!((found - expected).abs() < 3e-5, "expected {expected}, found {found}");
        }
    }

    /// The total is found though most genes were taken away after the cells were scaled to it.
    #[test]
    fn a_total_survives_a_choice_of_genes(seed in 0..1_000_u64, log in 0..LOGS.len(), from in 3..10_usize) {
        let counts = counts(seed, 80, 400, 60.0);
        let cells = Done { log: LOGS[log].0, total: Some(1e4) }.to(&counts);
        let part: Vec<Vec<f64>> = cells.iter().map(|cell| cell[from..from + 200].to_vec()).collect();
        let verdict = verdict(&part);
        prop_assert_eq!(
            verdict.reading().map(|r| r.to_string()),
            Some(format!("{}10k", LOGS[log].1)),
            "{:?}", verdict
        );
    }

    /// Counts are counts, however few and low.
    #[test]
    fn counts_are_counts(
        seed in 0..1_000_u64, cells in 1..120_usize, genes in 1..200_usize, highest in 0.05..80.0_f64,
    ) {
        let verdict = verdict(&counts(seed, cells, genes, highest));
        prop_assert!(matches!(verdict.kind, Kind::Counts | Kind::Empty), "{:?}", verdict);
    }
}

#[test]
fn per_million_without_a_unit_is_taken_for_tpm() {
    let counts = counts(7, 60, 150, 60.0);
    let lengths: Vec<f64> = (0..150).map(|gene| 0.4 + f64::from((gene * gene * 31) % 97) / 17.0).collect();
    let per_length: Vec<Vec<f64>> = counts
        .iter()
        .map(|cell| cell.iter().zip(&lengths).map(|(count, length)| count / length).collect())
        .collect();
    let tpm = Done { log: Some(2.0), total: Some(1e6) }.to(&per_length);
    assert!(matches!(verdict(&tpm).kind, Kind::Totals { per_length: true, .. }), "{:?}", verdict(&tpm));
    let cpm = Done { log: Some(2.0), total: Some(1e6) }.to(&counts);
    assert!(matches!(verdict(&cpm).kind, Kind::Totals { per_length: false, .. }), "{:?}", verdict(&cpm));
}

/// Values without a common total and without a unit (reads per kilobase, corrected counts) are not guessed at.
#[test]
fn what_fits_no_scale_is_not_read() {
    let odd: Vec<Vec<f64>> = counts(3, 60, 100, 40.0)
        .iter()
        .enumerate()
        .map(|(i, cell)| {
            cell.iter()
                .enumerate()
                .map(|(j, count)| count / (1.3 + ((i * 7 + j * j * 3) % 11) as f64))
                .collect()
        })
        .collect();
    let verdict = verdict(&odd);
    assert!(matches!(verdict.kind, Kind::Unknown { .. }), "{verdict:?}");
    assert_eq!(verdict.reading(), None);
}

/// The folder of the larger real data; `None`, aloud, where `FERROCYTE_DATA` does not name it.
fn data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA") else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return None;
    };
    Some(Path::new(&folder).join(name))
}

/// Every real matrix there is, with what it holds.
#[test]
fn every_real_matrix_is_known_for_what_it_holds() {
    const COUNTS: &str = "counts";
    for (file, matrix, expected) in [
        ("data/aml_vs_healthy_bmmc.h5ad", "X", COUNTS),
        ("data/breast_wu_CID4471.h5ad", "X", COUNTS),
        ("data/heart_snrna_5k.h5ad", "X", "whole numbers that are no counts"),
        ("data/kang_ifnb.h5ad", "X", COUNTS),
        ("data/lung_lca_travaglini_1k.h5ad", "X", COUNTS),
        ("data/lung_tabula_sapiens_1k.h5ad", "X", COUNTS),
        ("data/pancreas_4studies.h5ad", "X", COUNTS),
        ("data/paul15_myeloid.h5ad", "X", COUNTS),
        ("data/pbmc3k.h5ad", "X", COUNTS),
        ("data/retina_snmultiome_1k.h5ad", "X", COUNTS),
        ("data/zheng68k_subset700.h5ad", "X", COUNTS),
        ("data/zheng_facs_pbmc.h5ad", "X", COUNTS),
        ("formats/10x_v2_mtx_tiny", "X", COUNTS),
        ("formats/10x_v2_small.h5", "X", COUNTS),
        ("formats/10x_v3_mtx_pbmc1k.tar.gz", "X", COUNTS),
        ("formats/10x_v3_mtx_small", "X", COUNTS),
        ("formats/10x_v3_small.h5", "X", COUNTS),
        ("formats/anndata_archive_v0.5.0_adata.h5ad", "X", "z-scores"),
        (
            "formats/anndata_archive_v0.5.0_adata.h5ad",
            "raw",
            "log1p of 10,000 per cell, some of the genes (total from column `n_counts`)",
        ),
        ("formats/anndata_archive_v0.7.0_adata.h5ad", "X", COUNTS),
        ("formats/anndata_archive_v0.7.0_adata.h5ad", "raw", COUNTS),
        ("formats/anndata_archive_v0.7.0_adata.h5ad", "array", "numbers on no known scale"),
        ("formats/anndata_archive_v0.7.8_adata.h5ad", "X", COUNTS),
        ("formats/seed/cells.npy", "X", COUNTS),
    ] {
        let Some(path) = data(file) else { return };
        let content = ferrocyte_io::open_with(&path, &OpenOptions::default()).unwrap();
        let matrix: MatrixPath = matrix.parse().unwrap();
        let verdict = verdict_of_all(content.as_ref(), &matrix).unwrap();
        let found = verdict.in_words();
        let exact = expected == COUNTS || expected.ends_with(')');
        assert!(
            if exact { found == expected } else { found.starts_with(expected) },
            "{file} {matrix}: {found}"
        );
    }
}

/// What has been done to real cells is found out from all of them, from a few, and from a part of their genes.
#[test]
fn real_counts_are_known_through_whatever_was_done_to_them() {
    let Some(path) = data("data/pbmc3k.h5ad") else { return };
    let content = ferrocyte_io::open(&path).unwrap();
    let mut source = content.source(&MatrixPath::X, 4096).unwrap();
    let all = source.next_block().unwrap().unwrap();
    let few = all.select_cells(&(0..60).collect::<Vec<_>>());
    for block in [&all, &few] {
        for log in LOGS {
            for (total, name) in
                [(None, "counts"), (Some(1e4), "10k"), (Some(1e6), "cpm"), (Some(2197.0), "2197")]
            {
                let found = judge(&evidence_of(block, log.0, total, |_| true, |v| v), &Vec::new);
                let expected = format!("{}{name}", log.1);
                assert_eq!(found.reading().map(|r| r.to_string()), Some(expected), "{found:?}");
                if total.is_some() {
                    let part =
                        judge(&evidence_of(block, log.0, total, |gene| gene % 3 == 0, |v| v), &Vec::new);
                    let expected = format!("{}{name}", log.1);
                    assert_eq!(part.reading().map(|r| r.to_string()), Some(expected), "a third: {part:?}");
                }
            }
        }
        for (cut, base) in
            [(f64::floor as fn(f64) -> f64, 1), (f64::round, 1), (f64::round, 2), (f64::ceil, 3)]
        {
            let found = judge(&evidence_of(block, LOGS[base].0, Some(1e4), |_| true, cut), &Vec::new);
            assert!(matches!(found.kind, Kind::Truncated(_)), "{found:?}");
        }
        let part = judge(&evidence_of(block, None, None, |gene| gene % 40 == 0, |v| v), &Vec::new);
        assert_eq!(part.kind, Kind::Counts, "a fortieth of the genes");
        // A table written with four decimals.
        let rounded = judge(
            &evidence_of(block, LOGS[1].0, Some(1e4), |_| true, |v| (v * 1e4).round() / 1e4),
            &Vec::new,
        );
        assert!(
            matches!(rounded.reading(), Some(Reading { of: Amount::Total(total), .. }) if total.get() == 1e4),
            "{rounded:?}"
        );
    }
}

/// Evidence of real cells to which something was done.
fn evidence_of(
    block: &Block<Stored>,
    base: Option<f64>,
    total: Option<f64>,
    keep: impl Fn(u32) -> bool,
    last: impl Fn(f64) -> f64,
) -> Evidence {
    let (mut row_ptr, mut genes, mut values) = (vec![0], Vec::new(), Vec::new());
    for cell in block.cells() {
        let factor = total.map_or(1.0, |total| total / cell.total());
        for (gene, count) in cell.iter().filter(|(gene, _)| keep(*gene)) {
            let value = f64::from(count) * factor;
            let value = last(base.map_or(value, |base| value.ln_1p() / base.ln())) as f32;
            if value != 0.0 {
                genes.push(gene);
                values.push(value);
            }
        }
        row_ptr.push(genes.len());
    }
    let changed = Block::<Stored>::new(block.n_genes(), row_ptr, genes, values).unwrap();
    let mut evidence = Evidence::default();
    evidence.add(&changed, 0..changed.n_cells());
    evidence
}
