//! The bytes of a pickle, front to back.

use super::error::PickleError;

/// A place in a pickle that moves forward.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next `n` bytes; `n` comes from the file and is believed only when they are there.
    pub(super) fn take(&mut self, n: u64) -> Result<&'a [u8], PickleError> {
        let taken = usize::try_from(n).ok().and_then(|n| self.bytes[self.at..].get(..n));
        let taken =
            taken.ok_or(PickleError::Truncated { at: self.at, expected: n, found: self.left() as u64 })?;
        self.at += taken.len();
        Ok(taken)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, PickleError> {
        Ok(self.array::<1>()?[0])
    }

    /// Up to the end of the line, which is left out.
    pub(super) fn line(&mut self) -> Result<&'a [u8], PickleError> {
        let rest = &self.bytes[self.at..];
        let Some(length) = rest.iter().position(|&byte| byte == b'\n') else {
            return Err(PickleError::Truncated {
                at: self.at,
                expected: rest.len() as u64 + 1,
                found: rest.len() as u64,
            });
        };
        self.at += length + 1;
        Ok(&rest[..length])
    }

    /// Up to the end of the line, as text.
    pub(super) fn text_line(&mut self) -> Result<&'a str, PickleError> {
        let at = self.at;
        std::str::from_utf8(self.line()?).map_err(|_| PickleError::Expected { at, expected: "UTF-8 text" })
    }

    /// UTF-8 of a declared length.
    pub(super) fn text(&mut self, n: u64) -> Result<&'a str, PickleError> {
        let at = self.at;
        std::str::from_utf8(self.take(n)?).map_err(|_| PickleError::Expected { at, expected: "UTF-8 text" })
    }

    /// A number in decimal, as protocol 0 writes it; a long number ends in `L`.
    pub(super) fn decimal(&mut self) -> Result<i64, PickleError> {
        let at = self.at;
        let text = self.text_line()?.trim_end_matches('L');
        text.parse().map_err(|_| PickleError::Expected { at, expected: "a whole number of 64 bits" })
    }

    /// A whole number of `n` bytes, least first, in two's complement.
    pub(super) fn long(&mut self, n: u64) -> Result<i64, PickleError> {
        let at = self.at;
        let bytes = self.take(n)?;
        if bytes.len() > 8 {
            return Err(PickleError::Expected { at, expected: "a whole number of 64 bits" });
        }
        let fill = if bytes.last().is_some_and(|&last| last >= 0x80) { 0xff } else { 0 };
        let mut padded = [fill; 8];
        padded[..bytes.len()].copy_from_slice(bytes);
        Ok(i64::from_le_bytes(padded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_both_spellings() {
        let long = |bytes: &[u8]| Reader::new(bytes).long(bytes.len() as u64).unwrap();
        assert_eq!(long(&[]), 0);
        assert_eq!(long(&[0xff]), -1);
        assert_eq!(long(&[0xff, 0]), 255);
        assert_eq!(long(&i64::MIN.to_le_bytes()), i64::MIN);
        assert_eq!(Reader::new(b"-12L\n").decimal(), Ok(-12));
        assert!(Reader::new(&[0; 9]).long(9).is_err());
    }

    #[test]
    fn more_than_there_is_is_not_taken() {
        let error = PickleError::Truncated { at: 0, expected: u64::MAX, found: 2 };
        assert_eq!(Reader::new(b"ab").take(u64::MAX), Err(error));
    }
}
