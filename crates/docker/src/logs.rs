//! What a container printed.

use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::engine::Engine;
use super::error::{Error, When as _};

/// The last `tail` lines of both streams, or everything, as the container printed it.
/// A container that was removed in the meantime is an error.
pub(super) async fn bytes(engine: &Engine, container: &str, tail: Option<usize>) -> Result<Vec<u8>, Error> {
    let tail = tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
    let options = LogsOptionsBuilder::default().stdout(true).stderr(true).tail(&tail).build();
    // Without a terminal the engine frames each piece with its stream; bollard takes the frames off.
    engine
        .docker()
        .logs(container, Some(options))
        .map(|piece| piece.when("reading the log of", format_args!("container {container}")))
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(piece.as_ref());
            Ok(all)
        })
        .await
}

/// The last `tail` lines, or all; bytes that are no text become U+FFFD.
pub(super) async fn lines(
    engine: &Engine,
    container: &str,
    tail: Option<usize>,
) -> Result<Vec<String>, Error> {
    Ok(split(&bytes(engine, container, tail).await?, tail))
}

/// Hands each line to `line` as it is printed, until the container ends; both streams in the order of their arrival.
pub(super) async fn follow(
    engine: &Engine,
    container: &str,
    line: &mut (dyn FnMut(String) + Send),
) -> Result<(), Error> {
    let options = LogsOptionsBuilder::default().stdout(true).stderr(true).follow(true).tail("all").build();
    let mut pieces = engine.docker().logs(container, Some(options));
    let mut open = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.when("following the log of", format_args!("container {container}"))?;
        open.extend_from_slice(piece.as_ref());
        while let Some(end) = open.iter().position(|byte| *byte == b'\n') {
            let whole: Vec<u8> = open.drain(..=end).collect();
            line(String::from_utf8_lossy(&whole).trim_end_matches(['\n', '\r']).to_owned());
        }
    }
    if !open.is_empty() {
        line(String::from_utf8_lossy(&open).into_owned());
    }
    Ok(())
}

fn split(bytes: &[u8], tail: Option<usize>) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    // The engine counts per message, and a message may hold several lines.
    let skipped = tail.map_or(0, |tail| lines.len().saturating_sub(tail));
    lines.into_iter().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_tail_and_decoded_lossily() {
        assert_eq!(split(b"a\nb\r\nc", None), ["a", "b", "c"]);
        assert_eq!(split(b"a\nb\nc\n", Some(2)), ["b", "c"]);
        assert_eq!(split(b"\xff!\n", Some(9)), ["\u{fffd}!"]);
        assert!(split(b"", None).is_empty());
    }
}
