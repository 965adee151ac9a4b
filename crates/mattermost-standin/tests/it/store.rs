//! The store through its protocol, with Amazon's own client. minio-go, which Mattermost uses, was the other proof.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    CompletedMultipartUpload, CompletedPart, Delete, EncodingType, MetadataDirective, ObjectIdentifier,
};

use mattermost_standin::store::{Refusal, Store, StoreOptions, StoreServer};
use tokio::net::TcpListener;

const PART: usize = 5 * 1024 * 1024;

fn options() -> StoreOptions {
    StoreOptions {
        access_key: "key".into(),
        secret_key: "hush-hush".into(),
        region: "us-east-1".into(),
        buckets: vec!["mattermost".into()],
    }
}

async fn serve(options: StoreOptions) -> (Store, StoreServer, Client) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let store = Store::new(options);
    let server = store.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new("key", "hush-hush", None, None, "test"))
        .region(Region::new("us-east-1"))
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .endpoint_url(format!("http://{}", server.address()))
        .build();
    (store, server, Client::from_conf(config))
}

fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().unwrap().status().as_u16()
}

async fn put(client: &Client, key: &str, bytes: impl Into<Vec<u8>>) -> String {
    let put = client.put_object().bucket("mattermost").key(key).body(ByteStream::from(bytes.into()));
    put.send().await.unwrap().e_tag.unwrap()
}

#[tokio::test]
async fn buckets_are_made_only_on_request() {
    let (_store, _server, client) = serve(options()).await;
    assert_eq!(status(&client.head_bucket().bucket("other").send().await.unwrap_err()), 404);
    let put = client.put_object().bucket("other").key("k").body(ByteStream::from_static(b"x"));
    assert_eq!(put.send().await.unwrap_err().code(), Some("NoSuchBucket"));
    client.create_bucket().bucket("other").send().await.unwrap();
    client.head_bucket().bucket("other").send().await.unwrap();
    let again = client.create_bucket().bucket("other").send().await.unwrap_err();
    assert_eq!(again.code(), Some("BucketAlreadyOwnedByYou"));
    let location = client.get_bucket_location().bucket("other").send().await.unwrap();
    assert_eq!(
        location.location_constraint.map(|location| location.as_str().to_owned()).unwrap_or_default(),
        ""
    );
}

#[tokio::test]
async fn reads_know_ranges_and_conditions() {
    let (_store, _server, client) = serve(options()).await;
    let etag = put(&client, "20261122/n.txt", "0123456789abc").await;
    let get = || client.get_object().bucket("mattermost").key("20261122/n.txt");

    let part = get().if_match(&etag).range("bytes=10-").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 10-12/13"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"abc");
    let tail = get().range("bytes=-2").send().await.unwrap();
    assert_eq!(tail.body.collect().await.unwrap().to_vec(), b"bc");
    assert_eq!(status(&get().range("bytes=13-").send().await.unwrap_err()), 416);
    assert_eq!(status(&get().if_match("\"0\"").send().await.unwrap_err()), 412);
    let unchanged = get().if_none_match(&etag).send().await.unwrap_err();
    assert_eq!(status(&unchanged), 304);

    let head = client.head_object().bucket("mattermost").key("20261122/n.txt").send().await.unwrap();
    assert_eq!((head.content_length(), head.e_tag()), (Some(13), Some(etag.as_str())));
    let since = head.last_modified.unwrap();
    assert_eq!(status(&get().if_modified_since(since).send().await.unwrap_err()), 304);
    assert!(get().if_unmodified_since(since).send().await.is_ok());
    assert_eq!(get().key("none").send().await.unwrap_err().code(), Some("NoSuchKey"));
}

#[tokio::test]
async fn lists_show_folders_pages_and_odd_keys() {
    let (_store, _server, client) = serve(options()).await;
    let long = format!("20261122/{}/ein bild ä+&.txt", "x".repeat(200));
    for key in ["plugins/a.tar.gz", "plugins/b.tar.gz", &long, "z"] {
        put(&client, key, "x").await;
    }
    let list = || client.list_objects_v2().bucket("mattermost");
    let folder = list().prefix("plugins/").delimiter("/").fetch_owner(true).encoding_type(EncodingType::Url);
    let folder = folder.send().await.unwrap();
    assert_eq!(folder.key_count(), Some(2));
    assert_eq!(folder.contents()[0].owner().unwrap().id(), Some("upgrade-gate"));
    let top = list().delimiter("/").max_keys(2).send().await.unwrap();
    assert_eq!(top.common_prefixes().len(), 2);
    let rest = list().delimiter("/").max_keys(2).continuation_token(top.next_continuation_token().unwrap());
    let rest = rest.send().await.unwrap();
    assert_eq!((rest.contents()[0].key(), rest.is_truncated()), (Some("z"), Some(false)));

    let old = client.list_objects().bucket("mattermost").max_keys(1).send().await.unwrap();
    assert_eq!((old.contents()[0].key(), old.next_marker()), (Some(long.as_str()), Some(long.as_str())));
    let encoded = list().prefix("2026").encoding_type(EncodingType::Url).send().await.unwrap();
    assert!(encoded.contents()[0].key().unwrap().ends_with("/ein%20bild%20%C3%A4%2B%26.txt"));
}

