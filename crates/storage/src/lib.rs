//! A look of the gate's own into an S3 bucket: are the files that the servers say they stored really there?
//!
//! Also where reports are uploaded to. Nothing else in the crate knows the AWS crates. The client asks for
//! checksums only where S3 demands them (S3-compatible stores reject the newer ones), speaks to the cluster
//! without any proxy and to the world through the machine's, and gives up in seconds: a check has a deadline.

mod bucket;
mod error;
mod reach;
mod upload;

pub use bucket::{Bucket, ObjectFacts, StorageOptions};
pub use error::StorageError;
pub use reach::Reach;
