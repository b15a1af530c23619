//! The members of a tar archive, in order, as a stream. Nothing is ever unpacked to disk.
//!
//! The format: POSIX.1-2024, `pax`, "ustar Interchange Format", and the long names of GNU tar.

use std::io::{self, Read};

const BLOCK: usize = 512;

/// Bytes of the longest record that holds a long name.
const LONGEST_RECORD: u64 = 1 << 20;

/// No member has more bytes: sums of sizes do not overflow below.
const MOST_BYTES: u64 = 1 << 62;

/// A member of an archive.
#[derive(Debug, PartialEq)]
pub(crate) struct Member {
    /// Its path in the archive, with `/`.
    pub(crate) name: String,
    /// Whether it is a file: not a folder, link or device.
    pub(crate) is_file: bool,
}

/// Walks an archive; reads the content of the member that [`next`](Self::next) came to.
pub(crate) struct Tar<R> {
    reader: R,
    /// Bytes of the member that are still to be read.
    left: u64,
    /// Bytes between the end of the member and the next header.
    padding: u64,
}

impl<R: Read> Tar<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, left: 0, padding: 0 }
    }

    /// Goes to the next member.
    pub(crate) fn next(&mut self) -> io::Result<Option<Member>> {
        let (mut long_name, mut long_size) = (None, None);
        loop {
            let rest = self.left + self.padding;
            if io::copy(&mut self.reader.by_ref().take(rest), &mut io::sink())? < rest {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            (self.left, self.padding) = (0, 0);
            let Some(header) = self.header()? else { return Ok(None) };
            let size = number(&header[124..136]).ok_or_else(|| invalid("a member without a size"))?;
            let kind = header[156];
            let is_name = matches!(kind, b'L' | b'x');
            // A size in a `pax` record is that of the next file, not of the records between.
            let size = if is_name || matches!(kind, b'K' | b'g') { size } else { long_size.unwrap_or(size) };
            self.left = size;
            self.padding = size.next_multiple_of(BLOCK as u64) - size;
            if is_name {
                if size > LONGEST_RECORD {
                    return Err(invalid("a name of more than a million bytes"));
                }
                let mut record = Vec::new();
                self.read_to_end(&mut record)?;
                if kind == b'L' {
                    long_name = Some(text(&record));
                } else {
                    long_name = pax(&record, b"path").map(text).or(long_name);
                    let size =
                        pax(&record, b"size").and_then(|size| std::str::from_utf8(size).ok()?.parse().ok());
                    if size.is_some_and(|size| size >= MOST_BYTES) {
                        return Err(invalid("a member that no archive can hold"));
                    }
                    long_size = size.or(long_size);
                }
                continue;
            }
            if matches!(kind, b'K' | b'g') {
                continue; // the target of a long link, and what holds for all members
            }
            let name = long_name.unwrap_or_else(|| short_name(&header));
            return Ok(Some(Member { name, is_file: matches!(kind, b'0' | 0 | b'7') }));
        }
    }

    fn header(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut header = Vec::with_capacity(BLOCK);
        self.reader.by_ref().take(BLOCK as u64).read_to_end(&mut header)?;
        if header.iter().all(|&byte| byte == 0) {
            return Ok(None); // archives end with zeros, or just end
        }
        if !is_header(&header) {
            return Err(invalid("a member whose header is damaged"));
        }
        Ok(header.try_into().ok())
    }
}

impl<R: Read> Read for Tar<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let n = self.reader.read(&mut buffer[..wanted])?;
        if n == 0 && wanted > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= n as u64;
        Ok(n)
    }
}

/// Whether these are the first bytes of a tar archive: the sum of the bytes stands among them.
pub(crate) fn is_header(head: &[u8]) -> bool {
    let Some(header) = head.get(..BLOCK) else { return false };
    let bytes = [&header[..148], &[b' '; 8], &header[156..]].concat(); // the sum itself counts as blanks
    let sum: u64 = bytes.into_iter().map(u64::from).sum();
    header[0] != 0 && number(&header[148..156]) == Some(sum)
}

