//! The row of the table: what a kind of old entity is, how it is made, looked at, changed and deleted.

use crate::checks::prelude::*;

/// A kind of entity that people have had for long, of which stable makes one.
///
/// In paths, bodies and pointers `$name` stands for what is known under that name: the accounts `owner`, `member`,
/// `stranger` and `admin` (with `owner_name`, `member_name`), `team`, a private `channel` of owner and member, `word`
/// (unlike any other), `later` (a day from now, in milliseconds), `later_s` (in seconds), and what an [`Act`] kept.
#[derive(Debug, Clone, Copy)]
pub(in crate::checks) struct Kind {
    /// The id of its check: `old.drafts`.
    pub(super) id: &'static str,
    /// What a passing check proves.
    pub(super) title: &'static str,
    /// One of it: "a draft".
    pub(super) what: &'static str,
    /// How it is made, one part after the other.
    pub(super) made: &'static [&'static [Act]],
    /// Where it is seen.
    pub(super) looks: &'static [RouteLook],
    /// How it is changed; empty where it cannot be.
    pub(super) changed: &'static [Act],
    /// How it is deleted; empty where it cannot be.
    pub(super) deleted: &'static [Act],
    /// A route, and the JSON pointer to what has to be true there; else the site does not want the kind.
    pub(super) switch: Option<(&'static str, &'static str)>,
    /// Whether a node remembers it and forgets it at no order, only when it hears of a change.
    pub(super) remembered: bool,
    /// Whether it is a part of the configuration, which is one document: nobody else may save that meanwhile.
    pub(super) configured: bool,
    /// What it needs of the installation.
    pub(super) needs: &'static [Need],
}

impl Kind {
    /// A kind that is made so and seen there.
    pub(super) const fn new(
        id: &'static str,
        what: &'static str,
        title: &'static str,
        made: &'static [&'static [Act]],
        looks: &'static [RouteLook],
    ) -> Self {
        Self {
            id,
            what,
            title,
            made,
            looks,
            changed: &[],
            deleted: &[],
            switch: None,
            remembered: false,
            configured: false,
            needs: &[],
        }
    }

    /// How one of it is changed on release.
    pub(super) const fn changed(self, changed: &'static [Act]) -> Self {
        Self { changed, ..self }
    }

    /// Only where the site has it switched on: a route, and the JSON pointer to the switch.
    pub(super) const fn where_on(self, route: &'static str, pointer: &'static str) -> Self {
        Self { switch: Some((route, pointer)), ..self }
    }

    /// A node that is not in a cluster remembers it, whatever becomes of it elsewhere (seen on a real 11.7).
    pub(super) const fn remembered(self) -> Self {
        Self { remembered: true, ..self }
    }

    /// It is a part of the configuration.
    pub(super) const fn configured(self) -> Self {
        Self { configured: true, ..self }
    }

    /// It is a product's: without it there is none.
    pub(super) const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    /// How one of it is deleted on release.
    pub(super) const fn deleted(self, deleted: &'static [Act]) -> Self {
        Self { deleted, ..self }
    }
}

/// Who does or sees something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// The member whose entity it is.
    Owner,
    /// Another member of the same team and channels.
    Member,
    /// A guest in the same channel, where there may be guests.
    Guest,
    /// Somebody of another team.
    Stranger,
    /// The system admin.
    Admin,
}

impl Who {
    /// The name under which the account's id is known, as in paths; a guest's is not.
    pub(super) const fn account(self) -> &'static str {
        match self {
            Self::Owner => "$owner",
            Self::Member => "$member",
            Self::Guest => "$guest",
            Self::Stranger => "$stranger",
            Self::Admin => "$admin",
        }
    }

    /// As failures name them.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Owner => "its owner",
            Self::Member => "another member",
            Self::Guest => "a guest",
            Self::Stranger => "a stranger",
            Self::Admin => "the admin",
        }
    }
}

/// All of them: who may not see something is to be refused for ever.
pub(super) const EVERYBODY: &[Who] = &[Who::Owner, Who::Member, Who::Guest, Who::Stranger, Who::Admin];

/// Those who can see whatever somebody changed.
pub(super) const CONCERNED: &[Who] = &[Who::Owner, Who::Admin];

