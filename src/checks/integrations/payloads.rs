//! `integrations.payloads`: what programs really send through an incoming webhook, and where it must show and how.
//!
//! One webhook of stable takes all of it in every stage, as programs are set up once. Whether a program may give itself a name
//! and a picture is a setting; what stable had counts.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::fixtures::Fixtures;
use crate::checks::channel;
use crate::checks::prelude::*;
use crate::mattermost::Post;

pub(in crate::checks) const CHECK: Check = Check::new(
    "integrations.payloads",
    "an incoming webhook takes what programs send: another channel, a person, a name and a picture, attachments, a form, a text too long for one message",
    &["S2.8"],
    |cx| Box::pin(run(cx)),
);

/// What makes a body hard to carry.
const SAID: &str = "100% done & é 漢 🎉 = +1";
/// The name and the picture that a program gives itself.
const NAME: &str = "Night build";
const PICTURE: &str = "https://upgrade-gate.example/night.png";
/// Characters of a text that is more than one message; real servers make two of it.
const LONG: usize = 20_000;

/// A webhook that was made on stable, and the channels that it posts to.
#[derive(Debug, Clone)]
struct Hook {
    id: String,
    own: String,
    other: String,
    other_name: String,
    direct: String,
}

/// What programs may give themselves, as stable is set.
#[derive(Debug, Clone, Copy)]
struct SelfNaming {
    name: bool,
    picture: bool,
}

/// The webhook of stable.
const HOOK: Entry<Hook> = Entry::new("an incoming webhook");
/// Whether programs may give themselves a name, and a picture.
const OVERRIDES: Entry<SelfNaming> = Entry::new("whether programs may name themselves");

async fn run(cx: &Context<'_>) {
    let channel = cx.prepare("there is a channel to post in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let Ok(fixtures) = Fixtures::of(cx).await else { return };
    if let Some(reason) = fixtures.off("EnableIncomingWebhooks") {
        HOOK.none(cx, &reason);
        OVERRIDES.none(cx, &reason);
        return cx.not_applicable("messages come in through webhooks", reason);
    }
    if HOOK.is_wanted(cx) {
        let made = cx.step("make an incoming webhook and two channels", make(cx, channel)).await;
        let Ok((hook, overrides)) = made else { return };
        HOOK.put(cx, hook);
        OVERRIDES.put(cx, overrides);
    }
    let kept = HOOK.kept(cx).or_else(|| HOOK.old(cx));
    let (Some(hook), Some(overrides)) = (kept, OVERRIDES.kept(cx)) else { return };
    cx.each_version(async |walk| {
        for payload in PAYLOADS {
            let name =
                format!("{{node}} takes a message {}, {} shows it", payload.words, walk.remote_reader());
            walk.verify(&name, payload.goes(cx, &walk, &hook, overrides)).await;
        }
        Ok(())
    })
    .await;
}

async fn make(cx: &Context<'_>, own: String) -> Result<(Hook, SelfNaming), StepError> {
    let (actor, home) = (cx.actor(), cx.home);
    let admin = actor.admin();
    let other_name = format!("other-{}", cx.nonce);
    let other = admin.create_channel(&home.team_id, &other_name, "O").await.expecting("a new channel")?.id;
    admin.add_to_channel(&other, &home.bob_id).await.expecting("the new member")?;
    let direct = admin.converse(&[&home.admin_id, &home.bob_id]).await.expecting("the direct channel")?.id;
    let id = admin.create_incoming_hook(&own, &cx.nonce).await.expecting("a new incoming webhook")?.id;
    let config = admin.client_config().await.expecting("the client configuration")?;
    let on = |key: &str| config.get(key).is_some_and(|value| value == "true");
    let overrides =
        SelfNaming { name: on("EnablePostUsernameOverride"), picture: on("EnablePostIconOverride") };
    Ok((Hook { id, own, other, other_name, direct }, overrides))
}

/// Where a message must show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lands {
    Own,
    Other,
    Direct,
}

