//! Files as common test runners write them.

use super::*;

fn told(text: &str) -> CaseWords {
    read("file.xml", text).unwrap().unwrap_or_else(|| panic!("it is no JUnit: {text}"))
}

fn suites(text: &str) -> Vec<UserSuite> {
    told(text).suites
}

/// The ends of all tests.
fn all_ends(text: &str) -> Vec<&'static str> {
    suites(text).iter().flat_map(ends).collect()
}

fn ends(suite: &UserSuite) -> Vec<&'static str> {
    let word = |end: &UserEnd| match end {
        UserEnd::Passed => "passed",
        UserEnd::Failed { .. } => "failed",
        UserEnd::Skipped { .. } => "skipped",
    };
    suite.tests.iter().map(|test| word(&test.end)).collect()
}

#[test]
fn a_file_of_playwright_is_read() {
    let text = "<?xml version=\"1.0\"?>
<testsuites id=\"\" name=\"\" tests=\"3\" failures=\"1\" skipped=\"1\" errors=\"0\" time=\"7.5\">
<testsuite name=\"login.spec.ts\" timestamp=\"2024-06-14T09:30:00.000Z\" hostname=\"chrome\" tests=\"3\" failures=\"1\" skipped=\"1\" time=\"6.251\" errors=\"0\">
<testcase name=\"logs in\" classname=\"login.spec.ts\" time=\"1.5\">
</testcase>
<testcase name=\"refuses &lt;wrong&gt; passwords\" classname=\"login.spec.ts\" time=\"4.7\">
<failure message=\"login.spec.ts:9:5 refuses\" type=\"FAILURE\">
<![CDATA[  Error: expect(received).toBe(401)
    at login.spec.ts:12]]>
</failure>
<system-out><![CDATA[ <failure/> in a log is no failure ]]></system-out>
</testcase>
<testcase name=\"later\" classname=\"login.spec.ts\" time=\"0\"><skipped></skipped></testcase>
</testsuite>
</testsuites>";
    let all = suites(text);
    assert_eq!((all.len(), all[0].name.as_str(), all[0].took_ms), (1, "login.spec.ts", 6_251));
    assert_eq!(ends(&all[0]), ["passed", "failed", "skipped"]);
    assert_eq!(all[0].tests[1].name, "refuses <wrong> passwords");
    let UserEnd::Failed { message, text } = &all[0].tests[1].end else { panic!("it failed") };
    assert_eq!(message, "login.spec.ts:9:5 refuses");
    assert!(text.starts_with("Error: expect") && text.ends_with("login.spec.ts:12"), "{text}");
}

#[test]
fn a_file_of_mocha_has_suites_without_tests_and_errors_without_message() {
    let text = "<testsuites name=\"Mocha Tests\" time=\"1,002.5\" tests=\"1\" failures=\"1\">
  <testsuite name=\"Root Suite\" tests=\"0\" failures=\"0\" time=\"0\"/>
  <testsuite name=\"outer\" tests=\"1\" failures=\"1\" time=\"1,002.5\">
    <testsuite name=\"\"><testcase name=\"works\"><error>AssertionError: 1 &amp; 2&#10;second</error></testcase></testsuite>
  </testsuite>
</testsuites>";
    let all = suites(text);
    assert_eq!((all.len(), all[0].name.as_str()), (1, "file.xml"));
    let UserEnd::Failed { message, text } = &all[0].tests[0].end else { panic!("it failed") };
    assert_eq!((message.as_str(), text.as_str()), ("AssertionError: 1 & 2", "AssertionError: 1 & 2\nsecond"));
}

#[test]
fn a_count_of_failures_is_not_lost() {
    let text = "<testsuite name=\"s\" failures=\"1\" errors=\"1\"><testcase name=\"a\"><failure/></testcase></testsuite>";
    assert_eq!(ends(&suites(text)[0]), ["failed", "failed"]);
    let listed =
        "<testsuite name=\"s\" failures=\"1\"><testcase name=\"a\"><failure/></testcase></testsuite>";
    assert_eq!(ends(&suites(listed)[0]), ["failed"]);
}

