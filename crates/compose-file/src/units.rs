//! Durations and sizes in compose's spelling.

use std::time::Duration;

/// Nanoseconds per unit; `ms` must be tried before `m`, and `m` before a bare number.
const TIME_UNITS: [(&str, u128); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// A duration such as `1m30s`, `500ms` or `1.5h`; a bare number means seconds.
///
/// `None` when it is not one, or longer than the engine can take (2^63 - 1 nanoseconds, 292 years).
pub(super) fn duration(text: &str) -> Option<Duration> {
    if text.is_empty() {
        return None;
    }
    let mut nanos: u128 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let unit_length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_length);
        let per_unit = match unit {
            // Only alone: the 5 in `1m5` says nothing.
            "" if rest.len() == text.len() => 1_000_000_000,
            _ => TIME_UNITS.iter().find(|(name, _)| *name == unit)?.1,
        };
        nanos = nanos.checked_add(scaled(number, per_unit)?)?;
        rest = next;
    }
    let nanos = u64::try_from(nanos).ok().filter(|nanos| i64::try_from(*nanos).is_ok())?;
    Some(Duration::from_nanos(nanos))
}

/// A size in bytes such as `64m`, `1.5g`, `2gb`, `512KiB` or `1048576`; units are powers of 1024 as the engine has them.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_number(text)?;
    let unit = unit.trim_start().to_ascii_lowercase();
    let bytes_per_unit: u128 = match unit.as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        "t" | "tb" | "tib" => 1 << 40,
        "p" | "pb" | "pib" => 1 << 50,
        _ => return None,
    };
    // The engine counts bytes in 63 bits.
    u64::try_from(scaled(number, bytes_per_unit)?).ok().filter(|bytes| i64::try_from(*bytes).is_ok())
}

/// The decimal number at the start, and what follows; `None` without a digit.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let length = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(length);
    let fits = number.matches('.').count() <= 1 && number.contains(|c: char| c.is_ascii_digit());
    fits.then_some((number, rest))
}

/// A decimal times a unit without floating point, so that 0.1 s is 100 ms exactly; what is below one unit is cut off.
fn scaled(number: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // More digits than these are below a nanosecond of a week.
    let fraction = &fraction[..fraction.len().min(18)];
    let mut parts = 0;
    let mut parts_per_one: u128 = 1;
    for digit in fraction.bytes() {
        parts = parts * 10 + u128::from(digit - b'0');
        parts_per_one *= 10;
    }
    whole.checked_mul(unit)?.checked_add(parts.checked_mul(unit)? / parts_per_one)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations() {
        let millis = |text: &str| duration(text).map(|d| d.as_millis());
        assert_eq!(millis("1m30s"), Some(90_000));
        assert_eq!(millis("500ms"), Some(500));
        assert_eq!(millis("1.5h"), Some(5_400_000));
        assert_eq!(millis("0.1s"), Some(100));
        assert_eq!(millis(".5s"), Some(500));
        assert_eq!(millis("10"), Some(10_000));
        assert_eq!(millis("0"), Some(0));
        assert_eq!(millis("2d"), Some(172_800_000));
        assert_eq!(duration("2us"), Some(Duration::from_micros(2)));
        assert_eq!(duration("2µs"), Some(Duration::from_micros(2)));
        for wrong in ["", "s", "1m5", "5x", "-1s", "1 s", "1.2.3s", "999999999999999w", "."] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(size("64m"), Some(64 << 20));
        assert_eq!(size("1.5g"), Some(3 << 29));
        assert_eq!(size("2GB"), Some(2 << 30));
        assert_eq!(size("512KiB"), Some(512 << 10));
        assert_eq!(size("100"), Some(100));
        assert_eq!(size("100b"), Some(100));
        assert_eq!(size("1 m"), Some(1 << 20));
        for wrong in ["", "m", "1x", "1mm", "-1", "1.2.3m", "1bb", "1ib", "9999999p"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            let _ = (duration(&text), size(&text));
        }

        #[test]
        fn numbers_in_units_are_read(number in "[0-9]{1,30}(\\.[0-9]{0,30})?", unit in "(ns|us|ms|s|m|h|d|w|k|g|gb|kib)?") {
            let _ = (duration(&format!("{number}{unit}")), size(&format!("{number}{unit}")));
        }

        #[test]
        fn seconds_and_milliseconds_add_up(hours in 0u64..1000, seconds in 0u64..100_000, millis in 0u64..100_000) {
            let read = duration(&format!("{hours}h{seconds}s{millis}ms"));
            prop_assert_eq!(read, Some(Duration::from_millis(hours * 3_600_000 + seconds * 1000 + millis)));
        }

        #[test]
        fn whole_sizes_are_exact(number in 0u64..1_000_000, power in 0usize..4) {
            let unit = ["", "k", "m", "g"][power];
            prop_assert_eq!(size(&format!("{number}{unit}")), Some(number << (10 * power)));
        }
    }
}
