//! Which token a gene belongs to.

use ferrocyte_core::{Block, LogNorm, Silent};

use crate::models::knn::Components;
use crate::nn::scaling::Scaling;
use crate::nn::training::TrainingCells;
use crate::sample::{Purpose, Seeded};

/// Principal components whose correlations with a gene say what it varies with.
const COMPONENTS: usize = 30;

/// Times that groups are formed around their means.
const ROUNDS: usize = 10;

/// Divides the genes among tokens so that those of a token vary together, each with as many as the others (one more or less).
/// Empty for one token.
///
/// A gene's profile are its correlations with the leading principal components of the training cells: how genes correlate with each
/// other, as far as the components tell, without the matrix of all pairs. Profiles are grouped as k-means does (on the sphere:
/// the length of a profile is how much of a gene the components explain, its direction what it varies with), and a group is full at
/// its share: genes of which most is explained choose first. Labels are not looked at.
pub(super) fn tokens_of_genes(
    cells: &TrainingCells<'_>,
    scaling: &Scaling,
    tokens: usize,
    seed: u64,
) -> Vec<u32> {
    if tokens == 1 {
        return Vec::new();
    }
    let block = cells.cells.in_memory().expect("more than one token asks for cells in memory");
    let profiles = profiles(block, cells.training, scaling, seed);
    balanced_groups(&profiles, tokens, &mut Seeded::new(seed, Purpose::Tokens))
}

/// Correlations of each gene with the components.
fn profiles(block: &Block<LogNorm>, training: &[usize], scaling: &Scaling, seed: u64) -> Vec<Vec<f64>> {
    let mut weights = vec![0.0; block.n_cells()];
    for &cell in training {
        weights[cell] = 1.0;
    }
    if block.n_genes() == 0 {
        return Vec::new();
    }
    let components = Components::of(block, &weights, COMPONENTS, seed, &Silent);
    let sd: Vec<f64> = components.variance.iter().map(|&variance| libm::sqrt(variance)).collect();
    components
        .rotation
        .chunks_exact(sd.len())
        .zip(&scaling.sd)
        .map(|(row, &of_gene)| {
            row.iter().zip(&sd).map(|(&share, sd)| f64::from(share) * sd / f64::from(of_gene)).collect()
        })
        .collect()
}

/// Groups of vectors by direction, of equal size (one more or less), numbered from 0.
fn balanced_groups(vectors: &[Vec<f64>], groups: usize, random: &mut Seeded) -> Vec<u32> {
    let n = vectors.len();
    let mut by_length: Vec<(f64, usize)> = vectors.iter().map(|v| dot(v, v)).zip(0..).collect();
    by_length.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let order: Vec<usize> = by_length.into_iter().map(|(_, which)| which).collect();
    // Vectors that say something, at random, to begin with.
    let mut first: Vec<usize> = order[..n.div_ceil(2)].to_vec();
    random.shuffle(&mut first);
    let mut centres: Vec<Vec<f64>> = (0..groups)
        .map(|group| first.get(group).map_or(Vec::new(), |&which| unit(&vectors[which])))
        .collect();
    let mut group_of = vec![0; n];
    for _ in 0..ROUNDS {
        let assigned = assign(vectors, &order, &centres);
        if assigned == group_of {
            break;
        }
        group_of = assigned;
        for (group, centre) in centres.iter_mut().enumerate() {
            let members = (0..n).filter(|&which| group_of[which] as usize == group);
            *centre = unit(&members.fold(Vec::new(), |sum, which| sum_of(sum, &vectors[which])));
        }
    }
    group_of
}

/// The nearest group with room for each vector, in the order in which they choose.
fn assign(vectors: &[Vec<f64>], order: &[usize], centres: &[Vec<f64>]) -> Vec<u32> {
    let (n, groups) = (vectors.len(), centres.len());
    let mut room: Vec<usize> =
        (0..groups).map(|group| n / groups + usize::from(group < n % groups)).collect();
    let mut group_of = vec![0; n];
    for &which in order {
        let open = (0..groups).filter(|&group| room[group] > 0);
        let near = |group: usize| dot(&vectors[which], &centres[group]);
        // The first of equals.
        let best = open.reduce(|best, group| if near(group) > near(best) { group } else { best });
        let best = best.expect("there is room for all");
        room[best] -= 1;
        group_of[which] = best as u32;
    }
    group_of
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn sum_of(mut sum: Vec<f64>, vector: &[f64]) -> Vec<f64> {
    sum.resize(vector.len(), 0.0);
    for (sum, value) in sum.iter_mut().zip(vector) {
        *sum += value;
    }
    sum
}

/// The same direction with length 1; zeros stay.
fn unit(vector: &[f64]) -> Vec<f64> {
    let length = libm::sqrt(dot(vector, vector));
    let factor = if length > 0.0 { 1.0 / length } else { 0.0 };
    vector.iter().map(|value| value * factor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::cell_parts::CellParts;

    /// Cells of four programmes: the genes of one are on in every fourth cell, more or less; the last five nowhere.
    fn cells(n_genes: usize) -> Block<LogNorm> {
        let mut random = Seeded::new(0, Purpose::Folds);
        let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
        for cell in 0..200 {
            for which in 0..n_genes - 5 {
                if random.below(10) < if which % 4 == cell % 4 { 8 } else { 1 } {
                    gene.push(which as u32);
                    value.push(1.0 + random.below(4) as f32);
                }
            }
            row_ptr.push(gene.len());
        }
        Block::new(n_genes, row_ptr, gene, value).unwrap()
    }

    fn tokens(tokens: usize, seed: u64) -> Vec<u32> {
        let block = cells(105);
        // The last cells are set aside.
        let training: Vec<usize> = (0..160).collect();
        let (scaling, _) = Scaling::of(&block, &training);
        let cells = TrainingCells {
            cells: CellParts::of(&block),
            labels: &[],
            weights: &[],
            training: &training,
            validation: &[],
            aside: (&block, &[]),
        };
        tokens_of_genes(&cells, &scaling, tokens, seed)
    }

    #[test]
    fn tokens_have_equal_shares() {
        for n in [2, 4, 7] {
            let token_of = tokens(n, 1);
            for token in 0..n {
                let count = token_of.iter().filter(|&&of| of as usize == token).count();
                assert_eq!(count, 105 / n + usize::from(token < 105 % n));
            }
            assert_eq!(token_of, tokens(n, 1));
        }
        assert!(tokens(1, 1).is_empty());
    }

    #[test]
    fn genes_that_vary_together_share_a_token() {
        // At random, a fourth of the pairs of a programme would.
        for seed in 0..3 {
            let token_of = tokens(4, seed);
            let pairs = (0..100).flat_map(|a| (0..a).map(move |b| (a, b))).filter(|(a, b)| a % 4 == b % 4);
            let (same, all) = pairs.fold((0, 0), |(same, all), (a, b)| {
                (same + usize::from(token_of[a] == token_of[b]), all + 1)
            });
            assert!(f64::from(same as u32) > 0.9 * f64::from(all), "seed {seed}: {same} of {all}");
        }
    }
}