/// A request that changes something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    /// Who does it.
    pub(super) by: Who,
    /// What is sent.
    pub(super) order: ActOrder,
    /// What is kept of the answer for later paths: a name, and the JSON pointer to it.
    pub(super) kept: Option<(&'static str, &'static str)>,
    /// Whether a look shows that it was done.
    pub(super) shows: bool,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum ActOrder {
    /// Method, path, and a JSON body or nothing.
    Json(&'static str, &'static str, &'static str),
    /// A path that takes bytes as they are.
    Bytes(&'static str, &'static str),
    /// A channel and the text of a file for it; `/id` is the file's.
    File(&'static str, &'static str),
    /// The name of an emoji; `/id` is the emoji's.
    Emoji(&'static str),
    /// The user name of a bot; `/id` is the bot's.
    Bot(&'static str),
    /// The name of a team; `/id` is the team's.
    Team(&'static str),
    /// The picture of `users/…` or `teams/…`.
    Picture(&'static str),
    /// A board of the team and the text of a file for it; `/id` is the file's name there.
    BoardFile(&'static str, &'static str),
    /// A channel in which somebody calls and leaves at once; `/id` is the call's post.
    Call(&'static str),
    /// What a setting of a plugin is to be.
    PluginSetting(&'static str),
}

impl Act {
    const fn of(by: Who, order: ActOrder) -> Self {
        Self { by, order, kept: None, shows: true }
    }

    /// It is only read, for what is kept of the answer.
    pub(super) const fn get(by: Who, path: &'static str) -> Self {
        Self::of(by, ActOrder::Json("GET", path, "")).unseen()
    }

    pub(super) const fn post(by: Who, path: &'static str, body: &'static str) -> Self {
        Self::of(by, ActOrder::Json("POST", path, body))
    }

    pub(super) const fn put(by: Who, path: &'static str, body: &'static str) -> Self {
        Self::of(by, ActOrder::Json("PUT", path, body))
    }

    pub(super) const fn patch(by: Who, path: &'static str, body: &'static str) -> Self {
        Self::of(by, ActOrder::Json("PATCH", path, body))
    }

    pub(super) const fn delete(by: Who, path: &'static str) -> Self {
        Self::of(by, ActOrder::Json("DELETE", path, ""))
    }

    pub(super) const fn bytes(by: Who, path: &'static str, text: &'static str) -> Self {
        Self::of(by, ActOrder::Bytes(path, text))
    }

    /// An upload; its id is kept as `file`.
    pub(super) const fn file(by: Who, channel: &'static str, text: &'static str) -> Self {
        Self::of(by, ActOrder::File(channel, text)).keep("file", "/id")
    }

    /// An emoji; its id is kept as `emoji`.
    pub(super) const fn emoji(by: Who, name: &'static str) -> Self {
        Self::of(by, ActOrder::Emoji(name)).keep("emoji", "/id")
    }

    /// A bot; its id is kept as `bot`.
    pub(super) const fn bot(by: Who, username: &'static str) -> Self {
        Self::of(by, ActOrder::Bot(username)).keep("bot", "/id")
    }

    /// A team; its id is kept as `own_team`.
    pub(super) const fn team(by: Who, name: &'static str) -> Self {
        Self::of(by, ActOrder::Team(name)).keep("own_team", "/id")
    }

    pub(super) const fn picture(by: Who, of: &'static str) -> Self {
        Self::of(by, ActOrder::Picture(of))
    }

    /// An upload to a board; the name of the file is kept as `file`.
    pub(super) const fn board_file(by: Who, board: &'static str, text: &'static str) -> Self {
        Self::of(by, ActOrder::BoardFile(board, text)).keep("file", "/id")
    }

    /// A call that is over; its post is kept as `post`.
    pub(super) const fn call(by: Who, channel: &'static str) -> Self {
        Self::of(by, ActOrder::Call(channel)).keep("post", "/id")
    }

    /// A setting of a plugin, by an admin.
    pub(super) const fn plugin_setting(value: &'static str) -> Self {
        Self::of(Who::Admin, ActOrder::PluginSetting(value))
    }

    /// Keeps what the pointer leads to in the answer under a name.
    pub(super) const fn keep(self, name: &'static str, pointer: &'static str) -> Self {
        Self { kept: Some((name, pointer)), ..self }
    }

    /// No look shows it: it must be acknowledged, and that is all.
    pub(super) const fn unseen(self) -> Self {
        Self { shows: false, ..self }
    }
}

/// A route that shows the entity.
#[derive(Debug, Clone, Copy)]
pub(super) struct RouteLook {
    /// Where.
    pub(super) path: &'static str,
    /// The JSON body of a search, which is a POST; empty for a GET.
    pub(super) body: &'static str,
    /// What of the answer is the entity.
    pub(super) part: SeenPart,
}

/// What of an answer is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum SeenPart {
    /// All of it.
    Whole,
    /// What this JSON pointer leads to.
    At(&'static str),
    /// Of the text that a pointer leads to, the end from this word on: what is before it is the site's address.
    From(&'static str, &'static str),
    /// In the list that the pointer leads to, the item whose field is this text.
    Item(&'static str, &'static str, &'static str),
}

impl RouteLook {
    /// The whole answer of a route.
    pub(super) const fn whole(path: &'static str) -> Self {
        Self { path, body: "", part: SeenPart::Whole }
    }

    /// A part of the answer of a route.
    pub(super) const fn at(path: &'static str, pointer: &'static str) -> Self {
        Self { part: SeenPart::At(pointer), ..Self::whole(path) }
    }

    /// A part of the answer of a search.
    pub(super) const fn search(path: &'static str, body: &'static str, pointer: &'static str) -> Self {
        Self { body, part: SeenPart::At(pointer), ..Self::whole(path) }
    }

    /// The end of a text in the answer: pointer to it, and the word that the end begins with.
    pub(super) const fn from(path: &'static str, pointer: &'static str, word: &'static str) -> Self {
        Self { part: SeenPart::From(pointer, word), ..Self::whole(path) }
    }

    /// An item of a list: pointer to the list, field, its text.
    pub(super) const fn item(
        path: &'static str,
        list: &'static str,
        field: &'static str,
        text: &'static str,
    ) -> Self {
        Self { part: SeenPart::Item(list, field, text), ..Self::whole(path) }
    }

    /// As failures name it; ids and secrets stay names.
    pub(super) fn words(&self) -> String {
        format!("{} {}", if self.body.is_empty() { "GET" } else { "POST" }, self.path)
    }
}
