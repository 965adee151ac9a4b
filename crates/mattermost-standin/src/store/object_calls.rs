//! Operations on whole objects: put, get, head, copy, delete.

use std::ops::Range;
use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Error, S3Result, s3_error};
use time::OffsetDateTime;

use super::backend::{Backend, PutCondition};
use super::object::{Attributes, Object};
use super::receive::receive;

/// Takes the headers that an object keeps out of any input that has them.
macro_rules! attributes {
    ($input:ident) => {
        Attributes {
            content_type: $input.content_type.take().map(|value| value.to_string()),
            content_disposition: $input.content_disposition.take(),
            content_encoding: $input.content_encoding.take(),
            content_language: $input.content_language.take(),
            cache_control: $input.cache_control.take(),
            metadata: $input.metadata.take().unwrap_or_default().into_iter().collect(),
        }
    };
}
pub(super) use attributes;

/// Takes the conditional headers out of any input that reads an object.
macro_rules! conditions {
    ($input:ident) => {
        Conditions {
            if_match: $input.if_match,
            if_none_match: $input.if_none_match,
            if_modified_since: $input.if_modified_since,
            if_unmodified_since: $input.if_unmodified_since,
        }
    };
}

/// What every answer about an object says of it, as an output of any kind.
macro_rules! description {
    ($output:ident, $object:ident) => {{
        let Attributes {
            content_type,
            content_disposition,
            content_encoding,
            content_language,
            cache_control,
            ..
        } = $object.attributes.clone();
        $output {
            accept_ranges: Some("bytes".into()),
            e_tag: Some($object.strong_etag()),
            last_modified: Some($object.timestamp()),
            content_type: media_type(content_type),
            content_disposition,
            content_encoding,
            content_language,
            cache_control,
            metadata: metadata(&$object),
            ..Default::default()
        }
    }};
}

pub(super) async fn put(backend: &Backend, mut input: PutObjectInput) -> S3Result<PutObjectOutput> {
    let attributes = attributes!(input);
    let object = receive(input.body, input.content_length, attributes).await?;
    let condition = put_condition(input.if_match, input.if_none_match)?;
    let object = backend.put_object(&input.bucket, &input.key, object, &condition)?;
    Ok(PutObjectOutput { e_tag: Some(object.strong_etag()), ..Default::default() })
}

