//! Where reports go, and what is published again.

use super::case::Case;

/// No record of ours.
const NO_RECORD: &[&str] = &[
    "",
    "{",
    "{}",
    "[]",
    "null",
    "true",
    "7",
    "\"record\"",
    "{\"format\": 0}",
    "{\"format\": -1}",
    "{\"format\": 99}",
    "{\"format\": \"1\"}",
    "{\"format\": 1.5}",
    "{\"format\": 1, \"stages\": 7}",
    "{\"format\": 1, \"header\": []}",
    "not json",
    "{\"format\": 1, \"format\": 2}",
    "\u{0}",
    "<record/>",
    "{\"format\": 18446744073709551616}",
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = upload();
    for text in NO_RECORD {
        let from = Case::new(format!("report --from a folder with the record {text:?}"));
        cases.push(from.args(&["report", "--from", "run"]).file("run/record.json", text).says("report-from"));
        let merge = Case::new(format!("report --merge a folder with the record {text:?}"));
        cases.push(
            merge.args(&["report", "--merge", "run"]).file("run/record.json", text).says("report-merge"),
        );
        let input = Case::inputs("run", &[("report-from", "run")]);
        cases.push(input.file("run/record.json", text));
    }
    let deep = format!("{{\"format\": 1, \"header\": {}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    cases.push(Case::new("a deep record").args(&["report", "--from", "run"]).file("run/record.json", deep));
    for dir in [
        "nope",
        "",
        "/no/such/folder",
        "run/record.json",
        "\u{1b}[31m",
        "../nope",
        "/dev/null",
        "/proc/self/mem",
    ] {
        cases.push(
            Case::new(format!("report --from {dir:?}"))
                .args(&["report", &format!("--from={dir}")])
                .file("run/record.json", "{"),
        );
        cases.push(
            Case::new(format!("report --merge {dir:?}"))
                .args(&["report", &format!("--merge={dir}")])
                .file("run/record.json", "{"),
        );
    }
    for dir in ["nope", "/no/such/folder", "run/record.json", "nope\nnope2"] {
        cases.push(Case::inputs("run", &[("report-from", dir)]).file("run/record.json", "{"));
        // With a release, a missing pair would be a result; without, it is an input that names nothing.
        let merge = format!("--report-merge={dir}");
        let case = Case::new(format!("run {merge}")).args(&["run", &merge]).says("report-merge");
        cases.push(case.file("run/record.json", "{"));
    }
    for args in [
        &["report"][..],
        &["report", "--from", "a", "--merge", "b"],
        &["report", "--merge"],
        &["report", "--merge", "nope", "--pairs", "x"],
        &["report", "--merge", "nope", "--release", "eleven"],
        &["report", "--merge", "nope", "--pairs", "11.6.0..11.5.0"],
        &["report", "--from", "nope", "--comment", "loud"],
        &["report", "--from", "nope", "--pull-request", "seven"],
        &["report", "--from", "nope", "--ca-bundle", "/no/such.pem"],
    ] {
        cases.push(Case::new(args.join(" ")).args(args));
    }
    for (first, second) in
        [("matrix", "report-from"), ("matrix", "report-merge"), ("report-from", "report-merge")]
    {
        cases.push(Case::inputs("run", &[(first, "true"), (second, "true")]));
    }
    for dir in
        ["/proc/x/report", "/dev/null/report", "taken", "taken/below", "/sys/report", "taken/\u{1b}[31m"]
    {
        cases.push(Case::inputs("run", &[("report-dir", dir)]).file("taken", "a file"));
    }
    cases
}

fn upload() -> Vec<Case> {
    let mut cases = Vec::new();
    let keys = [("report-access-key", "AKIA"), ("report-secret-key", "hunter2hunter2")];
    for &(input, value) in
        [("report-prefix", "gate/"), ("report-endpoint", "https://s3.example"), ("report-region", "eu")]
            .iter()
            .chain(&keys)
    {
        cases.push(Case::inputs("plan", &[(input, value)]));
        cases.push(Case::inputs("run", &[(input, value)]));
    }
    let with = |input: &str, value: &str| {
        let mut inputs = vec![(input, value)];
        inputs.extend([("report-bucket", "reports")].iter().filter(|(name, _)| *name != input));
        inputs.extend(keys.iter());
        Case::inputs("plan", &inputs)
    };
    for bucket in [
        "s3://reports",
        "a/b",
        "a b",
        "a:b",
        "A?",
        "..",
        "a\u{1b}",
        "https://reports.s3.amazonaws.com",
        "-",
        "a#b",
    ] {
        cases.push(with("report-bucket", bucket));
    }
    for endpoint in [
        "minio",
        "minio:9000",
        "ftp://minio",
        "http://",
        "https://u:hunter2@minio:9000",
        "https://minio:9000?x=hunter2",
        "https://minio:port",
        "http://minio:99999",
        "https://minio/#x",
        "https://mi nio",
    ] {
        cases.push(with("report-endpoint", endpoint));
    }
    for prefix in ["../../x", "a/../b", "a\nb", "a\u{1b}[31mb", "..", "a\u{202e}b"] {
        cases.push(with("report-prefix", prefix));
    }
    for one in keys {
        let mut case = Case::inputs("plan", &[("report-bucket", "reports"), one]);
        case.says = vec!["report-access-key".into()];
        cases.push(if one.0 == "report-access-key" {
            Case { says: vec!["report-secret-key".into()], ..case }
        } else {
            case
        });
    }
    // Nobody gave keys anywhere.
    for command in ["plan", "run"] {
        let mut case = Case::inputs(command, &[("report-bucket", "reports")]);
        case.says = vec!["report-access-key".into()];
        cases.push(case);
    }
    for bundle in
        ["/no/such.pem", "folder", "/dev/null", "-----BEGIN CERTIFICATE-----\nx\n", "Cargo.toml", "taken.pem"]
    {
        let case = Case::inputs("plan", &[("ca-bundle", bundle)]);
        cases.push(
            case.file("folder/x", "").file("taken.pem", "no certificate").file("Cargo.toml", "[package]\n"),
        );
    }
    cases
}
