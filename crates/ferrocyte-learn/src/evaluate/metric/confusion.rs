//! Who was taken for whom.

use ferrocyte_core::{Confusion, UNASSIGNED};

use super::super::answers::Answers;
use super::Tally;

/// Its name in the table when the truth has a label called [`UNASSIGNED`], as some atlases do: to be given that
/// label and to get none are not the same.
const NO_LABEL: &str = "no label";

/// Cells by given and called label, over the labels that some cell was given or called. Where cells got no label,
/// [`UNASSIGNED`] is the last row and column; its row is zero, since every cell was given a label.
pub(crate) fn confusion(answers: &Answers<'_>, tally: &Tally) -> Confusion {
    let set = answers.given().set();
    let mut labels: Vec<String> = tally.occurring().map(|code| set.name(code).to_owned()).collect();
    let mut place = vec![0; set.len()];
    for (at, code) in tally.occurring().enumerate() {
        place[code] = at;
    }
    let of_no_label = labels.len();
    if tally.unassigned > 0 {
        let taken = labels.iter().any(|label| label == UNASSIGNED);
        labels.push(if taken { NO_LABEL } else { UNASSIGNED }.to_owned());
    }
    let mut counts = vec![vec![0; labels.len()]; labels.len()];
    for (given, called) in answers.given().codes().zip(answers.called()) {
        counts[place[given]][called.map_or(of_no_label, |code| place[code])] += 1;
    }
    Confusion { labels, counts }
}
