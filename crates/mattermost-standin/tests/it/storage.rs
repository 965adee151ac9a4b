//! The gate's look into a bucket, against the stand-in store.

use mattermost_standin::store::{Refusal, Store, StoreOptions, StoreServer};
use secrecy::SecretString;
use storage::{Bucket, Reach, StorageOptions};

async fn store() -> (Store, StoreServer, StorageOptions) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let secret = SecretString::from("hush-hush");
    let options = StoreOptions {
        access_key: "key".into(),
        secret_key: secret.clone(),
        region: "us-east-1".into(),
        buckets: vec!["mattermost".into()],
    };
    let store = Store::new(options);
    let server = store.serve(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let options = StorageOptions {
        endpoint: Some(format!("http://{}", server.address())),
        region: "us-east-1".into(),
        bucket: "mattermost".into(),
        access_key: "key".into(),
        secret,
        session_token: None,
        prefix: "some/where/".into(),
        path_style: true,
        reach: Reach::default(),
    };
    (store, server, options)
}

#[tokio::test]
async fn what_is_put_is_found_below_the_prefix() {
    let (store, _server, options) = store().await;
    let bucket = Bucket::open(options);
    bucket.put("20261122/a b ä+&.txt", b"hello".to_vec(), "text/plain").await.unwrap();
    bucket.put("20261122/b.txt", Vec::new(), "text/plain").await.unwrap();
    assert_eq!(store.backend().keys("mattermost", "")[0], "some/where/20261122/a b ä+&.txt");

    let facts = bucket.head("20261122/a b ä+&.txt").await.unwrap().unwrap();
    assert_eq!((facts.size, facts.etag.as_str()), (5, "5d41402abc4b2a76b9719d911017c592"));
    assert_eq!(bucket.head("20261122/c.txt").await.unwrap(), None);
    assert_eq!(bucket.get("20261122/a b ä+&.txt").await.unwrap(), b"hello");
    assert_eq!(bucket.list("2026").await.unwrap().len(), 2);
}

#[tokio::test]
async fn lists_go_over_all_pages() {
    let (store, _server, options) = store().await;
    for n in 0..1100 {
        let key = format!("some/where/{n:04}");
        store.backend().put("mattermost", &key, Vec::new().into(), Default::default()).unwrap();
    }
    let found = Bucket::open(options).list("").await.unwrap();
    assert_eq!((found.len(), found[1099].key.as_str()), (1100, "1099"));
}

#[tokio::test]
async fn failures_say_what_to_do_and_never_the_secret() {
    let (store, server, options) = store().await;
    let missing = Bucket::open(StorageOptions { bucket: "other".into(), ..options.clone() });
    let missing = missing.list("").await.unwrap_err().to_string();
    assert!(missing.contains("404 NoSuchBucket") && missing.contains("create the bucket"), "{missing}");

    let wrong = Bucket::open(StorageOptions { secret: "wrong-one".into(), ..options.clone() });
    let wrong = wrong.get("k").await.unwrap_err().to_string();
    assert!(wrong.contains("SignatureDoesNotMatch") && wrong.contains("access key"), "{wrong}");
    assert!(!wrong.contains("wrong-one") && !wrong.contains("hush"), "{wrong}");

    let bucket = Bucket::open(options.clone());
    let gone = bucket.get("k").await.unwrap_err().to_string();
    assert!(gone.starts_with("reading some/where/k in bucket mattermost of http://127.0.0.1"), "{gone}");
    store.refuse(Refusal::Denied);
    let denied = bucket.head("k").await.unwrap_err().to_string();
    assert!(denied.contains("the store answered 403"), "{denied}");
    store.refuse(Refusal::Unavailable);
    let unavailable = bucket.list("k").await.unwrap_err().to_string();
    assert!(unavailable.contains("503 ServiceUnavailable"), "{unavailable}");
    server.stop().await;
    let stopped = bucket.list("k").await.unwrap_err().to_string();
    assert!(stopped.contains("see that the store runs"), "{stopped}");
    assert!(!format!("{options:?} {bucket:?}").contains("hush"));
}

#[tokio::test]
async fn files_above_eight_megabytes_go_in_parts() {
    let (store, _server, options) = store().await;
    let bucket = Bucket::open(options);
    let dir = tempfile::tempdir().unwrap();
    let far = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    for (size, parts) in [(0, 0), (8 * 1024 * 1024 - 1, 0), (8 * 1024 * 1024, 1), (17 * 1024 * 1024 + 1, 3)] {
        let file = dir.path().join("a.log");
        let bytes: Vec<u8> = (0..size).map(|n: u32| n.to_le_bytes()[1]).collect();
        std::fs::write(&file, &bytes).unwrap();
        bucket.upload("a.log", &file, "text/plain", far).await.unwrap();
        let object = store.backend().get("mattermost", "some/where/a.log").unwrap();
        assert_eq!(object.attributes.content_type.as_deref(), Some("text/plain"));
        let told = object.etag.split_once('-').map_or("0", |(_, parts)| parts);
        assert_eq!(told, parts.to_string(), "{size} bytes");
        assert!(bucket.get("a.log").await.unwrap() == bytes, "{size} bytes came back as others");
    }
}

#[tokio::test]
async fn an_upload_that_fails_leaves_nothing_and_says_why() {
    let (store, _server, options) = store().await;
    let bucket = Bucket::open(options);
    let now = tokio::time::Instant::now();
    let soon = now + std::time::Duration::from_millis(500);
    let endless = bucket.upload("k", std::path::Path::new("/dev/zero"), "text/plain", soon).await;
    let endless = endless.unwrap_err().to_string();
    assert!(endless.contains("it was not done in time"), "{endless}");
    let missing = bucket.upload("k", std::path::Path::new("/no/such.log"), "text/plain", soon).await;
    let missing = missing.unwrap_err().to_string();
    assert!(missing.starts_with("reading /no/such.log failed: No such file"), "{missing}");
    assert!(store.backend().keys("mattermost", "").is_empty());
}
