//! What the name of a gene says by its form alone.

use std::fmt;

/// A species, by the letters that its Ensembl identifiers have between `ENS` and `G`: none for human (`ENSG`), `MUS`
/// for mouse (`ENSMUSG`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Species([u8; 3]);

impl Species {
    /// Human.
    pub const HUMAN: Self = Self([0; 3]);
    /// Mouse.
    pub const MOUSE: Self = Self(*b"MUS");
    /// Rat.
    const RAT: Self = Self(*b"RNO");
    /// Zebrafish.
    const ZEBRAFISH: Self = Self(*b"DAR");

    /// The species of a gene's identifier: Ensembl's of any species, HGNC's (human) or MGI's (mouse).
    pub fn of_identifier(identifier: &str) -> Option<Self> {
        if identifier.starts_with("HGNC:") {
            return Some(Self::HUMAN);
        }
        if identifier.starts_with("MGI:") {
            return Some(Self::MOUSE);
        }
        ensembl(identifier).map(|(species, _)| species)
    }
}

impl fmt::Display for Species {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::HUMAN => f.write_str("human"),
            Self::MOUSE => f.write_str("mouse"),
            Self::RAT => f.write_str("rat"),
            Self::ZEBRAFISH => f.write_str("zebrafish"),
            Self(letters) => {
                let letters: String =
                    letters.iter().filter(|&&byte| byte != 0).map(|&b| char::from(b)).collect();
                write!(f, "ENS{letters}G")
            }
        }
    }
}

/// A gene's name without what a pipeline put around it: the genome before it, the version of an Ensembl identifier
/// after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneName<'a> {
    /// What is left: `CD3D` of `GRCh38_CD3D`, `ENSG00000167286` of `ENSG00000167286.15`.
    pub core: &'a str,
    /// The species, where the name says it by its form.
    pub species: Option<Species>,
    /// Whether it is an Ensembl identifier.
    pub is_ensembl: bool,
}

impl<'a> GeneName<'a> {
    /// Takes a name apart.
    pub fn parse(name: &'a str) -> Self {
        let (genome, rest) = without_genome(name.trim());
        match ensembl(rest) {
            Some((species, core)) => Self { core, species: Some(species), is_ensembl: true },
            None => Self { core: rest, species: genome, is_ensembl: false },
        }
    }
}

/// Genomes that names of genes begin with, in files of several: `GRCh38_CD3D`, `mm10___Cd3d`.
const GENOMES: &[(&str, Species)] = &[
    ("GRCh37", Species::HUMAN),
    ("GRCh38", Species::HUMAN),
    ("hg19", Species::HUMAN),
    ("hg38", Species::HUMAN),
    ("GRCm38", Species::MOUSE),
    ("GRCm39", Species::MOUSE),
    ("mm10", Species::MOUSE),
    ("mm39", Species::MOUSE),
    ("mm9", Species::MOUSE),
];

/// The genome that a name begins with, and the rest.
fn without_genome(name: &str) -> (Option<Species>, &str) {
    for (genome, species) in GENOMES {
        let Some((start, rest)) = name.split_at_checked(genome.len()) else { continue };
        let bare = rest.trim_start_matches(['_', '-']); // Seurat makes `-` of `_`
        if start.eq_ignore_ascii_case(genome) && bare.len() < rest.len() && !bare.is_empty() {
            return (Some(*species), bare);
        }
    }
    (None, name)
}

/// Species and bare identifier of an Ensembl gene: `ENSMUSG00000059552.14`. GENCODE's mark of the genes that
/// chromosomes X and Y share (`ENSG00000182378.14_PAR_Y`) goes with the version.
fn ensembl(name: &str) -> Option<(Species, &str)> {
    const DIGITS: usize = 11;
    let rest = name.strip_prefix("ENS")?;
    let letters = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    let (species, number) = rest.split_at(letters);
    let species = species.strip_suffix('G')?;
    let number_end = number.bytes().take_while(u8::is_ascii_digit).count();
    let version = number[number_end..].strip_suffix("_PAR_Y").unwrap_or(&number[number_end..]);
    let is_version = version.is_empty()
        || version.strip_prefix('.').is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
    if number_end != DIGITS || !is_version || species.len() > 3 {
        return None;
    }
    let mut code = [0; 3];
    for (to, byte) in code.iter_mut().zip(species.bytes()) {
        *to = byte;
    }
    Some((Species(code), &name[..name.len() - (number.len() - number_end)]))
}

/// The name that `name` repeats, where it has the form that tools give to the second gene of one name: scanpy's
/// `GENE-1`, R's `GENE.1`. Many real names have that form too (`NKX2-1`): it is a condition and no proof.
pub(crate) fn repeated_name(name: &str) -> Option<&str> {
    let base = name.trim_end_matches(|last: char| last.is_ascii_digit());
    let base = if base.len() < name.len() { base.strip_suffix(['-', '.'])? } else { return None };
    (!base.is_empty()).then_some(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_genomes_are_taken_off() {
        let core = |name| GeneName::parse(name).core;
        assert_eq!(core("ENSG00000167286.15"), "ENSG00000167286");
        assert_eq!(core("ENSG00000182378.14_PAR_Y"), "ENSG00000182378");
        assert_eq!(core("GRCh38_CD3D"), "CD3D");
        assert_eq!(core("mm10___Cd3d"), "Cd3d");
        assert_eq!(core("hg19-ENSG00000167286.3"), "ENSG00000167286");
        for whole in [
            "CD3D",
            "AC012345.1",
            "HLA-DRA",
            "GRCh38",
            "GRCh38_",
            "mm10x_A",
            "ENST00000269305.9",
            "",
            "ENSG1",
        ] {
            assert_eq!(core(whole), whole);
        }
    }

    #[test]
    fn species_are_read_off_names() {
        let species = |name| GeneName::parse(name).species.map(|species| species.to_string());
        assert_eq!(species("ENSG00000167286").as_deref(), Some("human"));
        assert_eq!(species("ENSMUSG00000059552.14").as_deref(), Some("mouse"));
        assert_eq!(species("ENSGALG00000000003").as_deref(), Some("ENSGALG"));
        assert_eq!(species("mm10_Cd3d").as_deref(), Some("mouse"));
        assert_eq!(species("CD3D"), None);
        assert_eq!(Species::of_identifier("HGNC:5"), Some(Species::HUMAN));
        assert_eq!(Species::of_identifier("CD3D"), None);
    }

    #[test]
    fn made_unique_names_have_a_base() {
        assert_eq!(repeated_name("TBCE-1"), Some("TBCE"));
        assert_eq!(repeated_name("TBCE.12"), Some("TBCE"));
        for other in ["TBCE", "CD3", "-1", "12", "A-", "é-é"] {
            assert_eq!(repeated_name(other), None, "{other}");
        }
    }
}
