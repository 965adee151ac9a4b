//! What every other room stands on, and what stands on nothing: versions, days, names of images, texts that may be shown, secrets
//! and what hides them, waiting, trouble and what to do about it, whom TLS trusts, files of others, and two kinds of files that are
//! made here (pictures, bundles).
//!
//! Nothing here knows what an upgrade is. Whoever adds something asks first which two rooms need it.

pub mod clock;
pub mod confidential;
pub mod day;
pub mod limited;
pub mod png;
pub mod redact;
pub mod reference;
pub mod shown;
pub mod tarball;
pub mod telling;
pub mod trouble;
pub mod trust;
pub mod unpoisoned;
pub mod unseen;
pub mod versions;
pub mod wait;
