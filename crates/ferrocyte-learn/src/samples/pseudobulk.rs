//! Each sample as if it had been sequenced in bulk.

use ferrocyte_core::{Block, CellStore, Labels, LogNorm, SourceError, Vocabulary};

use crate::cell_parts::in_parts;

use super::dense_rows::block_of_rows;
use super::table::Samples;

/// Cells of a type that a sample has at least, for its mean to say something.
const FEWEST_CELLS: usize = 10;

/// Between the name of a type and that of a gene.
const BETWEEN: &str = ": ";

/// Pseudobulk profiles: one row for each sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Pseudobulks {
    /// `ln(1 + mean)` of the normalised counts of the cells; a column for each gene, or for each type and gene.
    pub rows: Block<LogNorm>,
    /// Names of the columns: the genes, or `TYPE: GENE`.
    pub columns: Vocabulary,
    /// The types that have profiles of their own: those of which every sample has ten cells. None where there are no such types;
    /// then all cells of a sample make one profile.
    pub types: Vec<String>,
}

/// The mean profile of each sample, for each type of cell by itself where types are known: a change within a type is then not
/// mistaken for a change in how many there are. After Crowell et al. 2020, <https://doi.org/10.1038/s41467-020-19894-4>.
///
/// # Errors
/// When the cells cannot be read.
///
/// # Panics
/// When there are not as many types as cells, or genes as columns.
pub fn pseudobulks(
    samples: &Samples,
    cells: &dyn CellStore,
    genes: &Vocabulary,
    types: Option<&Labels>,
) -> Result<Pseudobulks, SourceError> {
    assert_eq!(cells.n_genes(), genes.len(), "one column per gene");
    let common = types.map(|types| common_types(samples, types)).unwrap_or_default();
    let n_profiles = common.len().max(1);
    let n_columns = n_profiles * genes.len();
    let profile_of = |cell: usize| match types {
        Some(types) if !common.is_empty() => common.iter().position(|&code| code == types.code(cell)),
        _ => Some(0),
    };
    let mut row_of = vec![None; cells.n_cells()]; // the sample and the profile of each cell
    for (sample, of_sample) in samples.cells().iter().enumerate() {
        for &cell in of_sample {
            row_of[cell] = profile_of(cell).map(|profile| sample * n_profiles + profile);
        }
    }
    let mut sums = vec![0.0_f64; samples.len() * n_columns];
    let mut counts = vec![0_u32; samples.len() * n_profiles];
    in_parts(cells, |first, part| {
        for (cell, row) in part.cells().zip(&row_of[first..]) {
            let Some(row) = *row else { continue };
            counts[row] += 1;
            let sums = &mut sums[row * genes.len()..(row + 1) * genes.len()];
            for (gene, value) in cell.iter() {
                sums[gene as usize] += libm::expm1(f64::from(value));
            }
        }
    })?;
    let mean =
        |(at, sum): (usize, f64)| libm::log1p(sum / f64::from(counts[at / genes.len().max(1)].max(1))) as f32;
    let values: Vec<f32> = sums.into_iter().enumerate().map(mean).collect();
    let type_names: Vec<String> =
        common.iter().filter_map(|&code| Some(types?.set().name(code).to_owned())).collect();
    let columns = if type_names.is_empty() {
        genes.clone()
    } else {
        let of_type = |name: &String| {
            genes.names().iter().map(|gene| format!("{name}{BETWEEN}{gene}")).collect::<Vec<_>>()
        };
        let names: Vec<String> = type_names.iter().flat_map(of_type).collect();
        Vocabulary::of_distinct(names.iter().map(String::as_str))
    };
    Ok(Pseudobulks { rows: block_of_rows(samples.len(), n_columns, &values), columns, types: type_names })
}

/// Codes of the types of which every sample has enough cells.
fn common_types(samples: &Samples, types: &Labels) -> Vec<usize> {
    let enough = |code: &usize| {
        let cells_of = |cells: &Vec<usize>| cells.iter().filter(|&&cell| types.code(cell) == *code).count();
        samples.cells().iter().all(|cells| cells_of(cells) >= FEWEST_CELLS)
    };
    (0..types.set().len()).filter(enough).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty cells of two samples, ten of type B in each and none or all else of type T; gene 0 is 1 in B, gene 1 in T.
    fn cells() -> (Samples, Block<LogNorm>, Labels) {
        let sample: Vec<&str> = (0..25).map(|cell| if cell < 10 { "s1" } else { "s2" }).collect();
        let kind: Vec<&str> = (0..25).map(|cell| if cell < 20 { "B" } else { "T" }).collect();
        let sample = Labels::from_names(&sample);
        let (samples, _) = Samples::of(&sample, &sample, &sample);
        let gene = (0..25).map(|cell| u32::from(cell >= 20)).collect();
        let block = Block::new(2, (0..=25).collect(), gene, vec![1.0; 25]).unwrap();
        (samples, block, Labels::from_names(&kind))
    }

    #[test]
    fn types_that_all_samples_have_get_profiles_of_their_own() {
        let (samples, block, types) = cells();
        let genes = Vocabulary::new(vec!["MS4A1".into(), "CD3E".into()]).unwrap();
        let found = pseudobulks(&samples, &block, &genes, Some(&types)).unwrap();
        assert_eq!(found.types, ["B"]);
        assert_eq!(found.columns.names(), ["B: MS4A1", "B: CD3E"]);
        for sample in 0..2 {
            let row: Vec<(u32, f32)> = found.rows.cell(sample).iter().collect();
            assert!(row.len() == 1 && row[0].0 == 0 && (row[0].1 - 1.0).abs() < 1e-6, "{row:?}");
        }
    }

    #[test]
    fn without_types_all_cells_are_one_profile() {
        let (samples, block, _) = cells();
        let genes = Vocabulary::new(vec!["MS4A1".into(), "CD3E".into()]).unwrap();
        let found = pseudobulks(&samples, &block, &genes, None).unwrap();
        assert_eq!((found.types.len(), found.columns.names()), (0, genes.names()));
        // Ten of fifteen cells have e − 1, the others nothing.
        let mean = f64::exp_m1(1.0) * 10.0 / 15.0;
        let first = found.rows.cell(1).iter().next().map(|(_, value)| f64::from(value));
        assert!(first.is_some_and(|value| (value - mean.ln_1p()).abs() < 1e-6), "{first:?}");
    }
}
