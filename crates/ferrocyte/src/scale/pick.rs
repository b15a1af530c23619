//! Which matrix of a file is read.

use std::collections::VecDeque;

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};
use ferrocyte_io::{CellFile, MatrixPath};

use super::{Evidence, NumberColumn, Verdict, judge};

/// Cells that are read at a time where nobody says otherwise: few enough for their values to stay in a processor's cache.
pub(crate) const BLOCK_CELLS: usize = 1024;
/// Cells that are looked at before a matrix is chosen, however many are read at a time.
pub(crate) const LOOKED_AT: usize = 4096;

/// Layers that hold a part of each cell's molecules only: counts, but not the cell's.
const PARTS: [&str; 8] = ["spliced", "unspliced", "ambiguous", "spanning", "mature", "nascent", "new", "old"];

/// The matrix that is read, with what its first cells look like.
pub(crate) struct Picked {
    pub(crate) matrix: MatrixPath,
    pub(crate) verdict: Verdict,
    /// The other matrices that were looked at, with what they hold.
    pub(crate) others: Vec<(MatrixPath, String)>,
    pub(crate) opened: Opened,
}

/// A matrix that has been opened, and its first cells.
pub(crate) struct Opened {
    pub(crate) source: Box<dyn BlockSource>,
    pub(crate) first: VecDeque<Block<Stored>>,
}

/// A matrix that could be read.
struct Candidate {
    matrix: MatrixPath,
    n_genes: usize,
    /// Values of the first cells.
    values: usize,
    verdict: Verdict,
    opened: Opened,
}

/// Chooses a matrix by its first cells: `asked` where one was asked for. Else counts go before logarithms that can be
/// taken back, these before other scales ([`Verdict::rank`]); of two of a kind the one with more genes, then `X`,
/// `raw`, and the layers by name.
///
/// Where `X` holds counts of as many genes as there are, nothing else is looked at. A layer with fewer values than `X`
/// is not what `X` was made from.
pub(crate) fn pick(
    content: &dyn CellFile,
    asked: Option<&MatrixPath>,
    block_cells: usize,
) -> Result<Picked, SourceError> {
    if let Some(matrix) = asked {
        return Ok(Picked::new(look(content, matrix, block_cells)?, Vec::new()));
    }
    let mut infos = content.matrices()?;
    infos.sort_by(|one, other| one.path.cmp(&other.path));
    let most_genes = infos.iter().map(|info| info.n_genes).max().unwrap_or_default();
    let has_x = infos.is_empty() || infos.iter().any(|info| info.path == MatrixPath::X);
    let mut x = if has_x { Some(look(content, &MatrixPath::X, block_cells)?) } else { None };
    if let Some(x) = x.take_if(|x| x.verdict.rank() == 0 && x.n_genes as u64 >= most_genes) {
        return Ok(Picked::new(x, Vec::new()));
    }
    let mut best = x;
    let mut others = Vec::new();
    for info in infos.iter().filter(|info| info.path != MatrixPath::X && !is_part(&info.path)) {
        let Ok(next) = look(content, &info.path, block_cells) else { continue };
        match &best {
            Some(known) if !next.goes_before(known) => others.push((next.matrix, next.verdict.in_words())),
            _ => {
                if let Some(known) = best.replace(next) {
                    others.push((known.matrix, known.verdict.in_words()));
                }
            }
        }
    }
    match best {
        Some(best) => Ok(Picked::new(best, others)),
        // Nothing could be read: the error of `X` says why.
        None => Ok(Picked::new(look(content, &MatrixPath::X, block_cells)?, others)),
    }
}

/// Every matrix but one, with what its first cells look like.
pub(crate) fn others(content: &dyn CellFile, but: &MatrixPath) -> Vec<(MatrixPath, String)> {
    let infos = content.matrices().unwrap_or_default();
    infos
        .into_iter()
        .filter(|info| info.path != *but)
        .map(|info| {
            let words = look(content, &info.path, BLOCK_CELLS).map_or_else(
                |error| format!("cannot be read: {error}"),
                |candidate| candidate.verdict.in_words(),
            );
            (info.path, words)
        })
        .collect()
}

