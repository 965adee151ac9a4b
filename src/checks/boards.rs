//! `boards`: boards and cards made on one node are seen, moved and deleted through the others, and those of stable live on.

use std::collections::BTreeMap;

use super::prelude::*;
use super::product;
use crate::mattermost::{Board, Card, Client};

/// The plugin's id is of its older days.
const PLUGIN: &str = "focalboard";

pub(super) const CHECK: Check = Check::new(
    "boards",
    "boards and cards made on each version are seen on every node and moved from another, those of stable too",
    &["S2.5"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Plugin(PLUGIN)]);

/// The property that the columns are of.
const COLUMN: &str = "status";
/// Another property, which a move must leave as it is.
const NOTE: &str = "note";
const TODO: &str = "todo";
const DONE: &str = "done";

/// A board with one card that is moved and one that stays in the first column.
#[derive(Debug, Clone)]
struct SampleBoard {
    board: String,
    title: String,
    card: String,
    /// Where the moved card is.
    column: String,
}

/// The board of stable, and where its card is.
const OLD: Entry<SampleBoard> = Entry::new("a board");

async fn run(cx: &Context<'_>) {
    if !product::runs(cx, PLUGIN).await {
        return;
    }
    // Before anything new: what the upgrade broke is named first.
    cx.part(old(cx)).await;
    cx.each_version(async |walk| {
        life(cx, &walk).await?;
        deleted(cx, &walk).await
    })
    .await;
}

/// Made on one node by alice, moved on another by bob, seen on all.
async fn life(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let mover = walk.remote_reader();
    let made = walk.step("a board with two cards is made on {node}", make(cx, walk.actor)).await?;
    let joined = cx.until_replicated(mover, async || {
        mover.bob().join_board(&made.board).await.expecting("a new member")
    });
    cx.step(format!("another member joins it on {mover}"), joined).await?;
    cx.on_each(cx.places, "shows board, columns and cards", |place| shows(place.bob(), &made)).await;
    let moved = SampleBoard { column: DONE.into(), ..made };
    cx.part(move_card(cx, mover, &moved)).await;
    cx.on_each(cx.places, "shows the card in its new column", |place| shows(place.bob(), &moved)).await;
    OLD.keep(cx, &moved);
    Ok(())
}

async fn make(cx: &Context<'_>, actor: &Place) -> Result<SampleBoard, StepError> {
    let alice = actor.alice();
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
    Ok(SampleBoard { board: board.id, title, card: first, column: TODO.into() })
}

/// All properties of a card in a column.
fn says(column: &str) -> BTreeMap<String, Value> {
    BTreeMap::from([(COLUMN.into(), column.into()), (NOTE.into(), "kept".into())])
}

/// Moves the card to the column that `to` says.
async fn move_card(cx: &Context<'_>, mover: &Place, to: &SampleBoard) -> Result<(), Reported> {
    let moved = async {
        // Everything is sent: the product replaces all properties by those of the request.
        let card = mover.bob().change_card(&to.card, &says(&to.column)).await.expecting("the moved card")?;
        is_in(&mover.name, &card, &to.column)
    };
    cx.step(format!("the card is moved on {mover}"), moved).await
}

fn is_in(node: &str, card: &Card, column: &str) -> Result<(), StepError> {
    let expected = format!("the card \"{}\" with {}", card.title, json!(says(column)));
    ensure(node, card.properties == says(column), expected, json!(card.properties).to_string())
}

/// The board with its columns, and the cards in theirs, in the list and one by one.
async fn shows(reader: &Client, made: &SampleBoard) -> Result<(), StepError> {
    let board: Board = reader.board(&made.board).await.expecting("the board by its id")?;
    let columns: Vec<&str> = board
        .properties
        .iter()
        .filter(|property| property.id == COLUMN)
        .flat_map(|property| property.options.iter().map(|option| option.id.as_str()))
        .collect();
    let right = board.title == made.title && columns == [TODO, DONE];
    let expected = format!("the board \"{}\" with the columns {TODO} and {DONE}", made.title);
    ensure(reader.node(), right, expected, format!("\"{}\" with {columns:?}", board.title))?;
    let cards = reader.cards(&made.board).await.expecting("the cards of the board")?;
    let mut titles: Vec<&str> = cards.iter().map(|card| card.title.as_str()).collect();
    titles.sort_unstable();
    let both = titles == ["moves", "stays"];
    ensure(reader.node(), both, "the cards moves and stays", format!("{titles:?}"))?;
    for card in &cards {
        let column = if card.id == made.card { &made.column } else { TODO };
        is_in(reader.node(), card, column)?;
    }
    let card = reader.card(&made.card).await.expecting("the card by its id")?;
    is_in(reader.node(), &card, &made.column)
}

/// A board that is deleted on one node is gone on all.
async fn deleted(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let alice = walk.alice();
    let deleted = async {
        let title = format!("gone-{}-{}", cx.nonce, walk.actor.name);
        let board = alice.create_board(&cx.home.team_id, &title, &json!([])).await;
        let board = board.expecting("a new board")?;
        alice.delete_board(&board.id).await.expecting("the board to go")?;
        Ok(board.id)
    };
    let id = walk.step("a board is made and deleted on {node}", deleted).await?;
    cx.on_each(cx.places, "no longer has it", async |place| match place.alice().board(&id).await {
        Err(error) if error.status() == Some(404) => Ok(()),
        Err(error) => Err(error).expecting("404 for a deleted board"),
        Ok(board) => Err(place.failed("404 for a deleted board", board.title)),
    })
    .await;
    Ok(())
}

/// The board of stable, and its card: still where it was, and moved by each version to the other column.
async fn old(cx: &Context<'_>) -> Result<(), Reported> {
    let Some(mut made) = OLD.old(cx) else { return Ok(()) };
    cx.on_each(cx.places, "still shows the board and cards of stable", |place| shows(place.bob(), &made))
        .await;
    for walk in cx.walks() {
        made.column = if made.column == TODO { DONE.into() } else { TODO.into() };
        move_card(cx, walk.actor, &made).await?;
        OLD.put(cx, made.clone());
        let what = format!("shows what {} moved on the board of stable", walk.actor.name);
        cx.on_each(cx.places, &what, |place| shows(place.bob(), &made)).await;
    }
    Ok(())
}
