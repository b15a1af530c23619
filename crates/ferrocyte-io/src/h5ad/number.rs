//! Numbers of any stored width and byte order, read as the type that is wanted.

use std::fmt;

use hdf5_reader::error::{Error, Result};
use hdf5_reader::{ByteOrder, Datatype, H5Type};

/// How a number is stored: NumPy's integers and floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberType {
    kind: Kind,
    bytes: u8,
    big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signed,
    Unsigned,
    Float,
    /// h5py stores NumPy's `bool` as an enumeration over `int8`.
    Bool,
}

impl NumberType {
    /// The stored type, when it is a number.
    pub(crate) fn of(datatype: &Datatype) -> Option<Self> {
        let found = match datatype {
            Datatype::FixedPoint { size, signed, byte_order } => Self {
                kind: if *signed { Kind::Signed } else { Kind::Unsigned },
                bytes: *size,
                big_endian: *byte_order == ByteOrder::BigEndian,
            },
            Datatype::FloatingPoint { size, byte_order } => {
                Self { kind: Kind::Float, bytes: *size, big_endian: *byte_order == ByteOrder::BigEndian }
            }
            Datatype::Enum { base, members } => {
                let base = Self::of(base)?;
                let truth = members.len() == 2 && members.iter().any(|member| member.name == "TRUE");
                if truth && base.bytes == 1 { Self { kind: Kind::Bool, ..base } } else { base }
            }
            _ => return None,
        };
        found.if_known()
    }

    /// The type that NumPy writes as a letter and a number of bytes: `f4`, `u2`, `b1`.
    pub(crate) fn of_numpy(letter: u8, bytes: u8, big_endian: bool) -> Option<Self> {
        let kind = match letter {
            b'i' => Kind::Signed,
            b'u' => Kind::Unsigned,
            b'f' => Kind::Float,
            b'b' => Kind::Bool,
            _ => return None,
        };
        Self { kind, bytes, big_endian }.if_known()
    }

    fn if_known(self) -> Option<Self> {
        let widths: &[u8] = match self.kind {
            Kind::Float => &[2, 4, 8],
            Kind::Bool => &[1],
            Kind::Signed | Kind::Unsigned => &[1, 2, 4, 8],
        };
        widths.contains(&self.bytes).then_some(self)
    }

    /// Reads as many whole values as `raw` holds.
    pub(crate) fn read<T: FromStored>(self, raw: &[u8]) -> Vec<T> {
        into_plain(self.decode(raw))
    }

    pub(crate) fn is_bool(self) -> bool {
        self.kind == Kind::Bool
    }

    pub(crate) fn is_float(self) -> bool {
        self.kind == Kind::Float
    }

    /// Whether values may be too large for `i64`.
    pub(crate) fn is_u64(self) -> bool {
        self.kind == Kind::Unsigned && self.bytes == 8
    }

    /// Bytes of one stored value.
    pub(crate) fn n_bytes(self) -> usize {
        usize::from(self.bytes)
    }

    /// Decodes as many whole values as `raw` holds.
    fn decode<T: FromStored>(self, raw: &[u8]) -> Vec<Number<T>> {
        /// Values of `$width` bytes, each made by `$stored::from_le_bytes` or `from_be_bytes`.
        macro_rules! values {
            ($stored:ty, $width:literal, $convert:expr) => {{
                let stored = raw.as_chunks::<$width>().0.iter();
                let convert = $convert;
                if self.big_endian {
                    stored.map(|&bytes| Number(convert(<$stored>::from_be_bytes(bytes)))).collect()
                } else {
                    stored.map(|&bytes| Number(convert(<$stored>::from_le_bytes(bytes)))).collect()
                }
            }};
        }
        match (self.kind, self.bytes) {
            (Kind::Bool, _) | (Kind::Signed, 1) => values!(i8, 1, |v| T::from_i64(i64::from(v))),
            (Kind::Signed, 2) => values!(i16, 2, |v| T::from_i64(i64::from(v))),
            (Kind::Signed, 4) => values!(i32, 4, T::from_i32),
            (Kind::Signed, _) => values!(i64, 8, T::from_i64),
            (Kind::Unsigned, 1) => values!(u8, 1, |v| T::from_u64(u64::from(v))),
            (Kind::Unsigned, 2) => values!(u16, 2, |v| T::from_u64(u64::from(v))),
            (Kind::Unsigned, 4) => values!(u32, 4, |v| T::from_u64(u64::from(v))),
            (Kind::Unsigned, _) => values!(u64, 8, T::from_u64),
            (Kind::Float, 2) => values!(u16, 2, |v| T::from_f64(half(v))),
            (Kind::Float, 4) => values!(f32, 4, |v| T::from_f64(f64::from(v))),
            (Kind::Float, _) => values!(f64, 8, T::from_f64),
        }
    }
}

