//! Rule: numbers below zero. Are they z-scores?

use super::evidence::Evidence;

/// Numbers below zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Negative {
    /// Whether the genes have mean 0 and variance 1, as `scanpy.pp.scale` and Seurat's `ScaleData` make them.
    pub(crate) z_scores: bool,
    /// The largest value, where values were cut off at a whole number, as scanpy's tutorials do at 10.
    pub(crate) clipped_at: Option<f32>,
    /// Share of the values below zero.
    pub(crate) share: f64,
}

/// What numbers below zero are; `None` where there are none.
pub(crate) fn negative(evidence: &Evidence) -> Option<Negative> {
    if evidence.negative == 0 {
        return None;
    }
    Some(Negative {
        z_scores: are_z_scores(evidence),
        clipped_at: (evidence.largest.fract() == 0.0 && evidence.largest > 1.0 && evidence.fractional > 0)
            .then_some(evidence.largest),
        share: evidence.negative as f64 / evidence.values as f64,
    })
}

/// Whether half of the genes that vary have a mean near 0 and a variance near 1; clipping takes from both, and
/// cells may have been left out since.
fn are_z_scores(evidence: &Evidence) -> bool {
    let Some(sums) = evidence.gene_sums() else { return false };
    let genes = sums.moments();
    let varying: Vec<_> = genes.iter().filter(|gene| gene.variance > 0.0).collect();
    let standard =
        varying.iter().filter(|gene| gene.mean.abs() < 0.2 && (0.5..1.5).contains(&gene.variance)).count();
    varying.len() >= 2 && 2 * standard >= varying.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::evidence::tests::evidence;

    #[test]
    fn z_scores_are_told_from_other_numbers_below_zero() {
        let scores: Vec<Vec<f64>> = (0..50)
            .map(|cell| (0..4).map(|gene| f64::from((cell * (gene + 3)) % 7 - 3) / 2.0 + 1e-3).collect())
            .collect();
        let found = negative(&evidence(&scores)).unwrap();
        assert!(found.z_scores && found.clipped_at.is_none() && found.share > 0.3, "{found:?}");
        let shifted: Vec<Vec<f64>> =
            scores.iter().map(|cell| cell.iter().map(|v| (v + 1.0).min(2.0)).collect()).collect();
        let found = negative(&evidence(&shifted)).unwrap();
        assert!(!found.z_scores, "{found:?}");
        assert_eq!(found.clipped_at, Some(2.0));
        assert_eq!(negative(&evidence(&[vec![1.0, 0.5]])), None);
    }
}
