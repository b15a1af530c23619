//! CRC-32C, the checksum of shards and chunks of zarr version 3 (RFC 3720, B.4).

use super::{CodecError, broken};

/// The polynomial, its bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

/// Takes the checksum off the end of bytes, when it is theirs.
pub(in crate::zarr) fn without_checksum(mut bytes: Vec<u8>) -> Result<Vec<u8>, CodecError> {
    let Some((content, checksum)) = bytes.split_last_chunk() else {
        return Err(broken("crc32c", "the data is cut short"));
    };
    if crc32c(content) != u32::from_le_bytes(*checksum) {
        return Err(broken("crc32c", "the checksum is that of other data"));
    }
    bytes.truncate(bytes.len() - 4);
    Ok(bytes)
}

fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standard() {
        // RFC 3720, B.4; and the check value of the CRC catalogue.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        let whole = [b"123456789".as_slice(), &0xe306_9283_u32.to_le_bytes()].concat();
        assert_eq!(without_checksum(whole.clone()).unwrap(), b"123456789");
        assert!(without_checksum(whole[1..].to_vec()).is_err());
        assert!(without_checksum(vec![0; 3]).is_err());
    }
}