/// One kind of what programs send.
struct Payload {
    /// As a step says it, after "a message".
    words: &'static str,
    lands: Lands,
    form: bool,
    /// What there is beside the text.
    more: fn(&Context<'_>, &Hook) -> Value,
    /// What must be true of what became of it.
    shown: fn(&Place, &Post, SelfNaming) -> Result<(), StepError>,
}

const PAYLOADS: [Payload; 6] = [
    Payload {
        words: "for another channel by its name",
        lands: Lands::Other,
        form: false,
        more: |_, hook| json!({ "channel": hook.other_name }),
        shown: of_itself,
    },
    Payload {
        words: "for a person by @name",
        lands: Lands::Direct,
        form: false,
        more: |cx, _| json!({ "channel": format!("@{}", cx.home.usernames[2]) }),
        shown: of_itself,
    },
    Payload {
        words: "with a name and a picture of the program's own",
        lands: Lands::Own,
        form: false,
        more: |_, _| json!({ "username": NAME, "icon_url": PICTURE }),
        shown: named,
    },
    Payload {
        words: "with an attachment",
        lands: Lands::Own,
        form: false,
        more: |_, _| json!({ "attachments": [attachment()] }),
        shown: attached,
    },
    Payload { words: "as a form", lands: Lands::Own, form: true, more: |_, _| json!({}), shown: of_itself },
    Payload {
        words: "too long for one",
        lands: Lands::Own,
        form: false,
        more: |cx, _| json!({ "text": long(&cx.nonce) }),
        shown: of_itself,
    },
];

fn attachment() -> Value {
    json!({
        "fallback": "the night build failed", "color": "#b00000", "pretext": "build 17", "author_name": "CI",
        "title": "Night build", "title_link": "https://upgrade-gate.example/17", "text": SAID, "footer": "by night",
        "fields": [{ "title": "branch", "value": "main", "short": true }],
    })
}

impl Payload {
    /// Sends it through the node that acts, and looks for it on another one: there once, and nowhere else.
    async fn goes(
        &self,
        cx: &Context<'_>,
        walk: &Walk<'_>,
        hook: &Hook,
        overrides: SelfNaming,
    ) -> Result<(), StepError> {
        let (through, reader) = (walk.actor, walk.remote_reader());
        // No word of it may be anything to a server, such as somebody's name.
        let words = self.words.replace(|letter: char| !letter.is_ascii_alphabetic(), "-");
        let mark = format!("{}-{}-{words}", cx.nonce, walk.n);
        let mut body = json!({ "text": format!("{mark}: {SAID}") });
        for (key, value) in (self.more)(cx, hook).as_object().into_iter().flatten() {
            let text = value.as_str().filter(|_| key == "text");
            body[key] = text.map_or_else(|| value.clone(), |text| json!(format!("{mark}: {text}")));
        }
        let text = body["text"].as_str().unwrap_or_default().to_owned();
        let (kind, sent) = if self.form {
            let packed = utf8_percent_encode(&body.to_string(), NON_ALPHANUMERIC).to_string();
            ("application/x-www-form-urlencoded", format!("payload={packed}"))
        } else {
            ("application/json", body.to_string())
        };
        let taken = through.client.post_body_through(&hook.id, kind, sent).await;
        taken.expecting("the webhook to take a message")?;
        let wanted = match self.lands {
            Lands::Own => &hook.own,
            Lands::Other => &hook.other,
            Lands::Direct => &hook.direct,
        };
        let posts = cx.until_replicated(reader, async || whole(reader, wanted, &mark, &text).await).await?;
        for post in &posts {
            (self.shown)(reader, post, overrides)?;
        }
        if self.lands != Lands::Own {
            let strays = of(reader, &hook.own, &mark).await?;
            let got = format!("{} there", strays.len());
            reader.ensure(strays.is_empty(), "no message of it in the webhook's own channel", got)?;
        }
        Ok(())
    }
}

/// A text that is more than one message; each part of it can be told by the mark.
fn long(mark: &str) -> String {
    let word = format!("{mark} é 漢 ");
    word.chars().cycle().take(LONG).chain(['.']).collect()
}

/// The messages of a channel that begin as sent or go on with it, in the order of their time.
async fn of(reader: &Place, channel: &str, mark: &str) -> Result<Vec<Post>, StepError> {
    let posts = reader.bob().channel_posts(channel).await.expecting("the posts of a channel")?;
    let first = posts.iter().find(|post| post.message.starts_with(mark)).map(|post| post.create_at);
    let mut parts: Vec<Post> =
        posts.into_iter().filter(|post| post.message.starts_with(mark) || is_rest(post, first)).collect();
    parts.sort_by_key(|post| (post.create_at, std::cmp::Reverse(post.message.len())));
    Ok(parts)
}

/// Whether a message is what was left of a long one that began then: it has no mark of its own.
fn is_rest(post: &Post, began: Option<i64>) -> bool {
    let own_mark = post.message.contains(": ");
    began.is_some_and(|began| post.create_at >= began) && !own_mark && post.props["from_webhook"] == "true"
}

/// The messages that the text became: all of it, once.
async fn whole(reader: &Place, channel: &str, mark: &str, text: &str) -> Result<Vec<Post>, StepError> {
    let parts = of(reader, channel, mark).await?;
    let joined: String = parts.iter().map(|post| post.message.as_str()).collect();
    let told = |text: &str| format!("{} characters", text.chars().count());
    let got = match parts.len() {
        0 => "no message of it within five seconds".to_owned(),
        n if joined.chars().count() < 200 => format!("\"{joined}\" in {n} messages"),
        n => format!("{} in {n} messages", told(&joined)),
    };
    let expected = if text.len() < 200 { format!("\"{text}\"") } else { format!("all its {}", told(text)) };
    reader.ensure(joined == text, expected, got)?;
    Ok(parts)
}

/// A message of the webhook's: servers mark it as one.
fn of_itself(place: &Place, post: &Post, _: SelfNaming) -> Result<(), StepError> {
    let mark = &post.props["from_webhook"];
    place.ensure(mark == "true", "from_webhook \"true\" in the message", mark.to_string())
}

/// The name and the picture are there where programs may have them, and not where they may not.
fn named(place: &Place, post: &Post, may_have: SelfNaming) -> Result<(), StepError> {
    for (key, given, may) in
        [("override_username", NAME, may_have.name), ("override_icon_url", PICTURE, may_have.picture)]
    {
        let wanted = if may { json!(given) } else { Value::Null };
        let got = &post.props[key];
        place.ensure(*got == wanted, format!("{key} {wanted}, as stable is set"), got.to_string())?;
    }
    of_itself(place, post, may_have)
}

/// The attachment has what was given, whatever servers add.
fn attached(place: &Place, post: &Post, may_have: SelfNaming) -> Result<(), StepError> {
    let (given, shown) = (attachment(), &post.props["attachments"][0]);
    for (key, value) in given.as_object().into_iter().flatten() {
        place.ensure(
            shown[key] == *value,
            format!("{key} {value} in the attachment"),
            shown[key].to_string(),
        )?;
    }
    of_itself(place, post, may_have)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_more_than_a_message() {
        let text = long("mark");
        assert_eq!(text.chars().count(), LONG + 1);
        assert!(text.starts_with("mark é 漢 mark"));
        assert!(!text.contains(": "));
    }
}
