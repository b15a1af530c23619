//! Numbered things by their hash.

/// Stands for no number.
const NONE: u32 = u32::MAX;

/// The numbers 0, 1, 2, … of things that are looked up by a hash. Of a third of a million names it is filled in a fraction of the
/// time that a map takes, and its places fit into the cache.
#[derive(Debug, Default)]
pub(crate) struct HashChains {
    /// The last number of each place; a power of two of them.
    last: Vec<u32>,
    links: Vec<Link>, // one per number
}

#[derive(Debug)]
struct Link {
    hash: u32,
    /// The number before this one at the same place.
    before: u32,
}

impl HashChains {
    /// Makes room for so many.
    pub(crate) fn with_capacity(n: usize) -> Self {
        Self { last: vec![NONE; n.next_power_of_two()], links: Vec::with_capacity(n) }
    }

    /// Adds the next number.
    pub(crate) fn push(&mut self, hash: u64) {
        if self.links.len() >= self.last.len() {
            self.grow();
        }
        let hash = hash as u32 ^ (hash >> 32) as u32;
        self.links.push(Link { hash, before: NONE });
        self.link(self.links.len() - 1);
    }

    /// The numbers of a hash, the last one first; with them may come some of another hash.
    pub(crate) fn of(&self, hash: u64) -> impl Iterator<Item = usize> {
        let hash = hash as u32 ^ (hash >> 32) as u32;
        let last = if self.last.is_empty() { NONE } else { self.last[self.place(hash)] };
        let of_place =
            std::iter::successors(self.links.get(last as usize).map(|link| (last, link)), |(_, link)| {
                self.links.get(link.before as usize).map(|before| (link.before, before))
            });
        of_place.filter(move |(_, link)| link.hash == hash).map(|(number, _)| number as usize)
    }

    fn place(&self, hash: u32) -> usize {
        hash as usize & (self.last.len() - 1)
    }

    fn link(&mut self, number: usize) {
        let place = self.place(self.links[number].hash);
        self.links[number].before = std::mem::replace(&mut self.last[place], number as u32);
    }

    fn grow(&mut self) {
        let places = (2 * self.last.len()).max(16);
        self.last.clear();
        self.last.resize(places, NONE);
        (0..self.links.len()).for_each(|number| self.link(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_what_a_look_at_all_finds() {
        let hashes: Vec<u64> =
            (0..500_u64).map(|i| (i * i % 97).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        for room in [0, 1, 100, 500, 5000] {
            let mut chains = HashChains::with_capacity(room);
            for &hash in &hashes {
                chains.push(hash);
            }
            for &hash in hashes.iter().chain(&[1, 12_345]) {
                let expected: Vec<usize> = (0..hashes.len()).rev().filter(|&i| hashes[i] == hash).collect();
                assert_eq!(chains.of(hash).collect::<Vec<_>>(), expected, "room for {room}");
            }
        }
        assert_eq!(HashChains::default().of(7).count(), 0);
    }
}
