//! Some cells as bytes.
//!
//! ```text
//! cell    bytes that follow (u32), then:
//!         how many values its table has (u16), the table (f32), the place of each value in it (u8),
//!         or that it has none (u16::MAX), and the values (f32);
//!         for each gene the number of genes since the one before: below 254 as it is, else 254 and a u16, or 255 and a u32
//! ```
//! All little-endian. How many values a cell has is known from elsewhere.

use ferrocyte_core::{Block, Cell, LogNorm};

/// Values of different bits that a cell may have for a table.
const TABLE: usize = 256;
/// Says that there is no table.
const NO_TABLE: u16 = u16::MAX;
/// Says that a step of two bytes follows.
const STEP_U16: u8 = 254;
/// Says that a step of four bytes follows.
const STEP_U32: u8 = 255;

/// Writes consecutive cells of a block.
pub(super) fn encode(block: &Block<LogNorm>, cells: std::ops::Range<usize>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut table = Table::new();
    for cell in cells.map(|cell| block.cell(cell)) {
        let start = bytes.len();
        bytes.extend_from_slice(&[0; 4]);
        encode_values(cell, &mut table, &mut bytes);
        encode_genes(cell.genes, &mut bytes);
        let length = (bytes.len() - start - 4) as u32; // at most 9 bytes for each of fewer than 2³² / 9 genes
        bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }
    bytes
}

fn encode_values(cell: Cell<'_>, table: &mut Table, bytes: &mut Vec<u8>) {
    if table.fill(cell.values) {
        bytes.extend_from_slice(&(table.values.len() as u16).to_le_bytes());
        bytes.extend(table.values.iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend_from_slice(&table.codes);
    } else {
        bytes.extend_from_slice(&NO_TABLE.to_le_bytes());
        bytes.extend(cell.values.iter().flat_map(|value| value.to_le_bytes()));
    }
}

fn encode_genes(genes: &[u32], bytes: &mut Vec<u8>) {
    let mut next = 0; // the lowest gene that can come
    for &gene in genes {
        let step = gene - next; // genes increase
        match (u8::try_from(step), u16::try_from(step)) {
            (Ok(step), _) if step < STEP_U16 => bytes.push(step),
            (_, Ok(step)) => {
                bytes.push(STEP_U16);
                bytes.extend_from_slice(&step.to_le_bytes());
            }
            _ => {
                bytes.push(STEP_U32);
                bytes.extend_from_slice(&step.to_le_bytes());
            }
        }
        next = gene.wrapping_add(1);
    }
}

/// The different values of a cell, in the order in which they first appear, and the place of each value among them.
struct Table {
    values: Vec<f32>,
    codes: Vec<u8>,
    /// By a hash of the bits: for which cell, and which place. Four times as many as there are values, so that few collide.
    slots: Vec<(u32, u8)>,
    cell: u32,
}

impl Table {
    fn new() -> Self {
        Self { values: Vec::new(), codes: Vec::new(), slots: vec![(0, 0); 4 * TABLE], cell: 0 }
    }

    /// Takes the values of a cell; `false` where too many are different.
    fn fill(&mut self, values: &[f32]) -> bool {
        self.values.clear();
        self.codes.clear();
        self.codes.reserve(values.len());
        self.cell = self.cell.wrapping_add(1);
        if self.cell == 0 {
            self.slots.fill((0, 0));
            self.cell = 1;
        }
        for &value in values {
            // The top bits of a product depend on all bits: Knuth, The Art of Computer Programming 3, 6.4.
            let mut slot = (value.to_bits().wrapping_mul(0x9e37_79b1) >> 22) as usize;
            let code = loop {
                let (cell, code) = self.slots[slot];
                if cell != self.cell {
                    if self.values.len() == TABLE {
                        return false;
                    }
                    let code = self.values.len() as u8;
                    self.values.push(value);
                    self.slots[slot] = (self.cell, code);
                    break code;
                }
                if self.values[usize::from(code)].to_bits() == value.to_bits() {
                    break code;
                }
                slot = (slot + 1) % self.slots.len();
            };
            self.codes.push(code);
        }
        true
    }
}

/// Goes through the cells of a chunk.
pub(super) struct Cells<'a> {
    bytes: &'a [u8],
}

/// The bytes are not what [`encode`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

impl<'a> Cells<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The bytes of the next cell.
    pub(super) fn next(&mut self) -> Result<&'a [u8], Damaged> {
        let (length, rest) = self.bytes.split_first_chunk().ok_or(Damaged)?;
        let (cell, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(Damaged)?;
        self.bytes = rest;
        Ok(cell)
    }
}

/// Reads one cell into as many genes and values as it has.
pub(super) fn decode(bytes: &[u8], genes: &mut [u32], values: &mut [f32]) -> Result<(), Damaged> {
    let (n_table, rest) = bytes.split_first_chunk().ok_or(Damaged)?;
    let n_table = u16::from_le_bytes(*n_table);
    let rest = if n_table == NO_TABLE {
        let (raw, rest) = rest.split_at_checked(4 * values.len()).ok_or(Damaged)?;
        for (value, raw) in values.iter_mut().zip(raw.as_chunks().0) {
            *value = f32::from_le_bytes(*raw);
        }
        rest
    } else {
        let (raw, rest) = rest.split_at_checked(4 * usize::from(n_table)).ok_or(Damaged)?;
        let (codes, rest) = rest.split_at_checked(values.len()).ok_or(Damaged)?;
        let mut table = [0.0_f32; TABLE]; // as many as a code can name: none is checked
        for (place, raw) in table.iter_mut().zip(raw.as_chunks().0) {
            *place = f32::from_le_bytes(*raw);
        }
        for (value, &code) in values.iter_mut().zip(codes) {
            *value = table[usize::from(code)];
        }
        rest
    };
    decode_genes(rest, genes)
}

fn decode_genes(bytes: &[u8], genes: &mut [u32]) -> Result<(), Damaged> {
    /// Steps that are taken together where each is one byte, as nearly all are.
    const TOGETHER: usize = 8;
    let (mut left, mut at) = (bytes, 0);
    let mut next = 0_u32; // the lowest gene that can come
    while at < genes.len() {
        if let Some((steps, rest)) = left.split_first_chunk::<TOGETHER>()
            && steps.iter().filter(|&&step| step >= STEP_U16).count() == 0
            && let Some(together) = genes[at..].first_chunk_mut::<TOGETHER>()
        {
            for (gene, step) in together.iter_mut().zip(steps.map(|step| u32::from(step) + 1)) {
                next = next.wrapping_add(step);
                *gene = next.wrapping_sub(1);
            }
            (left, at) = (rest, at + TOGETHER);
            continue;
        }
        let (&first, rest) = left.split_first().ok_or(Damaged)?;
        let (step, rest) = match first {
            STEP_U16 => {
                let (raw, rest) = rest.split_first_chunk().ok_or(Damaged)?;
                (u32::from(u16::from_le_bytes(*raw)), rest)
            }
            STEP_U32 => {
                let (raw, rest) = rest.split_first_chunk().ok_or(Damaged)?;
                (u32::from_le_bytes(*raw), rest)
            }
            step => (u32::from(step), rest),
        };
        genes[at] = next.wrapping_add(step);
        next = genes[at].wrapping_add(1);
        (left, at) = (rest, at + 1);
    }
    if left.is_empty() { Ok(()) } else { Err(Damaged) }
}
