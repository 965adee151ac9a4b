//! What can be told from a file's name and first bytes, and which part of it a `Range` asks for.

use std::ops::Range;

/// The content type by extension.
pub(super) fn mime_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "txt" | "log" => "text/plain; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        _ => "application/octet-stream",
    }
}

/// A size brought down to what fits, with its proportions kept; never less than one pixel.
pub(super) fn fitted((width, height): (u32, u32), (most_wide, most_high): (u32, u32)) -> (u32, u32) {
    let scaled = |side: u32, over: u32, under: u32| {
        let side = u64::from(side) * u64::from(over) / u64::from(under.max(1));
        u32::try_from(side).unwrap_or(u32::MAX).max(1)
    };
    match () {
        () if width <= most_wide && height <= most_high => (width, height),
        () if scaled(height, most_wide, width) <= most_high => (most_wide, scaled(height, most_wide, width)),
        () => (scaled(width, most_high, height), most_high),
    }
}

/// The bytes that a `Range` header asks for, of so many; nothing when it makes no sense.
pub(super) fn byte_range(header: &str, length: usize) -> Option<Range<usize>> {
    let (from, to) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (from, to) {
        ("", last) => length.checked_sub(last.parse().ok()?)?..length,
        (from, "") => from.parse().ok()?..length,
        (from, to) => from.parse().ok()?..to.parse::<usize>().ok()?.checked_add(1)?.min(length),
    };
    (range.start < range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_made_smaller_and_never_larger() {
        assert_eq!(fitted((320, 240), (120, 100)), (120, 90));
        assert_eq!(fitted((100, 1000), (120, 100)), (10, 100));
        assert_eq!(fitted((30, 20), (120, 100)), (30, 20));
    }

    #[test]
    fn ranges_are_cut_to_the_file() {
        assert_eq!(byte_range("bytes=0-9", 1900), Some(0..10));
        assert_eq!(byte_range("bytes=10-", 1900), Some(10..1900));
        assert_eq!(byte_range("bytes=-5", 1900), Some(1895..1900));
        assert_eq!(byte_range("bytes=5-99999", 10), Some(5..10));
        assert_eq!(byte_range("bytes=10-", 10), None);
        assert_eq!(byte_range("lines=1-2", 10), None);
    }
}
