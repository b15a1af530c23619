//! Labels of samples, dealt anew.

use ferrocyte_core::Labels;

use super::table::Samples;
use crate::sample::{Purpose, Seeded};

/// The labels of the samples, dealt anew as they could have been if they meant nothing: within each group (donor) that has samples of
/// several labels, and among whole groups where each has one, since samples of one donor are no independent draws. `number` is that
/// of the draw. Winkler et al. 2014, <https://doi.org/10.1016/j.neuroimage.2014.01.060>, on restricted exchangeability.
pub fn permuted(samples: &Samples, seed: u64, number: usize) -> Labels {
    let mut random = Seeded::numbered(seed, Purpose::Permutation, number);
    let labels = samples.labels();
    let mut codes: Vec<usize> = labels.codes().collect();
    let (mixed, plain): (Vec<_>, Vec<_>) =
        of_groups(samples).into_iter().partition(|group| is_mixed(group, labels));
    for members in mixed {
        let mut dealt: Vec<usize> = members.iter().map(|&sample| codes[sample]).collect();
        random.shuffle(&mut dealt);
        for (sample, code) in members.into_iter().zip(dealt) {
            codes[sample] = code;
        }
    }
    let mut dealt: Vec<usize> = plain.iter().map(|members| labels.code(members[0])).collect();
    random.shuffle(&mut dealt);
    for (members, code) in plain.into_iter().zip(dealt) {
        for sample in members {
            codes[sample] = code;
        }
    }
    let names: Vec<&str> = codes.into_iter().map(|code| labels.set().name(code)).collect();
    Labels::from_names(&names)
}

/// How many different deals there are: no test on these samples can find less than one in so many. Infinite where there are too
/// many for a number.
pub fn arrangements(samples: &Samples) -> f64 {
    let labels = samples.labels();
    let (mixed, plain): (Vec<_>, Vec<_>) =
        of_groups(samples).into_iter().partition(|group| is_mixed(group, labels));
    let among = plain.iter().map(|members| labels.code(members[0])).collect::<Vec<_>>();
    let within = mixed.iter().map(|members| members.iter().map(|&sample| labels.code(sample)).collect());
    within.chain([among]).map(|codes: Vec<usize>| orders(&codes)).product()
}

/// In how many orders some codes can stand.
fn orders(codes: &[usize]) -> f64 {
    let mut seen = std::collections::BTreeMap::<usize, f64>::new();
    let mut orders = 1.0;
    for (n, &code) in (1..).zip(codes) {
        let so_many = seen.entry(code).or_insert(0.0);
        *so_many += 1.0;
        orders *= f64::from(n) / *so_many;
    }
    orders.round()
}

/// Samples of each group, those without any left out.
fn of_groups(samples: &Samples) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); samples.groups().set().len()];
    for (sample, group) in samples.groups().codes().enumerate() {
        members[group].push(sample);
    }
    members.retain(|members| !members.is_empty());
    members
}

fn is_mixed(members: &[usize], labels: &Labels) -> bool {
    members.iter().any(|&sample| labels.code(sample) != labels.code(members[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(labels: &[&str], groups: &[&str]) -> Samples {
        let names: Vec<String> = (0..labels.len()).map(|sample| format!("s{sample:02}")).collect();
        Samples::of(&Labels::from_names(&names), &Labels::from_names(labels), &Labels::from_names(groups)).0
    }

    #[test]
    fn labels_stay_within_donors_that_have_several_and_donors_stay_whole() {
        let crossed = samples(&["a", "b", "a", "b", "b", "b"], &["d1", "d1", "d2", "d2", "d3", "d3"]);
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..40 {
            let dealt = permuted(&crossed, 7, number);
            let name = |sample| dealt.name(sample).to_owned();
            assert_ne!(name(0), name(1));
            assert_ne!(name(2), name(3));
            assert_eq!((name(4), name(5)), ("b".to_owned(), "b".to_owned()));
            seen.insert((name(0), name(2)));
        }
        assert_eq!((seen.len(), arrangements(&crossed)), (4, 4.0));

        let nested = samples(&["a", "a", "b", "b", "b"], &["d1", "d1", "d2", "d3", "d4"]);
        for number in 0..20 {
            let dealt = permuted(&nested, 7, number);
            assert_eq!(dealt.name(0), dealt.name(1), "a donor's samples stay together");
        }
        assert_eq!(arrangements(&nested), 4.0);
        assert_eq!(permuted(&nested, 7, 3), permuted(&nested, 7, 3));
    }
}
