//! `size`: image dimensions from the header of an image file, without decoding it.

/// The bytes of an image that are searched. The size of a photo follows its metadata, which rarely is larger.
pub(super) const HEAD_BYTES: usize = 256 * 1024;

/// Width and height in pixels, if they are in the head of the file. Supports PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF and HEIC.
pub(crate) fn size(head: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match head {
        [0x89, b'P', b'N', b'G', ..] => (u32::from_be_bytes(array(head, 16)?), u32::from_be_bytes(array(head, 20)?)),
        [b'G', b'I', b'F', ..] => (short(head, 6)?, short(head, 8)?),
        [b'B', b'M', ..] if head.get(14) == Some(&12) => (short(head, 18)?, short(head, 20)?),
        [b'B', b'M', ..] => {
            // The height is negative if the lines are top-down.
            let (width, height) = (i32::from_le_bytes(array(head, 18)?), i32::from_le_bytes(array(head, 22)?));
            (width.unsigned_abs(), height.unsigned_abs())
        }
        [b'R', b'I', b'F', b'F', ..] => webp(head)?,
        [0xFF, 0xD8, ..] => jpeg(head)?,
        [b'I', b'I', 42, 0, ..] => tiff(head, &Order { short: u16::from_le_bytes, long: u32::from_le_bytes })?,
        [b'M', b'M', 0, 42, ..] => tiff(head, &Order { short: u16::from_be_bytes, long: u32::from_be_bytes })?,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => heif(head)?,
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

/// A 24-bit number.
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

/// Skips segments up to the start of a frame.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [mark, kind] = array(head, at)?;
        match (mark, kind) {
            // Fill bytes may precede a marker.
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

/// The byte order of a TIFF.
struct Order {
    short: fn([u8; 2]) -> u16,
    long: fn([u8; 4]) -> u32,
}

/// The first directory of a TIFF, if it is in the head.
fn tiff(head: &[u8], order: &Order) -> Option<(u32, u32)> {
    let at = usize::try_from((order.long)(array(head, 4)?)).ok()?;
    let count = (order.short)(array(head, at)?);
    let entry = |tag: u16| {
        let mut places = (0..usize::from(count)).map(|n| at + 2 + n * 12);
        let place = places.find(|place| array(head, *place).map(order.short) == Some(tag))?;
        match (order.short)(array(head, place + 2)?) {
            3 => Some((order.short)(array(head, place + 8)?).into()),
            4 => Some((order.long)(array(head, place + 8)?)),
            _ => None,
        }
    };
    Some((entry(256)?, entry(257)?))
}

/// The largest size in the metadata of an AVIF or HEIC: tiles and thumbnails, which have sizes too, are smaller than the image.
fn heif(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 0_usize;
    let metadata = loop {
        let length = usize::try_from(u32::from_be_bytes(array(head, at)?)).ok().filter(|length| *length >= 8)?;
        let end = at.checked_add(length)?;
        if array(head, at + 4)? == *b"meta" {
            break head.get(at..end.min(head.len()))?;
        }
        at = end;
    };
    let sizes = metadata.windows(4).enumerate().filter(|(_, name)| name == b"ispe").filter_map(|(at, _)| {
        let width = u32::from_be_bytes(array(metadata, at + 8)?);
        Some((width, u32::from_be_bytes(array(metadata, at + 12)?)))
    });
    sizes.max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Vec<u8> {
        let metadata = [&[0xFF, 0xE1, 0x01, 0x02][..], &[7; 256]].concat();
        let frame = [0xFF, 0xFF, 0xC2, 0, 17, 8, 0x02, 0x58, 0x03, 0x20, 3, 0, 0, 0];
        [&[0xFF, 0xD8][..], &metadata, &frame].concat()
    }

    fn tiff(little: bool) -> Vec<u8> {
        let short = |number: u16| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        let long = |number: u32| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        let mark: &[u8] = if little { b"II*\0" } else { b"MM\0*" };
        let width = [&short(256)[..], &short(3), &long(1), &short(800), &[0; 2]].concat();
        let height = [&short(257)[..], &short(4), &long(1), &long(600)].concat();
        [mark, &long(8), &short(2), &width, &height].concat()
    }

    fn heif(brand: &[u8; 4]) -> Vec<u8> {
        let size = |width: u32, height: u32| {
            [&20_u32.to_be_bytes()[..], b"ispe", &[0; 4], &width.to_be_bytes(), &height.to_be_bytes()].concat()
        };
        let sizes = [size(320, 240), size(800, 600)].concat();
        let length = 12 + sizes.len() as u32;
        [&16_u32.to_be_bytes()[..], b"ftyp", brand, &[0; 4], &length.to_be_bytes(), b"meta", &[0; 4], &sizes].concat()
    }

    #[test]
    fn sizes_of_formats_with_directories_are_read_when_the_directory_is_there() {
        for image in [tiff(true), tiff(false), heif(b"avif"), heif(b"heic")] {
            assert_eq!(size(&image), Some((800, 600)), "{image:?}");
            for end in 0..image.len() {
                assert!(matches!(size(&image[..end]), None | Some((800, 600) | (320, 240))), "{end} of {image:?}");
            }
        }
        assert_eq!(size(b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\0mdat and more"), None, "a box without a length");
        assert_eq!(size(b"II*\0\xff\xff\xff\xff"), None, "a directory that is not in the head");
    }

    #[test]
    fn sizes_are_read_from_each_format() {
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
                // A truncated head gives no wrong size and does not panic.
                assert!(matches!(size(&image[..end]), None | Some((800, 600))), "{end} of {image:?}");
            }
        }
        assert_eq!(size(b"%PDF-1.7 and more of the document"), None);
        assert_eq!(size(b"GIF89a\0\0\0\0\0\0"), None);
    }
}
