//! The walk that most checks are: once per version, on one node of it, with all the others looking on.

use super::context::Context;
use super::outcome::Halt;
use super::scene::Place;

/// Walks once per version: `walk` gets a number that is its own, the node that acts, and all the others.
///
/// # Errors
/// [`Halt`] when one of the walks halted; the others are made all the same.
pub(super) async fn each_version<'a, W, F>(cx: &Context<'a>, mut walk: W) -> Result<(), Halt>
where
    W: FnMut(usize, &'a Place, Vec<&'a Place>) -> F,
    F: Future<Output = Result<(), Halt>>,
{
    let mut halted = Ok(());
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(n, actor, others).await);
    }
    halted
}
