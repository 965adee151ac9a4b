//! Files as common test runners write them.

use super::*;

fn suites(text: &str) -> Vec<UserSuite> {
    read("file.xml", text).unwrap().unwrap()
}

fn ends(suite: &UserSuite) -> Vec<&str> {
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
    assert_eq!(read("a.xml", "\u{feff}<testsuites/>"), Ok(Some(vec![])));
}
