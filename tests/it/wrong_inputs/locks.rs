//! Files that are given as a lock and are none, or none of this run.

use super::case::Case;

/// No lock of ours.
const NO_LOCK: &[&str] = &[
    "",
    "{",
    "{}",
    "[]",
    "null",
    "7",
    "not json",
    "\u{0}",
    "{\"format\": 0}",
    "{\"format\": 1}",
    "{\"format\": 99, \"gate\": \"9\", \"stable\": \"a:1\", \"release\": \"a:2\", \"images\": {}}",
    "{\"format\": \"1\", \"gate\": \"9\", \"stable\": \"a:1\", \"release\": \"a:2\", \"images\": {}}",
    "{\"format\": 1, \"gate\": \"9\", \"stable\": \"a:1\", \"release\": \"a:2\", \"images\": []}",
    "{\"format\": 1, \"gate\": \"9\", \"stable\": \"a:1\", \"release\": \"a:2\", \"images\": {}} {}",
    "{\"format\": 1, \"gate\": \"9\", \"stable\": \"A:1\", \"release\": \"a:2\", \"images\": {}}",
    "{\"format\": 1, \"gate\": \"9\", \"stable\": \"u:hunter2@ghcr.io/a:1\", \"release\": \"a:2\", \"images\": {}}",
];

/// A lock of the pair that [`Case::inputs`] has, with one image like this.
fn lock(name: &str, image: &str) -> String {
    let of = |version: &str| format!("mattermost/mattermost-enterprise-edition:{version}");
    let (stable, release) = (of("11.5.1"), of("11.6.0"));
    format!(
        "{{\"format\": 1, \"gate\": \"0.1.0\", \"made_at\": null, \"stable\": {stable:?}, \"release\": {release:?}, \"images\": {{{name:?}: {image}}}}}"
    )
}

pub(super) fn cases() -> Vec<Case> {
    let given = |text: &str| Case::inputs("plan", &[("lock", "lock.json")]).file("lock.json", text);
    let mut cases: Vec<Case> = NO_LOCK.iter().map(|text| given(text)).collect();
    let id = format!("sha256:{}", "0".repeat(64));
    let image = |digest: &str, id: &str| {
        format!("{{\"digest\": {digest}, \"id\": {id:?}, \"platform\": \"linux/amd64\", \"created\": null}}")
    };
    // Whole, and of this pair; the cluster has more images than this one.
    let whole = lock("postgres:16-alpine", &image("null", &id));
    cases.push(given(&whole).says("lacks what this run needs").says("haproxy:3.0-alpine"));
    cases.push(given(&whole.replace("11.5.1", "11.5.2")).says("is of another pair"));
    for (digest, id) in [
        ("\"postgres@sha256:abc\"", id.as_str()),
        ("\"postgres:16\"", &id),
        ("\"\"", &id),
        ("7", &id),
        ("\"\\u001b[31m\"", &id),
        ("null", "sha256:abc"),
        ("null", ""),
        ("null", "postgres:16"),
    ] {
        cases.push(given(&lock("postgres:16-alpine", &image(digest, id))));
    }
    for name in ["", "a b", "A:1", "\u{1b}[31m", "http://a/b:1"] {
        cases.push(given(&lock(name, &image("null", &id))));
    }
    for path in ["/no/such/lock.json", "/dev/zero", ".", "/", "a\nb", "\u{1b}[31m", "../lock.json"] {
        cases.push(Case::inputs("run", &[("lock", path)]));
    }
    cases.push(given(&" ".repeat((1 << 20) + 1)).says("it has more than 1 MiB"));
    cases
}