/// What `If-Match` and `If-None-Match` mean on a write.
pub(super) fn put_condition(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<PutCondition> {
    let spelled = |condition: ETagCondition| match condition {
        ETagCondition::Any => "*".to_owned(),
        ETagCondition::ETag(etag) => etag.into_value(),
    };
    if if_none_match.as_ref().is_some_and(|condition| !condition.is_any()) {
        return Err(s3_error!(NotImplemented, "a write knows If-None-Match only with *"));
    }
    Ok(PutCondition { if_match: if_match.map(spelled), if_absent: if_none_match.is_some() })
}

pub(super) async fn get(backend: &Backend, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    let object = backend.object(&input.bucket, &input.key)?;
    conditions!(input).check(&object)?;
    let size = object.content.size();
    let range = input.range.map(|range| range.check(size)).transpose()?;
    let content = match &range {
        Some(range) => object.content.slice(range),
        None => object.content.clone(),
    };
    let content_range = range.map(|range| content_range(&range, size));
    Ok(GetObjectOutput {
        content_length: i64::try_from(content.size()).ok(),
        content_range,
        body: Some(content.into_stream()),
        ..description!(GetObjectOutput, object)
    })
}

pub(super) async fn head(backend: &Backend, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let object = backend.object(&input.bucket, &input.key)?;
    conditions!(input).check(&object)?;
    Ok(HeadObjectOutput {
        content_length: i64::try_from(object.content.size()).ok(),
        ..description!(HeadObjectOutput, object)
    })
}

pub(super) async fn copy(backend: &Backend, mut input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    let source = copy_source(backend, &input.copy_source)?;
    Conditions {
        if_match: input.copy_source_if_match.take(),
        if_none_match: input.copy_source_if_none_match.take(),
        if_modified_since: input.copy_source_if_modified_since.take(),
        if_unmodified_since: input.copy_source_if_unmodified_since.take(),
    }
    .check_source(&source)?;
    let replace = MetadataDirective::REPLACE;
    let replaces = input.metadata_directive.as_ref().is_some_and(|directive| directive.as_str() == replace);
    let attributes = if replaces { attributes!(input) } else { source.attributes.clone() };
    let copy = Object::new(source.content.clone(), source.etag.clone(), attributes);
    let copy = backend.put_object(&input.bucket, &input.key, copy, &PutCondition::default())?;
    let copied = CopyObjectResult {
        e_tag: Some(copy.strong_etag()),
        last_modified: Some(copy.timestamp()),
        ..Default::default()
    };
    Ok(CopyObjectOutput { copy_object_result: Some(copied), ..Default::default() })
}

/// The object that `x-amz-copy-source` names.
pub(super) fn copy_source(backend: &Backend, source: &CopySource) -> S3Result<Arc<Object>> {
    match source {
        CopySource::Bucket { bucket, key, version_id: None } => backend.object(bucket, key),
        _ => Err(s3_error!(
            NotImplemented,
            "copies come from BUCKET/KEY; there are no versions or access points"
        )),
    }
}

pub(super) async fn delete(backend: &Backend, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    backend.delete(&input.bucket, &input.key)?;
    Ok(DeleteObjectOutput::default())
}

pub(super) async fn delete_many(
    backend: &Backend,
    input: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    let mut deleted = Vec::new();
    for named in input.delete.objects {
        backend.delete(&input.bucket, &named.key)?;
        deleted.push(DeletedObject { key: Some(named.key), ..Default::default() });
    }
    let quiet = input.delete.quiet.unwrap_or(false);
    Ok(DeleteObjectsOutput { deleted: Some(deleted).filter(|_| !quiet), ..Default::default() })
}

/// The conditional headers of a read.
pub(super) struct Conditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl Conditions {
    /// Fails with 412 or 304 as RFC 9110 §13.2.2 orders it: an ETag, where there is one, hides the date.
    fn check(&self, object: &Object) -> S3Result<()> {
        let fits = |condition: &ETagCondition| match condition {
            ETagCondition::Any => true,
            ETagCondition::ETag(etag) => etag.value() == object.etag,
        };
        // Dates in headers have no fractions.
        let modified = object.modified.replace_nanosecond(0).unwrap_or(object.modified);
        let newer_than = |date: &Timestamp| modified > OffsetDateTime::from(date.clone());
        let still_matches = match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) => fits(condition),
            (None, Some(date)) => !newer_than(date),
            (None, None) => true,
        };
        if !still_matches {
            return Err(s3_error!(PreconditionFailed, "the object has the ETag {}", object.etag));
        }
        let is_news = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => !fits(condition),
            (None, Some(date)) => newer_than(date),
            (None, None) => true,
        };
        if is_news { Ok(()) } else { Err(S3Error::new(s3s::S3ErrorCode::NotModified)) }
    }

    /// The same for the source of a copy, where there is no 304.
    pub(super) fn check_source(&self, source: &Object) -> S3Result<()> {
        self.check(source)
            .map_err(|_| s3_error!(PreconditionFailed, "the source has the ETag {}", source.etag))
    }
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))
}

fn media_type(content_type: Option<String>) -> Option<ContentType> {
    content_type.or_else(|| Some("binary/octet-stream".into())).and_then(|text| text.parse().ok())
}

fn metadata(object: &Object) -> Option<Metadata> {
    let metadata = &object.attributes.metadata;
    (!metadata.is_empty()).then(|| metadata.clone().into_iter().collect())
}
