//! Numbers as go-yaml finds them in bare scalars, and as Go prints them.

use yaml_serde::Value;

use super::timestamp::timestamp;

/// What go-yaml reads a bare scalar as that YAML 1.2 takes for a text; `None` for a text.
pub(super) fn number(text: &str) -> Option<Value> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) {
        return None;
    }
    if let Some(moment) = timestamp(text) {
        return Some(Value::from(moment));
    }
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.starts_with(|c: char| c.is_ascii_alphanumeric())
        && let Ok(whole) = u64::from_str_radix(digits, radix)
    {
        if !negative {
            return Some(Value::from(whole));
        }
        if let Some(whole) = 0i64.checked_sub_unsigned(whole) {
            return Some(Value::from(whole));
        }
    }
    is_decimal(&plain)
        .then(|| plain.parse::<f64>().ok())
        .flatten()
        .filter(|read| read.is_finite())
        .map(Value::from)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    !exponent.is_empty()
        && digits(exponent)
        && digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
}

/// A float as Go prints it, in the shortest digits that tell it from its neighbours.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::super::node::scalar;
    use super::super::yaml::read;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let tree = read(&format!("a: {text}\nb: [{text}]\nc: &c {text}\nd: *c")).unwrap();
        let expected = Some(expected.to_owned());
        let read = [&tree["a"], &tree["b"][0], &tree["c"], &tree["d"]].map(scalar);
        assert_eq!(read, [&expected; 4].map(Clone::clone), "{text}");
    }

    #[test]
    fn bare_numbers_are_those_of_go() {
        let cases = [
            ("0022", "18"),
            ("-0022", "-18"),
            ("08", "8"),
            ("00", "0"),
            ("1_000", "1000"),
            ("0x_1F", "31"),
            ("0X1f", "31"),
            ("0o17", "15"),
            ("0O17", "15"),
            ("0b101", "5"),
            ("+12", "12"),
            ("-0", "-0"),
            ("1.10", "1.1"),
            ("1_0.5", "10.5"),
            ("2.0", "2"),
            ("1e3", "1000"),
            ("1e21", "1e+21"),
            ("1e5", "100000"),
            ("1e6", "1e+06"),
            ("123456789.5", "1.234567895e+08"),
            ("1e-7", "1e-07"),
            ("0.0001", "0.0001"),
            ("99999999999999999999", "1e+20"),
            (".inf", "+Inf"),
            ("-.inf", "-Inf"),
            (".nan", "NaN"),
            ("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"),
        ];
        for (text, expected) in cases {
            check(text, expected);
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_a_text() {
        for text in
            ["0x", "0b2", "1.2.3", "1e", "_1", "12:30", "1-2", "a0022", "08x", "+-1", "1e999", "2024-13-01"]
        {
            check(text, text);
        }
        check("'0022'", "0022");
        check("\"1_000\"", "1_000");
        let tagged = read("[!!str 0022, !!str '0022']").unwrap();
        assert_eq!(tagged, read("['0022', '0022']").unwrap());
    }
}
