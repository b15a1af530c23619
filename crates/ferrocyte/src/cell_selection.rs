//! Which cells of a file are used.

use std::ops::Range;

/// Positions of cells in a file, ascending: all of them, or consecutive ones, without a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CellSelection {
    /// Consecutive cells.
    Range(Range<usize>),
    /// Any cells. Indices of cells are 32 bits wide wherever matrices are turned, too.
    List(Vec<u32>),
}

impl CellSelection {
    /// Some of the cells of a file; positions ascend.
    pub(crate) fn of(positions: impl Iterator<Item = usize>) -> Self {
        let mut range = 0..0;
        let mut list = Vec::new();
        for position in positions {
            if list.is_empty() && (range.is_empty() || range.end == position) {
                range = if range.is_empty() { position..position + 1 } else { range.start..position + 1 };
                continue;
            }
            if list.is_empty() {
                list.extend(range.clone().map(|position| position as u32));
            }
            list.push(position as u32);
        }
        if list.is_empty() { Self::Range(range) } else { Self::List(list) }
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::List(list) => list.len(),
        }
    }

    /// Where in the file one of the cells is.
    pub(crate) fn get(&self, position: usize) -> Option<usize> {
        match self {
            Self::Range(range) => Some(range.start + position).filter(|cell| range.contains(cell)),
            Self::List(list) => list.get(position).map(|&cell| cell as usize),
        }
    }

    /// The cells.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// How many of the cells stand before this place in the file.
    pub(crate) fn n_before(&self, cell: usize) -> usize {
        match self {
            Self::Range(range) => cell.clamp(range.start, range.end) - range.start,
            Self::List(list) => list.partition_point(|&known| (known as usize) < cell),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_cells_need_no_list() {
        for (cells, is_range) in [
            (vec![], true),
            (vec![0, 1, 2], true),
            (vec![4, 5], true),
            (vec![7], true),
            (vec![0, 2], false),
            (vec![3, 4, 9, 10], false),
        ] {
            let selection = CellSelection::of(cells.iter().copied());
            assert_eq!(matches!(selection, CellSelection::Range(_)), is_range, "{cells:?}");
            assert_eq!(selection.len(), cells.len());
            assert_eq!(selection.iter().collect::<Vec<_>>(), cells);
            assert_eq!(selection.get(cells.len()), None);
            for place in 0..12 {
                let before = cells.iter().filter(|&&cell| cell < place).count();
                assert_eq!(selection.n_before(place), before, "{cells:?} before {place}");
            }
        }
    }
}
