//! Labels that no gene marks clearly.

use ferrocyte_core::{LabelSet, Warning};

use crate::models::markers::Effects;

/// A gene with this effect marks a label clearly.
const CLEAR: f64 = 1.0;
/// Genes with this effect mark a label where there are many of them.
const WEAK: f64 = 0.5;
/// So many are many.
const MANY: usize = 15;

/// Says which labels have neither one clear marker nor many weak ones. Of 165 labels of 11 references of whole
/// transcriptomes there is none: the least has a gene with an effect of 0.73, and 18 above 0.5.
pub(super) fn unmarked(effects: &Effects, labels: &LabelSet) -> Option<Warning> {
    let unmarked: Vec<String> = labels
        .names()
        .iter()
        .zip(effects.by_label())
        .filter(|(_, effects)| effects.first().is_some_and(|&(effect, _)| effect < CLEAR))
        .filter(|(_, effects)| effects.iter().take_while(|&&(effect, _)| effect >= WEAK).count() < MANY)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    (!unmarked.is_empty()).then(|| {
        Warning::new(
            "no-clear-marker",
            format!(
                "no gene is clearly higher in {} than in the other cells: a model of marker genes gives that label by what \
                 is absent, and is easily wrong where a query lacks genes",
                unmarked.join(", ")
            ),
        )
        .with_hint("train with `--model logistic`, which needs no markers, or let held-out cells decide with `--model auto`")
    })
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, Labels};

    use super::*;
    use crate::labelled_cells::LabelledCells;

    /// Cells of `sick`, who have `n_genes` genes of their own, and of `well`, who have only less of them.
    fn warning(n_genes: u32, own_gene_of_well: bool) -> Option<Warning> {
        let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
        for cell in 0..40_u32 {
            let sick = cell % 2 == 0;
            // A gene that all have, a little more of it in half of the well.
            gene.push(0);
            value.push(if !sick && cell % 4 == 1 { 2.5 } else { 2.0 + (cell % 8) as f32 * 0.1 });
            if own_gene_of_well && !sick {
                gene.push(1);
                value.push(2.0);
            }
            if sick {
                gene.extend(2..2 + n_genes);
                value.extend((0..n_genes).map(|_| 2.0));
            }
            row_ptr.push(gene.len());
            names.push(if sick { "sick" } else { "well" });
        }
        let cells = Block::new(2 + n_genes as usize, row_ptr, gene, value).unwrap();
        let labels = Labels::from_names(&names);
        let data = LabelledCells::new(&cells, &labels).unwrap();
        unmarked(&Effects::of(&data, 500, 3).unwrap(), labels.set())
    }

    #[test]
    fn a_label_that_is_told_by_what_is_absent_is_named() {
        let warning = warning(5, false).unwrap();
        assert_eq!(warning.code, "no-clear-marker");
        assert!(warning.message.contains("`well`") && !warning.message.contains("`sick`"), "{warning:?}");
    }

    #[test]
    fn one_clear_marker_is_enough() {
        assert_eq!(warning(5, true), None);
    }
}