#[test]
fn a_file_that_was_cut_off_is_an_error_and_other_xml_is_none_of_ours() {
    assert!(read("a.xml", "<testsuites><testsuite name=\"s\"><testcase name=\"a\">").is_err());
    assert!(read("a.xml", "<testsuite></testsuites>").is_err());
    assert!(read("a.xml", "").is_err());
    assert_eq!(read("a.xml", "<coverage line-rate=\"1\"/>"), Ok(None));
    assert_eq!(read("a.xml", "\u{feff}<testsuites/>"), Ok(Some(CaseWords::default())));
}

#[test]
fn no_count_makes_a_failure_pass() {
    let max = u64::MAX;
    for root in ["testsuite", "testsuites"] {
        for counts in [
            format!("failures=\"{max}\" errors=\"1\""),
            format!("failures=\"1\" errors=\"{max}\""),
            "errors=\"2\" tests=\"1\"".to_owned(),
            "failures=\"1,000\"".to_owned(),
        ] {
            let text = format!("<{root} {counts}><testsuite><testcase name=\"a\"/></testsuite></{root}>");
            assert_eq!(all_ends(&text), ["passed", "failed"], "{text}");
        }
    }
    let nested = format!(
        "<testsuites failures=\"{max}\"><testsuite failures=\"{max}\" errors=\"{max}\"/><testsuite errors=\"{max}\"/></testsuites>"
    );
    assert_eq!(all_ends(&nested), ["failed", "failed"], "told once each");
    for odd in ["-1", "NaN", "1.5", "18446744073709551616", "0x10", "one"] {
        let text = format!("<testsuite name=\"s\" failures=\"{odd}\"><testcase name=\"a\"/></testsuite>");
        assert_eq!(told(&text).contradictions, [format!("the suite \"s\" counts {odd:?} failures")]);
    }
    assert!(
        told("<testsuite failures=\"\" errors=\" 0 \"><testcase/></testsuite>").contradictions.is_empty()
    );
}

#[test]
fn cases_that_got_lost_are_told_once() {
    let lost = "<testsuites tests=\"5\"><testsuite name=\"s\" tests=\"3\"><testcase name=\"a\"/></testsuite><testsuite name=\"t\" tests=\"2\"><testcase/><testcase/></testsuite></testsuites>";
    assert_eq!(told(lost).contradictions, ["the suite \"s\" counts 3 tests and lists 1"]);
    let none = "<testsuites name=\"all\" tests=\"2\"><testsuite tests=\"0\"/></testsuites>";
    assert_eq!(told(none).contradictions, ["the suite \"all\" counts 2 tests and lists 0"]);
    for fine in [
        "<testsuite tests=\"2\" disabled=\"1\"><testcase/></testsuite>",
        "<testsuite tests=\"0\"><testcase/></testsuite>",
        "<testsuite tests=\"1\"><testsuite tests=\"1\"><testcase/></testsuite></testsuite>",
    ] {
        assert!(told(fine).contradictions.is_empty(), "{fine}");
    }
}

#[test]
fn no_order_of_elements_makes_a_failure_pass() {
    for text in [
        "<testsuite><testcase><failure/><skipped/></testcase></testsuite>",
        "<testsuite><testcase><skipped/><error/></testcase></testsuite>",
        "<testsuite><testcase><rerunFailure message=\"again\"/></testcase></testsuite>",
        "<testsuite><testcase><flakyFailure/><failure/></testcase></testsuite>",
        "<testsuite><testcase status=\"failed\"/></testsuite>",
        "<testsuite><testcase result=\"Error\"><skipped/></testcase></testsuite>",
        "<testsuite><error message=\"the set-up\"/></testsuite>",
        "<testsuites><failure>x</failure></testsuites>",
        "<j:testsuite xmlns:j=\"urn:j\"><j:testcase><j:failure/></j:testcase></j:testsuite>",
    ] {
        assert_eq!(all_ends(text), ["failed"], "{text}");
    }
    let inside = "<testsuite><testcase name=\"a\"><failure/><testcase name=\"b\"/></testcase></testsuite>";
    assert_eq!(all_ends(inside), ["passed", "failed"]);
    let after = "<testsuite><testcase name=\"a\"><testcase name=\"b\"/><failure/></testcase></testsuite>";
    assert_eq!(all_ends(after), ["passed", "failed"]);
    let twice = "<testsuite failures=\"2\"><testcase><failure/><failure/></testcase></testsuite>";
    assert_eq!(all_ends(twice), ["failed"], "both are listed");
}

