//! Operations on multipart uploads, which real Mattermost servers use for every file.

use s3s::crypto::{Checksum, Md5};
use s3s::dto::*;
use s3s::{S3Result, s3_error};

use super::backend::{Backend, hex};
use super::content::Content;
use super::object::{Attributes, Object};
use super::object_calls::{Conditions, attributes, copy_source, put_condition};
use super::receive::receive;

/// The most parts that one answer lists.
const LARGEST_PAGE: usize = 1000;

pub(super) async fn create(
    backend: &Backend,
    mut input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let upload = backend.create_upload(&input.bucket, &input.key, attributes!(input))?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload),
        ..Default::default()
    })
}

pub(super) async fn part(backend: &Backend, input: UploadPartInput) -> S3Result<UploadPartOutput> {
    let part = receive(input.body, input.content_length, Attributes::default()).await?;
    let part = backend.put_part(&input.bucket, &input.key, &input.upload_id, input.part_number, part)?;
    Ok(UploadPartOutput { e_tag: Some(part.strong_etag()), ..Default::default() })
}

pub(super) async fn part_copy(
    backend: &Backend,
    input: UploadPartCopyInput,
) -> S3Result<UploadPartCopyOutput> {
    let source = copy_source(backend, &input.copy_source)?;
    Conditions {
        if_match: input.copy_source_if_match,
        if_none_match: input.copy_source_if_none_match,
        if_modified_since: input.copy_source_if_modified_since,
        if_unmodified_since: input.copy_source_if_unmodified_since,
    }
    .check_source(&source)?;
    let content = match input.copy_source_range.as_deref() {
        None => source.content.clone(),
        Some(text) => {
            let range = Range::parse(text).map_err(|_| s3_error!(InvalidArgument, "{text} is no range"))?;
            source.content.slice(&range.check(source.content.size())?)
        }
    };
    // The ETag of a completed upload is made of the MD5 of each part, and a range has one of its own.
    let part = digested(content);
    let part = backend.put_part(&input.bucket, &input.key, &input.upload_id, input.part_number, part)?;
    let copied = CopyPartResult {
        e_tag: Some(part.strong_etag()),
        last_modified: Some(part.timestamp()),
        ..Default::default()
    };
    Ok(UploadPartCopyOutput { copy_part_result: Some(copied), ..Default::default() })
}

fn digested(content: Content) -> Object {
    let mut md5 = Md5::new();
    content.pieces().iter().for_each(|piece| md5.update(piece));
    Object::new(content, hex(&md5.finalize()), Attributes::default())
}

pub(super) async fn list_parts(backend: &Backend, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let after = input.part_number_marker.unwrap_or(0);
    let max = input
        .max_parts
        .and_then(|max| usize::try_from(max).ok())
        .map_or(LARGEST_PAGE, |max| max.min(LARGEST_PAGE));
    let mut parts = backend.parts(&input.bucket, &input.key, &input.upload_id)?;
    parts.retain(|(number, _)| *number > after);
    let is_truncated = parts.len() > max;
    parts.truncate(max);
    let part = |(number, part): &(i32, std::sync::Arc<Object>)| Part {
        part_number: Some(*number),
        e_tag: Some(part.strong_etag()),
        last_modified: Some(part.timestamp()),
        size: i64::try_from(part.content.size()).ok(),
        ..Default::default()
    };
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        part_number_marker: Some(after),
        next_part_number_marker: parts.last().map(|(number, _)| *number).filter(|_| is_truncated),
        max_parts: i32::try_from(max).ok(),
        is_truncated: Some(is_truncated),
        parts: Some(parts.iter().map(part).collect()),
        ..Default::default()
    })
}

pub(super) async fn complete(
    backend: &Backend,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let named = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let named: Vec<_> = named
        .into_iter()
        .map(|part| (part.part_number.unwrap_or(0), part.e_tag.map(ETag::into_value)))
        .collect();
    let condition = put_condition(input.if_match, input.if_none_match)?;
    let object = backend.complete_upload(&input.bucket, &input.key, &input.upload_id, &named, &condition)?;
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(object.strong_etag()),
        ..Default::default()
    })
}

pub(super) async fn abort(
    backend: &Backend,
    input: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    backend.abort_upload(&input.bucket, &input.key, &input.upload_id)?;
    Ok(AbortMultipartUploadOutput::default())
}
