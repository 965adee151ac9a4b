//! A card on a board, where Boards runs. The product does not tell the version of the server that it runs in.

use mattermost_client::{ApiError, Client, Reply};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::RowId;

/// Where the product's API is.
const BASE: &str = "/plugins/focalboard/api/v2";

/// The most cards that a page has.
const PAGE: usize = 100;

pub(super) struct BoardCard;

#[derive(Deserialize)]
struct BoardCardKind {
    id: String,
    title: String,
}

/// Boards refuses whatever lacks this header, reads too.
async fn ask(client: &Client, method: Method, path: &str, body: Option<Value>) -> Result<Reply, ApiError> {
    let headers = [("X-Requested-With", "XMLHttpRequest"), ("Content-Type", "application/json")];
    let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
    client.send_bytes(method, &format!("{BASE}{path}"), &headers, body, &[200]).await
}

impl WriteKind for BoardCard {
    fn name(&self) -> &'static str {
        "board card"
    }

    fn share(&self) -> u32 {
        2
    }

    fn touches(&self) -> Touches {
        Touches::New
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async {
            if let Err(reason) = &premises.boards {
                return Ok(PreparedWrite::NotHere(reason.clone()));
            }
            let author = premises.author.client.at(node);
            let made = author.create_board(&premises.team, &premises.name("board"), &json!([])).await;
            match PreparedWrite::by_product(made)? {
                Ok(board) => premises.board = board.id,
                Err(not_here) => return Ok(not_here),
            }
            Ok(PreparedWrite::Ready(Vec::new()))
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let path = format!("/boards/{}/cards?disable_notify=true", act.premises.board);
            let body = json!({ "title": act.text, "properties": {} });
            Done::made(&ask(&act.author(), Method::POST, &path, Some(body)).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let mut all: Vec<BoardCardKind> = Vec::new();
            for page in 0_u32.. {
                let board = &reading.premises.board;
                let path = format!("/boards/{board}/cards?page={page}&per_page={PAGE}");
                let some: Vec<BoardCardKind> =
                    ask(&reading.author(), Method::GET, &path, None).await?.json()?;
                // A plugin that knows no pages gives all of them each time.
                let again = some.first().is_some_and(|one| all.iter().any(|known| known.id == one.id));
                let more = some.len() == PAGE && !again;
                all.extend(if again { Vec::new() } else { some });
                if !more {
                    break;
                }
            }
            let mut sightings =
                reading.sightings(all.iter().map(|card| (card.id.as_str(), card.title.as_str())));
            let marked = all.iter().filter_map(|card| {
                let (seq, kind) = reading.premises.write_of(&card.title)?;
                Some((seq, RowId::of(&card.id).filter(|_| kind == self.name())?))
            });
            sightings.marked = marked.collect();
            Ok(sightings)
        })
    }
}
