//! Genes that speak for a label: in a model, and in the cells that it labelled.

use serde::{Deserialize, Serialize};

use crate::gene_name::GeneName;
use crate::record::LabelCount;

/// The genes that most mark each label of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelMarkers {
    /// What has the weights: `weighted`, or the members of an ensemble that have some: `weighted, svm`.
    pub by: String,
    /// Whether the model file says how much each gene varies; where it does not, every gene's spread is 1.
    pub spread_known: bool,
    /// Label by label, in label order.
    pub labels: Vec<LabelMarkers>,
}

/// The genes that most mark one label, the strongest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LabelMarkers {
    /// The label.
    pub label: String,
    /// Its genes.
    pub genes: Vec<MarkerGene>,
}

/// A gene that marks a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MarkerGene {
    /// Its name in the model.
    pub gene: String,
    /// Its other name, where the model knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_name: Option<String>,
    /// By how much more the label's score rises with the gene's log-normalised value than that of the mean label does.
    pub weight: f64,
    /// Standard deviation of the gene's log-normalised value among the training cells.
    pub spread: f64,
    /// Weight × spread: what the gene adds in a cell that is one standard deviation above another.
    pub effect: f64,
}

impl MarkerGene {
    /// The name that says most to people: the symbol of an Ensembl identifier, where the model knows it.
    pub fn shown(&self) -> &str {
        shown_name(&self.gene, self.other_name.as_deref())
    }
}

/// Of the names of a gene the one that says most to people: the symbol of an Ensembl identifier, where it is known.
pub fn shown_name<'a>(gene: &'a str, other: Option<&'a str>) -> &'a str {
    other.filter(|_| GeneName::parse(gene).is_ensembl).unwrap_or(gene)
}

/// Why cells got their labels, by a model whose scores are sums over genes. Of a cell with the label `l` and the runner-up
/// `r`, gene `g` pushes by `(weight[g, l] − weight[g, r]) × (value[g] − typical value[g])`. The pushes of all genes of the
/// query add up to the difference of the two scores (of their log-odds, before calibration) less the same difference in a typical
/// cell. A gene that the query lacks pushes nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanations {
    /// What has the weights: `weighted`, or the members of an ensemble that have some: `weighted, svm`. The mean of their
    /// weights is what counts.
    pub by: String,
    /// What values are held against: `a typical cell of the reference`, or `a cell without counts` where the model has none.
    pub beside: String,
    /// Over all cells of each label, in label order.
    pub labels: Vec<Explanation>,
    /// Column that the groups are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Over the cells of each group and label, in the order of both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Explanation>,
}

/// Why some cells got one label. Numbers are means over the cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The group that the cells are of, where they are of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The label.
    pub label: String,
    /// The cells.
    pub cells: usize,
    /// The labels that were the second most probable, the most cells first: at most three.
    pub runners_up: Vec<LabelCount>,
    /// Difference of the scores of label and runner-up.
    pub score_difference: f64,
    /// The same difference in a typical cell; the pushes of all genes add up to what lies between the two.
    pub typical_difference: f64,
    /// Genes that pushed most for the label and against the runner-up, the strongest first.
    pub for_label: Vec<GenePush>,
    /// Genes that pushed most the other way, the strongest first.
    pub against_label: Vec<GenePush>,
    /// What all other genes pushed together.
    pub other_genes: f64,
    /// Genes among the strongest markers of the label that the query does not have.
    pub expected_not_in_query: Vec<String>,
    /// Genes among the strongest markers of the label that the query has, and fewer than one in a hundred of the cells shows.
    pub expected_not_detected: Vec<String>,
}

/// What one gene pushed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GenePush {
    /// Its name in the model.
    pub gene: String,
    /// Its other name, where the model knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_name: Option<String>,
    /// How far, as a mean over the cells; below zero away from the label.
    pub push: f64,
    /// Mean log-normalised value in the cells. Where it is below the typical value, it is the absence of the gene that pushed.
    pub mean: f64,
    /// The value in a typical cell.
    pub typical: f64,
    /// Share of the cells that show the gene.
    pub detected: f64,
}

impl GenePush {
    /// The name that says most to people: the symbol of an Ensembl identifier, where the model knows it.
    pub fn shown(&self) -> &str {
        shown_name(&self.gene, self.other_name.as_deref())
    }

    /// Whether it is the absence of the gene that pushed: the cells show less of it than a typical cell.
    pub fn by_absence(&self) -> bool {
        self.mean < self.typical
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_shown_for_an_identifier_and_never_the_other_way_round() {
        assert_eq!(shown_name("ENSG00000156738", Some("MS4A1")), "MS4A1");
        assert_eq!(shown_name("MS4A1", Some("ENSG00000156738")), "MS4A1");
        assert_eq!(shown_name("ENSG00000156738", None), "ENSG00000156738");
    }
}