impl fmt::Display for NumberType {
    /// NumPy's name: `float32`, `uint16`, `bool`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Signed => "int",
            Kind::Unsigned => "uint",
            Kind::Float => "float",
            Kind::Bool => return f.write_str("bool"),
        };
        write!(f, "{kind}{}", u32::from(self.bytes) * 8)
    }
}

/// Takes the values out of their wrappers; the standard library does this in place.
pub(crate) fn into_plain<T: FromStored>(numbers: Vec<Number<T>>) -> Vec<T> {
    numbers.into_iter().map(|number| number.0).collect()
}

/// A type that any stored number can be read as.
pub(crate) trait FromStored: Copy + Send + Sync + 'static {
    fn from_i64(value: i64) -> Self;
    /// How indices are stored, nearly always: as narrow as they are, many are read at once.
    fn from_i32(value: i32) -> Self {
        Self::from_i64(i64::from(value))
    }
    fn from_u64(value: u64) -> Self;
    fn from_f64(value: f64) -> Self;
    /// Whether `datatype` is stored as this very type, in this machine's byte order.
    fn is_native(datatype: &Datatype) -> bool;
}

/// Floats round to the nearest; integers that do not fit become the largest value, or one of the upper half, which no index,
/// row pointer or code may have, so that the check of the range finds them.
macro_rules! from_stored {
    (float $t:ty) => {
        impl FromStored for $t {
            fn from_i64(value: i64) -> Self {
                value as Self
            }
            fn from_u64(value: u64) -> Self {
                value as Self
            }
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            fn is_native(datatype: &Datatype) -> bool {
                <$t as H5Type>::native_copy_compatible(datatype)
            }
        }
    };
    (integer $t:ty, or $same_bits:ty) => {
        impl FromStored for $t {
            fn from_i64(value: i64) -> Self {
                Self::try_from(value).unwrap_or(Self::MAX)
            }
            #[allow(clippy::cast_lossless)] // lossless for `i64` alone
            fn from_i32(value: i32) -> Self {
                if Self::MIN == 0 && value < 0 { Self::MAX } else { value as Self }
            }
            fn from_u64(value: u64) -> Self {
                Self::try_from(value).unwrap_or(Self::MAX)
            }
            #[allow(clippy::cast_lossless)] // lossless for `u32` alone
            fn from_f64(value: f64) -> Self {
                let cast = value as Self;
                if cast as f64 == value { cast } else { Self::MAX }
            }
            fn is_native(datatype: &Datatype) -> bool {
                <$t as H5Type>::native_copy_compatible(datatype)
                    || <$same_bits as H5Type>::native_copy_compatible(datatype)
            }
        }
    };
}

from_stored!(float f32);
from_stored!(float f64);
// Indices are stored with a sign nearly everywhere, and read without one: the bits are the same, and what is below zero
// becomes more than half of all numbers, which no index reaches either.
from_stored!(integer u32, or i32);
from_stored!(integer u64, or u64);
from_stored!(integer i64, or i64);

/// A number as `hdf5-reader` hands it out: its own types refuse every width but one.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)] // native values are copied into a `Vec` of these byte by byte
pub(crate) struct Number<T>(pub(crate) T);

impl<T: FromStored> H5Type for Number<T> {
    fn hdf5_type() -> Datatype {
        Datatype::FloatingPoint { size: 8, byte_order: ByteOrder::LittleEndian }
    }

    fn from_bytes(bytes: &[u8], datatype: &Datatype) -> Result<Self> {
        let stored = NumberType::of(datatype).ok_or_else(|| not_a_number(datatype))?;
        let value = stored.decode(bytes).first().copied();
        value.ok_or_else(|| Error::InvalidData("a number is cut short".into()))
    }

    fn element_size(datatype: &Datatype) -> usize {
        NumberType::of(datatype).map_or(0, NumberType::n_bytes)
    }

