//! Points in time as go-yaml finds them in bare scalars, and as Go prints them.

/// `2024-1-2`, `2024-01-02 10:00:00` or `2024-01-02T10:00:00Z` as compose passes them on; `None` for anything else.
pub(super) fn timestamp(text: &str) -> Option<String> {
    let (year, rest) = text.split_once('-').filter(|(year, _)| year.len() == 4)?;
    let (month, rest) = rest.split_once('-')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (day, time) = rest.split_at(end);
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    let (clock, zone) = if time.is_empty() {
        ("00:00:00".to_owned(), "+0000 UTC".to_owned())
    } else if let Some(time) = time.strip_prefix(' ') {
        (clock(time)?, "+0000 UTC".to_owned())
    } else {
        let time = time.strip_prefix(['T', 't'])?;
        let end = time.find(['Z', '+', '-'])?;
        (clock(&time[..end])?, zone(&time[end..])?)
    };
    Some(format!("{year:04}-{month:02}-{day:02} {clock} {zone}"))
}

/// `h:m:s` with a fraction, which loses the zeros at its end.
fn clock(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let (second, fraction) = second.split_once(['.', ',']).map_or((second, None), |(s, f)| (s, Some(f)));
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction = match fraction {
        Some(fraction) if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            return None;
        }
        Some(fraction) => fraction.get(..9).unwrap_or(fraction).trim_end_matches('0'),
        None => "",
    };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{hour:02}:{minute:02}:{second:02}{point}{fraction}"))
}

/// `Z` or `+01:00`, which has no name in Go and is printed twice.
fn zone(text: &str) -> Option<String> {
    if text == "Z" {
        return Some("+0000 UTC".to_owned());
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 || digits(hours, 2)? > 24 || digits(minutes, 2)? > 60 {
        return None;
    }
    let offset = format!("{}{hours}{minutes}", &text[..1]);
    Some(if hours == "00" && minutes == "00" { "+0000 UTC".to_owned() } else { format!("{offset} {offset}") })
}

fn digits(text: &str, most: usize) -> Option<u32> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_printed_as_go_prints_them() {
        let cases = [
            ("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"),
            ("2024-2-29", "2024-02-29 00:00:00 +0000 UTC"),
            ("2024-01-01 1:2:3.500", "2024-01-01 01:02:03.5 +0000 UTC"),
            ("2024-01-01T10:00:00Z", "2024-01-01 10:00:00 +0000 UTC"),
            ("2024-01-01t10:00:00-05:30", "2024-01-01 10:00:00 -0530 -0530"),
            ("2024-01-01T10:00:00+00:00", "2024-01-01 10:00:00 +0000 UTC"),
        ];
        for (text, expected) in cases {
            assert_eq!(timestamp(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_stays_a_text() {
        for text in [
            "2023-2-29",
            "2024-13-1",
            "24-1-1",
            "2024-01",
            "2024-01-01 25:00:00",
            "2024-01-01x",
            "2024-01-01T10:00:00",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }
}
