//! `boards`: boards and cards made on one node are seen, moved and deleted through the others, and those of stable live on.

use super::ledger::Entry;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::check::{Check, Need, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::product;
use super::scene::Place;
use crate::mattermost::{Board, Card, Client};

/// The plugin's id is of its older days.
const PLUGIN: &str = "focalboard";

pub(super) const CHECK: Check = Check {
    id: "boards",
    title: "boards and cards made on each version are seen on every node and moved from another, those of stable too",
    lines: &["S2.5"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Plugin(PLUGIN)],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// The property that the columns are of.
const COLUMN: &str = "status";
/// Another property, which a move must leave as it is.
const NOTE: &str = "note";
const TODO: &str = "todo";
const DONE: &str = "done";

/// A board with one card that is moved and one that stays in the first column.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Made {
    board: String,
    title: String,
    card: String,
    /// Where the moved card is.
    column: String,
}

/// The board of stable, and where its card is.
const OLD: Entry<Made> = Entry::new("old", "a board");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    if !product::runs(cx, PLUGIN).await? {
        return Ok(());
    }
    // Before anything new: what the upgrade broke is named first.
    let mut halted = old(cx).await;
    for (actor, others) in product::actors(cx) {
        halted = halted.and(life(cx, actor, &others).await);
    }
    halted
}

/// Made on one node by alice, moved on another by bob, seen on all.
async fn life(cx: &Context<'_>, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let mover = others.first().copied().unwrap_or(actor);
    let made =
        cx.step(format!("a board with two cards is made on {}", actor.label()), make(cx, actor)).await?;
    let name = format!("another member joins it on {}", mover.label());
    let bob = cx.home.bob.at(&mover.anyone);
    cx.step(
        name,
        cx.crossed(mover, || async { bob.join_board(&made.board).await.expecting("a new member") }),
    )
    .await?;
    let mut halted = seen_everywhere(cx, &made, "shows board, columns and cards").await;
    let moved = Made { column: DONE.into(), ..made };
    halted = halted.and(move_card(cx, mover, &moved).await);
    halted = halted.and(seen_everywhere(cx, &moved, "shows the card in its new column").await);
    OLD.keep(cx, &moved);
    halted.and(deleted(cx, actor).await)
}

async fn make(cx: &Context<'_>, actor: &Place) -> Result<Made, Stop> {
    let alice = cx.home.alice.at(&actor.anyone);
    let title = format!("board-{}-{} äöü 漢字", cx.nonce, actor.name);
    let options = json!([
        { "id": TODO, "value": "To do", "color": "propColorGray" },
        { "id": DONE, "value": "Done", "color": "propColorGreen" },
    ]);
    let properties = json!([
        { "id": COLUMN, "name": "Status", "type": "select", "options": options },
        { "id": NOTE, "name": "Note", "type": "text", "options": [] },
    ]);
    let board = alice.create_board(&cx.home.team_id, &title, &properties).await.expecting("a new board")?;
    let mut first = String::new();
    for title in ["moves", "stays"] {
        let card = alice.create_card(&board.id, title, &says(TODO)).await.expecting("a new card")?;
        if title == "moves" {
            first = card.id;
        }
    }
    Ok(Made { board: board.id, title, card: first, column: TODO.into() })
}

/// All properties of a card in a column.
fn says(column: &str) -> BTreeMap<String, Value> {
    BTreeMap::from([(COLUMN.into(), column.into()), (NOTE.into(), "kept".into())])
}

/// Moves the card to the column that `to` says.
async fn move_card(cx: &Context<'_>, mover: &Place, to: &Made) -> Result<(), Halt> {
    let bob = cx.home.bob.at(&mover.anyone);
    let name = format!("the card is moved on {}", mover.label());
    cx.step(name, async {
        // Everything is sent: the product replaces all properties by those of the request.
        let card = bob.change_card(&to.card, &says(&to.column)).await.expecting("the moved card")?;
        is_in(&mover.name, &card, &to.column)
    })
    .await
}

