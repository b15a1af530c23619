//! The tables of the story, made from a fixed rule.

use std::fmt::Write as _;
use std::path::Path;

/// Genes of the training tables; the first few of each row of ten tell the classes apart.
pub const GENES: [&str; 40] = [
    "IFI27", "IFI44L", "ISG15", "MX1", "RSAD2", "SIGLEC1", "IFIT1", "OAS1", "XAF1", "HERC5", //
    "TNF", "IL6R", "S100A8", "S100A9", "S100A12", "MMP9", "CXCL8", "PADI4", "FCGR1A", "CTSB", //
    "CD3D", "CD3E", "CD4", "CD8A", "MS4A1", "CD79A", "NKG7", "GNLY", "LYZ", "CD14", //
    "ACTB", "B2M", "GAPDH", "MALAT1", "RPL13A", "RPS6", "TMSB4X", "EEF1A1", "FTL", "PTPRC",
];

/// The classes, in the words of the story.
pub const CLASSES: [&str; 3] = ["Healthy", "RA", "SLE"];

/// Which way round a table is written.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    SamplesInRows,
    GenesInRows,
}

/// Samples by genes.
#[derive(Debug, Clone)]
pub struct Table {
    pub genes: Vec<String>,
    pub samples: Vec<String>,
    /// One row for each sample.
    pub counts: Vec<Vec<u32>>,
    /// A last column with the class of each sample; only where samples are rows.
    pub diagnosis: Option<Vec<String>>,
}

impl Table {
    /// `n` samples of a class; `first` numbers them through all tables.
    pub fn of_class(class: usize, first: usize, n: usize) -> Self {
        let samples: Vec<usize> = (first..first + n).collect();
        Self {
            genes: GENES.map(String::from).to_vec(),
            samples: samples.iter().map(|sample| format!("sample_{sample:03}")).collect(),
            counts: samples
                .iter()
                .map(|&sample| (0..GENES.len()).map(|gene| count(class, sample, gene)).collect())
                .collect(),
            diagnosis: None,
        }
    }

    /// Samples of every class, with a column that says which.
    pub fn of_every_class(first: usize, n: usize) -> Self {
        let mut all = Self::of_class(0, first, 0);
        let mut diagnosis = Vec::new();
        for (class, name) in CLASSES.iter().enumerate() {
            let part = Self::of_class(class, first + class * n, n);
            all.samples.extend(part.samples);
            all.counts.extend(part.counts);
            diagnosis.extend(vec![(*name).to_owned(); n]);
        }
        all.diagnosis = Some(diagnosis);
        all
    }

    /// The same samples on these genes, in this order.
    pub fn on_genes(&self, genes: &[usize]) -> Self {
        let pick = |row: &Vec<u32>| genes.iter().map(|&gene| row[gene]).collect();
        Self {
            genes: genes.iter().map(|&gene| self.genes[gene].clone()).collect(),
            counts: self.counts.iter().map(pick).collect(),
            ..self.clone()
        }
    }

    /// The mistake of the story, made by hand: zeros are appended, and columns are called as in training.
    pub fn padded_by_position(&self) -> Self {
        let mut padded = self.clone();
        padded.genes = GENES.map(String::from).to_vec();
        for row in &mut padded.counts {
            row.resize(GENES.len(), 0);
        }
        padded
    }

    pub fn write(&self, path: &Path, way: Way) {
        let mut text = String::new();
        match way {
            Way::SamplesInRows => {
                let last = if self.diagnosis.is_some() { "\tdiagnosis" } else { "" };
                writeln!(text, "\t{}{last}", self.genes.join("\t")).unwrap();
                for (sample, row) in self.counts.iter().enumerate() {
                    let row: Vec<String> = row.iter().map(ToString::to_string).collect();
                    let last =
                        self.diagnosis.as_ref().map_or_else(String::new, |all| format!("\t{}", all[sample]));
                    writeln!(text, "{}\t{}{last}", self.samples[sample], row.join("\t")).unwrap();
                }
            }
            Way::GenesInRows => {
                writeln!(text, "\t{}", self.samples.join("\t")).unwrap();
                for (gene, name) in self.genes.iter().enumerate() {
                    let row: Vec<String> = self.counts.iter().map(|row| row[gene].to_string()).collect();
                    writeln!(text, "{name}\t{}", row.join("\t")).unwrap();
                }
            }
        }
        std::fs::write(path, text).unwrap();
    }
}

/// The count of a gene in a sample: noise from a fixed rule around a level, higher where the gene marks the class.
fn count(class: usize, sample: usize, gene: usize) -> u32 {
    let noise = mix((sample * 1009 + gene) as u64) % 12;
    let level = match (gene / 10, gene % 10) {
        (0, _) if class == 2 => 9,
        (1, _) if class == 1 => 8,
        (2, _) => 6,
        (3, _) => 30,
        _ => 2,
    };
    level + noise as u32
}

/// The finaliser of `SplitMix64`.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
