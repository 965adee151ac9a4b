//! A bucket of the user's, as a family of inputs gives it: one that reports go to, or one that files are read from.

use secrecy::{ExposeSecret as _, SecretString};

use super::ca_bundle::authorities_pem;
use super::problems::Problems;
use super::surroundings::Aws;
use crate::mattermost::judge_address;
use crate::shown::{Shown, visible};
use crate::storage::{Bucket, Reach, StorageOptions};

/// The longest prefix: a key has 1024 bytes at most, and names of files follow.
const LONGEST_PREFIX: usize = 512;
/// The region where nobody says one; stores of one's own mostly ignore it.
const REGION: &str = "us-east-1";

/// A bucket of the user's.
#[derive(Debug, Clone)]
pub struct BucketSettings {
    /// Its name.
    pub bucket: String,
    /// What the names of files begin with: folders, without a slash at either end.
    pub prefix: String,
    /// The URL of its store, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// Its region, where one is given.
    pub region: Option<String>,
    /// An access key, and its secret.
    pub keys: Option<(String, SecretString)>,
    /// The inputs of the two.
    pub key_inputs: [&'static str; 2],
}

/// What was given for a bucket: the name of each input, and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct BucketInputs<'a> {
    /// The name of the bucket; what to write in place of a wrong one.
    pub bucket: (&'static str, &'a str, &'static str),
    pub prefix: (&'static str, &'a str),
    pub endpoint: (&'static str, &'a str),
    pub region: (&'static str, &'a str),
    pub access_key: (&'static str, Option<&'a SecretString>),
    pub secret_key: (&'static str, Option<&'a SecretString>),
}

impl BucketInputs<'_> {
    /// The bucket; none where its keys are known to be wrong.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<BucketSettings> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let (input, bucket, remedy) = self.bucket;
        if !(3..=255).contains(&bucket.len()) || !bucket.chars().all(plain) {
            problems.add(input, Shown::plain(bucket), "is no name of a bucket", remedy);
        }
        let (input, prefix) = self.prefix;
        if let Some(wrong) = wrong_prefix(prefix) {
            let remedy = "Write folders with slashes between them, such as \"gate/staging\".";
            problems.add(input, Shown::plain(prefix), wrong, remedy);
        }
        let (input, region) = self.region;
        if !region.chars().all(plain) {
            let remedy = "Write a region such as \"eu-central-1\".";
            problems.add(input, Shown::plain(region), "is no name of a region", remedy);
        }
        let (input, endpoint) = self.endpoint;
        if !endpoint.is_empty()
            && let Err(wrong) = judge_address(endpoint)
        {
            let remedy = "Write the store's URL, such as \"https://minio.example:9000\".";
            problems.add(input, Shown::plain(endpoint), wrong, remedy);
        }
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Some(BucketSettings {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint: given(endpoint.trim_end_matches('/')),
            region: given(region),
            keys: self.keys(problems)?,
            key_inputs: [self.access_key.0, self.secret_key.0],
        })
    }

    /// Both keys or neither.
    #[expect(clippy::option_option, reason = "wrong, not given, given")]
    fn keys(&self, problems: &mut Problems) -> Option<Option<(String, SecretString)>> {
        for (name, key) in [self.access_key, self.secret_key] {
            let odd = |c: char| c.is_whitespace() || c.is_control();
            if key.is_some_and(|key| key.expose_secret().trim().contains(odd)) {
                let wrong = "has a blank, a line break or another control character in it";
                problems.add(name, Shown::nothing(), wrong, "Copy the key alone.");
            }
        }
        match [self.access_key, self.secret_key] {
            [(_, Some(key)), (_, Some(secret))] => {
                Some(Some((key.expose_secret().to_owned(), secret.clone())))
            }
            [(_, None), (_, None)] => Some(None),
            [(_, Some(_)), (missing, None)] | [(missing, None), (_, Some(_))] => {
                let wrong = "is not given and the other key is";
                problems.add(missing, Shown::nothing(), wrong, "Give both keys, or neither.");
                None
            }
        }
    }

    /// What is given of a bucket that has no name.
    pub(super) fn orphans(&self, remedy: &str, problems: &mut Problems) {
        let texts = [self.prefix, self.endpoint, self.region];
        let texts = texts.into_iter().filter(|(_, value)| !value.is_empty());
        let keys = [self.access_key, self.secret_key].into_iter().filter(|(_, key)| key.is_some());
        // What is given and secret is not shown.
        for (name, value) in texts.chain(keys.map(|(name, _)| (name, ""))) {
            problems.add(name, Shown::plain(value), "has no bucket that it is about", remedy);
        }
    }
}

impl BucketSettings {
    /// The bucket, with keys and region of the surroundings where the inputs say nothing. Nothing is sent yet.
    ///
    /// # Errors
    /// When nobody gives keys.
    pub(crate) fn open(&self, prefix: String, ca_bundle: &str, aws: &Aws) -> Result<Bucket, Problems> {
        let (access_key, secret, session_token) = match (&self.keys, &aws.access_key, &aws.secret_key) {
            (Some((key, secret)), ..) => (key.clone(), secret.clone(), None),
            (None, Some(key), Some(secret)) => (key.clone(), secret.clone(), aws.session_token.clone()),
            (None, ..) => {
                let [key, secret] = self.key_inputs;
                let wrong = "is not given, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set";
                let remedy = format!("Give {key} and {secret}, or log in to AWS in a step before.");
                return Err(Problems::of(key, Shown::nothing(), wrong, remedy));
            }
        };
        let region = self.region.as_ref().or(aws.region.as_ref()).map_or(REGION, String::as_str);
        Ok(Bucket::open(StorageOptions {
            path_style: self.endpoint.is_some(),
            // What is wrong with it was told before.
            reach: Reach::World { certificates: authorities_pem(ca_bundle).unwrap_or_default() },
            endpoint: self.endpoint.clone(),
            region: region.to_owned(),
            bucket: self.bucket.clone(),
            access_key,
            secret,
            session_token,
            prefix,
        }))
    }

    /// Its address, for people.
    #[must_use]
    pub(crate) fn url(&self, prefix: &str) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("{endpoint}/{}/{prefix}", self.bucket),
            None => format!("s3://{}/{prefix}", self.bucket),
        }
    }
}

/// What keeps a prefix from being the beginning of keys that every tool can name.
fn wrong_prefix(prefix: &str) -> Option<&'static str> {
    let parts = prefix.strip_suffix('/').unwrap_or(prefix);
    if prefix.is_empty() {
        None
    } else if prefix.starts_with('/') {
        Some("begins with a slash")
    } else if parts.contains('\\') || visible(parts) != parts {
        Some("has a line break, a backslash or another control character in it")
    } else if parts.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("has a part that is empty, `.` or `..`")
    } else if prefix.len() > LONGEST_PREFIX {
        Some("is longer than 512 bytes")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_leads_to_one_place_below_the_bucket() {
        for right in ["gate", "gate/", "gate/staging", "a b/ü..x/.y"] {
            assert_eq!(wrong_prefix(right), None, "{right}");
        }
        let long = "x".repeat(513);
        for wrong in
            ["/gate", "/", "../../x", "a/../b", "a/./b", "a//b", "a//", "a\nb", "a\\b", "a/..", ".", &long]
        {
            assert!(wrong_prefix(wrong).is_some(), "{wrong}");
        }
    }
}
