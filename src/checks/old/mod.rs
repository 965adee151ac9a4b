//! `old.*`: what was there before. Of each kind of entity stable makes one, and whoever asks for it in a later stage, on
//! whatever node, gets the answer that stable gave: the same status, and the same fields with the same values.
//!
//! The table (`rows`) has a row per kind: how it is made, the routes by id and in lists that show it, how it is changed and
//! deleted. No row knows of a single bug. `ground` are the accounts that nobody else acts as; `looking` takes everybody's
//! sight of a row on a node, `compare` puts two of them beside each other, and `life` is what becomes of a row in a stage.
//! `call_post` and `plugin_setting` are two acts that take more than a request.
//! What differs between two looks on stable, through two nodes, is not compared, and what stable refuses to make does not
//! apply, in its own words. `older` has what versions before stable made, and `sampled` asks for rows of a
//! site's own in the same way.

mod call_post;
mod compare;
mod doing;
mod ground;
mod kind;
mod life;
mod looking;
mod older;
mod plugin_setting;
pub(in crate::checks) mod rows;
pub(in crate::checks) mod sampled;
mod sampled_answer;
mod sampled_products;
mod unmade;
mod words;

use super::prelude::*;
use ground::Common;
use kind::Kind;
use life::RowLife;
pub(super) use unmade::not_here;

/// The check of a kind.
pub(in crate::checks) const fn check(kind: &Kind) -> Check {
    let check = Check::new(kind.id, kind.title, &["E1"], |cx| Box::pin(run(cx)));
    let check = check.also_in(NEWER_SCHEMA).in_history().needs(kind.needs);
    if kind.configured { check.alone() } else { check }
}

/// What a row's check does: it finds its kind by its own id.
async fn run(cx: &Context<'_>) {
    let Some((n, kind)) = rows::KINDS.iter().enumerate().find(|(_, kind)| kind.id == cx.check) else {
        return;
    };
    let common = Common::of(cx);
    // Closed never.
    let _turn = common.turns.acquire().await;
    cx.part(async {
        // Another node for each row: whichever made it, all are asked.
        let actor = &cx.places[n % cx.places.len()];
        RowLife { cx, common: &common, kind, actor }.stage().await
    })
    .await;
}
