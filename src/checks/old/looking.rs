//! Looks of the table, taken on a node: everybody's sight through each of them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use reqwest::Method;

use super::compare::{Difference, Sight, differences};
use super::doing::OF_A_BROWSER;
use super::ground::OldGround;
use super::kind::{Kind, RouteLook, SeenPart, Who};
use super::words::Words;
use crate::checks::files::bytes::digest;
use crate::checks::prelude::*;
use crate::mattermost::Client;

/// The statuses of answers, all of which are one.
pub(super) const ANY: &[u16] =
    &[200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409, 410, 413, 429, 500, 501, 502, 503];

/// Who looked, and through which look of the kind.
type Eye = (usize, Who);

/// What everybody saw at one moment on one node.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    sights: BTreeMap<Eye, Sight>,
}

/// Paths that are not compared, by who looked through what.
pub(super) type Volatile = BTreeMap<Eye, BTreeSet<String>>;

/// Asks for everything that these see, at once.
///
/// # Errors
/// The first request that got no answer.
pub(super) async fn snapshot(
    ground: &OldGround,
    place: &Place,
    kind: &Kind,
    words: &Words,
    by: &[Who],
) -> Result<Snapshot, StepError> {
    let eyes = kind.looks.iter().enumerate().flat_map(|(n, look)| by.iter().map(move |who| (n, look, *who)));
    let eyes = eyes.filter_map(|(n, look, who)| Some((n, look, who, ground.client(who, place)?)));
    let sights = eyes.map(async |(n, look, who, client)| {
        let sight = look_through(&client, look, who, words).await?;
        Ok::<_, StepError>(((n, who), sight))
    });
    Ok(Snapshot { sights: try_join_all(sights).await?.into_iter().collect() })
}

async fn look_through(
    client: &Client,
    look: &RouteLook,
    who: Who,
    words: &Words,
) -> Result<Sight, StepError> {
    let (path, body) = (words.fill(look.path), words.fill(look.body).into_bytes());
    let method = if body.is_empty() { Method::GET } else { Method::POST };
    let reply = client.send_bytes(method, &path, &[OF_A_BROWSER], body, ANY).await;
    let reply = reply.expecting(&format!("an answer to {} by {}", look.words(), who.words()))?;
    if reply.status >= 300 {
        return Ok(Sight::Refused(reply.status, why(&reply.body)));
    }
    let mut whole = serde_json::from_slice(&reply.body).unwrap_or_else(|_| bytes(&reply.body));
    leave_out_private(&mut whole, &words.fill(who.account()));
    let part = match look.part {
        SeenPart::Whole => Some(whole),
        SeenPart::At(pointer) => whole.pointer(&words.fill(pointer)).cloned(),
        SeenPart::From(pointer, word) => {
            let text = whole.pointer(&words.fill(pointer)).and_then(Value::as_str).unwrap_or_default();
            text.rfind(word).map(|at| text[at..].into())
        }
        SeenPart::Item(list, field, text) => {
            let (list, text) = (whole.pointer(&words.fill(list)), words.fill(text));
            let items = list.and_then(Value::as_array).into_iter().flatten();
            items.clone().find(|item| item[field] == text.as_str()).cloned()
        }
    };
    Ok(part.map_or(Sight::Missing(reply.status), |part| Sight::Seen(reply.status, part)))
}

/// When somebody else was last in a channel: servers before 11 tell it to all members, newer ones to themselves alone, and others get -1
/// (`SanitizeForCurrentUser` in server/public/model/channel_member.go).
fn leave_out_private(value: &mut Value, own: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| leave_out_private(item, own)),
        Value::Object(fields) => {
            let is_membership = fields.contains_key("channel_id") && fields.contains_key("notify_props");
            if is_membership && fields.get("user_id").is_some_and(|user| user != own) {
                fields.retain(|field, _| !matches!(field.as_str(), "last_viewed_at" | "last_update_at"));
            }
            fields.values_mut().for_each(|field| leave_out_private(field, own));
        }
        _ => {}
    }
}

/// What a server says to a refusal: its error's id, else the plugin's words.
fn why(body: &[u8]) -> String {
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    let words = ["id", "error", "message"].iter().filter_map(|key| told[*key].as_str());
    words.map(|word| word.chars().take(120).collect()).next().unwrap_or_default()
}

/// What is no JSON, as something that can be compared and shown.
pub(super) fn bytes(body: &[u8]) -> Value {
    json!({ "bytes": body.len(), "sha256": digest(body)[..16] })
}

impl Snapshot {
    /// Nothing where anybody saw the entity; else a sight that tells why not, a broken answer first.
    pub(super) fn shown_to_nobody(&self) -> Option<&Sight> {
        if self.sights.values().any(|sight| matches!(sight, Sight::Seen(..))) {
            return None;
        }
        let broken = |sight: &&Sight| matches!(sight, Sight::Refused(500 | 502.., _));
        self.sights.values().find(broken).or(self.sights.values().next())
    }

    /// The paths in which another snapshot of the same rows differs.
    ///
    /// # Errors
    /// The first sight that is of another status: that is no matter of fields.
    pub(super) fn volatile(&self, kind: &Kind, other: &Self) -> Result<Volatile, Finding> {
        let mut volatile = Volatile::new();
        for (eye, sight) in &self.sights {
            for difference in self.differences(*eye, sight, other, &BTreeSet::new()) {
                let Some(path) = difference.path else {
                    return Err(Finding::new(kind, *eye, difference, 0));
                };
                volatile.entry(*eye).or_default().insert(path);
            }
        }
        Ok(volatile)
    }

