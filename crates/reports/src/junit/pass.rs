//! A pass over the XML that junit-report wrote, for what that crate cannot say.
//!
//! junit-report 0.9.1 writes times as shortest floats (`0.2843`), where the common schema wants three
//! decimals at most; it sums up the times of checks that ran at once; it has no `skipped` count, no totals and no
//! properties, which come first in their element. The pass reads tags only: text and CDATA go through untouched,
//! whatever they contain.

/// What a suite's tag should say, and what stands in it.
#[derive(Debug, Clone)]
pub(crate) struct SuiteFacts {
    /// How long it really took, in milliseconds.
    pub(crate) took_ms: u64,
    /// How many of its cases were skipped.
    pub(crate) skipped: usize,
    /// Its properties, as XML; may be empty.
    pub(crate) properties: String,
    /// Those of its cases, in their order.
    pub(crate) cases: Vec<String>,
}

/// What the root's tag should say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) tests: usize,
    pub(crate) failures: usize,
    pub(crate) errors: usize,
}

/// The XML with right times, `skipped` counts and totals; `suites` in the order they were written.
pub(crate) fn complete(xml: &str, suites: &[SuiteFacts], totals: Totals) -> String {
    let mut out = String::with_capacity(xml.len() + 1024);
    let mut suites = suites.iter();
    let mut cases = <&[String]>::default().iter();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = if rest.starts_with("<![CDATA[") {
            rest.find("]]>").map_or(rest.len(), |at| at + 3)
        } else {
            tag_end(rest)
        };
        let (tag, after) = rest.split_at(end);
        let name = tag.trim_start_matches('<').split(|c: char| c.is_whitespace() || "/>".contains(c)).next();
        match name {
            Some("testsuites") if !tag.starts_with("</") => {
                let more = format!(
                    " tests=\"{}\" failures=\"{}\" errors=\"{}\"",
                    totals.tests, totals.failures, totals.errors
                );
                out.push_str(&with_attributes(tag, &more));
            }
            Some("testsuite") if !tag.starts_with("</") => match suites.next() {
                Some(facts) => {
                    let timed = with_time(tag, |_| seconds(facts.took_ms));
                    let told = with_attributes(&timed, &format!(" skipped=\"{}\"", facts.skipped));
                    out.push_str(&with_first_child(&told, "testsuite", &facts.properties));
                    cases = facts.cases.iter();
                }
                None => out.push_str(tag),
            },
            Some("testcase") => {
                let timed = with_time(tag, |time| format!("{:.3}", time.parse::<f64>().unwrap_or_default()));
                let properties = cases.next().map_or("", String::as_str);
                out.push_str(&with_first_child(&timed, "testcase", properties));
            }
            _ => out.push_str(tag),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Milliseconds as seconds with exactly three decimals.
fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// Just after the `>` that ends the tag; those inside of quotes do not.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// The tag with its `time` replaced. Values cannot contain ` time="`: the writer escapes their quotes.
fn with_time(tag: &str, time: impl Fn(&str) -> String) -> String {
    const NAME: &str = " time=\"";
    let Some((before, rest)) = tag.split_once(NAME) else { return tag.to_owned() };
    let Some((value, after)) = rest.split_once('"') else { return tag.to_owned() };
    format!("{before}{NAME}{}\"{after}", time(value))
}

/// The tag with more attributes at its end.
fn with_attributes(tag: &str, more: &str) -> String {
    let end = if tag.ends_with("/>") { tag.len() - 2 } else { tag.len().saturating_sub(1) };
    format!("{}{more}{}", &tag[..end], &tag[end..])
}

/// The opening tag with a child behind it; one that was empty is closed after it.
fn with_first_child(tag: &str, name: &str, child: &str) -> String {
    match tag.strip_suffix("/>") {
        Some(open) if !child.is_empty() => format!("{open}>{child}</{name}>"),
        _ => format!("{tag}{child}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(took_ms: u64, skipped: usize, properties: &str, cases: &[&str]) -> SuiteFacts {
        let cases = cases.iter().map(ToString::to_string).collect();
        SuiteFacts { took_ms, skipped, properties: properties.to_owned(), cases }
    }

    #[test]
    fn properties_come_first_in_open_and_in_empty_elements() {
        let xml = concat!(
            r#"<testsuites><testsuite name="a"><testcase name="x"><failure/></testcase><testcase name="y"/>"#,
            r#"<testcase name="z"/></testsuite><testsuite name="b"/></testsuites>"#
        );
        let suites = [facts(0, 0, "<p/>", &["<q/>", "<r/>", ""]), facts(0, 0, "<s/>", &[])];
        let expected = concat!(
            r#"<testsuites tests="0" failures="0" errors="0"><testsuite name="a" skipped="0"><p/>"#,
            r#"<testcase name="x"><q/><failure/></testcase><testcase name="y"><r/></testcase>"#,
            r#"<testcase name="z"/></testsuite><testsuite name="b" skipped="0"><s/></testsuite></testsuites>"#
        );
        assert_eq!(complete(xml, &suites, Totals::default()), expected);
    }

    #[test]
    fn tags_are_completed_and_text_is_left_alone() {
        let xml = concat!(
            r#"<?xml version="1.0"?><testsuites><testsuite id="0" name="a &quot; time=&quot;9" time="0.3">"#,
            r#"<testcase name="x > y" time="0.28430001"><failure message=""/>"#,
            r#"<system-out><![CDATA[<testcase time="0.1"/> ]]]]><![CDATA[> <testsuite time="1">]]></system-out></testcase>"#,
            r#"<testcase name="z" time="2"/></testsuite><testsuite time="0"/></testsuites>"#
        );
        let suites = [facts(12_034, 1, "", &[]), facts(0, 0, "", &[])];
        let done = complete(xml, &suites, Totals { tests: 2, failures: 1, errors: 0 });
        let expected = concat!(
            r#"<?xml version="1.0"?><testsuites tests="2" failures="1" errors="0"><testsuite id="0" name="a &quot; time=&quot;9" time="12.034" skipped="1">"#,
            r#"<testcase name="x > y" time="0.284"><failure message=""/>"#,
            r#"<system-out><![CDATA[<testcase time="0.1"/> ]]]]><![CDATA[> <testsuite time="1">]]></system-out></testcase>"#,
            r#"<testcase name="z" time="2.000"/></testsuite><testsuite time="0.000" skipped="0"/></testsuites>"#
        );
        assert_eq!(done, expected);
    }

    #[test]
    fn a_report_without_suites_has_totals_too() {
        assert_eq!(
            complete("<testsuites/>", &[], Totals::default()),
            r#"<testsuites tests="0" failures="0" errors="0"/>"#
        );
    }
}
