//! Do these numbers look like counts?

use ferrocyte_core::{Block, Counts};

/// What was seen of the numbers so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ScaleCheck {
    values: u64,
    fractional: u64,
    first_fraction: Option<f32>,
}

/// What the numbers look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Looks {
    /// Whole numbers.
    Counts,
    /// Mostly whole numbers: counts that were estimated or corrected.
    EstimatedCounts {
        /// Share of values that are not whole.
        fractional: f64,
    },
    /// Mostly fractions: something was done to the counts.
    NotCounts {
        /// Share of values that are not whole.
        fractional: f64,
        /// The first value that is not whole.
        example: f32,
    },
}

impl ScaleCheck {
    /// Looks at the values of more cells.
    pub(crate) fn add(&mut self, block: &Block<Counts>) {
        let (_, _, values) = block.as_csr();
        self.values += values.len() as u64;
        for &value in values {
            if value.fract() != 0.0 {
                self.fractional += 1;
                self.first_fraction.get_or_insert(value);
            }
        }
    }

    /// The verdict on what was seen so far.
    pub(crate) fn looks(&self) -> Looks {
        /// Tools that estimate or correct counts (alevin, SoupX) leave most values whole; a logarithm or a
        /// scaling leaves hardly any.
        const MOST: f64 = 0.5;
        let Some(example) = self.first_fraction else { return Looks::Counts };
        let fractional = self.fractional as f64 / self.values as f64;
        if fractional > MOST {
            Looks::NotCounts { fractional, example }
        } else {
            Looks::EstimatedCounts { fractional }
        }
    }
}

impl Looks {
    /// In words, for a table.
    pub(crate) fn in_words(self) -> String {
        match self {
            Self::Counts => "whole numbers (counts)".to_owned(),
            Self::EstimatedCounts { fractional } => {
                format!("estimated counts ({:.1} % fractions)", 100.0 * fractional)
            }
            Self::NotCounts { example, .. } => format!("not counts (for example {example})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(values: &[f32]) -> Looks {
        let genes = (0..values.len() as u32).collect();
        let block = Block::new(values.len(), vec![0, values.len()], genes, values.to_vec()).unwrap();
        let mut check = ScaleCheck::default();
        check.add(&block);
        check.looks()
    }

    #[test]
    fn logarithms_are_not_counts_and_corrected_counts_are() {
        assert_eq!(looks(&[]), Looks::Counts);
        assert_eq!(looks(&[1.0, 7.0]), Looks::Counts);
        assert_eq!(looks(&[1.0, 2.0, 0.3]), Looks::EstimatedCounts { fractional: 1.0 / 3.0 });
        assert!(matches!(looks(&[0.69, 1.1, 2.0]), Looks::NotCounts { example: 0.69, .. }));
    }
}