#[tokio::test]
async fn copies_keep_or_replace_what_an_object_carries() {
    let (_store, _server, client) = serve(options()).await;
    let put =
        client.put_object().bucket("mattermost").key("emoji/x/image").body(ByteStream::from_static(b"png"));
    put.content_type("image/png").metadata("by", "me").send().await.unwrap();
    let copy =
        |to: &str| client.copy_object().bucket("mattermost").key(to).copy_source("mattermost/emoji/x/image");
    copy("emoji/x/image_deleted").send().await.unwrap();
    let head = client.head_object().bucket("mattermost").key("emoji/x/image_deleted").send().await.unwrap();
    assert_eq!((head.content_type(), head.metadata().unwrap()["by"].as_str()), (Some("image/png"), "me"));
    let replaced = copy("b").metadata_directive(MetadataDirective::Replace).content_type("text/plain");
    replaced.send().await.unwrap();
    let head = client.head_object().bucket("mattermost").key("b").send().await.unwrap();
    assert_eq!((head.content_type(), head.metadata().map(|all| all.len())), (Some("text/plain"), Some(0)));

    client.delete_object().bucket("mattermost").key("b").send().await.unwrap();
    client.delete_object().bucket("mattermost").key("b").send().await.unwrap();
    let named = ["emoji/x/image", "none"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder().set_objects(Some(named.to_vec())).build().unwrap();
    let deleted = client.delete_objects().bucket("mattermost").delete(delete).send().await.unwrap();
    assert_eq!(deleted.deleted().len(), 2);
    let left = client.list_objects_v2().bucket("mattermost").send().await.unwrap();
    assert_eq!(left.contents().len(), 1);
}

/// Two parts, the first copied by range, as a server makes the second half of an `/uploads` session.
async fn upload(client: &Client, key: &str) -> String {
    put(client, "first", vec![b'a'; PART + 1]).await;
    let begun = client.create_multipart_upload().bucket("mattermost").key(key).content_type("text/plain");
    let id = begun.send().await.unwrap().upload_id.unwrap();
    let copied = client.upload_part_copy().bucket("mattermost").key(key).upload_id(&id).part_number(1);
    let copied = copied.copy_source("mattermost/first").copy_source_range(format!("bytes=0-{}", PART - 1));
    let first = copied.send().await.unwrap().copy_part_result.unwrap().e_tag.unwrap();
    let sent = client.upload_part().bucket("mattermost").key(key).upload_id(&id).part_number(2);
    let second = sent.body(ByteStream::from_static(b"bbb")).send().await.unwrap().e_tag.unwrap();
    let parts = client.list_parts().bucket("mattermost").key(key).upload_id(&id).max_parts(1);
    assert_eq!(parts.send().await.unwrap().next_part_number_marker(), Some("1"));

    let part = |number, etag: String| CompletedPart::builder().part_number(number).e_tag(etag).build();
    let parts = CompletedMultipartUpload::builder().parts(part(1, first)).parts(part(2, second)).build();
    let complete = client.complete_multipart_upload().bucket("mattermost").key(key).upload_id(id);
    complete.multipart_upload(parts).send().await.unwrap().e_tag.unwrap()
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object() {
    let (_store, _server, client) = serve(options()).await;
    assert_eq!(upload(&client, "up.bin").await, "\"06a6ca67e53064f3f30a42ee29a62f5d-2\"");
    let across = client.get_object().bucket("mattermost").key("up.bin").range(format!("bytes={}-", PART - 2));
    let across = across.send().await.unwrap();
    assert_eq!(across.content_type(), Some("text/plain"));
    assert_eq!(across.body.collect().await.unwrap().to_vec(), b"aabbb");

    let id = client
        .create_multipart_upload()
        .bucket("mattermost")
        .key("x")
        .send()
        .await
        .unwrap()
        .upload_id
        .unwrap();
    client.abort_multipart_upload().bucket("mattermost").key("x").upload_id(&id).send().await.unwrap();
    let late = client.upload_part().bucket("mattermost").key("x").upload_id(&id).part_number(1);
    let late = late.body(ByteStream::from_static(b"x")).send().await.unwrap_err();
    assert_eq!(late.code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn strangers_and_unsigned_requests_are_refused() {
    let (store, server, client) = serve(options()).await;
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/mattermost/k", server.address());
    assert_eq!(plain.get(&url).send().await.unwrap().status(), 403);
    store.refuse(Refusal::Denied);
    assert_eq!(status(&client.head_bucket().bucket("mattermost").send().await.unwrap_err()), 403);
    store.refuse(Refusal::Unavailable);
    assert_eq!(status(&client.head_bucket().bucket("mattermost").send().await.unwrap_err()), 503);
    store.refuse(Refusal::None);
    client.head_bucket().bucket("mattermost").send().await.unwrap();
    assert!(!format!("{store:?}").contains("hush"));
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (store, server, client) = serve(options()).await;
    let presigning = aws_sdk_s3::presigning::PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let put = client.put_object().bucket("mattermost").key("cut").presigned(presigning).await.unwrap();
    let path = put.uri().split_once("127.0.0.1").unwrap().1.split_once('/').unwrap().1;
    let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    let head =
        format!("PUT /{path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 100\r\n\r\nabc", server.address());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(store.backend().get("mattermost", "cut").is_none());
}