#[test]
fn what_passed_when_it_was_repeated_has_passed_and_is_told() {
    let text = "<testsuite tests=\"2\" failures=\"0\"><testcase classname=\"c\" name=\"a\"><flakyError message=\"m\">x</flakyError></testcase><testcase name=\"b\"/></testsuite>";
    assert_eq!(all_ends(text), ["passed", "passed"]);
    assert_eq!(told(text).repeated, ["c › a"]);
}

#[test]
fn numbers_of_a_case_are_never_too_much() {
    for time in ["NaN", "-1", "inf", "1e308", "1e19", "18446744073709551616", "x"] {
        let all = suites(&format!("<testsuite time=\"{time}\"><testcase time=\"{time}\"/></testsuite>"));
        assert_eq!(all[0].tests[0].took_ms, all[0].took_ms, "{time}");
    }
}

#[test]
fn limits_are_named() {
    let wrong = |text: String| read("a.xml", &text).unwrap_err();
    let deep = wrong(format!("<testsuite>{}", "<a>".repeat(1_000_000)));
    assert!(deep.contains("more than 100 elements inside of each other"), "{deep}");
    let many = wrong(format!("<testsuite>{}", "<testcase/>".repeat(MOST_CASES + 1)));
    assert!(many.contains("more than 100000 cases"), "{many}");
    let wide: String = (0..200_000).map(|number| format!(" a{number}=\"\"")).collect();
    let wide = wrong(format!("<testsuite{wide}/>"));
    assert!(wide.contains("more than 100 attributes"), "{wide}");
    let twice = wrong("<testsuite failures=\"0\" failures=\"1\"/>".into());
    assert!(twice.contains("the attribute \"failures\" twice"), "{twice}");
    let long = suites(&format!("<testsuite><testcase name=\"{}\"/></testsuite>", "ü".repeat(5_000)));
    assert_eq!(long[0].tests[0].name.chars().count(), NAME + 1);
}

/// Whether an XML parser that is not ours sees a failure in a JUnit file.
fn has_failure(text: &str) -> bool {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let Ok(document) = roxmltree::Document::parse_with_options(text, options) else { return false };
    let root = document.root_element().tag_name().name();
    let red = |node: roxmltree::Node<'_, '_>| {
        let counted = |name| {
            node.attribute(name).is_some_and(|count| count.parse::<u64>().is_ok_and(|count| count > 0))
        };
        match node.tag_name().name() {
            "failure" | "error" => true,
            "testsuite" | "testsuites" => counted("failures") || counted("errors"),
            _ => false,
        }
    };
    ["testsuite", "testsuites"].contains(&root) && document.descendants().any(red)
}

#[test]
fn fuzzed() {
    let tokens = [
        "<testsuites",
        "<testsuite",
        "<testcase",
        "</testcase>",
        "</testsuite>",
        "</testsuites>",
        "<failure>",
        "<failure/>",
        "</failure>",
        "<error message=\"x\"/>",
        "<skipped/>",
        "<flakyFailure/>",
        "<rerunError/>",
        "<![CDATA[",
        "]]>",
        "&#0;",
        "&amp;",
        "&x;",
        "<!--",
        "-->",
        "<?x",
        "?>",
        "<!DOCTYPE x [<!ENTITY y \"z\">]>",
        " failures=\"1\"",
        " errors='2'",
        " tests=\"",
        " time=\"",
        " name=\"",
        ">",
        "/>",
        " status=\"failed\"",
    ];
    let target = fuzz::Target { name: "junit", more: &[], tokens: &tokens, part: b'<' };
    target.texts(|text| {
        if let Ok(Some(told)) = read("file.xml", text) {
            let failed = told.suites.iter().flat_map(|suite| &suite.tests);
            let failed = failed.filter(|test| matches!(test.end, UserEnd::Failed { .. })).count();
            assert!(
                failed > 0 || !told.contradictions.is_empty() || !has_failure(text),
                "a failure got lost"
            );
        }
    });
}
