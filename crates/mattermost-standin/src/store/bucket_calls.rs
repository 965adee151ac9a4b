//! Operations on buckets: create, head, location, both listings.

use s3s::dto::*;
use s3s::{S3Result, s3_error};

use super::backend::Backend;
use super::listing::{LARGEST_PAGE, Listing, Page, url_encoded};

/// The owner of everything: the store has one account.
const OWNER: &str = "upgrade-gate";

pub(super) async fn create(backend: &Backend, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    if !backend.create_bucket(&input.bucket) {
        return Err(s3_error!(BucketAlreadyOwnedByYou, "there is a bucket {} already", input.bucket));
    }
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

pub(super) async fn head(backend: &Backend, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    must_exist(backend, &input.bucket)?;
    Ok(HeadBucketOutput { bucket_region: Some(backend.region().to_owned()), ..Default::default() })
}

pub(super) async fn location(
    backend: &Backend,
    input: GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    must_exist(backend, &input.bucket)?;
    // S3's first region is the one that has no name here.
    let named = Some(backend.region()).filter(|region| *region != "us-east-1");
    let location_constraint = named.map(|region| BucketLocationConstraint::from(region.to_owned()));
    Ok(GetBucketLocationOutput { location_constraint })
}

fn must_exist(backend: &Backend, bucket: &str) -> S3Result<()> {
    if backend.has_bucket(bucket) {
        return Ok(());
    }
    Err(s3_error!(NoSuchBucket, "there is no bucket {bucket}"))
}

pub(super) async fn list_v2(backend: &Backend, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let from_token = input.continuation_token.as_deref().map(read_token).transpose()?;
    let max = page_size(input.max_keys)?;
    let listing = Listing {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: from_token.or_else(|| input.start_after.clone()).unwrap_or_default(),
        max,
    };
    let page = backend.list(&input.bucket, &listing)?;
    let spelling = Spelling::of(input.encoding_type.as_ref());
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(spelling.of_text(&listing.prefix)),
        delimiter: input.delimiter.map(|text| spelling.of_text(&text)),
        start_after: input.start_after.map(|text| spelling.of_text(&text)),
        max_keys: i32::try_from(max).ok(),
        key_count: i32::try_from(page.objects.len() + page.prefixes.len()).ok(),
        is_truncated: Some(page.next.is_some()),
        continuation_token: input.continuation_token,
        next_continuation_token: page.next.as_deref().map(token),
        contents: Some(spelling.objects(&page, input.fetch_owner.unwrap_or(false))),
        common_prefixes: Some(spelling.prefixes(&page)),
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}

pub(super) async fn list_v1(backend: &Backend, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let max = page_size(input.max_keys)?;
    let listing = Listing {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: input.marker.clone().unwrap_or_default(),
        max,
    };
    let page = backend.list(&input.bucket, &listing)?;
    let spelling = Spelling::of(input.encoding_type.as_ref());
    Ok(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(spelling.of_text(&listing.prefix)),
        delimiter: input.delimiter.map(|text| spelling.of_text(&text)),
        marker: Some(spelling.of_text(&listing.after)),
        max_keys: i32::try_from(max).ok(),
        is_truncated: Some(page.next.is_some()),
        next_marker: page.next.as_deref().map(|text| spelling.of_text(text)),
        contents: Some(spelling.objects(&page, true)),
        common_prefixes: Some(spelling.prefixes(&page)),
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}

fn page_size(asked: Option<i32>) -> S3Result<usize> {
    let asked = asked.map_or(Ok(LARGEST_PAGE), usize::try_from);
    let asked = asked.map_err(|_| s3_error!(InvalidArgument, "max-keys is not below zero"))?;
    Ok(asked.min(LARGEST_PAGE))
}

/// Where to go on, in characters that survive any client.
fn token(last: &str) -> String {
    last.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn read_token(token: &str) -> S3Result<String> {
    let wrong = || s3_error!(InvalidArgument, "the continuation token is not one of this store");
    let byte = |pair: &[u8]| str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes = token.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>().ok_or_else(wrong)?;
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// How keys are spelled in an answer: XML 1.0 cannot hold all of them as they are.
#[derive(Clone, Copy)]
enum Spelling {
    Plain,
    Url,
}

impl Spelling {
    fn of(encoding: Option<&EncodingType>) -> Self {
        if encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL) {
            Self::Url
        } else {
            Self::Plain
        }
    }

    fn of_text(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Url => url_encoded(text),
        }
    }

    fn objects(self, page: &Page, with_owner: bool) -> Vec<Object> {
        let owner = with_owner.then(|| Owner { id: Some(OWNER.into()), display_name: Some(OWNER.into()) });
        let object = |(key, object): &(String, std::sync::Arc<super::object::Object>)| Object {
            key: Some(self.of_text(key)),
            e_tag: Some(object.strong_etag()),
            last_modified: Some(object.timestamp()),
            size: i64::try_from(object.content.size()).ok(),
            storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
            owner: owner.clone(),
            ..Default::default()
        };
        page.objects.iter().map(object).collect()
    }

    fn prefixes(self, page: &Page) -> Vec<CommonPrefix> {
        page.prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(self.of_text(prefix)) }).collect()
    }
}
