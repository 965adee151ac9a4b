//! The S3 operations that the store has; everything else answers 501 `NotImplemented`.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::backend::Backend;
use super::{bucket_calls, object_calls, upload_calls};

/// The store as `s3s` sees it.
pub(super) struct Protocol(pub(super) Arc<Backend>);

/// Says which function answers which operation. The trait wants `#[async_trait]` methods; this writes what that
/// macro would, so that the list stays one line per operation.
macro_rules! operations {
    ($($name:ident($input:ty) -> $output:ty = $function:path;)+) => {
        impl S3 for Protocol {
            $(fn $name<'life0, 'async_trait>(
                &'life0 self,
                request: S3Request<$input>,
            ) -> BoxFuture<'async_trait, S3Result<S3Response<$output>>>
            where
                'life0: 'async_trait,
                Self: 'async_trait,
            {
                Box::pin(async move { $function(&self.0, request.input).await.map(S3Response::new) })
            })+
        }
    };
}

operations! {
    create_bucket(CreateBucketInput) -> CreateBucketOutput = bucket_calls::create;
    head_bucket(HeadBucketInput) -> HeadBucketOutput = bucket_calls::head;
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput = bucket_calls::location;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output = bucket_calls::list_v2;
    list_objects(ListObjectsInput) -> ListObjectsOutput = bucket_calls::list_v1;
    put_object(PutObjectInput) -> PutObjectOutput = object_calls::put;
    get_object(GetObjectInput) -> GetObjectOutput = object_calls::get;
    head_object(HeadObjectInput) -> HeadObjectOutput = object_calls::head;
    copy_object(CopyObjectInput) -> CopyObjectOutput = object_calls::copy;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput = object_calls::delete;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput = object_calls::delete_many;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput = upload_calls::create;
    upload_part(UploadPartInput) -> UploadPartOutput = upload_calls::part;
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput = upload_calls::part_copy;
    list_parts(ListPartsInput) -> ListPartsOutput = upload_calls::list_parts;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput = upload_calls::complete;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput = upload_calls::abort;
}
