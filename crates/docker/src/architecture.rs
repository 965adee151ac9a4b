//! Whether an image is made for the engine's kind of processor.
//!
//! An engine cannot be asked whether it emulates another kind (binfmt, Rosetta): a container of a foreign one dies with "exec
//! format error" or runs ten times slower, minutes later and in somebody else's name. So it is an error before anything is
//! started, unless the user says the platform: who does knows what his engine can do.

use super::cause::Cause;
use super::error::Error;

/// What processors run besides their own kind, without emulation: the engine's, the image's.
const ALSO: [(&str, &str); 2] = [("amd64", "386"), ("arm64", "arm")];

/// Judges an image by its architecture. `said` are platforms that the project names for other images.
pub(super) fn judge(engine: &str, reference: &str, image: &str, said: &[String]) -> Result<(), Error> {
    // An image that does not say, such as one that was imported, may be anything.
    let fits = image.is_empty() || engine.is_empty() || image == engine || ALSO.contains(&(engine, image));
    if fits || said.iter().any(|platform| platform.split('/').nth(1) == Some(image)) {
        return Ok(());
    }
    let message = format!("it is made for {image}, and the engine runs {engine}");
    Err(Error::new(Cause::Architecture, "taking", format!("image {reference}"), message))
}

/// A registry's refusal, with the architectures on both sides.
pub(super) fn named(mut error: Error, engine: &str, has: &[String]) -> Error {
    let mut has: Vec<&str> = has.iter().map(String::as_str).filter(|name| *name != "unknown").collect();
    has.sort_unstable();
    has.dedup();
    let has = if has.is_empty() { "other architectures".to_owned() } else { has.join(", ") };
    error.message =
        format!("the registry has it for {has}, and the engine runs {engine} ({})", error.message);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_of_another_kind_is_named_with_both_kinds() {
        let error = judge("arm64", "mm:1", "amd64", &[]).unwrap_err().to_string();
        assert!(
            error.contains("image mm:1") && error.contains("made for amd64, and the engine runs arm64"),
            "{error}"
        );
        assert!(error.contains("DOCKER_DEFAULT_PLATFORM"), "{error}");
    }

    #[test]
    fn what_runs_or_is_said_to_run_is_taken() {
        let said = ["linux/amd64".to_owned()];
        assert!(judge("arm64", "mm:1", "amd64", &said).is_ok());
        assert!(judge("arm64", "mm:1", "s390x", &said).is_err());
        for (engine, image) in
            [("amd64", "amd64"), ("amd64", "386"), ("arm64", "arm"), ("amd64", ""), ("", "amd64")]
        {
            assert!(judge(engine, "mm:1", image, &[]).is_ok(), "{engine} {image}");
        }
        assert!(judge("386", "mm:1", "amd64", &[]).is_err());
    }

    #[test]
    fn a_registrys_refusal_says_what_it_has() {
        let refusal = || {
            let words = "no matching manifest for linux/arm64/v8 in the manifest list entries";
            Error::new(Cause::Architecture, "pulling", "image mm:1", words)
        };
        let has = ["amd64", "unknown", "amd64"].map(str::to_owned);
        let told = named(refusal(), "arm64", &has).message;
        assert!(
            told.starts_with("the registry has it for amd64, and the engine runs arm64 (no matching"),
            "{told}"
        );
        assert!(named(refusal(), "arm64", &[]).message.contains("for other architectures"));
    }
}