    fn decode_vec(raw: &[u8], datatype: &Datatype, count: usize) -> Option<Result<Vec<Self>>> {
        let Some(stored) = NumberType::of(datatype) else { return Some(Err(not_a_number(datatype))) };
        let raw = raw.get(..count.checked_mul(stored.n_bytes())?)?;
        Some(Ok(stored.decode(raw)))
    }

    fn native_copy_compatible(datatype: &Datatype) -> bool {
        T::is_native(datatype)
    }
}

fn not_a_number(datatype: &Datatype) -> Error {
    Error::TypeMismatch { expected: "numbers".into(), actual: describe(datatype) }
}

/// What a stored type is, in words.
pub(crate) fn describe(datatype: &Datatype) -> String {
    if let Some(stored) = NumberType::of(datatype) {
        return stored.to_string();
    }
    match datatype {
        Datatype::String { .. } | Datatype::VarLen { .. } => "strings".into(),
        Datatype::Compound { .. } => "a table".into(),
        Datatype::Reference { .. } => "references".into(),
        Datatype::Array { .. } => "arrays".into(),
        Datatype::FixedPoint { size, .. } => format!("integers of {size} bytes"),
        Datatype::FloatingPoint { size, .. } => format!("floats of {size} bytes"),
        _ => "another type".into(),
    }
}

/// IEEE 754 binary16, exactly.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match (bits >> 10) & 0x1f {
        0 => fraction / f64::from(1 << 24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * f64::from(1 << exponent) / f64::from(1 << 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode<T: FromStored>(raw: &[u8], datatype: &Datatype) -> Option<Vec<T>> {
        NumberType::of(datatype).map(|stored| stored.read(raw))
    }

    fn fixed(size: u8, signed: bool, byte_order: ByteOrder) -> Datatype {
        Datatype::FixedPoint { size, signed, byte_order }
    }

    #[test]
    fn every_width_and_byte_order_is_read() {
        let (little, big) = (ByteOrder::LittleEndian, ByteOrder::BigEndian);
        let float = |size, byte_order| Datatype::FloatingPoint { size, byte_order };
        for (datatype, raw) in [
            (fixed(1, true, little), vec![7]),
            (fixed(1, false, big), vec![7]),
            (fixed(2, true, little), 7_i16.to_le_bytes().to_vec()),
            (fixed(2, false, big), 7_u16.to_be_bytes().to_vec()),
            (fixed(4, true, big), 7_i32.to_be_bytes().to_vec()),
            (fixed(4, false, little), 7_u32.to_le_bytes().to_vec()),
            (fixed(8, true, little), 7_i64.to_le_bytes().to_vec()),
            (fixed(8, false, big), 7_u64.to_be_bytes().to_vec()),
            (float(2, big), vec![0x47, 0x00]),
            (float(4, little), 7_f32.to_le_bytes().to_vec()),
            (float(8, big), 7_f64.to_be_bytes().to_vec()),
        ] {
            assert_eq!(decode::<f32>(&raw, &datatype).unwrap(), [7.0], "{datatype:?}");
            assert_eq!(decode::<u32>(&raw, &datatype).unwrap(), [7], "{datatype:?}");
            assert_eq!(decode::<i64>(&raw, &datatype).unwrap(), [7], "{datatype:?}");
        }
        assert!(NumberType::of(&fixed(3, true, little)).is_none());
    }

    #[test]
    fn what_is_no_index_becomes_the_largest() {
        assert_eq!(u32::from_i64(-1), u32::MAX);
        assert_eq!(u32::from_u64(1 << 40), u32::MAX);
        assert_eq!(u32::from_f64(1.5), u32::MAX);
        assert_eq!(u32::from_f64(f64::NAN), u32::MAX);
        assert_eq!(u64::from_f64(-1.0), u64::MAX);
    }

    #[test]
    fn half_floats_agree_with_numpy() {
        // numpy 2.4: np.frombuffer(bytes, "<f2").astype("f8")
        for (bits, value) in [
            (0x0001, 5.960_464_477_539_063e-8),
            (0x03ff, 6.097_555_160_522_461e-5),
            (0x0400, 6.103_515_625e-5),
            (0x3c00, 1.0),
            (0x3555, 0.333_251_953_125),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x7c00, f64::INFINITY),
        ] {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan());
    }
}
