//! Pictures made in memory, and the size that a picture's head tells: PNG, one colour, no crate for images needed.
//!
//! Checks upload them to servers, and the stand-in answers with them where a real server would scale one down.

use std::io::Write as _;

use flate2::Compression;
use flate2::Crc;
use flate2::write::ZlibEncoder;

/// What every PNG begins with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture of one colour: width and height in pixels, red, green and blue.
#[must_use]
pub fn plain(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    // A line is its filter (none) and its pixels.
    let mut line = vec![0];
    (0..width).for_each(|_| line.extend(colour));
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory cannot fail; if it did, the picture would be refused by whoever reads it.
    let _ = (0..height).try_for_each(|_| pixels.write_all(&line));
    let pixels = pixels.finish().unwrap_or_default();
    let mut head = Vec::new();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    // Eight bits a colour, red-green-blue; the three zeros are the only methods that there are.
    head.extend([8, 2, 0, 0, 0]);
    let mut picture = SIGNATURE.to_vec();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", pixels), (b"IEND", Vec::new())] {
        chunk(&mut picture, *kind, &data);
    }
    picture
}

/// Width and height from the head of a PNG; nothing if it is none.
#[must_use]
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.strip_prefix(SIGNATURE)?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((number(8)?, number(12)?))
}

fn chunk(picture: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    picture.extend(length.to_be_bytes());
    picture.extend(kind);
    picture.extend(data);
    picture.extend(sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_tells_its_size_and_ends_as_it_must() {
        let picture = plain(320, 240, [1, 2, 3]);
        assert_eq!(size(&picture), Some((320, 240)));
        // The empty last chunk has the same sum in every PNG.
        assert!(picture.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
        assert_eq!(size(b"hello"), None);
    }
}
