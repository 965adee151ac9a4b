use super::*;

/// registry, repository, tag; a digest is there or not.
type Parts = (Option<&'static str>, &'static str, Option<&'static str>);

fn hex(count: usize) -> String {
    "0123456789abcdef".chars().cycle().take(count).collect()
}

#[test]
fn right_names_are_read_in_their_parts() {
    let table: [(&str, Parts); 27] = [
        ("mm", (None, "mm", None)),
        ("mm:11.6.0", (None, "mm", Some("11.6.0"))),
        ("mm:_x", (None, "mm", Some("_x"))),
        ("mm:A.b-c_D", (None, "mm", Some("A.b-c_D"))),
        ("mm:5000", (None, "mm", Some("5000"))),
        ("my/mm", (None, "my/mm", None)),
        ("a/b/c:1", (None, "a/b/c", Some("1"))),
        ("ghcr.io/my/mm:1", (Some("ghcr.io"), "my/mm", Some("1"))),
        ("docker.io/mm", (Some("docker.io"), "mm", None)),
        ("localhost/mm", (Some("localhost"), "mm", None)),
        ("localhost:5000/mm", (Some("localhost:5000"), "mm", None)),
        ("registry:5000/mm:1", (Some("registry:5000"), "mm", Some("1"))),
        ("10.0.0.1:5000/mm", (Some("10.0.0.1:5000"), "mm", None)),
        ("[::1]:5000/mm:1", (Some("[::1]:5000"), "mm", Some("1"))),
        ("[fd00::1]/mm", (Some("[fd00::1]"), "mm", None)),
        ("Registry/mm", (Some("Registry"), "mm", None)),
        ("REGISTRY.Example/mm", (Some("REGISTRY.Example"), "mm", None)),
        ("a-b.c/mm", (Some("a-b.c"), "mm", None)),
        ("a.b_c__d-e---f", (None, "a.b_c__d-e---f", None)),
        ("0", (None, "0", None)),
        ("my_org/mm", (None, "my_org/mm", None)),
        ("localhost", (None, "localhost", None)),
        ("ghcr.io", (None, "ghcr.io", None)),
        ("mm:release-11.6", (None, "mm", Some("release-11.6"))),
        ("mm:11.6.0-rc.2", (None, "mm", Some("11.6.0-rc.2"))),
        (
            "mattermost/mattermost-team-edition:latest",
            (None, "mattermost/mattermost-team-edition", Some("latest")),
        ),
        (
            "minio/minio:RELEASE.2025-04-22T22-12-26Z",
            (None, "minio/minio", Some("RELEASE.2025-04-22T22-12-26Z")),
        ),
    ];
    for (text, parts) in table {
        let read = parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
        assert_eq!((read.registry, read.repository, read.tag), parts, "{text}");
        assert_eq!(read.digest, None, "{text}");
    }
}

#[test]
fn a_digest_may_stand_behind_a_tag_or_alone() {
    for (algorithm, length) in DIGESTS {
        let digest = format!("{algorithm}:{}", hex(length));
        for name in ["mm", "mm:11.6.0", "registry:5000/my/mm:1"] {
            let text = format!("{name}@{digest}");
            assert_eq!(parse(&text).unwrap().digest, Some(digest.as_str()), "{text}");
        }
    }
    // What an engine calls an image that has no name.
    assert!(parse(&format!("sha256:{}", hex(64))).is_ok());
}

#[test]
fn the_wrong_part_is_named() {
    let table = [
        ("", "no repository"),
        (":11.6.0", "no repository"),
        ("ghcr.io/", "no repository"),
        ("@sha256:0", "digest"),
        ("mm:", "empty tag"),
        ("my/mm:", "empty tag"),
        ("mm:-x", "begins with"),
        ("mm:.x", "begins with"),
        ("mm:a:b", "its tag"),
        ("mm:1;id", "its tag"),
        ("mm:1+2", "its tag"),
        ("mm:ü", "its tag"),
        ("mm:1$(id)", "its tag"),
        ("a b", "a blank"),
        ("mm:1 ", "a blank"),
        ("mm:1\u{1b}[31m", "control character"),
        ("mm\n:1", "control character"),
        ("mm:1\0", "control character"),
        ("/mm", "empty part"),
        ("my//mm", "empty part"),
        ("my/", "empty part"),
        ("MM/Upper:1", "upper-case"),
        ("mM", "upper-case"),
        ("my/Mm:1", "upper-case"),
        ("-mm", "begins or ends"),
        ("mm-", "begins or ends"),
        ("my/.mm", "begins or ends"),
        ("mm_/x", "begins or ends"),
        ("a..b", "two separators"),
        ("a___b", "two separators"),
        ("a._b", "two separators"),
        ("a-.b", "two separators"),
        ("mm$", "character in its repository"),
        ("münchen", "character in its repository"),
        ("my\\mm", "character in its repository"),
        (":5000/mm", "no host"),
        ("a_b.c/mm", "no host"),
        ("-a.b/mm", "no host"),
        ("a..b/mm", "no host"),
        ("[::1/mm", "no host"),
        ("[z:z]/mm", "no host"),
        ("a:b/mm", "port"),
        ("a:99999/mm", "port"),
        ("a:+1/mm", "port"),
        ("a:/mm", "port"),
        ("[::1]x/mm", "port"),
    ];
    for (text, part) in table {
        let told = parse(text).unwrap_err();
        assert!(told.wrong.contains(part), "{text:?}: {told:?}");
        assert!(!told.remedy.is_empty() && !told.secret, "{text:?}: {told:?}");
    }
    assert!(parse(&format!("mm:{}", "x".repeat(128))).is_ok());
    assert!(parse(&format!("mm:{}", "x".repeat(129))).unwrap_err().wrong.contains("more than 128"));
    assert!(parse(&format!("a/{}", "x".repeat(253))).is_ok());
    assert!(parse(&format!("a/{}", "x".repeat(254))).unwrap_err().wrong.contains("more than 255"));
    assert!(parse(&hex(64)).unwrap_err().wrong.contains("the id"));
}

#[test]
fn digests_are_whole_or_wrong() {
    let of = |digest: String| parse(&format!("mm:1@{digest}")).unwrap_err();
    for digest in [
        "sha256:abc".to_owned(),
        "sha256:".to_owned(),
        format!("sha256:{}", hex(63)),
        format!("sha256:{}", hex(65)),
        format!("sha256:{}", hex(64).to_uppercase()),
        format!("sha512:{}", hex(64)),
        format!("sha256:{}@sha256:{}", hex(64), hex(64)),
    ] {
        assert!(of(digest.clone()).wrong.contains("a digest that"), "{digest}");
    }
}

#[test]
fn what_may_hold_a_login_is_not_to_be_repeated() {
    for text in [
        "http://reg/x:1",
        "https://u:hunter2@ghcr.io/x",
        "u:hunter2@ghcr.io/x",
        "u:hun/ter2@ghcr.io/x:1",
        "hunter2@ghcr.io:5000/x",
        "u:hunter2 @ghcr.io/x",
        "mm@",
        "mm@latest",
        "mm@md5:0123",
    ] {
        let told = parse(text).unwrap_err();
        assert!(told.secret, "{text}: {told:?}");
        assert!(!told.wrong.contains("hunter2") && !told.remedy.contains("hunter2"));
    }
}
