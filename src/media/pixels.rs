//! Width and height of an image, from its head, without decoding it.

/// How much of an image is looked at. A photo has its size behind its metadata, which seldom take more.
pub(super) const HEAD_BYTES: usize = 256 * 1024;

/// Width and height in pixels, if the head of the file tells them. Known are PNG, JPEG, GIF, WebP and BMP.
pub(super) fn size(head: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match head {
        [0x89, b'P', b'N', b'G', ..] => (u32::from_be_bytes(array(head, 16)?), u32::from_be_bytes(array(head, 20)?)),
        [b'G', b'I', b'F', ..] => (short(head, 6)?, short(head, 8)?),
        [b'B', b'M', ..] if head.get(14) == Some(&12) => (short(head, 18)?, short(head, 20)?),
        [b'B', b'M', ..] => {
            // The height is negative where the lines go from top to bottom.
            let (width, height) = (i32::from_le_bytes(array(head, 18)?), i32::from_le_bytes(array(head, 22)?));
            (width.unsigned_abs(), height.unsigned_abs())
        }
        [b'R', b'I', b'F', b'F', ..] => webp(head)?,
        [0xFF, 0xD8, ..] => jpeg(head)?,
        _ => return None,
    };
    (width > 0 && height > 0).then_some((width, height))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn short(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(array(bytes, at)?).into())
}

/// A number of 24 bits.
fn medium(bytes: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = array(bytes, at)?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    match &array(head, 12)? {
        b"VP8X" => Some((medium(head, 24)? + 1, medium(head, 27)? + 1)),
        b"VP8 " => Some((short(head, 26)? & 0x3FFF, short(head, 28)? & 0x3FFF)),
        b"VP8L" => {
            let bits = u32::from_le_bytes(array(head, 21)?);
            Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        _ => None,
    }
}

/// Walks from segment to segment until the one that begins a frame.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [mark, kind] = array(head, at)?;
        match (mark, kind) {
            // Fill bytes may stand before a marker.
            (0xFF, 0xFF) => at += 1,
            (0xFF, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF) => {
                let height = u16::from_be_bytes(array(head, at + 5)?);
                let width = u16::from_be_bytes(array(head, at + 7)?);
                return Some((width.into(), height.into()));
            }
            (0xFF, 0x01 | 0xD0..=0xD7) => at += 2,
            (0xFF, 0xDA) => return None,
            (0xFF, _) => at += 2 + usize::from(u16::from_be_bytes(array(head, at + 2)?)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Vec<u8> {
        let metadata = [&[0xFF, 0xE1, 0x01, 0x02][..], &[7; 256]].concat();
        let frame = [0xFF, 0xFF, 0xC2, 0, 17, 8, 0x02, 0x58, 0x03, 0x20, 3, 0, 0, 0];
        [&[0xFF, 0xD8][..], &metadata, &frame].concat()
    }

    #[test]
    fn sizes_stand_where_the_formats_have_them() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x03\x20\0\0\x02\x58\x08";
        let bmp =
            [b"BM".as_slice(), &[0; 12], &40_u32.to_le_bytes(), &800_i32.to_le_bytes(), &(-600_i32).to_le_bytes()];
        let images: [&[u8]; 7] = [
            png,
            b"GIF89a\x20\x03\x58\x02\0\0",
            &bmp.concat(),
            b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0",
            b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x20\x43\x58\x82",
            &[b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".as_slice(), &(799_u32 | 599 << 14).to_le_bytes()].concat(),
            &photo(),
        ];
        for image in images {
            assert_eq!(size(image), Some((800, 600)), "{image:?}");
            for end in 0..image.len() {
                // A head that is cut says nothing wrong, and above all does not end the program.
                assert!(matches!(size(&image[..end]), None | Some((800, 600))), "{end} of {image:?}");
            }
        }
        assert_eq!(size(b"%PDF-1.7 and more of the document"), None);
        assert_eq!(size(b"GIF89a\0\0\0\0\0\0"), None);
    }
}
