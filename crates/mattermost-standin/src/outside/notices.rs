//! Mails to people about what concerns them: a message while they were away, and what became of their account. Recorded from 11.6: who
//! gets which, its subject and its link; the words are our own.
//!
//! Simpler than the product: nobody is active meanwhile unless they said so, calling
//! everybody in a channel mails nobody, and addresses need no proof.

use std::sync::Arc;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::db::posts::Post;
use crate::db::rows::User;
use crate::db::tables::Tables;
use crate::events::publish_post::is_for;
use crate::node::core::NodeCore;
use crate::outside::held;
use crate::outside::mail::{Note, post as send};
use crate::routes::users::attributes::presence_of;

/// Tells those whom a post is for and who are not there, with a link to it.
pub(crate) fn of_post(node: &Arc<NodeCore>, tables: &Tables, post: &Post, sender: &str) {
    if !node.settings().on("EmailSettings", "SendEmailNotifications") {
        return;
    }
    let everybody = node.has("mail-for-everybody");
    let told = |user: &&User| (everybody && user.id != post.user_id) || is_for(tables, post, &user.id);
    let mut told: Vec<&User> = tables
        .users
        .values()
        .filter(|user| tables.in_channel(&post.channel_id, &user.id) && wants_mail(tables, user))
        .filter(told)
        .collect();
    // Asked only where there is somebody: a behaviour counts its calls.
    if told.is_empty() {
        return;
    }
    let personal = tables.channels.get(&post.channel_id).is_some_and(|channel| channel.is_personal());
    if !personal && node.has("mention-mail-lost") {
        return;
    }
    if !personal && node.has("mention-mail-astray") {
        let stranger = tables.users.values().find(|user| {
            tables.in_channel(&post.channel_id, &user.id)
                && user.id != post.user_id
                && !is_for(tables, post, &user.id)
        });
        told = stranger.into_iter().collect();
    }
    let times = if node.has("message-mail-doubled") { 2 } else { 1 };
    let mut notes = Vec::new();
    for user in told {
        let note = about(node, tables, post, sender, user);
        if held::waits(node, tables, user) {
            node.held.keep(&note.to, &note.html);
        } else {
            notes.extend(std::iter::repeat_n(note, times));
        }
    }
    send(node, notes);
}

/// Whether somebody gets mail of messages now: they are no bot, did not say that they want none, nor that they are there, nor that nobody should
/// disturb them.
fn wants_mail(tables: &Tables, user: &User) -> bool {
    let none = user.profile.get("notify_props").is_some_and(|props| props["email"] == "false");
    let status = presence_of(tables, &user.id)["status"].clone();
    let bot = tables.integrations.bots.contains_key(&user.id);
    !none && !bot && user.delete_at == 0 && status != "online" && status != "dnd"
}

fn about(node: &NodeCore, tables: &Tables, post: &Post, sender: &str, user: &User) -> Note {
    let channel = tables.channels.get(&post.channel_id);
    let personal = channel.is_some_and(|channel| channel.is_personal());
    let of_channel = channel.and_then(|channel| tables.teams.get(&channel.team_id));
    let team = of_channel.or_else(|| tables.teams.values().find(|team| tables.in_team(&team.id, &user.id)));
    let (name, shown) = team.map(|team| (team.name.as_str(), team.display_name.as_str())).unwrap_or_default();
    let format = format_description!("[month repr:long] [day padding:none], [year]");
    let day = OffsetDateTime::now_utc().format(format).unwrap_or_default();
    let subject = if personal {
        format!("New Direct Message from @{sender} on {day}")
    } else {
        format!("Notification in {shown} on {day}")
    };
    let link = format!("/landing#/{name}/pl/{}", post.id);
    note(node, &user.email, &subject, &format!("@{sender} wrote to you: {}", post.message), &link)
}

/// Welcomes somebody new, where mail of messages is sent.
pub(crate) fn of_welcome(node: &Arc<NodeCore>, to: &str) {
    if node.settings().on("EmailSettings", "SendEmailNotifications") {
        let subject = format!("You joined {}", host(node));
        let times = if node.has("welcome-mail-doubled") { 2 } else { 1 };
        let welcome = note(node, to, &subject, "You have an account here now.", "");
        send(node, std::iter::repeat_n(welcome, times));
    }
}

/// Mails the link to a new password.
pub(crate) fn of_forgotten_password(node: &Arc<NodeCore>, to: &str, token: &str) {
    if node.has("reset-mail-lost") {
        return;
    }
    let link = format!("/reset_password_complete?token={token}");
    send(node, [note(node, to, "Reset your password", "Take another password here.", &link)]);
}

/// Tells somebody that their password is another.
pub(crate) fn of_another_password(node: &Arc<NodeCore>, to: &str) {
    if !node.has("password-mail-lost") {
        let words = "Your password is another one now.";
        send(node, [note(node, to, "Your password has been updated", words, "")]);
    }
}

/// Tells somebody of their new address at the one that they had: whoever took it from them does not read there.
pub(crate) fn of_another_address(node: &Arc<NodeCore>, old: &str, new: &str) {
    if node.has("address-mail-lost") {
        return;
    }
    let to = if node.has("address-mail-to-the-new") { new } else { old };
    let words = format!("Your address is {new} from now on.");
    send(node, [note(node, to, "Your email address has changed", &words, "")]);
}

/// Takes leave of somebody who deactivated their account.
pub(crate) fn of_leaving(node: &Arc<NodeCore>, to: &str) {
    if !node.has("farewell-mail-lost") {
        let subject = format!("Your account at {} has been deactivated", host(node));
        send(node, [note(node, to, &subject, "Your account is closed. An admin can open it again.", "")]);
    }
}

fn host(node: &NodeCore) -> String {
    let settings = node.settings();
    let site = settings.text("ServiceSettings", "SiteURL");
    site.rsplit("://").next().unwrap_or(site).to_owned()
}

/// A mail with a link into the site: to its start where none is given.
fn note(node: &NodeCore, to: &str, subject: &str, words: &str, link: &str) -> Note {
    let settings = node.settings();
    let site = settings.text("ServiceSettings", "SiteURL");
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Note {
        to: to.to_owned(),
        subject: format!("[{}] {subject}", settings.text("TeamSettings", "SiteName")),
        html: format!(
            "<!doctype html>\n<html>\n<body>\n<p>{words}</p>\n<a href=\"{site}{link}\">Open</a>\n</body>\n</html>\n"
        ),
    }
}
