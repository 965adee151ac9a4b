//! The rules of S3, asked of the state itself.

use super::*;

fn part(byte: u8, size: usize) -> Object {
    let bytes = Bytes::from(vec![byte; size]);
    let etag = hex(&Md5::checksum(&bytes));
    Object::new(Content::from_bytes(bytes), etag, Attributes::default())
}

fn with_upload() -> (Backend, String) {
    let backend = Backend::new(String::new());
    backend.create_bucket("b");
    let id = backend.create_upload("b", "k", Attributes::default()).unwrap();
    (backend, id)
}

fn code(result: S3Result<Arc<Object>>) -> String {
    result.unwrap_err().code().as_str().to_owned()
}

#[test]
fn a_multipart_etag_is_the_md5_of_md5s() {
    let (backend, id) = with_upload();
    let size = SMALLEST_PART as usize;
    backend.put_part("b", "k", &id, 1, part(b'a', size)).unwrap();
    backend.put_part("b", "k", &id, 2, part(b'b', 3)).unwrap();
    let done = [(1, None), (2, None)];
    let object = backend.complete_upload("b", "k", &id, &done, &PutCondition::default()).unwrap();
    // python3: md5(md5(b"a" * 5242880).digest() + md5(b"bbb").digest())
    assert_eq!(object.etag, "06a6ca67e53064f3f30a42ee29a62f5d-2");
    assert_eq!(object.content.size(), SMALLEST_PART + 3);
    assert_eq!(code(backend.complete_upload("b", "k", &id, &done, &PutCondition::default())), "NoSuchUpload");
}

#[test]
fn a_wrong_list_of_parts_is_refused() {
    let (backend, id) = with_upload();
    backend.put_part("b", "k", &id, 1, part(b'a', 10)).unwrap();
    backend.put_part("b", "k", &id, 2, part(b'b', 3)).unwrap();
    let complete = |named: &[(i32, Option<String>)]| {
        code(backend.complete_upload("b", "k", &id, named, &PutCondition::default()))
    };
    assert_eq!(complete(&[]), "MalformedXML");
    assert_eq!(complete(&[(2, None), (1, None)]), "InvalidPartOrder");
    assert_eq!(complete(&[(1, Some("0".into()))]), "InvalidPart");
    assert_eq!(complete(&[(3, None)]), "InvalidPart");
    assert_eq!(complete(&[(1, None), (2, None)]), "EntityTooSmall");
    assert_eq!(code(backend.put_part("b", "k", &id, 0, part(b'b', 3))), "InvalidArgument");
    assert_eq!(code(backend.put_part("b", "other", &id, 1, part(b'b', 3))), "NoSuchUpload");
}

#[test]
fn conditions_guard_a_put() {
    let backend = Backend::new(String::new());
    backend.create_bucket("b");
    let put = |condition: PutCondition| backend.put_object("b", "k", part(b'a', 1), &condition);
    let absent = || PutCondition { if_absent: true, ..Default::default() };
    let matching = |etag: &str| PutCondition { if_match: Some(etag.into()), ..Default::default() };
    assert_eq!(code(put(matching("*"))), "PreconditionFailed");
    let etag = put(absent()).unwrap().etag.clone();
    assert_eq!(code(put(absent())), "PreconditionFailed");
    assert_eq!(code(put(matching("0"))), "PreconditionFailed");
    assert!(put(matching(&etag)).is_ok());
}

#[test]
fn only_buckets_that_were_made_exist() {
    let backend = Backend::new(String::new());
    assert_eq!(code(backend.put("b", "k", Bytes::new(), Attributes::default())), "NoSuchBucket");
    assert!(backend.create_bucket("b"));
    assert!(!backend.create_bucket("b"));
    assert_eq!(code(backend.object("b", "k")), "NoSuchKey");
    backend.put("b", "k/1", Bytes::new(), Attributes::default()).unwrap();
    backend.put("b", "l", Bytes::new(), Attributes::default()).unwrap();
    assert_eq!(backend.keys("b", "k"), ["k/1"]);
    assert_eq!(backend.keys("c", "").len(), 0);
}