fn is_in(node: &str, card: &Card, column: &str) -> Result<(), Stop> {
    if card.properties == says(column) {
        return Ok(());
    }
    let expected = format!("the card \"{}\" with {}", card.title, json!(says(column)));
    Err(Stop::failed_at(node, expected, json!(card.properties).to_string()))
}

async fn seen_everywhere(cx: &Context<'_>, made: &Made, what: &str) -> Result<(), Halt> {
    let mut halted = Ok(());
    for reader in cx.places {
        let bob = cx.home.bob.at(&reader.anyone);
        let name = format!("{} {what}", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || shows(&bob, made))).await);
    }
    halted
}

/// The board with its columns, and the cards in theirs, in the list and one by one.
async fn shows(reader: &Client, made: &Made) -> Result<(), Stop> {
    let wrong = |expected: String, got: String| Err(Stop::failed_at(reader.node(), expected, got));
    let board: Board = reader.board(&made.board).await.expecting("the board by its id")?;
    let columns: Vec<&str> = board
        .properties
        .iter()
        .filter(|property| property.id == COLUMN)
        .flat_map(|property| property.options.iter().map(|option| option.id.as_str()))
        .collect();
    if board.title != made.title || columns != [TODO, DONE] {
        let expected = format!("the board \"{}\" with the columns {TODO} and {DONE}", made.title);
        return wrong(expected, format!("\"{}\" with {columns:?}", board.title));
    }
    let cards = reader.cards(&made.board).await.expecting("the cards of the board")?;
    let mut titles: Vec<&str> = cards.iter().map(|card| card.title.as_str()).collect();
    titles.sort_unstable();
    if titles != ["moves", "stays"] {
        return wrong("the cards moves and stays".into(), format!("{titles:?}"));
    }
    for card in &cards {
        let column = if card.id == made.card { &made.column } else { TODO };
        is_in(reader.node(), card, column)?;
    }
    let card = reader.card(&made.card).await.expecting("the card by its id")?;
    is_in(reader.node(), &card, &made.column)
}

/// A board that is deleted on one node is gone on all.
async fn deleted(cx: &Context<'_>, actor: &Place) -> Result<(), Halt> {
    let alice = cx.home.alice.at(&actor.anyone);
    let name = format!("a board is made and deleted on {}", actor.label());
    let id = cx
        .step(name, async {
            let title = format!("gone-{}-{}", cx.nonce, actor.name);
            let board = alice.create_board(&cx.home.team_id, &title, &json!([])).await;
            let board = board.expecting("a new board")?;
            alice.delete_board(&board.id).await.expecting("the board to go")?;
            Ok(board.id)
        })
        .await?;
    let mut halted = Ok(());
    for reader in cx.places {
        let alice = cx.home.alice.at(&reader.anyone);
        let name = format!("{} no longer has it", reader.label());
        let gone = cx.crossed(reader, || async {
            match alice.board(&id).await {
                Err(error) if error.status() == Some(404) => Ok(()),
                Err(error) => Err(error).expecting("404 for a deleted board"),
                Ok(board) => Err(Stop::failed_at(&reader.name, "404 for a deleted board", board.title)),
            }
        });
        halted = halted.and(cx.step(name, gone).await);
    }
    halted
}

/// The board of stable, and its card: still where it was, and moved by each version to the other column.
async fn old(cx: &Context<'_>) -> Result<(), Halt> {
    let Some(mut made) = OLD.old(cx) else { return Ok(()) };
    let mut halted = seen_everywhere(cx, &made, "still shows the board and cards of stable").await;
    for (actor, _) in product::actors(cx) {
        made.column = if made.column == TODO { DONE.into() } else { TODO.into() };
        let moved = move_card(cx, actor, &made).await;
        if moved.is_err() {
            return halted.and(moved);
        }
        OLD.replace(cx, &made);
        let what = format!("shows what {} moved on the board of stable", actor.name);
        halted = halted.and(seen_everywhere(cx, &made, &what).await);
    }
    halted
}
