//! What is wrong about a copy of the site's own data.

use super::case::Case;

/// What a dump begins with.
const ARCHIVE: &str = "PGDMP\u{1}\u{e}\u{0}rest";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for dump in ["none.dump", "folder", "empty.dump", "picture.png"] {
        cases.push(of(&[("database-dump", dump)]));
    }
    for store in ["none", "empty.dump", "picture.png", "file:///files", "https://minio.example/files"] {
        cases.push(of(&[("store-dump", store), ("database-dump", "site.dump")]));
    }
    cases.push(of(&[("store-dump", "folder")]));
    let keys = [("store-dump-access-key", "AKIA"), ("store-dump-secret-key", "hunter2hunter2")];
    let wrong_urls = [
        "s3://",
        "s3:///files",
        "s3://a",
        "s3://a b",
        "s3://files/../x",
        "s3://files/a//b",
        "s3://u:p@files",
    ];
    for url in wrong_urls {
        cases.push(bucket(&[("store-dump", url), keys[0], keys[1]]));
    }
    let wrong = [
        ("store-dump-endpoint", "minio:9000"),
        ("store-dump-endpoint", "https://u:hunter2@minio:9000"),
        ("store-dump-region", "eu central"),
    ];
    for one in wrong {
        cases.push(bucket(&[one, ("store-dump", "s3://files"), keys[0], keys[1]]));
        // There is no bucket that it is about.
        cases.push(bucket(&[one, ("store-dump", "folder")]));
    }
    for (one, missing) in [(keys[0], keys[1].0), (keys[1], keys[0].0)] {
        cases.push(of(&[("store-dump", "s3://files"), ("database-dump", "site.dump"), one]).says(missing));
        cases.push(bucket(&[one, ("store-dump", "folder")]));
    }
    for command in ["plan", "run"] {
        // Nobody gave keys anywhere; and nobody is there.
        cases.push(Case::inputs(command, &[("store-dump", "s3://files"), ("database-dump", "site.dump")]));
        let nobody = ("store-dump-endpoint", "http://127.0.0.1:9");
        let given = [("store-dump", "s3://files"), ("database-dump", "site.dump"), nobody, keys[0], keys[1]];
        cases.push(Case::inputs(command, &given).says("cannot be read"));
    }
    cases.into_iter().map(around).collect()
}

fn of(inputs: &[(&str, &str)]) -> Case {
    Case::inputs("plan", inputs)
}

fn bucket(inputs: &[(&str, &str)]) -> Case {
    of(&[inputs, &[("database-dump", "site.dump")]].concat())
}

fn around(case: Case) -> Case {
    case.file("site.dump", ARCHIVE)
        .file("empty.dump", "")
        .file("picture.png", "\u{89}PNG")
        .file("folder/file", "x")
}
