//! Which token a gene belongs to.

use crate::sample::{Purpose, Seeded};

/// Divides the genes among tokens at random, each with as many as the others (one more or less). Empty for one token.
pub(super) fn tokens_of_genes(n_genes: usize, tokens: usize, seed: u64) -> Vec<u32> {
    if tokens == 1 {
        return Vec::new();
    }
    let mut genes: Vec<usize> = (0..n_genes).collect();
    Seeded::new(seed, Purpose::Tokens).shuffle(&mut genes);
    let mut token_of = vec![0; n_genes];
    for (card, gene) in genes.into_iter().enumerate() {
        token_of[gene] = (card % tokens) as u32;
    }
    token_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_equal_shares() {
        let token_of = tokens_of_genes(103, 4, 1);
        let counts = [0, 1, 2, 3].map(|token| token_of.iter().filter(|&&of| of == token).count());
        assert_eq!(counts, [26, 26, 26, 25]);
        assert_ne!(token_of, tokens_of_genes(103, 4, 2));
        assert!(tokens_of_genes(103, 1, 1).is_empty());
    }
}