/// An octal number, or a binary one where the first bit is set. What would overflow is none.
fn number(field: &[u8]) -> Option<u64> {
    if let [first @ 0x80..=0xff, rest @ ..] = field {
        let first = u64::from(first & 0x7f);
        let number =
            rest.iter().try_fold(first, |number, &byte| number.checked_mul(256)?.checked_add(byte.into()))?;
        return Some(number).filter(|&number| number < MOST_BYTES);
    }
    let digits = field.split(|byte| matches!(byte, 0 | b' ')).find(|digits| !digits.is_empty())?;
    let octal = |digit: &u8| (b'0'..=b'7').contains(digit);
    if !digits.iter().all(octal) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 8 + u64::from(digit - b'0'))) // 12 digits at most
}

/// The value of a `pax` record: `17 path=some/name\n`, one after the other.
fn pax<'a>(mut records: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    loop {
        let space = records.iter().position(|&byte| byte == b' ')?;
        let length: usize = std::str::from_utf8(&records[..space]).ok()?.parse().ok()?;
        let record = records.get(space + 1..length)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|&byte| byte == b'=')?;
        if &record[..equals] == wanted {
            return Some(&record[equals + 1..]);
        }
        records = &records[length..];
    }
}

fn short_name(header: &[u8; BLOCK]) -> String {
    let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
    let is_posix = &header[257..263] == b"ustar\0";
    if is_posix && !prefix.is_empty() { format!("{prefix}/{name}") } else { name }
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn invalid(found: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("expected a tar archive, found {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = [0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut bytes = [&header, content].concat();
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }

    fn names(archive: &[u8]) -> io::Result<Vec<(String, String)>> {
        let mut tar = Tar::new(archive);
        let mut found = Vec::new();
        while let Some(member) = tar.next()? {
            if member.is_file {
                found.push((member.name, io::read_to_string(&mut tar)?));
            }
        }
        Ok(found)
    }

    #[test]
    fn files_are_found_by_short_and_long_names() {
        let long = "x/".repeat(80) + "matrix.mtx";
        let pax = format!("{} path={long}\n", long.len() + 10);
        let archive = [
            member("a/", b'5', b""),
            member("a/one", b'0', b"content"),
            member("a/link", b'2', b""),
            member("././@LongLink", b'L', long.as_bytes()),
            member("x/x", b'0', &[b'y'; 600]),
            member("PaxHeaders/y", b'x', pax.as_bytes()),
            member("y", 0, b"z"),
            vec![0; 2 * BLOCK],
        ]
        .concat();
        assert!(is_header(&archive));
        let pair = |name: &str, content: &str| (name.to_owned(), content.to_owned());
        let expected = [pair("a/one", "content"), pair(&long, &"y".repeat(600)), pair(&long, "z")];
        assert_eq!(names(&archive).unwrap(), expected);
    }

    #[test]
    fn an_archive_that_is_cut_or_damaged_is_refused() {
        let archive = member("one", b'0', &[b'a'; 700]);
        assert_eq!(names(&archive[..600]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let mut second = [archive.clone(), archive.clone()].concat();
        second[archive.len() + 3] ^= 1;
        assert_eq!(names(&second).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_size_that_no_archive_can_hold_is_refused() {
        for size in ["18446744073709551615", "18446744073709551000", "4611686018427387904"] {
            let record = format!("{} size={size}\n", size.len() + 9);
            let archive = [member("PaxHeaders/y", b'x', record.as_bytes()), member("y", b'0', b"z")].concat();
            assert_eq!(names(&archive).unwrap_err().kind(), io::ErrorKind::InvalidData, "{size}");
        }
    }

    #[test]
    fn sizes_are_octal_or_binary() {
        assert_eq!(number(b"00000000017\0"), Some(15));
        assert_eq!(number(b"     17 "), Some(15));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\x02"), Some(258));
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(number(b"0000000008\0"), None);
        assert_eq!(number(b"\0\0\0\0"), None);
    }
}