/// What a matrix holds, over all cells of the file.
pub(crate) fn verdict_of_all(content: &dyn CellFile, matrix: &MatrixPath) -> Result<Verdict, SourceError> {
    let mut source = content.source(matrix, BLOCK_CELLS)?;
    let mut evidence = Evidence::default();
    let mut start = 0;
    while let Some(block) = source.next_block()? {
        evidence.add(&block, start..start + block.n_cells());
        start += block.n_cells();
    }
    Ok(judge(&evidence, &|| number_columns(content)))
}

/// The columns of numbers of obs; one that cannot be read is left out.
pub(crate) fn number_columns(content: &dyn CellFile) -> Vec<NumberColumn> {
    let obs = content.obs();
    let numbers = |name: &String| Some((name.clone(), obs.column(name).ok()?.to_numbers()?));
    obs.names().iter().filter_map(numbers).collect()
}

fn is_part(matrix: &MatrixPath) -> bool {
    matches!(matrix, MatrixPath::Layer(name) if PARTS.contains(&name.to_lowercase().as_str()))
}

fn look(content: &dyn CellFile, matrix: &MatrixPath, block_cells: usize) -> Result<Candidate, SourceError> {
    let mut source = content.source(matrix, block_cells)?;
    let mut first = VecDeque::new();
    let mut evidence = Evidence::default();
    let (mut looked_at, mut values) = (0, 0);
    while looked_at < LOOKED_AT
        && let Some(block) = source.next_block()?
    {
        let seen = block.n_cells().min(LOOKED_AT - looked_at);
        evidence.add(&block, looked_at..looked_at + seen);
        values += block.as_csr().0[seen];
        looked_at += seen;
        first.push_back(block);
    }
    let verdict = judge(&evidence, &|| number_columns(content));
    Ok(Candidate {
        matrix: matrix.clone(),
        n_genes: source.genes().len(),
        values,
        verdict,
        opened: Opened { source, first },
    })
}

impl Candidate {
    fn goes_before(&self, known: &Self) -> bool {
        // Scaled values are no zeros anywhere: their number says nothing.
        let sparse = known.verdict.reading().is_some();
        if sparse && self.n_genes <= known.n_genes && self.values < known.values {
            return false;
        }
        let order = |one: &Self| (one.verdict.rank(), std::cmp::Reverse(one.n_genes));
        order(self) < order(known)
    }
}

impl Picked {
    fn new(candidate: Candidate, others: Vec<(MatrixPath, String)>) -> Self {
        let Candidate { matrix, verdict, opened, .. } = candidate;
        Self { matrix, verdict, others, opened }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::evidence::tests::stored;
    use crate::scale::tests::counts;
    use ferrocyte_core::VecSource;

    fn candidate(cells: &[Vec<f64>]) -> Candidate {
        let block = stored(cells);
        let mut evidence = Evidence::default();
        evidence.add(&block, 0..block.n_cells());
        let genes = (0..block.n_genes()).map(|gene| format!("g{gene}")).collect();
        Candidate {
            matrix: MatrixPath::X,
            n_genes: block.n_genes(),
            values: block.n_non_zeros(),
            verdict: judge(&evidence, &Vec::new),
            opened: Opened { source: Box::new(VecSource::new(genes, vec![block])), first: VecDeque::new() },
        }
    }

    #[test]
    fn counts_go_first_unless_they_are_a_part() {
        let counts = counts(1, 60, 100, 40.0);
        let change = |change: fn(f64) -> f64| -> Vec<Vec<f64>> {
            counts.iter().map(|cell| cell.iter().map(|count| change(*count)).collect()).collect()
        };
        let (whole, logs) = (candidate(&counts), candidate(&change(f64::ln_1p)));
        let scores = candidate(&change(|count| count - 1.5));
        let spliced = candidate(&change(|count| (count / 2.0).floor()));
        assert!(whole.goes_before(&logs) && !logs.goes_before(&whole));
        assert!(whole.goes_before(&scores) && logs.goes_before(&scores));
        assert!(!spliced.goes_before(&logs), "fewer values: not what the logarithms were taken of");
        let some_genes: Vec<Vec<f64>> = counts.iter().map(|cell| cell[..50].to_vec()).collect();
        assert!(whole.goes_before(&candidate(&some_genes)), "more genes");
    }

    #[test]
    fn parts_of_a_cell_are_no_counts_of_it() {
        assert!(is_part(&MatrixPath::Layer("Spliced".to_owned())));
        assert!(!is_part(&MatrixPath::Layer("counts".to_owned())) && !is_part(&MatrixPath::Raw));
    }
}