    /// What another snapshot shows otherwise: the first difference, with the number of further ones.
    pub(super) fn first_difference(&self, kind: &Kind, now: &Self, but: &Volatile) -> Option<Finding> {
        let none = BTreeSet::new();
        let mut all = self.sights.iter().flat_map(|(eye, sight)| {
            let but = but.get(eye).unwrap_or(&none);
            self.differences(*eye, sight, now, but).into_iter().map(|difference| (*eye, difference))
        });
        let (eye, first) = all.next()?;
        Some(Finding::new(kind, eye, first, all.count()))
    }

    /// Leaves out the looks by which nobody saw it, and gives their routes: stable is too old for the route or has no
    /// licence for it, or a list is longer than its first page.
    pub(super) fn seen_by_somebody(mut self, kind: &Kind) -> (Self, Vec<String>) {
        let seen = |(eye, sight): (&Eye, &Sight)| matches!(sight, Sight::Seen(..)).then_some(eye.0);
        let looks: BTreeSet<usize> = self.sights.iter().filter_map(seen).collect();
        self.sights.retain(|(look, _), _| looks.contains(look));
        let others = kind.looks.iter().enumerate().filter(|(n, _)| !looks.contains(n));
        (self, others.map(|(_, look)| look.words()).collect())
    }

    /// Only what another one has as well.
    pub(super) fn like(mut self, other: &Self) -> Self {
        self.sights.retain(|eye, _| other.sights.contains_key(eye));
        self
    }

    fn differences(&self, eye: Eye, sight: &Sight, now: &Self, but: &BTreeSet<String>) -> Vec<Difference> {
        // Both are of one kind: the same eyes.
        now.sights.get(&eye).map(|now| differences(sight, now, but)).unwrap_or_default()
    }
}

/// A difference, and whose sight of what it is.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    expected: String,
    got: String,
    safety: bool,
}

impl Finding {
    fn new(kind: &Kind, (look, who): Eye, difference: Difference, others: usize) -> Self {
        let route = kind.looks.get(look).map(RouteLook::words).unwrap_or_default();
        let Difference { path, was, is, safety } = difference;
        let field = path.filter(|path| !path.is_empty()).map(|path| format!("{path} ")).unwrap_or_default();
        let more = if others == 0 { String::new() } else { format!("; {others} more differ") };
        Self {
            expected: format!("{}, {route} by {}: {field}{was}", kind.what, who.words()),
            got: format!("{is}{more}"),
            safety,
        }
    }

    /// As the failure of a node; `like` says where the other answer came from.
    pub(super) fn at(self, place: &Place, like: &str) -> StepError {
        let failure = place.failed(format!("{} as {like}", self.expected), self.got);
        if self.safety { failure.of_safety() } else { failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::old::rows::DRAFTS;

    fn of(sights: &[(Who, Sight)]) -> Snapshot {
        Snapshot { sights: sights.iter().map(|(who, sight)| ((0, *who), sight.clone())).collect() }
    }

    #[test]
    fn a_finding_names_kind_route_reader_and_field() {
        let seen = |text: &str| Sight::Seen(200, json!({ "message": text, "n": 1 }));
        let refused = || Sight::Refused(403, "no".into());
        let before = of(&[(Who::Owner, seen("a")), (Who::Member, refused())]);
        let now = of(&[(Who::Owner, seen("b")), (Who::Member, seen("b"))]);
        assert!(before.first_difference(&DRAFTS, &before, &Volatile::new()).is_none());
        let found = before.first_difference(&DRAFTS, &now, &Volatile::new()).unwrap();
        let route = "GET /api/v4/users/$owner/teams/$team/drafts";
        assert_eq!(found.expected, format!("a draft, {route} by its owner: /message \"a\""));
        assert_eq!((found.got.as_str(), found.safety), ("\"b\"; 1 more differ", false));
        // What changes by itself is left out, and what the other shows is a right gained.
        let but =
            before.volatile(&DRAFTS, &of(&[(Who::Owner, seen("c")), (Who::Member, refused())])).unwrap();
        let found = before.first_difference(&DRAFTS, &now, &but).unwrap();
        assert!(found.safety && found.expected.contains("by another member: status 403 (no)"));
    }

    #[test]
    fn a_route_that_shows_it_to_nobody_is_not_asked() {
        let refused = |status| Sight::Refused(status, String::new());
        let nobody = of(&[(Who::Owner, refused(404)), (Who::Admin, refused(500))]);
        assert_eq!(nobody.shown_to_nobody(), Some(&refused(500)), "what is broken is told first");
        let (left, unasked) = nobody.seen_by_somebody(&DRAFTS);
        assert_eq!((left.sights.len(), unasked.len()), (0, 1));
        let somebody = of(&[(Who::Owner, Sight::Seen(200, json!(1))), (Who::Admin, refused(403))]);
        assert_eq!(somebody.shown_to_nobody(), None);
        assert_eq!(somebody.seen_by_somebody(&DRAFTS).0.sights.len(), 2);
    }
}
